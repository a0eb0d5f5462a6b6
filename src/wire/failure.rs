//! What is told of a call that failed: one error for all its attempts.

use std::time::Duration;

use serde_json::value::to_raw_value;

use super::attempts::{Attempts, NoAnswer, Unread};
use super::bearer::Bearer;
use super::limits::NoPass;
use super::retry::Happened;
use crate::answer::{Effect, Envelope, Error, Kind, readable_config_id};
use crate::auth;
use crate::call::Stop;
use crate::transport::{Cause, Failure, Reply};

const DROPPED_AGAIN: &str = "WeCom dropped two tokens within a short time; a new one is asked for after \
    retry_after_ms. See who else fetches or resets them.";

impl Attempts {
    /// The answer of an attempt with WeCom's clock, or what became of it.
    pub fn outcome<T>(
        &mut self,
        reply: Result<Reply, Failure>,
        read: &impl Fn(Vec<u8>) -> Result<T, Unread>,
    ) -> Result<(T, Option<i64>), NoAnswer> {
        let reply = reply.map_err(|failure| self.failed(failure))?;
        self.http_status = Some(reply.status);
        if reply.status != 200 {
            let what = format!("WeCom, or something before it, answered with HTTP status {}", reply.status);
            return Err(self.broken(Happened::of_status(reply.status), &what, &reply.body));
        }
        match read(reply.body) {
            Ok(answer) => Ok((answer, reply.date)),
            Err(Unread::Refused(answer)) => Err(self.refused(&answer)),
            Err(Unread::Broken(no)) => Err(self.broken(Happened::BrokenOff, no.why, &no.body)),
        }
    }

    fn refused(&mut self, answer: &Envelope) -> NoAnswer {
        let happened = Happened::of_code(answer.errcode);
        let verdict = happened.verdict();
        // 40001 and the suite's codes mean another thing where the request carries no token.
        let kind = if self.bearer.is_refused_by(answer.errcode) { Kind::Auth } else { verdict.kind };
        let mut error = self.error(happened, kind, "");
        let parts = error.parts();
        parts.errcode = answer.errcode;
        parts.errmsg.clone_from(&answer.errmsg);
        parts.members = answer.other_members();
        parts.details.extend(answer.details());
        parts.retry_after_ms = verdict.known_wait().map(auth::in_ms);
        NoAnswer::Failed(happened, error)
    }

    /// An answer that is none. What an add has made is lost without its `config_id`, so that is passed on if it can be read.
    fn broken(&mut self, happened: Happened, what: &str, body: &[u8]) -> NoAnswer {
        let mut error = self.error(happened, Kind::BadResponse, what);
        self.show_config_id(&mut error, body);
        NoAnswer::Failed(happened, error)
    }

    fn show_config_id(&self, error: &mut Error, body: &[u8]) {
        let config_id = if self.harmless { None } else { readable_config_id(body) };
        if let Some(raw) = config_id.and_then(|config_id| to_raw_value(&config_id).ok()) {
            error.parts().members.push(("config_id".to_owned(), raw));
        }
    }

    /// What becomes of an attempt that brought no answer.
    pub fn failed(&mut self, failure: Failure) -> NoAnswer {
        self.http_status = None;
        let happened = match failure.cause {
            Cause::ProxyRefused { .. } => Happened::ProxyRefused,
            Cause::Untrusted(_) => Happened::Untrusted,
            _ if failure.sent => Happened::BrokenOff,
            _ => Happened::NotSent,
        };
        let (kind, what) = match failure.cause {
            Cause::Stopped(stop, what) => {
                if failure.sent {
                    self.effect = Effect::Unknown;
                }
                let mut error = self.stopped_while(stop, &format!(" while the call waited for {what}"));
                self.show_config_id(&mut error, &failure.came);
                return NoAnswer::Over(error);
            }
            Cause::Withheld => (Kind::Internal, "its caller did not let it send".to_owned()),
            Cause::ConnectTimeout(what) => (Kind::Timeout, what),
            Cause::ProxyRefused { asked, message, retry_after } => {
                let (error, wait) = (self.error(happened, Kind::Network, &message), auth::in_ms(retry_after));
                let error = if asked { error.retry_after_ms(wait) } else { error.remembered(wait) };
                return NoAnswer::Failed(happened, error);
            }
            Cause::Network(what) | Cause::Untrusted(what) => (Kind::Network, what),
            Cause::Broken(what) => (Kind::BadResponse, what),
        };
        let mut error = self.error(happened, kind, &what);
        self.show_config_id(&mut error, &failure.came);
        NoAnswer::Failed(happened, error)
    }

    /// The error of an attempt, should it be the last.
    fn error(&mut self, happened: Happened, kind: Kind, what: &str) -> Error {
        let verdict = happened.verdict();
        self.effect = self.effect.max(verdict.effect);
        self.finish(Error::new(kind, what), verdict.transient)
    }

    pub fn stopped(&self, stop: Stop) -> Error {
        self.stopped_while(stop, "")
    }

    /// The error of a call that had to end; `while_it` tells what it waited for.
    pub fn stopped_while(&self, stop: Stop, while_it: &str) -> Error {
        let (kind, what) = match stop {
            Stop::Deadline => (Kind::Timeout, "the deadline passed"),
            Stop::Cancelled => (Kind::Cancelled, "the canceller was fired"),
            Stop::ClientFreed => (Kind::Cancelled, "the client was freed"),
        };
        self.finish(Error::new(kind, format!("{what}{while_it}")), true)
    }

    pub fn no_pass(&self, no: &NoPass) -> Error {
        match no {
            NoPass::Stopped(stop, what) => self.stopped_while(*stop, &format!(" while the call waited for {what}")),
            NoPass::After(wait, what) => {
                let seconds = wait.as_secs_f64();
                let what = format!(
                    "held back here for {seconds:.1} s, which is past the call's deadline: it has to wait for {what}"
                );
                self.finish(Error::new(Kind::RateLimited, what), true).retry_after_ms(auth::in_ms(*wait))
            }
        }
    }

    /// The error of a call whose token WeCom refused so soon after the last one that another is not asked for yet.
    pub fn dropped_again(&self, error: Error, pause: Duration) -> Error {
        let mut error = self.finish(error, true).retry_after_ms(auth::in_ms(pause));
        error.parts().advice = Some(DROPPED_AGAIN);
        error
    }

    /// The error of a token request, as one of the request that needs the token.
    pub fn without_token(&self, mut error: Error) -> Error {
        let parts = error.parts();
        // What WeCom said stays as it is.
        let is_ours = parts.errcode == parts.kind.errcode();
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
        if is_ours && self.bearer == Bearer::App {
            parts.errmsg.insert_str(0, "no token could be had: ");
        }
        let transient = parts.retryable;
        self.finish(error, transient)
    }

    /// What is the same in every error of this call.
    pub fn finish(&self, mut error: Error, transient: bool) -> Error {
        let parts = error.parts();
        parts.endpoint = Some(self.name);
        parts.effect = self.effect;
        parts.attempts = self.made;
        parts.http_status = self.http_status;
        parts.retryable = transient && (self.harmless || self.effect == Effect::None);
        error
    }
}
