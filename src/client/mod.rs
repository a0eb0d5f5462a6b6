//! One call, from request to answer.

mod attempts;
mod base_url;
mod cancel;
mod config;
mod limits;
mod options;
mod pictures;
mod proxy;
mod retry;
mod tokens;

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::Uri;

use crate::answer::{self, Effect, Envelope, Error, Kind, Warning};
use crate::auth::{self, Token, Tokens};
use crate::call::{Call, Calls, Stop};
use crate::endpoint::{Endpoint, Facts, UPLOAD};
use crate::json::{self, Object, fields::Detail};
use crate::log::{Level, Log};
use crate::rules;
use crate::secret::Secret;
use crate::transport::{Failure, Kept, Network, Reply, Settings, Transport};
use attempts::Progress;
use config::{Config, Validate};
use limits::{Gate, Gates, Key, Limits};
use tokens::Source;

pub use cancel::Canceller;
pub use options::Options;

/// WeCom says so in `errmsg`, with `errcode` 0, when it read only part of a body.
const HALF_READ: &str = "Warning: wrong json format";
const JSON: &str = "application/json";

/// What the clients of one process share: tokens, limits, and what is known of the network.
#[derive(Default)]
pub struct Shared {
    tokens: Tokens,
    gates: Gates,
    network: Arc<Network>,
    /// What clients made from now on log with.
    pub(crate) log: Log,
}

impl Shared {
    /// Forgets what is known of a WeCom that is no more: another sandbox may start at the same port.
    pub fn forget(&self, base_url: &str) {
        self.tokens.forget(base_url);
        self.gates.forget(base_url);
    }
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
    /// Where the calls of each endpoint are counted, by its name.
    gates: Vec<(&'static str, Arc<Gate>)>,
    calls: Calls,
}

/// What a request with a token is sent to.
struct Target {
    facts: &'static Facts,
    /// What of the query is fixed, with its `&`.
    query: &'static str,
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
        let gate = |endpoint| {
            let key = Key { base_url: config.base_url.clone(), owner: owner.clone(), endpoint };
            (endpoint, shared.gates.gate(&key, config.limits))
        };
        let log = Log::like(&shared.log);
        for warning in config.warnings {
            log.say(Level::Warning, "configuration", || [("message", warning.into())]);
        }
        Ok(Self {
            gates: Endpoint::ALL.map(Endpoint::name).into_iter().chain([UPLOAD.name]).map(gate).collect(),
            source: Source::new(&shared.tokens, &config.base_url, config.credentials, config.suite_ticket),
            log,
            transport: Transport::new(
                Settings {
                    connect_timeout: config.connect_timeout,
                    roots: config.roots,
                    proxy: config.proxy,
                    insecure_http: config.insecure_http,
                },
                &shared.network,
            ),
            base_url: config.base_url,
            timeout: config.timeout,
            max_attempts: config.max_attempts,
            validate: config.validate,
            limits: config.limits,
            proxy_password: config.proxy_password,
            calls: Calls::default(),
        })
    }

    /// Calls one of the six endpoints. `request` is the body that WeCom's document describes; the answer is WeCom's.
    ///
    /// # Errors
    /// When the request breaks a rule, WeCom refuses, or no answer could be had.
    pub fn call(&self, endpoint: Endpoint, request: &str, options: &Options) -> Result<String, Error> {
        let facts = endpoint.facts();
        let mut progress = Progress::of(facts);
        progress.repeatable |= options.accept_duplicate;
        self.run(progress, options, |call, progress| {
            let (body, mut warnings) = self.checked(endpoint, request)?;
            let target = Target { facts, query: "" };
            let answer = self.with_token(call, &target, progress, &|uri, kept| {
                self.transport.post(call, &uri, JSON, body.as_bytes(), kept)
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
        let broken = rules::broken(endpoint, &object, request.as_bytes());
        if self.validate == Validate::Strict && !broken.is_empty() {
            let details = broken.into_iter().map(Detail::from).collect();
            return Err(Error::with_details(Kind::InvalidRequest, "the request, and nothing was sent", details));
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
        send: &dyn Fn(Uri, Kept) -> Result<Reply, Failure>,
    ) -> Result<Envelope, Error> {
        let mut repeated = false;
        let mut token = self.token(call, progress)?;
        loop {
            let uri = self.uri(&[target.facts.path, "?", target.query, "access_token=", token.text.in_url()])?;
            let gate = self.gate(target.facts.name);
            let outcome = self.exchange(call, gate, progress, |kept| send(uri.clone(), kept), Progress::envelope);
            let Err(error) = outcome else { return outcome };
            if error.kind() == Kind::Auth {
                self.note_refusal();
            }
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
                Effect::Unknown if target.facts.done_already.contains(&error.errcode()) => {
                    Ok(Envelope::done_already(progress.name))
                }
                _ => Err(error),
            };
        }
    }

    fn gate(&self, endpoint: &str) -> Option<&Arc<Gate>> {
        self.gates.iter().find(|(name, _)| *name == endpoint).map(|(_, gate)| gate)
    }

    /// The address of what the parts of a path and query make together.
    fn uri(&self, target: &[&str]) -> Result<Uri, Error> {
        // The text of the fault would hold the query. All else in it is bounded where it is read.
        Uri::try_from([&[self.base_url.as_str()], target].concat().concat())
            .map_err(|_| Error::new(Kind::Auth, "the token is so long that no request's address could hold it"))
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
        for (_, gate) in &self.gates {
            gate.forget(self.limits);
        }
    }
}
