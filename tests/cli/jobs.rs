//! Rows applied, planned and taken in; people replaced; pictures saved; sheets made.

use std::fs;

use serde_json::json;

use crate::counter::Counter;

const ROWS: &str = "key,type,scene,user,state,remark\na,2,2,zhangsan,a,前台\nb,2,2,zhangsan;lisi,b,\n";

#[test]
fn rows_are_applied_and_a_second_run_changes_nothing() {
    let counter = Counter::new();
    let file = counter.file("codes.csv", ROWS);
    assert_eq!(counter.json(&["apply", file])["created"], 2);
    assert_eq!(counter.json(&["apply", file])["unchanged"], 2);
    let ran = counter.run(&["ledger", "--key", "a"]);
    assert!(ran.out.contains("前台") && ran.out.ends_with("entries: 1\n"), "{}", ran.out);
    let page = counter.run(&["ledger", "--limit", "1"]);
    let cursor = page.out.lines().last().unwrap().strip_prefix("there are more: --cursor ").unwrap().to_owned();
    assert!(counter.run(&["ledger", "--limit", "1", "--cursor", &cursor]).out.contains("\nb "));
}

#[test]
fn a_dry_run_is_a_diff_and_sends_nothing() {
    let counter = Counter::new();
    counter.json(&["apply", counter.file("codes.csv", ROWS), "--namespace", "shop"]);
    let id = |key| counter.json(&["ledger", "--key", key])["entries"][0]["config_id"].as_str().unwrap().to_owned();
    let (a, b) = (id("a"), id("b"));
    counter.shop.ask("DELETE", "/sandbox/calls", "");
    let wanted = "key,type,scene,user,state,remark\na,2,2,zhangsan,a,后门\nc,2,2,lisi,c,\n";
    let flags = ["--dry-run", "--namespace", "shop", "--delete-missing", "--max-delete", "5"];
    let ran = counter.run(&[&["apply", counter.file("codes.csv", wanted)], &flags[..]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let expected = format!(
        "~ a  {a}\n    - remark: \"前台\"\n    + remark: \"后门\"\n+ c\n    + scene: 2\n    + state: \"c\"\n    + type: 2\n    \
         + user: [\"lisi\"]\n- b  {b}\nplan: 1 to create, 1 to update, 0 to replace, 0 to claim, 1 to delete; 0 unchanged, \
         0 refused; nothing was sent\n"
    );
    assert_eq!(ran.out, expected);
    assert_eq!(counter.shop.calls(), [""; 0]);
    let fixed = "key,type,scene,user,state\na,2,1,zhangsan,a\n";
    let ran = counter.run(&["apply", counter.file("codes.csv", fixed), "--dry-run", "--replace"]);
    assert!(ran.out.starts_with(&format!("± a  {a}  (made anew: its printed code dies)\n")), "{}", ran.out);
}

#[test]
fn a_member_is_replaced_everywhere_and_before_that_shown() {
    let counter = Counter::new();
    counter.json(&["apply", counter.file("codes.csv", ROWS)]);
    let planned = counter.run(&["replace-user", "--from", "zhangsan", "--to", "wangwu", "--dry-run"]);
    assert_eq!(planned.code, Some(0), "{}", planned.err);
    assert!(
        planned.out.contains("    - user: [\"zhangsan\",\"lisi\"]\n    + user: [\"wangwu\",\"lisi\"]\n"),
        "{}",
        planned.out
    );
    let done = counter.json(&["replace-user", "--from", "zhangsan", "--to", "wangwu"]);
    assert_eq!((&done["matched"], &done["updated"]), (&json!(2), &json!(2)));
    // None in their place: one would be left without anybody.
    let ran = counter.run(&["replace-user", "--from", "wangwu"]);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert!(ran.err.contains("a: it would be left without a user"), "{}", ran.err);
}

#[test]
fn what_others_made_is_taken_in() {
    let counter = Counter::new();
    counter.add(&["--no-ledger"]);
    assert_eq!(counter.json(&["sync"])["adopted"], 1);
    assert_eq!(counter.json(&["ledger", "--status", "active"])["entries"].as_array().unwrap().len(), 1);
}

#[test]
fn pictures_go_into_a_folder_and_codes_on_a_sheet() {
    let counter = Counter::new();
    counter.json(&["apply", counter.file("codes.csv", ROWS)]);
    assert_eq!(counter.json(&["save-qr-codes", "codes"])["saved"], 2);
    assert!(counter.path("codes/a.png").exists() && counter.path("codes/b.png").exists());
    let ran = counter.run(&["sheet", "--user", "lisi", "--out", "one.html"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "one.html: 1 codes\n"), "{}", ran.err);
    counter.json(&["sheet", "--out", "all.html"]);
    let page = fs::read_to_string(counter.path("all.html")).unwrap();
    assert_eq!(page.matches("data:image/png;base64,").count(), 2);
    assert!(page.contains("前台"));
    let none = counter.run(&["sheet", "--key", "nobody", "--out", "none.html"]);
    assert!(none.code == Some(1) && !counter.path("none.html").exists(), "{}", none.err);
}
