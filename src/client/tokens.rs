//! Which token a call uses, and how one is fetched.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::json;

use super::attempts::Progress;
use super::{Client, JSON};
use crate::answer::{Error, Kind};
use crate::auth::{Credentials, Fetched, NoToken, Owner, Provider, Slot, Suite, Token, Tokens};
use crate::call::Call;
use crate::endpoint::{GET_CORP_TOKEN, GET_SUITE_TOKEN, GETTOKEN};
use crate::log::Level;
use crate::secret::{IN_URL_MAX, Secret, percent_encoded};

/// Suite tokens that WeCom no longer takes: expired, or not valid.
const SUITE_TOKEN_REFUSED: [i64; 2] = [42009, 40082];

/// Where a client's tokens come from.
pub struct Source {
    pub credentials: Credentials,
    /// The token of the app at this company.
    slot: Arc<Slot>,
    /// The third-party app's own.
    suite: Option<SuiteSource>,
    provider: RwLock<Option<Arc<dyn Provider>>>,
    /// Whether WeCom refused the token that the provider handed out last.
    refused: AtomicBool,
}

struct SuiteSource {
    slot: Arc<Slot>,
    /// WeCom sends the host a new one every ten minutes.
    ticket: RwLock<Arc<Secret>>,
}

impl Source {
    pub fn new(tokens: &Tokens, base_url: &str, credentials: Credentials, ticket: Option<Secret>) -> Self {
        let suite = match &credentials {
            Credentials::Suite { suite, .. } => ticket.map(|ticket| SuiteSource {
                slot: tokens.slot(base_url, Owner::Suite(suite.clone())),
                ticket: RwLock::new(Arc::new(ticket)),
            }),
            _ => None,
        };
        let slot = match &credentials {
            Credentials::App { .. } | Credentials::Suite { .. } => {
                tokens.slot(base_url, Owner::App(credentials.clone()))
            }
            // The host's own tokens are neither shared nor kept.
            Credentials::Token { .. } | Credentials::Provider { .. } => Arc::default(),
        };
        Self { credentials, slot, suite, provider: RwLock::default(), refused: AtomicBool::new(false) }
    }

    /// The suite's ticket as it is now.
    pub fn ticket(&self) -> Option<Arc<Secret>> {
        let suite = self.suite.as_ref()?;
        Some(Arc::clone(&suite.ticket.read().unwrap_or_else(PoisonError::into_inner)))
    }

    fn provider(&self) -> Option<Arc<dyn Provider>> {
        self.provider.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Client {
    /// Sets the function that hands out tokens.
    ///
    /// # Errors
    /// When the client was not made with `token_provider`.
    pub fn set_token_provider(&self, provider: Arc<dyn Provider>) -> Result<(), Error> {
        if !matches!(self.source.credentials, Credentials::Provider { .. }) {
            return Err(Error::new(
                Kind::InvalidArgument,
                "the client was not made with \"token_provider\": true; make one that was",
            ));
        }
        let mut place = self.source.provider.write().unwrap_or_else(PoisonError::into_inner);
        let old = place.replace(provider);
        drop(place);
        // Outside of the lock: the last owner of a provider may run the host's code.
        drop(old);
        Ok(())
    }

    /// Renews the ticket of a third-party app.
    ///
    /// # Errors
    /// When the client was not made with `suite`, or the ticket is empty.
    pub fn set_suite_ticket(&self, ticket: &str) -> Result<(), Error> {
        let Some(suite) = &self.source.suite else {
            return Err(Error::new(Kind::InvalidArgument, "the client was not made with suite; make one that was"));
        };
        if ticket.is_empty() {
            return Err(Error::new(Kind::InvalidArgument, "suite_ticket must not be empty"));
        }
        *suite.ticket.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Secret::new(ticket.to_owned()));
        suite.slot.forget_refusal();
        self.source.slot.forget_refusal();
        Ok(())
    }

    /// The token to use now.
    pub(super) fn token(&self, call: &Arc<Call>, progress: &mut Progress) -> Result<Token, Error> {
        let lone = |text: Secret| Token { text: Arc::new(text), version: 0 };
        let token = match &self.source.credentials {
            Credentials::Token { access_token, .. } => lone(access_token.clone()),
            Credentials::Provider { .. } => {
                let asked = match self.source.provider() {
                    Some(provider) => provider.token(self.source.refused.swap(false, Ordering::Relaxed)),
                    None => Err("no token provider was set; set one with set_token_provider".to_owned()),
                };
                lone(asked.map_err(|why| progress.without_token(Error::new(Kind::Auth, why)))?)
            }
            Credentials::App { corp_id, secret } => {
                self.kept_in(&self.source.slot, call, progress, || self.app_token(call, corp_id, secret))?
            }
            Credentials::Suite { suite, auth_corp_id, permanent_code } => {
                self.kept_in(&self.source.slot, call, progress, || {
                    self.corp_token(call, suite, auth_corp_id, permanent_code)
                })?
            }
        };
        progress.tokens.push(token.clone());
        Ok(token)
    }

    /// WeCom refused the token of a call.
    pub(super) fn note_refusal(&self) {
        self.source.refused.store(true, Ordering::Relaxed);
    }

    /// Another token in the place of one that WeCom refused, if there is one to be had.
    pub(super) fn replacement(
        &self,
        call: &Arc<Call>,
        refused: &Token,
        progress: &mut Progress,
    ) -> Result<Option<Token>, Error> {
        match self.source.credentials {
            Credentials::Token { .. } => return Ok(None),
            Credentials::Provider { .. } => {}
            Credentials::App { .. } | Credentials::Suite { .. } => {
                if self.source.slot.reject(refused).is_err() {
                    return Ok(None);
                }
            }
        }
        let token = self.token(call, progress)?;
        Ok((token.text != refused.text).then_some(token))
    }

    fn kept_in(
        &self,
        slot: &Slot,
        call: &Arc<Call>,
        progress: &Progress,
        fetch: impl Fn() -> Result<Fetched, Error>,
    ) -> Result<Token, Error> {
        let is_refusal = |error: &Error| error.errcode() > 0;
        let fetch = || {
            let fetched = fetch()?;
            self.log.say(Level::Info, "token_fetched", || [("life_s", fetched.life.as_secs().into())]);
            Ok(fetched)
        };
        slot.token(call, fetch, is_refusal).map_err(|none| match none {
            NoToken::Stopped(stop) => progress.stopped(stop),
            NoToken::Failed(error) => progress.without_token(error),
        })
    }

    fn app_token(&self, call: &Arc<Call>, corp_id: &str, secret: &Secret) -> Result<Fetched, Error> {
        let corp_id = percent_encoded(corp_id);
        let uri = self.uri(&[GETTOKEN.path, "?corpid=", &corp_id, "&corpsecret=", secret.in_url()])?;
        let mut progress = Progress::of(&GETTOKEN);
        let answer =
            self.exchange(call, None, &mut progress, |kept| self.transport.get(call, &uri, kept), Progress::envelope)?;
        fetched(answer.text(), "access_token")
    }

    /// A third-party app gets the token of a company with a token of its own.
    fn corp_token(
        &self,
        call: &Arc<Call>,
        suite: &Suite,
        auth_corp_id: &str,
        permanent_code: &Secret,
    ) -> Result<Fetched, Error> {
        let Some(source) = &self.source.suite else {
            return Err(Error::new(Kind::Auth, "the suite has no ticket; set one with set_suite_ticket"));
        };
        let body = json!({"auth_corpid": auth_corp_id, "permanent_code": permanent_code.expose()}).to_string();
        let mut repeated = false;
        loop {
            let progress = Progress::of(&GET_SUITE_TOKEN);
            let token = self.kept_in(&source.slot, call, &progress, || self.suite_token(call, suite))?;
            let uri = self.uri(&[GET_CORP_TOKEN.path, "?suite_access_token=", token.text.in_url()])?;
            let mut progress = Progress::of(&GET_CORP_TOKEN);
            let outcome = self.exchange(
                call,
                None,
                &mut progress,
                |kept| self.transport.post(call, &uri, JSON, body.as_bytes(), kept),
                Progress::envelope,
            );
            match outcome {
                Ok(answer) => return fetched(answer.text(), "access_token"),
                Err(mut error) => {
                    let may_repeat = SUITE_TOKEN_REFUSED.contains(&error.errcode()) && !repeated;
                    if !may_repeat || source.slot.reject(&token).is_err() {
                        error.redact(&[&token.text]);
                        return Err(error);
                    }
                    repeated = true;
                }
            }
        }
    }

    fn suite_token(&self, call: &Arc<Call>, suite: &Suite) -> Result<Fetched, Error> {
        let ticket = self.source.ticket();
        let ticket = ticket.as_ref().map_or("", |ticket| ticket.expose());
        let body =
            json!({"suite_id": suite.id, "suite_secret": suite.secret.expose(), "suite_ticket": ticket}).to_string();
        let uri = self.uri(&[GET_SUITE_TOKEN.path])?;
        let mut progress = Progress::of(&GET_SUITE_TOKEN);
        let answer = self.exchange(
            call,
            None,
            &mut progress,
            |kept| self.transport.post(call, &uri, JSON, body.as_bytes(), kept),
            Progress::envelope,
        )?;
        fetched(answer.text(), "suite_access_token")
    }
}

fn fetched(answer: &str, name: &str) -> Result<Fetched, Error> {
    let none = |why: &str| Error::new(Kind::Auth, format!("WeCom's answer holds {why}"));
    let fetched = Fetched::read(answer, name).ok_or_else(|| none(&format!("no {name}")))?;
    if fetched.text.expose().len() > IN_URL_MAX {
        return Err(none(&format!("{name} of more than {IN_URL_MAX} bytes, which no request's address could hold")));
    }
    Ok(fetched)
}
