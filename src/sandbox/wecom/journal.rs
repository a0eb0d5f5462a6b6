//! The calls that came, so that a test can look at what was sent.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::time::Instant;

use serde::Serialize;

use crate::lock::lock;
use crate::sandbox::serve::Request;
use crate::sandbox::serve::request::headers;

/// The latest so many calls are kept,
const CALLS_MAX: usize = 100_000;
/// and of these no more than so many bytes.
const BYTES_MAX: usize = 64 * 1024 * 1024;

#[derive(Debug)]
pub struct Journal {
    begun: Instant,
    calls: Mutex<Calls>,
}

#[derive(Debug, Default)]
struct Calls {
    kept: VecDeque<Entry>,
    bytes: usize,
}

/// As it came; it is taken apart when somebody asks.
#[derive(Debug)]
struct Entry {
    endpoint: &'static str,
    connection: u64,
    at: i64,
    at_ms: u64,
    head: Box<[u8]>,
    body: Box<[u8]>,
}

/// A call as a test reads it.
#[derive(Debug, Serialize)]
pub struct Call {
    endpoint: &'static str,
    method: String,
    target: String,
    headers: BTreeMap<String, String>,
    body: String,
    connection: u64,
    at: i64,
    at_ms: u64,
}

impl Journal {
    pub fn new() -> Self {
        Self { begun: Instant::now(), calls: Mutex::default() }
    }

    pub fn record(&self, endpoint: &'static str, request: &Request, connection: u64, at: i64) {
        let at_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (head, body) = (request.head.clone().into(), request.body.clone().into());
        let entry = Entry { endpoint, connection, at, at_ms, head, body };
        let mut calls = lock(&self.calls);
        calls.bytes += entry.bytes();
        calls.kept.push_back(entry);
        while calls.kept.len() > CALLS_MAX || (calls.bytes > BYTES_MAX && calls.kept.len() > 1) {
            let oldest = calls.kept.pop_front();
            calls.bytes -= oldest.map_or(0, |oldest| oldest.bytes());
        }
    }

    /// The latest calls, all or so many, oldest first.
    pub fn calls(&self, endpoint: Option<&str>, last: usize) -> Vec<Call> {
        let calls = lock(&self.calls);
        let wanted = calls.kept.iter().rev().filter(|entry| endpoint.is_none_or(|name| name == entry.endpoint));
        let mut wanted: Vec<Call> = wanted.take(last).map(Entry::call).collect();
        wanted.reverse();
        wanted
    }

    /// Calls from the newest on, after so many of them, and how many are kept.
    pub fn newest(&self, after: usize, most: usize) -> (Vec<Call>, usize) {
        let calls = lock(&self.calls);
        (calls.kept.iter().rev().skip(after).take(most).map(Entry::call).collect(), calls.kept.len())
    }

    pub fn clear(&self) {
        *lock(&self.calls) = Calls::default();
    }
}

impl Entry {
    fn bytes(&self) -> usize {
        self.head.len() + self.body.len()
    }

    fn call(&self) -> Call {
        let head = String::from_utf8_lossy(&self.head);
        let mut line = head.lines().next().unwrap_or_default().split(' ');
        let mut listed: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in headers(&self.head) {
            // A header that came twice is one list, as HTTP has it.
            let value = listed.get(&name).map_or(value.clone(), |before| format!("{before}, {value}"));
            listed.insert(name, value);
        }
        Call {
            endpoint: self.endpoint,
            method: line.next().unwrap_or_default().to_owned(),
            target: line.next().unwrap_or_default().to_owned(),
            headers: listed,
            body: String::from_utf8_lossy(&self.body).into_owned(),
            connection: self.connection,
            at: self.at,
            at_ms: self.at_ms,
        }
    }
}
