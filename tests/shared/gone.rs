//! A store that goes away fails no call that needs no ledger.

use std::time::{Duration, Instant};

use contactway::Client;

use crate::bench::Bench;
use crate::support::directory::Directory;
use crate::support::list;

/// Clients before and while the store is gone.
fn goes_away(bench: &Bench, go: impl FnOnce()) {
    let (warm, cold, free) = (bench.client(""), bench.client(""), bench.client(r#","rate_limit":false"#));
    list(&warm, "{}").unwrap();
    list(&free, "{}").unwrap();
    let few = bench.client(r#","rate_limit":{"per_minute":1}"#);
    go();
    let timed = |client: &Client| {
        let began = Instant::now();
        list(client, "{}").unwrap();
        began.elapsed()
    };
    let without = timed(&free);
    assert!(without < Duration::from_millis(500), "without a rate nobody is asked: {without:?}");
    let [first, second] = [(); 2].map(|()| timed(&warm));
    assert!(first < Duration::from_secs(4), "{first:?}");
    assert!(second < Duration::from_millis(500), "it is not asked again at once: {second:?}");
    // A token of its own, and a rate of its own.
    timed(&cold);
    timed(&few);
    assert_eq!(list(&few, "{}").unwrap_err().errcode(), -1005);
}

#[test]
fn a_file_that_stays_locked_fails_no_call() {
    let directory = Directory::new();
    let holder = rusqlite::Connection::open(directory.path().join("ledger.db")).unwrap();
    let bench = Bench::new("", directory.store(), false);
    goes_away(&bench, || holder.execute_batch("BEGIN IMMEDIATE").unwrap());
}

#[cfg(feature = "postgres")]
#[test]
fn a_server_that_is_stopped_fails_no_call() {
    if std::env::var_os("CONTACTWAY_TEST_POSTGRES").is_none() {
        return;
    }
    let directory = Directory::new();
    let script = |name: &str| {
        let path = format!("{}/tests/postgres/{name}", env!("CARGO_MANIFEST_DIR"));
        let output = std::process::Command::new(path).arg(directory.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let bench = Bench::new("", script("start.sh"), true);
    goes_away(&bench, || drop(script("stop.sh")));
}
