//! Rows applied, planned and taken in; people replaced; pictures saved; sheets made.

use std::fmt::Write as _;
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
fn a_job_that_finds_nothing_to_do_says_so() {
    let counter = Counter::new();
    counter.json(&["apply", counter.file("codes.csv", ROWS)]);
    for dry_run in [&[][..], &["--dry-run"]] {
        let job = ["replace-user", "--from", "zhangsna", "--to", "lisi"];
        let ran = counter.run(&[&job[..], dry_run].concat());
        assert_eq!(ran.code, Some(0), "a second run of what is done is no failure: {}", ran.err);
        assert!(ran.err.contains("no contact way that names zhangsna"), "{}", ran.err);
        assert!(ran.err.contains("check the spelling") && ran.err.contains("contactway sync"), "{}", ran.err);
        let ran = counter.run(&[&job[..], dry_run, &["--lang", "zh"]].concat());
        assert!(ran.err.contains("没有包含成员 zhangsna 的「联系我」") && ran.err.contains("检查拼写"), "{}", ran.err);
        let ran = counter.run(&["replace-user", "--from", "zhangsan", "--to", "wangwu", "--dry-run"]);
        assert_eq!(ran.err, "", "some do name them");
    }
    let empty = counter.file("empty.csv", "key,type,scene,user\n");
    let ran = counter.run(&["apply", empty]);
    assert!(ran.code == Some(0) && ran.err.contains("empty.csv holds no rows"), "{}", ran.err);
    let ran = Counter::new().run(&["sync"]);
    assert!(ran.code == Some(0) && ran.err.contains("WeCom lists no contact way"), "{}", ran.err);
}

#[test]
fn what_others_made_is_taken_in() {
    let counter = Counter::new();
    counter.add(&["--no-ledger"]);
    assert_eq!(counter.json(&["sync"])["adopted"], 1);
    assert_eq!(counter.json(&["ledger", "--status", "active"])["entries"].as_array().unwrap().len(), 1);
}

#[test]
fn what_wecom_does_not_show_any_more_is_warned_of() {
    let counter = Counter::new();
    counter.json(&["apply", counter.file("codes.csv", ROWS)]);
    // A sandbox at the same address that has forgotten all of it.
    counter.shop.ask("POST", "/sandbox/reset", "{}");
    for (language, words) in [("en", "warning: WeCom"), ("zh", "提醒：")] {
        let ran = counter.run(&["sync", "--timeout-ms", "5000", "--lang", language]);
        assert!(ran.code == Some(0) && ran.err.contains(words) && !ran.out.is_empty(), "{}{}", ran.out, ran.err);
    }
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
    let none = counter.run(&["save-qr-codes", "none", "--namespace", "shpos"]);
    assert!(none.code == Some(1) && none.err.contains("contactway ledger shows"), "{}", none.err);
}

#[test]
fn a_sheet_that_lacks_a_picture_names_whose() {
    let counter = Counter::new();
    counter.json(&["apply", counter.file("codes.csv", ROWS)]);
    counter.shop.faults(r#"{"endpoint":"qr_code","times":9,"do":{"status":404}}"#);
    let ran = counter.run(&["sheet", "--key", "b", "--out", "all.html"]);
    assert!(ran.code != Some(0) && !counter.path("all.html").exists(), "{}", ran.err);
    assert!(ran.err.starts_with("contactway: there is no sheet, for want of the QR picture of b\n"), "{}", ran.err);
}

/// Rows, all but one of which fail: `alike` of them for the same reason.
fn failing(alike: usize) -> String {
    let mut rows = "key,type,scene,user,state\nshop-1,2,2,lisi,s1\nshop-2,2,9,lisi,s2\n".to_owned();
    for nth in 0..alike {
        writeln!(rows, "k{nth},2,2,nobody,k{nth}").unwrap();
    }
    rows
}

#[test]
fn failures_of_one_reason_are_told_once_and_the_rest_is_named() {
    let counter = Counter::new();
    let file = counter.file("codes.csv", &failing(150));
    let ran = counter.run(&["apply", file]);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    assert!(ran.err.contains("151 of 152 failed"), "{}", ran.err);
    assert!(ran.err.contains("userid not found (errcode 60111): line "), "{}", ran.err);
    assert_eq!(ran.err.matches("60111").count(), 1, "{}", ran.err);
    assert_eq!(ran.err.matches("what to do: ").count(), 1, "{}", ran.err);
    assert!(ran.err.contains("  51 more failed\n  --report-path FILE writes"), "{}", ran.err);
    let row = ran.err.lines().find(|line| line.contains("line 3, shop-2")).unwrap();
    assert_eq!(row.matches("line 3").count(), 1, "its line is named once: {row}");
    assert!(!row.contains("/contact_way"), "{row}");
    // The report has all of them.
    let ran = counter.run(&["apply", file, "--report-path", "report.jsonl"]);
    let all = "  150 of them: userid not found (errcode 60111): line 4, k0; line 5, k1; line 6, k2; …\n";
    assert!(ran.err.contains(all) && !ran.err.contains(" more failed"), "{}", ran.err);
    assert!(ran.err.contains("what became of every row is in report.jsonl"), "{}", ran.err);
    // One of another run is not taken for this one's.
    let broken = counter.file("broken.csv", "key,user\na,\"lisi\n");
    let ran = counter.run(&["apply", broken, "--report-path", "report.jsonl"]);
    assert!(ran.code == Some(2) && !ran.err.contains("60111"), "{}", ran.err);
    let ran = counter.run(&["apply", broken, "--report-path", "report.jsonl", "--dry-run"]);
    assert!(ran.code == Some(2) && ran.out.is_empty(), "{}{}", ran.out, ran.err);
}

#[test]
fn a_row_that_is_warned_of_is_no_failure() {
    let counter = Counter::new();
    let rows = "key,type,scene,user,state\na,2,2,lisi,same\nb,2,2,lisi,same\nc,2,2,nobody,c\n";
    let ran = counter.run(&["apply", counter.file("codes.csv", rows)]);
    assert_eq!(ran.code, Some(4), "{}", ran.err);
    let (warnings, failures): (Vec<_>, Vec<_>) = ran.err.lines().partition(|line| line.contains("warning: "));
    assert!(warnings.len() == 1 && warnings[0].contains("lines 2 and 3"), "{}", ran.err);
    assert!(failures[0].contains("1 of 3 failed") && failures[1].contains("line 4, c"), "{}", ran.err);
    assert!(!failures.iter().any(|line| line.contains("a row equals")), "{}", ran.err);
    let ran = counter.run(&["apply", counter.file("codes.csv", &rows.replace("c,2,2,nobody,c\n", ""))]);
    assert_eq!(ran.code, Some(0), "a warning alone is no failure");
    assert!(ran.err.starts_with("contactway: warning: ") && ran.err.lines().count() == 1, "{}", ran.err);
}

#[test]
fn a_file_that_is_refused_as_a_whole_names_the_place() {
    let counter = Counter::new();
    let ran = counter.run(&["apply", counter.file("codes.csv", "key,remrak,colour,mood\na,x,y,z\n")]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("line 1, character 5: the column remrak is not known"), "{}", ran.err);
    assert!(ran.err.contains("the column colour ") && ran.err.contains("the column mood "), "{}", ran.err);
    assert_eq!(ran.err.matches("conclusions.text.content").count(), 1, "the known ones are named once: {}", ran.err);
    let none = counter.run(&["apply"]);
    assert!(none.code == Some(2) && none.err.contains("<FILE>"), "{}", none.err);
    let none = counter.run(&["apply", "not-there.csv"]);
    assert!(none.code == Some(2) && none.err.contains("not-there.csv: the file cannot be read"), "{}", none.err);
}

#[test]
fn what_is_nothing_without_the_ledger_says_so() {
    let counter = Counter::new();
    let file = counter.file("codes.csv", ROWS);
    let jobs: [&[&str]; 6] = [
        &["apply", file],
        &["sync"],
        &["replace-user", "--from", "lisi"],
        &["ledger"],
        &["save-qr-codes", "codes"],
        &["sheet", "--out", "s.html"],
    ];
    for job in jobs {
        let ran = counter.run(&[job, &["--no-ledger"]].concat());
        assert_eq!(ran.code, Some(2), "{job:?}: {}", ran.err);
        let words = format!("contactway: contactway {} needs the ledger: leave out --no-ledger\n", job[0]);
        assert_eq!(ran.err, words);
    }
}
