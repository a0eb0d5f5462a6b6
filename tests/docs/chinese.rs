//! A Chinese page has what the English one has: sections, points, rows with the same names and numbers, programs.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use crate::page::{json_blocks, pages, prose, quoted, rows};

/// Its examples, and what they print, are Chinese too; `tests/cli` runs those of both languages.
const OF_ITS_OWN: &str = "command-line.zh-CN.md";

/// The English page and the Chinese one of a pair, each with its text.
struct Pair {
    english: (PathBuf, String),
    chinese: (PathBuf, String),
}

fn pairs() -> Vec<Pair> {
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, text)
    };
    let pair = |path: PathBuf| {
        let name = path.file_name()?.to_str()?.strip_suffix(".zh-CN.md")?;
        Some(Pair { english: read(path.with_file_name(format!("{name}.md"))), chinese: read(path) })
    };
    let pairs: Vec<_> = pages().into_iter().filter_map(pair).collect();
    assert!(pairs.len() > 15);
    pairs
}

/// The names between backquotes in a line, and the numbers outside of them and of what links lead to.
fn names_and_numbers(line: &str) -> BTreeSet<String> {
    let text = line.split('`').step_by(2).flat_map(|text| text.split("](").enumerate());
    let shown = text.map(|(place, text)| if place == 0 { text } else { text.split_once(')').map_or("", |it| it.1) });
    let is_part = |letter: char| letter.is_ascii_digit() || letter == '.' || letter == ',';
    let numbers = shown.flat_map(|text| text.split(move |letter| !is_part(letter)));
    let numbers = numbers.map(|number| number.trim_matches(['.', ','])).filter(|number| !number.is_empty());
    quoted(line).into_iter().chain(numbers).map(str::to_owned).collect()
}

/// What the headings and then the rows of a page name.
fn told(page: &str) -> Vec<BTreeSet<String>> {
    let headings = prose(page).filter(|line| line.starts_with('#')).map(names_and_numbers);
    headings.chain(rows(page).iter().map(|row| names_and_numbers(&row.join(" | ")))).collect()
}

/// The marks of headings and of points in lists, in their order.
fn outline(page: &str) -> Vec<&str> {
    let first_word = |line| str::trim_start(line).split(' ').next().unwrap();
    let is_mark = |word: &&str| *word == "-" || !word.is_empty() && word.chars().all(|letter| letter == '#');
    prose(page).map(first_word).filter(is_mark).collect()
}

/// The blocks of code with their language, without comments.
fn programs(page: &str) -> Vec<String> {
    let is_comment = |line: &str, place: usize| line[..place].ends_with(' ') || place == 0;
    let code = |line: &str| match line.match_indices("# ").find(|(place, _)| is_comment(line, *place)) {
        Some((place, _)) => line[..place].trim_end().to_owned(),
        None => line.to_owned(),
    };
    page.split("```").skip(1).step_by(2).map(|block| block.lines().map(code).collect::<Vec<_>>().join("\n")).collect()
}

/// That two lists are the same, told by the first difference.
fn same<T: PartialEq + Debug>(page: &Path, told: &[T], is: &[T]) {
    for (told, is) in told.iter().zip(is) {
        assert_eq!(is, told, "{}", page.display());
    }
    assert_eq!(is.len(), told.len(), "{}", page.display());
}

#[test]
fn a_chinese_page_has_the_sections_and_rows_of_the_english_one() {
    for Pair { english, chinese } in pairs() {
        same(&chinese.0, &outline(&english.1), &outline(&chinese.1));
        same(&chinese.0, &told(&english.1), &told(&chinese.1));
    }
}

#[test]
fn a_chinese_page_has_the_programs_of_the_english_one() {
    for Pair { english, chinese } in pairs() {
        same(&chinese.0, &json_blocks(&english.1), &json_blocks(&chinese.1));
        if !chinese.0.ends_with(OF_ITS_OWN) {
            same(&chinese.0, &programs(&english.1), &programs(&chinese.1));
        }
    }
}

#[test]
fn the_two_lead_to_each_other() {
    let link = |path: &Path| format!("]({})", path.file_name().unwrap().to_str().unwrap());
    for Pair { english, chinese } in pairs() {
        assert!(english.1.contains(&link(&chinese.0)), "{}", english.0.display());
        assert!(chinese.1.contains(&link(&english.0)), "{}", chinese.0.display());
    }
}
