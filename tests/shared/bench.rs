//! A sandbox, and a store beside it that nobody else uses.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use contactway::{Client, Shared};

use crate::process::Process;
use crate::support::Shop;
use crate::support::books::postgres;
use crate::support::directory::Directory;

pub struct Bench {
    pub shop: Shop,
    pub store: String,
    pub is_postgres: bool,
    secret: &'static str,
    corp_id: String,
}

/// Runs a test over SQLite, or over the PostgreSQL database that is to be tested instead; `sandbox` is further configuration of the sandbox.
pub fn each(sandbox: &str, test: impl Fn(&Bench)) {
    let directory = Directory::new();
    let postgres = postgres();
    let is_postgres = postgres.is_some();
    test(&Bench::new(sandbox, postgres.unwrap_or_else(|| directory.store()), is_postgres));
}

impl Bench {
    pub fn new(sandbox: &str, store: String, is_postgres: bool) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
        // A server's tables outlive the test.
        let corp_id = format!("ww{now}x{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let secret = "the-app's-own-secret";
        let shop = Shop::with(&format!(r#"{{"apps":[{{"corp_id":"{corp_id}","secret":"{secret}"}}]{sandbox}}}"#));
        Self { shop, store, is_postgres, secret, corp_id }
    }

    /// The configuration of a client with that secret, and `more` members such as `,"max_attempts":1`.
    pub fn config_with(&self, secret: &str, more: &str) -> String {
        let (base_url, corp_id, store) = (self.shop.sandbox.base_url(), &self.corp_id, &self.store);
        format!(
            r#"{{"base_url":"{base_url}","corp_id":"{corp_id}","secret":"{secret}","store":"{store}","timeout_ms":20000{more}}}"#
        )
    }

    pub fn config(&self, more: &str) -> String {
        self.config_with(self.secret, more)
    }

    /// A client of this process, which shares nothing with its others but the store.
    pub fn client(&self, more: &str) -> Client {
        Client::new(&self.config(more), &Shared::default()).unwrap()
    }

    /// So many processes, each with a client, ready to call.
    pub fn processes(&self, count: usize, more: &str) -> Vec<Process> {
        Process::ready(count, &self.config(more))
    }
}
