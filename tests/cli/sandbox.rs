//! `contactway sandbox` is the program `contactway-sandbox`.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::counter::Counter;

#[test]
fn it_prints_its_address_serves_and_ends_on_a_signal() {
    let counter = Counter::new();
    let mut child = counter.stranger(&["sandbox", "--seed", "7"]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let info: Value = serde_json::from_str(&line).unwrap();
    let mut list = counter.stranger(&["list", "--no-ledger"]);
    for (variable, member) in
        [("CONTACTWAY_CORP_ID", "corp_id"), ("CONTACTWAY_SECRET", "secret"), ("CONTACTWAY_BASE_URL", "base_url")]
    {
        list.env(variable, info[member].as_str().unwrap());
    }
    assert_eq!(counter.output(&mut list).code, Some(0));
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn it_takes_the_programs_own_arguments_in_any_language() {
    let counter = Counter::new();
    let english = counter.run(&["sandbox", "--help"]).out;
    let options: Vec<_> = english.split_whitespace().filter(|word| word.starts_with("--")).collect();
    assert!(options.len() > 10 && english.is_ascii(), "{english}");
    for arguments in [
        &["--lang", "zh", "sandbox", "--help"][..],
        &["sandbox", "--help", "--lang", "zh"],
        &["sandbox", "--lang=zh", "--help"],
        &["help", "sandbox", "--lang", "zh"],
    ] {
        let ran = counter.run(arguments);
        assert!(ran.code == Some(0) && ran.out.contains("监听这个端口"), "{arguments:?}: {}{}", ran.out, ran.err);
        for option in &options {
            assert!(ran.out.contains(option), "{option} is not in {}", ran.out);
        }
    }
}

#[test]
fn what_is_asked_of_it_wrongly_is_wrong_usage_as_everywhere() {
    let counter = Counter::new();
    for (arguments, said) in [
        (&["sandbox", "--config", "not-there.json"][..], "contactway sandbox: not-there.json"),
        (&["sandbox", "--prot", "1"], "--prot is not an option"),
        (&["sandbox", "--seed", "-1"], "--seed needs a number"),
        (&["sandbox", "--lang", "fr"], "--lang"),
    ] {
        let ran = counter.run(arguments);
        assert!(ran.code == Some(2) && ran.err.contains(said), "{arguments:?}: {}", ran.err);
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = counter.run(&["sandbox", "--port", &port]);
    assert!(ran.code == Some(1) && ran.err.contains("free it"), "the machine refuses: {}", ran.err);
    let ran = counter.run(&["sandbox", "--port", &port, "--lang", "zh"]);
    assert!(ran.err.starts_with("contactway sandbox: 无法监听 127.0.0.1 的端口"), "{}", ran.err);
}
