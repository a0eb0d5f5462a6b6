//! The page on testing names every test there is, and no other; the READMEs of `make` no target that is not there.

use std::collections::BTreeSet;
use std::fs;

use crate::page::{page, root};

/// What follows `mark` in a text, up to what ends a word.
fn words_behind(text: &str, mark: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    let words = text.split(mark).skip(1).map(|rest| rest.chars().take_while(|letter| is_part(*letter)).collect());
    words.collect()
}

#[test]
fn every_test_of_cargo_is_named_and_no_other() {
    let entries = fs::read_dir(root().join("tests")).unwrap().map(|entry| entry.unwrap().path());
    let tests = entries.filter(|path| path.extension().is_some_and(|it| it == "rs") || path.join("main.rs").exists());
    let tests: BTreeSet<_> = tests.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(words_behind(&page("testing.md"), "--test "), tests);
}

#[test]
fn every_target_of_make_is_there() {
    let read = |name| fs::read_to_string(root().join(name)).unwrap();
    let makefile = read("Makefile") + &read("packaging/dist.mk");
    for text in [page("testing.md"), page("testing.zh-CN.md"), read("README.md"), read("README.zh-CN.md")] {
        for target in words_behind(&text, "`make ") {
            assert!(makefile.contains(&format!("\n{target}:")), "make {target}");
        }
    }
}
