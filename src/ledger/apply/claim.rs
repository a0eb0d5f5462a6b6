//! A key given to a contact way that exists already.

use super::todo::Todo;
use super::{Plan, amend};
use crate::answer::{Error, Kind};
use crate::json;
use crate::ledger::job::{Finished, Job, not_there};
use crate::ledger::reading::Sighting;
use crate::ledger::report::Outcome;
use crate::ledger::rows::Row;
use crate::ledger::{equal, update};
use crate::store::{Entry, Event, Landed, Query, Status, Stranger, Window};

/// Claims the contact way of a row for its key, and changes it where the row says so.
pub fn claim(job: &Job, plan: &Plan, todo: &Todo) -> Finished {
    let config_id = todo.row.config_id.as_deref();
    match try_claim(job, plan, todo, config_id.unwrap_or_default()) {
        Ok(qr_code) => todo.finished(Outcome::Claimed).of(config_id, qr_code.as_deref()),
        Err(error) => todo.finished(Outcome::Failed).of(config_id, None).failed(error),
    }
}

/// Whether a row names one of those that its key's open add may have made.
pub fn is_candidate(todo: &Todo, unclear: &Error) -> bool {
    todo.row.config_id.as_ref().is_some_and(|config_id| unclear.candidates().contains(config_id))
}

/// Claims the candidate that a row names: its key's open add has made it.
pub fn claim_candidate(job: &Job, plan: &Plan, todo: &Todo, open: i64) -> Finished {
    match adopt(job, todo.row.config_id.as_deref().unwrap_or_default(), open) {
        Ok(()) => claim(job, plan, todo),
        Err(error) => todo.finished(Outcome::Failed).of(todo.row.config_id.as_deref(), None).failed(error),
    }
}

/// Takes a contact way as what an open add has made.
fn adopt(job: &Job, config_id: &str, open: i64) -> Result<(), Error> {
    let entry = job.ledger.entry(&job.short(), open)?.ok_or_else(|| changed_hands(config_id))?;
    let Sighting { sight, .. } = job.sighting(config_id)?.ok_or_else(|| not_there(config_id))?;
    let event = Event::Adopted { config_id: config_id.to_owned(), qr_code: sight.qr_code.clone(), seen: sight };
    match job.ledger.store.change(&job.short(), entry.at(), event)? {
        Landed::Yes { .. } => Ok(()),
        _ => Err(changed_hands(config_id)),
    }
}

fn try_claim(job: &Job, plan: &Plan, todo: &Todo, config_id: &str) -> Result<Option<String>, Error> {
    let row = &todo.row;
    let text = json::without_unicode_escapes(&row.contact_way);
    let wanted = amend::parsed(&text)?;
    let sighting = job.sighting(config_id)?.ok_or_else(|| not_there(config_id))?;
    let got = amend::parsed(&sighting.sight.seen)?;
    let differing = equal::differing(&wanted, &got);
    if let Some(name) = differing.iter().find(|name| equal::is_fixed(name)) {
        return Err(amend::fixed(name));
    }
    let qr_code = sighting.sight.qr_code.clone();
    let entry = known(job, config_id, sighting)?;
    check_is_free_of_others(&entry, row, config_id)?;
    // Of the rest nobody knows what WeCom has.
    let is_there = |name: &&str| !differing.contains(name) && (equal::is_told(name) || equal::is_fixed(name));
    let there: Vec<_> = wanted.0.iter().map(|(name, _)| name.as_ref()).filter(is_there).collect();
    let unreadable = |error: json::Error| Error::new(Kind::InvalidRequest, error.to_string());
    let body = update::body(config_id, &text, &there, "{}").map_err(unreadable)?;
    let event = Event::Claimed {
        key: row.key.clone(),
        namespace: plan.namespace.clone(),
        request: update::fold("{}", &body).map_err(unreadable)?,
        asked: equal::fingerprint(&wanted).to_vec(),
    };
    match job.ledger.store.change(&job.short(), entry.at(), event)? {
        Landed::Yes { .. } => {}
        Landed::Taken(holder) => return Err(taken(config_id, holder.key.as_deref().unwrap_or_default())),
        Landed::Stale | Landed::Held { .. } => return Err(changed_hands(config_id)),
    }
    if there.len() < wanted.0.len() {
        amend::change(job, plan, row, config_id)?;
    }
    Ok(qr_code)
}

/// # Errors
/// When the ledger knows that another key has the contact way that a row claims.
pub fn check_is_free(job: &Job, row: &Row, config_id: &str) -> Result<(), Error> {
    let known = job.ledger.store.find(&job.short(), &Query::of_config_id(&job.ledger.corp_id, config_id), 0, 1)?.pop();
    known.map_or(Ok(()), |entry| check_is_free_of_others(&entry, row, config_id))
}

fn check_is_free_of_others(entry: &Entry, row: &Row, config_id: &str) -> Result<(), Error> {
    match entry.key.as_ref().filter(|other| **other != row.key && entry.status.holds_key()) {
        Some(other) => Err(taken(config_id, other)),
        None => Ok(()),
    }
}

/// The entry of a contact way that WeCom showed; it gets one, if it has none.
fn known(job: &Job, config_id: &str, sighting: Sighting) -> Result<Entry, Error> {
    let corp_id = &job.ledger.corp_id;
    let find = || Ok(job.ledger.store.find(&job.short(), &Query::of_config_id(corp_id, config_id), 0, 1)?.pop());
    let entry = match find()? {
        Some(entry) if entry.status == Status::Gone => {
            job.ledger.store.change(&job.short(), entry.at(), Event::Seen(sighting.sight))?;
            find()?
        }
        None => {
            let stranger =
                Stranger { corp_id: corp_id.clone(), config_id: config_id.to_owned(), sight: sighting.sight };
            job.ledger.store.settle(&job.short(), Window { strangers: vec![stranger], ..Window::default() })?;
            find()?
        }
        known => known,
    };
    entry.filter(|entry| entry.status == Status::Active).ok_or_else(|| changed_hands(config_id))
}

fn taken(config_id: &str, key: &str) -> Error {
    Error::new(Kind::Conflict, format!("{config_id} is the contact way of the key {key}; a contact way has one key"))
}

fn changed_hands(config_id: &str) -> Error {
    let text = format!("the ledger's entry of {config_id} changed meanwhile; run the job again");
    Error::new(Kind::Conflict, text).worth_again()
}
