//! Ctrl-C.

use std::fmt::Write as _;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::counter::Counter;

fn interrupt(child: &Child) {
    kill_process(Pid::from_child(child), Signal::INT).unwrap();
}

pub fn wait_until(what: &str, so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what} did not come");
        thread::sleep(Duration::from_millis(20));
    }
}

fn rows(count: usize) -> String {
    let mut rows = "key,type,scene,user,state\n".to_owned();
    for nth in 0..count {
        writeln!(rows, "k{nth},2,2,lisi,s{nth}").unwrap();
    }
    rows
}

#[test]
fn a_job_stops_cleanly_and_the_next_run_does_the_rest() {
    let counter = Counter::new();
    let file = counter.file("codes.csv", &rows(300));
    counter.shop.faults(r#"{"endpoint":"add_contact_way","do":{"delay_ms":50}}"#);
    let child = counter.command(&["apply", file]).spawn().unwrap();
    wait_until("the first add", || counter.shop.count("add_contact_way") > 3);
    interrupt(&child);
    let ran = counter.read(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.err);
    assert!(
        ran.err.contains("press Ctrl-C again to end at once") && ran.err.contains("the same command does the rest"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("by Ctrl-C or SIGTERM") && !ran.err.contains("canceller"), "{}", ran.err);
    assert!(ran.out.contains("created"), "what was done is told: {}", ran.out);
    counter.shop.ask("DELETE", "/sandbox/faults", "");
    counter.json(&["apply", file]);
    assert_eq!(counter.json(&["list", "--limit", "1000"])["contact_way"].as_array().unwrap().len(), 300);
}

#[test]
fn a_second_ctrl_c_ends_at_once() {
    let counter = Counter::new();
    counter.json(&["apply", counter.file("codes.csv", &rows(400))]);
    // Nobody reads what it writes, which is more than a pipe holds.
    let child = counter.command(&["ledger", "--limit", "1000", "--output", "json"]).spawn().unwrap();
    let is_blocked = || {
        let waits_in = std::fs::read_to_string(format!("/proc/{}/wchan", child.id())).unwrap_or_default();
        waits_in.contains("pipe")
    };
    // Where the kernel does not tell, a while.
    let begun = Instant::now();
    while !is_blocked() && begun.elapsed() < Duration::from_secs(3) {
        thread::sleep(Duration::from_millis(20));
    }
    interrupt(&child);
    thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    let mut child = child;
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
