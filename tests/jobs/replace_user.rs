//! One member taken out of every contact way that names them.

use std::thread;
use std::time::Duration;

use contactway::{Canceller, Client, Options};
use serde_json::{Value, json};

use crate::bench::{Bench, apply, counts, entry, read, row, sync};
use crate::support::added;

fn replace(client: &Client, request: &Value) -> Value {
    read(client.replace_user(&request.to_string(), &Options::default(), None))
}

fn user(bench: &Bench, client: &Client, key: &str) -> Value {
    bench.seen(entry(client, key)["config_id"].as_str().unwrap())["user"].clone()
}

#[test]
fn a_member_is_replaced_wherever_they_are_named_without_regard_to_case() {
    let bench = Bench::new();
    let client = bench.client("");
    let stranger = added(&bench.other());
    sync(&client);
    let wanted = [
        row("one", &json!({"type": 1, "user": ["zhangsan"]})),
        row("many", &json!({"user": ["wangwu", "ZhangSan", "lisi"]})),
        row("other", &json!({"user": ["wangwu"]})),
    ];
    apply(&client, &wanted);
    let answer = replace(&client, &json!({"from": "ZHANGSAN", "to": ["lisi"]}));
    assert_eq!(answer["errcode"], 0, "{answer}");
    assert_eq!(counts(&answer), json!({"matched": 3, "updated": 3}));
    assert_eq!(user(&bench, &client, "one"), json!(["lisi"]));
    assert_eq!(user(&bench, &client, "many"), json!(["wangwu", "lisi"]), "nobody is named twice");
    assert_eq!(user(&bench, &client, "other"), json!(["wangwu"]));
    assert_eq!(bench.seen(&stranger)["user"], json!(["lisi"]), "also in what was adopted");
    assert_eq!(counts(&replace(&client, &json!({"from": "zhangsan", "to": ["lisi"]}))), json!({}));
}

#[test]
fn what_was_changed_before_a_stop_is_told_though_it_could_not_be_read_again() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[row("a", &json!({"user": ["zhangsan"]}))]);
    bench.shop.faults(r#"{"endpoint":"get_contact_way","nth":2,"times":1,"do":{"delay_ms":5000}}"#);
    let canceller = Canceller::new();
    let options = Options { canceller: Some(canceller.clone()), ..Options::default() };
    let answer = thread::scope(|scope| {
        scope.spawn(|| {
            while bench.bodies("update_contact_way").is_empty() {
                thread::sleep(Duration::from_millis(5));
            }
            thread::sleep(Duration::from_millis(100));
            canceller.cancel();
        });
        read(client.replace_user(r#"{"from":"zhangsan","to":["lisi"]}"#, &options, None))
    });
    assert_eq!((&answer["error"]["kind"], counts(&answer)), (&json!("cancelled"), json!({"matched": 1, "updated": 1})));
}

#[test]
fn what_would_break_a_contact_way_fails_and_does_not_stop_the_rest() {
    let bench = Bench::new();
    let client = bench.client("");
    let one = row("one", &json!({"type": 1}));
    apply(&client, &[one, row("alone", &json!({})), row("two", &json!({"user": ["zhangsan", "lisi"]}))]);
    let answer = replace(&client, &json!({"from": "zhangsan", "to": []}));
    assert_eq!(
        (&answer["errcode"], counts(&answer)),
        (&json!(-1011), json!({"matched": 3, "updated": 1, "failed": 2}))
    );
    assert_eq!(user(&bench, &client, "two"), json!(["lisi"]));
    let answer = replace(&client, &json!({"from": "zhangsan", "to": ["lisi", "wangwu"]}));
    assert_eq!(counts(&answer), json!({"matched": 2, "updated": 1, "failed": 1}), "{answer}");
    assert_eq!(answer["failures"][0]["key"], "one");
    assert_eq!(user(&bench, &client, "one"), json!(["zhangsan"]));
    assert_eq!(user(&bench, &client, "alone"), json!(["lisi", "wangwu"]));
}

#[test]
fn a_member_whom_wecom_refuses_is_told_of() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[row("a", &json!({}))]);
    let answer = replace(&client, &json!({"from": "zhangsan", "to": ["nobody"]}));
    assert_eq!(counts(&answer), json!({"matched": 1, "failed": 1}), "{answer}");
    assert!(answer["failures"][0]["errcode"].as_i64().unwrap() > 0);
    assert_eq!(user(&bench, &client, "a"), json!(["zhangsan"]));
}

#[test]
fn a_dry_run_says_what_would_be_and_sends_nothing() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[row("a", &json!({})), row("one", &json!({"type": 1}))]);
    bench.forget_calls();
    let report = bench.path("report.jsonl");
    let request = json!({"from": "zhangsan", "to": ["lisi", "wangwu"], "dry_run": true, "report_path": report});
    let answer = replace(&client, &request);
    assert_eq!(counts(&answer), json!({"matched": 2, "updated": 1, "failed": 1}), "{answer}");
    assert_eq!(bench.shop.calls(), [""; 0]);
    let report = std::fs::read_to_string(report).unwrap();
    let lines: Vec<serde_json::Value> = report.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let changed = lines.iter().find(|line| line["key"] == "a").unwrap();
    assert_eq!(changed["changes"], json!({"user": {"from": ["zhangsan"], "to": ["lisi", "wangwu"]}}), "{report}");
    assert!(lines.iter().any(|line| line["result"] == "failed" && line.get("changes").is_none()), "{report}");
}

#[test]
fn a_request_that_cannot_be_understood_names_every_member() {
    let bench = Bench::new();
    for (request, pointer) in [
        (json!({"to": ["lisi"]}), "/from"),
        (json!({"from": "a"}), "/to"),
        (json!({"from": "a", "to": "b"}), "/to"),
        (json!({"from": "a", "to": ["A"]}), "/to"),
        (json!({"from": "a", "to": [""]}), "/to"),
        (json!({"from": "a", "to": [], "when": 1}), "/when"),
    ] {
        let answer = replace(&bench.client(""), &request);
        assert_eq!(answer["error"]["kind"], "invalid_request", "{answer}");
        assert_eq!(answer["error"]["details"][0]["pointer"], pointer, "{answer}");
    }
}
