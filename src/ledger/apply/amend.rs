//! A contact way changed to what its row wants, and what stands against that.

use std::cell::RefCell;

use super::Plan;
use super::todo::{Outcome, Todo};
use crate::answer::{Error, Kind};
use crate::endpoint::Endpoint;
use crate::json::fields::Detail;
use crate::json::{self, Object};
use crate::ledger::job::{Job, NOT_THERE, Update, not_there};
use crate::ledger::reading::Sighting;
use crate::ledger::report::Outcome as Became;
use crate::ledger::rows::Row;
use crate::ledger::{equal, update};
use crate::rules::{self, Validate};
use crate::store::{Entry, Event, Landed};

/// Changes the contact way of a row's key.
pub fn amend(job: &Job, plan: &Plan, todo: Todo, config_id: &str) -> Outcome {
    let changed = change(job, plan, &todo.row, config_id);
    let is_gone = changed.as_ref().is_err_and(|error| error.errcode() == NOT_THERE);
    let given_up = if is_gone { give_up(job, plan, config_id) } else { Ok(false) };
    Outcome::Finished(match given_up.map(|given_up| (given_up, changed)) {
        Ok((true, _)) => return Outcome::Later(todo),
        Ok((_, Ok((true, qr_code)))) => todo.finished(Became::Updated).of(Some(config_id), qr_code.as_deref()),
        Ok((_, Ok((false, qr_code)))) => todo.finished(Became::Unchanged).of(Some(config_id), qr_code.as_deref()),
        Ok((_, Err(_))) if is_gone && !plan.recreate_gone => {
            todo.finished(Became::Failed).of(Some(config_id), None).failed(gone(config_id))
        }
        Ok((_, Err(error))) | Err(error) => todo.finished(Became::Failed).of(Some(config_id), None).failed(error),
    })
}

/// The error of a row whose contact way is gone, and is not to be made anew.
pub fn gone(what: &str) -> Error {
    let mut error = not_there(what);
    error.parts().errmsg.push_str(
        ": others deleted it, or it is another app's; apply with recreate_gone to make it anew, or take the row out",
    );
    error
}

/// Ends the entry of a contact way that WeCom does not show, so that it is made anew: where a delete of ours may have
/// done it, or the plan says so. Not where other credentials read it last, which may still see it.
fn give_up(job: &Job, plan: &Plan, config_id: &str) -> Result<bool, Error> {
    let Some(entry) = job.ledger.active(&job.short(), config_id)? else { return Ok(true) };
    let event = match (entry.doubt.delete, plan.recreate_gone && !job.ledger.is_seen_by_others(&entry)) {
        (true, _) => Event::Deleted,
        (false, true) => Event::Gone,
        (false, false) => return Ok(false),
    };
    let landed = job.ledger.store.change(&job.short(), entry.at(), event)?;
    Ok(matches!(landed, Landed::Yes { .. }))
}

/// Whether an update was sent, and the picture's address.
pub fn change(job: &Job, plan: &Plan, row: &Row, config_id: &str) -> Result<(bool, Option<String>), Error> {
    let qr_code = RefCell::new(None);
    let update = job.change(config_id, |entry, sighting| {
        qr_code.replace(sighting.sight.qr_code.clone());
        wanted_update(plan, row, config_id, entry, sighting)
    })?;
    Ok((update.body.is_some(), qr_code.take()))
}

/// What to send so that the contact way is as `row` wants it.
fn wanted_update(plan: &Plan, row: &Row, config_id: &str, entry: &Entry, sighting: &Sighting) -> Result<Update, Error> {
    let text = json::without_unicode_escapes(&row.contact_way);
    let (wanted, got) = (parsed(&text)?, parsed(&sighting.sight.seen)?);
    let applied = Object::parse(&entry.request).unwrap_or_default();
    let differing = equal::differing(&wanted, &got);
    let mut names = equal::changed(&wanted, &applied);
    names.extend(differing.iter().filter(|name| !names.contains(name)).copied().collect::<Vec<_>>());
    if let Some(name) = names.iter().find(|name| equal::is_fixed(name)) {
        return Err(fixed(name));
    }
    check_taken_out(plan, row, entry)?;
    check_theirs(plan, entry, &got, &differing)?;
    let body =
        |names: &[&str]| update::body(config_id, &text, names, &sighting.sight.seen).map_err(|error| broken(&error));
    let managed: Vec<_> = wanted.0.iter().map(|(name, _)| name.as_ref()).collect();
    let request = update::fold(&entry.request, &body(&managed)?).map_err(|error| broken(&error))?;
    let body = if names.is_empty() { None } else { Some(body(&names)?) };
    if let Some(body) = body.as_ref().filter(|_| plan.validate == Validate::Strict) {
        check(Endpoint::Update, body, row.line)?;
    }
    Ok(Update { body, request, taken_out: Vec::new() })
}

/// # Errors
/// When somebody else has changed a member in which the row differs from `got`, what WeCom has.
fn check_theirs(plan: &Plan, entry: &Entry, got: &Object, differing: &[&str]) -> Result<(), Error> {
    // An update of ours whose outcome nobody knew is no change of theirs.
    if plan.overwrite || entry.doubt.update {
        return Ok(());
    }
    let applied = Object::parse(&entry.request).unwrap_or_default();
    let theirs = equal::differing(&applied, got);
    let both: Vec<_> = theirs.into_iter().filter(|name| differing.contains(name)).collect();
    if both.is_empty() {
        return Ok(());
    }
    let text = format!(
        "somebody else has changed {} at WeCom since it was last applied; take their value into the row, or apply with \
         overwrite",
        both.join(", ")
    );
    Err(Error::new(Kind::Conflict, text))
}

/// # Errors
/// When a row meets a change of somebody else, as far as the ledger has seen it.
pub fn foreseen_conflict(plan: &Plan, row: &Row, entry: &Entry) -> Result<(), Error> {
    let Some(Ok(seen)) = entry.seen.as_deref().map(Object::parse) else { return Ok(()) };
    let wanted = parsed(&row.contact_way)?;
    check_theirs(plan, entry, &seen, &equal::differing(&wanted, &seen))
}

/// # Errors
/// When a row names a userid that `replace_user` took out.
pub fn check_taken_out(plan: &Plan, row: &Row, entry: &Entry) -> Result<(), Error> {
    if plan.overwrite || entry.taken_out.is_empty() {
        return Ok(());
    }
    let wanted = parsed(&row.contact_way)?;
    let users = wanted.get("user").and_then(json::Value::as_list).unwrap_or_default();
    let mut users = users.iter().filter_map(json::Value::as_text);
    match users.find(|userid| entry.taken_out.contains(&userid.to_lowercase())) {
        None => Ok(()),
        Some(userid) => {
            let text = format!(
                "replace_user took {userid} out of this contact way; take them out of the row too, or apply with overwrite"
            );
            Err(Error::new(Kind::Conflict, text))
        }
    }
}

/// # Errors
/// When a row is no add that WeCom would take.
pub fn check_add(plan: &Plan, row: &Row) -> Result<(), Error> {
    if plan.validate == Validate::Strict { row.check() } else { parsed(&row.contact_way).map(drop) }
}

fn check(endpoint: Endpoint, body: &str, line: u64) -> Result<(), Error> {
    let request = parsed(body)?;
    let (broken, _) = rules::broken_and_unknown(endpoint, &request, body.as_bytes());
    if broken.is_empty() {
        return Ok(());
    }
    let details = broken.into_iter().map(|broken| {
        let mut detail = Detail::from(broken);
        detail.pointer.insert_str(0, "/contact_way");
        detail.line = Some(line);
        detail
    });
    Err(Error::with_details(Kind::InvalidRequest, &format!("line {line}"), details.collect()))
}

/// # Errors
/// When a text is not one JSON object.
pub fn parsed(text: &str) -> Result<Object<'_>, Error> {
    Object::parse(text).map_err(|error| broken(&error))
}

fn broken(error: &json::Error) -> Error {
    Error::new(Kind::InvalidRequest, format!("the contact way: {error}"))
}

/// The error of a member that no update changes.
pub fn fixed(name: &str) -> Error {
    let text = format!(
        "{name} cannot be changed: apply with replace, which makes another contact way for the key and deletes this one, \
         whose printed code dies"
    );
    Error::new(Kind::InvalidRequest, text)
}
