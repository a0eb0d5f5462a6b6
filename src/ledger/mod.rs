//! What was created, kept where it cannot be lost.
//!
//! - `add`: an add that happens once
//! - `change`: an update or a delete that keeps the ledger true
//! - `look`: whether an add whose answer nobody has was carried out
//! - `job`: what the jobs share; `apply`, `sync`, `replace_user`, `save_qr_codes`: the jobs
//! - `reading`: what WeCom has
//! - `query`: what the ledger holds
//! - `equal`: when two contact ways are equal, as a table with a row a member
//! - `update`: what to send where they are not
//! - `rows`: the wanted contact ways, from a request, a JSON Lines file or a spreadsheet
//! - `report`: what became of each of them; `foreseen`: what would, in a dry run
//! - `file_name`: the name of a picture's file
//! - `hash`: the hash that they share

mod add;
mod apply;
mod change;
mod equal;
mod file_name;
mod foreseen;
mod hash;
mod job;
mod look;
mod query;
mod reading;
mod replace_user;
mod report;
mod rows;
mod save_qr_codes;
mod sync;
mod update;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::answer::{Error, Kind, Warning};
use crate::auth::Credentials;
use crate::call::{Call, Stop};
use crate::clock::Stopwatch;
use crate::log::Level;
use crate::random;
use crate::store::{At, Entry, Event, Landed, Query, Store};
use crate::wire::Wire;
use hash::{Hash, hash};

pub use add::Add;
pub use job::Progress;
pub use rows::wrong_key;

/// How long what WeCom said may be written down for after a call's deadline.
const WRITING: Duration = Duration::from_secs(1);

/// One corporation's contact ways in a durable store, and the way to WeCom.
pub struct Ledger {
    wire: Arc<Wire>,
    store: Arc<Store>,
    corp_id: String,
    /// How long after an attempt's deadline WeCom's list may still lack what it made.
    settle: Duration,
    /// How long a call inside a job may take.
    timeout: Duration,
    /// Which credentials read and write here.
    reader: Hash,
}

/// Whose ledger it is.
pub struct Owner {
    pub corp_id: String,
    pub reader: Hash,
}

impl Owner {
    /// None where the credentials do not say which corporation they are for.
    pub fn of(credentials: &Credentials) -> Option<Self> {
        let corp_id = credentials.corp_id()?.to_owned();
        // Of which app a host's own function hands out tokens nobody says: what another client read, another app may have.
        if let Credentials::Provider { .. } = credentials {
            return Some(Self { corp_id, reader: random::source().u128(..).to_le_bytes() });
        }
        let mut form = Vec::new();
        for part in credentials.parts() {
            form.extend_from_slice(&(part.len() as u64).to_le_bytes());
            form.extend_from_slice(part.as_bytes());
        }
        Some(Self { corp_id, reader: hash(&form) })
    }
}

impl Ledger {
    /// The ledger of `owner` in `store`.
    ///
    /// # Errors
    /// `store` when it cannot be read, or when its entries belong to another base URL than the wire's.
    pub fn open(
        call: &Call,
        wire: &Arc<Wire>,
        store: Arc<Store>,
        owner: Owner,
        settle: Duration,
        timeout: Duration,
    ) -> Result<Self, Error> {
        store.corp(call, &owner.corp_id, wire.base_url())?;
        if let Some(warning) = store.warning() {
            wire.log.say(Level::Warning, "store", || [("message", warning.into())]);
        }
        Ok(Self { wire: Arc::clone(wire), store, corp_id: owner.corp_id, settle, timeout, reader: owner.reader })
    }

    /// Whether the store can be read and written now.
    ///
    /// # Errors
    /// `store` where it cannot, or where it has come to belong to another base URL.
    pub fn check(&self, call: &Call) -> Result<(), Error> {
        self.store.corp(call, &self.corp_id, self.wire.base_url())?;
        self.store.touch(call, &self.corp_id)?;
        self.store.find(call, &Query::of(&self.corp_id), 0, 1).map(drop)
    }

    /// Whether other credentials read it last, which may still see what WeCom does not show to these.
    fn is_seen_by_others(&self, entry: &Entry) -> bool {
        entry.seen_by.as_ref().is_some_and(|reader| reader[..] != self.reader)
    }

    /// Writes down what happened, though the call's time may be up: what WeCom did must be known.
    fn record(&self, call: &Call, at: At, event: &Event) -> Result<Landed, Error> {
        let write = |call: &Call| self.store.change(call, at, event.clone());
        match write(call) {
            Err(_) if call.check().is_err() => write(&Call::new(WRITING)),
            written => written,
        }
    }

    /// The same; where it cannot be written the log is told, and whoever called is to be warned.
    fn record_or_log(&self, call: &Call, at: At, event: &Event) -> Option<Warning> {
        let error = self.record(call, at, event).err()?;
        let message = format!(
            "WeCom did it, but the ledger could not be told: {}; keep what this answer says, until sync or the same call \
             has mended the entry",
            error.message()
        );
        self.wire.log.say(Level::Warning, "ledger", || [("message", error.message().into())]);
        Some(Warning::new("ledger_incomplete", message))
    }

    fn settle_ms(&self) -> i64 {
        in_ms(self.settle)
    }
}

/// How long an attempt may send: what is left of its call's time.
#[derive(Clone, Copy)]
struct Leave {
    watch: Stopwatch,
    send_ms: i64,
}

impl Leave {
    /// Begins before the attempt is written down.
    fn begin(call: &Call) -> Self {
        Self::lasting(call.deadline().saturating_duration_since(Instant::now()))
    }

    /// Begins as [`Leave::begin`] does, for so long.
    fn lasting(time: Duration) -> Self {
        Self { watch: Stopwatch::start(), send_ms: in_ms(time) }
    }

    /// Asked right before anything is sent.
    fn check(&self) -> Result<(), Error> {
        if self.watch.elapsed_ms() < self.send_ms {
            return Ok(());
        }
        Err(Error::new(Kind::Timeout, "the deadline passed before anything was sent"))
    }
}

fn in_ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Goes on, unless another thread has ended the call: what the store alone answers asks nobody else.
fn go_on(call: &Call) -> Result<(), Error> {
    call.stopped().map_or(Ok(()), |stop| Err(cancelled(stop)))
}

/// The error of a call whose time was over while it waited for another one, which is at work on the same and has so many
/// milliseconds left.
fn busy(doing: &str, left_ms: i64) -> Error {
    let text = format!("another call is {doing}, or was until its process died; try again when its time is over");
    Error::new(Kind::Conflict, text).worth_again().retry_after_ms(left_ms.max(0).unsigned_abs())
}

/// The error of a call that another thread ended while nothing of it was under way.
fn cancelled(stop: Stop) -> Error {
    let what = if stop == Stop::ClientFreed { "the client was freed" } else { "the canceller was fired" };
    Error::new(Kind::Cancelled, what).worth_again()
}
