//! What is written where: answers to standard output, words to standard error, and no id lost between the two.

use std::fs::File;
use std::process::Stdio;

use serde_json::Value;

use crate::counter::Counter;

#[test]
fn json_is_the_librarys_answer_as_it_is_also_of_a_failure() {
    let counter = Counter::new();
    let ran = counter.run(&["get", "--config-id", "x", "--output", "json"]);
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&answer["errcode"], &answer["error"]["kind"]), (&41044.into(), &"api".into()));
    assert!(ran.out.starts_with(r#"{"errcode":41044,"errmsg":"#), "{}", ran.out);
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let counter = Counter::new();
    counter.add(&[]);
    for arguments in [&["list"][..], &["list", "--output", "json"], &["--help"], &["check"]] {
        let mut child = counter.command(arguments).spawn().unwrap();
        drop(child.stdout.take());
        let ran = counter.read(child.wait_with_output().unwrap());
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn an_id_that_cannot_be_written_is_told_beside() {
    let counter = Counter::new();
    let mut command = counter.command(&["add", "--type", "2", "--scene", "2", "--user", "lisi", "--no-ledger"]);
    let ran = counter.output(command.stdout(Stdio::from(File::create("/dev/full").unwrap())));
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("standard output") && ran.err.contains("config_id"), "{}", ran.err);
}

#[test]
fn of_nothing_there_is_no_table_but_words() {
    let counter = Counter::new();
    let ran = counter.run(&["list"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""));
    assert!(ran.err.contains("90 days"), "{}", ran.err);
    assert_eq!(counter.run(&["ledger"]).out, "entries: 0\n");
    let mut command = counter.command(&["list"]);
    let ran = counter.output(command.env("CONTACTWAY_SECRET", "wrong-secret"));
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    let mut command = counter.command(&["list"]);
    let ran = counter.output(command.env("CONTACTWAY_ACCESS_TOKEN", "wrong-token").env_remove("CONTACTWAY_SECRET"));
    assert!(ran.code == Some(1) && !ran.err.contains("WeCom lists none"), "a refusal lists nothing: {}", ran.err);
    counter.shop.faults(r#"{"endpoint":"list_contact_way","times":9,"do":{"errcode":48002}}"#);
    let ran = counter.run(&["sync"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "nor does WeCom's answer count: {}", ran.err);
    let ran = counter.run(&["save-qr-codes", counter.file("a.txt", "")]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "nothing was counted: {}", ran.err);
}

#[test]
fn what_is_warned_of_does_not_hide_what_failed() {
    let counter = Counter::new();
    let ran = counter.run(&["update", "--config-id", "nobody", "--json", r#"{"remarks":"a"}"#, "--no-ledger"]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let lines: Vec<_> = ran.err.lines().collect();
    assert!(lines[0].starts_with("contactway: warning: ") && lines[0].contains("remarks"), "{}", ran.err);
    assert!(lines[1].contains("WeCom refused") && lines[1].contains("41044"), "{}", ran.err);
    assert!(!lines[1..].iter().any(|line| line.contains("remarks")), "{}", ran.err);
}

#[test]
fn without_a_terminal_there_is_no_bar() {
    let counter = Counter::new();
    let ran = counter.run(&["apply", counter.file("codes.csv", "key,type,scene,user,state\na,2,2,lisi,a\n")]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
}

#[test]
fn a_name_that_is_no_utf_8_is_refused_and_nothing_panics() {
    use std::os::unix::ffi::OsStrExt as _;
    let counter = Counter::new();
    let mut command = counter.command(&["apply"]);
    let ran = counter.output(command.arg(std::ffi::OsStr::from_bytes(b"\xff.csv")));
    assert_eq!(ran.code, Some(2), "{}", ran.err);
}
