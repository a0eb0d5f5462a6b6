//! The end of the server, told to all its threads.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::lock::lock;

/// Tells every thread of the server to end, and lets each sleep until then.
#[derive(Debug, Default)]
pub struct Stop {
    is_set: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    /// Waits; `false` when the server ends before the time is over.
    pub fn sleep(&self, time: Duration) -> bool {
        if time.is_zero() {
            return true;
        }
        let until = Instant::now() + time;
        let mut is_set = lock(&self.is_set);
        while !*is_set {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            is_set = self.changed.wait_timeout(is_set, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }

    pub fn is_set(&self) -> bool {
        *lock(&self.is_set)
    }

    pub fn set(&self) {
        *lock(&self.is_set) = true;
        self.changed.notify_all();
    }
}
