//! WeCom's list, and every contact way in it or in the ledger read once.

use std::collections::HashSet;
use std::collections::VecDeque;

use super::missed::Missed;
use super::{Found, Span};
use crate::answer::{Effect, Error};
use crate::json::Object;
use crate::ledger::equal;
use crate::ledger::job::{self, Desk, Finished, Job, Next, Turn, run};
use crate::ledger::reading::{Page, Place, Sighting};
use crate::ledger::report::Outcome as Became;
use crate::store::{Change, Entry, Event, Query, Sight, Status, Stranger, Window};

/// As many entries are read from the store at once.
const PAGE: i64 = 256;

/// What a worker reads.
pub enum Task {
    Page(Place),
    Stranger(String),
    Entry(Box<Entry>),
}

/// What it read.
pub enum Outcome {
    Page(Place, Result<Page, Error>),
    Stranger(String, Result<Option<Sighting>, Error>),
    Entry(Box<Entry>, Result<Option<Sighting>, Error>),
    /// Nothing, since the job stops.
    Nothing,
}

/// Reads everything once; those that WeCom did not show, of which these credentials have read each before.
///
/// # Errors
/// Why it stopped.
pub fn walk(job: &Job, desk: &mut Desk, span: &Span, generation: i64, found: &mut Found) -> Result<Vec<Missed>, Error> {
    let place = Place { start_time: span.start_time, end_time: span.end_time, cursor: String::new() };
    let known = Query { status: Some(Status::Active), temporary: Some(false), ..Query::of(&job.ledger.corp_id) };
    desk.total = job.ledger.store.count(&job.short(), &known)?;
    let unchecked = Query { unchecked_in: Some(generation), ..known.clone() };
    let phases = [
        Query { unlisted_in: Some(generation), ..unchecked.clone() },
        Query { listed_in: Some(generation), ..unchecked.clone() },
        // Given up too early.
        Query { status: Some(Status::Gone), listed_in: Some(generation), ..unchecked },
    ];
    let mut course = Course {
        generation,
        found,
        next_page: Some(place),
        is_listing: false,
        strangers: VecDeque::new(),
        phases: phases.into(),
        after: 0,
        missed: Vec::new(),
        window: Window::default(),
        failed: Vec::new(),
    };
    run(job, desk, &mut course, |task| read(job, task))?;
    Ok(course.missed)
}

fn read(job: &Job, task: Task) -> Outcome {
    if job.halted().is_some() {
        return Outcome::Nothing;
    }
    match task {
        Task::Page(place) => {
            let page = job.ledger.page(job.call, &place, true);
            Outcome::Page(place, page)
        }
        Task::Stranger(config_id) => {
            let sighting = job.sighting(&config_id);
            Outcome::Stranger(config_id, sighting)
        }
        Task::Entry(entry) => {
            let sighting = job.sighting(entry.config_id.as_deref().unwrap_or_default());
            Outcome::Entry(entry, sighting)
        }
    }
}

struct Course<'f> {
    generation: i64,
    found: &'f mut Found,
    /// None when the list was walked to its end, or while a page is read.
    next_page: Option<Place>,
    is_listing: bool,
    /// Of the last page, those that the ledger does not know.
    strangers: VecDeque<String>,
    /// The entries to read after the walk, one query after the other.
    phases: VecDeque<Query>,
    after: i64,
    missed: Vec<Missed>,
    window: Window,
    failed: Vec<Finished>,
}

impl Course<'_> {
    fn take_in(&mut self, job: &Job, desk: &mut Desk, outcome: Outcome) -> Result<(), Error> {
        match outcome {
            Outcome::Nothing => {}
            Outcome::Page(place, page) => {
                let page = page?;
                self.is_listing = false;
                let (store, corp_id) = (&job.ledger.store, &job.ledger.corp_id);
                let known = store.mark_listed(&job.short(), corp_id, &page.config_ids, self.generation)?;
                self.found.listed += page.config_ids.len() as u64;
                self.found.known += known.len() as u64;
                let known: HashSet<_> = known.into_iter().collect();
                self.strangers.extend(page.config_ids.into_iter().filter(|config_id| !known.contains(config_id)));
                desk.total += self.strangers.len() as u64;
                if !page.next_cursor.is_empty() {
                    self.next_page = Some(Place { cursor: page.next_cursor, ..place });
                }
            }
            Outcome::Stranger(config_id, Ok(Some(sighting))) => {
                desk.done += 1;
                let sight = self.sight(sighting);
                self.window.strangers.push(Stranger { corp_id: job.ledger.corp_id.clone(), config_id, sight });
            }
            // Deleted since it was listed.
            Outcome::Stranger(_, Ok(None)) => desk.done += 1,
            Outcome::Entry(entry, Ok(Some(sighting))) => {
                desk.done += 1;
                self.found.shown += 1;
                self.found.changed += u64::from(has_changed(&entry, &sighting));
                let event = Event::Seen(self.sight(sighting));
                self.window.changes.push(Change { at: entry.at(), event });
            }
            Outcome::Entry(entry, Ok(None)) => {
                desk.done += 1;
                if entry.status == Status::Active {
                    self.miss(job, &entry)?;
                }
            }
            Outcome::Stranger(config_id, Err(error)) => self.fail(None, &config_id, error),
            Outcome::Entry(entry, Err(error)) => {
                self.fail(entry.key.as_deref(), entry.config_id.as_deref().unwrap_or_default(), error);
            }
        }
        Ok(())
    }

    fn sight(&self, sighting: Sighting) -> Sight {
        Sight { generation: Some(self.generation), ..sighting.sight }
    }

    /// That WeCom does not show it to these credentials says something only if it did before.
    fn miss(&mut self, job: &Job, entry: &Entry) -> Result<(), Error> {
        if entry.seen_by.as_deref() != Some(&job.ledger.reader[..]) {
            self.found.foreign += 1;
            return Ok(());
        }
        let first = match entry.first_miss {
            Some(first) => first,
            None => job.ledger.store.now(&job.short())?,
        };
        self.window.changes.push(Change { at: entry.at(), event: Event::Missed });
        self.missed.push(Missed { entry_id: entry.id, first });
        Ok(())
    }

    fn fail(&mut self, key: Option<&str>, config_id: &str, mut error: Error) {
        // Nothing was changed by what was merely read.
        error.parts().effect = Effect::None;
        self.failed.push(Finished::new(None, key, Became::Failed).of(Some(config_id), None).failed(error));
    }

    /// Writes down what was read.
    fn write(&mut self, job: &Job, desk: &mut Desk) -> Result<(), Error> {
        if !(self.window.changes.is_empty() && self.window.strangers.is_empty()) {
            let settled = job.settle(&self.window)?;
            self.found.adopted += settled.strangers.iter().flatten().count() as u64;
            self.window = Window::default();
        }
        for failed in std::mem::take(&mut self.failed) {
            desk.add(&failed);
        }
        Ok(())
    }

    /// Entries to read; none when there are no more.
    fn entries(&mut self, job: &Job, room: usize) -> Result<Vec<Task>, Error> {
        let limit = i64::try_from(room).unwrap_or(PAGE).min(PAGE);
        while let Some(query) = self.phases.front() {
            let page = job.ledger.store.find(&job.short(), query, self.after, limit)?;
            if let Some(last) = page.last() {
                self.after = last.id;
                return Ok(page.into_iter().map(|entry| Task::Entry(Box::new(entry))).collect());
            }
            self.after = 0;
            self.phases.pop_front();
        }
        Ok(Vec::new())
    }
}

impl job::Course for Course<'_> {
    type Task = Task;
    type Outcome = Outcome;

    fn turn(&mut self, job: &Job, desk: &mut Desk, done: Vec<Outcome>, room: usize) -> Result<Turn<Task>, Error> {
        let taken = done.into_iter().try_for_each(|outcome| self.take_in(job, desk, outcome));
        self.write(job, desk)?;
        taken?;
        let strangers = self.strangers.len().min(room);
        let mut tasks: Vec<_> = self.strangers.drain(..strangers).map(Task::Stranger).collect();
        if tasks.len() < room
            && self.strangers.is_empty()
            && let Some(place) = self.next_page.take()
        {
            self.is_listing = true;
            tasks.push(Task::Page(place));
        }
        let is_walked = !self.is_listing && self.next_page.is_none() && self.strangers.is_empty();
        if is_walked && tasks.len() < room {
            tasks.extend(self.entries(job, room - tasks.len())?);
        }
        let next = match (is_walked && self.phases.is_empty(), self.is_listing) {
            (true, _) => Next::Over,
            (false, true) => Next::Waiting,
            (false, false) => Next::Ready,
        };
        Ok(Turn { tasks, next })
    }
}

/// Whether WeCom has it otherwise than when it was read or written last.
fn has_changed(entry: &Entry, sighting: &Sighting) -> bool {
    let Ok(got) = Object::parse(&sighting.sight.seen) else { return false };
    match &entry.seen {
        Some(seen) => Object::parse(seen).is_ok_and(|seen| equal::likeness(&seen) != sighting.likeness),
        None => Object::parse(&entry.request).is_ok_and(|applied| !equal::differing(&applied, &got).is_empty()),
    }
}
