//! One call below the face: a token, leave to pass, one exchange, the answer; and again where that does no harm.
//!
//! Whoever wants something of WeCom asks here: the face, pictures, the token requests themselves, and every job.

mod attempts;
mod bearer;
mod failure;
mod limits;
mod retry;
mod tokens;
mod trial;
mod way;

use std::cell::Cell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use ureq::http::Uri;

use crate::answer::{Effect, Envelope, Error, NoEnvelope};
use crate::auth::{Credentials, Token, Tokens};
use crate::call::Call;
use crate::endpoint::{Endpoint, Facts, UPLOAD};
use crate::log::{Level, Log, Logger};
use crate::secret::{Secret, Secrets};
use crate::store::{Aside, Store, Stores};
use crate::transport::{Failure, Kept, Network, Reply, Transport};
use attempts::{Attempts, Unread};
use bearer::Bearer;
use limits::{Gates, Key, SharedRate};
use tokens::TokenSource;
use way::Way;

pub use limits::Limits;

const JSON: &str = "application/json";

/// What the clients of one process share: tokens, limits, stores, and the log that clients start with.
#[derive(Default)]
pub struct Shared {
    tokens: Tokens,
    gates: Gates,
    pub(crate) stores: Stores,
    pub(crate) network: Arc<Network>,
    /// What clients made from now on log with.
    pub(crate) log: Log,
}

impl Shared {
    /// Sets what clients made from now on log with; without a logger, nothing is logged.
    pub fn set_logger(&self, logger: Option<Arc<dyn Logger>>, level: Level) {
        self.log.set(logger, level as i32);
    }

    /// Forgets what is known of a WeCom that is no more: another sandbox may start at the same port.
    pub fn forget(&self, base_url: &str) {
        self.tokens.forget(base_url);
        self.gates.forget(base_url);
    }
}

/// What a wire is made from.
pub struct Setup {
    pub credentials: Credentials,
    /// Of a third-party app; it changes while the client lives.
    pub suite_ticket: Option<Secret>,
    /// Without a slash at its end.
    pub base_url: String,
    pub max_attempts: u32,
    pub limits: Limits,
    pub proxy_password: Option<Secret>,
    pub transport: Transport,
    /// Where tokens and limits are shared by processes and machines.
    pub store: Option<Arc<Store>>,
}

/// A client's way to WeCom.
pub struct Wire {
    tokens: TokenSource,
    base_url: String,
    max_attempts: u32,
    limits: Limits,
    transport: Transport,
    /// One for each endpoint whose calls are counted.
    ways: Vec<Way>,
    pub log: Arc<Log>,
    /// What no text may show.
    pub secrets: Arc<Secrets>,
    /// Whether a token that WeCom refuses is replaced, and the call repeated.
    replaces_tokens: bool,
}

/// What is asked of WeCom.
pub struct Ask<'a> {
    pub facts: &'static Facts,
    /// The query beside the token, without `?` and `&` at its ends.
    pub query: &'a str,
    pub content_type: &'a str,
    /// None is a GET.
    pub body: Option<&'a [u8]>,
    /// Whether to ask again also where that may do the work twice.
    pub accept_duplicate: bool,
    /// Whether it is one of a job's: these wait behind single calls and leave a tenth of the rate free.
    pub job: bool,
    /// Asked right before the first byte of each attempt is sent; with an error, which becomes the call's, nothing is.
    pub may_send: Option<&'a dyn Fn() -> Result<(), Error>>,
    bearer: Bearer,
    /// What it carries, if not the token that the bearer has then.
    token: Option<&'a Token>,
    /// Where it goes, if not to the endpoint's path at the base URL.
    address: Option<&'a Uri>,
}

impl<'a> Ask<'a> {
    /// A JSON body to an endpoint, with the app's token.
    #[must_use]
    pub fn of(facts: &'static Facts, body: &'a [u8]) -> Self {
        Self { body: Some(body), bearer: Bearer::App, ..Self::bare(facts) }
    }

    /// A GET without a token.
    fn bare(facts: &'static Facts) -> Self {
        Self {
            facts,
            query: "",
            content_type: JSON,
            body: None,
            accept_duplicate: false,
            job: false,
            may_send: None,
            bearer: Bearer::Nobody,
            token: None,
            address: None,
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Answered<T = Envelope> {
    pub answer: T,
    /// WeCom's clock, in unix milliseconds, where it told it.
    pub date: Option<i64>,
    pub attempts: u32,
}

impl Wire {
    /// A wire that shares tokens and limits with others.
    pub fn new(shared: &Shared, setup: Setup) -> Self {
        let Setup { credentials, base_url, limits, .. } = setup;
        let owner = credentials.corp_id().map_or_else(|| stand_in(&credentials), str::to_owned);
        let log = Arc::new(Log::like(&shared.log));
        let store = setup.store.map(|store| Arc::new(Aside::new(store, Arc::clone(&log))));
        let sharing = store.as_ref().zip(credentials.corp_id()).filter(|_| limits.is_rated());
        let way = |endpoint| {
            let key = Key { base_url: base_url.clone(), owner: owner.clone(), endpoint };
            let rate = sharing.map(|(store, corp_id)| Arc::new(SharedRate::new(Arc::clone(store), corp_id, endpoint)));
            Way::new(endpoint, shared.gates.gate(&key, limits, rate.as_ref()), rate)
        };
        let ways = Endpoint::ALL.map(Endpoint::name).into_iter().chain([UPLOAD.name]).map(way).collect();
        let secrets = Secrets::new(credentials.secrets().into_iter().cloned(), setup.proxy_password);
        let tokens = TokenSource::new(&shared.tokens, &base_url, credentials, setup.suite_ticket, store.as_ref());
        if let Some(ticket) = tokens.ticket() {
            secrets.hold(&ticket);
        }
        Self {
            tokens,
            base_url,
            max_attempts: setup.max_attempts,
            limits,
            transport: setup.transport,
            ways,
            log,
            secrets: Arc::new(secrets),
            replaces_tokens: true,
        }
    }

    /// Asks WeCom, as often as it takes.
    ///
    /// # Errors
    /// When WeCom refuses, or no answer could be had.
    pub fn ask(&self, call: &Arc<Call>, ask: &Ask) -> Result<Answered, Error> {
        let mut attempts = Attempts::of(ask);
        let (answer, date) = match self.attempt(call, ask, &mut attempts, envelope(ask.facts)) {
            Ok((answer, date)) => (answer.without_secrets(&self.secrets), date),
            Err(error) => match error.effect() {
                Effect::Unknown if ask.facts.done_already.contains(&error.errcode()) => {
                    (Envelope::done_already(ask.facts.name), None)
                }
                _ => return Err(error),
            },
        };
        Ok(Answered { answer, date, attempts: attempts.made })
    }

    /// Fetches what is at `address`, which is no endpoint: it gets no token. `read` makes something of the body, or says
    /// what is wrong with it.
    ///
    /// # Errors
    /// When no answer could be had that can be read.
    pub fn fetch<T>(
        &self,
        call: &Arc<Call>,
        facts: &'static Facts,
        address: &Uri,
        read: impl Fn(Vec<u8>) -> Result<T, &'static str>,
    ) -> Result<Answered<T>, Error> {
        let ask = Ask { address: Some(address), ..Ask::bare(facts) };
        let mut attempts = Attempts::of(&ask);
        let (answer, date) = self.attempt(call, &ask, &mut attempts, |body| {
            read(body).map_err(|why| Unread::Broken(NoEnvelope { why, body: Vec::new() }))
        })?;
        Ok(Answered { answer, date, attempts: attempts.made })
    }

    /// What the client proves itself with.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        self.tokens.credentials()
    }

    /// WeCom's address.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// How many calls it makes at once, and in which time.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    fn way(&self, endpoint: &str) -> Option<&Way> {
        self.ways.iter().find(|way| way.endpoint == endpoint)
    }

    /// Where `ask` goes, with this token.
    fn uri(&self, ask: &Ask, token: Option<&Token>) -> Result<Uri, Error> {
        match (ask.address, self.way(ask.facts.name), token) {
            (Some(address), ..) => Ok(address.clone()),
            (None, Some(way), Some(token)) => way.address(&self.base_url, ask, &token.text),
            (None, _, token) => way::written(&self.base_url, ask, token.map(|token| &token.text)),
        }
    }

    /// One attempt; the error is that with which `may_send` kept it from being sent.
    fn send(&self, call: &Arc<Call>, ask: &Ask, uri: &Uri, kept: Kept) -> Result<Result<Reply, Failure>, Error> {
        let refusal = Cell::new(None);
        let may_send = || {
            let refused = ask.may_send.and_then(|may_send| may_send().err());
            let is_refused = refused.is_some();
            refusal.set(refused);
            !is_refused
        };
        let reply = match ask.body {
            Some(body) => self.transport.post(call, uri, ask.content_type, body, kept, &may_send),
            None => self.transport.get(call, uri, kept),
        };
        refusal.take().map_or(Ok(reply), Err)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        for way in &self.ways {
            way.gate.forget(self.limits);
        }
    }
}

/// Whom limits are counted for where the company is not known.
fn stand_in(credentials: &Credentials) -> String {
    let mut hasher = DefaultHasher::new();
    credentials.hash(&mut hasher);
    format!("token {:016x}", hasher.finish())
}

/// How WeCom's envelope is read: only one that says that all is well is an answer.
fn envelope(facts: &'static Facts) -> impl Fn(Vec<u8>) -> Result<Envelope, Unread> {
    |body| {
        let answer = Envelope::read(body, facts.errcode_optional).map_err(Unread::Broken)?;
        if answer.errcode == 0 { Ok(answer) } else { Err(Unread::Refused(answer)) }
    }
}
