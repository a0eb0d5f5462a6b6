//! The commands, a module for each kind of them.

mod check;
mod endpoints;
mod entry;
mod generate;
mod jobs;
mod keyed;
mod ledger;
mod pictures;
mod sheet;

use clap::{Arg, Command};
use contactway::Language;

use crate::arguments;
use crate::exit::Exit;
use crate::messages::Text;
use entry::Entry;

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
    GENERATE,
];

/// The whole program.
pub fn program(lang: Language) -> Command {
    arguments::program(lang).subcommands(COMMANDS.iter().map(|entry| (entry.command)(lang)))
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

/// Of the whole program, so it stands here.
const GENERATE: Entry =
    Entry { command: generate::command, run: |given, _, lang| generate::generate(given, program, lang) };
