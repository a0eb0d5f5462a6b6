//! The time as the sandbox sees it. Every expiry, quota and `Date` follows it.

use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::lock::lock;
use crate::sandbox::config::LATEST;

/// How the clock goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Going {
    /// It stands still, at so many seconds since 1970.
    StandsAt(i64),
    /// It runs with the machine's, so many seconds ahead of it.
    RunsAhead(i64),
}

#[derive(Debug)]
pub struct Clock(Mutex<Going>);

impl Clock {
    pub fn new(stands_at: Option<i64>) -> Self {
        Self(Mutex::new(Going::new(stands_at)))
    }

    /// Seconds since 1970.
    pub fn now(&self) -> i64 {
        lock(&self.0).now()
    }

    pub fn going(&self) -> Going {
        *lock(&self.0)
    }

    pub fn go(&self, going: Going) {
        *lock(&self.0) = going;
    }

    /// Moves the clock to `now`; it stands or runs as it did.
    pub fn set(&self, now: i64) {
        let mut going = lock(&self.0);
        *going = match *going {
            Going::StandsAt(_) => Going::StandsAt(now),
            Going::RunsAhead(_) => Going::RunsAhead(now - machine_now()),
        };
    }
}

impl Going {
    pub fn new(stands_at: Option<i64>) -> Self {
        stands_at.map_or(Self::RunsAhead(0), Self::StandsAt)
    }

    fn now(self) -> i64 {
        let now = match self {
            Self::StandsAt(now) => now,
            Self::RunsAhead(seconds) => machine_now().saturating_add(seconds),
        };
        now.clamp(0, LATEST)
    }
}

fn machine_now() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_secs()).unwrap_or(LATEST)
}

/// `now` as HTTP writes a date: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http_date(now: i64) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(now.clamp(0, LATEST).unsigned_abs()))
}
