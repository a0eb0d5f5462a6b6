//! `check`: each step, and what to do about one that failed.

use serde_json::Value;

use crate::counter::Counter;

/// The line of a step.
fn line<'o>(out: &'o str, step: &str) -> &'o str {
    out.lines().find(|line| line.starts_with(step)).unwrap()
}

#[test]
fn each_step_is_shown_and_what_to_do() {
    let counter = Counter::new();
    let ran = counter.run(&["check"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(line(&ran.out, "token ").contains(" ok "), "{}", ran.out);
    let mut command = counter.command(&["check", "--no-ledger"]);
    let ran = counter.output(command.env("CONTACTWAY_SECRET", "wrong-secret"));
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(
        line(&ran.out, "token ").contains("FAILED") && line(&ran.out, "permission ").contains("skipped"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("what to do: ") && !ran.out.contains("wrong-secret"), "{}", ran.out);
    assert!(!ran.out.contains("store"), "there is none: {}", ran.out);
}

#[test]
fn the_ledger_is_looked_at_though_another_step_failed() {
    let counter = Counter::new();
    let mut command = counter.command(&["check"]);
    let ran = counter.output(command.env("CONTACTWAY_SECRET", "wrong-secret"));
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(line(&ran.out, "token ").contains("FAILED") && line(&ran.out, "store ").contains(" ok "), "{}", ran.out);
}

#[test]
fn a_ledger_of_another_address_is_a_step_that_failed() {
    let counter = Counter::new();
    counter.add(&[]);
    let other = Counter::new();
    let elsewhere = |arguments: &[&str]| {
        let mut command = counter.command(arguments);
        counter.output(command.env("CONTACTWAY_BASE_URL", other.credential("base_url")))
    };
    let ran = elsewhere(&["check"]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(line(&ran.out, "permission ").contains(" ok "), "the rest is looked at: {}", ran.out);
    let step = line(&ran.out, "store ");
    assert!(step.contains("FAILED"), "{}", ran.out);
    let remedy = line(&ran.out, "what to do: ");
    assert!(remedy.contains("--store sqlite:"), "{}", ran.out);
    for text in [step, &elsewhere(&["list"]).err] {
        assert!(text.find("--store").unwrap() < text.find("SQL: ").unwrap(), "the flag comes first: {text}");
    }
    let answer: Value = serde_json::from_str(&elsewhere(&["check", "--output", "json"]).out).unwrap();
    let steps = answer["steps"].as_array().unwrap();
    assert_eq!((&answer["error"]["kind"], &steps.last().unwrap()["step"]), (&"store".into(), &"store".into()));
    assert_eq!(steps.len(), 9, "{answer}");
    assert_eq!(elsewhere(&["check", "--store", "sqlite:other.db"]).code, Some(0));
}

#[test]
fn a_ledger_that_cannot_be_opened_is_a_step_that_failed() {
    let counter = Counter::new();
    for (store, said) in [("sqlite:not-there/ledger.db", "not-there"), ("sqlite:codes.csv", "codes.csv")] {
        counter.file("codes.csv", "key\n");
        let ran = counter.run(&["check", "--store", store]);
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        let step = line(&ran.out, "store ");
        assert!(step.contains("FAILED") && step.contains(said), "{}", ran.out);
    }
}

#[test]
fn in_chinese_all_of_it_is() {
    let counter = Counter::new();
    let ran = counter.run(&["check", "--lang", "zh"]);
    assert_eq!(ran.out.lines().count(), 9, "{}", ran.out);
    for line in ran.out.lines() {
        assert!(!line.split("  ").any(|cell| cell.split(' ').count() > 2 && cell.is_ascii()), "{line}");
    }
    let mut command = counter.command(&["check", "--lang", "zh", "--no-ledger"]);
    let ran = counter.output(command.env("CONTACTWAY_BASE_URL", "http://127.0.0.1:1"));
    assert!(line(&ran.out, "连接").contains("失败") && line(&ran.out, "权限").contains("跳过"), "{}", ran.out);
    assert!(line(&ran.out, "处理办法：").contains("请核对 base_url 的主机和端口"), "{}", ran.out);
}
