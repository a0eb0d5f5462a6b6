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
fn a_key_that_stands_for_nothing_says_so_and_sends_nothing() {
    let counter = Counter::new();
    counter.add(&["--key", "old", "--state", "c1"]);
    counter.json(&["del", "--key", "old"]);
    counter.shop.ask("DELETE", "/sandbox/calls", "");
    for command in ["get", "update", "del", "save-qr-code"] {
        let unknown = counter.run(&[command, "--key", "nobody"]);
        assert_eq!(unknown.code, Some(1), "{command}: {}", unknown.err);
        assert!(unknown.err.contains("no contact way of the key nobody"), "{command}: {}", unknown.err);
        let deleted = counter.run(&[command, "--key", "old"]);
        assert_eq!(deleted.code, Some(1), "{command}: {}", deleted.err);
        assert!(deleted.err.contains("of the key old is deleted"), "{command}: {}", deleted.err);
        let ran = counter.run(&[command, "--key", "old", "--no-ledger"]);
        assert!(ran.code == Some(2) && ran.err.contains("leave out --no-ledger"), "{command}: {}", ran.err);
        let both = counter.run(&[command, "--key", "old", "--config-id", "x"]);
        assert_eq!(both.code, Some(2), "{command}: {}", both.err);
    }
    assert!(counter.run(&["del", "--key", "nobody", "--lang", "zh"]).err.contains("台账中没有 key 为 nobody"));
    assert_eq!(counter.shop.calls(), [""; 0]);
}
