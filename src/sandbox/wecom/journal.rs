//! The calls that came and how they were answered, so that a test can look at both.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde::Serialize;
use serde_json::Value as Json;

use crate::lock::lock;
use crate::sandbox::serve::Request;
use crate::sandbox::serve::request::headers;
use crate::secret::Secret;

/// The latest so many calls are kept,
const CALLS_MAX: usize = 100_000;
/// and of these no more than so many bytes.
const BYTES_MAX: usize = 64 * 1024 * 1024;

#[derive(Debug)]
pub struct Journal {
    begun: Instant,
    calls: Mutex<Calls>,
    /// What is shown nowhere.
    hidden: Option<Secret>,
}

#[derive(Debug, Default)]
struct Calls {
    /// The number of the oldest that is kept.
    first: u64,
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
    sent: Sent,
}

/// How a call was answered; nothing is known of one that is still worked on.
#[derive(Debug, Default)]
pub struct Sent {
    /// None where nothing was sent.
    pub status: Option<u16>,
    /// What was sent after the head; none where that is no text.
    pub answer: Option<Box<[u8]>>,
    /// The rule of a request that was broken.
    pub rule: Option<&'static str>,
    /// The rule by which something went wrong on purpose.
    pub fault: Option<Arc<Json>>,
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
    status: Option<u16>,
    answer: Option<String>,
    rule: Option<&'static str>,
    fault: Option<Json>,
}

impl Journal {
    pub fn new(hidden: Option<Secret>) -> Self {
        Self { begun: Instant::now(), calls: Mutex::default(), hidden }
    }

    /// Writes a call down as it came; its number.
    pub fn record(&self, endpoint: &'static str, request: &Request, connection: u64, at: i64) -> u64 {
        let at_ms = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (head, body) = (request.head.clone().into(), request.body.clone().into());
        let entry = Entry { endpoint, connection, at, at_ms, head, body, sent: Sent::default() };
        let mut calls = lock(&self.calls);
        calls.bytes += entry.bytes();
        calls.kept.push_back(entry);
        let number = calls.first + calls.kept.len() as u64 - 1;
        calls.forget_the_oldest();
        number
    }

    /// Writes down how a call was answered, if it is still kept.
    pub fn answered(&self, number: u64, sent: Sent) {
        let mut calls = lock(&self.calls);
        let index = number.checked_sub(calls.first).and_then(|index| usize::try_from(index).ok());
        let Some(entry) = index.and_then(|index| calls.kept.get_mut(index)) else { return };
        let before = entry.bytes();
        entry.sent = sent;
        let grown = entry.bytes() - before;
        calls.bytes += grown;
        calls.forget_the_oldest();
    }

    /// The latest calls, all or so many, oldest first.
    pub fn calls(&self, endpoint: Option<&str>, last: usize) -> Vec<Call> {
        let calls = lock(&self.calls);
        let wanted = calls.kept.iter().rev().filter(|entry| endpoint.is_none_or(|name| name == entry.endpoint));
        let mut wanted: Vec<Call> = wanted.take(last).map(|entry| entry.call(self.hidden.as_ref())).collect();
        wanted.reverse();
        wanted
    }

    /// Calls from the newest on, after so many of them, and how many are kept.
    pub fn newest(&self, after: usize, most: usize) -> (Vec<Call>, usize) {
        let calls = lock(&self.calls);
        let newest = calls.kept.iter().rev().skip(after).take(most);
        (newest.map(|entry| entry.call(self.hidden.as_ref())).collect(), calls.kept.len())
    }

    pub fn clear(&self) {
        let mut calls = lock(&self.calls);
        // Those that are still worked on are forgotten with the others.
        let first = calls.first + calls.kept.len() as u64;
        *calls = Calls { first, ..Calls::default() };
    }
}

impl Calls {
    fn forget_the_oldest(&mut self) {
        while self.kept.len() > CALLS_MAX || (self.bytes > BYTES_MAX && self.kept.len() > 1) {
            let oldest = self.kept.pop_front();
            self.first += 1;
            self.bytes -= oldest.map_or(0, |oldest| oldest.bytes());
        }
    }
}

impl Entry {
    fn bytes(&self) -> usize {
        self.head.len() + self.body.len() + self.sent.answer.as_ref().map_or(0, |answer| answer.len())
    }

    fn call(&self, hidden: Option<&Secret>) -> Call {
        let shown = |text: &str| hidden.and_then(|hidden| hidden.redact(text)).unwrap_or_else(|| text.to_owned());
        let text = |bytes: &[u8]| shown(&String::from_utf8_lossy(bytes));
        let head = String::from_utf8_lossy(&self.head);
        let mut line = head.lines().next().unwrap_or_default().split(' ');
        let mut listed: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in headers(&self.head) {
            // A header that came twice is one list, as HTTP has it.
            let value = shown(&value);
            let value = listed.get(&name).map_or(value.clone(), |before| format!("{before}, {value}"));
            listed.insert(name, value);
        }
        Call {
            endpoint: self.endpoint,
            method: line.next().unwrap_or_default().to_owned(),
            target: shown(line.next().unwrap_or_default()),
            headers: listed,
            body: text(&self.body),
            connection: self.connection,
            at: self.at,
            at_ms: self.at_ms,
            status: self.sent.status,
            answer: self.sent.answer.as_deref().map(text),
            rule: self.sent.rule,
            fault: self.sent.fault.as_deref().cloned(),
        }
    }
}
