//! The options of a call as C gives them: with the numbers that stand for objects.

use super::handle::Process;
use crate::answer::{Error, Kind};
use crate::client::{Canceller, Options};
use crate::endpoint::Endpoint;
use crate::json::Value;
use crate::json::fields::Fields;

/// As much of a number that is no handle as is repeated, in characters.
const NUMBER_SHOWN: usize = 40;

/// Reads the options of a call; none are the default's.
pub fn read(text: Option<&str>, endpoint: Option<Endpoint>, process: &Process) -> Result<Options, Error> {
    let Some(text) = text else { return Ok(Options::default()) };
    let (mut options, handle) = Options::parse_with(text, endpoint, handle)?;
    options.canceller = handle.map(|raw| canceller_of(&raw, process)).transpose()?;
    Ok(options)
}

/// The number that `canceller` gives, as it is written.
fn handle(fields: &mut Fields) -> Option<String> {
    match fields.value("canceller")? {
        Value::Number(raw) if raw.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit()) => {
            Some((*raw).to_owned())
        }
        _ => {
            fields.wrong("canceller", "wrong_type", "must be the number that canceller_new returned; give that");
            None
        }
    }
}

/// The canceller of the handle that a number gives. A whole number that no handle can have was never issued.
fn canceller_of(raw: &str, process: &Process) -> Result<Canceller, Error> {
    if let Ok(handle) = raw.parse() {
        return process.canceller(handle);
    }
    let shown: String = raw.chars().take(NUMBER_SHOWN).collect();
    Err(Error::new(Kind::InvalidHandle, format!("{shown} is not a canceller's handle: it was never issued")))
}
