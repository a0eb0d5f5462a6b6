//! Where credentials come from, and where they never do.

use std::fs::{self, File, Permissions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::counter::Counter;

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_file_of_its_owner_alone_is_read() {
    let counter = Counter::new();
    fs::create_dir_all(counter.path(".config/contactway")).unwrap();
    let file = counter.file(".config/contactway/config.json", &counter.shop.config(""));
    fs::set_permissions(counter.path(file), Permissions::from_mode(0o600)).unwrap();
    assert_eq!(counter.output(&mut counter.stranger(&["list"])).code, Some(0));
    for open in [0o640, 0o604, 0o644] {
        fs::set_permissions(counter.path(file), Permissions::from_mode(open)).unwrap();
        let ran = counter.output(&mut counter.stranger(&["list"]));
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains(&format!("(mode {open:o})")) && ran.err.contains("chmod 600"), "{}", ran.err);
    }
}

#[test]
fn the_environment_counts_more_than_the_file() {
    let counter = Counter::new();
    let file =
        counter.file("config.json", r#"{"access_token": "another", "corp_id": "ww-another", "timeout_ms": 5000}"#);
    fs::set_permissions(counter.path(file), Permissions::from_mode(0o600)).unwrap();
    let ran = counter.run(&["list", "--config", file]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

#[test]
fn a_configuration_that_will_not_do_says_so_and_repeats_nothing_of_it() {
    let counter = Counter::new();
    let secret = counter.credential("secret");
    let cases = [
        (format!("\"{secret}\""), "one JSON object"),
        (format!("{{\"secret\": \"{secret}\", oh}}"), "line 1 column"),
        (
            format!("{{\"corp_id\": \"ww1\",\n “secret”: \"{secret}\"}}"),
            "line 2, character 2: “ is not a sign of JSON's: write \"",
        ),
        (format!("{{\"secret\": \"{secret}\"}}"), "configuration, corp_id: "),
        (format!("{{\"secret\": \"{secret}\", \"corp_id\": \"ww1\", \"max_attemts\": 1}}"), "max_attempts"),
    ];
    for (text, said) in cases {
        let file = counter.file("config.json", &text);
        fs::set_permissions(counter.path(file), Permissions::from_mode(0o600)).unwrap();
        let ran = counter.output(&mut counter.stranger(&["list", "--config", file]));
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains(said), "{}", ran.err);
    }
    let ran = counter.output(&mut counter.stranger(&["list", "--config", "not-there.json"]));
    assert!(ran.code == Some(2) && ran.err.contains("not-there.json"), "{}", ran.err);
}

#[test]
fn what_is_no_json_is_told_in_the_language() {
    let counter = Counter::new();
    for (text, said) in [
        ("{\n“secret”: \"x\"}", "第 2 行第 1 个字符：“ 不是 JSON 的标点：请改为英文（半角）的 \""),
        ("{\"secret\"：\"x\"}", "第 1 行第 10 个字符：： 不是 JSON 的标点：请改为英文（半角）的 :"),
        ("{\"secret\": \"x\",\n}", "第 2 行第 1 列：最后一项之后多了逗号"),
        ("{secret: \"x\"}", "第 1 行第 2 列：这里应是加英文双引号的字段名"),
        ("{\"secret\": x}", "第 1 行第 12 列：这里应有一个值"),
        ("{\"a\": \"x\" \"b\": 1}", "第 1 行第 11 列：这里应有英文逗号或右花括号"),
        ("{\"secret\": \"x", "没有写完"),
    ] {
        let file = counter.file("config.json", text);
        fs::set_permissions(counter.path(file), Permissions::from_mode(0o600)).unwrap();
        let ran = counter.run(&["list", "--config", file, "--lang", "zh"]);
        assert_eq!(ran.code, Some(2), "{}", ran.err);
        assert!(ran.err.contains(said), "{said} is not in {}", ran.err);
    }
}

#[test]
fn the_mark_that_an_editor_puts_before_a_text_does_no_harm() {
    let counter = Counter::new();
    let file = counter.file("config.json", "\u{feff}{\"timeout_ms\": 5000}");
    fs::set_permissions(counter.path(file), Permissions::from_mode(0o600)).unwrap();
    assert_eq!(counter.run(&["list", "--config", file]).code, Some(0));
    let ran = counter.shell("printf '\\357\\273\\277{\"limit\": 5}' | contactway list");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

#[test]
fn a_wait_is_no_advice_where_the_same_would_be_refused_again() {
    let counter = Counter::new();
    let refused = || counter.output(counter.command(&["list"]).env("CONTACTWAY_SECRET", "wrong"));
    for ran in [refused(), refused()] {
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        assert!(ran.err.contains("what to do: ") && !ran.err.contains("try again"), "{}", ran.err);
    }
}

#[test]
fn where_nobody_gives_any_the_three_ways_are_named() {
    let counter = Counter::new();
    let ran = counter.output(&mut counter.stranger(&["list"]));
    assert_eq!(ran.code, Some(2));
    for way in ["CONTACTWAY_SECRET", ".config/contactway/config.json", "terminal"] {
        assert!(ran.err.contains(way), "{}", ran.err);
    }
}

#[test]
fn no_flag_takes_a_secret_and_the_error_says_why() {
    let counter = Counter::new();
    for flag in ["--secret", "--access-token", "--corp-secret"] {
        for arguments in [
            vec!["list".to_owned(), format!("{flag}=s3cr3t")],
            vec!["list".to_owned(), flag.to_owned(), "s3cr3t".to_owned()],
        ] {
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            let ran = counter.run(&arguments);
            assert_eq!(ran.code, Some(2));
            assert!(ran.err.contains("list of processes") && !ran.err.contains("s3cr3t"), "{}", ran.err);
        }
    }
    let ran = counter.run(&["list", "--store", "postgres://me:s3cr3t@localhost/db"]);
    assert!(ran.code == Some(2) && ran.err.contains("CONTACTWAY_STORE") && !ran.err.contains("s3cr3t"), "{}", ran.err);
}

#[test]
fn the_ledger_is_its_owners_alone_and_there_is_none_without_it() {
    let counter = Counter::new();
    counter.add(&["--no-ledger"]);
    assert!(!counter.path(".local/share/contactway").exists());
    counter.add(&[]);
    assert_eq!(mode(&counter.path(".local/share/contactway")), 0o700);
    assert_eq!(mode(&counter.path(".local/share/contactway/ledger.db")), 0o600);
    counter.add(&["--store", "sqlite:elsewhere.db"]);
    assert!(counter.path("elsewhere.db").exists());
    let mut command = counter.command(&["ledger"]);
    let ran = counter.output(command.env("XDG_DATA_HOME", counter.path("elsewhere.db")));
    assert!(ran.code == Some(2) && ran.err.contains("give --store sqlite:FILE"), "{}", ran.err);
    assert!(ran.err.contains("one of its folders is no folder"), "{}", ran.err);
}

const CORP_ID: &str = "corp_id: ";
const SECRET: &str = "secret (not shown): ";

/// Runs `list` at a terminal on which `typed` is typed when this is asked for; how it ended, and all that the terminal
/// showed.
fn at_a_terminal(counter: &Counter, question: &str, typed: &str) -> (Option<i32>, String) {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let name = ptsname(&screen, Vec::new()).unwrap().into_string().unwrap();
    let keyboard = File::options().read(true).write(true).open(&name).unwrap();
    let mut command = counter.stranger(&["list"]);
    command.env("CONTACTWAY_BASE_URL", counter.credential("base_url"));
    if question == SECRET {
        command.env("CONTACTWAY_CORP_ID", counter.credential("corp_id"));
    }
    command.stdin(Stdio::from(keyboard.try_clone().unwrap())).stderr(Stdio::from(keyboard));
    let mut child = command.spawn().unwrap();
    // What it holds of the terminal's other side would keep the terminal open.
    drop(command);
    let mut screen = File::from(screen);
    let mut shown = Vec::new();
    let mut piece = [0; 1024];
    while !String::from_utf8_lossy(&shown).contains(question) {
        let length = screen.read(&mut piece).unwrap();
        shown.extend_from_slice(&piece[..length]);
    }
    screen.write_all(typed.as_bytes()).unwrap();
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(20) {
        thread::sleep(Duration::from_millis(20));
    }
    // Of no effect on one that has ended.
    child.kill().unwrap();
    let code = child.wait().unwrap().code();
    // At the end of the other side, reading fails.
    while let Ok(length @ 1..) = screen.read(&mut piece) {
        shown.extend_from_slice(&piece[..length]);
    }
    (code, String::from_utf8(shown).unwrap())
}

#[test]
fn on_a_terminal_they_are_asked_for_and_not_shown() {
    let counter = Counter::new();
    let secret = counter.credential("secret");
    let (code, shown) = at_a_terminal(&counter, SECRET, &format!("{secret}\n"));
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains(&secret), "{shown}");
}

#[test]
fn ctrl_c_at_the_question_ends_the_program_and_not_the_terminal() {
    let (code, shown) = at_a_terminal(&Counter::new(), SECRET, "half a secr\u{3}");
    assert_eq!(code, Some(130), "{shown}");
    assert!(!shown.contains("half"), "{shown}");
}

#[test]
fn nothing_typed_is_told_with_what_was_asked_for_and_what_else_gives_it() {
    let counter = Counter::new();
    // Enter alone, and the end of the input.
    for typed in ["\n", "\u{4}"] {
        for (question, member, variable) in [
            (CORP_ID, "corp_id", "CONTACTWAY_CORP_ID"),
            (SECRET, "secret", "CONTACTWAY_SECRET or CONTACTWAY_ACCESS_TOKEN"),
        ] {
            let (code, shown) = at_a_terminal(&counter, question, typed);
            assert_eq!(code, Some(2), "{shown}");
            for words in [&format!("nothing was typed for {member}: "), variable, ".config/contactway/config.json"] {
                assert!(shown.contains(words), "{words} is not in {shown}");
            }
        }
    }
}
