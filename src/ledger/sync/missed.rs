//! Contact ways that WeCom did not show, looked at a second time: a single answer does not make one gone.

use std::time::{Duration, Instant};

use super::Found;
use crate::answer::Error;
use crate::ledger::job::{self, Desk, Job, Next, Turn, rest, run};
use crate::ledger::reading::Sighting;
use crate::store::{Change, Entry, Event, Query, Sight, Status, Window};

/// How long after a first look a second one counts, in milliseconds.
const APART_MS: i64 = 60_000;
/// As many witnesses are asked for: one that answers is enough.
const WITNESSES: i64 = 10;

/// One that these credentials have read before, and that WeCom does not show now.
pub struct Missed {
    pub entry_id: i64,
    /// When it was first not shown, by the store's clock.
    pub first: i64,
}

/// Says of those that are still not shown that they are gone, if WeCom shows these credentials another one that they
/// have read before. Of how many that cannot be said yet.
///
/// # Errors
/// Why it stopped.
pub fn look_again(
    job: &Job,
    desk: &mut Desk,
    generation: i64,
    missed: Vec<Missed>,
    found: &mut Found,
) -> Result<u64, Error> {
    let Some(last) = missed.iter().map(|missed| missed.first).max() else { return Ok(0) };
    let wait_ms = last + APART_MS - job.ledger.store.now(&job.short())?;
    let until = Instant::now() + Duration::from_millis(wait_ms.max(0).unsigned_abs());
    // Where there is no time, the next run looks again.
    if until > job.call.deadline() {
        return Ok(missed.len() as u64);
    }
    rest(job, desk, until)?;
    let mut course =
        Again { generation, missed: missed.into_iter(), absent: Vec::new(), unread: 0, window: Window::default() };
    run(job, desk, &mut course, |entry| {
        let sighting = if job.halted().is_some() { None } else { job.sighting(config_id(&entry)).ok() };
        (entry, sighting)
    })?;
    let (absent, unread) = (course.absent, course.unread);
    if absent.is_empty() || !job::aside(job, desk, || has_witness(job))? {
        return Ok(unread + absent.len() as u64);
    }
    for some in absent.chunks(job::WINDOW) {
        let changes = some.iter().map(|entry| Change { at: entry.at(), event: Event::Gone }).collect();
        job.settle(&Window { changes, ..Window::default() })?;
        found.gone += some.len() as u64;
    }
    Ok(unread)
}

/// Whether WeCom shows these credentials a contact way that they have read before: else they may just have lost a right.
///
/// # Errors
/// As of any call.
pub fn has_witness(job: &Job) -> Result<bool, Error> {
    let query = Query { status: Some(Status::Active), missed: Some(false), ..Query::of(&job.ledger.corp_id) };
    let query = Query { seen_by: Some(job.ledger.reader.to_vec()), temporary: Some(false), ..query };
    for entry in job.ledger.store.find(&job.short(), &query, 0, WITNESSES)? {
        if job.sighting(config_id(&entry))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn config_id(entry: &Entry) -> &str {
    entry.config_id.as_deref().unwrap_or_default()
}

struct Again {
    generation: i64,
    missed: std::vec::IntoIter<Missed>,
    absent: Vec<Entry>,
    unread: u64,
    window: Window,
}

impl job::Course for Again {
    type Task = Entry;
    /// None where it could not be read, which the next run does.
    type Outcome = (Entry, Option<Option<Sighting>>);

    fn turn(
        &mut self,
        job: &Job,
        _: &mut Desk,
        done: Vec<Self::Outcome>,
        room: usize,
    ) -> Result<Turn<Self::Task>, Error> {
        for (entry, sighting) in done {
            match sighting {
                Some(None) => self.absent.push(entry),
                Some(Some(sighting)) => {
                    let sight = Sight { generation: Some(self.generation), ..sighting.sight };
                    self.window.changes.push(Change { at: entry.at(), event: Event::Seen(sight) });
                }
                None => self.unread += 1,
            }
        }
        if !self.window.changes.is_empty() {
            job.settle(&self.window)?;
            self.window = Window::default();
        }
        let mut tasks = Vec::new();
        for missed in self.missed.by_ref().take(room) {
            let entry = job.ledger.entry(&job.short(), missed.entry_id)?;
            tasks.extend(entry.filter(|entry| entry.status == Status::Active));
        }
        let is_over = self.missed.as_slice().is_empty();
        Ok(Turn { tasks, next: if is_over { Next::Over } else { Next::Ready } })
    }
}
