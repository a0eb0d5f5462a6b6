//! A shop whose clients keep a ledger.

use contactway::{Canceller, Client, Endpoint, Error, Options, Shared, json_get};
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Shop;
use super::directory::Directory;

/// A sandbox, and a store for its one corporation, which no other test knows.
pub struct Books {
    pub shop: Shop,
    pub store: String,
    pub directory: Directory,
}

/// A contact way that can be told from strangers'.
pub fn request(state: &str) -> String {
    format!(r#"{{"type":1,"scene":2,"user":["zhangsan"],"state":"{state}"}}"#)
}

/// The options of an add with this key.
pub fn key(key: &str) -> Options {
    Options { key: Some(key.to_owned()), ..Options::default() }
}

/// The same with so much time.
pub fn within(ms: u64, options: Options) -> Options {
    Options { timeout: Some(Duration::from_millis(ms)), ..options }
}

pub fn canceller(canceller: &Canceller, options: Options) -> Options {
    Options { canceller: Some(canceller.clone()), ..options }
}

/// Runs a test over SQLite, or over the PostgreSQL database that is to be tested instead.
pub fn each(test: impl Fn(&Books)) {
    each_with("", test);
}

/// The same with `more` members in the sandbox's configuration, such as `,"list_lag_s":1`.
pub fn each_with(more: &str, test: impl Fn(&Books)) {
    test(&Books::new(more));
}

/// The URL of the PostgreSQL database that is to be tested, where there is one.
pub fn postgres() -> Option<String> {
    std::env::var("CONTACTWAY_TEST_POSTGRES").ok().filter(|_| cfg!(feature = "postgres"))
}

impl Books {
    pub fn new(more: &str) -> Self {
        let books = Self::of_sqlite(more);
        Self { store: postgres().unwrap_or_else(|| books.store.clone()), ..books }
    }

    pub fn of_sqlite(more: &str) -> Self {
        let directory = Directory::new();
        let app = format!(r#"{{"apps":[{{"corp_id":"ww{}","secret":"s"}}]{more}}}"#, unique());
        Self { shop: Shop::with(&app), store: directory.store(), directory }
    }

    /// Whether its store is a file, which a test may look into.
    pub fn is_sqlite(&self) -> bool {
        self.store.starts_with("sqlite:")
    }

    pub fn config(&self, more: &str) -> String {
        self.shop.config(&format!(r#","store":"{}"{more}"#, self.store))
    }

    /// A client with `more` members in its configuration.
    pub fn client(&self, more: &str) -> Client {
        Client::new(&self.config(more), &self.shop.shared).unwrap()
    }

    /// A client of another process, as far as what clients share goes.
    pub fn elsewhere(&self, more: &str) -> Client {
        Client::new(&self.config(more), &Shared::default()).unwrap()
    }

    /// A client of the same corporation without a ledger.
    pub fn stranger(&self) -> Client {
        self.shop.client("")
    }

    /// How many adds were sent.
    pub fn adds(&self) -> usize {
        self.shop.count("add_contact_way")
    }

    /// The fault of one add: `when` is before or after the work is done.
    pub fn fault(&self, when: &str, what: &str) {
        self.shop.faults(&format!(r#"{{"endpoint":"add_contact_way","nth":1,"times":1,"when":"{when}","do":{what}}}"#));
    }
}

/// A number that no other test of any process gets.
fn unique() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    format!("{:x}{:x}{now:x}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

pub fn add(client: &Client, request: &str, options: &Options) -> Result<String, Error> {
    client.call(Endpoint::Add, request, options)
}

pub fn config_id(answer: &str) -> String {
    json_get(answer, "/config_id").unwrap_or_else(|| panic!("{answer}"))
}

pub fn is_replayed(answer: &str) -> bool {
    json_get(answer, "/replayed").as_deref() == Some("true")
}

/// The ledger's entries that are as `query` says.
pub fn entries(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.ledger(query, &Options::default()).unwrap();
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["entries"].as_array().unwrap().clone()
}

/// Their statuses.
pub fn statuses(client: &Client, query: &str) -> Vec<String> {
    entries(client, query).iter().map(|entry| entry["status"].as_str().unwrap().to_owned()).collect()
}
