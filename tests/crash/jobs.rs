//! Jobs of several processes on one store: one that is killed, one that sleeps, and those that go on for them.

use std::thread;
use std::time::{Duration, Instant};

use contactway::{Client, Options};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::bench::{Bench, apply, counts, ledger, read, row, rows, sync};
use crate::worker::Worker;

/// Short, so that what a killed process had under way is settled soon.
const TIMES: &str = r#","timeout_ms":800,"settle_s":2"#;
const SLOW: &str = r#"{"endpoint":"*","share":1.0,"times":100000,"do":{"delay_ms":20}}"#;

fn start(bench: &Bench, job: &str, request: &Value) -> Worker {
    Worker::start(&bench.config(TIMES), job, request)
}

pub fn wait_until(what: impl Fn() -> bool) {
    let began = Instant::now();
    while !what() {
        assert!(began.elapsed() < Duration::from_secs(30), "it never came to that");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn one_that_stands_by_takes_over_from_one_that_is_killed() {
    let bench = Bench::new();
    bench.shop.faults(SLOW);
    let holder = start(&bench, "apply", &json!({"rows": rows(300)}));
    wait_until(|| !bench.all().is_empty());
    let client = bench.client(TIMES);
    thread::scope(|scope| {
        let stands_by = scope.spawn(|| apply(&client, &rows(300)));
        thread::sleep(Duration::from_millis(100));
        holder.kill();
        let killed = Instant::now();
        let answer = stands_by.join().unwrap();
        assert_eq!((&answer["errcode"], &answer["failed"]), (&json!(0), &json!(0)), "{answer}");
        let is_soon = killed.elapsed() < Duration::from_secs(9);
        assert!(is_soon || !bench.is_sqlite(), "on one machine a dead process's lease does not have to run out");
    });
    assert_eq!(bench.all().len(), 300);
}

/// Stops a process while it does not have the store's lock, which it would keep.
fn stop_between_writes(holder: &Worker, client: &Client) {
    let short = Options { timeout: Some(Duration::from_millis(300)), ..Options::default() };
    loop {
        holder.signal(Signal::STOP);
        if read(client.sync("{}", &short, None))["error"]["kind"] == "conflict" {
            return;
        }
        holder.signal(Signal::CONT);
        thread::sleep(Duration::from_millis(30));
    }
}

#[test]
fn a_holder_that_sleeps_past_its_lease_sends_nothing_when_it_wakes() {
    let bench = Bench::new();
    bench.shop.faults(r#"{"endpoint":"add_contact_way","share":1.0,"times":100000,"do":{"delay_ms":200}}"#);
    let mut holder = start(&bench, "apply", &json!({"rows": rows(100)}));
    wait_until(|| bench.all().len() > 5);
    let client = bench.client(TIMES);
    stop_between_writes(&holder, &client);
    bench.shop.ask("DELETE", "/sandbox/faults", "");
    let answer_of_next = apply(&client, &rows(100));
    holder.signal(Signal::CONT);
    assert_eq!((&answer_of_next["errcode"], &answer_of_next["failed"]), (&json!(0), &json!(0)), "{answer_of_next}");
    let late = holder.end().unwrap();
    assert_eq!(late["error"]["kind"], "conflict", "{late}");
    assert_eq!(bench.all().len(), 100, "nothing was sent by the one that woke");
    assert_eq!(ledger(&client, &json!({"limit": 1000, "status": "active"})).len(), 100);
}

#[test]
fn replace_user_and_sync_that_are_killed_are_done_by_the_next_run() {
    let bench = Bench::new();
    let client = bench.client(TIMES);
    let wanted: Vec<_> =
        (0..200).map(|nth| row(&format!("k{nth}"), &json!({"user": ["zhangsan", "wangwu"]}))).collect();
    assert_eq!(counts(&apply(&client, &wanted)), json!({"created": 200}));
    bench.shop.faults(SLOW);
    let replace = json!({"from": "zhangsan", "to": ["lisi"]});
    for (job, request, endpoint) in
        [("replace_user", &replace, "update_contact_way"), ("sync", &json!({}), "get_contact_way")]
    {
        bench.forget_calls();
        let child = start(&bench, job, request);
        wait_until(|| bench.shop.count(endpoint) > 20);
        child.kill();
        // The right to what it was changing runs out, and on a server, which knows of no process, its lease.
        thread::sleep(Duration::from_secs(if bench.is_sqlite() { 3 } else { 11 }));
    }
    bench.shop.ask("DELETE", "/sandbox/faults", "");
    let rest = read(client.replace_user(&replace.to_string(), &Options::default(), None));
    assert_eq!((&rest["errcode"], &rest["failed"]), (&json!(0), &json!(0)), "{rest}");
    assert!((1..200).contains(&rest["updated"].as_u64().unwrap()), "{rest}");
    assert_eq!(counts(&sync(&client))["known"], 200);
    let users: Vec<_> = bench.all().iter().map(|way| way["user"].clone()).collect();
    assert!(users.iter().all(|user| *user == json!(["lisi", "wangwu"])), "{users:?}");
}
