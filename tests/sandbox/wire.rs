//! WeCom's own ways: the token, the order of checks, the half-read body, the shape of answers.

use serde_json::{Value, json};

use crate::support::{NOW, Wecom, single};

fn errmsg(answer: &Value) -> &str {
    answer["errmsg"].as_str().unwrap()
}

#[test]
fn the_token_comes_before_everything_else() {
    let wecom = Wecom::plain();
    for path in ["add_contact_way", "list_contact_way"] {
        for body in ["", "{", "{}", r#"{"type":1,"scene":2}"#] {
            let target = format!("/cgi-bin/externalcontact/{path}?access_token=FAKE");
            let answer = wecom.request("POST", &target, body.as_bytes()).json();
            assert_eq!((&answer["errcode"], errmsg(&answer)), (&json!(40014), "invalid access_token"), "no tail here");
        }
    }
}

#[test]
fn the_token_is_read_from_the_query_alone() {
    let wecom = Wecom::plain();
    let bearer = format!("Bearer {}", wecom.token);
    let body = json!({"access_token": wecom.token}).to_string();
    for query in ["", "?access_token=", "?token=x"] {
        let target = format!("/cgi-bin/externalcontact/list_contact_way{query}");
        let answer = wecom.connect().request("POST", &target, &[("Authorization", &bearer)], body.as_bytes()).json();
        assert_eq!(answer["errcode"], 41001);
        assert!(errmsg(&answer).starts_with("access_token missing, hint: ["), "{answer}");
    }
}

#[test]
fn an_expired_token_is_known_as_such() {
    let wecom = Wecom::start(json!({"clock": NOW, "token_life_s": 100}));
    wecom.advance(99);
    assert_eq!(wecom.call("list_contact_way", json!({}))["errcode"], 0);
    wecom.advance(1);
    assert_eq!(wecom.call("list_contact_way", json!({}))["errcode"], 42001);
}

#[test]
fn gettoken_answers_the_same_token_within_its_life() {
    let wecom = Wecom::start(json!({"clock": NOW, "token_life_s": 7200}));
    let first = wecom.gettoken();
    assert_eq!((&first["errcode"], &first["errmsg"], &first["expires_in"]), (&json!(0), &json!("ok"), &json!(7200)));
    wecom.advance(7199);
    let again = wecom.gettoken();
    assert_eq!((&again["access_token"], &again["expires_in"]), (&first["access_token"], &json!(1)));
    wecom.advance(1);
    assert_ne!(wecom.gettoken()["access_token"], first["access_token"]);
}

#[test]
fn gettoken_looks_for_the_secret_then_the_corporation_then_whether_they_fit() {
    let wecom = Wecom::plain();
    let corp_id = wecom.info["corp_id"].as_str().unwrap();
    for (query, errcode, errmsg) in [
        (String::new(), 41004, "corpsecret missing, hint: ["),
        (format!("?corpid={corp_id}"), 41004, "corpsecret missing, hint: ["),
        ("?corpsecret=x".to_owned(), 41002, "corpid missing, hint: ["),
        ("?corpid=wwfake&corpsecret=x".to_owned(), 40013, "invalid corpid, hint: ["),
        (format!("?corpid={corp_id}&corpsecret=x"), 40001, "invalid credential, hint: ["),
    ] {
        let answer = wecom.request("GET", &format!("/cgi-bin/gettoken{query}"), b"").json();
        assert_eq!(answer["errcode"], errcode, "{query}");
        assert!(answer["errmsg"].as_str().unwrap().starts_with(errmsg), "{answer}");
    }
}

#[test]
fn apps_of_one_corporation_have_tokens_of_their_own() {
    let app = |secret: &str| json!({"corp_id": "ww1", "secret": secret});
    let wecom = Wecom::start(json!({"apps": [app("a"), app("b")]}));
    assert_ne!(wecom.gettoken_for("ww1", "a")["access_token"], wecom.gettoken_for("ww1", "b")["access_token"]);
}

#[test]
fn an_app_without_the_permission_is_forbidden() {
    let wecom = Wecom::start(json!({"apps": [{"corp_id": "ww1", "secret": "s", "permissions": []}]}));
    for name in [
        "add_contact_way",
        "get_contact_way",
        "list_contact_way",
        "update_contact_way",
        "del_contact_way",
        "close_temp_chat",
    ] {
        let answer = wecom.call(name, json!({}));
        assert_eq!(answer["errcode"], 48002, "{name}");
        assert!(errmsg(&answer).starts_with("api forbidden, hint: ["));
    }
}

#[test]
fn a_refusal_has_the_tail_and_status_200() {
    let wecom = Wecom::plain();
    let reply = wecom.request("POST", &wecom.target("get_contact_way"), b"{}");
    assert_eq!(reply.status, 200);
    let answer = reply.json();
    assert_eq!(answer.as_object().unwrap().len(), 2, "errcode and errmsg alone");
    let (text, tail) = errmsg(&answer).split_once(", hint: [").unwrap();
    assert_eq!(text, "missing contact way config_id");
    let (hint, rest) = tail.split_once(']').unwrap();
    assert!(hint.len() == 25 && hint.bytes().all(|byte| byte.is_ascii_digit()), "{hint}");
    assert!(hint.starts_with(&NOW.to_string()));
    assert_eq!(rest, ", from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query?e=41043");
}

#[test]
fn every_answer_has_wecoms_headers() {
    let wecom = Wecom::plain();
    for (body, code) in [("{}", "0"), ("{", "40058")] {
        let reply = wecom.request("POST", &wecom.target("list_contact_way"), body.as_bytes());
        assert_eq!(reply.header("server"), Some("nginx"));
        assert_eq!(reply.header("date"), Some("Thu, 01 Jan 2026 00:00:00 GMT"));
        assert_eq!(reply.header("content-type"), Some("application/json; charset=UTF-8"));
        assert_eq!(reply.header("connection"), Some("keep-alive"));
        assert_eq!(reply.header("error-code"), Some(code));
        assert_eq!(reply.header("error-msg"), reply.json()["errmsg"].as_str().map(str::trim));
        assert!(matches!(reply.header("x-w-no"), Some("4" | "5" | "6" | "7")));
    }
}

#[test]
fn a_refused_list_still_has_its_list() {
    let answer = Wecom::plain().call("list_contact_way", json!({"limit": 5000}));
    assert_eq!((&answer["errcode"], &answer["contact_way"]), (&json!(40058), &json!([])));
}

#[test]
fn an_unknown_path_is_404_with_an_empty_body() {
    let wecom = Wecom::plain();
    for path in ["/cgi-bin/externalcontact/nothing", "/cgi-bin", "/favicon.ico"] {
        let reply = wecom.request("POST", path, b"{}");
        assert_eq!((reply.status, reply.body.len()), (404, 0), "{path}");
    }
}

#[test]
fn the_six_are_posted_to() {
    let wecom = Wecom::plain();
    assert_eq!(wecom.request("GET", &wecom.target("list_contact_way"), b"").json()["errcode"], 40058);
}

#[test]
fn a_body_is_read_in_order_up_to_the_first_value_of_a_wrong_type() {
    let wecom = Wecom::plain();
    // The three cases of a developer who sent is_temp in quotes.
    let answer = wecom.call_text("add_contact_way", r#"{"is_temp":"true","scene":2,"type":1,"user":["lisi"]}"#);
    assert_eq!(answer["errcode"], 40058);
    assert!(
        errmsg(&answer).starts_with("Warning: wrong json format. Invalid input invalid Request Parameter"),
        "{answer}"
    );
    let answer = wecom.call_text("add_contact_way", r#"{"type":1,"scene":2,"is_temp":"true","user":["lisi"]}"#);
    assert_eq!(answer["errcode"], 81012);
    assert!(errmsg(&answer).starts_with("Warning: wrong json format. user & party & tag all empty"), "{answer}");
    let answer =
        wecom.call_text("add_contact_way", r#"{"type":1,"scene":2,"user":["lisi"],"is_temp":"true","remark":"lost"}"#);
    assert_eq!(answer["errcode"], 0);
    assert_eq!(errmsg(&answer), "ok. Warning: wrong json format. ");
    let way = wecom.got(answer["config_id"].as_str().unwrap());
    assert_eq!((&way["is_temp"], &way["remark"]), (&json!(false), &json!("")));
}

#[test]
fn a_value_of_a_wrong_type_deep_inside_stops_the_reading_too() {
    let wecom = Wecom::plain();
    for body in [
        r#"{"type":2,"scene":2,"user":["lisi",5,"wangwu"],"remark":"lost"}"#,
        r#"{"type":1,"scene":2,"user":["lisi"],"is_temp":true,"conclusions":{"text":{"content":"x"},"link":{"url":7}},"remark":"lost"}"#,
        r#"{"type":1,"scene":2,"user":["lisi"],"state":5,"remark":"lost"}"#,
        r#"{"type":1,"scene":2,"user":["lisi"],"skip_verify":0,"remark":"lost"}"#,
    ] {
        let answer = wecom.call_text("add_contact_way", body);
        assert_eq!((&answer["errcode"], errmsg(&answer)), (&json!(0), "ok. Warning: wrong json format. "), "{body}");
        let way = wecom.got(answer["config_id"].as_str().unwrap());
        assert_eq!((&way["user"], &way["remark"]), (&json!(["lisi"]), &json!("")), "{body}");
    }
}

#[test]
fn what_is_not_json_is_refused() {
    let wecom = Wecom::plain();
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for body in ["", "{", "[]", "null", "\"x\"", "{\"type\":1,}", &deep] {
        let answer = wecom.call_text("add_contact_way", body);
        assert_eq!(answer["errcode"], 40058);
        assert!(errmsg(&answer).starts_with("Warning: wrong json format. Invalid input"), "{answer}");
    }
    let reply = wecom.request("POST", &wecom.target("add_contact_way"), b"{\"remark\":\"\xff\"}");
    assert_eq!(reply.json()["errcode"], 40058);
}

#[test]
fn unicode_escapes_are_refused() {
    let wecom = Wecom::plain();
    for remark in [r"\u4f60", r"a\\\u4f60", r"\ud800"] {
        let body = format!(r#"{{"type":1,"scene":2,"user":["lisi"],"remark":"{remark}"}}"#);
        assert_eq!(wecom.call_text("add_contact_way", &body)["errcode"], 40033, "{remark}");
    }
    let body = r#"{"type":1,"scene":2,"user":["lisi"],"remark":"\\u4f60\n"}"#;
    assert_eq!(wecom.call_text("add_contact_way", body)["errcode"], 0, "a backslash and a u is no escape");
}

#[test]
fn members_that_the_document_does_not_know_are_passed_over() {
    let mut body = single();
    body["something_new"] = json!({"a": [null]});
    assert_eq!(Wecom::plain().add(body)["errcode"], 0);
}

#[test]
fn a_body_over_1_mib_is_refused() {
    let body = format!(r#"{{"type":1,"scene":2,"user":["lisi"],"x":"{}"}}"#, "x".repeat(1024 * 1024));
    assert_eq!(Wecom::plain().call_text("add_contact_way", &body)["errcode"], 40206);
}
