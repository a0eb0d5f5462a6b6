//! The command line: the library for people who write no program, and for scripts.
//!
//! - `arguments`: the tree of commands and their flags; `usage`: what is wrong with those given; `commands`: what each does
//! - `configuration`, `prompt`: the client's configuration, and where its credentials come from
//! - `session`: one command under way, and how its outcome is told
//! - `failure`, `rows`, `report`: errors in words, the rows of a job that failed, and its report
//! - `table`, `plan`, `sheet`, `manual`: answers as tables, a dry run as a diff, codes on paper, man pages
//! - `progress`, `interrupt`: how far a job is, and how it is stopped
//! - `messages`: all that is said, in each language; `exit`: how the program ends

mod arguments;
mod commands;
mod configuration;
mod exit;
mod failure;
mod interrupt;
mod manual;
mod messages;
mod plan;
mod progress;
mod prompt;
mod report;
mod rows;
#[path = "../contactway-sandbox/program.rs"]
mod sandbox;
mod session;
mod sheet;
mod table;
mod usage;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use contactway::Language;

use exit::Exit;
use messages::Message;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = arguments::with_help_last(std::env::args_os().collect());
    let texts: Vec<String> = arguments.iter().skip(1).map(|it| it.to_string_lossy().into_owned()).collect();
    let lang = messages::language(&texts, |name| std::env::var(name).ok());
    if let Some(rest) = arguments::of_sandbox(&texts) {
        return commands::sandbox(rest, lang).into();
    }
    run(arguments, &texts, lang).into()
}

fn run(arguments: Vec<OsString>, texts: &[String], lang: Language) -> Exit {
    let mut program = commands::program(lang);
    // Filled in by clap: names in usages, and the flags that all commands have.
    program.build();
    let matches = match program.try_get_matches_from_mut(arguments) {
        Ok(matches) => matches,
        Err(error) => return refused(&error, &program, texts, lang),
    };
    let Some((name, given)) = matches.subcommand() else { return Exit::Usage };
    let entry =
        commands::COMMANDS.iter().zip(program.get_subcommands()).find(|(_, command)| command.get_name() == name);
    entry.map_or(Exit::Usage, |(entry, command)| (entry.run)(given, command, lang))
}

/// Shows help, or what is wrong with the arguments; of a secret in a flag nothing but why there is none.
fn refused(error: &clap::Error, program: &Command, arguments: &[String], lang: Language) -> Exit {
    if let (ErrorKind::UnknownArgument, Some(ContextValue::String(flag))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
        && arguments::is_secret(flag)
    {
        let flag = flag.split('=').next().unwrap_or_default();
        return session::complain(&Message::SecretInFlag { flag }.text(lang), Exit::Usage);
    }
    if let Some(words) = usage::wrong(error, program, arguments, lang) {
        return session::complain(&words, Exit::Usage);
    }
    // Nobody is left to tell if this fails.
    let _ = error.print();
    if error.exit_code() == 0 { Exit::Done } else { Exit::Usage }
}
