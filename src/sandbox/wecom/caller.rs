//! Who calls, known by the token in the query.

use std::sync::RwLock;

use super::Wecom;
use super::answer::Refusal;
use crate::lock::read;
use crate::sandbox::serve::Request;
use crate::sandbox::world::Corp;
use crate::sandbox::world::grants::Bearer;

/// What an app must be allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// Every app is.
    Media,
    /// Those with the permission `contact_way` are.
    ContactWays,
}

/// Who calls.
pub struct Caller<'w> {
    pub wecom: &'w Wecom,
    pub corp: &'w RwLock<Corp>,
    pub corp_id: &'w str,
    /// The app, by its place in the configuration; authorised third-party apps come after the others.
    pub app: u16,
    pub acquisition: bool,
    may_configure: bool,
    pub now: i64,
}

impl<'w> Caller<'w> {
    /// Whoever sends this request, if its token is good.
    pub fn of(wecom: &'w Wecom, request: &Request, now: i64) -> Result<Self, Refusal> {
        let bearer = bearer(wecom, request.query("access_token").as_deref(), now, &ACCESS_TOKEN)?;
        Self::known(wecom, bearer, now).ok_or_else(|| ACCESS_TOKEN.invalid.into())
    }

    fn known(wecom: &'w Wecom, bearer: Bearer, now: i64) -> Option<Self> {
        let config = &wecom.world.config;
        let (corp_id, app, acquisition, may_configure) = match bearer {
            Bearer::App(place) => {
                let app = config.apps.get(usize::from(place))?;
                (&app.corp_id, place, app.acquisition, app.permissions.iter().any(|name| name == "contact_way"))
            }
            Bearer::Authorised(place) => {
                let suite = config.suites.get(usize::from(place))?;
                (&suite.auth_corp_id, place.saturating_add(u16::try_from(config.apps.len()).ok()?), true, true)
            }
            Bearer::Suite(_) => return None,
        };
        let corp = wecom.world.corps.get(corp_id)?;
        Some(Self { wecom, corp, corp_id, app, acquisition, may_configure, now })
    }

    pub fn has(&self, right: Right) -> bool {
        right == Right::Media || self.may_configure
    }
}

/// How one kind of token is refused.
pub struct Codes {
    missing: i32,
    invalid: i32,
    expired: i32,
    is_for: fn(Bearer) -> bool,
}

const ACCESS_TOKEN: Codes =
    Codes { missing: 41001, invalid: 40014, expired: 42001, is_for: |bearer| !matches!(bearer, Bearer::Suite(_)) };
pub const SUITE_TOKEN: Codes =
    Codes { missing: 41022, invalid: 40082, expired: 42009, is_for: |bearer| matches!(bearer, Bearer::Suite(_)) };

/// Whose token this is, if it is good.
pub fn bearer(wecom: &Wecom, token: Option<&str>, now: i64, codes: &Codes) -> Result<Bearer, Refusal> {
    let token = token.ok_or(codes.missing)?;
    let grants = read(&wecom.world.grants);
    let grant = grants.of_token(token).filter(|grant| (codes.is_for)(grant.bearer)).ok_or(codes.invalid)?;
    if now < grant.expires_at { Ok(grant.bearer) } else { Err(codes.expired.into()) }
}
