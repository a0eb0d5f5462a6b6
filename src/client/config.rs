//! The configuration of a client.

use std::time::Duration;

use ureq::Proxy;

use super::limits::Limits;
use super::settings::{self, Settings};
use super::{base_url, proxy};
use crate::answer::{Error, Kind};
use crate::auth::{Credentials, Suite};
use crate::json::{Object, Value};
use crate::secret::Secret;
use crate::transport::{Authorities, Roots};

const TIMEOUT_MS: u64 = 10_000;
const CONNECT_TIMEOUT_MS: u64 = 3_000;
const MAX_ATTEMPTS: u32 = 3;
const MAX_IN_FLIGHT: u32 = 5;
const PER_MINUTE: u32 = 10_000;
const PER_HOUR: u32 = 150_000;

/// What a client is made from.
pub struct Config {
    pub credentials: Credentials,
    /// Of a third-party app; it changes while the client lives.
    pub suite_ticket: Option<Secret>,
    /// As [`base_url::read`] writes it.
    pub base_url: String,
    pub timeout: Duration,
    pub connect_timeout: Duration,
    pub max_attempts: u32,
    pub limits: Limits,
    pub proxy: Option<Proxy>,
    /// The proxy's password, so that it can be kept out of every text.
    pub proxy_password: Option<Secret>,
    pub roots: Roots,
    /// Whether http may go beyond this machine.
    pub insecure_http: bool,
    /// What the host should know of all this, though it works.
    pub warnings: Vec<String>,
    pub validate: Validate,
}

/// What is done about a request that breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validate {
    /// It is refused.
    Strict,
    /// It is sent, with warnings.
    Warn,
    /// It is sent as it is.
    Off,
}

impl Config {
    /// Reads a configuration as JSON.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let object = settings::parse(text, "the configuration")?;
        let mut settings = Settings::new(&object, "");
        let (credentials, suite_ticket) = read_credentials(&mut settings).unzip();
        let base_url = base_url::read(&mut settings);
        let timeout = settings.integer("timeout_ms", 1).unwrap_or(TIMEOUT_MS);
        let connect_timeout = settings.integer("connect_timeout_ms", 1).unwrap_or(CONNECT_TIMEOUT_MS);
        let max_attempts = settings.count("max_attempts", 1).unwrap_or(MAX_ATTEMPTS);
        let limits = read_limits(&mut settings);
        let proxy = proxy::read(&mut settings, &base_url);
        let proxy_password = proxy.as_ref().and_then(Proxy::password).map(|password| Secret::new(password.to_owned()));
        let mut warnings = Vec::new();
        let roots = read_roots(&mut settings, &mut warnings);
        let store = settings.text("store").unwrap_or("memory");
        let durable = store.starts_with("sqlite:") || store.starts_with("postgres://");
        if store != "memory" && !durable {
            settings.wrong("store", "unknown_value", "store must be memory, sqlite:<path> or postgres://…");
        }
        settings.integer("settle_s", 0);
        let validate = settings.one_of("validate", &["strict", "warn", "off"]).unwrap_or(0);
        settings.finish(Kind::InvalidArgument, "the configuration")?;
        if durable {
            return Err(Error::new(Kind::Unsupported, "this build has no durable store; use \"store\": \"memory\""));
        }
        let Some(credentials) = credentials else {
            return Err(Error::new(Kind::Internal, "the credentials were not read"));
        };
        Ok(Self {
            credentials,
            suite_ticket: suite_ticket.flatten(),
            base_url,
            timeout: Duration::from_millis(timeout),
            connect_timeout: Duration::from_millis(connect_timeout),
            max_attempts,
            limits,
            proxy,
            proxy_password,
            roots,
            insecure_http: false,
            warnings,
            validate: [Validate::Strict, Validate::Warn, Validate::Off][validate],
        })
    }
}

/// The credentials, and a third-party app's ticket; none where they are wrong, which is noted.
fn read_credentials(settings: &mut Settings) -> Option<(Credentials, Option<Secret>)> {
    let corp_id = settings.text("corp_id");
    let secret = settings.text("secret");
    let access_token = settings.text("access_token");
    let provider = settings.boolean("token_provider") == Some(true);
    let suite = settings.object("suite");
    let given = [secret.is_some(), access_token.is_some(), provider, suite.is_some()];
    match given.iter().filter(|it| **it).count() {
        0 => {
            settings.wrong(
                "secret",
                "credentials_required",
                "credentials are missing; give corp_id and secret, or access_token, or suite, or token_provider",
            );
            return None;
        }
        1 => {}
        _ => {
            settings.wrong_together(
                "credentials_once",
                "give one kind of credentials: secret, access_token, suite or token_provider",
            );
            return None;
        }
    }
    if corp_id.is_none() && (secret.is_some() || provider) {
        settings.wrong("corp_id", "corp_id_required", "corp_id is required beside secret and token_provider");
        return None;
    }
    if corp_id.is_some() && suite.is_some() {
        settings.wrong(
            "corp_id",
            "corp_id_beside_suite",
            "a suite names its company as auth_corp_id; leave corp_id out",
        );
        return None;
    }
    let kept = |text: &str| Secret::new(text.to_owned());
    let corp_id = corp_id.map(str::to_owned);
    match (secret, access_token, suite, corp_id) {
        (Some(secret), _, _, Some(corp_id)) => Some((Credentials::App { corp_id, secret: kept(secret) }, None)),
        (_, Some(token), _, corp_id) => Some((Credentials::Token { access_token: kept(token), corp_id }, None)),
        (_, _, Some(suite), _) => read_suite(settings, suite),
        (_, _, _, corp_id) => corp_id.map(|corp_id| (Credentials::Provider { corp_id }, None)),
    }
}

fn read_suite(settings: &mut Settings, object: &Object) -> Option<(Credentials, Option<Secret>)> {
    let mut suite = Settings::new(object, "/suite");
    let names = ["suite_id", "suite_secret", "suite_ticket", "auth_corp_id", "permanent_code"];
    let values = names.map(|name| {
        let value = suite.text(name).map(str::to_owned);
        if value.is_none() && object.get(name).is_none() {
            suite.wrong(name, "suite_member_required", format!("{name} is required in suite"));
        }
        value
    });
    settings.take(suite);
    let [Some(id), Some(secret), Some(ticket), Some(auth_corp_id), Some(permanent_code)] = values else {
        return None;
    };
    let suite = Suite { id, secret: Secret::new(secret) };
    let permanent_code = Secret::new(permanent_code);
    Some((Credentials::Suite { suite, auth_corp_id, permanent_code }, Some(Secret::new(ticket))))
}

fn read_limits(settings: &mut Settings) -> Limits {
    let max_in_flight = settings.count("max_in_flight", 0).unwrap_or(MAX_IN_FLIGHT);
    let (per_minute, per_hour) = match settings.value("rate_limit") {
        None => (PER_MINUTE, PER_HOUR),
        Some(Value::Bool(false)) => (0, 0),
        Some(Value::Object(object)) => read_rates(settings, object),
        Some(_) => {
            settings.wrong(
                "rate_limit",
                "wrong_type",
                "rate_limit must be false, or an object with per_minute and per_hour",
            );
            (0, 0)
        }
    };
    Limits { max_in_flight, per_minute, per_hour }
}

fn read_rates(settings: &mut Settings, object: &Object) -> (u32, u32) {
    let mut rates = Settings::new(object, "/rate_limit");
    let per_minute = rates.count("per_minute", 1).unwrap_or(PER_MINUTE);
    let per_hour = rates.count("per_hour", 1).unwrap_or(PER_HOUR);
    settings.take(rates);
    (per_minute, per_hour)
}

/// The trusted roots. Nothing is opened that the configuration does not name.
fn read_roots(settings: &mut Settings, warnings: &mut Vec<String>) -> Roots {
    Roots {
        given: read_authorities(settings, "ca_file", warnings),
        extra: read_authorities(settings, "extra_ca_file", warnings),
    }
}

fn read_authorities(settings: &mut Settings, name: &'static str, warnings: &mut Vec<String>) -> Option<Authorities> {
    match Authorities::read(settings.text(name)?) {
        Ok(authorities) => {
            let unfit = authorities.unfit.iter();
            warnings.extend(
                unfit.map(|nth| format!("{name}: certificate number {nth} is of version 1 and is passed over")),
            );
            Some(authorities)
        }
        Err(why) => {
            settings.wrong(name, "bad_ca_file", format!("{name} {why}"));
            None
        }
    }
}
