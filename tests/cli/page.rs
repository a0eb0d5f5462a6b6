//! The pages about the command line: their examples are run, and their tables are the code's.

use std::fs;
use std::path::Path;

use crate::counter::Counter;

fn page(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name)).unwrap()
}

fn examples(page: &str) -> Vec<&str> {
    page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// Runs the examples of a page, one after the other in one folder.
fn examples_are_run(name: &str) {
    let counter = Counter::new();
    let page = page(name);
    let examples = examples(&page);
    assert!(examples.len() > 8, "{name}");
    fs::write(counter.path("goodbye.png"), b"\x89PNG\r\n\x1a\n and so on").unwrap();
    for example in examples {
        let ran = counter.shell(example);
        assert_eq!(ran.code, Some(0), "{name}:\n{example}\n{}{}", ran.out, ran.err);
    }
}

#[test]
fn the_examples_are_run() {
    examples_are_run("command-line.md");
}

#[test]
fn the_examples_in_chinese_are_run() {
    examples_are_run("command-line.zh-CN.md");
}

#[test]
fn the_nightly_script_says_nothing_but_what_somebody_must_see_to() {
    for name in ["command-line.md", "command-line.zh-CN.md"] {
        let page = page(name);
        let script = examples(&page).into_iter().find(|example| example.contains("nightly.sh")).unwrap();
        let night = |rows: &str, before: &str| {
            let counter = Counter::new();
            counter.file("shops.csv", &format!("key,type,scene,user,state\n{rows}"));
            counter.shell(&format!("{before}{script}"))
        };
        let done = night("shop-1,2,2,lisi,s1\n", "");
        assert_eq!((done.code, done.out.as_str()), (Some(0), ""), "{name}: {}", done.err);
        let unreachable = "export CONTACTWAY_BASE_URL=http://127.0.0.1:1\n";
        let another_night = night("shop-1,2,2,lisi,s1\n", unreachable);
        assert_eq!((another_night.code, another_night.out.as_str()), (Some(0), ""), "{name}: {}", another_night.err);
        let failed = night("shop-1,2,2,lisi,s1\nshop-2,2,2,nobody,s2\n", "");
        assert_eq!(failed.code, Some(4), "{name}: {}", failed.err);
        assert!(failed.out.contains("userid not found") && failed.out.contains("shop-2"), "{}", failed.out);
    }
}

#[test]
fn every_command_and_variable_is_told_of_in_both_languages() {
    let help = Counter::new().run(&["--help"]).out;
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    // What is long goes on in a line of its own, further in.
    let commands = commands.lines().take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    let commands: Vec<_> = commands.map(|line| line.trim_start().split(' ').next().unwrap()).collect();
    let source = include_str!("../../src/bin/contactway/configuration.rs");
    let (_, variables) = source.split_once("VARIABLES").unwrap();
    let variables = variables.split("];").next().unwrap().split('"').filter(|word| word.starts_with("CONTACTWAY_"));
    let variables: Vec<_> = variables.collect();
    assert!(commands.len() > 10 && variables.len() > 5);
    for name in ["command-line.md", "command-line.zh-CN.md"] {
        let page = page(name);
        for command in &commands {
            assert!(page.contains(&format!("contactway {command}")), "{name} has no {command}");
        }
        for variable in &variables {
            assert!(page.contains(&format!("`{variable}`")), "{name} has no {variable}");
        }
    }
}

#[test]
fn the_exit_codes_are_those_of_the_help() {
    let help = Counter::new().run(&["--help"]).out;
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    let codes: Vec<_> = codes.lines().filter_map(|line| line.split_whitespace().next()?.parse::<u8>().ok()).collect();
    assert_eq!(codes, [0, 1, 2, 3, 4, 5, 130]);
    for (name, heading) in [("command-line.md", "| code | meaning |"), ("command-line.zh-CN.md", "| 退出码 | 含义 |")]
    {
        let page = page(name);
        let (_, table) = page.split_once(heading).unwrap();
        let rows = table.lines().skip(2).take_while(|line| line.starts_with("| "));
        let told: Vec<u8> = rows.map(|row| row.split(' ').nth(1).unwrap().parse().unwrap()).collect();
        assert_eq!(told, codes, "{name}");
    }
}
