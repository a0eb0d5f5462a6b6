//! What `apply` made under a namespace and no row describes any more.

use super::Plan;
use crate::answer::Error;
use crate::ledger::job::{self, Desk, Finished, Job, NOT_THERE, Next, Turn, run};
use crate::ledger::report::Outcome;
use crate::ledger::rows::Scan;
use crate::store::{Entry, Query, Status};

/// As many entries are read at once.
const PAGE: i64 = 256;

/// Deletes what no row describes, if that is no more than may be deleted; else what is to be said of it.
///
/// # Errors
/// Why it stopped.
pub fn delete(job: &Job, desk: &mut Desk, plan: &Plan, scan: &Scan) -> Result<Option<String>, Error> {
    let mut count = 0;
    let mut counted = Entries::of(job, plan, scan);
    while let Some(page) = counted.next(job)? {
        count += page.len() as u64;
        job.keep_up(desk);
        if let Some(error) = job.halted() {
            return Err(error.clone());
        }
    }
    if count > plan.max_delete {
        let most = plan.max_delete;
        return Ok(Some(format!(
            "{count} contact ways are in no row, which is more than max_delete ({most}): none was deleted; see whether \
             the rows are whole, or raise max_delete"
        )));
    }
    desk.total += count;
    let mut course = Course { entries: Entries::of(job, plan, scan), dry_run: plan.dry_run };
    run(job, desk, &mut course, |entry| deleted(job, &entry))?;
    Ok(None)
}

/// The entries of a namespace whose keys are in no row, in pages.
struct Entries<'s> {
    query: Query,
    after: i64,
    scan: &'s Scan,
}

impl<'s> Entries<'s> {
    fn of(job: &Job, plan: &Plan, scan: &'s Scan) -> Self {
        let query =
            Query { namespace: plan.namespace.clone(), status: Some(Status::Active), ..Query::of(&job.ledger.corp_id) };
        Self { query, after: 0, scan }
    }

    /// The next page, from which those in the rows are taken out; none at the end.
    fn next(&mut self, job: &Job) -> Result<Option<Vec<Entry>>, Error> {
        let mut page = job.ledger.store.find(&job.short(), &self.query, self.after, PAGE)?;
        let Some(last) = page.last() else { return Ok(None) };
        self.after = last.id;
        page.retain(|entry| !entry.key.as_ref().is_some_and(|key| self.scan.has_key(key)));
        Ok(Some(page))
    }
}

fn finished(entry: &Entry, result: Outcome) -> Finished {
    Finished::new(None, entry.key.as_deref(), result).of(entry.config_id.as_deref(), entry.qr_code.as_deref())
}

/// Deletes one; none where the job stops.
fn deleted(job: &Job, entry: &Entry) -> Option<Finished> {
    if job.halted().is_some() {
        return None;
    }
    let config_id = entry.config_id.as_deref().unwrap_or_default();
    let deleted = match job.delete(config_id) {
        // Others deleted it.
        Err(error) if error.errcode() == NOT_THERE && !job.ledger.is_seen_by_others(entry) => job.note_gone(config_id),
        deleted => deleted,
    };
    Some(match deleted {
        Ok(()) => finished(entry, Outcome::Deleted),
        Err(error) => finished(entry, Outcome::Failed).failed(error),
    })
}

struct Course<'s> {
    entries: Entries<'s>,
    dry_run: bool,
}

impl job::Course for Course<'_> {
    type Task = Entry;
    type Outcome = Option<Finished>;

    fn turn(
        &mut self,
        job: &Job,
        desk: &mut Desk,
        done: Vec<Option<Finished>>,
        room: usize,
    ) -> Result<Turn<Entry>, Error> {
        done.iter().flatten().for_each(|finished| desk.add(finished));
        if room < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            return Ok(Turn { tasks: Vec::new(), next: Next::Waiting });
        }
        let Some(mut tasks) = self.entries.next(job)? else {
            return Ok(Turn { tasks: Vec::new(), next: Next::Over });
        };
        if self.dry_run {
            for entry in tasks.drain(..) {
                desk.add(&finished(&entry, Outcome::Deleted));
            }
        }
        Ok(Turn { tasks, next: Next::Ready })
    }
}
