//! A sandbox, a store, and clients of both.

#![allow(dead_code)] // each test file uses its own part

use std::path::PathBuf;

use contactway::{Client, Error, Options, Progress};
use serde_json::{Value, json};

use crate::support::Shop;
use crate::support::books::Books;
use crate::support::directory::Directory;

pub struct Bench {
    pub shop: Shop,
    pub directory: Directory,
    store: String,
}

impl Bench {
    pub fn new() -> Self {
        Self::with("")
    }

    /// With `more` members in the sandbox's configuration, such as `,"list_lag_s":1`.
    pub fn with(more: &str) -> Self {
        let Books { shop, directory, store } = Books::new(more);
        Self { shop, directory, store }
    }

    /// With the store of this URL.
    pub fn over(store: &str) -> Self {
        Self { store: store.to_owned(), ..Self::new() }
    }

    /// A client's configuration with the store and `more` members such as `,"max_attempts":1`.
    pub fn config(&self, more: &str) -> String {
        let settle = if more.contains("settle_s") { "" } else { r#","settle_s":0"# };
        self.shop.config(&format!(r#","store":"{}"{settle}{more}"#, self.store))
    }

    pub fn client(&self, more: &str) -> Client {
        Client::new(&self.config(more), &self.shop.shared).unwrap()
    }

    /// Whether its store is a file, which a test may look into.
    pub fn is_sqlite(&self) -> bool {
        self.store.starts_with("sqlite:")
    }

    /// A client without a store: somebody else.
    pub fn other(&self) -> Client {
        self.shop.client("")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    }

    /// What WeCom has of a contact way.
    pub fn seen(&self, config_id: &str) -> Value {
        let answer: Value = serde_json::from_str(&crate::support::get(&self.other(), config_id).unwrap()).unwrap();
        answer["contact_way"].clone()
    }

    /// Everything that WeCom has, by `config_id`.
    pub fn all(&self) -> Vec<Value> {
        let state: Value = serde_json::from_str(&self.shop.ask("GET", "/sandbox/state", "")).unwrap();
        let corporations = state["corporations"].as_object().unwrap().values();
        corporations.flat_map(|corporation| corporation["contact_ways"].as_array().unwrap().clone()).collect()
    }

    /// Lets so much time pass since WeCom first did not show what it did not show.
    pub fn age_misses(&self, seconds: i64) {
        let store = rusqlite::Connection::open(self.path("ledger.db")).unwrap();
        let age = "UPDATE contactway_entry SET first_miss = first_miss - ?1 WHERE first_miss IS NOT NULL";
        store.execute(age, [seconds * 1000]).unwrap();
    }

    /// Forgets the journal.
    pub fn forget_calls(&self) {
        self.shop.ask("DELETE", "/sandbox/calls", "");
    }

    /// The bodies of the calls to one endpoint.
    pub fn bodies(&self, endpoint: &str) -> Vec<Value> {
        let answer = self.shop.ask("GET", &format!("/sandbox/calls?endpoint={endpoint}"), "");
        let journal: Value = serde_json::from_str(&answer).unwrap();
        let calls = journal["calls"].as_array().unwrap().iter();
        calls.map(|call| serde_json::from_str(call["body"].as_str().unwrap()).unwrap()).collect()
    }
}

/// A row that WeCom takes.
pub fn row(key: &str, more: &Value) -> Value {
    let mut way = json!({"type": 2, "scene": 2, "user": ["zhangsan"], "state": key, "remark": "a"});
    way.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"key": key, "contact_way": way})
}

pub fn plain(key: &str) -> Value {
    row(key, &json!({}))
}

/// `count` rows with keys of their own.
pub fn rows(count: usize) -> Vec<Value> {
    (0..count).map(|nth| plain(&format!("key-{nth:05}"))).collect()
}

pub fn read(answer: Result<String, Error>) -> Value {
    let answer = answer.unwrap_or_else(|error| error.to_json());
    serde_json::from_str(&answer).unwrap()
}

pub fn apply_to(client: &Client, request: &Value) -> Value {
    read(client.apply(&request.to_string(), &Options::default(), None))
}

pub fn apply(client: &Client, rows: &[Value]) -> Value {
    apply_to(client, &json!({"rows": rows}))
}

pub fn apply_with(client: &Client, rows: &[Value], more: &Value) -> Value {
    let mut request = json!({"rows": rows});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    apply_to(client, &request)
}

pub fn sync(client: &Client) -> Value {
    read(client.sync("{}", &Options::default(), None))
}

pub fn ledger(client: &Client, query: &Value) -> Vec<Value> {
    let answer = read(client.ledger(&query.to_string(), &Options::default()));
    answer["entries"].as_array().unwrap().clone()
}

pub fn entry(client: &Client, key: &str) -> Value {
    let entries = ledger(client, &json!({"key": key, "status": "active"}));
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries[0].clone()
}

/// The counts of an answer that are not 0.
pub fn counts(answer: &Value) -> Value {
    let members = answer.as_object().unwrap().iter();
    let counts = members.filter(|(name, count)| *name != "errcode" && count.as_u64().is_some_and(|count| count > 0));
    Value::Object(counts.map(|(name, count)| (name.clone(), count.clone())).collect())
}

/// Keeps what a job tells, and stops it after so many times.
pub struct Told {
    pub lines: Vec<Value>,
    pub stop_at: usize,
}

impl Told {
    pub fn all() -> Self {
        Self { lines: Vec::new(), stop_at: usize::MAX }
    }
}

impl Progress for Told {
    fn tell(&mut self, progress_json: &str) -> bool {
        self.lines.push(serde_json::from_str(progress_json).unwrap());
        self.lines.len() < self.stop_at
    }
}
