//! `sync`: the ledger brought up to what WeCom holds.
//!
//! - `walk`: WeCom's list, and every contact way read once
//! - `missed`: those that WeCom did not show, looked at a second time

mod missed;
mod walk;

use std::sync::Arc;

use super::Ledger;
use super::job::{Desk, Finding, Job, OpenAdd, Progress, aside, look_for};
use crate::answer::{Error, Kind};
use crate::call::Call;
use crate::json::Object;
use crate::json::fields::{Detail, Fields};
use crate::store::{Change, Event, Query, Window};

const REQUEST: &str = "the request";
/// WeCom lists nothing that was made before: 2021-07-10 in China, in seconds since 1970.
const LISTED_SINCE: i64 = 1_625_846_400;
/// Times beyond are milliseconds by mistake: WeCom would list nothing, and all would seem to be gone.
const TIME_MAX: i64 = 100_000_000_000;
/// As many open adds are looked for at once.
const OPEN_MAX: i64 = 10_000;

/// What a run has found.
#[derive(Default)]
struct Found {
    listed: u64,
    known: u64,
    adopted: u64,
    changed: u64,
    gone: u64,
    foreign: u64,
    /// Entries that WeCom showed.
    shown: u64,
}

struct Span {
    start_time: i64,
    end_time: Option<i64>,
}

impl Ledger {
    /// Brings the ledger up to what WeCom holds.
    ///
    /// # Errors
    /// `invalid_request` where nothing was begun; `partial` where some contact ways could not be read; or why it stopped.
    pub fn sync(&self, call: &Arc<Call>, request: &str, progress: Option<&mut dyn Progress>) -> Result<String, Error> {
        let object = Object::parse(request).map_err(|error| Error::unreadable(REQUEST, &error))?;
        let mut fields = Fields::new(&object, "");
        let span = Span {
            start_time: fields.integer("start_time", 0..=TIME_MAX).unwrap_or(LISTED_SINCE),
            end_time: fields.integer("end_time", 0..=TIME_MAX),
        };
        if span.end_time.is_some_and(|end| end < span.start_time) {
            fields.wrong("end_time", "start_after_end", "must not be before start_time; correct one of the two");
        }
        let concurrency = fields.count("concurrency", 1);
        fields.end(()).map_err(|wrong| Error::with_details(Kind::InvalidRequest, REQUEST, wrong))?;
        let mut desk = Desk::new(self, call, progress);
        let mut found = Found::default();
        let outcome = Job::begin(self, call, "sync", concurrency, &mut desk)
            .and_then(|job| run(&job, &mut desk, &span, &mut found));
        let counts = [
            ("listed", found.listed),
            ("known", found.known),
            ("adopted", found.adopted),
            ("changed", found.changed),
            ("gone", found.gone),
            ("foreign", found.foreign),
        ];
        desk.answer(outcome, &counts, None)
    }
}

fn run(job: &Job, desk: &mut Desk, span: &Span, found: &mut Found) -> Result<(), Error> {
    let (store, corp_id) = (&job.ledger.store, &job.ledger.corp_id);
    settle_open(job, desk)?;
    while store.purge(&job.short(), corp_id)? > 0 {
        job.keep_up(desk);
        job.halted().map_or(Ok(()), |error| Err(error.clone()))?;
    }
    let generation = store.begin_sync(&job.short(), corp_id)?;
    let missed = walk::walk(job, desk, span, generation, found)?;
    let unsettled = missed::look_again(job, desk, generation, missed, found)?;
    let unseen = unseen(job, desk, found, unsettled)?;
    desk.warnings.extend(unseen);
    store.end_sync(&job.short(), corp_id, generation)
}

/// The warning of entries that WeCom did not show, and that no count tells as gone.
fn unseen(job: &Job, desk: &mut Desk, found: &Found, unsettled: u64) -> Result<Option<Detail>, Error> {
    let unseen = unsettled + found.foreign;
    let message = if unseen > 0 && found.shown == 0 && !aside(job, desk, || missed::has_witness(job))? {
        format!(
            "WeCom shows these credentials none of the ledger's {unseen} contact ways, so that nothing is told as gone: see \
             whether they were made with this base_url and this app, and whether the app has kept its permission"
        )
    } else if unsettled > 0 {
        format!(
            "WeCom did not show {unsettled} of the contact ways that it showed before: they are told as gone when it does not \
             show them a minute later either; run sync again then, or with more time"
        )
    } else {
        return Ok(None);
    };
    Ok(Some(Detail::new("", "not_shown", message)))
}

/// Finds out what became of open adds. One that is settled and that two walks did not find is removed.
fn settle_open(job: &Job, desk: &mut Desk) -> Result<(), Error> {
    let (store, corp_id) = (&job.ledger.store, &job.ledger.corp_id);
    let query = Query { open: Some(true), temporary: Some(false), ..Query::of(corp_id) };
    let now = store.now(&job.short())?;
    let open = store.find(&job.short(), &query, 0, OPEN_MAX)?;
    // Somebody is sending for those that are held, and will know.
    let open = open.into_iter().filter(|entry| !entry.is_held(now));
    let open: Vec<_> = open.map(|entry| OpenAdd { entry_id: entry.id, of: () }).collect();
    let mut changes = Vec::new();
    for (_, finding) in look_for(job, desk, open)? {
        if let Finding::Absent(entry) = finding {
            changes.push(Change { at: entry.at(), event: Event::Abandoned });
        }
    }
    if !changes.is_empty() {
        job.settle(&Window { changes, ..Window::default() })?;
    }
    Ok(())
}
