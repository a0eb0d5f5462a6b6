//! The manual page of `contactway-sandbox` tells of the options that `--help` does.

use std::fs;
use std::process::Command;

use crate::page::root;

#[test]
fn it_has_every_option_of_the_program_and_no_other() {
    let output = Command::new(env!("CARGO_BIN_EXE_contactway-sandbox")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let offered: Vec<_> = help
        .lines()
        .filter_map(|line| line.strip_prefix("  --"))
        .map(|line| line.split("  ").next().unwrap().trim().to_owned())
        .collect();
    let page = fs::read_to_string(root().join("docs/man/contactway-sandbox.1")).unwrap();
    let told: Vec<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix(".B \\-\\-").or_else(|| line.strip_prefix(".BI \\-\\-")))
        .map(|line| line.replace("\\-", "-").replace(" \"", "").replace('"', ""))
        .collect();
    assert!(offered.len() > 5);
    assert_eq!(told, offered);
    assert!(page.contains(&format!("contactway {}", env!("CARGO_PKG_VERSION"))), "another version");
}
