//! A contact way meant by its key.

use std::fs;

use serde_json::json;

use crate::counter::Counter;

#[test]
fn a_key_stands_for_the_id_wherever_one_is_asked_for() {
    let counter = Counter::new();
    let id = counter.add(&["--key", "counter-1", "--state", "c1"]);
    let way = || counter.json(&["get", "--key", "counter-1"])["contact_way"].clone();
    assert_eq!(way()["config_id"], json!(id));
    counter.json(&["update", "--key", "counter-1", "--remark", "后门"]);
    assert_eq!(way()["remark"], "后门");
    counter.json(&["update", "--key", "counter-1", "--json", r#"{"remark":"前台"}"#]);
    assert_eq!(way()["remark"], "前台");
    counter.json(&["save-qr-code", "--key", "counter-1", "--out", "code.png"]);
    assert!(fs::read(counter.path("code.png")).unwrap().starts_with(b"\x89PNG"));
    counter.json(&["del", "--key", "counter-1"]);
    assert_eq!(counter.json(&["list"])["contact_way"], json!([]));
    // The key is free again, and means the living one.
    let next = counter.add(&["--key", "counter-1", "--state", "c2"]);
    assert_eq!(way()["config_id"], json!(next));
}

#[test]
fn where_neither_id_nor_key_is_given_both_are_named() {
    let counter = Counter::new();
    for (arguments, ways) in [
        (&["get"][..], &["--config-id", "--key"][..]),
        (&["update", "--remark", "a"], &["--config-id", "--key"]),
        (&["update"], &["--config-id", "--key"]),
        (&["del"], &["--config-id", "--key"]),
        (&["del", "--json", "{}"], &["--config-id", "--key"]),
        (&["save-qr-code", "--out", "a.png"], &["--config-id", "--key", "--qr-code"]),
    ] {
        for (lang, words) in [("en", "say which contact way is meant"), ("zh", "请指明是哪一个「联系我」")]
        {
            let ran = counter.run(&[arguments, &["--lang", lang]].concat());
            assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.err);
            assert!(ran.err.contains(words) && ways.iter().all(|way| ran.err.contains(way)), "{}", ran.err);
        }
    }
    let both =
        counter.run(&["save-qr-code", "--config-id", "x", "--qr-code", "https://wework.qpic.cn/x", "--out", "a.png"]);
    assert!(both.code == Some(2) && both.err.contains("--key and --qr-code"), "{}", both.err);
    assert_eq!(counter.shop.calls(), [""; 0]);
}

#[test]
fn an_update_of_nothing_is_not_sent() {
    let counter = Counter::new();
    counter.add(&["--key", "counter-1", "--state", "c1"]);
    counter.shop.ask("DELETE", "/sandbox/calls", "");
    for meant in [&["--key", "counter-1"][..], &["--config-id", "x"], &["--json", r#"{"config_id":"x"}"#]] {
        let ran = counter.run(&[&["update"], meant].concat());
        assert_eq!(ran.code, Some(2), "{meant:?}: {}", ran.err);
        for flag in ["--json", "--remark", "--user", "--skip-verify"] {
            assert!(ran.err.contains(flag), "{meant:?}: {}", ran.err);
        }
        assert!(!ran.err.contains("--config-id"), "{}", ran.err);
        let ran = counter.run(&[&["update", "--lang", "zh"], meant].concat());
        assert!(ran.err.contains("没有给出要修改的内容"), "{}", ran.err);
    }
    assert_eq!(counter.shop.calls(), [""; 0]);
}

#[test]
fn a_key_that_stands_for_nothing_says_so_and_sends_nothing() {
    let counter = Counter::new();
    counter.add(&["--key", "old", "--state", "c1"]);
    counter.json(&["del", "--key", "old"]);
    counter.shop.ask("DELETE", "/sandbox/calls", "");
    for command in [&["get"][..], &["update", "--remark", "a"], &["del"], &["save-qr-code"]] {
        let with = |flags: &[&str]| counter.run(&[command, flags].concat());
        let unknown = with(&["--key", "nobody"]);
        assert_eq!(unknown.code, Some(1), "{command:?}: {}", unknown.err);
        assert!(unknown.err.contains("no contact way of the key nobody"), "{command:?}: {}", unknown.err);
        let deleted = with(&["--key", "old"]);
        assert_eq!(deleted.code, Some(1), "{command:?}: {}", deleted.err);
        assert!(deleted.err.contains("of the key old is deleted"), "{command:?}: {}", deleted.err);
        let ran = with(&["--key", "old", "--no-ledger"]);
        assert!(ran.code == Some(2) && ran.err.contains("leave out --no-ledger"), "{command:?}: {}", ran.err);
        let both = with(&["--key", "old", "--config-id", "x"]);
        assert_eq!(both.code, Some(2), "{command:?}: {}", both.err);
    }
    assert!(counter.run(&["del", "--key", "nobody", "--lang", "zh"]).err.contains("台账中没有 key 为 nobody"));
    assert_eq!(counter.shop.calls(), [""; 0]);
}
