//! The face: what a host holds.

mod base_url;
mod cancel;
mod config;
mod options;
mod pictures;
mod proxy;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::answer::{Error, Kind, Warning};
use crate::auth::{self, TokenProvider};
use crate::call::{Call, Calls, Stop};
use crate::endpoint::Endpoint;
use crate::json::{self, Object, fields::Detail};
use crate::ledger::{Ledger, Owner};
use crate::log::{Level, Log, Logger};
use crate::rules;
use crate::transport::{Settings, Transport};
use crate::wire::{Ask, Setup, Shared, Wire};
use config::{Config, Validate};

pub use cancel::Canceller;
pub use options::Options;

/// A client of one company's contact ways. All of it may be used from any thread, at the same time.
pub struct Client {
    wire: Arc<Wire>,
    /// Where the client has a durable store.
    ledger: Option<Ledger>,
    timeout: Duration,
    validate: Validate,
    calls: Calls,
}

/// A request that may be sent.
struct Request<'r> {
    body: Cow<'r, str>,
    /// The rules that it breaks all the same.
    broken: Vec<Detail>,
    /// What is said of members that the document does not know.
    unknown: Vec<Detail>,
}

/// What a call answers, and what is logged of it.
struct Done {
    answer: String,
    attempts: u32,
}

impl Client {
    /// A client as `config` (JSON) describes it, sharing `shared` with others.
    ///
    /// # Errors
    /// When the configuration is wrong; every wrong member is named.
    pub fn new(config: &str, shared: &Shared) -> Result<Self, Error> {
        let config = Config::parse(config)?;
        let authorities = config.roots.extra.as_ref().map(|extra| extra.certificates().to_vec()).unwrap_or_default();
        let settings = Settings {
            connect_timeout: config.connect_timeout,
            roots: config.roots,
            proxy: config.proxy,
            insecure_http: config.insecure_http,
        };
        let owner = Owner::of(&config.credentials);
        let call = Call::new(config.timeout);
        let store = config.store.map(|url| shared.stores.open(&call, &url, &authorities)).transpose()?;
        let transport = Transport::new(settings, &shared.network);
        let wire = Arc::new(Wire::new(
            shared,
            Setup {
                credentials: config.credentials,
                suite_ticket: config.suite_ticket,
                base_url: config.base_url,
                max_attempts: config.max_attempts,
                limits: config.limits,
                proxy_password: config.proxy_password,
                transport,
                store: store.clone(),
            },
        ));
        for warning in config.warnings {
            wire.log.say(Level::Warning, "configuration", || [("message", warning.into())]);
        }
        let ledger = store
            .zip(owner)
            .map(|(store, owner)| Ledger::open(&call, &wire, store, owner, config.settle))
            .transpose()?;
        Ok(Self { wire, ledger, timeout: config.timeout, validate: config.validate, calls: Calls::default() })
    }

    /// Calls one of the six endpoints. `request` is the body that WeCom's document describes; the answer is WeCom's.
    ///
    /// # Errors
    /// When the request breaks a rule, WeCom refuses, or no answer could be had.
    pub fn call(&self, endpoint: Endpoint, request: &str, options: &Options) -> Result<String, Error> {
        self.run(endpoint.name(), options, |call| {
            if options.key.is_some() {
                self.kept("key")?;
                return Err(Error::new(Kind::Unsupported, "this version does not have key yet"));
            }
            let request = self.read(endpoint, request)?;
            let mut ask = Ask::of(endpoint.facts(), request.body.as_bytes());
            ask.accept_duplicate = options.accept_duplicate;
            match self.wire.ask(call, &ask) {
                Ok(answered) => {
                    let warnings = request.broken.into_iter().chain(request.unknown).map(Warning::from).collect();
                    Ok(Done { answer: answered.answer.into_text(warnings), attempts: answered.attempts })
                }
                Err(error) => Err(error.with_more_details(request.unknown)),
            }
        })
    }

    /// Looks contact ways up in the ledger: a page of entries that are as `query` says.
    ///
    /// # Errors
    /// When the query is wrong, the ledger cannot be read, or the client has no durable store.
    pub fn ledger(&self, query: &str, options: &Options) -> Result<String, Error> {
        self.run("ledger", options, |call| {
            let answer = self.kept("the ledger")?.query(call, query)?;
            Ok(Done { answer, attempts: 0 })
        })
    }

    /// The ledger, which `what` needs.
    fn kept(&self, what: &str) -> Result<&Ledger, Error> {
        self.ledger.as_ref().ok_or_else(|| {
            let remedy = format!(
                "{what} needs a durable store: make the client with \"store\": \"sqlite:<path>\" or \"postgres://…\""
            );
            Error::new(Kind::Unsupported, remedy)
        })
    }

    /// Sets the function that hands out tokens.
    ///
    /// # Errors
    /// When the client was not made with `token_provider`.
    pub fn set_token_provider(&self, provider: Arc<dyn TokenProvider>) -> Result<(), Error> {
        self.wire.set_token_provider(provider)
    }

    /// Renews the ticket of a third-party app.
    ///
    /// # Errors
    /// When the client was not made with `suite`, or the ticket is empty.
    pub fn set_suite_ticket(&self, ticket: &str) -> Result<(), Error> {
        self.wire.set_suite_ticket(ticket)
    }

    /// Sends the client's log lines up to `level` to `logger` from now on; without one, nothing is logged.
    pub fn set_logger(&self, logger: Option<Arc<dyn Logger>>, level: Level) {
        self.wire.log.set(logger, level as i32);
    }

    /// Where the client's log lines go.
    pub(crate) fn log(&self) -> &Log {
        &self.wire.log
    }

    /// Does the work of one call, which ends when its time is up, its canceller fired or the client freed. `name` stands
    /// in its errors.
    fn run(
        &self,
        name: &'static str,
        options: &Options,
        work: impl FnOnce(&Arc<Call>) -> Result<Done, Error>,
    ) -> Result<String, Error> {
        let call = Call::new(options.timeout.unwrap_or(self.timeout));
        let _until_freed = self.calls.join(&call);
        let _until_cancelled = options.canceller.as_ref().map(|canceller| canceller.join(&call));
        let began = Instant::now();
        let outcome = work(&call).map_err(|error| {
            let mut error = error.of_endpoint(name);
            // The host's own text may hold a secret.
            error.redact(&self.wire.secrets);
            error
        });
        self.log_call(name, began, &outcome);
        outcome.map(|done| done.answer)
    }

    /// Ends the calls under way and all later ones, as cancelled.
    pub fn close(&self) {
        self.calls.end(Stop::ClientFreed);
    }

    /// Reads a request: what to send, and what there is to say of it.
    fn read<'r>(&self, endpoint: Endpoint, request: &'r str) -> Result<Request<'r>, Error> {
        if self.validate == Validate::Off && json::is_object(request) {
            // Nothing is looked at, so there is nothing to say.
            return Ok(Request { body: Cow::Borrowed(request), broken: Vec::new(), unknown: Vec::new() });
        }
        let object = Object::parse(request).map_err(|error| Error::unreadable("the request", &error))?;
        let (broken, unknown) = rules::broken_and_unknown(endpoint, &object, request.as_bytes());
        let broken: Vec<_> = broken.into_iter().map(Detail::from).collect();
        if self.validate == Validate::Strict && !broken.is_empty() {
            let error = Error::with_details(Kind::InvalidRequest, "the request, and nothing was sent", broken);
            return Err(error.with_more_details(unknown));
        }
        Ok(Request { body: json::without_unicode_escapes(request), broken, unknown })
    }

    fn log_call(&self, name: &str, began: Instant, outcome: &Result<Done, Error>) {
        let (level, attempts) = match outcome {
            Ok(done) => (Level::Info, done.attempts),
            Err(error) => (level_of(error.kind()), error.attempts()),
        };
        self.wire.log.say(level, "call", || {
            let elapsed_ms = auth::in_ms(began.elapsed());
            let mut members =
                vec![("endpoint", name.into()), ("attempts", attempts.into()), ("elapsed_ms", elapsed_ms.into())];
            if let Err(error) = outcome {
                members.extend(error.log_members());
            }
            members
        });
    }
}

/// How much a call that failed matters to whoever reads the log.
fn level_of(kind: Kind) -> Level {
    match kind {
        // The host wanted it so.
        Kind::Cancelled => Level::Info,
        // Refused here: nothing is wrong with WeCom or on the way.
        Kind::InvalidArgument | Kind::InvalidHandle | Kind::InvalidRequest | Kind::Unsupported => Level::Warning,
        _ => Level::Error,
    }
}
