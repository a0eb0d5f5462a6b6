//! A contact way made for a row.

use super::Plan;
use super::todo::{Outcome, Todo};
use crate::answer::{Effect, Error};
use crate::endpoint::Endpoint;
use crate::json;
use crate::ledger::Leave;
use crate::ledger::add::{made, no_config_id};
use crate::ledger::job::Job;
use crate::ledger::rows::Row;
use crate::store::{At, Change, Event, Intended, Intent, Term, Window};

/// What is written down before a row's add is sent.
pub fn intent(job: &Job, plan: &Plan, row: &Row, leave: &Leave) -> Intent {
    let mut intent = job.ledger.intent(&row.key, &json::without_unicode_escapes(&row.contact_way));
    intent.namespace.clone_from(&plan.namespace);
    intent.term = Term { send_ms: leave.send_ms, settle_ms: job.ledger.settle_ms() };
    intent
}

/// What came of sending an add.
pub enum Sent {
    Made {
        config_id: String,
        qr_code: Option<String>,
    },
    /// It was held back: it may be sent later, after another intent.
    HeldBack,
    Refused(Error),
    Lost,
    /// The job stops.
    Unsent,
}

/// Sends the add of a row, once.
pub fn send(job: &Job, row: &Row, leave: &Leave) -> Sent {
    let body = json::without_unicode_escapes(&row.contact_way);
    let error = match job.ask(Endpoint::Add, &body, leave) {
        Err(error) => error,
        Ok(answered) => match made(&job.ledger.corp_id, &answered.answer) {
            Some(Event::Acked { config_id, qr_code, .. }) => return Sent::Made { config_id, qr_code },
            _ => no_config_id(&answered),
        },
    };
    if error.effect() == Effect::Unknown {
        return Sent::Lost;
    }
    // It waited for so long that it may not be sent under this intent any more.
    if error.attempts() == 0 && leave.check().is_err() && job.may_send().is_ok() {
        return Sent::HeldBack;
    }
    match job.wait_out(error) {
        Ok(()) => Sent::HeldBack,
        Err(_) if job.halted().is_some() || job.call.check().is_err() => Sent::Unsent,
        Err(error) => Sent::Refused(error),
    }
}

/// Sends an add that is written down.
pub fn add(job: &Job, plan: &Plan, todo: Todo, mut at: At, mut leave: Leave) -> Outcome {
    loop {
        match send(job, &todo.row, &leave) {
            Sent::Made { config_id, qr_code } => return Outcome::Acked { todo, at, config_id, qr_code },
            Sent::Refused(error) => return Outcome::Refused { todo, at, error },
            Sent::Lost => return Outcome::Lost { todo, at },
            Sent::Unsent => return Outcome::Unsent { at },
            Sent::HeldBack => {
                leave = job.leave();
                let changes = vec![Change { at, event: Event::Refused }];
                let intents = vec![intent(job, plan, &todo.row, &leave)];
                let settled = job.settle(&Window { changes, intents, ..Window::default() });
                match settled.map(|settled| settled.intents.into_iter().next()) {
                    Ok(Some(Intended::New { id, attempt, .. })) => at = At { id, attempt },
                    Ok(_) => return Outcome::Later(todo),
                    Err(error) => {
                        job.halt(error);
                        return Outcome::Unsent { at };
                    }
                }
            }
        }
    }
}
