//! A client beside a sandbox, for the tests.

#![allow(dead_code)] // each test file uses its own part
#![allow(clippy::unwrap_used, clippy::panic)] // these are tests, which clippy sees only in `#[test]`

pub mod books;
pub mod directory;
pub mod raw;

use contactway::sandbox::Sandbox;
use contactway::{Client, Endpoint, Error, Options, Shared, json_get};

/// A sandbox, and what the clients of one process share.
pub struct Shop {
    pub sandbox: Sandbox,
    pub shared: Shared,
}

impl Shop {
    pub fn open() -> Self {
        Self::with("{}")
    }

    pub fn with(sandbox: &str) -> Self {
        Self { sandbox: Sandbox::start(sandbox).unwrap(), shared: Shared::default() }
    }

    /// The sandbox's own credentials, and `more` members such as `,"max_attempts":1`.
    pub fn config(&self, more: &str) -> String {
        let config = json_get(&self.sandbox.info_json(), "/client_config").unwrap();
        format!("{}{more}}}", config.strip_suffix('}').unwrap())
    }

    pub fn client(&self, more: &str) -> Client {
        Client::new(&self.config(more), &self.shared).unwrap()
    }

    /// Asks the sandbox itself.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> String {
        let url = format!("{}{path}", self.sandbox.base_url());
        let request = ureq::http::Request::builder().method(method).uri(url).body(body.to_owned()).unwrap();
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true).build().into();
        agent.run(request).unwrap().body_mut().read_to_string().unwrap()
    }

    /// Sets faults; `rules` is the array's content.
    pub fn faults(&self, rules: &str) {
        let answer = self.ask("POST", "/sandbox/faults", &format!("{{\"rules\":[{rules}]}}"));
        assert_eq!(json_get(&answer, "/errcode").as_deref(), Some("0"), "{answer}");
    }

    /// The endpoints of the journal, in order.
    pub fn calls(&self) -> Vec<String> {
        // Read once: a journal may be long.
        let journal: serde_json::Value = serde_json::from_str(&self.ask("GET", "/sandbox/calls", "")).unwrap();
        let calls = journal["calls"].as_array().unwrap();
        calls.iter().map(|call| call["endpoint"].as_str().unwrap().to_owned()).collect()
    }

    /// How many calls of one endpoint the journal holds.
    pub fn count(&self, endpoint: &str) -> usize {
        self.calls().iter().filter(|call| *call == endpoint).count()
    }
}

/// How many contact ways there are.
pub fn contact_ways(client: &Client) -> usize {
    let mut cursor = String::new();
    let mut count = 0;
    loop {
        let page = list(client, &format!("{{\"limit\":1000,\"cursor\":{}}}", serde_json::Value::from(cursor))).unwrap();
        count += page.matches("config_id").count();
        cursor = json_get(&page, "/next_cursor").unwrap();
        if cursor.is_empty() {
            return count;
        }
    }
}

pub const SIMPLE: &str = r#"{"type":1,"scene":2,"user":["zhangsan"]}"#;

pub fn add(client: &Client, request: &str) -> Result<String, Error> {
    client.call(Endpoint::Add, request, &Options::default())
}

pub fn get(client: &Client, config_id: &str) -> Result<String, Error> {
    client.call(Endpoint::Get, &format!("{{\"config_id\":\"{config_id}\"}}"), &Options::default())
}

pub fn list(client: &Client, request: &str) -> Result<String, Error> {
    client.call(Endpoint::List, request, &Options::default())
}

/// Makes a contact way and answers its `config_id`.
pub fn added(client: &Client) -> String {
    json_get(&add(client, SIMPLE).unwrap(), "/config_id").unwrap()
}
