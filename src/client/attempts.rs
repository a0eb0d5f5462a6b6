//! The attempts of one call: made until there is an answer that counts, and told of as one error where there is none.

use std::sync::Arc;
use std::time::Instant;

use super::limits::{Gate, NoPlace, Place};
use super::retry::{self, Again, Happened};
use super::{Client, auth};
use crate::answer::codes::Class;
use crate::answer::{Effect, Envelope, Error, Kind};
use crate::auth::Token;
use crate::call::{Call, Stop};
use crate::endpoint::Facts;
use crate::log::Level;
use crate::transport::{Cause, Failure, Kept, Reply};

const NO_TOKEN: &str = "no token could be had: ";

/// How far one call has come.
pub struct Progress {
    pub name: &'static str,
    /// Whether a second time does no harm.
    harmless: bool,
    /// Whether it may be made a second time: that, or the caller accepts the harm.
    pub repeatable: bool,
    /// Answers that said that WeCom is busy.
    busy: u32,
    pub attempts: u32,
    /// Those of them that count against `max_attempts`.
    pub counted: u32,
    /// The worst of all attempts.
    pub effect: Effect,
    pub http_status: Option<u16>,
    /// The tokens used; the last one is in use.
    pub tokens: Vec<Token>,
    /// Whether a missing errcode means success, as it does where third-party apps get their tokens.
    pub errcode_optional: bool,
}

impl Client {
    /// Sends until there is an answer that counts, as [`retry`]'s table says.
    pub(super) fn exchange<T>(
        &self,
        call: &Arc<Call>,
        gate: Option<&Arc<Gate>>,
        progress: &mut Progress,
        send: impl Fn(Kept) -> Result<Reply, Failure>,
        read: impl Fn(&mut Progress, Vec<u8>) -> Result<T, (Happened, Error)>,
    ) -> Result<T, Error> {
        let mut kept = if progress.repeatable { Kept::Any } else { Kept::Recent };
        loop {
            call.check().map_err(|stop| progress.stopped(stop))?;
            let mut place = gate.map(|gate| gate.enter(call)).transpose().map_err(|no| progress.no_place(&no))?;
            progress.attempts += 1;
            progress.counted += 1;
            let began = Instant::now();
            let reply = send(kept);
            self.log_attempt(progress, began, &reply);
            let stale = matches!(&reply, Err(Failure { cause: Cause::Network(_), stale: true, .. }));
            let (happened, error) = match progress.read(reply, &read) {
                Ok(answer) => {
                    place.iter_mut().for_each(Place::passed);
                    return Ok(answer);
                }
                Err(unread) => unread,
            };
            let Some(happened) = happened else { return Err(error) };
            if happened == Happened::BrokenOff {
                // Others that are kept may be as dead.
                kept = Kept::None;
            }
            if stale && progress.repeatable {
                // That the server closed a connection while it lay idle says nothing of the server: a new one does.
                progress.counted -= 1;
                continue;
            }
            if let Some(place) = &mut place {
                place.heed(happened);
            }
            drop(place);
            let wait = match progress.again(happened, self.max_attempts) {
                Again::No => return Err(error),
                Again::AfterJitter => retry::jitter(progress.counted),
                Again::WithLessConcurrency => retry::concurrency_wait(),
                Again::AfterTheBlock => retry::BLOCK,
            };
            let until = Instant::now() + wait;
            if until > call.deadline() {
                return Err(error.retry_after_ms(auth::in_ms(wait)));
            }
            self.log.say(Level::Warning, "wait", || {
                [
                    ("endpoint", progress.name.into()),
                    ("wait_ms", auth::in_ms(wait).into()),
                    ("kind", error.kind().name().into()),
                ]
            });
            call.sleep_until(until).map_err(|stop| progress.stopped(stop))?;
        }
    }

    fn log_attempt(&self, progress: &Progress, began: Instant, reply: &Result<Reply, Failure>) {
        let (status, new_connection) = match reply {
            Ok(reply) => (Some(reply.status), reply.new_connection),
            Err(failure) => (None, failure.new_connection),
        };
        if new_connection {
            self.log.say(Level::Debug, "connection", || [("endpoint", progress.name.into())]);
        }
        self.log.say(Level::Debug, "attempt", || {
            [
                ("endpoint", progress.name.into()),
                ("attempt", progress.attempts.into()),
                ("http_status", status.into()),
                ("elapsed_ms", auth::in_ms(began.elapsed()).into()),
            ]
        });
    }
}

impl Progress {
    pub fn new(name: &'static str, harmless: bool) -> Self {
        Self {
            name,
            harmless,
            repeatable: harmless,
            busy: 0,
            attempts: 0,
            counted: 0,
            effect: Effect::None,
            http_status: None,
            tokens: Vec::new(),
            errcode_optional: false,
        }
    }

    pub fn of(facts: &'static Facts) -> Self {
        Self { errcode_optional: facts.errcode_optional, ..Self::new(facts.name, facts.harmless_twice) }
    }

    /// The answer of an attempt, or what happened instead; nothing happened where the call itself had to end.
    fn read<T>(
        &mut self,
        reply: Result<Reply, Failure>,
        read: &impl Fn(&mut Self, Vec<u8>) -> Result<T, (Happened, Error)>,
    ) -> Result<T, (Option<Happened>, Error)> {
        let reply = match reply {
            Ok(reply) => reply,
            Err(failure) => return Err(self.failed(failure)),
        };
        self.http_status = Some(reply.status);
        if reply.status != 200 {
            let happened = Happened::of_status(reply.status);
            let what = format!("WeCom, or something before it, answered with HTTP status {}", reply.status);
            return Err((Some(happened), self.error(happened, Kind::BadResponse, &what)));
        }
        read(self, reply.body).map_err(|(happened, error)| (Some(happened), error))
    }

    /// WeCom's envelope in a body, if it says that all is well.
    pub fn envelope(&mut self, body: Vec<u8>) -> Result<Envelope, (Happened, Error)> {
        let answer = Envelope::read(body, self.errcode_optional).map_err(|why| self.broken(why))?;
        if answer.errcode == 0 {
            return Ok(answer);
        }
        let happened = Happened::of_code(answer.errcode);
        let mut error = self.error(happened, happened.row().kind, "");
        let parts = error.parts();
        parts.errcode = answer.errcode;
        parts.errmsg.clone_from(&answer.errmsg);
        parts.members = answer.other_members();
        if let Some(wait) = happened.row().known_wait() {
            error = error.retry_after_ms(auth::in_ms(wait));
        }
        Err((happened, error))
    }

    /// What a broken answer is.
    pub fn broken(&mut self, why: &str) -> (Happened, Error) {
        (Happened::BrokenOff, self.error(Happened::BrokenOff, Kind::BadResponse, why))
    }

    fn again(&mut self, happened: Happened, max_attempts: u32) -> Again {
        self.busy += u32::from(happened == Happened::Code(Class::Busy));
        happened.row().again(self.repeatable, self.counted, self.busy, max_attempts)
    }

    fn failed(&mut self, failure: Failure) -> (Option<Happened>, Error) {
        self.http_status = None;
        let happened = match failure.cause {
            Cause::ProxyRefused { .. } => Happened::ProxyRefused,
            _ if failure.sent => Happened::BrokenOff,
            _ => Happened::NotSent,
        };
        let (kind, what) = match failure.cause {
            Cause::Stopped(stop) => {
                if failure.sent {
                    self.effect = Effect::Unknown;
                }
                return (None, self.stopped(stop));
            }
            Cause::ConnectTimeout(what) => (Kind::Timeout, what),
            Cause::ProxyRefused { message, retry_after } => {
                let error = self.error(happened, Kind::Network, &message).retry_after_ms(auth::in_ms(retry_after));
                return (Some(happened), error);
            }
            Cause::Network(what) => (Kind::Network, what),
            Cause::Broken(what) => (Kind::BadResponse, what),
        };
        (Some(happened), self.error(happened, kind, &what))
    }

    /// The error of an attempt, should it be the last.
    fn error(&mut self, happened: Happened, kind: Kind, what: &str) -> Error {
        let row = happened.row();
        self.effect = self.effect.max(row.effect);
        self.finish(Error::new(kind, self.in_words(what)), row.transient)
    }

    pub fn stopped(&self, stop: Stop) -> Error {
        let (kind, what) = match stop {
            Stop::Deadline => (Kind::Timeout, "the deadline passed"),
            Stop::Cancelled => (Kind::Cancelled, "the canceller was fired"),
            Stop::ClientFreed => (Kind::Cancelled, "the client was freed"),
        };
        self.finish(Error::new(kind, self.in_words(what)), true)
    }

    fn no_place(&self, no: &NoPlace) -> Error {
        match no {
            NoPlace::Stopped(stop) => self.stopped(*stop),
            NoPlace::After(wait) => {
                let what = "held back here: the limit leaves no place before the deadline";
                self.finish(Error::new(Kind::RateLimited, what), true).retry_after_ms(auth::in_ms(*wait))
            }
        }
    }

    /// The error of a token request, as one of the call that needs the token.
    pub fn without_token(&self, mut error: Error) -> Error {
        let parts = error.parts();
        match parts.kind {
            Kind::Api => parts.kind = Kind::Auth,
            Kind::BadResponse => {
                parts.kind = Kind::Auth;
                parts.errcode = Kind::Auth.errcode();
            }
            _ => {}
        }
        // Nothing but a token is of interest there, and that must not be seen.
        parts.members.clear();
        // What WeCom said stays as it is.
        if parts.errcode == parts.kind.errcode() && !parts.errmsg.starts_with(NO_TOKEN) {
            parts.errmsg = format!("{NO_TOKEN}{}", parts.errmsg);
        }
        let transient = parts.retryable;
        self.finish(error, transient)
    }

    fn finish(&self, mut error: Error, transient: bool) -> Error {
        let parts = error.parts();
        parts.endpoint = Some(self.name);
        parts.effect = self.effect;
        parts.attempts = self.attempts;
        parts.http_status = self.http_status;
        parts.retryable = transient && (self.harmless || self.effect == Effect::None);
        error
    }

    /// What happened, and what follows from it where an add may have been carried out.
    fn in_words(&self, what: &str) -> String {
        if self.effect == Effect::Unknown && !self.harmless {
            format!("{what}; WeCom may have made the contact way: look for it with list before adding it again")
        } else {
            what.to_owned()
        }
    }
}
