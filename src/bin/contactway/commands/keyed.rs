//! A contact way that is meant by its key: the ledger knows its id.

use clap::{Arg, ArgMatches};
use contactway::Language;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::messages::{Message, Text, named};
use crate::session::Session;
use crate::table::shown;

pub const KEY: &str = "key";

/// What can say which contact way is meant.
pub const WAYS: [&str; 2] = ["--config-id", "--key"];

/// The flag of a key, in the place of an id.
pub fn arg(lang: Language) -> Arg {
    let arg = Arg::new(KEY).long(KEY).value_name("TEXT").conflicts_with("config_id");
    arg.help(Text::OfKey.text(lang)).help_heading(Text::Options.text(lang))
}

/// The id of the contact way whose key is given, if one is.
///
/// # Errors
/// How the program ends where the ledger does not know it; why is told.
pub fn config_id(session: &Session, given: &ArgMatches) -> Result<Option<String>, Exit> {
    let Some(key) = given.get_one::<String>(KEY) else { return Ok(None) };
    if given.get_flag("no-ledger") {
        return Err(session.complain(&Message::NeedsLedger("--key"), Exit::Usage));
    }
    let answer = session.client.ledger(&json!({"key": key, "limit": 1000}).to_string(), &session.options());
    let answer = answer.map_err(|error| session.tell(Err(error), |_| String::new()))?;
    let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    let entries = answer["entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    // Of one key there are others that were deleted.
    if let Some(active) = entries.iter().find(|entry| entry["status"] == "active") {
        return Ok(active["config_id"].as_str().map(str::to_owned));
    }
    let key = shown(key);
    let status = entries.last().and_then(|entry| entry["status"].as_str()).map(|status| named(status, session.lang));
    let message = match &status {
        Some(status) => Message::KeyIsNotActive { key: &key, status },
        None => Message::NoSuchKey(&key),
    };
    Err(session.complain(&message, Exit::Refused))
}
