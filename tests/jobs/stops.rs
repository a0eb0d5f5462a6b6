//! Jobs that are stopped, that lose answers, and that others do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use contactway::{Canceller, Client, Options, Progress};
use serde_json::{Value, json};

use crate::bench::{Bench, Told, apply, apply_to, apply_with, counts, ledger, read, rows, sync};

const SLOW: &str = r#"{"endpoint":"add_contact_way","share":1.0,"times":100000,"do":{"delay_ms":10}}"#;

fn request(count: usize) -> String {
    json!({"rows": rows(count)}).to_string()
}

/// Every contact way is in the ledger, and no key has two.
fn assert_nothing_is_doubled(bench: &Bench, client: &Client, count: usize) {
    let all = bench.all();
    assert_eq!(all.len(), count);
    let state: Value = read(client.ledger(r#"{"limit":1000,"status":"active"}"#, &Options::default()));
    assert_eq!(state["entries"].as_array().unwrap().len(), count);
    assert_eq!(ledger(client, &json!({"status": "intended"})).len(), 0);
}

#[test]
fn progress_stops_a_job_cleanly() {
    let bench = Bench::new();
    let client = bench.client("");
    bench.shop.faults(SLOW);
    let mut told = Told { lines: Vec::new(), stop_at: 3 };
    let began = Instant::now();
    let answer = read(client.apply(&request(900), &Options::default(), Some(&mut told)));
    assert_eq!((&answer["errcode"], &answer["error"]["kind"]), (&json!(-1010), &json!("cancelled")), "{answer}");
    assert_eq!((&answer["error"]["effect"], &answer["error"]["retryable"]), (&json!("none"), &json!(true)), "{answer}");
    let created = usize::try_from(answer["created"].as_u64().unwrap()).unwrap();
    assert!((1..900).contains(&created), "{answer}");
    assert!(began.elapsed() >= Duration::from_millis(200), "it is told ten times a second at most");
    assert_eq!(told.lines.len(), 3, "nothing is told after it said to stop");
    assert_nothing_is_doubled(&bench, &client, created);
    bench.shop.ask("DELETE", "/sandbox/faults", "");
    let rest = apply(&client, &rows(900));
    assert_eq!(counts(&rest), json!({"unchanged": created, "created": 900 - created}));
}

#[test]
fn a_canceller_and_a_deadline_stop_it_with_the_counts_so_far() {
    let bench = Bench::new();
    let client = bench.client("");
    bench.shop.faults(SLOW);
    let canceller = Canceller::new();
    let early = thread::scope(|scope| {
        let options = Options { canceller: Some(canceller.clone()), ..Options::default() };
        let client = &client;
        let job = scope.spawn(move || read(client.apply(&request(900), &options, None)));
        while bench.all().len() < 100 {
            thread::sleep(Duration::from_millis(10));
        }
        let fired = Instant::now();
        canceller.cancel();
        let answer = job.join().unwrap();
        assert!(fired.elapsed() < Duration::from_secs(2), "{:?}", fired.elapsed());
        answer
    });
    assert_eq!(early["error"]["kind"], "cancelled", "{early}");
    assert!(early["created"].as_u64().unwrap() > 0 && early["failures"].is_array(), "{early}");
    bench.shop.ask("DELETE", "/sandbox/faults", "");
    bench.shop.faults(&SLOW.replace("10}", "60}"));
    let short = Options { timeout: Some(Duration::from_secs(3)), ..Options::default() };
    let late = read(client.apply(&request(900), &short, None));
    assert_eq!((&late["errcode"], &late["error"]["kind"]), (&json!(-1006), &json!("timeout")), "{late}");
    assert!(late["unchanged"].as_u64().unwrap() > 0, "{late}");
    bench.shop.ask("DELETE", "/sandbox/faults", "");
    let rest = apply(&client, &rows(900));
    assert_eq!(rest["failed"], 0, "{rest}");
    assert_nothing_is_doubled(&bench, &client, 900);
}

#[test]
fn what_concerns_the_whole_job_stops_it_at_once() {
    for errcode in [48002, 60020] {
        let bench = Bench::new();
        let client = bench.client("");
        bench.shop.faults(&format!(
            r#"{{"endpoint":"add_contact_way","nth":20,"times":100000,"do":{{"errcode":{errcode}}}}}"#
        ));
        let answer = apply(&client, &rows(900));
        assert_eq!((&answer["errcode"], &answer["error"]["kind"]), (&json!(errcode), &json!("api")), "{answer}");
        let created = answer["created"].as_u64().unwrap();
        assert!((1..=20).contains(&created), "{answer}");
        assert!(bench.shop.count("add_contact_way") < 40);
        assert_eq!(
            ledger(&client, &json!({"status": "intended"})).len(),
            0,
            "what was not sent is written down no more"
        );
    }
}

#[test]
fn an_add_whose_answer_is_lost_is_looked_for_and_not_made_twice() {
    let bench = Bench::new();
    let client = bench.client(r#","max_attempts":1"#);
    let lose = r#"{"endpoint":"add_contact_way","share":0.1,"times":1000,"when":"after","do":{"reset":true}}"#;
    bench.shop.faults(lose);
    let answer = apply(&client, &rows(200));
    assert_eq!((&answer["errcode"], &answer["failed"]), (&json!(0), &json!(0)), "{answer}");
    assert_nothing_is_doubled(&bench, &client, 200);
    let counted = answer["created"].as_u64().unwrap() + answer["unchanged"].as_u64().unwrap();
    assert_eq!(counted, 200, "{answer}");
}

#[test]
fn an_add_that_never_came_there_is_made_once_its_absence_is_sure() {
    let bench = Bench::with(r#","list_lag_s":2"#);
    let client = bench.client(r#","max_attempts":1,"settle_s":3,"timeout_ms":1000"#);
    let before = r#"{"endpoint":"add_contact_way","nth":3,"times":1,"when":"before","do":{"reset":true}}"#;
    let after = r#"{"endpoint":"add_contact_way","nth":6,"times":1,"when":"after","do":{"reset":true}}"#;
    bench.shop.faults(&format!("{before},{after}"));
    let answer = apply(&client, &rows(10));
    assert_eq!(answer["errcode"], 0, "{answer}");
    assert_nothing_is_doubled(&bench, &client, 10);
}

/// Waits until a job has made so many contact ways, which tells that it is under way.
fn wait_for_adds(bench: &Bench, count: usize) {
    while bench.shop.count("add_contact_way") < count {
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn there_is_one_job_at_a_time() {
    let bench = Bench::new();
    let (first, second) = (bench.client(""), bench.client(""));
    bench.shop.faults(SLOW);
    thread::scope(|scope| {
        let holder = scope.spawn(|| apply(&first, &rows(300)));
        wait_for_adds(&bench, 1);
        let other = sync(&second);
        assert_eq!((&other["errcode"], &other["error"]["kind"]), (&json!(-1012), &json!("conflict")), "{other}");
        assert!(other["errmsg"].as_str().unwrap().contains("apply"), "{other}");
        let elsewhere = apply_with(&second, &rows(1), &json!({"namespace": "n"}));
        assert_eq!(elsewhere["error"]["kind"], "conflict", "{elsewhere}");
        let stands_by = apply(&second, &rows(300));
        assert_eq!(counts(&stands_by), json!({"unchanged": 300}), "it waits, and then finds all done");
        assert_eq!(counts(&holder.join().unwrap()), json!({"created": 300}));
    });
}

#[test]
fn one_that_stands_by_is_told_of_progress_and_stopped_by_it() {
    let bench = Bench::new();
    let (first, second) = (bench.client(""), bench.client(""));
    bench.shop.faults(SLOW);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let holder = scope.spawn(|| {
            let done = apply(&first, &rows(400));
            is_over.store(true, Ordering::SeqCst);
            done
        });
        wait_for_adds(&bench, 1);
        let mut told = Told { lines: Vec::new(), stop_at: 3 };
        let answer = read(second.apply(&request(400), &Options::default(), Some(&mut told)));
        assert!(!is_over.load(Ordering::SeqCst), "it did not wait for the holder");
        assert_eq!((&answer["error"]["kind"], &answer["error"]["effect"]), (&json!("cancelled"), &json!("none")));
        assert_eq!((&answer["created"], told.lines.len()), (&json!(0), 3), "{answer}");
        assert_eq!(counts(&holder.join().unwrap()), json!({"created": 400}));
    });
}

#[test]
fn one_that_stood_by_in_vain_did_nothing_and_may_be_run_again() {
    let bench = Bench::new();
    let (first, second) = (bench.client(""), bench.client(""));
    bench.shop.faults(SLOW);
    let report = bench.path("report.jsonl");
    let wanted = json!({"rows": rows(1), "report_path": report}).to_string();
    thread::scope(|scope| {
        let holder = scope.spawn(|| apply(&first, &rows(600)));
        wait_for_adds(&bench, 1);
        let short = Options { timeout: Some(Duration::from_millis(400)), ..Options::default() };
        let fired = Canceller::new();
        fired.cancel();
        let stopped = Options { canceller: Some(fired), ..Options::default() };
        for (options, kind) in [(short, "timeout"), (stopped, "cancelled")] {
            let answer = read(second.apply(&wanted, &options, None));
            assert_eq!(
                (&answer["error"]["kind"], &answer["error"]["retryable"]),
                (&json!(kind), &json!(true)),
                "{answer}"
            );
            for count in ["created", "claimed", "updated", "unchanged", "deleted", "replaced", "failed"] {
                assert_eq!(answer[count], 0, "{count}: {answer}");
            }
            assert_eq!(answer["failures"], json!([]), "{answer}");
        }
        holder.join().unwrap();
    });
    assert!(!report.exists() && !bench.path("report.jsonl.partial").exists(), "it is the holder's to write");
}

#[test]
fn a_partial_job_is_worth_running_again_where_a_row_may_succeed_then() {
    for (fault, worth) in [(r#"{"errcode":41054}"#, false), (r#"{"errcode":6000}"#, true)] {
        let bench = Bench::new();
        let client = bench.client(r#","max_attempts":1"#);
        bench.shop.faults(&format!(r#"{{"endpoint":"add_contact_way","nth":2,"times":1,"do":{fault}}}"#));
        let answer = apply(&client, &rows(3));
        assert_eq!((&answer["error"]["kind"], &answer["failed"]), (&json!("partial"), &json!(1)), "{answer}");
        assert_eq!(answer["error"]["retryable"], worth, "{answer}");
    }
}

#[test]
fn a_jobs_lease_outlives_what_it_waits_for() {
    struct Sleeper(Arc<AtomicBool>);
    impl Progress for Sleeper {
        fn tell(&mut self, _: &str) -> bool {
            if !self.0.swap(true, Ordering::SeqCst) {
                // Longer than a lease: nothing is sent meanwhile, and then the job goes on.
                thread::sleep(Duration::from_secs(11));
            }
            true
        }
    }
    let bench = Bench::new();
    let client = bench.client("");
    bench.shop.faults(SLOW);
    let answer = read(client.apply(&request(600), &Options::default(), Some(&mut Sleeper(Arc::default()))));
    assert_eq!(counts(&answer), json!({"created": 600}), "{answer}");
    assert_nothing_is_doubled(&bench, &client, 600);
}

#[test]
fn limits_are_kept_so_that_wecom_refuses_nothing() {
    let bench = Bench::with(r#","limits":true"#);
    let client = bench.client(r#","rate_limit":{"per_minute":6000,"per_hour":150000}"#);
    let answer = apply(&client, &rows(400));
    assert_eq!(counts(&answer), json!({"created": 400}), "{answer}");
    assert_eq!(bench.shop.count("add_contact_way"), 400, "no add was refused and sent again");
}

#[test]
fn a_job_waits_for_the_minute_that_its_calls_may_not() {
    let bench = Bench::new();
    let client = bench.client(r#","timeout_ms":2000,"rate_limit":{"per_minute":60,"per_hour":1000}"#);
    let answer = apply(&client, &rows(5));
    assert_eq!(counts(&answer), json!({"created": 5}), "{answer}");
}

#[test]
fn one_that_is_held_back_past_its_deadline_says_by_what_and_for_how_long() {
    let bench = Bench::new();
    let client = bench.client(r#","rate_limit":{"per_minute":1,"per_hour":1000}"#);
    let short = Options { timeout: Some(Duration::from_secs(10)), ..Options::default() };
    let began = Instant::now();
    // One after the other: the second one stops the job, maybe before the first one was sent.
    let one_by_one = json!({"rows": rows(3), "concurrency": 1}).to_string();
    let answer = read(client.apply(&one_by_one, &short, None));
    assert_eq!((&answer["error"]["kind"], &answer["created"]), (&json!("timeout"), &json!(1)), "{answer}");
    assert!(answer["errmsg"].as_str().unwrap().contains("the rate, which is 1 a minute"), "{answer}");
    assert!(answer["error"]["retry_after_ms"].as_u64().unwrap() > 10_000, "{answer}");
    assert!(began.elapsed() < Duration::from_secs(5), "at once, and not at its deadline");
}

#[test]
fn without_a_durable_store_there_are_no_jobs() {
    let bench = Bench::new();
    let client = bench.other();
    let none = Options::default();
    for answer in [
        apply_to(&client, &json!({"rows": []})),
        sync(&client),
        read(client.replace_user("{}", &none, None)),
        read(client.save_qr_codes("{}", &none, None)),
    ] {
        assert_eq!(answer["error"]["kind"], "unsupported", "{answer}");
    }
}

#[test]
fn what_a_deadline_cut_short_is_no_failure() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &rows(100));
    bench.shop.faults(r#"{"endpoint":"get_contact_way","share":1.0,"times":100000,"do":{"delay_ms":2000}}"#);
    let short = Options { timeout: Some(Duration::from_millis(400)), ..Options::default() };
    let replace = r#"{"from":"zhangsan","to":["lisi"]}"#;
    for answer in [read(client.sync("{}", &short, None)), read(client.replace_user(replace, &short, None))] {
        assert_eq!((&answer["error"]["kind"], &answer["failures"]), (&json!("timeout"), &json!([])), "{answer}");
    }
    bench.shop.ask("DELETE", "/sandbox/faults", "");
    let rest = read(client.replace_user(replace, &Options::default(), None));
    assert_eq!((&rest["errcode"], &rest["failed"]), (&json!(0), &json!(0)), "{rest}");
    assert!(bench.all().iter().all(|way| way["user"] == json!(["lisi"])));
}
