//! What a row needs, from what the ledger has for its key. Nothing is sent to find out.

use super::course::Todo;
use super::{Plan, amend};
use crate::answer::{Error, Kind};
use crate::json::{self, Object};
use crate::ledger::equal;
use crate::ledger::job::{Finished, Job, not_there};
use crate::ledger::report::Outcome;
use crate::ledger::rows::Row;
use crate::store::{Change, Doubt, Entry, Event, Query, Status};

/// What is next for a row.
pub enum Step {
    /// It is done.
    Finish(Finished),
    /// A contact way is made.
    Create,
    /// Nobody knows what became of the last add for its key: that is looked for after all other rows.
    Look(i64),
    Do(Need),
}

/// What a row needs of WeCom.
pub enum Need {
    /// The contact way of its key changed.
    Amend { config_id: String },
    /// Its key given to a contact way that exists.
    Claim,
    /// Another contact way in place of this entry's, since what differs cannot be changed.
    Replace(Box<Entry>),
    /// The contact way deleted that an earlier run replaced.
    DropReplaced { entry: Box<Entry>, old: String },
}

/// Decides about a row. `entry` is the one that holds its key, or else one that held it and is gone.
///
/// # Errors
/// When the store cannot be read.
pub fn decide(job: &Job, plan: &Plan, todo: &mut Todo, entry: Option<Entry>, now: i64) -> Result<Step, Error> {
    let row = &todo.row;
    let failed = |error| Step::Finish(todo.finished(Outcome::Failed).failed(error));
    let entry = match entry {
        Some(entry) if entry.status.is_open() && plan.dry_run => return Ok(Step::Finish(todo.unclear())),
        // What was looked for in vain is given up, and the row names another.
        Some(entry) if entry.status.is_open() && todo.before.is_some() && row.config_id.is_some() => {
            return Ok(Step::Do(Need::Claim));
        }
        Some(entry) if entry.status.is_open() => return Ok(Step::Look(entry.id)),
        Some(entry) if entry.status == Status::Active && !is_over(&entry, now) => entry,
        gone => {
            let is_over = gone.as_ref().filter(|entry| entry.status == Status::Active);
            let end = is_over.map(|entry| Change { at: entry.at(), event: Event::Gone });
            let is_gone = gone.is_some();
            let step = without_entry(plan, row, is_gone);
            todo.before = end.or(todo.before.take());
            return Ok(match step {
                Ok(Step::Finish(finished)) => Step::Finish(finished),
                Ok(step) => step,
                Err(error) => Step::Finish(todo.finished(Outcome::Failed).failed(error)),
            });
        }
    };
    let config_id = entry.config_id.clone().unwrap_or_default();
    if let Some(claimed) = row.config_id.as_ref().filter(|claimed| **claimed != config_id) {
        let text = format!("the key stands for {config_id}, and the row claims {claimed}; correct one of the two");
        return Ok(failed(Error::new(Kind::Conflict, text)));
    }
    if let Some(old) = replaced(job, &entry)? {
        return Ok(Step::Do(Need::DropReplaced { entry: Box::new(entry), old }));
    }
    let finish = |result| Step::Finish(todo.finished(result).of(Some(&config_id), entry.qr_code.as_deref()));
    let difference = match difference(row, &entry) {
        Ok(difference) => difference,
        Err(error) => return Ok(failed(error)),
    };
    Ok(match difference {
        Difference::None => finish(Outcome::Unchanged),
        Difference::Fixed(name) if !plan.replace => failed(amend::fixed(&name)),
        Difference::Fixed(_) => match amend::check_add(plan, row) {
            Err(error) => failed(error),
            Ok(()) if plan.dry_run => finish(Outcome::Replaced),
            Ok(()) => Step::Do(Need::Replace(Box::new(entry))),
        },
        Difference::Changeable => match amend::check_taken_out(plan, row, &entry) {
            Err(error) => failed(error),
            Ok(()) if plan.dry_run => finish(Outcome::Updated),
            Ok(()) => Step::Do(Need::Amend { config_id }),
        },
    })
}

/// A row for whose key there is no contact way, or one that is gone.
fn without_entry(plan: &Plan, row: &Row, is_gone: bool) -> Result<Step, Error> {
    let dry = |result| Step::Finish(Finished::new(Some(row.line), Some(&row.key), result));
    if row.config_id.is_some() {
        return Ok(if plan.dry_run { dry(Outcome::Claimed) } else { Step::Do(Need::Claim) });
    }
    if is_gone && !plan.recreate_gone {
        return Err(not_there(&row.key));
    }
    amend::check_add(plan, row)?;
    Ok(if plan.dry_run { dry(Outcome::Created) } else { Step::Create })
}

fn is_over(entry: &Entry, now: i64) -> bool {
    entry.expires_at.is_some_and(|end| end < now)
}

/// The contact way that an entry replaced, where it still is.
fn replaced(job: &Job, entry: &Entry) -> Result<Option<String>, Error> {
    let Some(id) = entry.replaces else { return Ok(None) };
    let old = job.ledger.entry(&job.short(), id)?;
    Ok(old.filter(|old| old.status == Status::Active && old.key.is_none()).and_then(|old| old.config_id))
}

/// How a row differs from what is known of its contact way.
enum Difference {
    None,
    Changeable,
    /// In this member, which no update changes.
    Fixed(String),
}

fn difference(row: &Row, entry: &Entry) -> Result<Difference, Error> {
    let wanted = json::without_unicode_escapes(&row.contact_way);
    let is_in_doubt = entry.doubt != Doubt::default();
    let is_known = entry.seen.is_none() && !is_in_doubt;
    // The same text is the same contact way, and costs no look into it.
    if is_known && wanted == entry.request {
        return Ok(Difference::None);
    }
    let wanted = amend::parsed(&wanted)?;
    // What another hand wrote to the store is as if nothing was known.
    let applied = Object::parse(&entry.request).unwrap_or_default();
    let seen = entry.seen.as_deref().and_then(|seen| Object::parse(seen).ok());
    let mut names = equal::changed(&wanted, &applied);
    names.extend(seen.iter().flat_map(|seen| equal::differing(&wanted, seen)));
    Ok(match names.iter().find(|name| equal::is_fixed(name)) {
        Some(name) => Difference::Fixed((*name).to_owned()),
        None if names.is_empty() && !is_in_doubt => Difference::None,
        None => Difference::Changeable,
    })
}

/// The query for one contact way, whatever became of it.
pub fn of_config_id(corp_id: &str, config_id: &str) -> Query {
    Query { config_id: Some(config_id.to_owned()), ..Query::of(corp_id) }
}
