//! The error of every function, and how it is written as JSON.

use std::{fmt, mem};

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::codes::{self, Language};
use crate::json::{self, fields::Detail};
use crate::rules::Broken;
use crate::secret::Secrets;

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
    /// An add with a key whose earlier attempt may have been carried out.
    Unknown,
    /// A bug here.
    Internal,
}

/// Errcodes that only this library gives.
pub const OWN_ERRCODES: std::ops::RangeInclusive<i64> = -1099..=-1001;

impl Kind {
    /// Its name and its errcode.
    const fn row(self) -> (&'static str, i64) {
        match self {
            Self::InvalidArgument => ("invalid_argument", -1001),
            Self::InvalidHandle => ("invalid_handle", -1002),
            Self::InvalidRequest => ("invalid_request", -1003),
            Self::Auth => ("auth", -1004),
            Self::RateLimited => ("rate_limited", -1005),
            Self::Timeout => ("timeout", -1006),
            Self::Network => ("network", -1007),
            Self::BadResponse => ("bad_response", -1008),
            Self::Store => ("store", -1009),
            Self::Cancelled => ("cancelled", -1010),
            Self::Partial => ("partial", -1011),
            Self::Conflict => ("conflict", -1012),
            Self::Unsupported => ("unsupported", -1013),
            Self::Unknown => ("unknown", -1014),
            Self::Internal => ("internal", -1099),
            // Always with WeCom's own errcode.
            Self::Api => ("api", -1099),
        }
    }

    /// Its name in an answer.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// Its errcode, where WeCom sent none.
    #[must_use]
    pub const fn errcode(self) -> i64 {
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

impl From<Broken> for Detail {
    fn from(broken: Broken) -> Self {
        Self::new(broken.pointer, broken.rule.name, broken.message)
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
    /// Whether it was told to an earlier call, and nobody was asked this time.
    pub remembered: bool,
    /// What to do, where that is not what the errcode alone says.
    pub advice: Option<&'static str>,
    pub details: Vec<Detail>,
    /// Of an add whose effect is unknown, where the ledger has it.
    pub key: Option<String>,
    /// The `config_id`s of the contact ways that it may be.
    pub candidates: Vec<String>,
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
            remembered: false,
            advice: None,
            details: Vec::new(),
            key: None,
            candidates: Vec::new(),
            members: Vec::new(),
        }))
    }

    /// A text of the host's, called `what`, that is not one JSON object.
    pub(crate) fn unreadable(what: &str, error: &json::Error) -> Self {
        Self::new(Kind::InvalidArgument, format!("{what}: {error}; give one JSON object"))
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
            errmsg.push_str(if index == 0 { ": " } else { "; " });
            if !detail.pointer.is_empty() {
                errmsg.push_str(&detail.pointer);
                errmsg.push_str(": ");
            }
            errmsg.push_str(&detail.message);
        }
        if details.len() > 3 {
            errmsg.push_str("; details names the rest");
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

    /// The same, with more to say of the request; these are no rules that it breaks.
    pub(crate) fn with_more_details(mut self, details: Vec<Detail>) -> Self {
        self.0.details.extend(details);
        self
    }

    /// The same, with the attempts that something before it took.
    pub(crate) fn after(mut self, attempts: u32) -> Self {
        self.0.attempts += attempts;
        self
    }

    /// The same, of which it is known that the same call again may succeed and does no harm.
    pub(crate) fn worth_again(mut self) -> Self {
        self.0.retryable = true;
        self
    }

    pub(crate) fn retry_after_ms(mut self, wait: u64) -> Self {
        self.0.retry_after_ms = Some(wait);
        self
    }

    /// The same as it is told to later calls, while nobody is asked again.
    pub(crate) fn remembered(mut self, wait: u64) -> Self {
        self.0.remembered = true;
        self.retry_after_ms(wait)
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What went wrong, and what to do.
    pub(crate) fn message(&self) -> &str {
        &self.0.errmsg
    }

    /// WeCom's errcode, or the kind's.
    #[must_use]
    pub fn errcode(&self) -> i64 {
        self.0.errcode
    }

    /// What WeCom said, or what went wrong and what to do.
    pub(crate) fn errmsg(&self) -> &str {
        &self.0.errmsg
    }

    /// Whether WeCom may have carried the request out.
    #[must_use]
    pub fn effect(&self) -> Effect {
        self.0.effect
    }

    /// WeCom's name for the endpoint that was called, or the library's for a function of its own.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.0.endpoint
    }

    /// How many times the request was sent, or tried to be.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// What the server answered the last attempt with, where it answered.
    pub(crate) fn http_status(&self) -> Option<u16> {
        self.0.http_status
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

    /// The key of an add whose effect is unknown, where a durable store has it: the same call with this key looks for the
    /// contact way before it makes one.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.0.key.as_deref()
    }

    /// The `config_id`s of the contact ways that such an add may have made, where that cannot be told.
    #[must_use]
    pub fn candidates(&self) -> &[String] {
        &self.0.candidates
    }

    /// A member of WeCom's answer, unquoted.
    pub(crate) fn member(&self, name: &str) -> Option<String> {
        let (_, value) = self.0.members.iter().find(|(known, _)| known == name)?;
        Some(json::unquoted(value.get()))
    }

    /// How long to wait before another try, where waiting helps.
    #[must_use]
    pub fn retry_after(&self) -> Option<std::time::Duration> {
        self.0.retry_after_ms.map(std::time::Duration::from_millis)
    }

    /// Takes secrets out of whatever came from elsewhere.
    pub(crate) fn redact(&mut self, secrets: &Secrets) {
        let parts = &mut *self.0;
        for detail in &mut parts.details {
            detail.pointer = secrets.masked_pointer(mem::take(&mut detail.pointer));
        }
        let own = [&mut parts.errmsg].into_iter().chain(&mut parts.key);
        let details = parts.details.iter_mut().map(|detail| &mut detail.message);
        for text in own.chain(details).chain(parts.members.iter_mut().map(|(name, _)| name)) {
            if let Some(masked) = secrets.redact_ours(text) {
                *text = masked;
            }
        }
        for (_, value) in &mut parts.members {
            if let Some(masked) = secrets.redact_ours(value.get()) {
                // A mask in the midst of JSON that is no string: the value cannot be kept.
                *value = RawValue::from_string(masked).unwrap_or_else(|_| RawValue::NULL.to_owned());
            }
        }
    }

    /// What a log line tells of it. Not `errmsg`: WeCom's holds the caller's address.
    pub(crate) fn log_members(&self) -> Vec<(&'static str, Value)> {
        let mut members = vec![("kind", self.0.kind.name().into()), ("errcode", self.0.errcode.into())];
        members.extend(codes::hint(&self.0.errmsg).map(|hint| ("hint", hint.into())));
        if let Some(detail) = self.0.details.first() {
            members.push(("rule", detail.rule.into()));
            members.push(("pointer", detail.pointer.as_str().into()));
        }
        members
    }

    /// What stands under `error` in an answer.
    pub(crate) fn object(&self) -> Map<String, Value> {
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
        put("details", parts.details.iter().map(Detail::to_json).collect());
        if let Some(key) = &parts.key {
            put("key", key.as_str().into());
        }
        if !parts.candidates.is_empty() {
            put("candidates", parts.candidates.clone().into());
        }
        if let Some(wait) = parts.retry_after_ms {
            put("retry_after_ms", wait.into());
        }
        if parts.remembered {
            put("remembered", true.into());
        }
        if let Some(advice) = parts.advice.or_else(|| codes::advice(parts.errcode, Language::English)) {
            put("advice", advice.into());
        }
        if let Some(hint) = codes::hint(&parts.errmsg) {
            put("hint", hint.into());
        }
        if let Some(url) = codes::help_url(&parts.errmsg) {
            put("help_url", url.into());
        }
        error
    }

    /// The answer object.
    #[must_use]
    pub fn to_json(&self) -> String {
        let parts = &self.0;
        let errmsg = Value::from(parts.errmsg.as_str());
        let mut text = format!("{{\"errcode\":{},\"errmsg\":{errmsg}", parts.errcode);
        for (name, value) in &parts.members {
            text.push(',');
            text.push_str(&Value::from(name.as_str()).to_string());
            text.push(':');
            text.push_str(value.get());
        }
        text.push_str(",\"error\":");
        text.push_str(&Value::from(self.object()).to_string());
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
