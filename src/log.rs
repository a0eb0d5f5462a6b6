//! What happened, for whoever wants to know: one JSON line an event, without bodies, secrets or tokens.

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

/// Takes log lines.
///
/// ```
/// use std::sync::Arc;
///
/// use contactway::{Client, Level, Logger, Shared};
///
/// struct ToStderr;
///
/// impl Logger for ToStderr {
///     fn line(&self, level: Level, message: &str) {
///         eprintln!("{level:?} {message}");
///     }
/// }
///
/// let shared = Shared::default();
/// // What clients made from now on start with:
/// shared.set_logger(Some(Arc::new(ToStderr)), Level::Info);
/// let client = Client::new(r#"{"corp_id":"ww1","secret":"s3cret"}"#, &shared)?;
/// // Or a client's own:
/// client.set_logger(Some(Arc::new(ToStderr)), Level::Warning);
/// # Ok::<(), contactway::Error>(())
/// ```
pub trait Logger: Send + Sync {
    /// Takes a line: a JSON object with `event` and that event's members. Runs on any thread that works for a call,
    /// several at once; the call waits for it, past its deadline if need be.
    fn line(&self, level: Level, message: &str);
}

/// A client's log, or what clients start with.
#[derive(Default)]
pub struct Log {
    /// 0 where there is no logger, so that a line that nobody wants costs one comparison.
    level: AtomicI32,
    logger: RwLock<Option<Arc<dyn Logger>>>,
}

impl Log {
    /// Sends lines up to `level` to `logger` from now on; without one, nothing is logged.
    pub fn set(&self, logger: Option<Arc<dyn Logger>>, level: i32) {
        self.level.store(if logger.is_some() { level } else { 0 }, Ordering::Relaxed);
        let old = std::mem::replace(&mut *write(&self.logger), logger);
        // Outside of the lock: the last owner of a logger may run the host's code.
        drop(old);
    }

    /// The same logger and level as `other` has now.
    pub fn like(other: &Self) -> Self {
        let log = Self::default();
        log.set(other.logger(), other.level.load(Ordering::Relaxed));
        log
    }

    fn logger(&self) -> Option<Arc<dyn Logger>> {
        read(&self.logger).clone()
    }

    /// Logs an event of which `members` tells more; it is not asked where nobody wants the line.
    pub fn say<M: IntoIterator<Item = (&'static str, Value)>>(
        &self,
        level: Level,
        event: &str,
        members: impl FnOnce() -> M,
    ) {
        if (level as i32) > self.level.load(Ordering::Relaxed) {
            return;
        }
        let Some(logger) = self.logger() else { return };
        let mut line = Map::new();
        line.insert("event".to_owned(), event.into());
        for (name, value) in members() {
            line.insert(name.to_owned(), value);
        }
        logger.line(level, &Value::from(line).to_string());
    }
}
