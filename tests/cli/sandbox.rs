//! `contactway sandbox` is the program `contactway-sandbox`.

use std::io::{BufRead as _, BufReader};

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
    for arguments in [&["sandbox", "--help"][..], &["--lang", "zh", "sandbox", "--help"]] {
        let ran = counter.run(arguments);
        assert!(ran.code == Some(0) && ran.out.contains("--public-url URL"), "{}", ran.out);
    }
    let ran = counter.run(&["sandbox", "--config", "not-there.json"]);
    assert!(ran.code == Some(1) && ran.err.starts_with("contactway sandbox: not-there.json"), "{}", ran.err);
}
