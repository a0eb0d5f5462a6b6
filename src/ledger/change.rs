//! A plain update or delete, which keeps the ledger true: one writer at a time changes a contact way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::update;
use super::{Leave, Ledger};
use crate::answer::codes::{self, Class};
use crate::answer::{Effect, Envelope, Error};
use crate::call::{Call, Stop};
use crate::endpoint::Endpoint;
use crate::json;
use crate::store::{At, Doing, Entry, Event, Landed, Query, Status, Term};
use crate::wire::{Answered, Ask};

/// How often it is looked whether another writer is done.
const PATIENCE: Duration = Duration::from_millis(50);

/// The right to change a contact way that the ledger knows.
pub(super) struct Right {
    /// As it is under this right.
    pub(super) entry: Entry,
    pub(super) leave: Leave,
}

impl Ledger {
    /// Updates or deletes a contact way. One that the ledger does not know is WeCom's affair alone.
    ///
    /// # Errors
    /// `conflict` where another writer has it until the deadline, `store` where the ledger cannot be written: then
    /// nothing was sent; or as of any call.
    pub fn change(&self, call: &Arc<Call>, endpoint: Endpoint, body: &str) -> Result<Answered, Error> {
        let doing = if endpoint == Endpoint::Del { Doing::Delete } else { Doing::Update };
        let config_id = json::member(body, "config_id").map(json::unquoted);
        let right = config_id.map(|config_id| self.take(call, &config_id, doing)).transpose()?.flatten();
        let Some(Right { entry, leave }) = right else {
            return self.wire.ask(call, &Ask::of(endpoint.facts(), body.as_bytes()));
        };
        let may_send = || leave.check();
        let mut ask = Ask::of(endpoint.facts(), body.as_bytes());
        ask.may_send = Some(&may_send);
        let mut outcome = self.wire.ask(call, &ask);
        if let Err(error) = &outcome
            && doing == Doing::Delete
            && entry.doubt.delete
            && codes::class(error.errcode()) == Class::NotThere
        {
            // An earlier attempt of ours did it.
            let (answer, attempts) = (Envelope::done_already(endpoint.name()), error.attempts());
            outcome = Ok(Answered { answer, date: None, attempts });
        }
        let event = match &outcome {
            Ok(_) if doing == Doing::Delete => Event::Deleted,
            Ok(_) => Event::Updated {
                request: update::fold(&entry.request, body).unwrap_or_else(|_| entry.request.clone()),
                // What others changed, as a sync has found, stays theirs.
                seen: entry.seen.as_ref().and_then(|seen| update::fold(seen, body).ok()),
                taken_out: Vec::new(),
                lives_ms: update::lives_ms(body),
            },
            Err(error) if error.effect() == Effect::Unknown => Event::InDoubt { settle_ms: self.settle_ms() },
            Err(_) => Event::Refused,
        };
        let warning = self.record_or_log(call, At { id: entry.id, attempt: entry.attempt }, &event);
        if let (Ok(answered), Some(warning)) = (&mut outcome, warning) {
            answered.answer.warn(warning);
        }
        outcome
    }

    /// The right to change an active contact way; none where the ledger has no such one.
    pub(super) fn take(&self, call: &Arc<Call>, config_id: &str, doing: Doing) -> Result<Option<Right>, Error> {
        loop {
            let Some(entry) = self.active(call, config_id)? else { return Ok(None) };
            let leave = Leave::begin(call);
            let term = Term { send_ms: leave.send_ms, settle_ms: self.settle_ms() };
            let at = At { id: entry.id, attempt: entry.attempt };
            match self.store.change(call, at, Event::Take { doing, term })? {
                Landed::Yes { attempt } => {
                    // What others changed before they gave it up counts.
                    let entry = self.active(call, config_id)?.filter(|entry| entry.attempt == attempt);
                    return Ok(entry.map(|entry| Right { entry, leave }));
                }
                Landed::Held { until } => wait_for_writer(call, config_id, until - self.store.now(call)?)?,
                Landed::Stale | Landed::Taken(_) => {}
            }
        }
    }

    pub(super) fn active(&self, call: &Arc<Call>, config_id: &str) -> Result<Option<Entry>, Error> {
        let query = Query { status: Some(Status::Active), ..Query::of_config_id(&self.corp_id, config_id) };
        Ok(self.store.find(call, &query, 0, 1)?.pop())
    }
}

/// Waits a moment for another call, whose time is over in so many milliseconds.
fn wait_for_writer(call: &Arc<Call>, config_id: &str, left_ms: i64) -> Result<(), Error> {
    call.sleep_until(Instant::now() + PATIENCE).map_err(|stop| match stop {
        Stop::Deadline => super::busy(&format!("changing {config_id}"), left_ms),
        stop => super::cancelled(stop),
    })
}
