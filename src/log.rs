//! What happened, for whoever wants to know: one JSON line an event, without bodies, secrets or addresses of people.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, RwLock};

use serde_json::{Map, Value};

use crate::lock::{read, write};

/// How much a line matters; a logger's level lets through what matters as much or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Level {
    /// A call failed.
    Error = 1,
    /// A call had to be made again, or waits.
    Warning = 2,
    /// A call succeeded, a token was fetched.
    Info = 3,
    /// Each attempt, each connection.
    Debug = 4,
}

/// Where lines go.
pub trait Sink: Send + Sync {
    /// Takes a line. Runs on any thread that works for a call, several at once.
    fn line(&self, level: Level, message: &str);
}

/// A client's log, or what clients start with.
#[derive(Default)]
pub struct Log {
    /// 0 where there is no sink, so that a line that nobody wants costs one comparison.
    level: AtomicI32,
    sink: RwLock<Option<Arc<dyn Sink>>>,
}

impl Log {
    /// Sends lines up to `level` to `sink` from now on; without one, nothing is logged.
    pub fn set(&self, sink: Option<Arc<dyn Sink>>, level: i32) {
        self.level.store(if sink.is_some() { level } else { 0 }, Ordering::Relaxed);
        let old = std::mem::replace(&mut *write(&self.sink), sink);
        // Outside of the lock: the last owner of a sink may run the host's code.
        drop(old);
    }

    /// The same sink and level as `other` has now.
    pub fn like(other: &Self) -> Self {
        let log = Self::default();
        log.set(other.sink(), other.level.load(Ordering::Relaxed));
        log
    }

    fn sink(&self) -> Option<Arc<dyn Sink>> {
        read(&self.sink).clone()
    }

    /// Logs an event of which `members` tells more; it is not asked where nobody wants the line.
    pub fn say<const N: usize>(&self, level: Level, event: &str, members: impl FnOnce() -> [(&'static str, Value); N]) {
        if (level as i32) > self.level.load(Ordering::Relaxed) {
            return;
        }
        let Some(sink) = self.sink() else { return };
        let mut line = Map::new();
        line.insert("event".to_owned(), event.into());
        for (name, value) in members() {
            line.insert(name.to_owned(), value);
        }
        sink.line(level, &Value::from(line).to_string());
    }
}
