//! What a client proves itself with.

use std::sync::Arc;

use crate::secret::Secret;

/// One kind of credentials.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Credentials {
    /// A self-built app, or one developed on a customer's behalf, whose secret is the permanent code.
    App {
        /// The company.
        corp_id: String,
        /// The app's secret.
        secret: Secret,
    },
    /// A third-party app, at one company that installed it. Its ticket changes, and is kept beside.
    Suite {
        /// The app itself.
        suite: Suite,
        /// The company.
        auth_corp_id: String,
        /// What the company's authorisation gave.
        permanent_code: Secret,
    },
    /// A token that the host manages: never refreshed, never shared.
    Token {
        /// The token.
        access_token: Arc<Secret>,
        /// The company, where the host says so.
        corp_id: Option<String>,
    },
    /// A function of the host hands tokens out: never shared, never kept.
    Provider {
        /// The company.
        corp_id: String,
    },
}

/// A third-party app.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Suite {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: Secret,
}

impl Credentials {
    /// Whom limits are counted for.
    #[must_use]
    pub fn corp_id(&self) -> Option<&str> {
        match self {
            Self::App { corp_id, .. } | Self::Provider { corp_id } => Some(corp_id),
            Self::Suite { auth_corp_id, .. } => Some(auth_corp_id),
            Self::Token { corp_id, .. } => corp_id.as_deref(),
        }
    }

    /// Everything that tells them from others.
    #[must_use]
    pub fn parts(&self) -> Vec<&str> {
        match self {
            Self::App { corp_id, secret } => vec!["app", corp_id, secret.expose()],
            Self::Suite { suite, auth_corp_id, permanent_code } => {
                vec!["suite", &suite.id, auth_corp_id, permanent_code.expose()]
            }
            Self::Token { access_token, .. } => vec!["token", access_token.expose()],
            Self::Provider { corp_id } => vec!["provider", corp_id],
        }
    }

    /// What may never be printed.
    #[must_use]
    pub fn secrets(&self) -> Vec<&Secret> {
        match self {
            Self::App { secret, .. } => vec![secret],
            Self::Suite { suite, permanent_code, .. } => vec![&suite.secret, permanent_code],
            Self::Token { access_token, .. } => vec![access_token],
            Self::Provider { .. } => Vec::new(),
        }
    }
}
