//! Whose token a request carries.

use crate::answer::codes::{self, Class};

/// Of a request for a token it says that the secret is wrong, of any other that the token is.
const WRONG_CREDENTIAL: i64 = 40001;
/// Suite tokens that WeCom no longer takes: expired, or not valid.
const SUITE_TOKEN_REFUSED: [i64; 2] = [42009, 40082];

/// Whose token a request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// The app's at this company.
    App,
    /// The third-party app's own.
    Suite,
    Nobody,
}

impl Bearer {
    /// Where the token stands in the query.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::App => "access_token=",
            Self::Suite => "suite_access_token=",
            Self::Nobody => "",
        }
    }

    /// Whether this errcode says that WeCom does not take the token.
    pub fn is_refused_by(self, errcode: i64) -> bool {
        match self {
            // 40001 is what older WeChat codes say of a token.
            Self::App => errcode == WRONG_CREDENTIAL || codes::class(errcode) == Class::TokenRefused,
            Self::Suite => SUITE_TOKEN_REFUSED.contains(&errcode),
            Self::Nobody => false,
        }
    }
}
