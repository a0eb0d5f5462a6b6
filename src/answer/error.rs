//! The error of every function, and how it is written as JSON.

use std::fmt;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::codes;
use crate::rules::Broken;
use crate::secret::Secret;

/// What kind of failure it is. Each has one errcode, unless WeCom sent one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// NULL, not UTF-8, not JSON, not an object, an unknown option, a bad configuration.
    InvalidArgument,
    /// A handle that was freed, forged, or is of another kind.
    InvalidHandle,
    /// The request breaks a documented rule; nothing was sent.
    InvalidRequest,
    /// No token could be had, or WeCom refuses the one there is.
    Auth,
    /// WeCom refused.
    Api,
    /// Too many calls, says WeCom, or says the limit kept here.
    RateLimited,
    /// The deadline passed.
    Timeout,
    /// DNS, connect, TLS, reset.
    Network,
    /// Not HTTP 200 with a JSON object that holds an integer `errcode`, or too large.
    BadResponse,
    /// The ledger or the token store failed.
    Store,
    /// The canceller was fired, or the client freed.
    Cancelled,
    /// A bulk job ran to its end and some rows failed.
    Partial,
    /// A key that stands for something else, or a job that another machine is doing.
    Conflict,
    /// This build lacks the feature.
    Unsupported,
    /// A bug here.
    Internal,
}

/// Every kind, with its name and its errcode.
const KINDS: [(Kind, &str, i64); 15] = [
    (Kind::InvalidArgument, "invalid_argument", -1001),
    (Kind::InvalidHandle, "invalid_handle", -1002),
    (Kind::InvalidRequest, "invalid_request", -1003),
    (Kind::Auth, "auth", -1004),
    (Kind::RateLimited, "rate_limited", -1005),
    (Kind::Timeout, "timeout", -1006),
    (Kind::Network, "network", -1007),
    (Kind::BadResponse, "bad_response", -1008),
    (Kind::Store, "store", -1009),
    (Kind::Cancelled, "cancelled", -1010),
    (Kind::Partial, "partial", -1011),
    (Kind::Conflict, "conflict", -1012),
    (Kind::Unsupported, "unsupported", -1013),
    (Kind::Internal, "internal", -1099),
    // Always with WeCom's own errcode.
    (Kind::Api, "api", -1099),
];

impl Kind {
    fn row(self) -> (&'static str, i64) {
        KINDS.iter().find(|(kind, ..)| *kind == self).map_or(("internal", -1099), |(_, name, code)| (name, *code))
    }

    /// Its name in an answer.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// Its errcode, where WeCom sent none.
    #[must_use]
    pub fn errcode(self) -> i64 {
        self.row().1
    }
}

/// Whether WeCom may have carried the request out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It did not.
    None,
    /// It may have.
    Unknown,
}

/// One rule that a request, an option or a configuration breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Where (RFC 6901).
    pub pointer: String,
    /// Which.
    pub rule: &'static str,
    /// What it says and what to do.
    pub message: String,
}

impl From<Broken> for Detail {
    fn from(broken: Broken) -> Self {
        Self { pointer: broken.pointer, rule: broken.rule.name, message: broken.message }
    }
}

impl Detail {
    pub(crate) fn new(pointer: impl Into<String>, rule: &'static str, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), rule, message: message.into() }
    }
}

/// No member that anybody meant has a longer pointer, in bytes.
const POINTER_MAX: usize = 1024;

/// Why a call failed. Boxed inside, so that a `Result` stays small.
#[derive(Clone, Debug)]
pub struct Error(Box<Parts>);

/// What an [`Error`] holds.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub kind: Kind,
    pub errcode: i64,
    pub errmsg: String,
    pub effect: Effect,
    pub retryable: bool,
    pub endpoint: Option<&'static str>,
    pub attempts: u32,
    pub http_status: Option<u16>,
    pub retry_after_ms: Option<u64>,
    pub details: Vec<Detail>,
    /// What else WeCom sent.
    pub members: Vec<(String, Box<RawValue>)>,
}

impl Error {
    pub(crate) fn new(kind: Kind, errmsg: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            kind,
            errcode: kind.errcode(),
            errmsg: errmsg.into(),
            effect: Effect::None,
            retryable: false,
            endpoint: None,
            attempts: 0,
            http_status: None,
            retry_after_ms: None,
            details: Vec::new(),
            members: Vec::new(),
        }))
    }

    /// An error that names every broken rule; `what` is broken.
    pub(crate) fn with_details(kind: Kind, what: &str, mut details: Vec<Detail>) -> Self {
        // A name may be as long as a request; an answer repeats none that long.
        for detail in details.iter_mut().filter(|detail| detail.pointer.len() > POINTER_MAX) {
            detail.pointer.clear();
        }
        let mut errmsg = match details.len() {
            1 => format!("a rule is broken in {what}"),
            many => format!("{many} rules are broken in {what}"),
        };
        for (index, detail) in details.iter().take(3).enumerate() {
            let place = if detail.pointer.is_empty() { "the whole" } else { &detail.pointer };
            errmsg.push_str(if index == 0 { ": " } else { "; " });
            errmsg.push_str(place);
            errmsg.push_str(": ");
            errmsg.push_str(&detail.message);
        }
        if details.len() > 3 {
            errmsg.push_str("; the rest stands in error.details");
        }
        let mut error = Self::new(kind, errmsg);
        error.0.details = details;
        error
    }

    pub(crate) fn parts(&mut self) -> &mut Parts {
        &mut self.0
    }

    pub(crate) fn of_endpoint(mut self, endpoint: &'static str) -> Self {
        self.0.endpoint = Some(endpoint);
        self
    }

    pub(crate) fn retry_after_ms(mut self, wait: u64) -> Self {
        self.0.retry_after_ms = Some(wait);
        self
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// WeCom's errcode, or the kind's.
    #[must_use]
    pub fn errcode(&self) -> i64 {
        self.0.errcode
    }

    /// Whether WeCom may have carried the request out.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.0.effect
    }

    /// Whether the same call may be made again without risk of a second contact way.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Every rule broken.
    #[must_use]
    pub fn details(&self) -> &[Detail] {
        &self.0.details
    }

    /// How long to wait before another try, where waiting helps.
    #[must_use]
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        self.0.retry_after_ms.map(std::time::Duration::from_millis)
    }

    /// Takes secrets out of whatever came from elsewhere.
    pub(crate) fn redact(&mut self, secrets: &[&Secret]) {
        for secret in secrets {
            if let Some(masked) = secret.redact(&self.0.errmsg) {
                self.0.errmsg = masked;
            }
            for (name, value) in &mut self.0.members {
                if let Some(masked) = secret.redact(name) {
                    *name = masked;
                }
                if let Some(masked) = secret.redact(value.get()) {
                    // A mask in the midst of JSON that is no string: the value cannot be kept.
                    *value = RawValue::from_string(masked).unwrap_or_else(|_| RawValue::NULL.to_owned());
                }
            }
        }
    }

    /// The answer object.
    #[must_use]
    pub fn to_json(&self) -> String {
        let parts = &self.0;
        let mut error = Map::new();
        let mut put = |name: &str, value: Value| {
            error.insert(name.to_owned(), value);
        };
        put("kind", parts.kind.name().into());
        put("effect", if parts.effect == Effect::None { "none" } else { "unknown" }.into());
        put("retryable", parts.retryable.into());
        put("endpoint", parts.endpoint.into());
        put("attempts", parts.attempts.into());
        put("http_status", parts.http_status.into());
        let details = parts.details.iter();
        put(
            "details",
            details.map(|it| json!({"pointer": it.pointer, "rule": it.rule, "message": it.message})).collect(),
        );
        if let Some(wait) = parts.retry_after_ms {
            put("retry_after_ms", wait.into());
        }
        if let Some(advice) = codes::advice(parts.errcode) {
            put("advice", advice.into());
        }
        if let Some(hint) = codes::hint(&parts.errmsg) {
            put("hint", hint.into());
        }
        if let Some(url) = codes::help_url(&parts.errmsg) {
            put("help_url", url.into());
        }
        let errmsg = Value::from(parts.errmsg.as_str());
        let mut text = format!("{{\"errcode\":{},\"errmsg\":{errmsg}", parts.errcode);
        for (name, value) in &parts.members {
            text.push(',');
            text.push_str(&Value::from(name.as_str()).to_string());
            text.push(':');
            text.push_str(value.get());
        }
        text.push_str(",\"error\":");
        text.push_str(&Value::from(error).to_string());
        text.push('}');
        text
    }
}

impl fmt::Display for Error {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        write!(to, "{} ({}): {}", self.0.kind.name(), self.0.errcode, self.0.errmsg)
    }
}

impl std::error::Error for Error {}
