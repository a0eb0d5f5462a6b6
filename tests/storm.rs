//! Ten thousand calls through random faults from 32 threads; then what they said is compared with what WeCom has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test

mod support;

use std::collections::HashMap;
use std::env;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use contactway::{Canceller, Client, Effect, Endpoint, Error, Kind, Options, json_get};
use serde_json::Value;
use support::{Shop, added, list};

const THREADS: u64 = 32;
const CALLS: u64 = 10_000;
/// What a call may take beyond its deadline on a busy machine.
const GRACE: Duration = Duration::from_secs(5);

const FAULTS: &[&str] = &[
    r#"{"reset":true}"#,
    r#"{"cut":0}"#,
    r#"{"cut":15}"#,
    r#"{"cut":90}"#,
    r#"{"silence":true}"#,
    r#"{"drip_ms":1}"#,
    r#"{"delay_ms":30}"#,
    r#"{"delay_ms":400}"#,
    r#"{"status":429,"body":""}"#,
    r#"{"status":500,"body":""}"#,
    r#"{"status":502,"body":"<html>"}"#,
    r#"{"status":503,"body":""}"#,
    r#"{"status":200,"body":"<html>"}"#,
    r#"{"status":200,"body":"{}"}"#,
    r#"{"status":302,"headers":{"Location":"http://127.0.0.1:1/"},"body":""}"#,
    r#"{"errcode":-1}"#,
    r#"{"errcode":6000}"#,
    r#"{"errcode":45035}"#,
    r#"{"errcode":48002}"#,
    r#"{"errcode":40014}"#,
    r#"{"errcode":42001}"#,
];

/// Every fault before and after the work, at every interface, for two calls in a thousand each.
fn faults() -> String {
    let mut rules = Vec::new();
    for endpoint in ["*", "gettoken"] {
        for what in FAULTS {
            for when in ["before", "after"] {
                // Refused by an errcode, it was not done.
                if when == "after" && what.contains("errcode") && !what.contains("-1") || what.contains("429") {
                    continue;
                }
                // A token that is refused too often is not asked for any more.
                if endpoint == "gettoken" && what.contains("errcode") && !what.contains("-1") {
                    continue;
                }
                rules.push(format!(r#"{{"endpoint":"{endpoint}","share":0.007,"when":"{when}","do":{what}}}"#));
            }
        }
    }
    rules.push(r#"{"endpoint":"*","share":0.01,"do":{"status":429,"body":""}}"#.to_owned());
    rules.join(",")
}

/// What one call said.
enum Said {
    Done(String),
    Failed(Error),
}

/// What a thread did, by the name it gave.
struct Deed {
    endpoint: Endpoint,
    /// The state of an add, the remark of an update, the id for a del.
    name: String,
    config_id: String,
    said: Said,
}

fn options(random: &mut fastrand::Rng) -> (Options, Duration, Option<Canceller>) {
    let timeout = Duration::from_millis(*random.choice([20, 100, 500, 2000].as_slice()).unwrap());
    let canceller = (random.u8(..) < 20).then(Canceller::new);
    (Options { timeout: Some(timeout), canceller: canceller.clone(), ..Options::default() }, timeout, canceller)
}

fn request(endpoint: Endpoint, name: &str, config_id: &str) -> String {
    match endpoint {
        Endpoint::Add => format!(r#"{{"type":1,"scene":2,"user":["zhangsan"],"state":"{name}"}}"#),
        Endpoint::Update => format!(r#"{{"config_id":"{config_id}","remark":"{name}"}}"#),
        Endpoint::List => r#"{"limit":3}"#.to_owned(),
        _ => format!(r#"{{"config_id":"{config_id}"}}"#),
    }
}

/// One thread's share of the storm, on contact ways of its own.
fn storm(seed: u64, thread: u64, clients: &[Client], mut own: Vec<String>) -> Vec<Deed> {
    let mut random = fastrand::Rng::with_seed(seed ^ (thread << 32));
    let mut deeds = Vec::new();
    for number in 0..=CALLS / THREADS {
        let endpoint = match random.u8(0..10) {
            0..=4 => Endpoint::Add,
            5 => Endpoint::Get,
            6 => Endpoint::List,
            7..=8 => Endpoint::Update,
            _ => Endpoint::Del,
        };
        let name = format!("s-{thread}-{number}");
        // A contact way is updated again and again, but deleted once.
        let config_id = match endpoint {
            Endpoint::Del => own.pop().unwrap(),
            _ => own[0].clone(),
        };
        let (options, timeout, canceller) = options(&mut random);
        let fire_after = Duration::from_micros(random.u64(0..3000));
        let client = random.choice(clients).unwrap();
        let began = Instant::now();
        let outcome = thread::scope(|scope| {
            if let Some(canceller) = canceller {
                scope.spawn(move || {
                    thread::sleep(fire_after);
                    canceller.cancel();
                });
            }
            client.call(endpoint, &request(endpoint, &name, &config_id), &options)
        });
        let elapsed = began.elapsed();
        assert!(elapsed < timeout + GRACE, "{endpoint:?} with {timeout:?} took {elapsed:?}: {outcome:?}");
        let said = match outcome {
            Ok(answer) => Said::Done(answer),
            Err(error) => Said::Failed(error),
        };
        deeds.push(Deed { endpoint, name, config_id, said });
    }
    deeds
}

#[test]
fn what_ten_thousand_calls_said_is_what_became_of_them() {
    let seed = env::var("STORM_SEED").map_or_else(|_| fastrand::u64(..1_000_000), |seed| seed.parse().unwrap());
    println!("seed {seed}; STORM_SEED={seed} makes the same calls");
    let shop = Shop::with(&format!(r#"{{"seed":{seed}}}"#));
    let more = r#","max_in_flight":0,"rate_limit":false"#;
    let clients: Vec<_> = (0..4).map(|_| shop.client(more)).collect();
    let dels_at_most = CALLS / THREADS / 4;
    let own: Vec<Vec<String>> =
        (0..THREADS).map(|_| (0..=dels_at_most).map(|_| added(&clients[0])).collect()).collect();
    shop.faults(&faults());
    let began = Instant::now();
    let deeds = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for (thread, own) in (0..THREADS).zip(own) {
            let (deeds, clients) = (&deeds, &clients);
            scope.spawn(move || {
                let done = storm(seed, thread, clients, own);
                deeds.lock().unwrap().extend(done);
            });
        }
    });
    let took = began.elapsed();
    shop.ask("DELETE", "/sandbox/faults", "");
    // What a call that gave up has left on the way may still arrive.
    thread::sleep(Duration::from_millis(600));
    compare(&shop, &deeds.into_inner().unwrap(), took);
    for client in &clients {
        // A refusal that the storm left may be remembered still; it says for how long.
        while let Err(error) = list(client, "{}") {
            let wait = error.retry_after().unwrap_or_else(|| panic!("{}", error.to_json()));
            thread::sleep(wait);
        }
    }
}

fn compare(shop: &Shop, deeds: &[Deed], took: Duration) {
    let state: Value = serde_json::from_str(&shop.ask("GET", "/sandbox/state", "")).unwrap();
    let corporations = state["corporations"].as_object().unwrap();
    let ways: Vec<&Value> =
        corporations.values().flat_map(|corporation| corporation["contact_ways"].as_array().unwrap()).collect();
    let mut by_state: HashMap<&str, usize> = HashMap::new();
    let mut by_id: HashMap<&str, &Value> = HashMap::new();
    for way in ways {
        *by_state.entry(way["state"].as_str().unwrap()).or_default() += 1;
        by_id.insert(way["config_id"].as_str().unwrap(), way);
    }
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut unknown_and_done = 0;
    for deed in deeds {
        let (said, carried_out_allowed, not_carried_out_allowed) = match &deed.said {
            Said::Done(_) => ("success".to_owned(), true, false),
            Said::Failed(error) => {
                (format!("{} {:?}", error.kind().name(), error.effect()), error.effect() == Effect::Unknown, true)
            }
        };
        let what = || match &deed.said {
            Said::Done(answer) => answer.clone(),
            Said::Failed(error) => error.to_json(),
        };
        match deed.endpoint {
            Endpoint::Add => {
                let made = by_state.get(deed.name.as_str()).copied().unwrap_or(0);
                assert!(made <= 1, "{} was made {made} times: {}", deed.name, what());
                assert!(made == 0 || carried_out_allowed, "{} was made, but the call said {}", deed.name, what());
                assert!(made == 1 || not_carried_out_allowed, "{} was not made, but it said {}", deed.name, what());
                if let Said::Done(answer) = &deed.said {
                    let config_id = json_get(answer, "/config_id").unwrap();
                    assert_eq!(by_id[config_id.as_str()]["state"], deed.name.as_str());
                }
                unknown_and_done += usize::from(made == 1 && said != "success");
            }
            Endpoint::Del => {
                let gone = !by_id.contains_key(deed.config_id.as_str());
                assert!(!gone || carried_out_allowed, "{} is gone: {}", deed.config_id, what());
                assert!(gone || not_carried_out_allowed, "{} is there: {}", deed.config_id, what());
            }
            _ => {}
        }
        if let Said::Failed(error) = &deed.said {
            assert_ne!(error.kind(), Kind::Internal, "{}", what());
            let harmless = deed.endpoint != Endpoint::Add || error.effect() == Effect::None;
            assert!(harmless || !error.is_retryable(), "{}", what());
        }
        *counts.entry(format!("{:?} {said}", deed.endpoint)).or_default() += 1;
    }
    compare_updates(deeds, &by_id);
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort();
    println!("{} calls in {took:?}; adds of unknown effect that were made: {unknown_and_done}", deeds.len());
    for (what, count) in counts {
        println!("{count:6} {what}");
    }
    assert!(deeds.len() as u64 >= CALLS);
}

/// The last update that succeeded is what is there, or any of unknown effect: what a call gave up may arrive late.
fn compare_updates(deeds: &[Deed], by_id: &HashMap<&str, &Value>) {
    let mut possible: HashMap<&str, Vec<&str>> = HashMap::new();
    for deed in deeds.iter().filter(|deed| deed.endpoint == Endpoint::Update) {
        let possible = possible.entry(&deed.config_id).or_insert_with(|| vec![""]);
        match &deed.said {
            Said::Done(_) => possible[0] = &deed.name,
            Said::Failed(error) if error.effect() == Effect::Unknown => possible.push(&deed.name),
            Said::Failed(_) => {}
        }
    }
    for (config_id, possible) in possible {
        let remark = by_id[config_id]["remark"].as_str().unwrap();
        assert!(possible.contains(&remark), "{config_id} has {remark}, not one of {possible:?}");
    }
}
