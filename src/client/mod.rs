//! The face: what a host holds.

mod base_url;
mod cancel;
mod check;
mod config;
mod options;
mod pictures;
mod proxy;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::answer::{Effect, Error, Kind, Warning};
use crate::auth::{self, TokenProvider};
use crate::call::{Call, Calls, Stop};
use crate::endpoint::Endpoint;
use crate::json::{self, Object, fields::Detail};
use crate::ledger::{Add, Ledger, Owner, Progress};
use crate::log::{Level, Log, Logger};
use crate::rules::{self, Validate};
use crate::transport::{Settings, Transport};
use crate::wire::{Answered, Ask, Setup, Shared, Wire};
use config::Config;

pub use cancel::Canceller;
pub use options::Options;

/// A client of one company's contact ways. All of it may be used from any thread, at the same time.
pub struct Client {
    wire: Arc<Wire>,
    /// Where the client has a durable store.
    ledger: Option<Ledger>,
    timeout: Duration,
    validate: Validate,
    /// What the host should know of its configuration.
    warnings: Vec<String>,
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
        for warning in &config.warnings {
            wire.log.say(Level::Warning, "configuration", || [("message", warning.as_str().into())]);
        }
        let ledger = store
            .zip(owner)
            .map(|(store, owner)| Ledger::open(&call, &wire, store, owner, config.settle, config.timeout))
            .transpose()?;
        Ok(Self {
            wire,
            ledger,
            timeout: config.timeout,
            validate: config.validate,
            warnings: config.warnings,
            calls: Calls::default(),
        })
    }

    /// Calls one of the six endpoints. `request` is the body that WeCom's document describes; the answer is WeCom's.
    ///
    /// # Errors
    /// When the request breaks a rule, WeCom refuses, or no answer could be had.
    pub fn call(&self, endpoint: Endpoint, request: &str, options: &Options) -> Result<String, Error> {
        self.run(endpoint.name(), options, |call| {
            if options.key.is_some() {
                self.kept("key")?;
            }
            let request = self.read(endpoint, request)?;
            match self.answered(call, endpoint, &request.body, options) {
                Ok(answered) => {
                    let secrets = &self.wire.secrets;
                    let warnings = request.broken.into_iter().chain(request.unknown).map(Warning::from);
                    let warnings = warnings.map(|warning| warning.without_secrets(secrets)).collect();
                    Ok(Done { answer: answered.answer.into_text(warnings), attempts: answered.attempts })
                }
                Err(error) => Err(error.with_more_details([request.broken, request.unknown].concat())),
            }
        })
    }

    /// WeCom's answer, of which the ledger, if there is one, keeps what it must.
    fn answered(&self, call: &Arc<Call>, endpoint: Endpoint, body: &str, options: &Options) -> Result<Answered, Error> {
        let accept_duplicate = options.accept_duplicate;
        match (&self.ledger, endpoint) {
            (Some(ledger), Endpoint::Add) => {
                ledger.add(call, &Add { body, key: options.key.as_deref(), accept_duplicate })
            }
            (Some(ledger), Endpoint::Update | Endpoint::Del) => ledger.change(call, endpoint, body),
            _ => {
                let mut ask = Ask::of(endpoint.facts(), body.as_bytes());
                ask.accept_duplicate = accept_duplicate;
                self.wire.ask(call, &ask).map_err(|error| with_advice(endpoint, error))
            }
        }
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

    /// Makes WeCom hold the contact ways that rows describe: `{"rows": […]}` or `{"path": "codes.csv"}`.
    ///
    /// # Errors
    /// `invalid_request` where nothing was begun; `partial` where some rows failed; or why the job stopped.
    pub fn apply(
        &self,
        request: &str,
        options: &Options,
        progress: Option<&mut dyn Progress>,
    ) -> Result<String, Error> {
        self.job("apply", options, |ledger, call| ledger.apply(call, request, self.validate, progress))
    }

    /// Brings the ledger up to what WeCom holds: `{}`, or `start_time`, `end_time` and `concurrency`.
    ///
    /// # Errors
    /// `invalid_request` where nothing was begun; `partial` where some could not be read; or why the job stopped.
    pub fn sync(&self, request: &str, options: &Options, progress: Option<&mut dyn Progress>) -> Result<String, Error> {
        self.job("sync", options, |ledger, call| ledger.sync(call, request, progress))
    }

    /// Replaces one member by others in every contact way that names them: `{"from": "zhangsan", "to": ["lisi"]}`.
    ///
    /// # Errors
    /// `invalid_request` where nothing was begun; `partial` where some could not be changed; or why the job stopped.
    pub fn replace_user(
        &self,
        request: &str,
        options: &Options,
        progress: Option<&mut dyn Progress>,
    ) -> Result<String, Error> {
        self.job("replace_user", options, |ledger, call| ledger.replace_user(call, request, progress))
    }

    /// Does a job, which has a deadline only where `options` says so.
    fn job(
        &self,
        name: &'static str,
        options: &Options,
        work: impl FnOnce(&Ledger, &Arc<Call>) -> Result<String, Error>,
    ) -> Result<String, Error> {
        let timeout = options.timeout.unwrap_or(Duration::MAX);
        self.run_for(name, timeout, options, |call| {
            let answer = work(self.kept(name)?, call)?;
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
        self.run_for(name, options.timeout.unwrap_or(self.timeout), options, work)
    }

    fn run_for(
        &self,
        name: &'static str,
        timeout: Duration,
        options: &Options,
        work: impl FnOnce(&Arc<Call>) -> Result<Done, Error>,
    ) -> Result<String, Error> {
        let call = Call::new(timeout);
        let _until_freed = self.calls.join(&call);
        let _until_cancelled = options.canceller.as_ref().map(|canceller| canceller.join(&call));
        let began = Instant::now();
        let outcome = work(&call).map_err(|error| self.told(name, error));
        self.log_call(name, began, outcome.as_ref());
        outcome.map(|done| done.answer)
    }

    /// The error of a call that was refused before it could begin, which is logged as any other.
    pub(crate) fn refuse(&self, name: &'static str, error: Error) -> Error {
        let error = self.told(name, error);
        self.log_call(name, Instant::now(), Err(&error));
        error
    }

    fn told(&self, name: &'static str, error: Error) -> Error {
        let mut error = error.of_endpoint(name);
        // The host's own text may hold a secret.
        error.redact(&self.wire.secrets);
        error
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

    fn log_call(&self, name: &str, began: Instant, outcome: Result<&Done, &Error>) {
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

/// What follows for the caller of an add that nobody looks for. What WeCom said stays as it is.
fn with_advice(endpoint: Endpoint, mut error: Error) -> Error {
    if endpoint == Endpoint::Add && error.effect() == Effect::Unknown && error.errcode() == error.kind().errcode() {
        error
            .parts()
            .errmsg
            .push_str("; WeCom may have made the contact way: look for it with list before adding it again");
    }
    error
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io::Read;
    use std::net::TcpListener;

    use super::*;
    use crate::answer::Effect;

    #[test]
    fn a_request_is_withheld_when_there_is_a_connection_and_before_its_first_byte() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let config = format!(r#"{{"base_url":"http://{}","access_token":"a-token"}}"#, server.local_addr().unwrap());
        let client = Client::new(&config, &Shared::default()).unwrap();
        let asked = Cell::new(0);
        let mut ask = Ask::of(Endpoint::Add.facts(), b"{}");
        let no = || {
            asked.set(asked.get() + 1);
            Err(Error::new(Kind::Conflict, "another machine does it"))
        };
        ask.may_send = Some(&no);
        let error = client.wire.ask(&Call::new(Duration::from_secs(10)), &ask).unwrap_err();
        assert_eq!((error.kind(), error.effect(), error.attempts(), asked.get()), (Kind::Conflict, Effect::None, 0, 1));
        drop(client);
        let mut received = Vec::new();
        let _reset_or_end = server.accept().unwrap().0.read_to_end(&mut received);
        assert_eq!(received, b"");
    }
}
