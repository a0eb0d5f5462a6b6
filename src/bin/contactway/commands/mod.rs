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
use crate::exit::{EXITS, Exit};
use crate::messages::{Text, said};
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
    run: |given, _, lang| sandbox(given.get_many("arguments").into_iter().flatten().cloned().collect(), lang),
};

/// Runs the sandbox.
pub fn sandbox(arguments: Vec<String>, lang: Language) -> Exit {
    let help = Text::SandboxHelp.text(lang);
    let say = |sentence: &str| said(sentence, lang);
    let status = crate::sandbox::main("contactway sandbox", help, arguments.into_iter(), say);
    let exit = EXITS.into_iter().map(|(exit, _)| exit).find(|exit| *exit as u8 == status);
    exit.unwrap_or(Exit::Refused)
}

/// Of the whole program, so it stands here.
const GENERATE: Entry =
    Entry { command: generate::command, run: |given, _, lang| generate::generate(given, program, lang) };
