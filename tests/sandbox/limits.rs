//! How often, how many at once, and the ban for wrong secrets.

use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};

use crate::support::{NOW, Wecom};

/// So many lists over one connection; the errcodes, each with how often it came.
fn lists(wecom: &Wecom, count: usize) -> Vec<(i64, usize)> {
    let mut connection = wecom.connect();
    let mut codes: Vec<(i64, usize)> = Vec::new();
    for _ in 0..count {
        let answer = connection.request("POST", &wecom.target("list_contact_way"), &[], b"{}").json();
        let code = answer["errcode"].as_i64().unwrap();
        match codes.last_mut() {
            Some((last, times)) if *last == code => *times += 1,
            _ => codes.push((code, 1)),
        }
    }
    codes
}

#[test]
fn off_unless_asked_for() {
    let wecom = Wecom::plain();
    assert_eq!(lists(&wecom, 10_001), [(0, 10_001)]);
}

#[test]
fn ten_thousand_a_minute_and_a_minutes_block() {
    let wecom = Wecom::start(json!({"clock": NOW, "limits": true}));
    wecom.advance(30);
    assert_eq!(lists(&wecom, 10_002), [(0, 10_000), (45009, 2)]);
    let refused = wecom.call("list_contact_way", json!({}));
    assert_eq!(refused["contact_way"], json!([]));
    assert_ne!(wecom.call("get_contact_way", json!({}))["errcode"], 45009, "each endpoint counts for itself");
    wecom.advance(59);
    assert_eq!(lists(&wecom, 1), [(45009, 1)]);
    wecom.advance(1);
    assert_eq!(lists(&wecom, 1), [(0, 1)]);
}

#[test]
fn the_hour_has_a_limit_too_and_blocks_for_an_hour() {
    let wecom = Wecom::start(json!({"clock": NOW, "limits": {"per_minute": 10, "per_hour": 15}}));
    assert_eq!(lists(&wecom, 8), [(0, 8)]);
    wecom.advance(60);
    assert_eq!(lists(&wecom, 8), [(0, 7), (45009, 1)]);
    wecom.advance(3599);
    assert_eq!(lists(&wecom, 1), [(45009, 1)]);
    wecom.advance(1);
    assert_eq!(lists(&wecom, 1), [(0, 1)]);
}

#[test]
fn the_block_begins_with_the_first_refusal() {
    let wecom = Wecom::start(json!({"clock": NOW, "limits": {"per_minute": 3}}));
    assert_eq!(lists(&wecom, 3), [(0, 3)]);
    wecom.advance(30);
    assert_eq!(lists(&wecom, 1), [(45009, 1)]);
    wecom.advance(59);
    assert_eq!(lists(&wecom, 1), [(45009, 1)]);
    wecom.advance(1);
    assert_eq!(lists(&wecom, 1), [(0, 1)]);
}

#[test]
fn corporations_count_for_themselves_and_apps_of_one_together() {
    let app = |corp: &str, secret: &str| json!({"corp_id": corp, "secret": secret});
    let mut wecom = Wecom::start(json!({"clock": NOW, "limits": {"per_minute": 3},
        "apps": [app("ww1", "a"), app("ww1", "b"), app("ww2", "c")]}));
    assert_eq!(lists(&wecom, 3), [(0, 3)]);
    wecom.log_in("ww1", "b");
    assert_eq!(lists(&wecom, 1), [(45009, 1)]);
    wecom.log_in("ww2", "c");
    assert_eq!(lists(&wecom, 1), [(0, 1)]);
}

#[test]
fn five_at_once() {
    let wecom = Wecom::start(json!({"limits": true, "latency_ms": 300}));
    let (list, del) = (wecom.target("list_contact_way"), wecom.target("del_contact_way"));
    let at_once = |targets: Vec<&str>| -> Vec<Value> {
        let barrier = Barrier::new(targets.len());
        let call = |target: &str| {
            let mut connection = wecom.connect();
            barrier.wait();
            connection.request("POST", target, &[], b"{}").json()["errcode"].clone()
        };
        thread::scope(|scope| {
            let threads: Vec<_> = targets.iter().map(|target| scope.spawn(move || call(target))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    };
    let mut codes = at_once(vec![&list, &list, &list, &list, &list, &list, &del]);
    assert_eq!(codes.pop(), Some(json!(41043)), "each endpoint counts for itself");
    codes.sort_by_key(Value::as_i64);
    assert_eq!(codes, [0, 0, 0, 0, 0, 45033]);
    assert_eq!(at_once(vec![&list; 5]), [0; 5], "a call that ended frees its place");
}

#[test]
fn two_thousand_wrong_secrets_in_an_hour_ban_for_an_hour() {
    let wecom = Wecom::plain();
    let target = format!("/cgi-bin/gettoken?corpid={}&corpsecret=wrong", wecom.info["corp_id"].as_str().unwrap());
    let mut connection = wecom.connect();
    for number in 0..2_000 {
        let answer = connection.request("GET", &target, &[], b"").json();
        assert_eq!(answer["errcode"], 40001, "{number}");
    }
    assert_eq!(connection.request("GET", &target, &[], b"").json()["errcode"], 45009);
    assert_eq!(wecom.gettoken()["errcode"], 45009, "the right secret is banned with the wrong ones");
    assert_eq!(wecom.call("list_contact_way", json!({}))["errcode"], 0, "a token that one has still works");
    wecom.advance(3_599);
    assert_eq!(wecom.gettoken()["errcode"], 45009);
    wecom.advance(1);
    assert_eq!(wecom.gettoken()["errcode"], 0);
}
