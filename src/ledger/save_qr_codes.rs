//! `save_qr_codes`: the QR pictures of many contact ways, each in a file of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file_name::file_name;
use super::job::{self, Desk, Finished, Job, Next, Progress, Turn, run};
use super::report::Outcome;
use super::{Ledger, query};
use crate::answer::{Error, Kind};
use crate::call::Call;
use crate::json::Object;
use crate::json::fields::{Detail, Fields};
use crate::os_error::in_words;
use crate::store::{Entry, Query, Status};

const REQUEST: &str = "the request";
/// As many entries are read at once.
const PAGE: usize = 256;

/// Fetches the picture at an address and writes it to a path, to which the suffix of its kind is added.
pub type Save<'s> = dyn Fn(&Arc<Call>, &str, &Path) -> Result<(), Error> + Sync + 's;

impl Ledger {
    /// Saves the QR pictures of the entries that a query names, each by `save`.
    ///
    /// # Errors
    /// `invalid_request` where nothing was begun; `partial` where some could not be saved; or why it stopped.
    pub fn save_qr_codes(
        &self,
        call: &Arc<Call>,
        request: &str,
        save: &Save,
        progress: Option<&mut dyn Progress>,
    ) -> Result<String, Error> {
        let object = Object::parse(request).map_err(|error| Error::unreadable(REQUEST, &error))?;
        let mut fields = Fields::new(&object, "");
        let wanted = fields.object("query").map(|wanted| {
            let mut inner = Fields::new(wanted, "/query");
            let wanted = query::conditions(&mut inner, &self.corp_id);
            let (behind, limit) = (query::cursor(&mut inner), query::limit(&mut inner));
            inner.end((Query { behind: Some(behind), ..wanted }, limit))
        });
        let wanted = wanted.and_then(|wanted| fields.take(wanted));
        let (wanted, limit) = wanted.unwrap_or_else(|| (Query::of(&self.corp_id), None));
        // Without a limit all of them, not a page.
        let left = limit.unwrap_or(i64::MAX);
        let directory = fields.text("directory").map(PathBuf::from);
        if fields.value("directory").is_none() {
            fields.wrong("directory", "directory_required", "is required: where the pictures go; give it");
        }
        let concurrency = fields.count("concurrency", 1);
        let directory = fields.end(directory.unwrap_or_default());
        let directory = directory.map_err(|wrong| Error::with_details(Kind::InvalidRequest, REQUEST, wrong))?;
        // The codes of others are dead.
        let wanted = Query { status: wanted.status.or(Some(Status::Active)), ..wanted };
        let mut desk = Desk::new(self, call, progress);
        let mut course = Course { query: wanted, after: 0, left, saved: 0 };
        let outcome = Job::begin(self, call, "save_qr_codes", concurrency, &mut desk).and_then(|job| {
            make(&directory)?;
            desk.total = self.store.count(&job.short(), &course.query)?.min(left.unsigned_abs());
            run(&job, &mut desk, &mut course, |entry| saved(&job, &directory, save, entry))
        });
        let counts = [("saved", course.saved), ("failed", desk.count(Outcome::Failed))];
        desk.answer(outcome, &counts, None)
    }
}

fn make(directory: &Path) -> Result<(), Error> {
    fs::create_dir_all(directory).map_err(|error| {
        let message = format!("the directory cannot be made: {}", in_words(&error));
        Error::with_details(Kind::InvalidRequest, REQUEST, vec![Detail::new("/directory", "unwritable", message)])
    })
}

/// Saves one; none where the job stops.
fn saved(job: &Job, directory: &Path, save: &Save, entry: Entry) -> Option<(Entry, Result<(), Error>)> {
    if job.halted().is_some() {
        return None;
    }
    let name = file_name(entry.key.as_deref().or(entry.config_id.as_deref()).unwrap_or_default());
    let address = entry.qr_code.as_deref().unwrap_or_default();
    let outcome = job.ledger.patiently(job.call, |call| save(call, address, &directory.join(&name)));
    Some((entry, outcome))
}

struct Course {
    query: Query,
    after: i64,
    /// How many entries the query's limit still lets in.
    left: i64,
    saved: u64,
}

impl job::Course for Course {
    type Task = Entry;
    type Outcome = Option<(Entry, Result<(), Error>)>;

    fn turn(
        &mut self,
        job: &Job,
        desk: &mut Desk,
        done: Vec<Self::Outcome>,
        room: usize,
    ) -> Result<Turn<Entry>, Error> {
        for (entry, outcome) in done.into_iter().flatten() {
            match outcome {
                Ok(()) => {
                    self.saved += 1;
                    desk.done += 1;
                }
                Err(error) => {
                    let failed = Finished::new(None, entry.key.as_deref(), Outcome::Failed);
                    desk.add(&failed.of(entry.config_id.as_deref(), entry.qr_code.as_deref()).failed(error));
                }
            }
        }
        if room < PAGE {
            return Ok(Turn { tasks: Vec::new(), next: Next::Waiting });
        }
        let mut tasks = job.ledger.store.find(&job.short(), &self.query, self.after, self.left.min(256))?;
        let Some(last) = tasks.last() else { return Ok(Turn { tasks, next: Next::Over }) };
        self.after = last.id;
        let all = tasks.len();
        self.left -= i64::try_from(all).unwrap_or(i64::MAX);
        // Those of scene 1 have none.
        tasks.retain(|entry| entry.qr_code.as_ref().is_some_and(|address| !address.is_empty()));
        desk.total -= (all - tasks.len()) as u64;
        Ok(Turn { tasks, next: Next::Ready })
    }
}
