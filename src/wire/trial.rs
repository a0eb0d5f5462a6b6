//! Tried afresh: what WeCom says to a wire that knows nothing yet, and asks for each thing once.

use std::sync::Arc;

use ureq::http::Uri;

use super::attempts::{Attempts, NoAnswer};
use super::{Answered, Ask, Limits, Setup, Shared, Wire};
use crate::answer::{Error, Kind};
use crate::auth::Token;
use crate::call::Call;
use crate::endpoint::{CHECK, Endpoint};
use crate::transport::Passed;

/// One entry shows as well as a thousand that the app may list.
const LIST_OF_ONE: &[u8] = br#"{"limit":1}"#;

/// A wire like another, beside it. What the other remembers (tokens, refusals, blocks, addresses) is not heeded, and what
/// is learned here is gone with it.
pub struct Trial(Wire);

impl Wire {
    /// Tries afresh what this wire does.
    #[must_use]
    pub fn trial(&self) -> Trial {
        let mut wire = Self::new(
            &Shared::default(),
            Setup {
                credentials: self.credentials().clone(),
                suite_ticket: None,
                base_url: self.base_url.clone(),
                max_attempts: 1,
                limits: Limits::NONE,
                proxy_password: None,
                transport: self.transport.afresh(),
                store: None,
            },
        );
        wire.tokens = self.tokens.afresh(&self.base_url);
        wire.log = Arc::clone(&self.log);
        // The tokens of a trial are masked for as long as any others.
        wire.secrets = Arc::clone(&self.secrets);
        wire.replaces_tokens = false;
        Trial(wire)
    }
}

impl Trial {
    /// Makes a connection; `passed` is told how far it has come.
    ///
    /// # Errors
    /// When there is none.
    pub fn connect(&self, call: &Arc<Call>, passed: &mut dyn FnMut(Passed)) -> Result<(), Error> {
        let uri = Uri::try_from(&self.0.base_url)
            .map_err(|_| Error::new(Kind::Internal, "the base URL could not be read again"))?;
        let mut attempts = Attempts::of(&Ask::bare(&CHECK));
        attempts.made = 1;
        self.0.transport.connect(call, &uri, passed).map_err(|failure| match attempts.failed(failure) {
            NoAnswer::Over(error) | NoAnswer::Failed(_, error) => error,
        })
    }

    /// Gets a token: fetches it, asks the host's function, or takes the host's own.
    ///
    /// # Errors
    /// When none could be had.
    pub fn token(&self, call: &Arc<Call>) -> Result<Token, Error> {
        let attempts = Attempts::of(&Ask::of(&CHECK, b""));
        let token = self.0.token(call, &attempts)?;
        token.ok_or_else(|| Error::new(Kind::Internal, "an app has no token"))
    }

    /// Lists one contact way, with this token.
    ///
    /// # Errors
    /// When WeCom refuses, or no answer could be had.
    pub fn list_one(&self, call: &Arc<Call>, token: &Token) -> Result<Answered, Error> {
        self.0.ask(call, &Ask { token: Some(token), ..Ask::of(Endpoint::List.facts(), LIST_OF_ONE) })
    }
}
