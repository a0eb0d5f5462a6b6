//! Access tokens that were handed out, and what each stands for.

use std::collections::HashMap;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

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
pub struct Grants {
    known: HashMap<String, Grant>,
    current: HashMap<Bearer, String>,
}

const TOKEN_LENGTH: usize = 128;

impl Grants {
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
        // The time makes a sandbox that is started again with the same seed, perhaps on the same port and in the same
        // second, hand out other tokens: the machine's time, since the sandbox's may stand still.
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let mut token = format!("{}{time}", ids.text(TOKEN_LENGTH));
        // After a reset, ids begin anew while tokens stay good.
        while self.known.contains_key(&token) {
            token = format!("{}{time}", ids.text(TOKEN_LENGTH));
        }
        self.known.insert(token.clone(), Grant { bearer, expires_at: now.saturating_add(life_s) });
        self.current.insert(bearer, token.clone());
        (token, life_s)
    }

    /// What this token was handed out for, be it still good or not.
    pub fn of_token(&self, token: &str) -> Option<&Grant> {
        self.known.get(token)
    }
}
