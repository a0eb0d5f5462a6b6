//! Limits: kept here so that WeCom need not refuse, shared by all clients of a process, and WeCom's own heeded.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use contactway::{Client, Effect, Endpoint, Error, Kind, Options, Shared, json_get};
use support::raw::Raw;
use support::{SIMPLE, Shop, add, list};

/// How many calls a server has had at the same time, at most.
#[derive(Default)]
struct Crowd {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// A server that takes its time.
fn slow_server() -> (Raw, Arc<Crowd>) {
    let crowd = Arc::new(Crowd::default());
    let counted = Arc::clone(&crowd);
    let server = Raw::serve(move |peer| {
        while peer.request().is_some() {
            let now = counted.now.fetch_add(1, Ordering::SeqCst) + 1;
            counted.most.fetch_max(now, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(10));
            counted.now.fetch_sub(1, Ordering::SeqCst);
            if !peer.grant() {
                return;
            }
        }
    });
    (server, crowd)
}

fn client(server: &Raw, shared: &Shared, more: &str) -> Client {
    let config =
        format!(r#"{{"base_url":"http://{}","access_token":"a-token","corp_id":"ww1"{more}}}"#, server.address);
    Client::new(&config, shared).unwrap()
}

/// Lists so many times on so many threads.
fn crowd_in(clients: &[Client], threads: usize, times: usize) {
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        for thread in 0..threads {
            let (start, client) = (&start, &clients[thread % clients.len()]);
            scope.spawn(move || {
                start.wait();
                for _ in 0..times {
                    list(client, "{}").unwrap();
                }
            });
        }
    });
}

#[test]
fn the_strictest_of_several_clients_counts_for_all() {
    let (server, crowd) = slow_server();
    let shared = Shared::default();
    let config = r#","rate_limit":false,"max_in_flight""#;
    let clients = [5, 3].map(|most| client(&server, &shared, &format!("{config}:{most}")));
    crowd_in(&clients, 12, 10);
    assert_eq!(crowd.most.swap(0, Ordering::SeqCst), 3);
    // A client without a limit neither waits for theirs nor adds to them.
    let none = client(&server, &shared, &format!("{config}:0"));
    crowd_in(std::slice::from_ref(&none), 12, 10);
    assert!(crowd.most.swap(0, Ordering::SeqCst) > 5);
    thread::scope(|scope| {
        scope.spawn(|| crowd_in(std::slice::from_ref(&none), 6, 20));
        scope.spawn(|| crowd_in(&clients, 6, 10));
    });
    assert!(crowd.most.swap(0, Ordering::SeqCst) > 3);
    // Another endpoint, or another company, is counted by itself.
    thread::scope(|scope| {
        scope.spawn(|| crowd_in(&clients, 6, 10));
        for _ in 0..6 {
            scope.spawn(|| add(&clients[0], SIMPLE).unwrap());
        }
    });
    assert!(crowd.most.swap(0, Ordering::SeqCst) > 3);
    // The strict one is gone.
    let [five, three] = clients;
    drop(three);
    crowd_in(&[five], 12, 10);
    assert_eq!(crowd.most.swap(0, Ordering::SeqCst), 5);
}

/// A call that must know within so short a time.
fn hasty(client: &Client, timeout_ms: u64) -> Result<String, Error> {
    let options = Options { timeout: Some(Duration::from_millis(timeout_ms)), ..Options::default() };
    client.call(Endpoint::Add, SIMPLE, &options)
}

#[test]
fn held_back_without_room_before_the_deadline_is_told_at_once() {
    let shop = Shop::open();
    let client = shop.client(r#","rate_limit":{"per_minute":1}"#);
    add(&client, SIMPLE).unwrap();
    let began = Instant::now();
    let error = hasty(&client, 30_000).unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(10), "at once");
    let json = error.to_json();
    assert_eq!((error.kind(), error.errcode(), error.effect()), (Kind::RateLimited, -1005, Effect::None), "{json}");
    assert!(error.is_retryable() && json.contains(r#""attempts":0"#), "{json}");
    let wait = error.retry_after().unwrap();
    assert!((Duration::from_secs(45)..Duration::from_secs(62)).contains(&wait), "{wait:?}");
    // Also for those that stand behind others.
    thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| assert_eq!(hasty(&client, 40_000).unwrap_err().errcode(), -1005));
        }
    });
    assert!(began.elapsed() < Duration::from_secs(20), "at once");
    assert_eq!(shop.count("add_contact_way"), 1);
    // Another endpoint has a minute of its own; a client that comes later shares this one's.
    list(&client, "{}").unwrap();
    let config = shop.config("");
    drop(client);
    let later = Client::new(&config, &shop.shared).unwrap();
    add(&later, SIMPLE).unwrap();
    let strict = shop.client(r#","rate_limit":{"per_minute":1}"#);
    add(&strict, SIMPLE).unwrap();
    assert_eq!(hasty(&strict, 10_000).unwrap_err().errcode(), -1005);
    assert_eq!(hasty(&later, 10_000).unwrap_err().errcode(), -1005, "the strictest counts");
}

#[test]
fn the_rate_is_kept_across_clients() {
    let (server, _) = slow_server();
    let shared = Shared::default();
    // 600 a minute: a burst of ten, then one every 103 ms.
    let clients = [0, 1].map(|_| client(&server, &shared, r#","rate_limit":{"per_minute":600}"#));
    let began = Instant::now();
    crowd_in(&clients, 6, 5);
    assert!(began.elapsed() >= Duration::from_millis(1800), "{:?}", began.elapsed());
    // The hour is a count of its own.
    let clients = [0, 1].map(|_| client(&server, &shared, r#","rate_limit":{"per_hour":31}"#));
    list(&clients[0], "{}").unwrap();
    let error = list(&clients[1], "{}").unwrap_err();
    assert!(error.retry_after().unwrap() > Duration::from_secs(3000), "{error:?}");
}

#[test]
fn without_limits_nothing_is_held_back() {
    let (server, crowd) = slow_server();
    let free = client(&server, &Shared::default(), r#","rate_limit":false,"max_in_flight":0"#);
    crowd_in(&[free], 20, 20);
    assert!(crowd.most.load(Ordering::SeqCst) > 10);
    assert_eq!(server.requests().len(), 400);
}

/// What the sandbox refuses the next calls with.
fn refuse(shop: &Shop, times: u32, code: i32) {
    let rule = format!(r#"{{"endpoint":"add_contact_way","times":{times},"do":{{"errcode":{code}}}}}"#);
    shop.faults(&rule);
}

#[test]
fn after_a_45009_everybody_waits() {
    let shop = Shop::open();
    // No repetition, and the block is heeded all the same.
    let first = shop.client(r#","max_attempts":1"#);
    refuse(&shop, 1, 45009);
    let error = add(&first, SIMPLE).unwrap_err();
    assert_eq!((error.kind(), error.errcode(), error.effect()), (Kind::RateLimited, 45009, Effect::None));
    for client in [&first, &shop.client("")] {
        let error = add(client, SIMPLE).unwrap_err();
        assert_eq!((error.errcode(), error.effect(), error.is_retryable()), (-1005, Effect::None, true));
        assert!((50..=60).contains(&error.retry_after().unwrap().as_secs()), "{error:?}");
        list(client, "{}").unwrap();
    }
    assert_eq!(shop.count("add_contact_way"), 1);
    // Also one that comes when all who knew are gone.
    drop(first);
    assert_eq!(add(&shop.client(""), SIMPLE).unwrap_err().errcode(), -1005);
    assert_eq!(shop.count("add_contact_way"), 1);
}

#[test]
fn what_a_call_is_held_back_for_is_said() {
    let shop = Shop::open();
    let client = shop.client(r#","max_attempts":1"#);
    refuse(&shop, 1, 45009);
    add(&client, SIMPLE).unwrap_err();
    let said = add(&client, SIMPLE).unwrap_err().to_string();
    assert!(said.contains("held back here for ") && said.contains("errcode 45009"), "{said}");

    let strict = Shop::open();
    let client = strict.client(r#","rate_limit":{"per_minute":1}"#);
    add(&client, SIMPLE).unwrap();
    let said = add(&client, SIMPLE).unwrap_err().to_string();
    assert!(said.contains("held back here for ") && said.contains("the rate, which is 1 a minute"), "{said}");

    let shop = Shop::open();
    shop.faults(r#"{"endpoint":"list_contact_way","nth":1,"times":1,"do":{"silence":true}}"#);
    let narrow = shop.client(r#","max_in_flight":1,"timeout_ms":1500"#);
    thread::scope(|scope| {
        let silent = scope.spawn(|| list(&narrow, "{}").unwrap_err());
        while shop.count("list_contact_way") == 0 {
            thread::yield_now();
        }
        let options = Options { timeout: Some(Duration::from_millis(100)), ..Options::default() };
        let waiting = narrow.call(Endpoint::List, "{}", &options).unwrap_err();
        assert_eq!((waiting.kind(), waiting.effect()), (Kind::Timeout, Effect::None));
        let said = waiting.to_string();
        assert!(said.contains("a place in flight, of which its company has 1 (max_in_flight)"), "{said}");
        let said = silent.join().unwrap().to_string();
        assert!(said.contains("while the call waited for the answer"), "{said}");
    });
}

#[test]
fn without_a_rate_limit_a_45009_is_passed_on_and_holds_nothing_back() {
    let shop = Shop::open();
    let free = shop.client(r#","rate_limit":false,"timeout_ms":100000"#);
    refuse(&shop, 1, 45009);
    let began = Instant::now();
    let error = add(&free, SIMPLE).unwrap_err();
    assert_eq!((error.errcode(), error.kind()), (45009, Kind::RateLimited));
    assert!(error.retry_after().is_some());
    add(&free, SIMPLE).unwrap();
    // Nor does it wait for what others have learnt.
    let bound = shop.client(r#","max_attempts":1"#);
    refuse(&shop, 1, 45009);
    add(&bound, SIMPLE).unwrap_err();
    assert_eq!(add(&bound, SIMPLE).unwrap_err().errcode(), -1005);
    add(&free, SIMPLE).unwrap();
    assert!(began.elapsed() < Duration::from_secs(20), "at once");

    let unbound = shop.client(r#","max_in_flight":0"#);
    shop.faults(r#"{"endpoint":"list_contact_way","nth":1,"times":1,"do":{"errcode":45033}}"#);
    assert_eq!(list(&unbound, "{}").unwrap_err().errcode(), 45033);
    assert_eq!(shop.count("list_contact_way"), 1);
}

#[test]
fn a_45033_is_tried_again_by_fewer_at_once() {
    let shop = Shop::with(r#"{"limits":{"concurrent":2}}"#);
    shop.faults(r#"{"endpoint":"list_contact_way","share":1,"do":{"delay_ms":20}}"#);
    let client = shop.client(r#","max_in_flight":8,"max_attempts":20,"timeout_ms":30000"#);
    crowd_in(&[client], 8, 8);
    let refused = shop.count("list_contact_way") - 64;
    // Eight, four and two at once are three lessons for eight threads at most; more cannot be learnt.
    assert!((1..=24).contains(&refused), "{refused}");
}

/// Adds as fast as the library lets it, for so long; answers how many, and how many WeCom refused.
fn full_speed(shop: &Shop, client: &Client, threads: usize, time: Duration) -> usize {
    let until = Instant::now() + time;
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while Instant::now() < until {
                    if let Err(error) = list(client, "{}") {
                        assert_eq!(error.errcode(), -1005, "WeCom refused: {}", error.to_json());
                    }
                }
            });
        }
    });
    let journal = shop.ask("GET", "/sandbox/calls?endpoint=list_contact_way", "");
    assert!(json_get(&journal, "/calls/0/endpoint").is_some());
    shop.count("list_contact_way")
}

#[test]
#[ignore = "takes two minutes: cargo test --release --test limits -- --ignored"]
fn at_full_speed_almost_all_that_is_allowed_is_used_and_nothing_refused() {
    let shop = Shop::with(r#"{"limits":true}"#);
    let client = shop.client(r#","timeout_ms":60000"#);
    let began = Instant::now();
    let calls = full_speed(&shop, &client, 8, Duration::from_secs(120));
    #[allow(clippy::cast_precision_loss)]
    let share = calls as f64 / (10_000.0 * began.elapsed().as_secs_f64() / 60.0);
    println!("{calls} calls, {:.1} % of what is allowed", share * 100.0);
    assert!(share >= 0.95, "{share}");
}
