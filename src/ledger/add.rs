//! An add that happens once: written down before it is sent, completed after, and looked for where its answer was lost.

use std::slice;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use serde_json::value::to_raw_value;

use super::equal;
use super::hash::hash;
use super::look::{Found, Look, NOT_YET};
use super::{Leave, Ledger, busy, cancelled, go_on};
use crate::answer::{Effect, Envelope, Error, Kind};
use crate::call::{Call, Stop};
use crate::endpoint::Endpoint;
use crate::json::{self, Object, Value};
use crate::random;
use crate::store::{At, Change, Entry, Event, Intended, Intent, Term, Window};
use crate::wire::{Answered, Ask};

/// How long a temporary contact way lives, unless its request says so, in seconds.
const EXPIRES_IN_S: i64 = 7 * 86_400;

/// An add.
pub struct Add<'a> {
    /// The request to send.
    pub body: &'a str,
    /// The caller's own name for the contact way.
    pub key: Option<&'a str>,
    /// Whether to send again also where that may make a second contact way.
    pub accept_duplicate: bool,
}

/// An add under way.
struct Adding<'a> {
    ledger: &'a Ledger,
    call: &'a Arc<Call>,
    add: &'a Add<'a>,
    key: String,
    intent: Intent,
    look: Look,
    pauses: Pauses,
    attempts: u32,
    /// Whether nobody knows what became of the key's last attempt.
    in_doubt: bool,
    /// What became of it, if it was this call's own.
    lost: Option<Error>,
}

/// What came of sending.
enum Sent {
    Made(Answered),
    Refused(Error),
    /// WeCom may have made the contact way.
    Lost(Error),
}

/// Waits between two looks, each twice as long as the one before.
struct Pauses(Duration);

impl Pauses {
    const FIRST: Duration = Duration::from_millis(20);
    const LONGEST: Duration = Duration::from_secs(4);

    fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 2).min(Self::LONGEST);
        pause
    }
}

impl Ledger {
    /// Makes a contact way once for a key: answers what it made before, where it did.
    ///
    /// # Errors
    /// `conflict` where the key stands for another request or somebody else is sending for it, `unknown` where nobody
    /// can tell yet whether the contact way was made, `store` where it cannot be written down: then nothing was sent.
    pub fn add(&self, call: &Arc<Call>, add: &Add) -> Result<Answered, Error> {
        go_on(call)?;
        let key = add.key.map_or_else(own_key, str::to_owned);
        let intent = self.intent(&key, add.body);
        let (look, pauses) = (Look::default(), Pauses(Pauses::FIRST));
        Adding { ledger: self, call, add, key, intent, look, pauses, attempts: 0, in_doubt: false, lost: None }.run()
    }

    /// What is written down before `body` is sent. How long it may be sent is said later.
    pub(super) fn intent(&self, key: &str, body: &str) -> Intent {
        // One that nests too deep to be read is like nothing but itself.
        let request = Object::parse(body);
        let (asked, matching) = match &request {
            Ok(request) => (equal::fingerprint(request), equal::likeness(request)),
            Err(_) => (hash(body.as_bytes()), hash(body.as_bytes())),
        };
        let temporary = request.as_ref().ok().filter(|request| equal::is_temporary(request));
        let lives_s = temporary.map(|request| {
            let given = request.get("expires_in").and_then(Value::as_integer);
            given.filter(|seconds| *seconds > 0).unwrap_or(EXPIRES_IN_S)
        });
        Intent {
            corp_id: self.corp_id.clone(),
            key: Some(key.to_owned()),
            namespace: None,
            request: body.to_owned(),
            asked: asked.to_vec(),
            matching: matching.to_vec(),
            replaces: None,
            lives_ms: lives_s.map(|seconds| seconds.saturating_mul(1000)),
            term: Term { send_ms: 0, settle_ms: self.settle_ms() },
        }
    }
}

/// A key for an add without one.
fn own_key() -> String {
    format!("contactway-{:032x}", random::source().u128(..))
}

impl Adding<'_> {
    fn run(mut self) -> Result<Answered, Error> {
        // An open entry that is given up as the next intent is written.
        let mut given_up = None;
        loop {
            let leave = Leave::begin(self.call);
            match self.intend(given_up.take(), leave)? {
                Intended::New { id, attempt, .. } => match self.send(At { id, attempt }, leave) {
                    Sent::Made(answered) => return Ok(answered),
                    Sent::Refused(error) => return Err(error),
                    Sent::Lost(error) => self.lose(error)?,
                },
                Intended::Active(entry) if self.is_over(&entry)? => {
                    self.ledger.record(self.call, at(&entry), &Event::Gone)?;
                }
                Intended::Active(entry) => return self.replay(&entry),
                Intended::InFlight(entry) => self.wait_for_another(&entry)?,
                Intended::Open(entry) => {
                    self.in_doubt = true;
                    given_up = self.look_for(&entry)?;
                }
            }
        }
    }

    fn intend(&mut self, given_up: Option<At>, leave: Leave) -> Result<Intended, Error> {
        self.intent.term.send_ms = leave.send_ms;
        let changes = given_up.map(|at| Change { at, event: Event::Abandoned }).into_iter().collect();
        let window = Window { changes, intents: vec![self.intent.clone()], ..Window::default() };
        let settled = self.ledger.store.settle(self.call, window).map_err(|error| self.not_looked_for(error))?;
        let intended = settled.intents.into_iter().next();
        intended.ok_or_else(|| Error::new(Kind::Internal, "an intent came to nothing"))
    }

    fn send(&mut self, at: At, leave: Leave) -> Sent {
        self.in_doubt = false;
        let may_send = || leave.check();
        let mut ask = Ask::of(Endpoint::Add.facts(), self.add.body.as_bytes());
        ask.accept_duplicate = self.add.accept_duplicate;
        ask.may_send = Some(&may_send);
        let error = match self.ledger.wire.ask(self.call, &ask) {
            Ok(answered) => match made(&self.intent.corp_id, &answered.answer) {
                Some(acked) => return Sent::Made(self.complete(answered, at, &acked)),
                None => no_config_id(&answered),
            },
            Err(error) => error,
        };
        self.attempts += error.attempts();
        let is_lost = error.effect() == Effect::Unknown;
        let event = if is_lost { Event::Unknown } else { Event::Refused };
        // What cannot be written down stays an intent, which is looked for as well.
        self.ledger.record_or_log(self.call, at, &event);
        if let Some(config_id) = error.member("config_id").filter(|_| is_lost) {
            self.adopt(at, &config_id);
        }
        if is_lost { Sent::Lost(error) } else { Sent::Refused(error) }
    }

    /// Writes down what WeCom acknowledged, which is never withheld.
    fn complete(&self, mut answered: Answered, at: At, acked: &Event) -> Answered {
        if let Some(warning) = self.ledger.record_or_log(self.call, at, acked) {
            answered.answer.warn(warning);
        }
        answered
    }

    /// Takes the contact way that a broken answer named, if it is what was asked for.
    fn adopt(&self, at: At, config_id: &str) {
        let Ok(Some(found)) = self.ledger.sighting(self.call, config_id, false) else { return };
        if found.likeness[..] == self.intent.matching[..] {
            let event = Event::Adopted {
                config_id: config_id.to_owned(),
                qr_code: found.sight.qr_code.clone(),
                seen: found.sight,
            };
            self.ledger.record_or_log(self.call, at, &event);
        }
    }

    /// Goes on without the answer of this call's own attempt, if there is time for that.
    fn lose(&mut self, error: Error) -> Result<(), Error> {
        let is_cancelled = error.kind() == Kind::Cancelled;
        let what = error.message().to_owned();
        (self.lost, self.in_doubt) = (Some(error), true);
        match self.call.check() {
            _ if is_cancelled => Err(self.doubt(Kind::Cancelled, &what)),
            Err(_) => {
                Err(self.unknown("there is no time left to look for it", Some(self.ledger.settle_ms()), Vec::new()))
            }
            Ok(()) => Ok(()),
        }
    }

    fn is_over(&self, entry: &Entry) -> Result<bool, Error> {
        Ok(entry.expires_at.is_some() && entry.is_over(self.ledger.store.now(self.call)?))
    }

    /// The answer that the key's contact way had.
    fn replay(&self, entry: &Entry) -> Result<Answered, Error> {
        let config_id = entry.config_id.as_deref().unwrap_or_default();
        if entry.asked.as_ref() != Some(&self.intent.asked) {
            let key = &self.key;
            let text = format!(
                "the key {key} stands for the contact way {config_id}, which another request made: change that one with \
                 update, or give this one a key of its own"
            );
            let mut error = Error::new(Kind::Conflict, text);
            error.parts().members.extend(to_raw_value(config_id).ok().map(|raw| ("config_id".to_owned(), raw)));
            return Err(error);
        }
        let mut members = vec![("config_id", json!(config_id))];
        members.extend(entry.qr_code.as_ref().map(|qr_code| ("qr_code", json!(qr_code))));
        if self.lost.is_none() {
            members.push(("replayed", json!(true)));
        }
        Ok(Answered { answer: Envelope::of_members(&members), date: None, attempts: self.attempts })
    }

    fn wait_for_another(&mut self, entry: &Entry) -> Result<(), Error> {
        let now = self.ledger.store.now(self.call).map_err(|error| self.not_looked_for(error))?;
        let left_ms = entry.send_before.map_or(0, |until| until.saturating_sub(now));
        let until = Instant::now() + self.pauses.next().min(Duration::from_millis(250));
        match self.call.sleep_until(until) {
            Ok(()) => Ok(()),
            Err(_) if self.lost.is_some() => {
                Err(self.unknown("another call is sending for it", Some(left_ms), Vec::new()))
            }
            Err(Stop::Deadline) => Err(busy(&format!("adding for the key {}", self.key), left_ms)),
            Err(stop) => Err(cancelled(stop)),
        }
    }

    /// Looks for what an earlier attempt for the key may have made: the entry, if it is to be given up.
    fn look_for(&mut self, entry: &Entry) -> Result<Option<At>, Error> {
        let insists = self.add.accept_duplicate && self.lost.is_none();
        if let Some(expires_at) = entry.expires_at {
            let left_ms = expires_at - self.ledger.store.now(self.call).map_err(|error| self.not_looked_for(error))?;
            if insists || left_ms < 0 {
                return Ok(Some(at(entry)));
            }
            let cause = "a temporary contact way is in no list, so nobody can tell before it has expired";
            return Err(self.unknown(cause, Some(left_ms), Vec::new()));
        }
        let found = self.ledger.look(self.call, &mut self.look, slice::from_ref(entry));
        let found = found.map_err(|error| self.not_looked_for(error))?;
        match found.into_iter().next() {
            Some(Found::Absent) => Ok(Some(at(entry))),
            Some(Found::Several(_) | Found::NotYet { .. }) if insists => Ok(Some(at(entry))),
            Some(Found::Several(candidates)) => {
                let cause = "what WeCom has that equals the request may be others' too: claim the right one for the key \
                             with apply, or delete it";
                Err(self.unknown(cause, None, candidates))
            }
            Some(Found::NotYet { wait_ms }) => self.wait_for_another_look(wait_ms).map(|()| None),
            Some(Found::Adopted) | None => Ok(None),
        }
    }

    /// Waits before another look. `wait_ms` from now on it can be the last.
    fn wait_for_another_look(&mut self, wait_ms: i64) -> Result<(), Error> {
        let settled = Duration::from_millis(wait_ms.max(0).unsigned_abs());
        let until = Instant::now() + self.pauses.next().min(settled);
        if until < self.call.deadline() {
            match self.call.sleep_until(until) {
                Ok(()) => return Ok(()),
                Err(Stop::Deadline) => {}
                Err(stop) => return Err(self.doubt(Kind::Cancelled, cancelled(stop).message())),
            }
        }
        Err(self.unknown(NOT_YET, Some(wait_ms), Vec::new()))
    }

    /// The error of a call that could not find out what became of the key's add.
    fn not_looked_for(&self, error: Error) -> Error {
        match error.kind() {
            _ if !self.in_doubt => error,
            Kind::Cancelled => self.doubt(Kind::Cancelled, error.message()),
            _ => {
                let wait_ms = error.retry_after().map(|wait| i64::try_from(wait.as_millis()).unwrap_or(i64::MAX));
                self.unknown(&format!("it could not be looked for: {}", error.message()), wait_ms, Vec::new())
            }
        }
    }

    fn unknown(&self, cause: &str, wait_ms: Option<i64>, candidates: Vec<String>) -> Error {
        let before = self.lost.as_ref().map(|lost| format!("{}; ", lost.message())).unwrap_or_default();
        let text = format!(
            "{before}nobody knows yet whether WeCom made the contact way of the key {}: {cause}; the same call with this \
             key looks for it first, and makes no second one",
            self.key
        );
        let mut error = self.doubt(Kind::Unknown, &text);
        let parts = error.parts();
        parts.candidates = candidates;
        parts.retry_after_ms = wait_ms.map(|ms| ms.max(0).unsigned_abs());
        error
    }

    /// An error of which the effect is unknown, with what is known of this call's own attempt.
    fn doubt(&self, kind: Kind, text: &str) -> Error {
        let mut error = self.lost.clone().unwrap_or_else(|| Error::new(kind, ""));
        let parts = error.parts();
        (parts.kind, parts.errcode, parts.effect) = (kind, kind.errcode(), Effect::Unknown);
        // Unchanged, a call without a key is another add.
        parts.retryable = self.add.key.is_some();
        text.clone_into(&mut parts.errmsg);
        parts.key = Some(self.key.clone());
        parts.attempts = self.attempts;
        error
    }
}

fn at(entry: &Entry) -> At {
    At { id: entry.id, attempt: entry.attempt }
}

/// What WeCom acknowledged; none where it named no `config_id`.
pub(super) fn made(corp_id: &str, answer: &Envelope) -> Option<Event> {
    let text = |name| json::member(answer.text(), name).map(json::unquoted).filter(|text| !text.is_empty());
    Some(Event::Acked { corp_id: corp_id.to_owned(), config_id: text("config_id")?, qr_code: text("qr_code") })
}

pub(super) fn no_config_id(answered: &Answered) -> Error {
    let mut error = Error::new(Kind::BadResponse, "WeCom's answer holds no config_id").after(answered.attempts);
    error.parts().effect = Effect::Unknown;
    error
}
