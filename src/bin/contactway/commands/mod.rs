//! The commands, a module for each kind of them.

mod check;
mod endpoints;
mod generate;
mod jobs;
mod keyed;
mod ledger;
mod pictures;
mod sheet;

use clap::{Arg, ArgMatches, Command};
use contactway::Language;

use crate::arguments;
use crate::exit::Exit;
use crate::messages::{Message, Text};
use crate::session::{Session, complain};

/// A command.
pub struct Entry {
    /// Its arguments.
    pub command: fn(Language) -> Command,
    /// What it does with those that are given.
    pub run: fn(&ArgMatches, &Command, Language) -> Exit,
}

/// All of them, in the order of the help.
pub const COMMANDS: &[Entry] = &[
    endpoints::ADD,
    endpoints::GET,
    endpoints::LIST,
    endpoints::UPDATE,
    endpoints::DEL,
    endpoints::CLOSE_TEMP_CHAT,
    pictures::UPLOAD_IMAGE,
    pictures::SAVE_QR_CODE,
    check::CHECK,
    jobs::APPLY,
    jobs::SYNC,
    jobs::REPLACE_USER,
    ledger::LEDGER,
    pictures::SAVE_QR_CODES,
    sheet::SHEET,
    SANDBOX,
    generate::GENERATE,
];

/// Runs a command that needs a client.
fn with_session(given: &ArgMatches, command: &Command, lang: Language, work: impl FnOnce(&Session) -> Exit) -> Exit {
    match Session::open(given, command, lang) {
        Ok(session) => work(&session),
        Err(exit) => exit,
    }
}

/// The same of one that is nothing without the ledger.
fn with_ledger(given: &ArgMatches, command: &Command, lang: Language, work: impl FnOnce(&Session) -> Exit) -> Exit {
    if given.get_flag("no-ledger") {
        let what = format!("contactway {}", command.get_name());
        return complain(&Message::NeedsLedger(&what).text(lang), Exit::Usage);
    }
    with_session(given, command, lang, work)
}

/// A request of these members.
fn object(members: Vec<(&str, serde_json::Value)>) -> serde_json::Map<String, serde_json::Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The name alone: the sandbox reads its arguments itself, before all others are looked at.
const SANDBOX: Entry = Entry {
    command: |lang| {
        let arguments = Arg::new("arguments").num_args(0..).allow_hyphen_values(true).trailing_var_arg(true);
        let arguments = arguments.value_name("…").help(Text::SandboxArguments.text(lang));
        arguments::command("sandbox", Text::Sandbox, &[], lang).arg(arguments)
    },
    run: |given, _, _| {
        let arguments = given.get_many::<String>("arguments").into_iter().flatten().cloned();
        let ended_well = crate::sandbox::main("contactway sandbox", arguments) == std::process::ExitCode::SUCCESS;
        if ended_well { Exit::Done } else { Exit::Refused }
    },
};
