//! How the program ends, which scripts go by: a row of the documentation's table each.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::counter::Counter;
use crate::stops::wait_until;

const ADD: [&str; 7] = ["add", "--type", "2", "--scene", "2", "--user", "zhangsan"];

#[test]
fn zero_for_what_is_done() {
    assert_eq!(Counter::new().run(&ADD).code, Some(0));
}

#[test]
fn one_for_what_wecom_refuses() {
    let ran = Counter::new().run(&["get", "--config-id", "nobody"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("41044") && ran.err.contains("what to do: There is no contact way"), "{}", ran.err);
}

#[test]
fn two_for_what_is_asked_for_wrongly_and_nothing_is_sent() {
    let counter = Counter::new();
    let wrong: [(&[&str], &str); 8] = [
        (&["list", "--limit", "0"], "--limit: limit is 1 to 1000"),
        (&["add", "--remark", "x"], "--type: type is required"),
        (&["add", "--type", "2", "--scene", "2", "--user", "a b"], "--user (number 1): "),
        (&["add", "--type", "one"], "--type"),
        (&["add", "--json", "[]"], "give one JSON object"),
        (&["add", "--json", r#"{"remark":"a"}"#, "--remark", "b"], "--remark: give it once"),
        (
            &[
                "add",
                "--json",
                r#"{"type":1,"scene":2,"user":["a"],"is_temp":true,"conclusions":{"text":{"content":1}}}"#,
            ],
            "conclusions.text.content: ",
        ),
        (&["lst"], "did you mean 'list'?"),
    ];
    for (arguments, said) in wrong {
        let ran = counter.run(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(said), "{arguments:?} says {}", ran.err);
    }
    assert_eq!(counter.shop.calls(), [""; 0]);
}

#[test]
fn three_for_what_nobody_knows_the_outcome_of() {
    let counter = Counter::new();
    counter.shop.faults(r#"{"endpoint":"add_contact_way","times":9,"when":"after","do":{"reset":true}}"#);
    let ran = counter.run(&[&ADD[..], &["--no-ledger"]].concat());
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert!(ran.err.contains("WeCom may have done it or not"), "{}", ran.err);
    let kept = counter.run(&[&ADD[..], &["--key", "k", "--timeout-ms", "2000"]].concat());
    assert_eq!(kept.code, Some(3), "{}", kept.err);
    assert!(kept.err.contains("--key k"), "how to go on is said: {}", kept.err);
}

#[test]
fn four_for_a_job_of_which_some_rows_failed() {
    let counter = Counter::new();
    let rows = "key,type,scene,user,state\na,2,2,zhangsan,a\nb,2,2,nobody,b\nc,2,9,lisi,c\n";
    let ran = counter.run(&["apply", counter.file("codes.csv", rows)]);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert!(ran.err.contains("line 3, b: ") && ran.err.contains("line 4, c: "), "{}", ran.err);
    assert!(ran.out.contains("created    1"), "{}", ran.out);
}

#[test]
fn five_where_nothing_was_done_and_another_try_may_do() {
    let counter = Counter::new();
    let mut command = counter.command(&[&ADD[..], &["--no-ledger"]].concat());
    let ran = counter.output(command.env("CONTACTWAY_BASE_URL", "http://127.0.0.1:1"));
    assert_eq!(ran.code, Some(5), "{}", ran.err);
}

#[test]
fn a_ledger_that_another_holds_is_worth_another_try() {
    let counter = Counter::new();
    let file = counter.file("codes.csv", "key,type,scene,user,state\na,2,2,zhangsan,a\n");
    counter.json(&["ledger"]);
    let ledger = rusqlite::Connection::open(counter.path(".local/share/contactway/ledger.db")).unwrap();
    ledger.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let begun = Instant::now();
    for command in [&ADD[..], &["ledger"], &["apply", file]] {
        let ran = counter.run(&[command, &["--timeout-ms", "500"]].concat());
        assert_eq!(ran.code, Some(5), "{command:?}: {}", ran.err);
        assert!(ran.err.contains("stayed locked by process "), "{command:?}: {}", ran.err);
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "the time is the whole command's");
}

#[test]
fn a_job_that_did_nothing_is_not_partly_done() {
    let counter = Counter::new();
    let file = counter.file("codes.csv", "key,type,scene,user,state\na,2,2,zhangsan,a\nb,2,2,zhangsan,b\n");
    let mut offline = counter.command(&["apply", file]);
    let ran = counter.output(offline.env("CONTACTWAY_BASE_URL", "http://127.0.0.1:1"));
    assert_eq!(ran.code, Some(5), "nothing was done, and it may go later: {}", ran.err);
    let file = counter.file("wrong.csv", "key,type,scene,user,state\na,2,9,zhangsan,a\n");
    let ran = counter.run(&["apply", file]);
    assert_eq!(ran.code, Some(1), "the same would be refused again: {}", ran.err);
}

#[test]
fn the_time_is_that_of_the_whole_command() {
    let counter = Counter::new();
    for state in ["a", "b", "c", "d"] {
        counter.add(&["--state", state]);
    }
    counter.shop.faults(r#"{"endpoint":"qr_code","times":99,"do":{"delay_ms":400}}"#);
    let ran = counter.run(&["sheet", "--out", "all.html", "--timeout-ms", "1000"]);
    assert_eq!(ran.code, Some(5), "four pictures take longer: {}{}", ran.out, ran.err);
    assert!(ran.err.contains("the time was up") && !counter.path("all.html").exists(), "{}", ran.err);
}

#[test]
fn a_job_whose_time_was_up_tells_whether_anything_was_done() {
    let counter = Counter::new();
    let mut rows = "key,type,scene,user,state\n".to_owned();
    for nth in 0..40 {
        writeln!(rows, "k{nth},2,2,lisi,s{nth}").unwrap();
    }
    let file = counter.file("codes.csv", &rows);
    counter.shop.faults(r#"{"endpoint":"gettoken","times":99,"do":{"delay_ms":20000}}"#);
    for job in [&["apply", file][..], &["sync"]] {
        let ran = counter.run(&[job, &["--timeout-ms", "400"]].concat());
        assert_eq!(ran.code, Some(5), "{job:?} did nothing at all: {}", ran.err);
    }
    counter.shop.ask("DELETE", "/sandbox/faults", "");
    counter.shop.faults(r#"{"endpoint":"add_contact_way","times":99,"do":{"delay_ms":200}}"#);
    let ran = counter.run(&["apply", file, "--timeout-ms", "1000"]);
    assert_eq!(ran.code, Some(4), "some rows are done: {}{}", ran.out, ran.err);
    assert!(!ran.out.contains("created    0\n"), "{}", ran.out);
    counter.shop.ask("DELETE", "/sandbox/faults", "");
    counter.json(&["apply", file]);
    let more = counter.file("more.csv", &(rows + "more,2,2,lisi,more\n"));
    counter.shop.faults(r#"{"endpoint":"add_contact_way","times":99,"do":{"delay_ms":20000,"status":502}}"#);
    let ran = counter.run(&["apply", more, "--timeout-ms", "700"]);
    assert_eq!(ran.code, Some(4), "one was sent: {}{}", ran.out, ran.err);
    let mut stranger = counter.command(&["apply", more]);
    let ran = counter.output(stranger.env("CONTACTWAY_SECRET", "wrong"));
    assert_eq!(ran.code, Some(1), "rows that are as they should be are nothing that was done: {}{}", ran.out, ran.err);
}

#[test]
fn a_hundred_and_thirty_for_what_is_interrupted() {
    let counter = Counter::new();
    counter.shop.faults(r#"{"endpoint":"list_contact_way","times":9,"do":{"delay_ms":20000}}"#);
    for signal in [Signal::INT, Signal::TERM] {
        let child = counter.command(&["list"]).spawn().unwrap();
        wait_until("the call", || counter.shop.count("list_contact_way") > 0);
        counter.shop.ask("DELETE", "/sandbox/calls", "");
        kill_process(Pid::from_child(&child), signal).unwrap();
        let ran = counter.read(child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(130), "{}", ran.err);
        assert!(ran.err.contains("by Ctrl-C or SIGTERM") && !ran.err.contains("canceller"), "{}", ran.err);
    }
}
