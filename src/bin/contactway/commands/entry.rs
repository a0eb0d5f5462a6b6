//! What a command is, and what most of them begin with.

use clap::{ArgMatches, Command};
use contactway::Language;

use crate::exit::Exit;
use crate::messages::Message;
use crate::session::{Session, complain};

/// A command.
pub struct Entry {
    /// Its arguments.
    pub command: fn(Language) -> Command,
    /// What it does with those that are given.
    pub run: fn(&ArgMatches, &Command, Language) -> Exit,
}

/// Runs a command that needs a client.
pub fn with_session(
    given: &ArgMatches,
    command: &Command,
    lang: Language,
    work: impl FnOnce(&Session) -> Exit,
) -> Exit {
    match Session::open(given, command, lang) {
        Ok(session) => work(&session),
        Err(exit) => exit,
    }
}

/// The same of one that is nothing without the ledger.
pub fn with_ledger(given: &ArgMatches, command: &Command, lang: Language, work: impl FnOnce(&Session) -> Exit) -> Exit {
    if given.get_flag("no-ledger") {
        let what = format!("contactway {}", command.get_name());
        return complain(&Message::NeedsLedger(&what).text(lang), Exit::Usage);
    }
    with_session(given, command, lang, work)
}

/// A request of these members.
pub fn object(members: Vec<(&str, serde_json::Value)>) -> serde_json::Map<String, serde_json::Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
