//! Tokens of third-party apps.

use serde_json::{Value, json};

use crate::support::{NOW, Wecom, single};

fn suite() -> Value {
    json!({"suite_id": "wwsuite", "suite_secret": "ss", "suite_ticket": "ticket", "auth_corp_id": "wwauth", "permanent_code": "code"})
}

fn post(wecom: &Wecom, target: &str, body: &Value) -> Value {
    wecom.request("POST", target, body.to_string().as_bytes()).json()
}

fn suite_token(wecom: &Wecom, ticket: &str) -> Value {
    let body = json!({"suite_id": "wwsuite", "suite_secret": "ss", "suite_ticket": ticket});
    post(wecom, "/cgi-bin/service/get_suite_token", &body)
}

fn corp_token(wecom: &Wecom, suite_token: &str, body: Value) -> Value {
    post(wecom, &format!("/cgi-bin/service/get_corp_token?suite_access_token={suite_token}"), &body)
}

#[test]
fn a_suite_token_gives_a_corporations_token_whose_answer_has_no_errcode() {
    let mut wecom = Wecom::start(json!({"clock": NOW, "token_life_s": 7200, "suites": [suite()]}));
    let answer = suite_token(&wecom, "ticket");
    assert_eq!((&answer["errcode"], &answer["expires_in"]), (&json!(0), &json!(7200)));
    let token = answer["suite_access_token"].as_str().unwrap().to_owned();
    assert_eq!(suite_token(&wecom, "ticket")["suite_access_token"], json!(token));

    let answer = corp_token(&wecom, &token, json!({"auth_corpid": "wwauth", "permanent_code": "code"}));
    assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["access_token", "expires_in"]);
    wecom.token = answer["access_token"].as_str().unwrap().to_owned();
    let id = wecom.added(single());
    assert_eq!(wecom.got(&id)["user"], json!(["lisi"]));

    wecom.token = token;
    assert_eq!(wecom.call("list_contact_way", json!({}))["errcode"], 40014, "a suite's token is of another kind");
}

#[test]
fn each_wrong_part_has_its_code() {
    let wecom = Wecom::start(json!({"clock": NOW, "token_life_s": 7200, "suites": [suite()]}));
    for (name, wrong, missing) in
        [("suite_id", 40083, 41021), ("suite_secret", 40080, 41024), ("suite_ticket", 40085, 41023)]
    {
        let mut body = json!({"suite_id": "wwsuite", "suite_secret": "ss", "suite_ticket": "ticket"});
        body[name] = json!("other");
        assert_eq!(post(&wecom, "/cgi-bin/service/get_suite_token", &body)["errcode"], wrong);
        body[name] = json!("");
        assert_eq!(post(&wecom, "/cgi-bin/service/get_suite_token", &body)["errcode"], missing);
    }
    let good = json!({"auth_corpid": "wwauth", "permanent_code": "code"});
    let answer = suite_token(&wecom, "ticket");
    let token = answer["suite_access_token"].as_str().unwrap();
    for (token, body, errcode) in [
        ("", good.clone(), 41022),
        ("fake", good.clone(), 40082),
        (token, json!({"auth_corpid": "wwother", "permanent_code": "code"}), 710_000),
        (token, json!({"auth_corpid": "wwauth", "permanent_code": "other"}), 40084),
        (token, json!({"permanent_code": "code"}), 41002),
        (token, json!({"auth_corpid": "wwauth"}), 41025),
    ] {
        assert_eq!(corp_token(&wecom, token, body)["errcode"], errcode);
    }
    wecom.advance(7200);
    assert_eq!(corp_token(&wecom, token, good)["errcode"], 42009);
}

#[test]
fn the_ticket_changes() {
    let wecom = Wecom::start(json!({"suites": [suite()]}));
    wecom.sandbox("POST", "suite_ticket", json!({"suite_id": "wwsuite", "suite_ticket": "next"}));
    assert_eq!(suite_token(&wecom, "ticket")["errcode"], 40085);
    assert_eq!(suite_token(&wecom, "next")["errcode"], 0);
    let unknown = json!({"suite_id": "other", "suite_ticket": "x"}).to_string();
    assert_eq!(wecom.request("POST", "/sandbox/suite_ticket", unknown.as_bytes()).status, 400);
}
