//! Jobs of several processes on one store: one that is killed, one that sleeps, and those that go on for them.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use contactway::{Client, Options, Shared};
use serde_json::{Value, json};

use crate::bench::{Bench, apply, counts, ledger, read, row, rows, sync};

const CONFIG: &str = "CONTACTWAY_JOBS_CONFIG";
const JOB: &str = "CONTACTWAY_JOBS_JOB";
const REQUEST: &str = "CONTACTWAY_JOBS_REQUEST";
/// Short, so that what a killed process had under way is settled soon.
const TIMES: &str = r#","timeout_ms":500,"settle_s":1"#;
const SLOW: &str = r#"{"endpoint":"*","share":1.0,"times":100000,"do":{"delay_ms":20}}"#;

/// What a process of its own does; it is started by the tests below.
#[test]
#[ignore = "a process that other tests start"]
fn child() {
    let Ok(config) = std::env::var(CONFIG) else { return };
    let (job, request) = (std::env::var(JOB).unwrap(), std::env::var(REQUEST).unwrap());
    let client = Client::new(&config, &Shared::default()).unwrap();
    let options = Options::default();
    let answer = read(match job.as_str() {
        "sync" => client.sync(&request, &options, None),
        "replace_user" => client.replace_user(&request, &options, None),
        _ => client.apply(&request, &options, None),
    });
    println!("\nANSWER {answer}");
}

fn start(bench: &Bench, job: &str, request: &Value) -> Child {
    let config = bench.shop.config(&format!(r#","store":"{}"{TIMES}"#, bench.directory.store()));
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["processes::child", "--exact", "--ignored", "--nocapture"]);
    command.env(CONFIG, config).env(JOB, job).env(REQUEST, request.to_string());
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

fn answer(child: Child) -> Value {
    let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    let line = output.lines().find_map(|line| line.strip_prefix("ANSWER ")).unwrap_or_else(|| panic!("{output}"));
    serde_json::from_str(line).unwrap()
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

fn wait_until(what: impl Fn() -> bool) {
    let began = Instant::now();
    while !what() {
        assert!(began.elapsed() < Duration::from_secs(30), "it never came to that");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_job_that_is_killed_is_ended_by_the_next_run_and_nothing_is_doubled() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let bench = Bench::new();
    bench.shop.faults(SLOW);
    let request = json!({"rows": rows(400)});
    let mut interrupted = 0;
    for _ in 0..4 {
        let before = bench.all().len();
        let mut child = start(&bench, "apply", &request);
        wait_until(|| bench.all().len() > before || child_has_ended(&bench));
        thread::sleep(Duration::from_millis(random.u64(..80)));
        child.kill().unwrap();
        child.wait().unwrap();
        interrupted += usize::from(bench.all().len() < 400);
    }
    assert!(interrupted > 1, "the kills came too late to interrupt anything");
    bench.shop.ask("DELETE", "/sandbox/faults", "");
    let client = bench.client(TIMES);
    let left = ledger(&client, &json!({"limit": 1000, "status": "intended"}));
    assert!(left.len() <= 512, "{}", left.len());
    let last = apply(&client, &rows(400));
    assert_eq!((&last["errcode"], &last["failed"]), (&json!(0), &json!(0)), "{last}");
    assert_eq!(bench.all().len(), 400, "no key has two contact ways");
    assert_eq!(ledger(&client, &json!({"limit": 1000, "status": "active"})).len(), 400);
    assert_eq!(counts(&sync(&client)), json!({"listed": 400, "known": 400}), "all that WeCom has is in the ledger");
}

/// Whether everything was made: there is nothing to wait for.
fn child_has_ended(bench: &Bench) -> bool {
    bench.all().len() == 400
}

#[test]
fn one_that_stands_by_takes_over_from_one_that_is_killed() {
    let bench = Bench::new();
    bench.shop.faults(SLOW);
    let mut holder = start(&bench, "apply", &json!({"rows": rows(300)}));
    wait_until(|| !bench.all().is_empty());
    let client = bench.client(TIMES);
    thread::scope(|scope| {
        let stands_by = scope.spawn(|| apply(&client, &rows(300)));
        thread::sleep(Duration::from_millis(100));
        holder.kill().unwrap();
        holder.wait().unwrap();
        let killed = Instant::now();
        let answer = stands_by.join().unwrap();
        assert_eq!((&answer["errcode"], &answer["failed"]), (&json!(0), &json!(0)), "{answer}");
        assert!(killed.elapsed() < Duration::from_secs(9), "a dead process's lease does not have to run out");
    });
    assert_eq!(bench.all().len(), 300);
}

/// Stops a process while it does not have the store's lock, which it would keep.
fn stop_between_writes(holder: &Child, client: &Client) {
    let short = Options { timeout: Some(Duration::from_millis(300)), ..Options::default() };
    loop {
        signal(holder, "-STOP");
        if read(client.sync("{}", &short, None))["error"]["kind"] == "conflict" {
            return;
        }
        signal(holder, "-CONT");
        thread::sleep(Duration::from_millis(30));
    }
}

#[test]
fn a_holder_that_sleeps_past_its_lease_sends_nothing_when_it_wakes() {
    let bench = Bench::new();
    bench.shop.faults(r#"{"endpoint":"add_contact_way","share":1.0,"times":100000,"do":{"delay_ms":200}}"#);
    let holder = start(&bench, "apply", &json!({"rows": rows(100)}));
    wait_until(|| bench.all().len() > 5);
    let client = bench.client(TIMES);
    stop_between_writes(&holder, &client);
    bench.shop.ask("DELETE", "/sandbox/faults", "");
    let answer_of_next = apply(&client, &rows(100));
    signal(&holder, "-CONT");
    assert_eq!((&answer_of_next["errcode"], &answer_of_next["failed"]), (&json!(0), &json!(0)), "{answer_of_next}");
    let late = answer(holder);
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
        let mut child = start(&bench, job, request);
        wait_until(|| bench.shop.count(endpoint) > 20);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    bench.shop.ask("DELETE", "/sandbox/faults", "");
    thread::sleep(Duration::from_secs(2));
    let rest = read(client.replace_user(&replace.to_string(), &Options::default(), None));
    assert_eq!((&rest["errcode"], &rest["failed"]), (&json!(0), &json!(0)), "{rest}");
    assert!((1..200).contains(&rest["updated"].as_u64().unwrap()), "{rest}");
    assert_eq!(counts(&sync(&client))["known"], 200);
    let users: Vec<_> = bench.all().iter().map(|way| way["user"].clone()).collect();
    assert!(users.iter().all(|user| *user == json!(["lisi", "wangwu"])), "{users:?}");
}
