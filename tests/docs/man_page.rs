//! The manual pages: `contactway-sandbox` tells of the options that `--help` does, `contactway` of the header's functions.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::page::{page, quoted, root, section};

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

#[test]
fn the_librarys_has_every_variable_of_the_configurations_page_and_no_other() {
    let page = page("configuration.md");
    let is_variable = |name: &&str| name.to_lowercase().ends_with("_proxy") || name.starts_with("SSL_CERT_");
    let read: BTreeSet<_> = ["Proxy", "Trust"]
        .into_iter()
        .flat_map(|name| section(&page, name).lines())
        .flat_map(quoted)
        .filter(is_variable)
        .collect();
    let man_page = man_page("contactway.3");
    let (_, told) = man_page.split_once(".SH ENVIRONMENT\n").unwrap();
    let (told, _) = told.split_once("\n.SH ").unwrap();
    let told: BTreeSet<_> =
        told.lines().filter_map(|line| line.strip_prefix(".BR ")).flat_map(|line| line.split(" \", \" ")).collect();
    assert_eq!(told, read);
}

/// `make install` installs pages of section 3 alone.
#[test]
fn the_librarys_sends_nobody_to_a_page_that_is_not_installed() {
    let page = man_page("contactway.3");
    let (_, beside) = page.split_once(".SH SEE ALSO\n").unwrap();
    assert!(!beside.contains("(1)"), "{beside}");
}
