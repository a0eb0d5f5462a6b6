//! Man pages and completions, as packages take them.

use std::fs;
use std::process::Command;

use contactway::{Client, Options, Shared};

use crate::counter::Counter;

#[test]
fn each_command_has_a_page_and_each_shell_its_completions() {
    let counter = Counter::new();
    let ran = counter.run(&["generate", "--out", "g"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{}", ran.err);
    let mut pages: Vec<_> = fs::read_dir(counter.path("g/man"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    assert_eq!(pages.len(), 17, "{pages:?}");
    let page = |name: &str| fs::read_to_string(counter.path("g/man").join(name)).unwrap();
    assert!(page("contactway.1").contains("contactway\\-add(1)"));
    assert!(page("contactway-add.1").starts_with(".ie") || page("contactway-add.1").contains("\n.TH contactway-add 1"));
    assert!(page("contactway-add.1").contains("\\-\\-skip\\-verify"));
    for (file, names) in
        [("contactway.bash", "--skip-verify"), ("_contactway", "--skip-verify"), ("contactway.fish", "skip-verify")]
    {
        assert!(fs::read_to_string(counter.path("g/completions").join(file)).unwrap().contains(names), "{file}");
    }
    for file in ["contactway.bash", "_contactway", "contactway.fish"] {
        let completions = fs::read_to_string(counter.path("g/completions").join(file)).unwrap();
        let statuses = ["intended active unknown deleted gone", "intended\\t''\nactive\\t''"];
        assert!(statuses.iter().any(|statuses| completions.contains(statuses)), "{file}");
    }
    let bash = Command::new("bash").arg("-n").arg(counter.path("g/completions/contactway.bash")).status();
    assert!(bash.unwrap().success());
}

#[test]
fn the_same_is_generated_twice() {
    let counter = Counter::new();
    for folder in ["one", "two"] {
        assert_eq!(counter.run(&["generate", "--out", folder]).code, Some(0));
    }
    let same = Command::new("diff").arg("-r").arg(counter.path("one")).arg(counter.path("two")).status();
    assert!(same.unwrap().success());
}

/// What stands in a section of a page.
fn section<'p>(page: &'p str, title: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("\n.SH {title}\n")).unwrap_or_else(|| panic!("no {title} in {page}"));
    rest.split("\n.SH ").next().unwrap()
}

#[test]
fn the_pages_name_no_page_that_is_not_there() {
    let counter = Counter::new();
    assert_eq!(counter.run(&["generate", "--out", "g"]).code, Some(0));
    let mut named = 0;
    for entry in fs::read_dir(counter.path("g/man")).unwrap() {
        let page = fs::read_to_string(entry.unwrap().path()).unwrap().replace("\\-", "-").replace(".BR ", "");
        let (_, see_also) = page.split_once("SEE ALSO").unwrap();
        let see_also = see_also.split([',', '\n']);
        for name in see_also.filter_map(|name| name.trim().strip_suffix(')')) {
            let file = name.replace([' ', '('], ".").replace("..", ".");
            assert!(counter.path("g/man").join(&file).exists(), "{file}");
            named += 1;
        }
    }
    assert!(named > 40, "{named}");
}

#[test]
fn the_statuses_are_the_librarys() {
    let counter = Counter::new();
    let store = counter.path("statuses.db");
    let store = store.to_str().unwrap();
    let client = Client::new(&counter.shop.config(&format!(r#","store":"sqlite:{store}""#)), &Shared::default());
    let error = client.unwrap().ledger(r#"{"status": "alive"}"#, &Options::default()).unwrap_err();
    let refused = counter.run(&["ledger", "--status", "alive"]).err;
    let (_, statuses) = refused.split_once("it is one of ").unwrap();
    let statuses = statuses.lines().next().unwrap();
    assert!(error.to_string().contains(&format!("one of {statuses};")), "{error}");
}

#[test]
fn a_page_says_all_that_a_manual_is_looked_into_for() {
    let counter = Counter::new();
    assert_eq!(counter.run(&["generate", "--out", "g"]).code, Some(0));
    let pages = fs::read_dir(counter.path("g/man")).unwrap().map(|entry| entry.unwrap().path());
    // The sandbox's is written by hand.
    for path in pages.filter(|path| !path.ends_with("contactway-sandbox.1")) {
        let page = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let title = format!(
            ".TH {} 1 \"\" \"contactway {}\" \"User Commands\"\n",
            name.to_uppercase(),
            env!("CARGO_PKG_VERSION")
        );
        assert!(page.contains(&title), "{page}");
        let named = section(&page, "NAME");
        assert!(named.starts_with(&format!("{} \\- ", name.replace('-', "\\-"))), "{named}");
        let synopsis = section(&page, "SYNOPSIS");
        assert!(
            synopsis.starts_with(&format!("\\fB{}\\fR ", name.replacen('-', " ", 1).replace('-', "\\-"))),
            "{synopsis}"
        );
        for code in ["0", "1", "2", "3", "4", "5", "130"] {
            assert!(section(&page, "\"EXIT STATUS\"").contains(&format!("\\fB{code}\\fR")), "{name}");
        }
        assert!(section(&page, "ENVIRONMENT").contains("CONTACTWAY_SECRET"), "{name}");
        assert!(section(&page, "FILES").contains("/contactway/ledger.db"), "{name}");
        assert!(section(&page, "\"SEE ALSO\"").contains("(1)"), "{name}");
        assert!(section(&page, "EXAMPLES").contains("\ncontactway "), "{name}");
    }
    let page = fs::read_to_string(counter.path("g/man/contactway-save-qr-codes.1")).unwrap();
    let (_, place) = section(&page, "ARGUMENTS").split_once("DIR").unwrap();
    assert!(place.contains("folder for the pictures"), "{page}");
}

#[test]
fn the_examples_of_the_pages_are_run() {
    let counter = Counter::new();
    let rows = "key,type,scene,user,state\nshop-1,2,2,lisi,s1\nshop-2,2,2,zhangsan,s2\n";
    counter.file("shops.csv", rows);
    fs::write(counter.path("goodbye.png"), b"\x89PNG\r\n\x1a\n and so on").unwrap();
    assert_eq!(counter.run(&["generate", "--out", "g"]).code, Some(0));
    // What makes codes comes first, and what deletes one last; nobody is in a temporary chat.
    let mut commands = Vec::new();
    for entry in fs::read_dir(counter.path("g/man")).unwrap() {
        let page = fs::read_to_string(entry.unwrap().path()).unwrap();
        let examples = section(&page, "EXAMPLES").lines().filter(|line| line.starts_with("contactway "));
        commands.extend(examples.map(|line| line.replace("\\-", "-").replace("\\*(Aq", "'")));
    }
    let place = |command: &String| match command.split(' ').nth(1).unwrap() {
        "add" | "apply" => 0,
        "del" => 2,
        _ => 1,
    };
    commands.sort_by_key(place);
    assert_eq!(commands.len(), 17);
    for command in commands.iter().filter(|command| !command.contains("close-temp-chat")) {
        let ran = counter.shell(command);
        assert_eq!(ran.code, Some(0), "{command}: {}", ran.err);
    }
}
