//! Access tokens: handed out, asked for again, known, expired.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::answer::Refusal;
use super::ids::Ids;

/// What a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bearer {
    /// An app, by its place in the configuration.
    App(u16),
    /// A third-party app where one corporation has authorised it, by its place.
    Authorised(u16),
    /// A third-party app itself.
    Suite(u16),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    pub bearer: Bearer,
    pub expires_at: i64,
}

/// The tokens ever handed out, and the one each bearer has now.
#[derive(Debug, Default)]
pub struct Tokens {
    known: HashMap<String, Grant>,
    current: HashMap<Bearer, String>,
}

const TOKEN_LENGTH: usize = 128;

impl Tokens {
    pub fn of(known: HashMap<String, Grant>) -> Self {
        let mut current: HashMap<Bearer, String> = HashMap::new();
        for (token, grant) in &known {
            let ends = |token: &String| known.get(token).map(|grant| grant.expires_at);
            if current.get(&grant.bearer).is_none_or(|other| ends(other) < Some(grant.expires_at)) {
                current.insert(grant.bearer, token.clone());
            }
        }
        Self { known, current }
    }

    /// No token is good any more; they are as unknown as if they had never been.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn known(&self) -> &HashMap<String, Grant> {
        &self.known
    }

    /// The bearer's token, the same as before while that is good, and the seconds it has left.
    pub fn hand_out(&mut self, bearer: Bearer, now: i64, life_s: i64, ids: &Ids) -> (String, i64) {
        if let Some(token) = self.current.get(&bearer) {
            let left = self.known.get(token).map_or(0, |grant| grant.expires_at.saturating_sub(now));
            if left > 0 {
                return (token.clone(), left);
            }
        }
        // The time makes a sandbox that is started again with the same seed hand out other tokens.
        let mut token = format!("{}{now}", ids.text(TOKEN_LENGTH));
        // After a reset, ids begin anew while tokens stay good.
        while self.known.contains_key(&token) {
            token = format!("{}{now}", ids.text(TOKEN_LENGTH));
        }
        self.known.insert(token.clone(), Grant { bearer, expires_at: now.saturating_add(life_s) });
        self.current.insert(bearer, token.clone());
        (token, life_s)
    }

    /// Whose token this is, if it is good.
    pub fn bearer(&self, token: Option<&str>, now: i64, codes: &Codes) -> Result<Bearer, Refusal> {
        let token = token.ok_or(codes.missing)?;
        let grant = self.known.get(token).filter(|grant| (codes.is_for)(grant.bearer)).ok_or(codes.invalid)?;
        if now < grant.expires_at { Ok(grant.bearer) } else { Err(codes.expired.into()) }
    }
}

/// How one kind of token is refused.
pub struct Codes {
    missing: i32,
    invalid: i32,
    expired: i32,
    is_for: fn(Bearer) -> bool,
}

pub const ACCESS_TOKEN: Codes =
    Codes { missing: 41001, invalid: 40014, expired: 42001, is_for: |bearer| !matches!(bearer, Bearer::Suite(_)) };
pub const SUITE_TOKEN: Codes =
    Codes { missing: 41022, invalid: 40082, expired: 42009, is_for: |bearer| matches!(bearer, Bearer::Suite(_)) };
