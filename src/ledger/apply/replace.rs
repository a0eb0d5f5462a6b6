//! Another contact way in place of one that cannot be changed: made, given the key, and then the old one deleted.

use super::Plan;
use super::add::{self, Sent};
use super::todo::{Outcome, Todo};
use crate::answer::{Error, Kind};
use crate::ledger::job::{Finished, Job, NOT_THERE};
use crate::ledger::report::Outcome as Became;
use crate::store::{At, Change, Entry, Event, Intended, Intent, Window};

/// Replaces the contact way of `entry` by the one that the row wants.
pub fn replace(job: &Job, plan: &Plan, mut todo: Todo, entry: &Entry) -> Outcome {
    let mut before: Vec<_> = todo.before.take().into_iter().collect();
    let old = entry.config_id.clone().unwrap_or_default();
    loop {
        let leave = job.leave();
        let namespace = plan.namespace.clone().or_else(|| entry.namespace.clone());
        let intent = add::intent(job, plan, &todo.row, &leave);
        let intents = vec![Intent { key: None, namespace, replaces: Some(entry.id), ..intent }];
        let window = Window { changes: std::mem::take(&mut before), intents, ..Window::default() };
        let at = match job.settle(&window).map(|settled| settled.intents.into_iter().next()) {
            Ok(Some(Intended::New { id, attempt, .. })) => At { id, attempt },
            Ok(Some(Intended::Open(open) | Intended::InFlight(open))) => {
                return Outcome::Open { todo, entry_id: open.id };
            }
            Ok(_) => return Outcome::Later(todo),
            Err(error) => {
                job.halt(error);
                return Outcome::Later(todo);
            }
        };
        match add::send(job, &todo.row, &leave) {
            Sent::Made { config_id, qr_code } => {
                let event = Event::Acked {
                    corp_id: entry.corp_id.clone(),
                    config_id: config_id.clone(),
                    qr_code: qr_code.clone(),
                };
                if let Err(error) = job.settle(&Window { changes: vec![Change { at, event }], ..Window::default() }) {
                    job.halt(error);
                    return Outcome::Later(todo);
                }
                let finished = todo.finished(Became::Replaced).of(Some(&config_id), qr_code.as_deref());
                return Outcome::Finished(drop_old(job, finished, &old));
            }
            Sent::Refused(error) => return Outcome::Refused { todo, at, error },
            Sent::Lost => return Outcome::Lost { todo, at },
            Sent::Unsent => return Outcome::Unsent { at },
            Sent::HeldBack => before.push(Change { at, event: Event::Refused }),
        }
    }
}

/// Deletes what an earlier run replaced.
pub fn drop_replaced(job: &Job, todo: &Todo, entry: &Entry, old: &str) -> Finished {
    let finished = todo.finished(Became::Replaced).of(entry.config_id.as_deref(), entry.qr_code.as_deref());
    drop_old(job, finished, old)
}

/// Deletes the contact way that the one of `finished` took the place of.
fn drop_old(job: &Job, finished: Finished, old: &str) -> Finished {
    let deleted = match job.delete(old) {
        // Others deleted it; a sync that reads it all the same has the next run delete it.
        Err(error) if error.errcode() == NOT_THERE => job.note_gone(old),
        deleted => deleted,
    };
    match deleted {
        Ok(()) => finished,
        Err(error) => {
            let config_id = finished.config_id.as_deref().unwrap_or_default();
            let text = format!(
                "{config_id} was made for the key, but {old} could not be deleted: {}; the next run deletes it",
                error.message()
            );
            let mut told = Error::new(Kind::Api, text).worth_again();
            told.parts().errcode = error.errcode();
            finished.failed(told)
        }
    }
}
