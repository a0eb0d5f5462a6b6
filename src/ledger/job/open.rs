//! A job's look for adds of which nobody knows what became: once for all of them, after everything else.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::{Desk, Job, aside};
use crate::answer::{Effect, Error, Kind};
use crate::call::Call;
use crate::ledger::Ledger;
use crate::ledger::look::{Found, Look, NOT_YET};
use crate::lock::lock;
use crate::store::{Entry, Query};

/// How long between two looks, at least.
const PAUSE: Duration = Duration::from_millis(500);
/// How often a walk is begun before the job gives up.
const TRIES: u32 = 5;
/// How long a job waits before it looks whether it must stop.
const TICK: Duration = Duration::from_millis(50);

/// An add that is open.
pub struct OpenAdd<T> {
    pub entry_id: i64,
    /// What it was for.
    pub of: T,
}

/// What is known of an open add now.
pub enum Finding {
    /// Its entry is open no more.
    Closed,
    /// It was not carried out, and cannot be any more.
    Absent(Box<Entry>),
    /// Nobody can tell.
    Unclear(Error),
}

/// Looks for all of `open` until something is known of each.
///
/// # Errors
/// When WeCom or the store cannot be read, or the job must stop.
pub fn look_for<T>(job: &Job, desk: &mut Desk, mut open: Vec<OpenAdd<T>>) -> Result<Vec<(OpenAdd<T>, Finding)>, Error> {
    let mut known = Vec::with_capacity(open.len());
    let mut look = Look::default();
    look.job = true;
    while !open.is_empty() {
        let mut waiting = Vec::new();
        let mut entries = Vec::new();
        for add in open {
            match job.ledger.entry(&job.short(), add.entry_id)?.filter(|entry| entry.status.is_open()) {
                None => known.push((add, Finding::Closed)),
                Some(entry) if entry.expires_at.is_some() => {
                    let now = job.ledger.store.now(&job.short())?;
                    let finding = temporary(entry, now);
                    known.push((add, finding));
                }
                Some(entry) => {
                    waiting.push(add);
                    entries.push(entry);
                }
            }
        }
        if entries.is_empty() {
            return Ok(known);
        }
        let mut wait_ms = i64::MAX;
        let found = look_once(job, desk, &mut look, &entries)?;
        open = Vec::new();
        for ((add, entry), found) in waiting.into_iter().zip(entries).zip(found) {
            match found {
                Found::Adopted => known.push((add, Finding::Closed)),
                Found::Absent => known.push((add, Finding::Absent(Box::new(entry)))),
                Found::Several(candidates) => known.push((add, Finding::Unclear(several(&entry, candidates)))),
                Found::NotYet { wait_ms: wait } => {
                    wait_ms = wait_ms.min(wait);
                    open.push(add);
                }
            }
        }
        if open.is_empty() {
            break;
        }
        let until = Instant::now() + Duration::from_millis(wait_ms.max(0).unsigned_abs()).max(PAUSE);
        if until > job.call.deadline() {
            let unclear = |add: OpenAdd<T>| (add, Finding::Unclear(not_yet(wait_ms)));
            known.extend(open.into_iter().map(unclear));
            break;
        }
        rest(job, desk, until)?;
    }
    Ok(known)
}

/// Walks through WeCom's list for `open`, once more where WeCom was hard to reach: all the rest of the job is done.
fn look_once(job: &Job, desk: &mut Desk, look: &mut Look, open: &[Entry]) -> Result<Vec<Found>, Error> {
    let look = Mutex::new(look);
    for _ in 1..TRIES {
        match aside(job, desk, || job.ledger.look(job.call, &mut lock(&look), open)) {
            Err(error) if matches!(error.kind(), Kind::Timeout | Kind::Network | Kind::BadResponse) => {
                rest(job, desk, Instant::now() + PAUSE)?;
            }
            looked => return looked,
        }
    }
    aside(job, desk, || job.ledger.look(job.call, &mut lock(&look), open))
}

/// Waits, and keeps the job's lease meanwhile.
///
/// # Errors
/// When the job must stop.
pub fn rest(job: &Job, desk: &mut Desk, until: Instant) -> Result<(), Error> {
    while Instant::now() < until {
        // What ends the call is told by the next line.
        let _stopped = job.call.sleep_until(until.min(Instant::now() + TICK));
        job.keep_up(desk);
        if let Some(error) = job.halted() {
            return Err(error.clone());
        }
    }
    Ok(())
}

impl Ledger {
    /// The entry of an id.
    pub fn entry(&self, call: &Call, id: i64) -> Result<Option<Entry>, Error> {
        let found = self.store.find(call, &Query::of(&self.corp_id), id - 1, 1)?.pop();
        Ok(found.filter(|entry| entry.id == id))
    }
}

fn temporary(entry: Entry, now: i64) -> Finding {
    let left_ms = entry.expires_at.unwrap_or_default() - now;
    if left_ms < 0 {
        return Finding::Absent(Box::new(entry));
    }
    let cause = "a temporary contact way is in no list, so nobody can tell before it has expired";
    Finding::Unclear(unknown(cause).retry_after_ms(left_ms.unsigned_abs()))
}

fn several(entry: &Entry, candidates: Vec<String>) -> Error {
    let key = entry.key.as_deref().unwrap_or_default();
    let mut error = unknown(&format!(
        "what WeCom has that equals the request of {key} may be others' too: claim the right one with its config_id, or \
         delete it ({})",
        candidates.join(", ")
    ));
    error.parts().candidates = candidates;
    error
}

fn not_yet(wait_ms: i64) -> Error {
    unknown(NOT_YET).retry_after_ms(wait_ms.max(0).unsigned_abs())
}

fn unknown(cause: &str) -> Error {
    let text = format!("nobody knows yet whether WeCom made the contact way: {cause}; the next run looks for it first");
    let mut error = Error::new(Kind::Unknown, text);
    let parts = error.parts();
    (parts.effect, parts.retryable) = (Effect::Unknown, true);
    error
}
