//! The manual pages: `contactway-sandbox` tells of the options that `--help` does, `contactway` of the header's functions.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::page::root;

/// A page, which is of this version.
fn man_page(name: &str) -> String {
    let page = fs::read_to_string(root().join("docs/man").join(name)).unwrap();
    assert!(page.contains(&format!("contactway {}", env!("CARGO_PKG_VERSION"))), "{name} is of another version");
    page
}

#[test]
fn it_has_every_option_of_the_program_and_no_other() {
    let output = Command::new(env!("CARGO_BIN_EXE_contactway-sandbox")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let offered: Vec<_> = help
        .lines()
        .filter_map(|line| line.strip_prefix("  --"))
        .map(|line| line.split("  ").next().unwrap().trim().to_owned())
        .collect();
    let page = man_page("contactway-sandbox.1");
    let told: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix(".B \\-\\-").or_else(|| line.strip_prefix(".BI \\-\\-")))
        .map(|line| line.replace("\\-", "-").replace(" \"", "").replace('"', ""))
        .collect();
    assert!(offered.len() > 5);
    assert_eq!(told, offered);
}

#[test]
fn the_librarys_has_every_function_of_the_header_and_no_other() {
    let header = fs::read_to_string(root().join("include/contactway.h")).unwrap();
    let declared =
        header.lines().filter(|line| !line.starts_with([' ', '/', '#'])).filter_map(|line| line.split_once('('));
    let declared: BTreeSet<_> = declared
        .filter_map(|(front, _)| front.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("contactway_"))
        .map(str::to_owned)
        .collect();
    let page = man_page("contactway.3");
    let told: BTreeSet<_> = page.lines().filter_map(|line| line.strip_prefix(".B contactway_")).collect();
    assert!(declared.len() > 20);
    assert_eq!(told.iter().map(|name| format!("contactway_{name}")).collect::<BTreeSet<_>>(), declared);
}
