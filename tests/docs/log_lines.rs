//! The page of log lines: what a client says in good and bad times is what the page has, and the other way round.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};

use contactway::{Client, Endpoint, Level, Logger, Options, Shared};
use serde_json::Value;

use crate::page::{page, quoted, root, rows, sources};
use crate::support::Shop;

/// What was logged of one event: the levels, and the members beside `event`.
#[derive(Default)]
struct Lines {
    levels: Vec<i32>,
    members: Vec<String>,
}

/// What was logged, by event.
#[derive(Default)]
struct Heard(Mutex<BTreeMap<String, Lines>>);

impl Logger for Heard {
    fn line(&self, level: Level, message: &str) {
        let line: Value = serde_json::from_str(message).unwrap();
        let mut heard = self.0.lock().unwrap();
        let lines = heard.entry(line["event"].as_str().unwrap().to_owned()).or_default();
        lines.levels.push(level as i32);
        lines.members.extend(line.as_object().unwrap().keys().filter(|name| *name != "event").cloned());
    }
}

/// The events of the page, each with its levels and members.
fn told(page: &str) -> BTreeMap<&str, (String, Vec<&str>)> {
    let events = rows(page).into_iter().filter(|row| row.len() == 4);
    events.map(|row| (quoted(row[0])[0], (row[1].to_owned(), quoted(row[2])))).collect()
}

fn good_and_bad_times() -> Arc<Heard> {
    let heard = Arc::new(Heard::default());
    let shared = Shared::default();
    shared.set_logger(Some(heard.clone()), Level::Debug);
    let shop = Shop { shared, ..Shop::open() };
    let client = shop.client("");
    let list = |request| client.call(Endpoint::List, request, &Options::default());
    list("{}").unwrap();
    shop.faults(r#"{"endpoint":"list_contact_way","times":1,"do":{"errcode":-1}}"#);
    list("{}").unwrap();
    shop.faults(r#"{"endpoint":"list_contact_way","times":1,"do":{"errcode":48002}}"#);
    list("{}").unwrap_err();
    list(r#"{"limit":0}"#).unwrap_err();
    let nearby = r#"{"base_url":"http://sandbox.invalid","insecure_http":true,"access_token":"t"}"#;
    Client::new(nearby, &shop.shared).unwrap();
    heard
}

#[test]
fn what_is_logged_is_documented_and_the_members_told_of_are_there() {
    let page = page("log-lines.md");
    let told = told(&page);
    let heard = good_and_bad_times();
    let heard = heard.0.lock().unwrap();
    for (event, Lines { levels, members }) in heard.iter() {
        let (told_levels, told_members) = told.get(event.as_str()).unwrap_or_else(|| panic!("{event} has no row"));
        for level in levels {
            assert!(told_levels.contains(&level.to_string()), "{event} at level {level}");
        }
        for member in members {
            assert!(told_members.contains(&member.as_str()), "{event} has {member}");
        }
        for member in told_members {
            assert!(members.iter().any(|it| it == member), "{event} has no {member}");
        }
    }
    for event in ["call", "wait", "configuration", "token_fetched", "attempt", "connection"] {
        assert!(heard.contains_key(event), "{event} was not seen");
    }
}

/// The events in the source: the text behind the level of each `say`.
fn said() -> Vec<String> {
    let mut events = Vec::new();
    for source in sources() {
        for call in source.split(".say(").skip(1) {
            let Some((level, rest)) = call.split_once(", \"") else { continue };
            if level.starts_with("Level::") || level == "level" {
                events.push(rest.split('"').next().unwrap().to_owned());
            }
        }
    }
    events.sort();
    events.dedup();
    events
}

#[test]
fn the_page_and_the_header_have_every_event_and_no_other() {
    let page = page("log-lines.md");
    let header = fs::read_to_string(root().join("include/contactway.h")).unwrap();
    let events = said();
    let told = told(&page);
    assert_eq!(told.keys().copied().collect::<Vec<_>>(), events);
    let (_, schema) = header.split_once("\n *     event           level ").unwrap();
    let (schema, _) = schema.split_once("\n * No line holds").unwrap();
    for (event, (levels, members)) in told {
        let (_, line) = schema.split_once(&format!("\n *     {event} ")).unwrap_or_else(|| panic!("no {event}"));
        // It goes on as far as lines are indented.
        let said = line.split("\n *     ").take_while(|line| line.starts_with(' ')).collect::<String>();
        let (level, text) = said.trim_start().split_once("  ").unwrap();
        assert!(levels.starts_with(level), "{event}: {levels}, {level}");
        for member in members {
            let is_named = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(|it| it == member);
            assert!(is_named, "the header's {event} has no {member}");
        }
    }
}
