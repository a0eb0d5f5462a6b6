//! The options of one call.

use std::time::Duration;

use super::cancel::Canceller;
use crate::answer::{Error, Kind};
use crate::endpoint::Endpoint;
use crate::json::Object;
use crate::json::fields::Fields;
use crate::ledger::wrong_key;

/// How one call is made.
///
/// ```
/// use std::time::Duration;
///
/// use contactway::{Canceller, Options};
///
/// let canceller = Canceller::new();
/// let options = Options {
///     timeout: Some(Duration::from_secs(3)),
///     canceller: Some(canceller.clone()),
///     ..Options::default()
/// };
/// # let _ = options;
/// canceller.cancel(); // from any thread
/// ```
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
    /// Reads options as JSON, such as `{"timeout_ms":3000}`; `key` and `accept_duplicate` are known to an add alone. A
    /// canceller is set beside.
    ///
    /// # Errors
    /// When they are no JSON object, or a member is unknown or wrong.
    pub fn parse(text: &str, endpoint: Option<Endpoint>) -> Result<Self, Error> {
        Self::parse_with(text, endpoint, |_| ()).map(|(options, ())| options)
    }

    /// The same, with more members that `read` knows.
    pub(crate) fn parse_with<T>(
        text: &str,
        endpoint: Option<Endpoint>,
        read: impl FnOnce(&mut Fields) -> T,
    ) -> Result<(Self, T), Error> {
        let object = Object::parse(text).map_err(|error| Error::unreadable("options", &error))?;
        let mut fields = Fields::new(&object, "");
        let timeout = fields.integer("timeout_ms", 1..=i64::MAX).map(|ms| Duration::from_millis(ms.unsigned_abs()));
        let more = read(&mut fields);
        let mut options = Self { timeout, ..Self::default() };
        if endpoint == Some(Endpoint::Add) {
            options.accept_duplicate = fields.flag("accept_duplicate").unwrap_or(false);
            options.key = fields.text_or_empty("key").map(str::to_owned);
            if let Some((rule, rest)) = options.key.as_deref().and_then(wrong_key) {
                fields.wrong("key", rule, rest);
            }
        }
        fields.end((options, more)).map_err(|wrong| Error::with_details(Kind::InvalidArgument, "options", wrong))
    }
}
