//! One token for all processes.

use std::thread;
use std::time::{Duration, Instant};

use contactway::{Client, Shared};

use crate::bench::{Bench, each};
use crate::process::{Process, list_at_once};
use crate::support::directory::Directory;
use crate::support::list;

#[test]
fn twenty_processes_started_at_once_fetch_one_token() {
    each("", |bench| {
        bench.shop.faults(r#"{"endpoint":"gettoken","nth":1,"times":1,"do":{"delay_ms":300}}"#);
        let came = list_at_once(&mut bench.processes(20, ""));
        assert!(came.iter().all(|came| came.errcode == 0), "{came:?}");
        assert_eq!(bench.shop.count("gettoken"), 1);
        // Whoever comes later has it too.
        assert_eq!(list_at_once(&mut bench.processes(1, ""))[0].errcode, 0);
        assert_eq!(bench.shop.count("gettoken"), 1);
    });
}

#[test]
fn a_token_that_wecom_dropped_is_replaced_once_for_all() {
    each(r#","clock":1767225600"#, |bench| {
        let mut processes = bench.processes(10, "");
        assert!(list_at_once(&mut processes).iter().all(|came| came.errcode == 0));
        // For WeCom it has expired, for the processes it has not.
        bench.shop.ask("POST", "/sandbox/clock", r#"{"advance_s":7201}"#);
        let came = list_at_once(&mut processes);
        assert!(came.iter().all(|came| came.errcode == 0), "{came:?}");
        assert_eq!(bench.shop.count("gettoken"), 2);
        // Again so soon would be too often, whichever process it is that asks.
        bench.shop.ask("POST", "/sandbox/clock", r#"{"advance_s":7201}"#);
        let came = list_at_once(&mut processes);
        assert!(came.iter().all(|came| came.errcode == 42001), "{came:?}");
        assert_eq!(bench.shop.count("gettoken"), 2);
    });
}

#[test]
fn a_wrong_secret_is_asked_about_once() {
    each("", |bench| {
        let mut processes = Process::ready(10, &bench.config_with("not-the-secret", ""));
        let came = list_at_once(&mut processes);
        for came in &came {
            assert_eq!(came.errcode, 40001, "{came:?}");
            assert!(came.text.contains("auth (40001): invalid credential"), "what WeCom said: {came:?}");
        }
        assert!(came.iter().filter(|came| came.wait > Duration::ZERO).count() >= 9, "{came:?}");
        assert_eq!(bench.shop.count("gettoken"), 1);
        // Another secret is another matter.
        assert_eq!(list_at_once(&mut bench.processes(1, ""))[0].errcode, 0);
    });
}

#[test]
fn a_process_killed_in_mid_fetch_delays_the_others_no_longer_than_it_had() {
    each("", |bench| {
        bench.shop.faults(r#"{"endpoint":"gettoken","nth":1,"times":1,"do":{"silence":true}}"#);
        let mut processes = bench.processes(4, "");
        let began = Instant::now();
        processes[0].order("list");
        while bench.shop.count("gettoken") == 0 {
            thread::sleep(Duration::from_millis(5));
        }
        processes[0].kill();
        let came = list_at_once(&mut processes[1..]);
        assert!(came.iter().all(|came| came.errcode == 0), "{came:?}");
        assert_eq!(bench.shop.count("gettoken"), 2);
        // Five seconds; of a machine's own processes it is known that they are gone.
        let most = Duration::from_millis(if bench.is_postgres { 7000 } else { 2500 });
        assert!(began.elapsed() < most, "{:?}", began.elapsed());
    });
}

#[test]
fn tokens_of_the_host_s_own_are_not_in_the_store_and_secrets_never() {
    let directory = Directory::new();
    let bench = Bench::new("", directory.store(), false);
    let config = bench.config("").replace(r#""secret":"the-app's-own-secret""#, r#""access_token":"the-host's-token""#);
    let _refused = list(&Client::new(&config, &Shared::default()).unwrap(), "{}");
    let path = directory.path().join("ledger.db");
    let tokens = || {
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.query_row("SELECT count(*) FROM contactway_token", (), |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(tokens(), 0);
    list(&bench.client(""), "{}").unwrap();
    assert_eq!(tokens(), 1);
    let mut kept = Vec::new();
    for file in std::fs::read_dir(directory.path()).unwrap() {
        kept.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let holds = |text: &str| kept.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("list_contact_way") && !holds("the-app's-own-secret") && !holds("the-host's-token"));
}
