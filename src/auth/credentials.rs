//! What a client proves itself with.

use crate::secret::{Secret, percent_encoded};

/// One kind of credentials.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Credentials {
    /// A self-built app, or one developed on a customer's behalf, whose secret is the permanent code.
    App {
        /// The company.
        corp_id: String,
        /// The app's secret.
        secret: Secret,
    },
    /// A token that the host manages: never refreshed, never shared.
    Token {
        /// The token.
        access_token: Secret,
        /// The company, where the host says so.
        corp_id: Option<String>,
    },
}

impl Credentials {
    /// Whom limits are counted for.
    #[must_use]
    pub fn corp_id(&self) -> Option<&str> {
        match self {
            Self::App { corp_id, .. } => Some(corp_id),
            Self::Token { corp_id, .. } => corp_id.as_deref(),
        }
    }

    /// What may never be printed.
    pub fn secrets(&self) -> impl Iterator<Item = &Secret> + Clone {
        std::iter::once(match self {
            Self::App { secret, .. } => secret,
            Self::Token { access_token, .. } => access_token,
        })
    }

    /// Path and query of the request for a token; none where tokens are the host's own.
    #[must_use]
    pub fn token_request(&self) -> Option<Secret> {
        match self {
            Self::App { corp_id, secret } => Some(Secret::new(format!(
                "/cgi-bin/gettoken?corpid={}&corpsecret={}",
                percent_encoded(corp_id),
                percent_encoded(secret.expose())
            ))),
            Self::Token { .. } => None,
        }
    }
}
