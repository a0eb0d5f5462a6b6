//! Pages of the documentation, and what stands in them.

use std::fs;
use std::path::{Path, PathBuf};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// A page under `docs/`.
pub fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).unwrap()
}

/// The pages that people read.
pub fn pages() -> Vec<PathBuf> {
    let folders =
        ["", "docs", "packaging", "bindings/python", "bindings/go", "tests/bench", "tests/vectors", "tests/sdk-corpus"];
    let files = folders.iter().flat_map(|folder| fs::read_dir(root().join(folder)).unwrap());
    files.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|it| it == "md")).collect()
}

/// The lines of a page outside of its blocks of code.
pub fn prose(text: &str) -> impl Iterator<Item = &str> {
    text.split("```").step_by(2).flat_map(str::lines)
}

/// The part of a page under a heading of the second degree.
pub fn section<'p>(page: &'p str, heading: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    rest.split("\n## ").next().unwrap()
}

/// The cells of each row of the tables in a text, without the rows that are headings.
pub fn rows(text: &str) -> Vec<Vec<&str>> {
    let lines: Vec<_> = text.lines().collect();
    let is_rule = |line: &&str| line.starts_with("|---");
    let body = lines
        .iter()
        .enumerate()
        .filter(|(place, line)| line.starts_with('|') && !is_rule(line) && !lines.get(place + 1).is_some_and(is_rule));
    body.map(|(_, line)| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// What stands between backquotes in a cell, each.
pub fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The blocks of JSON in a text.
pub fn json_blocks(text: &str) -> Vec<&str> {
    text.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// The source files below `src/`.
pub fn sources() -> Vec<String> {
    let mut texts = Vec::new();
    let mut directories = vec![root().join("src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                texts.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    texts
}
