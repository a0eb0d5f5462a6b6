//! Links between pages lead to a file, and to a heading of it.

use std::fs;
use std::path::Path;

use crate::page::{pages, prose};

/// What the links of a page lead to, with the text of each: places in this repository.
fn links(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts = prose(text).flat_map(|line| line.match_indices("](").map(move |(place, _)| line.split_at(place)));
    let links = parts.filter_map(|(front, rest)| Some((front.rsplit('[').next()?, rest[2..].split(')').next()?)));
    links.filter(|(_, target)| !target.contains("://"))
}

/// The anchors of a page's headings.
fn anchors(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).unwrap();
    let headings = prose(&text).filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || " -_".contains(*letter));
        kept.collect::<String>().to_lowercase().replace(' ', "-")
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut seen = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for (_, link) in links(&text) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { page.with_file_name(file) };
            assert!(target.exists(), "{} links to {link}", page.display());
            let leads = anchor.is_empty() || anchors(&target).iter().any(|it| it == anchor);
            assert!(leads, "{} links to {link}, a heading that is not there", page.display());
            seen += 1;
        }
    }
    assert!(seen > 30);
}

#[test]
fn a_chinese_page_leads_to_chinese_ones() {
    let is_chinese = |page: &Path| page.to_str().is_some_and(|name| name.ends_with(".zh-CN.md"));
    for page in pages().into_iter().filter(|page| is_chinese(page)) {
        let text = fs::read_to_string(&page).unwrap();
        for (shown, link) in links(&text).filter(|(shown, _)| *shown != "English") {
            let target = page.with_file_name(link.split('#').next().unwrap());
            let has_chinese = !is_chinese(&target) && target.with_extension("zh-CN.md").exists();
            assert!(!has_chinese, "{} leads to the English {link} from {shown}", page.display());
        }
    }
}
