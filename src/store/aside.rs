//! A store asked for what a call can do without.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::Store;
use crate::answer::Error;
use crate::call::Call;
use crate::lock::lock;
use crate::log::{Level, Log};

/// A call gives the store half of the time that it has, and this at most.
const PATIENCE: Duration = Duration::from_secs(2);
/// Less time than this says nothing of the store where it did not suffice.
const FAIR: Duration = Duration::from_millis(250);
/// A store that failed is left alone for so long.
const REST: Duration = Duration::from_secs(10);

/// A store that no call fails with: it is asked for a short time, and not again for a while after it failed.
pub struct Aside {
    store: Arc<Store>,
    log: Arc<Log>,
    rests_until: Mutex<Option<Instant>>,
}

impl Aside {
    pub fn new(store: Arc<Store>, log: Arc<Log>) -> Self {
        Self { store, log, rests_until: Mutex::default() }
    }

    /// Whether it failed lately, so that it is not asked.
    pub fn rests(&self) -> bool {
        lock(&self.rests_until).is_some_and(|until| Instant::now() < until)
    }

    /// What `work` has of the store; none where it failed, rests, or the call must end.
    pub fn ask<T>(&self, call: &Arc<Call>, work: impl FnOnce(&Store, &Call) -> Result<T, Error>) -> Option<T> {
        if self.rests() {
            return None;
        }
        let time = PATIENCE.min(call.deadline().saturating_duration_since(Instant::now()) / 2);
        let within = call.child(time);
        let error = match work(&self.store, &within) {
            Ok(done) => return Some(done),
            Err(error) => error,
        };
        let says_something = time >= FAIR || within.check().is_ok();
        if says_something && call.stopped().is_none() {
            *lock(&self.rests_until) = Some(Instant::now() + REST);
            self.log.say(Level::Warning, "store", || {
                let message = format!(
                    "tokens and limits are this process's own for {} s, since the store failed: {error}",
                    REST.as_secs()
                );
                [("message", message.into())]
            });
        }
        None
    }

    /// What this process is called in the store.
    pub fn holder(&self) -> String {
        self.store.home.holder()
    }

    /// Whether the process of that name surely is no more.
    pub fn is_dead(&self, holder: &str) -> bool {
        (self.store.home.is_dead())(holder)
    }
}
