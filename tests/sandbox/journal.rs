//! The journal tells what came, what was answered, and why.

use serde_json::{Value, json};

use crate::support::{Wecom, request, single};

/// How the latest call of an endpoint was answered.
fn latest(wecom: &Wecom, endpoint: &str) -> Value {
    wecom.calls(endpoint).pop().unwrap()
}

#[test]
fn an_answer_is_there_as_it_was_sent() {
    let wecom = Wecom::plain();
    let reply = wecom.request("POST", &wecom.target("add_contact_way"), single().to_string().as_bytes());
    let call = latest(&wecom, "add_contact_way");
    assert_eq!((&call["status"], &call["answer"]), (&json!(200), &json!(reply.text())));
    assert_eq!((&call["rule"], &call["fault"]), (&Value::Null, &Value::Null));
    let id = reply.json()["config_id"].as_str().unwrap().to_owned();
    wecom.request("GET", &format!("/qr/{id}"), b"");
    let call = latest(&wecom, "qr_code");
    assert_eq!((&call["status"], &call["answer"]), (&json!(200), &Value::Null), "a picture is no text");
    wecom.request("GET", "/nowhere", b"");
    assert_eq!(latest(&wecom, "unknown")["status"], 404);
}

#[test]
fn a_refusal_names_the_rule() {
    let wecom = Wecom::plain();
    let answer = wecom.call("get_contact_way", json!({}));
    let call = latest(&wecom, "get_contact_way");
    assert_eq!((&call["rule"], &call["answer"]), (&json!("config_id_required"), &json!(answer.to_string())));
    wecom.call("get_contact_way", json!({"config_id": "unknown"}));
    let call = latest(&wecom, "get_contact_way");
    assert_eq!(call["rule"], Value::Null, "no rule of a request, but what there is");
    assert!(call["answer"].as_str().unwrap().contains("41044"));
}

#[test]
fn a_fault_is_there_as_it_was_given() {
    for (what, status, answer) in [
        (json!({"errcode": 45009, "errmsg": "mine"}), json!(200), json!(r#"{"errcode":45009,"errmsg":"mine"}"#)),
        (json!({"status": 502, "body": "bad"}), json!(502), json!("bad")),
        (json!({"status": 502, "body": "bad", "cut": 2}), json!(502), json!("ba")),
        (json!({"reset": true}), Value::Null, Value::Null),
        (json!({"silence": true}), Value::Null, Value::Null),
        (json!({"delay_ms": 1}), json!(200), json!(r#"{"errcode":0,"errmsg":"ok","contact_way":[],"next_cursor":""}"#)),
    ] {
        let wecom = Wecom::plain();
        let rule = json!({"endpoint": "list_contact_way", "times": 1, "do": what});
        wecom.fault(rule.clone());
        let mut connection = wecom.connect();
        connection.stream().set_read_timeout(Some(std::time::Duration::from_millis(100))).unwrap();
        connection.send(request("POST", &wecom.target("list_contact_way"), &[], b"{}"));
        drop(connection.rest());
        let call = latest(&wecom, "list_contact_way");
        assert_eq!((&call["fault"], &call["status"], &call["answer"]), (&rule, &status, &answer));
    }
}

#[test]
fn a_call_that_is_worked_on_has_no_answer_yet() {
    let wecom = Wecom::plain();
    wecom.fault(json!({"endpoint": "list_contact_way", "do": {"delay_ms": 400}}));
    let mut connection = wecom.connect();
    connection.send(request("POST", &wecom.target("list_contact_way"), &[], b"{}"));
    while wecom.calls("list_contact_way").is_empty() {}
    assert_eq!(latest(&wecom, "list_contact_way")["status"], Value::Null);
    connection.reply().unwrap();
    assert_eq!(latest(&wecom, "list_contact_way")["status"], 200);
    // Forgotten meanwhile, it is not mistaken for another.
    wecom.fault(json!({"endpoint": "list_contact_way", "do": {"delay_ms": 400}}));
    connection.send(request("POST", &wecom.target("list_contact_way"), &[], b"{}"));
    while wecom.calls("list_contact_way").len() < 2 {}
    wecom.sandbox("DELETE", "calls", Value::Null);
    wecom.request("GET", "/nowhere", b"");
    connection.reply().unwrap();
    assert_eq!(latest(&wecom, "unknown")["status"], 404);
}
