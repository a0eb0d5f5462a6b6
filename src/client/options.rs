//! The options of one call.

use std::time::Duration;

use super::cancel::Canceller;
use crate::answer::{Error, Kind};
use crate::endpoint::Endpoint;
use crate::json::fields::Fields;
use crate::json::{Object, Value};
use crate::ledger::wrong_key;

/// As much of a number that is no handle as is repeated, in characters.
const NUMBER_SHOWN: usize = 40;

/// How one call is made.
#[derive(Clone, Default)]
pub struct Options {
    /// The deadline of the whole call, retries and waits included; the client's own if left out.
    pub timeout: Option<Duration>,
    /// Ends the call when it is fired.
    pub canceller: Option<Canceller>,
    /// For add alone: send again also where that may make a second contact way.
    pub accept_duplicate: bool,
    /// For add alone: the caller's own name for the contact way, under which it is made once. It needs a durable store.
    pub key: Option<String>,
}

impl Options {
    /// Reads options as JSON. `canceller` finds what a handle stands for.
    ///
    /// # Errors
    /// When they are no JSON object, or a member is unknown or wrong.
    pub fn parse(
        text: &str,
        endpoint: Option<Endpoint>,
        canceller: impl FnOnce(u64) -> Result<Canceller, Error>,
    ) -> Result<Self, Error> {
        let object = Object::parse(text).map_err(|error| Error::unreadable("options", &error))?;
        let mut fields = Fields::new(&object, "");
        let timeout = fields.integer("timeout_ms", 1..=i64::MAX).map(|ms| Duration::from_millis(ms.unsigned_abs()));
        let handle = fields.value("canceller").map(whole_number);
        if handle == Some(None) {
            fields.wrong("canceller", "wrong_type", "must be the number that canceller_new answered; give that");
        }
        let mut accept_duplicate = false;
        let mut key = None;
        if endpoint == Some(Endpoint::Add) {
            accept_duplicate = fields.flag("accept_duplicate").unwrap_or(false);
            key = fields.text_or_empty("key").map(str::to_owned);
            if let Some((rule, rest)) = key.as_deref().and_then(wrong_key) {
                fields.wrong("key", rule, rest);
            }
        }
        fields.end(()).map_err(|wrong| Error::with_details(Kind::InvalidArgument, "options", wrong))?;
        let canceller = handle.flatten().map(|raw| canceller_of(raw, canceller)).transpose()?;
        Ok(Self { timeout, canceller, accept_duplicate, key })
    }
}

/// The canceller of the handle that a number gives. A whole number that no handle can have was never issued.
fn canceller_of(raw: &str, find: impl FnOnce(u64) -> Result<Canceller, Error>) -> Result<Canceller, Error> {
    if let Ok(handle) = raw.parse() {
        return find(handle);
    }
    let shown: String = raw.chars().take(NUMBER_SHOWN).collect();
    Err(Error::new(Kind::InvalidHandle, format!("{shown} is not a canceller's handle: it was never issued")))
}

fn whole_number<'a>(value: &Value<'a>) -> Option<&'a str> {
    let Value::Number(raw) = value else { return None };
    raw.strip_prefix('-').unwrap_or(raw).bytes().all(|byte| byte.is_ascii_digit()).then_some(raw)
}
