//! The whole life of a contact way.

use serde_json::{Value, json};

use crate::support::Wecom;

#[test]
fn a_temporary_contact_way_lives_and_ends() {
    let wecom = Wecom::start(json!({}));
    let id = wecom.added(json!({
        "type": 1, "scene": 2, "user": ["zhangyisheng"], "state": "clinic", "is_temp": true,
        "conclusions": {"text": {"content": "保重"}, "image": {"media_id": "M"}, "link": {"url": "u"}},
    }));
    let way = wecom.got(&id);
    assert_eq!(way["user"], json!(["zhangyisheng"]));
    assert_eq!(way["expires_in"], 604_800);
    assert_eq!(wecom.call("list_contact_way", json!({}))["contact_way"], json!([]));

    let picture = wecom.request("GET", &format!("/qr/{id}"), b"");
    assert!(picture.body.starts_with(b"\x89PNG"));

    let scanned = wecom.sandbox("POST", "scan", json!({"config_id": id, "unionid": "u1"}));
    assert_eq!((&scanned["userid"], &scanned["state"]), (&json!("zhangyisheng"), &json!("clinic")));
    assert!(scanned["temp_chat"]["expires_at"].is_i64());

    let chat = json!({"userid": "zhangyisheng", "external_userid": scanned["external_userid"]});
    assert_eq!(wecom.call("close_temp_chat", chat.clone())["errcode"], 0);
    assert_ne!(wecom.call("close_temp_chat", chat)["errcode"], 0);
    let messages = wecom.sandbox("GET", "messages", Value::Null);
    let kinds: Vec<&str> =
        messages["messages"].as_array().unwrap().iter().map(|it| it["msgtype"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["text", "image"]);

    assert_eq!(wecom.call("del_contact_way", json!({"config_id": id}))["errcode"], 0);
    assert_eq!(wecom.call("get_contact_way", json!({"config_id": id}))["errcode"], 41044);
    assert_eq!(wecom.calls("add_contact_way").len(), 1);
}

#[test]
fn faults_of_every_kind_act() {
    let wecom = Wecom::start(json!({}));
    let rule = |kind: Value| json!({"endpoint": "list_contact_way", "do": kind});
    let list = wecom.target("list_contact_way");

    wecom.fault(rule(json!({"errcode": 45009})));
    assert_eq!(wecom.call("list_contact_way", json!({}))["errcode"], 45009);
    wecom.fault(rule(json!({"status": 502, "headers": {"X-A": "b"}, "body": "bad"})));
    let reply = wecom.request("POST", &list, b"{}");
    assert_eq!((reply.status, reply.header("x-a"), &*reply.text()), (502, Some("b"), "bad"));
    for (kind, expected) in [
        (json!({"delay_ms": 50}), true),
        (json!({"drip_ms": 0}), true),
        (json!({"reset": true}), false),
        (json!({"cut": 5}), false),
    ] {
        wecom.fault(rule(kind.clone()));
        let mut connection = wecom.connect();
        connection.send(crate::support::request("POST", &list, &[], b"{}"));
        let reply = connection.reply();
        assert_eq!(reply.is_ok(), expected, "{kind} {reply:?}");
    }
    wecom.fault(rule(json!({"silence": true})));
    let mut connection = wecom.connect();
    connection.send(crate::support::request("POST", &list, &[], b"{}"));
    connection.stream().set_read_timeout(Some(std::time::Duration::from_millis(100))).unwrap();
    assert_eq!(connection.reply().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    let begun = std::time::Instant::now();
    drop(wecom);
    assert!(begun.elapsed() < std::time::Duration::from_millis(500), "{:?}", begun.elapsed());
}
