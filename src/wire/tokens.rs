//! Which token a request uses, and how one is fetched.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use serde_json::json;
use zeroize::Zeroizing;

use super::attempts::Attempts;
use super::bearer::Bearer;
use super::{Ask, Wire, envelope};
use crate::answer::{Error, Kind};
use crate::auth::{Credentials, Fetched, NoToken, Owner, SharedToken, Slot, Suite, Token, TokenProvider, Tokens};
use crate::call::Call;
use crate::endpoint::{GET_CORP_TOKEN, GET_SUITE_TOKEN, GETTOKEN};
use crate::lock::{read, write};
use crate::log::Level;
use crate::secret::{IN_URL_MAX, Secret, percent_encoded};
use crate::store::Aside;

const OK: u16 = 200;

/// Where a client's tokens come from.
pub struct TokenSource {
    credentials: Credentials,
    /// The token of the app at this company.
    app: Kept,
    /// The third-party app's own.
    suite: Option<SuiteSource>,
    provider: RwLock<Option<Arc<dyn TokenProvider>>>,
    /// Whether WeCom refused the token that the provider handed out last.
    refused: AtomicBool,
}

/// Where a token is kept: in this process, and where there is a durable store, for all that share it.
#[derive(Default)]
struct Kept {
    slot: Arc<Slot>,
    shared: Option<SharedToken>,
}

impl Kept {
    fn of(tokens: &Tokens, base_url: &str, owner: Owner, store: Option<&Arc<Aside>>) -> Self {
        let shared = store.map(|store| SharedToken::new(Arc::clone(store), base_url, &owner));
        Self { slot: tokens.slot(base_url, owner), shared }
    }

    /// WeCom refused `token`, which may now be replaced.
    ///
    /// # Errors
    /// How long to wait until it may.
    fn reject(&self, call: &Arc<Call>, token: &Token) -> Result<(), Duration> {
        self.slot.reject(call, self.shared.as_ref(), token)
    }

    fn forget_refusal(&self) {
        self.slot.forget_refusal();
        self.shared.iter().for_each(SharedToken::forget_refusal);
    }
}

struct SuiteSource {
    suite: Suite,
    token: Kept,
    /// WeCom sends the host a new one every ten minutes.
    ticket: RwLock<Arc<Secret>>,
}

impl SuiteSource {
    fn ticket(&self) -> Arc<Secret> {
        Arc::clone(&read(&self.ticket))
    }
}

impl TokenSource {
    pub fn new(
        tokens: &Tokens,
        base_url: &str,
        credentials: Credentials,
        ticket: Option<Secret>,
        store: Option<&Arc<Aside>>,
    ) -> Self {
        let kept = |owner| Kept::of(tokens, base_url, owner, store);
        let suite = match &credentials {
            Credentials::Suite { suite, .. } => ticket.map(|ticket| SuiteSource {
                suite: suite.clone(),
                token: kept(Owner::Suite(suite.clone())),
                ticket: RwLock::new(Arc::new(ticket)),
            }),
            _ => None,
        };
        let app = match &credentials {
            Credentials::App { .. } | Credentials::Suite { .. } => kept(Owner::App(credentials.clone())),
            // The host's own tokens are neither shared nor kept.
            Credentials::Token { .. } | Credentials::Provider { .. } => Kept::default(),
        };
        Self { credentials, app, suite, provider: RwLock::default(), refused: AtomicBool::new(false) }
    }

    /// The same, which knows no token and no refusal.
    pub fn afresh(&self, base_url: &str) -> Self {
        let ticket = self.ticket().map(|ticket| Secret::clone(&ticket));
        let afresh = Self::new(&Tokens::default(), base_url, self.credentials.clone(), ticket, None);
        let provider = read(&self.provider).clone();
        Self { provider: RwLock::new(provider), ..afresh }
    }

    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The suite's ticket as it is now.
    pub fn ticket(&self) -> Option<Arc<Secret>> {
        self.suite.as_ref().map(SuiteSource::ticket)
    }

    /// A token from the host's own function.
    fn provided(&self) -> Result<Secret, Error> {
        let provider = read(&self.provider).clone();
        match provider {
            Some(provider) => {
                let rejected = self.refused.swap(false, Ordering::Relaxed);
                let token = provider.token(rejected);
                // Until there is another it is the refused one that was handed out last.
                if rejected && token.is_err() {
                    self.refused.store(true, Ordering::Relaxed);
                }
                token
            }
            None => Err("no token provider was set; set one with set_token_provider".to_owned()),
        }
        .map(Secret::new)
        .map_err(|why| Error::new(Kind::Auth, why))
    }
}

impl Wire {
    /// Sets the function that hands out tokens.
    ///
    /// # Errors
    /// When the client was not made with `token_provider`.
    pub fn set_token_provider(&self, provider: Arc<dyn TokenProvider>) -> Result<(), Error> {
        if !matches!(self.tokens.credentials, Credentials::Provider { .. }) {
            return Err(Error::new(
                Kind::InvalidArgument,
                "the client was not made with \"token_provider\": true; make one that was",
            ));
        }
        let old = write(&self.tokens.provider).replace(provider);
        // Outside of the lock: the last owner of a provider may run the host's code.
        drop(old);
        Ok(())
    }

    /// Renews the ticket of a third-party app.
    ///
    /// # Errors
    /// When the client was not made with `suite`, or the ticket is empty.
    pub fn set_suite_ticket(&self, ticket: &str) -> Result<(), Error> {
        let Some(suite) = &self.tokens.suite else {
            return Err(Error::new(Kind::InvalidArgument, "the client was not made with suite; make one that was"));
        };
        if ticket.is_empty() {
            return Err(Error::new(Kind::InvalidArgument, "suite_ticket must not be empty"));
        }
        if ticket.len() > IN_URL_MAX {
            return Err(Error::new(
                Kind::InvalidArgument,
                format!("suite_ticket must not be longer than {IN_URL_MAX} bytes"),
            ));
        }
        if ticket != ticket.trim() {
            return Err(Error::new(Kind::InvalidArgument, "suite_ticket must not begin or end with white space"));
        }
        let ticket = Arc::new(Secret::new(ticket.to_owned()));
        self.secrets.hold(&ticket);
        let old = std::mem::replace(&mut *write(&suite.ticket), Arc::clone(&ticket));
        if old != ticket {
            self.secrets.remember(&old);
        }
        suite.token.forget_refusal();
        self.tokens.app.forget_refusal();
        Ok(())
    }

    /// The token that a request of this bearer carries.
    pub(super) fn token(&self, call: &Arc<Call>, attempts: &Attempts) -> Result<Option<Token>, Error> {
        let token = match (attempts.bearer, &self.tokens.credentials) {
            (Bearer::Nobody, _) => return Ok(None),
            (Bearer::App, Credentials::Token { access_token, .. }) => Ok(lone(Arc::clone(access_token))),
            (Bearer::App, Credentials::Provider { .. }) => {
                let provided = self.tokens.provided();
                // It may have taken its time.
                call.check().map_err(|stop| attempts.stopped_while(stop, " while the call waited for a token"))?;
                provided.map(Arc::new).map(lone).map_err(NoToken::Failed)
            }
            (Bearer::App, Credentials::App { corp_id, secret }) => {
                self.kept_in(&self.tokens.app, call, || self.fetch_app_token(call, corp_id, secret))
            }
            (Bearer::App, Credentials::Suite { auth_corp_id, permanent_code, .. }) => {
                self.kept_in(&self.tokens.app, call, || self.fetch_corp_token(call, auth_corp_id, permanent_code))
            }
            (Bearer::Suite, _) => match &self.tokens.suite {
                Some(suite) => self.kept_in(&suite.token, call, || self.fetch_suite_token(call, suite)),
                None => Err(NoToken::Failed(Error::new(Kind::Internal, "only a suite has such a token"))),
            },
        };
        let token = token.map_err(|none| match none {
            NoToken::Stopped(stop) => attempts.stopped_while(stop, " while another call fetched the token for all"),
            NoToken::Failed(error) => attempts.without_token(error),
        })?;
        self.secrets.remember(&token.text);
        Ok(Some(token))
    }

    /// Another token in the place of one that WeCom refused, once in a call.
    ///
    /// # Errors
    /// `error`, with which WeCom refused it, where there is no other; or why none could be had.
    pub(super) fn replacement(
        &self,
        call: &Arc<Call>,
        refused: &Token,
        error: Error,
        attempts: &mut Attempts,
    ) -> Result<Token, Error> {
        if !self.replaces_tokens {
            return Err(error);
        }
        let bearer = attempts.bearer;
        if bearer == Bearer::App {
            self.tokens.refused.store(true, Ordering::Relaxed);
        }
        let once_before = std::mem::replace(&mut attempts.replaced, true);
        let rejected = match (bearer, &self.tokens.credentials, &self.tokens.suite) {
            (Bearer::Nobody, ..) | (Bearer::App, Credentials::Token { .. }, _) | (Bearer::Suite, _, None) => {
                return Err(error);
            }
            (Bearer::App, Credentials::Provider { .. }, _) => Ok(()),
            (Bearer::App, ..) => self.tokens.app.reject(call, refused),
            (Bearer::Suite, _, Some(suite)) => suite.token.reject(call, refused),
        };
        if let Err(wait) = rejected {
            return Err(attempts.dropped_again(error, wait));
        }
        if once_before {
            return Err(error);
        }
        match self.token(call, attempts)? {
            // The same one again would be refused again.
            Some(same) if same.text == refused.text => self.replacement(call, &same, error, attempts),
            Some(other) => Ok(other),
            None => Err(error),
        }
    }

    fn kept_in(
        &self,
        kept: &Kept,
        call: &Arc<Call>,
        fetch: impl Fn() -> Result<Fetched, Error>,
    ) -> Result<Token, NoToken> {
        let is_refusal = |error: &Error| error.errcode() > 0 || is_no_token(error);
        let fetch = || {
            let fetched = fetch()?;
            self.log.say(Level::Info, "token_fetched", || [("life_s", fetched.life.as_secs().into())]);
            Ok(fetched)
        };
        kept.slot.token(call, kept.shared.as_ref(), fetch, is_refusal)
    }

    fn fetch_app_token(&self, call: &Arc<Call>, corp_id: &str, secret: &Secret) -> Result<Fetched, Error> {
        let query = Zeroizing::new(format!("corpid={}&corpsecret={}", percent_encoded(corp_id), secret.in_url()));
        self.fetch_token(call, &Ask { query: &query, ..Ask::bare(&GETTOKEN) }, "access_token")
    }

    /// A third-party app gets the token of a company with a token of its own.
    fn fetch_corp_token(&self, call: &Arc<Call>, auth_corp_id: &str, code: &Secret) -> Result<Fetched, Error> {
        let body = json!({"auth_corpid": auth_corp_id, "permanent_code": code.expose()}).to_string();
        let ask = Ask { bearer: Bearer::Suite, ..Ask::of(&GET_CORP_TOKEN, body.as_bytes()) };
        self.fetch_token(call, &ask, "access_token")
    }

    fn fetch_suite_token(&self, call: &Arc<Call>, source: &SuiteSource) -> Result<Fetched, Error> {
        let Suite { id, secret } = &source.suite;
        let ticket = source.ticket();
        let body =
            json!({"suite_id": id, "suite_secret": secret.expose(), "suite_ticket": ticket.expose()}).to_string();
        let ask = Ask { bearer: Bearer::Nobody, ..Ask::of(&GET_SUITE_TOKEN, body.as_bytes()) };
        self.fetch_token(call, &ask, "suite_access_token")
    }

    /// Asks for a token, which stands in the answer under `name`.
    fn fetch_token(&self, call: &Arc<Call>, ask: &Ask, name: &str) -> Result<Fetched, Error> {
        let (answer, _) = self.attempt(call, ask, &mut Attempts::of(ask), envelope(ask.facts))?;
        Fetched::read(answer.text(), name)
            .map_err(|why| Error::new(Kind::Auth, format!("the answer to {}: {why}", ask.facts.name)))
    }
}

/// Whether it is an answer without a token: who gave it gives the next one the same.
fn is_no_token(error: &Error) -> bool {
    error.kind() == Kind::Auth || error.http_status() == Some(OK) && error.kind() == Kind::BadResponse
}

/// A token that is kept nowhere.
fn lone(text: Arc<Secret>) -> Token {
    Token { text, version: 0 }
}
