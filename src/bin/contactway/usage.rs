//! What is wrong with the arguments, in the language: the parser's own words are English alone.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};
use contactway::Language;

use crate::messages::Message;
use crate::table::shown;

/// Says it, and which help to look into; nothing of what is so rare that the parser's words must do. `arguments` are
/// those that were given to `program`.
pub fn wrong(error: &Error, program: &Command, arguments: &[String], lang: Language) -> Option<String> {
    let command = arguments.iter().find_map(|argument| program.find_subcommand(argument));
    let flags: Vec<_> = context(error, ContextKind::InvalidArg).iter().map(|flag| bare(&shown(flag))).collect();
    let (flag, value) = (flags.join(", "), shown(&context(error, ContextKind::InvalidValue).concat()));
    // The nearest comes last.
    let near = |kind| context(error, kind).pop();
    let message = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let (command, near) =
                (context(error, ContextKind::InvalidSubcommand).concat(), near(ContextKind::SuggestedSubcommand));
            Message::NoSuchCommand { command: &shown(&command), near: near.as_deref() }.text(lang)
        }
        ErrorKind::UnknownArgument if !flag.starts_with('-') => Message::OneTooMany(&flag).text(lang),
        ErrorKind::UnknownArgument => {
            let commands = with_flag(program, &flag);
            let near = near(ContextKind::SuggestedArg).map(|near| bare(&near)).filter(|_| commands.is_empty());
            Message::NoSuchFlag { flag: &flag, commands: &commands, near: near.as_deref() }.text(lang)
        }
        ErrorKind::InvalidValue if value.is_empty() => Message::NeedsValue(&flag).text(lang),
        ErrorKind::InvalidValue => {
            let choices = context(error, ContextKind::ValidValue).join(", ");
            Message::NoSuchValue { flag: &flag, value: &value, choices: &choices }.text(lang)
        }
        ErrorKind::ValueValidation => Message::NoInteger { flag: &flag, value: &value }.text(lang),
        ErrorKind::MissingRequiredArgument => Message::Required(&flag).text(lang),
        ErrorKind::ArgumentConflict => {
            let other = bare(&context(error, ContextKind::PriorArg).concat());
            Message::NotTogether { one: &flag, other: &other }.text(lang)
        }
        _ => return None,
    };
    let of = command.map_or_else(String::new, |command| format!(" {}", command.get_name()));
    Some(format!("{message}\n  {}", Message::SeeHelp(&format!("contactway{of} --help")).text(lang)))
}

/// What the parser says of this.
fn context(error: &Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

/// A flag without what it takes.
fn bare(flag: &str) -> String {
    flag.split([' ', '=', '[']).next().unwrap_or_default().to_owned()
}

/// The commands that have a flag.
fn with_flag<'p>(program: &'p Command, flag: &str) -> Vec<&'p str> {
    let name = flag.trim_start_matches('-');
    let has = |command: &&Command| command.get_arguments().any(|arg| arg.get_long() == Some(name));
    program.get_subcommands().filter(has).map(Command::get_name).collect()
}
