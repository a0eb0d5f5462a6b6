//! How often, and how many at once: the limits of a corporation's calls, and the ban for wrong secrets.

use std::collections::HashMap;
use std::sync::Mutex;

use crate::lock::lock;
use crate::sandbox::config::Bounds;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 3_600;
/// So many wrong secrets within an hour, and nobody gets a token for an hour.
const WRONG_SECRETS: u32 = 2_000;

/// The calls of each corporation to each endpoint.
#[derive(Debug, Default)]
pub struct Limits(Mutex<HashMap<(String, &'static str), Traffic>>);

#[derive(Debug, Default)]
struct Traffic {
    in_flight: u32,
    minute: Window,
    hour: Window,
}

/// One span of time: what was counted in it, and until when it blocks.
#[derive(Debug, Default)]
struct Window {
    begun: i64,
    count: u32,
    blocked_until: i64,
}

impl Window {
    /// Counts one more; `false` when that is more than `most`, from when on it blocks for as long as it spans.
    fn count(&mut self, now: i64, span: i64, most: u32) -> bool {
        if now < self.blocked_until {
            return false;
        }
        if !(self.begun..self.begun.saturating_add(span)).contains(&now) {
            *self = Self { begun: now, ..Self::default() };
        }
        self.count += 1;
        if self.count > most {
            self.blocked_until = now.saturating_add(span);
        }
        self.count <= most
    }
}

/// Whether a call may be one of those in flight; dropping it makes room for another.
#[derive(Debug)]
pub struct Admission<'l> {
    limits: &'l Limits,
    key: Option<(String, &'static str)>,
    /// The errcode, where it may not.
    pub refusal: Option<i32>,
}

impl Limits {
    /// Counts a call, and admits it if it is not too many.
    pub fn enter(&self, corp_id: &str, api: &'static str, now: i64, bounds: Option<Bounds>) -> Admission<'_> {
        let Some(bounds) = bounds else { return Admission { limits: self, key: None, refusal: None } };
        let key = (corp_id.to_owned(), api);
        let mut all = lock(&self.0);
        let traffic = all.entry(key.clone()).or_default();
        let is_in_time =
            traffic.minute.count(now, MINUTE_S, bounds.per_minute) && traffic.hour.count(now, HOUR_S, bounds.per_hour);
        let refusal = match (is_in_time, traffic.in_flight < bounds.concurrent) {
            (false, _) => Some(45009),
            (true, false) => Some(45033),
            (true, true) => None,
        };
        if refusal.is_none() {
            traffic.in_flight += 1;
        }
        Admission { limits: self, key: refusal.is_none().then_some(key), refusal }
    }

    pub fn clear(&self) {
        for traffic in lock(&self.0).values_mut() {
            *traffic = Traffic { in_flight: traffic.in_flight, ..Traffic::default() };
        }
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        if let Some(key) = &self.key
            && let Some(traffic) = lock(&self.limits.0).get_mut(key)
        {
            traffic.in_flight = traffic.in_flight.saturating_sub(1);
        }
    }
}

/// Counts wrong secrets. WeCom counts by address; here there is one.
#[derive(Debug, Default)]
pub struct WrongSecrets(Mutex<Window>);

impl WrongSecrets {
    /// Whether a wrong secret may still be called wrong, and is not already banned.
    pub fn count(&self, now: i64) -> bool {
        lock(&self.0).count(now, HOUR_S, WRONG_SECRETS)
    }

    pub fn is_banned(&self, now: i64) -> bool {
        now < lock(&self.0).blocked_until
    }

    pub fn clear(&self) {
        *lock(&self.0) = Window::default();
    }
}
