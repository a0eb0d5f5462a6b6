//! What a row needs, from what the ledger has for its key. Nothing is sent to find out.

use serde_json::value::RawValue;

use super::todo::Todo;
use super::{Plan, amend, claim};
use crate::answer::{Error, Kind};
use crate::json::{self, Object};
use crate::ledger::equal;
use crate::ledger::foreseen::changes;
use crate::ledger::job::{Finished, Job};
use crate::ledger::report::Outcome;
use crate::ledger::rows::Row;
use crate::store::{Change, Doubt, Entry, Event, Status};

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
    let entry = match entry {
        Some(entry) if entry.status.is_open() && plan.dry_run => return Ok(Step::Finish(todo.unclear())),
        // What was looked for in vain is given up, and the row names another.
        Some(entry) if entry.status.is_open() && todo.before.is_some() && row.config_id.is_some() => {
            return Ok(Step::Do(Need::Claim));
        }
        Some(entry) if entry.status.is_open() => return Ok(Step::Look(entry.id)),
        Some(entry) if entry.status == Status::Active && !entry.is_over(now) => entry,
        gone => {
            let is_over = gone.as_ref().filter(|entry| entry.status == Status::Active);
            let end = is_over.map(|entry| Change { at: entry.at(), event: Event::Gone });
            let step = without_entry(job, plan, row, gone.as_ref());
            todo.before = end.or(todo.before.take());
            return Ok(match step {
                Ok(Step::Finish(finished)) => Step::Finish(finished),
                Ok(step) => step,
                Err(error) => Step::Finish(todo.finished(Outcome::Failed).failed(error)),
            });
        }
    };
    let config_id = entry.config_id.clone().unwrap_or_default();
    let finish = |result| todo.finished(result).of(Some(&config_id), entry.qr_code.as_deref());
    let failed = |error| Step::Finish(finish(Outcome::Failed).failed(error));
    if let Some(claimed) = row.config_id.as_ref().filter(|claimed| **claimed != config_id) {
        let text = format!("the key stands for {config_id}, and the row claims {claimed}; correct one of the two");
        return Ok(failed(Error::new(Kind::Conflict, text)));
    }
    if let Some(old) = replaced(job, &entry)? {
        return Ok(Step::Do(Need::DropReplaced { entry: Box::new(entry), old }));
    }
    let difference = match difference(row, &entry) {
        Ok(difference) => difference,
        Err(error) => return Ok(failed(error)),
    };
    let foreseen = |result| Step::Finish(finish(result).foreseen(difference.changes(row, &entry)));
    Ok(match &difference {
        Difference::None => Step::Finish(finish(Outcome::Unchanged)),
        Difference::Fixed(name, _) if !plan.replace => failed(amend::fixed(name)),
        Difference::Fixed(..) => {
            match amend::check_taken_out(plan, row, &entry).and_then(|()| amend::check_add(plan, row)) {
                Err(error) => failed(error),
                Ok(()) if plan.dry_run => foreseen(Outcome::Replaced),
                Ok(()) => Step::Do(Need::Replace(Box::new(entry))),
            }
        }
        // What an earlier attempt may have done is not foreseen, and what is known is as it should be.
        Difference::Changeable(names) if plan.dry_run && names.is_empty() => Step::Finish(finish(Outcome::Unchanged)),
        Difference::Changeable(_) => match amend::check_taken_out(plan, row, &entry) {
            Err(error) => failed(error),
            // WeCom did not show it when it was last asked.
            Ok(()) if plan.dry_run && entry.first_miss.is_some() => {
                without_entry(job, plan, row, Some(&entry)).unwrap_or_else(failed)
            }
            Ok(()) if plan.dry_run => match amend::foreseen_conflict(plan, row, &entry) {
                Err(error) => failed(error),
                Ok(()) => foreseen(Outcome::Updated),
            },
            Ok(()) => Step::Do(Need::Amend { config_id }),
        },
    })
}

/// A row for whose key there is no contact way, or one that is gone.
fn without_entry(job: &Job, plan: &Plan, row: &Row, gone: Option<&Entry>) -> Result<Step, Error> {
    let dry = |result| Finished::new(Some(row.line), Some(&row.key), result);
    if let Some(config_id) = row.config_id.as_deref() {
        if !plan.dry_run {
            return Ok(Step::Do(Need::Claim));
        }
        claim::check_is_free(job, row, config_id)?;
        return Ok(Step::Finish(dry(Outcome::Claimed)));
    }
    if let Some(gone) = gone {
        if !plan.recreate_gone {
            return Err(amend::gone(&row.key));
        }
        amend::check_taken_out(plan, row, gone)?;
    }
    amend::check_add(plan, row)?;
    if !plan.dry_run {
        return Ok(Step::Create);
    }
    let wanted = amend::parsed(&row.contact_way)?;
    let names: Vec<_> = wanted.0.iter().map(|(name, _)| name.as_ref()).collect();
    Ok(Step::Finish(dry(Outcome::Created).foreseen(changes(&names, "{}", &row.contact_way))))
}

/// The contact way that an entry replaced, where it still is.
fn replaced(job: &Job, entry: &Entry) -> Result<Option<String>, Error> {
    let Some(id) = entry.replaces else { return Ok(None) };
    let old = job.ledger.entry(&job.short(), id)?;
    Ok(old.filter(|old| old.status == Status::Active && old.key.is_none()).and_then(|old| old.config_id))
}

/// How a row differs from what is known of its contact way, and in which members.
enum Difference {
    None,
    Changeable(Vec<String>),
    /// First of all in this member, which no update changes.
    Fixed(String, Vec<String>),
}

impl Difference {
    /// What would change, as far as the ledger knows.
    fn changes(&self, row: &Row, entry: &Entry) -> Option<Box<RawValue>> {
        let (Self::Changeable(names) | Self::Fixed(_, names)) = self else { return None };
        let mut names: Vec<_> = names.iter().map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        changes(&names, entry.seen.as_ref().unwrap_or(&entry.request), &row.contact_way)
    }
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
    let fixed = names.iter().find(|name| equal::is_fixed(name)).map(|name| (*name).to_owned());
    let names: Vec<_> = names.into_iter().map(str::to_owned).collect();
    Ok(match fixed {
        Some(name) => Difference::Fixed(name, names),
        None if names.is_empty() && !is_in_doubt => Difference::None,
        None => Difference::Changeable(names),
    })
}
