//! The configuration's page: every member is there, every example works, and what is refused is refused so.

use contactway::{Client, Endpoint, Error, Options, Shared};

use crate::page::{json_blocks, page, quoted, root, rows, section};
use crate::support::directory::Directory;

const PATH: &str = "/var/lib/app/contactway.db";
const AUTHORITY: &str = "/etc/app/our-authority.pem";

/// The members that an object may hold, of which the error of a wrong one tells.
fn known(error: &Error, pointer: &str) -> Vec<String> {
    let message = &error.details().iter().find(|detail| detail.pointer == pointer).unwrap().message;
    let (_, list) = message.split_once("(known: ").unwrap();
    list.trim_end_matches(')').split(", ").map(str::to_owned).collect()
}

fn refused(config: &str) -> Error {
    Client::new(config, &Shared::default()).err().unwrap_or_else(|| panic!("{config} is taken"))
}

/// The names in the first column of the tables in a text.
fn named(text: &str) -> Vec<String> {
    rows(text).iter().map(|row| quoted(row[0])[0].to_owned()).collect()
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[test]
fn every_member_and_no_other_has_a_row() {
    let page = page("configuration.md");
    let error = refused(r#"{"corp_id": "ww1", "secret": "s", "?": 1}"#);
    assert_eq!(sorted(named(section(&page, "Members"))), sorted(known(&error, "/?")));
    let error = refused(r#"{"suite": {"?": 1}}"#);
    for member in known(&error, "/suite/?") {
        assert!(section(&page, "Credentials").contains(&format!("\"{member}\"")), "{member}");
    }
}

/// What the header says of each member: the names before the gap of a line, and what stands behind it.
fn in_header(header: &str) -> Vec<(String, String)> {
    let (_, rest) = header.split_once("\n * Configuration of a client,").unwrap();
    let (block, _) = rest.split_once("\n *\n").unwrap();
    let lines = block.lines().filter_map(|line| line.strip_prefix(" *     ")?.split_once("  "));
    let named = lines.filter(|(names, _)| !names.is_empty());
    named
        .flat_map(|(names, text)| names.split(", ").map(|name| (name.to_owned(), text.trim_start().to_owned())))
        .collect()
}

#[test]
fn the_header_has_every_member_with_its_default() {
    let header = std::fs::read_to_string(root().join("include/contactway.h")).unwrap();
    let said = in_header(&header);
    let page = page("configuration.md");
    let mut defaults = 0;
    for row in rows(section(&page, "Members")) {
        let member = quoted(row[0])[0];
        let (_, text) = said.iter().find(|(name, _)| name == member).unwrap_or_else(|| panic!("no {member}"));
        // A provider of tokens is one of the credentials.
        for default in quoted(row[2]).into_iter().filter(|_| member != "token_provider") {
            assert!(text.starts_with(default), "{member}: {text}");
            defaults += 1;
        }
    }
    assert_eq!(defaults, 10);
    assert_eq!(said.len(), rows(section(&page, "Members")).len());
}

#[test]
fn the_readmes_show_the_same_members() {
    let known = known(&refused(r#"{"corp_id": "ww1", "secret": "s", "?": 1}"#), "/?");
    for readme in ["README.md", "README.zh-CN.md"] {
        let text = std::fs::read_to_string(root().join(readme)).unwrap();
        let example = json_blocks(&text).into_iter().find(|block| block.contains("\"corp_id\"")).unwrap();
        if let Err(error) = Client::new(example, &Shared::default()) {
            panic!("{readme}: {example}{error}");
        }
        let block: serde_json::Value = serde_json::from_str(example).unwrap();
        let (shown, others): (Vec<_>, Vec<_>) = known.iter().partition(|name| block.get(name.as_str()).is_some());
        assert_eq!(shown.len(), block.as_object().unwrap().len(), "{readme}");
        // Other credentials stand in a table, and what has no default below it.
        for name in others {
            let is_named = ["", "\""].iter().any(|quote| text.contains(&format!("`{quote}{name}")));
            assert!(is_named, "{readme} does not name {name}");
        }
    }
}

#[test]
fn every_option_of_a_call_has_a_row() {
    let page = page("configuration.md");
    let mut known = known(&Options::parse(r#"{"?": 1}"#, Some(Endpoint::Add)).err().unwrap(), "/?");
    // It is a number of C's.
    known.push("canceller".to_owned());
    assert_eq!(sorted(named(section(&page, "Options of a call"))), sorted(known));
}

#[test]
fn every_example_makes_a_client() {
    let directory = Directory::new();
    let within = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let authority = within("authority.pem");
    let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert;
    std::fs::write(&authority, certificate.pem()).unwrap();
    let page = page("configuration.md");
    let (configurations, options) = page.split_once("\n## Options of a call\n").unwrap();
    let examples = json_blocks(configurations);
    assert!(examples.len() >= 8);
    for example in examples {
        let config = example.replace(PATH, &within("contactway.db")).replace(AUTHORITY, &authority);
        if let Err(error) = Client::new(&config, &Shared::default()) {
            panic!("{example}{error}");
        }
    }
    for example in json_blocks(options) {
        Options::parse(example, None).unwrap();
    }
}

#[test]
fn what_is_refused_is_refused_by_its_rule_and_no_other() {
    let page = page("configuration.md");
    let cases = rows(section(&page, "What is refused"));
    for case in &cases {
        let [config, pointer, rule] = &case[..] else { panic!("{case:?}") };
        let pointer = quoted(pointer).first().copied().unwrap_or_default();
        let error = refused(quoted(config)[0]);
        let broken: Vec<_> = error.details().iter().map(|detail| (detail.pointer.as_str(), detail.rule)).collect();
        assert!(broken.contains(&(pointer, quoted(rule)[0])), "{config}: {broken:?}");
    }
    assert!(cases.len() >= 15);
}
