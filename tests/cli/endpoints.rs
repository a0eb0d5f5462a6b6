//! The six endpoints and pictures, from the flags to what WeCom gets.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::counter::Counter;

#[test]
fn a_contact_way_lives_from_add_to_del() {
    let counter = Counter::new();
    let id = counter.add(&["--state", "c1", "--remark", "前台"]);
    let by_id = ["--config-id", &id];
    assert_eq!(counter.json(&["list"])["contact_way"], json!([{"config_id": id}]));
    let way = || counter.json(&[&["get"], &by_id[..]].concat())["contact_way"].clone();
    assert_eq!((&way()["state"], &way()["remark"]), (&json!("c1"), &json!("前台")));
    counter.json(&[&["update"], &by_id[..], &["--remark", "后门", "--user", "zhangsan,lisi"]].concat());
    assert_eq!((&way()["remark"], &way()["user"]), (&json!("后门"), &json!(["zhangsan", "lisi"])));
    counter.json(&[&["save-qr-code"], &by_id[..], &["--out", "code.png"]].concat());
    counter.json(&[&["save-qr-code"], &by_id[..], &["--path", "same.png"]].concat());
    let picture = |name| fs::read(counter.path(name)).unwrap();
    assert!(picture("code.png").starts_with(b"\x89PNG") && picture("code.png") == picture("same.png"));
    counter.json(&[&["del"], &by_id[..]].concat());
    assert_eq!(counter.json(&["list"])["contact_way"], json!([]));
    assert_eq!(counter.json(&["ledger"])["entries"][0]["status"], "deleted", "a ledger is kept by default");
}

#[test]
fn every_kind_of_flag_reaches_wecom_as_its_own_type() {
    let counter = Counter::new();
    let all = [
        "--party=2,3",
        "--skip-verify=false",
        "--mark-source",
        "--style",
        "1",
        "--user",
        "lisi,wangwu",
        "--user",
        "zhangsan",
    ];
    let ran = counter.run(&[&["add", "--type", "2", "--scene", "1", "--no-ledger"], &all[..]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let calls: Value =
        serde_json::from_str(&counter.shop.ask("GET", "/sandbox/calls?endpoint=add_contact_way", "")).unwrap();
    let body: Value = serde_json::from_str(calls["calls"][0]["body"].as_str().unwrap()).unwrap();
    let expected = json!({"type": 2, "scene": 1, "style": 1, "skip_verify": false, "mark_source": true, "party": [2, 3],
        "user": ["lisi", "wangwu", "zhangsan"]});
    assert_eq!(body, expected);
}

#[test]
fn json_holds_what_flags_cannot_and_goes_out_byte_for_byte() {
    let counter = Counter::new();
    let request = r#"{ "is_temp":true , "type":1,"scene":2,"user":["zhangyisheng"],
        "conclusions":{"text":{"content":"再见"}}}"#;
    let body = || {
        let calls = counter.shop.ask("GET", "/sandbox/calls?endpoint=add_contact_way", "");
        let calls: Value = serde_json::from_str(&calls).unwrap();
        calls["calls"].as_array().unwrap().last().unwrap()["body"].as_str().unwrap().to_owned()
    };
    for flags in [&["add", "--json", "-", "--no-ledger"][..], &["add", "--no-ledger"]] {
        let mut given = counter.command(flags).stdin(Stdio::piped()).spawn().unwrap();
        given.stdin.take().unwrap().write_all(request.as_bytes()).unwrap();
        let ran = counter.read(given.wait_with_output().unwrap());
        assert_eq!((ran.code, body().as_str()), (Some(0), request), "{flags:?}: {}", ran.err);
    }
    let ran =
        counter.run(&["add", "--no-ledger", "--json", r#" {"type":1,"x":1.50}"#, "--scene", "2", "--user", "lisi"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(body(), r#"{"scene":2,"user":["lisi"],"type":1,"x":1.50}"#);
    assert!(ran.err.contains("knows no such member"), "a member that nobody knows is warned of: {}", ran.err);
}

#[test]
fn a_temporary_chat_is_ended_and_a_picture_uploaded() {
    let counter = Counter::new();
    let picture = b"\x89PNG\r\n\x1a\n and so on";
    fs::write(counter.path("a.png"), picture).unwrap();
    let media_id = counter.json(&["upload-image", "a.png"])["media_id"].as_str().unwrap().to_owned();
    let conclusions = json!({"conclusions": {"image": {"media_id": media_id}}}).to_string();
    let made = ["add", "--type", "1", "--scene", "2", "--user", "zhangyisheng", "--is-temp", "--json", &conclusions];
    let id = counter.json(&made)["config_id"].as_str().unwrap().to_owned();
    let scan = json!({"config_id": id, "external_userid": "wmcustomer"}).to_string();
    counter.shop.ask("POST", "/sandbox/scan", &scan);
    counter.json(&["close-temp-chat", "--userid", "zhangyisheng", "--external-userid", "wmcustomer"]);
    let messages = counter.shop.ask("GET", "/sandbox/messages?external_userid=wmcustomer", "");
    assert!(messages.contains("\"image\""), "{messages}");
}

#[test]
fn a_key_makes_an_add_happen_once() {
    let counter = Counter::new();
    let add =
        |state| counter.run(&["add", "--type", "2", "--scene", "2", "--user", "lisi", "--state", state, "--key", "k"]);
    assert_eq!(add("a").out, add("a").out.replace("replayed   true\n", ""));
    assert!(add("a").err.contains("made before under this key"), "{}", add("a").err);
    let other = add("b");
    assert_eq!(other.code, Some(1), "{}", other.err);
    assert!(other.err.contains("conflict"), "{}", other.err);
    assert_eq!(counter.json(&["list"])["contact_way"].as_array().unwrap().len(), 1);
}
