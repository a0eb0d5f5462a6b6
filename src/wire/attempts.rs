//! The attempts of one call: made until there is an answer that counts, as [`retry`]'s table says.

use std::sync::Arc;
use std::time::Instant;

use super::bearer::Bearer;
use super::limits::{Caller, Pass};
use super::retry::{self, Again, Happened};
use super::{Ask, Wire};
use crate::answer::codes::Class;
use crate::answer::{Effect, Envelope, Error, NoEnvelope};
use crate::auth;
use crate::call::Call;
use crate::log::Level;
use crate::transport::{Cause, Failure, Kept, Reply};

/// How far one call has come.
pub struct Attempts {
    /// The endpoint's.
    pub name: &'static str,
    pub bearer: Bearer,
    /// Whether a second time does no harm.
    pub harmless: bool,
    /// Whether it may be made a second time: that, or the caller accepts the harm.
    pub repeatable: bool,
    pub made: u32,
    /// Those of them that count against `max_attempts`.
    counted: u32,
    /// Answers that said that WeCom is busy.
    busy: u32,
    /// Whether a token was replaced that WeCom refused.
    pub replaced: bool,
    /// The worst of all attempts.
    pub effect: Effect,
    /// Of the last attempt.
    pub http_status: Option<u16>,
}

/// Why a body is no answer.
pub enum Unread {
    /// WeCom refused.
    Refused(Envelope),
    /// It is not what it should be.
    Broken(NoEnvelope),
}

/// Why an attempt brought no answer.
pub enum NoAnswer {
    /// The call itself must end.
    Over(Error),
    /// This happened, and the error is what is told if it was the last.
    Failed(Happened, Error),
}

impl Attempts {
    pub fn of(ask: &Ask) -> Self {
        Self {
            name: ask.facts.name,
            bearer: ask.bearer,
            harmless: ask.facts.harmless_twice,
            repeatable: ask.facts.harmless_twice || ask.accept_duplicate,
            made: 0,
            counted: 0,
            busy: 0,
            replaced: false,
            effect: Effect::None,
            http_status: None,
        }
    }

    fn again(&mut self, happened: Happened, max_attempts: u32) -> Again {
        self.busy += u32::from(happened == Happened::Code(Class::Busy));
        happened.verdict().again(self.repeatable, self.counted, self.busy, max_attempts)
    }
}

impl Wire {
    /// Sends until `read` makes something of a body, or there is no use in another attempt. The answer comes with WeCom's
    /// clock.
    pub(super) fn attempt<T>(
        &self,
        call: &Arc<Call>,
        ask: &Ask,
        attempts: &mut Attempts,
        read: impl Fn(Vec<u8>) -> Result<T, Unread>,
    ) -> Result<(T, Option<i64>), Error> {
        self.attempt_until_over(call, ask, attempts, read).map_err(|mut error| {
            // Here, since an error may be remembered for others.
            error.redact(&self.secrets);
            error
        })
    }

    fn attempt_until_over<T>(
        &self,
        call: &Arc<Call>,
        ask: &Ask,
        attempts: &mut Attempts,
        read: impl Fn(Vec<u8>) -> Result<T, Unread>,
    ) -> Result<(T, Option<i64>), Error> {
        let mut token = match ask.token {
            Some(token) => Some(token.clone()),
            None => self.token(call, attempts)?,
        };
        let mut kept = if attempts.repeatable { Kept::Any } else { Kept::Recent };
        loop {
            let uri = self.uri(ask, token.as_ref())?;
            let mut pass = self.enter(call, ask, attempts)?;
            let began = Instant::now();
            let reply = self.send(call, ask, &uri, kept).map_err(|error| attempts.finish(error, true))?;
            attempts.counted += 1;
            if reply.as_ref().map_or_else(Failure::was_tried, |_| true) {
                attempts.made += 1;
                self.log_attempt(attempts, began, &reply);
            }
            let stale = matches!(&reply, Err(Failure { cause: Cause::Network(_), stale: true, .. }));
            let (happened, error) = match attempts.outcome(reply, &read) {
                Ok(answer) => {
                    pass.iter_mut().for_each(Pass::passed);
                    return Ok(answer);
                }
                Err(NoAnswer::Over(error)) => return Err(error),
                Err(NoAnswer::Failed(happened, error)) => (happened, error),
            };
            if happened == Happened::BrokenOff {
                // Others that are kept may be as dead.
                kept = Kept::None;
            }
            if stale && attempts.repeatable {
                // That the server closed a connection while it lay idle says nothing of the server: a new one does.
                attempts.counted -= 1;
                continue;
            }
            if let Some(pass) = &mut pass {
                pass.heed(happened);
            }
            drop(pass);
            if let Some(refused) = token.take_if(|_| attempts.bearer.is_refused_by(error.errcode())) {
                token = Some(self.replacement(call, &refused, error, attempts)?);
                // This one repeat is beside those that `max_attempts` allows.
                attempts.counted -= 1;
                continue;
            }
            self.wait(call, attempts, happened, error)?;
        }
    }

    /// Leave to pass, where calls are counted.
    fn enter(&self, call: &Arc<Call>, ask: &Ask, attempts: &Attempts) -> Result<Option<Pass>, Error> {
        call.check().map_err(|stop| attempts.stopped(stop))?;
        let Some(way) = self.way(ask.facts.name) else { return Ok(None) };
        let caller = Caller::of(&self.limits, ask.job);
        way.gate.enter(call, caller).map(Some).map_err(|no| attempts.no_pass(&no))
    }

    /// Waits until another attempt may be made, if one may; else the error is the call's.
    fn wait(&self, call: &Arc<Call>, attempts: &mut Attempts, happened: Happened, error: Error) -> Result<(), Error> {
        let wait = match attempts.again(happened, self.max_attempts) {
            Again::AfterJitter => retry::jitter(attempts.counted),
            Again::WithLessConcurrency if self.limits.max_in_flight > 0 => retry::concurrency_wait(),
            Again::AfterTheBlock if self.limits.is_rated() => retry::BLOCK,
            // A client without limits leaves what follows from WeCom's to its host.
            _ => return Err(error),
        };
        let until = Instant::now() + wait;
        if until > call.deadline() {
            return Err(error.retry_after_ms(auth::in_ms(wait)));
        }
        self.log.say(Level::Warning, "wait", || {
            let mut members = vec![("endpoint", attempts.name.into()), ("wait_ms", auth::in_ms(wait).into())];
            members.extend(error.log_members());
            members
        });
        call.sleep_until(until).map_err(|stop| attempts.stopped_while(stop, " while the call waited to try again"))
    }

    fn log_attempt(&self, attempts: &Attempts, began: Instant, reply: &Result<Reply, Failure>) {
        let (status, new_connection) = match reply {
            Ok(reply) => (Some(reply.status), reply.new_connection),
            Err(failure) => (None, failure.new_connection),
        };
        if new_connection {
            self.log.say(Level::Debug, "connection", || [("endpoint", attempts.name.into())]);
        }
        self.log.say(Level::Debug, "attempt", || {
            [
                ("endpoint", attempts.name.into()),
                ("attempt", attempts.made.into()),
                ("http_status", status.into()),
                ("elapsed_ms", auth::in_ms(began.elapsed()).into()),
            ]
        });
    }
}
