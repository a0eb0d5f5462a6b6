//! One contact way changed by a job: read, compared, changed, under a right that keeps other writers of the ledger away.

use super::Job;
use crate::answer::codes::{self, Class};
use crate::answer::{Effect, Error, Kind};
use crate::endpoint::Endpoint;
use crate::json::{Object, Value};
use crate::ledger::change::Right;
use crate::ledger::reading::Sighting;
use crate::ledger::update::{self, lives_ms};
use crate::store::{Doing, Doubt, Entry, Event, FOUND_BY};

/// What is decided of a contact way that was read.
pub struct Update {
    /// The update to send; none where WeCom has it so already.
    pub body: Option<String>,
    /// What is wanted from then on.
    pub request: String,
    /// The userids that are taken out.
    pub taken_out: Vec<String>,
}

impl Job<'_> {
    /// Reads the contact way of an entry and changes it as `decide` says; the update that was made, or found made.
    ///
    /// # Errors
    /// What `decide` says against it; 41044 when WeCom shows it no more; or as of any call.
    pub fn change(
        &self,
        config_id: &str,
        decide: impl Fn(&Entry, &Sighting) -> Result<Update, Error>,
    ) -> Result<Update, Error> {
        loop {
            let changed =
                self.take(config_id, Doing::Update).and_then(|right| self.change_under(&right, config_id, &decide));
            match changed {
                Err(error) => self.wait_out(error)?,
                done => return done,
            }
        }
    }

    /// Deletes the contact way of an entry.
    ///
    /// # Errors
    /// As of any call.
    pub fn delete(&self, config_id: &str) -> Result<(), Error> {
        let body = serde_json::json!({"config_id": config_id}).to_string();
        loop {
            match self.take(config_id, Doing::Delete).and_then(|right| self.delete_under(&right, &body)) {
                Err(error) => self.wait_out(error)?,
                Ok(()) => return Ok(()),
            }
        }
    }

    /// Ends the entry of a contact way that WeCom says is not there. A sync that reads it all the same makes it active.
    ///
    /// # Errors
    /// `store`.
    pub fn note_gone(&self, config_id: &str) -> Result<(), Error> {
        let Some(entry) = self.ledger.active(&self.short(), config_id)? else { return Ok(()) };
        self.ledger.store.change(&self.short(), entry.at(), Event::Gone).map(drop)
    }

    fn delete_under(&self, right: &Right, body: &str) -> Result<(), Error> {
        let outcome = match self.ask(Endpoint::Del, body, &right.leave) {
            // An earlier attempt of ours did it.
            Err(error) if right.entry.doubt.delete && is_not_there(&error) => Ok(()),
            outcome => outcome.map(drop),
        };
        self.record(right, &self.after(&outcome, Event::Deleted));
        outcome
    }

    fn take(&self, config_id: &str, doing: Doing) -> Result<Right, Error> {
        self.may_send()?;
        let right = self.ledger.take(&self.call.child(self.ledger.timeout), config_id, doing)?;
        right.ok_or_else(|| Error::new(Kind::Conflict, format!("{config_id} was deleted meanwhile")))
    }

    fn change_under(
        &self,
        right: &Right,
        config_id: &str,
        decide: impl Fn(&Entry, &Sighting) -> Result<Update, Error>,
    ) -> Result<Update, Error> {
        let decided = self.read_to_change(config_id).and_then(|sighting| {
            let update = decide(&right.entry, &sighting)?;
            Ok((update, sighting.sight))
        });
        let (update, sight) = match decided {
            Ok(decided) => decided,
            Err(error) => {
                self.record(right, &Event::Refused);
                return Err(error);
            }
        };
        let sent = update.body.as_ref().map(|body| self.ask(Endpoint::Update, body, &right.leave));
        let outcome = sent.transpose().map(|_| ());
        let event = Event::Updated {
            request: update.request.clone(),
            seen: beyond(&update.request, &sight.seen, update.body.as_deref().unwrap_or("{}")),
            taken_out: update.taken_out.clone(),
            lives_ms: update.body.as_deref().and_then(lives_ms),
        };
        if right.entry.doubt != Doubt::default() && update.body.is_none() {
            // What an earlier attempt may have done is known by now.
            self.record(right, &Event::Seen(sight));
        }
        let is_news = update.body.is_some() || update.request != right.entry.request;
        self.record(right, &if is_news { self.after(&outcome, event) } else { Event::Refused });
        outcome.map(|()| update)
    }

    fn read_to_change(&self, config_id: &str) -> Result<Sighting, Error> {
        // Not with the patience of a job: others wait for the right to this contact way.
        let call = self.call.child(self.ledger.timeout);
        let sighting = self.ledger.sighting(&call, config_id, true);
        let sighting = sighting.inspect_err(|error| self.note(error));
        sighting.map_err(as_read)?.ok_or_else(|| not_there(config_id))
    }

    fn after(&self, outcome: &Result<(), Error>, done: Event) -> Event {
        match outcome {
            Ok(()) => done,
            Err(error) if error.effect() == Effect::Unknown => Event::InDoubt { settle_ms: self.ledger.settle_ms() },
            Err(_) => Event::Refused,
        }
    }

    /// Writes down what came of a change; where it cannot be, the job ends.
    fn record(&self, right: &Right, event: &Event) {
        if let Err(error) = self.ledger.record(&self.short(), right.entry.at(), event) {
            self.halt(error);
        }
    }
}

/// Nothing was changed by what was merely read.
fn as_read(mut error: Error) -> Error {
    error.parts().effect = Effect::None;
    error
}

/// What WeCom then has, where it holds more of what entries are found by than the request does, as with a claimed one of
/// which a row names little; else none, so that a row like the request costs no look at it.
fn beyond(request: &str, seen: &str, body: &str) -> Option<String> {
    let (asked, shown) = (Object::parse(request).ok()?, Object::parse(seen).ok()?);
    let is_more = |name| asked.get(name).is_none() && shown.get(name).is_some_and(|value| !is_empty(value));
    FOUND_BY.into_iter().any(is_more).then(|| update::fold(seen, body).ok())?
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        value => value.as_text().is_none_or(str::is_empty),
    }
}

fn is_not_there(error: &Error) -> bool {
    codes::class(error.errcode()) == Class::NotThere
}

/// WeCom's code for a contact way that it does not show.
pub const NOT_THERE: i64 = 41044;

/// The error of a contact way that `get` does not show: WeCom's own.
pub fn not_there(config_id: &str) -> Error {
    let mut error = Error::new(Kind::Api, format!("WeCom shows no contact way {config_id} to these credentials"));
    error.parts().errcode = NOT_THERE;
    error
}
