//! The configuration of a client.

use std::sync::Arc;
use std::time::Duration;

use ureq::Proxy;

use super::{base_url, proxy};
use crate::answer::{Error, Kind};
use crate::auth::{Credentials, Suite};
use crate::json::fields::Fields;
use crate::json::{Object, Value};
use crate::rules::Validate;
use crate::secret::{IN_URL_MAX, Secret};
use crate::store;
use crate::transport::{Authorities, Roots};
use crate::wire::Limits;

const CONFIGURATION: &str = "the configuration";
const TIMEOUT_MS: u64 = 10_000;
const CONNECT_TIMEOUT_MS: u64 = 3_000;
const MAX_ATTEMPTS: u32 = 3;
const MAX_IN_FLIGHT: u32 = 5;
const PER_MINUTE: u32 = 10_000;
const PER_HOUR: u32 = 150_000;
const SETTLE_S: u32 = 60;

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
    /// Whether http may go beyond this machine, to one nearby.
    pub insecure_http: bool,
    /// Where a durable store is; none is in memory.
    pub store: Option<String>,
    /// How long after an attempt's deadline WeCom's list may still lack what it made.
    pub settle: Duration,
    /// What the host should know of all this, though it works.
    pub warnings: Vec<String>,
    pub validate: Validate,
}

impl Config {
    /// Reads a configuration as JSON.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let object = Object::parse(text).map_err(|error| Error::unreadable(CONFIGURATION, &error))?;
        let mut fields = Fields::new(&object, "");
        let (credentials, suite_ticket) = read_credentials(&mut fields).unzip();
        let insecure_http = fields.flag("insecure_http") == Some(true);
        let base_url = base_url::read(&mut fields, insecure_http);
        let timeout = milliseconds(&mut fields, "timeout_ms", TIMEOUT_MS);
        let connect_timeout = milliseconds(&mut fields, "connect_timeout_ms", CONNECT_TIMEOUT_MS);
        let max_attempts = fields.count("max_attempts", 1).unwrap_or(MAX_ATTEMPTS);
        let limits = read_limits(&mut fields);
        let proxy = proxy::read(&mut fields, &base_url);
        let proxy_password = proxy.as_ref().and_then(Proxy::password).map(|password| Secret::new(password.to_owned()));
        let mut warnings = Vec::new();
        let insecure_http = insecure_http && base_url.starts_with("http:");
        if insecure_http && proxy.is_some() {
            fields.wrong("insecure_http", "insecure_http_with_proxy", "goes with no proxy; leave one of the two out");
        } else if insecure_http {
            warnings.push(format!("tokens travel unencrypted to {base_url}: insecure_http allows it"));
        }
        let roots = read_roots(&mut fields, &mut warnings);
        let store = read_store(&mut fields, credentials.as_ref());
        let settle = Duration::from_secs(fields.count("settle_s", 0).unwrap_or(SETTLE_S).into());
        let validate = fields.one_of("validate", &["strict", "warn", "off"]).unwrap_or(0);
        fields.end(()).map_err(|wrong| Error::with_details(Kind::InvalidArgument, CONFIGURATION, wrong))?;
        let Some(credentials) = credentials else {
            return Err(Error::new(Kind::Internal, "the credentials were not read"));
        };
        Ok(Self {
            credentials,
            suite_ticket: suite_ticket.flatten(),
            base_url,
            timeout,
            connect_timeout,
            max_attempts,
            limits,
            proxy,
            proxy_password,
            roots,
            insecure_http,
            store,
            settle,
            warnings,
            validate: [Validate::Strict, Validate::Warn, Validate::Off][validate],
        })
    }
}

fn milliseconds(fields: &mut Fields, name: &'static str, default: u64) -> Duration {
    Duration::from_millis(fields.integer(name, 1..=i64::MAX).map_or(default, i64::unsigned_abs))
}

/// The credentials, and a third-party app's ticket; none where they are wrong, which is noted.
fn read_credentials(fields: &mut Fields) -> Option<(Credentials, Option<Secret>)> {
    let [corp_id, secret, access_token] = ["corp_id", "secret", "access_token"].map(|name| short_text(fields, name));
    let provider = fields.flag("token_provider") == Some(true);
    let suite = fields.object("suite");
    // What is there and wrong is told of already.
    let [has_secret, has_token, has_suite] =
        ["secret", "access_token", "suite"].map(|name| fields.value(name).is_some());
    let has_corp_id = fields.value("corp_id").is_some();
    match [has_secret, has_token, has_suite, provider].iter().filter(|it| **it).count() {
        0 => {
            fields.wrong(
                "secret",
                "credentials_required",
                "or other credentials are missing; give corp_id and secret, or access_token, or suite, or token_provider",
            );
            return None;
        }
        1 => {}
        _ => {
            fields.wrong_together(
                "credentials_once",
                "give one kind of credentials: secret, access_token, suite or token_provider",
            );
            return None;
        }
    }
    if !has_corp_id && (has_secret || provider) {
        fields.wrong("corp_id", "corp_id_required", "is required beside secret and token_provider; give it");
        return None;
    }
    if has_corp_id && has_suite {
        fields.wrong(
            "corp_id",
            "corp_id_beside_suite",
            "is not for a suite, which names its company as auth_corp_id; leave it out",
        );
        return None;
    }
    let kept = |text: &str| Secret::new(text.to_owned());
    let corp_id = corp_id.map(str::to_owned);
    match (secret, access_token, suite, corp_id) {
        (Some(secret), _, _, Some(corp_id)) => Some((Credentials::App { corp_id, secret: kept(secret) }, None)),
        (_, Some(token), _, corp_id) => {
            Some((Credentials::Token { access_token: Arc::new(kept(token)), corp_id }, None))
        }
        (_, _, Some(suite), _) => read_suite(fields, suite),
        (_, _, _, Some(corp_id)) if provider => Some((Credentials::Provider { corp_id }, None)),
        _ => None,
    }
}

/// A text that goes into a URL, which must not become longer than one can be.
fn short_text<'o>(fields: &mut Fields<'o, '_>, name: &'static str) -> Option<&'o str> {
    let text = fields.text(name)?;
    if text.len() > IN_URL_MAX {
        fields.wrong(name, "too_long", &format!("must be at most {IN_URL_MAX} bytes long"));
    } else if text != text.trim() {
        let rest = "must not begin or end with white space, such as a line break at the end of a file; take it off";
        fields.wrong(name, "surrounding_space", rest);
    }
    Some(text)
}

fn read_suite(fields: &mut Fields, object: &Object) -> Option<(Credentials, Option<Secret>)> {
    let mut suite = Fields::new(object, "/suite");
    let names = ["suite_id", "suite_secret", "suite_ticket", "auth_corp_id", "permanent_code"];
    let values = names.map(|name| {
        let value = short_text(&mut suite, name).map(str::to_owned);
        if value.is_none() && object.get(name).is_none() {
            suite.wrong(name, "suite_member_required", "is required; give it");
        }
        value
    });
    fields.take(suite.end(()));
    let [Some(id), Some(secret), Some(ticket), Some(auth_corp_id), Some(permanent_code)] = values else {
        return None;
    };
    let suite = Suite { id, secret: Secret::new(secret) };
    let permanent_code = Secret::new(permanent_code);
    Some((Credentials::Suite { suite, auth_corp_id, permanent_code }, Some(Secret::new(ticket))))
}

/// Where the store is, if it is a durable one.
fn read_store(fields: &mut Fields, credentials: Option<&Credentials>) -> Option<String> {
    const DURABLE: [&str; 3] = ["sqlite:", "postgres://", "postgresql://"];
    let store = fields.text("store").filter(|store| *store != "memory")?;
    if !DURABLE.iter().any(|scheme| store.starts_with(scheme)) {
        let rest = "must be memory, sqlite:<path> or postgres://…; for a file write sqlite: in front of its path";
        fields.wrong("store", "unknown_value", rest);
    } else if let Some(why) = store::fault(store) {
        fields.wrong("store", "bad_store", &why);
    }
    if credentials.is_some_and(|credentials| credentials.corp_id().is_none()) {
        fields.wrong("corp_id", "corp_id_required", "is required beside access_token with a durable store; give it");
    }
    Some(store.to_owned())
}

fn read_limits(fields: &mut Fields) -> Limits {
    let max_in_flight = fields.count("max_in_flight", 0).unwrap_or(MAX_IN_FLIGHT);
    let (per_minute, per_hour) = match fields.value("rate_limit") {
        None => (PER_MINUTE, PER_HOUR),
        Some(Value::Bool(false)) => (0, 0),
        Some(Value::Object(object)) => read_rates(fields, object),
        Some(_) => {
            fields.wrong(
                "rate_limit",
                "wrong_type",
                "must be false, or an object with per_minute and per_hour; write one of these",
            );
            (0, 0)
        }
    };
    Limits { max_in_flight, per_minute, per_hour }
}

fn read_rates(fields: &mut Fields, object: &Object) -> (u32, u32) {
    let mut rates = Fields::new(object, "/rate_limit");
    let per_minute = rates.count("per_minute", 1).unwrap_or(PER_MINUTE);
    let per_hour = rates.count("per_hour", 1).unwrap_or(PER_HOUR);
    fields.take(rates.end(()));
    (per_minute, per_hour)
}

fn read_roots(fields: &mut Fields, warnings: &mut Vec<String>) -> Roots {
    Roots {
        given: read_authorities(fields, "ca_file", warnings),
        extra: read_authorities(fields, "extra_ca_file", warnings),
    }
}

fn read_authorities(fields: &mut Fields, name: &'static str, warnings: &mut Vec<String>) -> Option<Authorities> {
    let authorities = Authorities::read(fields.text(name)?);
    let authorities = authorities.map_err(|why| fields.wrong(name, "bad_ca_file", &why)).ok()?;
    let unfit = authorities.unfit.iter();
    warnings.extend(unfit.map(|nth| format!("{name}: certificate number {nth} is of version 1 and is passed over")));
    Some(authorities)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a member's row on its page shows this default.
    fn is_told(page: &str, member: &str, default: &str) -> bool {
        let row = page.lines().find(|line| line.starts_with(&format!("| `{member}` |"))).unwrap_or_default();
        row.split(" | ").nth(2) == Some(&format!("`{default}`"))
    }

    #[test]
    fn the_documentation_has_the_same_defaults() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).unwrap();
        let config = Config::parse(r#"{"corp_id":"ww1","secret":"s","proxy":""}"#).unwrap();
        let Limits { max_in_flight, per_minute, per_hour } = config.limits;
        for (member, default) in [
            ("base_url", format!("\"{}\"", config.base_url)),
            ("insecure_http", config.insecure_http.to_string()),
            ("timeout_ms", config.timeout.as_millis().to_string()),
            ("connect_timeout_ms", config.connect_timeout.as_millis().to_string()),
            ("max_attempts", config.max_attempts.to_string()),
            ("max_in_flight", max_in_flight.to_string()),
            ("rate_limit", format!(r#"{{"per_minute":{per_minute},"per_hour":{per_hour}}}"#)),
            ("settle_s", config.settle.as_secs().to_string()),
        ] {
            assert!(is_told(&page, member, &default), "{member} is {default}");
        }
        assert!(config.store.is_none() && is_told(&page, "store", "\"memory\""));
        assert!(config.validate == Validate::Strict && is_told(&page, "validate", "\"strict\""));
    }
}
