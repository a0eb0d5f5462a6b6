//! A Chinese page has what the English one has: as many sections and rows, the same names in each row, the same JSON.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::page::{json_blocks, quoted, root, rows};

/// The pages that there are in both languages: the English one and the Chinese one.
fn pairs() -> Vec<(PathBuf, PathBuf)> {
    let files = ["", "docs"].into_iter().flat_map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let pair = |chinese: PathBuf| {
        let name = chinese.file_name()?.to_str()?.strip_suffix(".zh-CN.md")?;
        Some((chinese.with_file_name(format!("{name}.md")), chinese))
    };
    files.filter_map(|entry| pair(entry.unwrap().path())).collect()
}

/// The sections and the rows of a page, a line each; of a row the names between backquotes.
fn shape(page: &str) -> Vec<BTreeSet<&str>> {
    let prose = page.split("```").step_by(2).flat_map(str::lines);
    let headings = prose.filter(|line| line.starts_with('#'));
    let levels = headings.map(|line| BTreeSet::from([line.split(' ').next().unwrap()]));
    let names = rows(page).into_iter().map(|cells| cells.iter().flat_map(|cell| quoted(cell)).collect());
    levels.chain(names).collect()
}

#[test]
fn a_chinese_page_has_the_rows_and_examples_of_the_english_one() {
    let pairs = pairs();
    assert!(pairs.len() >= 4);
    for (english, chinese) in &pairs {
        let [english_page, chinese_page] = [english, chinese].map(|page| fs::read_to_string(page).unwrap());
        let chinese = chinese.display();
        let (told, shape) = (shape(&english_page), shape(&chinese_page));
        for (told, is) in told.iter().zip(&shape) {
            assert_eq!(is, told, "{chinese}");
        }
        assert_eq!(shape.len(), told.len(), "{chinese}");
        assert_eq!(json_blocks(&chinese_page), json_blocks(&english_page), "{chinese}");
    }
}
