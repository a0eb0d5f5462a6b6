//! One rate for all processes.

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::bench::{Bench, each};
use crate::process::{Process, list_at_once};
use crate::support::directory::Directory;
use crate::support::list;

#[test]
fn eight_processes_use_almost_all_that_is_allowed_and_are_refused_nothing() {
    const SECONDS: u32 = 8;
    const PER_MINUTE: u32 = 3000;
    // The burst of a second, and what a minute's 62 seconds of even spread give in this time.
    let most = PER_MINUTE * (SECONDS + 2) / 62;
    each(&format!(r#","limits":{{"per_minute":{most},"concurrent":100}}"#), |bench| {
        let mut processes = bench.processes(8, &format!(r#","rate_limit":{{"per_minute":{PER_MINUTE}}}"#));
        let began = Instant::now();
        for process in &mut processes {
            process.order(&format!("speed {SECONDS}"));
        }
        let counted: Vec<_> = processes.iter_mut().map(Process::counted).collect();
        let calls: u32 = counted.iter().map(|(done, _)| done).sum();
        let share = f64::from(calls) / (f64::from(PER_MINUTE * SECONDS) / 60.0);
        println!("{counted:?} in {:?}, {:.1} % of what is allowed", began.elapsed(), share * 100.0);
        assert!(counted.iter().all(|(_, refused)| *refused == 0), "{counted:?}");
        assert!(share >= 0.95, "{share}");
        assert!(counted.iter().all(|(done, _)| *done > calls / 40), "nobody starves: {counted:?}");
    });
}

/// What the sandbox answers the next so many lists with.
fn refuse(bench: &Bench, times: u32, delay: &str) {
    let rule = r#"{"endpoint":"list_contact_way","nth":1"#;
    bench.shop.faults(&format!(r#"{rule},"times":{times},"do":{{"errcode":45009{delay}}}}}"#));
}

#[test]
fn a_45009_met_by_one_process_holds_the_others_back() {
    each("", |bench| {
        let mut processes = bench.processes(5, r#","max_attempts":1"#);
        refuse(bench, 1, "");
        assert_eq!(list_at_once(&mut processes[..1])[0].errcode, 45009);
        for came in list_at_once(&mut processes) {
            assert_eq!(came.errcode, -1005, "{came:?}");
            assert!((Duration::from_secs(50)..=Duration::from_secs(60)).contains(&came.wait), "{came:?}");
            assert!(came.text.contains("errcode 45009") && came.text.contains("held back here"), "{came:?}");
        }
        assert_eq!(bench.shop.count("list_contact_way"), 1);
        // A client that keeps to no rate asks nobody.
        list(&bench.client(r#","rate_limit":false"#), "{}").unwrap();
    });
}

#[test]
fn after_the_block_one_process_probes_for_all() {
    let directory = Directory::new();
    let bench = Bench::new("", directory.store(), false);
    let mut first = bench.processes(1, r#","max_attempts":1"#);
    refuse(&bench, 1, "");
    assert_eq!(list_at_once(&mut first)[0].errcode, 45009);
    // The block's minute is over.
    let over = || {
        let store = rusqlite::Connection::open(directory.path().join("ledger.db")).unwrap();
        store.busy_timeout(Duration::from_secs(5)).unwrap();
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
        store.execute("UPDATE contactway_gate SET blocked_until = ?1 WHERE blocked_until > 0", [now]).unwrap();
    };
    over();
    refuse(&bench, 1, "");
    let came = list_at_once(&mut bench.processes(5, r#","max_attempts":1"#));
    assert_eq!(came.iter().filter(|came| came.errcode == 45009).count(), 1, "{came:?}");
    assert_eq!(came.iter().filter(|came| came.errcode == -1005).count(), 4, "{came:?}");
    assert_eq!(bench.shop.count("list_contact_way"), 2, "one found out for all");

    over();
    bench.shop.faults(r#"{"endpoint":"list_contact_way","nth":1,"times":1,"do":{"delay_ms":600}}"#);
    let mut others = bench.processes(5, "");
    for other in &mut others {
        other.order("list");
    }
    thread::sleep(Duration::from_millis(300));
    assert_eq!(bench.shop.count("list_contact_way"), 3, "the others wait for the probe");
    let came: Vec<_> = others.iter_mut().map(Process::came).collect();
    assert!(came.iter().all(|came| came.errcode == 0 && came.elapsed < Duration::from_secs(3)), "{came:?}");
}
