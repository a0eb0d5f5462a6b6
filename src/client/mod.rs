//! One call, from request to answer.

mod cancel;
mod config;
mod endpoint;
mod limits;
mod options;
mod pictures;
mod retry;
mod settings;
mod tokens;

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::Uri;

use crate::answer::{self, Detail, Effect, Envelope, Error, Kind, Warning};
use crate::auth::{self, Token, Tokens};
use crate::call::{Call, Calls, Stop};
use crate::json::{self, Object};
use crate::log::{Level, Log};
use crate::rules::{self, Endpoint};
use crate::secret::Secret;
use crate::transport::{Cause, Failure, Reply, Settings, Transport};
use config::{Config, Validate};
use limits::{Gate, Gates, Key, Limits, NoPlace, Place};
use retry::{Again, Happened};
use tokens::Source;

pub use cancel::Canceller;
pub use endpoint::{ROWS, Row, name as endpoint_name};
pub use options::Options;

/// WeCom says so in `errmsg`, with `errcode` 0, when it read only part of a body.
const HALF_READ: &str = "Warning: wrong json format";
const JSON: &str = "application/json";

/// What the clients of one process share: tokens and limits.
#[derive(Default)]
pub struct Shared {
    tokens: Tokens,
    gates: Gates,
    /// What clients made from now on log with.
    pub(crate) log: Log,
}

/// A client of one company's contact ways. All of it may be used from any thread, at the same time.
pub struct Client {
    source: Source,
    base_url: String,
    timeout: Duration,
    max_attempts: u32,
    validate: Validate,
    limits: Limits,
    proxy_password: Option<Secret>,
    transport: Transport,
    pub(crate) log: Log,
    /// In the order of [`ROWS`].
    gates: Vec<Arc<Gate>>,
    calls: Calls,
}

/// What a request with a token is sent to.
struct Target<'c> {
    /// The path, and what of the query is fixed.
    path: &'static str,
    /// Where its calls are counted.
    gate: Option<&'c Arc<Gate>>,
    /// As in [`Row`].
    done_already: &'static [i64],
}

/// How far one call has come.
struct Progress {
    name: &'static str,
    repeatable: bool,
    attempts: u32,
    /// Those of them that count against `max_attempts`.
    counted: u32,
    /// The worst of all attempts.
    effect: Effect,
    http_status: Option<u16>,
    /// The tokens used; the last one is in use.
    tokens: Vec<Token>,
    /// Whether a missing errcode means success, as it does where third-party apps get their tokens.
    errcode_optional: bool,
}

impl Client {
    /// A client as `config` (JSON) describes it, sharing `shared` with others.
    ///
    /// # Errors
    /// When the configuration is wrong; every wrong member is named.
    pub fn new(config: &str, shared: &Shared) -> Result<Self, Error> {
        let config = Config::parse(config)?;
        let owner = match (config.credentials.corp_id(), &config.credentials) {
            (Some(corp_id), _) => corp_id.to_owned(),
            (None, credentials) => {
                let mut hasher = DefaultHasher::new();
                credentials.hash(&mut hasher);
                format!("token {:016x}", hasher.finish())
            }
        };
        let gate = |row: &Row| {
            let key = Key { base_url: config.base_url.clone(), owner: owner.clone(), endpoint: row.endpoint };
            shared.gates.gate(&key, config.limits)
        };
        Ok(Self {
            gates: ROWS.iter().map(gate).collect(),
            source: Source::new(&shared.tokens, &config.base_url, config.credentials, config.suite_ticket),
            log: Log::like(&shared.log),
            transport: Transport::new(Settings {
                connect_timeout: config.connect_timeout,
                roots: config.roots,
                proxy: config.proxy,
            }),
            base_url: config.base_url,
            timeout: config.timeout,
            max_attempts: config.max_attempts,
            validate: config.validate,
            limits: config.limits,
            proxy_password: config.proxy_password,
            calls: Calls::default(),
        })
    }

    /// Calls one of the six interfaces. `request` is the body that WeCom's document describes; the answer is WeCom's.
    ///
    /// # Errors
    /// When the request breaks a rule, WeCom refuses, or no answer could be had.
    pub fn call(&self, endpoint: Endpoint, request: &str, options: &Options) -> Result<String, Error> {
        let row = endpoint::row(endpoint);
        self.run(Progress::new(row.name, row.repeatable || options.accept_duplicate), options, |call, progress| {
            let (body, mut warnings) = self.checked(endpoint, request)?;
            let target = Target { path: row.path, gate: self.gate(endpoint), done_already: row.done_already };
            let once = !progress.repeatable;
            let answer = self.with_token(call, &target, progress, &|uri| {
                self.transport.post(call, uri, JSON, body.as_bytes(), once)
            })?;
            if answer.errmsg.contains(HALF_READ) {
                warnings.push(Warning {
                    code: "wrong_json_format",
                    message: "WeCom took only part of the body: it stopped at the first value it could not read"
                        .to_owned(),
                    pointer: None,
                });
            }
            Ok(answer.into_text(&warnings))
        })
    }

    /// Does the work of one call, which ends when its time is up, its canceller fired or the client freed.
    fn run(
        &self,
        mut progress: Progress,
        options: &Options,
        work: impl FnOnce(&Arc<Call>, &mut Progress) -> Result<String, Error>,
    ) -> Result<String, Error> {
        let call = Call::new(options.timeout.unwrap_or(self.timeout));
        let _until_freed = self.calls.join(&call);
        let _until_cancelled = options.canceller.as_ref().map(|canceller| canceller.join(&call));
        let began = Instant::now();
        let outcome = work(&call, &mut progress);
        let outcome = self.without_secrets(outcome, &progress.tokens);
        let outcome = outcome.map_err(|error| error.of_endpoint(progress.name));
        self.log_call(&progress, began, &outcome);
        outcome
    }

    /// Ends the calls under way and all later ones, as cancelled.
    pub fn close(&self) {
        self.calls.end(Stop::ClientFreed);
    }

    /// The body to send, and what there is to warn of.
    fn checked<'r>(&self, endpoint: Endpoint, request: &'r str) -> Result<(Cow<'r, str>, Vec<Warning>), Error> {
        if self.validate == Validate::Off && json::is_object(request) {
            return Ok((Cow::Borrowed(request), Vec::new()));
        }
        let object = Object::parse(request).map_err(|error| {
            Error::new(Kind::InvalidArgument, format!("the request: {error}; give one JSON object"))
        })?;
        let broken = rules::broken(endpoint, &object, request.len());
        if self.validate == Validate::Strict && !broken.is_empty() {
            let details = broken.into_iter().map(Detail::from).collect();
            return Err(Error::with_details(Kind::InvalidRequest, "nothing was sent: the request", details));
        }
        let warnings = broken.into_iter().map(|broken| Warning {
            code: broken.rule.name,
            message: broken.message,
            pointer: Some(broken.pointer),
        });
        Ok((json::without_unicode_escapes(request), warnings.collect()))
    }

    /// Sends a request with a token; once more with a fresh one where WeCom no longer takes it.
    fn with_token(
        &self,
        call: &Arc<Call>,
        target: &Target,
        progress: &mut Progress,
        send: &dyn Fn(Uri) -> Result<Reply, Failure>,
    ) -> Result<Envelope, Error> {
        let mut repeated = false;
        let mut token = self.token(call, progress, None)?;
        loop {
            let query_starts = if target.path.contains('?') { "&" } else { "?" };
            let uri = self.uri(&[target.path, query_starts, "access_token=", token.text.in_url()])?;
            let outcome = self.exchange(call, target.gate, progress, || send(uri.clone()));
            let Err(error) = outcome else { return outcome };
            if error.kind() == Kind::Auth && !repeated {
                repeated = true;
                if let Some(fresh) = self.replacement(call, &token, progress)? {
                    token = fresh;
                    // The one repeat after a token is beside those that `max_attempts` allows.
                    progress.counted -= 1;
                    continue;
                }
            }
            return match error.effect() {
                Effect::Unknown if target.done_already.contains(&error.errcode()) => {
                    Ok(Envelope::done_already(progress.name))
                }
                _ => Err(error),
            };
        }
    }

    fn gate(&self, endpoint: Endpoint) -> Option<&Arc<Gate>> {
        let place = ROWS.iter().position(|row| row.endpoint == endpoint)?;
        self.gates.get(place)
    }

    /// The address of what the parts of a path and query make together.
    fn uri(&self, target: &[&str]) -> Result<Uri, Error> {
        // The text of the fault would hold the query.
        Uri::try_from([&[self.base_url.as_str()], target].concat().concat())
            .map_err(|_| Error::new(Kind::Internal, "the request's address could not be written"))
    }

    /// Sends until there is an answer that counts, as [`retry`]'s table says.
    fn exchange(
        &self,
        call: &Arc<Call>,
        gate: Option<&Arc<Gate>>,
        progress: &mut Progress,
        send: impl Fn() -> Result<Reply, Failure>,
    ) -> Result<Envelope, Error> {
        loop {
            call.check().map_err(|stop| progress.stopped(stop))?;
            let mut place = gate.map(|gate| gate.enter(call)).transpose().map_err(|no| progress.no_place(&no))?;
            progress.attempts += 1;
            progress.counted += 1;
            let began = Instant::now();
            let reply = send();
            self.log_attempt(progress, began, &reply);
            let stale = matches!(&reply, Err(Failure { cause: Cause::Network(_), reused: true, .. }));
            let (happened, error) = match progress.read(reply) {
                Ok(answer) => {
                    place.iter_mut().for_each(Place::passed);
                    return Ok(answer);
                }
                Err(unread) => unread,
            };
            let Some(happened) = happened else { return Err(error) };
            if stale && progress.repeatable {
                // A kept connection that the server closed meanwhile says nothing of the server: a new one does.
                continue;
            }
            if let Some(place) = &mut place {
                place.heed(happened);
            }
            drop(place);
            let wait = match happened.row().again(progress.repeatable, progress.counted, self.max_attempts) {
                Again::No => return Err(error),
                Again::AfterJitter => retry::jitter(progress.counted),
                Again::WithLessConcurrency => retry::concurrency_wait(),
                Again::AfterTheBlock => limits::BLOCK,
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

    fn log_call(&self, progress: &Progress, began: Instant, outcome: &Result<String, Error>) {
        let elapsed = || auth::in_ms(began.elapsed()).into();
        match outcome {
            Ok(_) => self.log.say(Level::Info, "call", || {
                [("endpoint", progress.name.into()), ("attempts", progress.attempts.into()), ("elapsed_ms", elapsed())]
            }),
            // Not errmsg: WeCom's holds the caller's address.
            Err(error) => self.log.say(Level::Error, "call", || {
                [
                    ("endpoint", progress.name.into()),
                    ("attempts", progress.attempts.into()),
                    ("elapsed_ms", elapsed()),
                    ("kind", error.kind().name().into()),
                    ("errcode", error.errcode().into()),
                ]
            }),
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

    /// Every text that leaves the library passes here.
    fn without_secrets(&self, outcome: Result<String, Error>, tokens: &[Token]) -> Result<String, Error> {
        let ticket = self.source.ticket();
        let mut secrets = self.source.credentials.secrets();
        secrets.extend(tokens.iter().map(|token| token.text.as_ref()));
        secrets.extend(ticket.as_deref());
        match outcome {
            // WeCom never learns the proxy's password; one like "user" would only shred the answer.
            Ok(text) => Ok(answer::without_secrets(text, &secrets)),
            Err(mut error) => {
                secrets.extend(self.proxy_password.as_ref());
                error.redact(&secrets);
                Err(error)
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        for gate in &self.gates {
            gate.forget(self.limits);
        }
    }
}

impl Progress {
    fn new(name: &'static str, repeatable: bool) -> Self {
        Self {
            name,
            repeatable,
            attempts: 0,
            counted: 0,
            effect: Effect::None,
            http_status: None,
            tokens: Vec::new(),
            errcode_optional: false,
        }
    }

    /// For an interface whose success has no errcode.
    fn without_errcode(name: &'static str) -> Self {
        Self { errcode_optional: true, ..Self::new(name, true) }
    }

    /// The answer of an attempt, or what happened instead; nothing happened where the call itself had to end.
    fn read(&mut self, reply: Result<Reply, Failure>) -> Result<Envelope, (Option<Happened>, Error)> {
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
        let answer = Envelope::read(reply.body, self.errcode_optional).map_err(|why| {
            let happened = Happened::BrokenOff;
            (Some(happened), self.error(happened, Kind::BadResponse, why))
        })?;
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
        Err((Some(happened), error))
    }

    fn failed(&mut self, failure: Failure) -> (Option<Happened>, Error) {
        self.http_status = None;
        let happened = if failure.sent { Happened::BrokenOff } else { Happened::NotSent };
        let (kind, what) = match failure.cause {
            Cause::Stopped(stop) => {
                if failure.sent {
                    self.effect = Effect::Unknown;
                }
                return (None, self.stopped(stop));
            }
            Cause::ConnectTimeout => (Kind::Timeout, "no connection within connect_timeout_ms".to_owned()),
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

    fn stopped(&self, stop: Stop) -> Error {
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
    fn without_token(&self, mut error: Error) -> Error {
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
        if parts.errcode == parts.kind.errcode() {
            parts.errmsg = format!("no token could be had: {}", parts.errmsg);
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
        parts.retryable = transient && (self.repeatable || self.effect == Effect::None);
        error
    }

    /// What happened, and what follows from it where an add may have been carried out.
    fn in_words(&self, what: &str) -> String {
        if self.effect == Effect::Unknown && !self.repeatable {
            format!("{what}; WeCom may have made the contact way: look for it with list before adding it again")
        } else {
            what.to_owned()
        }
    }
}
