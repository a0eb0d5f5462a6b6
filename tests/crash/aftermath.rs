//! What must hold once the next run has been through.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use contactway::{Client, Options, json_get};
use serde_json::Value;

use crate::other::{Told, request_of};
use crate::support::books::{Books, add, config_id, entries, key, within};
use crate::support::list;

/// As many adds at once in the next run.
const THREADS: usize = 16;
/// Above the lag of any list here.
const LAG: Duration = Duration::from_secs(3);

/// Adds all `keys` again, and holds what there is then to what was `told`.
pub fn must_hold(books: &Books, keys: &[String], told: &[Told], more: &str) {
    let client = books.elsewhere(more);
    let next: BTreeMap<String, String> = thread::scope(|scope| {
        let shares = (0..THREADS).map(|first| {
            let client = &client;
            scope.spawn(move || {
                let share = keys.iter().skip(first).step_by(THREADS);
                share.map(|name| (name.clone(), once_more(client, name))).collect::<Vec<_>>()
            })
        });
        let shares: Vec<_> = shares.collect();
        shares.into_iter().flat_map(|share| share.join().unwrap()).collect()
    });
    for Told { key, config_id } in told {
        if let Ok(config_id) = config_id {
            assert_eq!(next.get(key), Some(config_id), "an id that was told is lost: {key}");
        }
    }
    let known = all_of(
        |cursor| {
            let query = format!(r#"{{"status":"active","limit":1000,"cursor":"{cursor}"}}"#);
            client.ledger(&query, &Options::default()).unwrap()
        },
        "entries",
        "config_id",
    );
    let stranger = books.stranger();
    let there = || {
        all_of(
            |cursor| list(&stranger, &format!(r#"{{"limit":1000,"cursor":"{cursor}"}}"#)).unwrap(),
            "contact_way",
            "config_id",
        )
    };
    let began = Instant::now();
    // The list may lag behind.
    while there().len() < known.len() && began.elapsed() < LAG {
        thread::sleep(Duration::from_millis(50));
    }
    let there = there();
    let only_one_has: Vec<_> = there.symmetric_difference(&known).collect();
    assert!(only_one_has.is_empty(), "not in WeCom's list and in the ledger: {only_one_has:?}");
    assert_eq!(there.len(), keys.len(), "one a key");
    assert_eq!(next.values().collect::<BTreeSet<_>>(), known.iter().collect(), "each key's own");
}

fn once_more(client: &Client, name: &str) -> String {
    let answer = add(client, &request_of(name), &within(60_000, key(name)));
    config_id(&answer.unwrap_or_else(|error| panic!("{name}: {}", error.to_json())))
}

/// The `name` of each of the `items` on all pages.
pub fn all_of(page: impl Fn(&str) -> String, items: &str, name: &str) -> BTreeSet<String> {
    let (mut all, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let page = page(&cursor);
        let read: Value = serde_json::from_str(&page).unwrap();
        for item in read[items].as_array().unwrap() {
            assert!(all.insert(item[name].as_str().unwrap().to_owned()), "twice: {item}");
        }
        cursor = json_get(&page, "/next_cursor").unwrap();
        if cursor.is_empty() {
            return all;
        }
    }
}

/// How many adds the ledger holds of which nobody knows what became.
pub fn open(client: &Client) -> usize {
    ["intended", "unknown"]
        .map(|status| entries(client, &format!(r#"{{"status":"{status}","limit":1000}}"#)).len())
        .iter()
        .sum()
}
