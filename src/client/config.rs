//! The configuration of a client.

use std::env;
use std::fs;
use std::net::IpAddr;
use std::time::Duration;

use ureq::Proxy;
use ureq::http::Uri;

use super::limits::Limits;
use super::settings::{self, Settings};
use crate::answer::{Error, Kind};
use crate::auth::{Credentials, Suite};
use crate::json::{Object, Value};
use crate::secret::Secret;
use crate::transport::Roots;

const BASE_URL: &str = "https://qyapi.weixin.qq.com";
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
    /// Scheme, host, port and path, without a slash at its end.
    pub base_url: String,
    pub timeout: Duration,
    pub connect_timeout: Duration,
    pub max_attempts: u32,
    pub limits: Limits,
    pub proxy: Option<Proxy>,
    /// The proxy's password, so that it can be kept out of every text.
    pub proxy_password: Option<Secret>,
    pub roots: Roots,
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
        let base_url = settings.text("base_url").unwrap_or(BASE_URL);
        let base_url = base_url_of(&mut settings, base_url);
        let timeout = settings.integer("timeout_ms", 1).unwrap_or(TIMEOUT_MS);
        let connect_timeout = settings.integer("connect_timeout_ms", 1).unwrap_or(CONNECT_TIMEOUT_MS);
        let max_attempts = settings.count("max_attempts", 1).unwrap_or(MAX_ATTEMPTS);
        let limits = read_limits(&mut settings);
        let (proxy, proxy_password) = read_proxy(&mut settings, &base_url);
        let roots = read_roots(&mut settings, &base_url);
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

/// The base URL without a slash at its end.
fn base_url_of(settings: &mut Settings, text: &str) -> String {
    let base_url = text.trim_end_matches('/');
    let rule = match base_url.parse::<Uri>() {
        Ok(uri) => match (uri.scheme_str(), uri.host()) {
            _ if uri.query().is_some() || text.contains(['#', '@']) => "without a user, a query or a fragment",
            _ if !port_fits(&uri) => "with a port of 1 to 65535",
            (Some("https"), Some(_)) => return base_url.to_owned(),
            (Some("http"), Some(host)) if is_loopback(host) => return base_url.to_owned(),
            (Some("http"), Some(_)) => {
                "https, since a token travels in the query string; http only to a loopback address"
            }
            _ => "https://host",
        },
        Err(_) => "https://host",
    };
    settings.wrong("base_url", "bad_url", format!("base_url must be {rule}"));
    base_url.to_owned()
}

/// The parser takes any digits for a port.
fn port_fits(uri: &Uri) -> bool {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    // A user and a password may stand in front, and an IPv6 address holds colons too.
    let behind_host = authority.rsplit(['@', ']']).next().unwrap_or_default();
    !behind_host.contains(':') || uri.port_u16().is_some_and(|port| port > 0)
}

/// Whether a host is this machine: only there may a token travel unencrypted.
pub fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The proxy: the one given, or the environment's as curl reads it, and its password.
fn read_proxy(settings: &mut Settings, base_url: &str) -> (Option<Proxy>, Option<Secret>) {
    let given = settings.text_or_empty("proxy");
    let proxy = match given {
        Some("") => None,
        Some(url) => proxy_of(url, ""),
        // In the environment only what is for https counts: http is for loopback.
        None if base_url.starts_with("https:") => {
            let url = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].iter().find_map(|name| variable(name));
            url.and_then(|url| {
                proxy_of(&url, &["no_proxy", "NO_PROXY"].iter().find_map(|name| variable(name)).unwrap_or_default())
            })
        }
        None => None,
    };
    if proxy.is_none() && given.is_some_and(|url| !url.is_empty()) {
        settings.wrong(
            "proxy",
            "bad_proxy",
            "proxy must be http://host:port or http://user:password@host:port, or \"\" for none",
        );
    }
    let password = proxy.as_ref().and_then(Proxy::password).map(|password| Secret::new(password.to_owned()));
    (proxy, password)
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// A proxy that CONNECT reaches; others are not supported.
fn proxy_of(url: &str, no_proxy: &str) -> Option<Proxy> {
    let with_scheme = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let parsed = Proxy::new(&with_scheme).ok()?;
    if !matches!(parsed.uri().scheme_str(), Some("http" | "https")) || !port_fits(parsed.uri()) {
        return None;
    }
    let mut builder = Proxy::builder(parsed.protocol()).host(parsed.host()).port(parsed.port());
    if let Some(user) = parsed.username() {
        builder = builder.username(user);
    }
    if let Some(password) = parsed.password() {
        builder = builder.password(password);
    }
    for expression in no_proxy.split(',').map(str::trim).filter(|expression| !expression.is_empty()) {
        // As curl does: a name stands for its subdomains too.
        let name = expression.trim_start_matches('.');
        builder = builder.no_proxy(name).no_proxy(&format!(".{name}"));
    }
    builder.build().ok()
}

fn read_roots(settings: &mut Settings, base_url: &str) -> Roots {
    let Some(path) = settings.text("ca_file") else {
        // Looking through the system's roots takes time that plain http need not spend.
        return if base_url.starts_with("https:") { Roots::System } else { Roots::Unused };
    };
    let roots = match fs::read(path) {
        Ok(pem) => Roots::from_pem(&pem).ok_or_else(|| "holds no certificate in PEM form".to_owned()),
        Err(error) => Err(format!("cannot be read: {}", error.kind())),
    };
    roots.unwrap_or_else(|why| {
        settings.wrong("ca_file", "bad_ca_file", format!("ca_file {why}"));
        Roots::Unused
    })
}
