//! What the program takes: the tree of its commands, whose flags come from tables.

use std::ffi::OsString;
use std::fmt::Write as _;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use contactway::Language;
use serde_json::Value;

use crate::exit::EXITS;
use crate::messages::{LANGUAGES, Text};

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Text,
    Integer,
    /// Nothing: it is there or not.
    Nothing,
    /// `true`, `false`, or nothing, which is `true`.
    TrueOrFalse,
    Texts,
    Integers,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// The name of a file.
    File,
    /// A name of this kind without a flag's name before it; it must be given.
    Place(&'static str),
}

/// A flag that gives a member of a request.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// The member's name; the flag's own has hyphens in it.
    pub member: &'static str,
    pub takes: Takes,
    pub help: Text,
}

impl Flag {
    pub const fn new(member: &'static str, takes: Takes, help: Text) -> Self {
        Self { member, takes, help }
    }

    fn arg(&self, lang: Language) -> Arg {
        let arg = Arg::new(self.member).help(self.help.text(lang));
        let arg = match self.takes {
            Takes::Place(name) => {
                return arg.value_name(name).required(true).help_heading(Text::Arguments.text(lang));
            }
            Takes::File => arg.value_name("FILE"),
            Takes::Text => arg.value_name("TEXT"),
            Takes::OneOf(values) => one_of(arg, values).value_name(self.member.to_uppercase()),
            Takes::Integer => arg.value_name("N").value_parser(value_parser!(i64)).allow_negative_numbers(true),
            Takes::Nothing => arg.action(ArgAction::SetTrue),
            Takes::TrueOrFalse => arg
                .value_name("true|false")
                .value_parser(value_parser!(bool))
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true")
                .hide_possible_values(true),
            Takes::Texts => arg.value_name("TEXT,…").value_delimiter(',').action(ArgAction::Append),
            Takes::Integers => arg
                .value_name("N,…")
                .value_parser(value_parser!(i64))
                .allow_negative_numbers(true)
                .value_delimiter(',')
                .action(ArgAction::Append),
        };
        arg.long(self.name()).help_heading(Text::Options.text(lang))
    }

    fn name(&self) -> String {
        self.member.replace('_', "-")
    }

    /// As it is written on the command line.
    pub fn long(&self) -> String {
        format!("--{}", self.name())
    }

    /// The member's value, if it is given.
    fn value(&self, given: &ArgMatches) -> Option<Value> {
        let member = self.member;
        match self.takes {
            Takes::Text | Takes::OneOf(_) | Takes::File | Takes::Place(_) => {
                given.get_one::<String>(member).map(|text| text.as_str().into())
            }
            Takes::Integer => given.get_one::<i64>(member).map(|number| (*number).into()),
            Takes::Nothing => given.get_flag(member).then_some(Value::Bool(true)),
            Takes::TrueOrFalse => given.get_one::<bool>(member).map(|flag| (*flag).into()),
            // `--user ''` is the empty list.
            Takes::Texts => given
                .get_many::<String>(member)
                .map(|texts| texts.filter(|text| !text.is_empty()).map(String::as_str).collect()),
            Takes::Integers => given.get_many::<i64>(member).map(|numbers| numbers.copied().collect()),
        }
    }
}

/// The members that the flags give, each with its value.
pub fn given(flags: &[Flag], matches: &ArgMatches) -> Vec<(&'static str, Value)> {
    flags.iter().filter_map(|flag| flag.value(matches).map(|value| (flag.member, value))).collect()
}

/// A command that takes these flags.
pub fn command(name: &'static str, about: Text, flags: &[Flag], lang: Language) -> Command {
    let command = Command::new(name).about(about.text(lang)).args(flags.iter().map(|flag| flag.arg(lang)));
    dressed(command, lang)
}

/// Help in the language, headings too.
fn dressed(command: Command, lang: Language) -> Command {
    let usage = Text::Usage.text(lang);
    let template = format!("{{about-with-newline}}\n{usage}: {{usage}}\n\n{{all-args}}{{after-help}}");
    let general = Text::GeneralOptions.text(lang);
    let help = Arg::new("help").long("help").short('h').action(ArgAction::Help).global(true);
    command
        .help_template(template)
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .subcommand_help_heading(Text::Commands.text(lang))
        .arg(help.help(Text::Help.text(lang)).help_heading(general))
}

/// The program, without its commands.
pub fn program(lang: Language) -> Command {
    let general = Text::GeneralOptions.text(lang);
    let global = |name: &'static str, help: Text| {
        Arg::new(name)
            .long(name)
            .value_name(name.to_uppercase())
            .help(help.text(lang))
            .help_heading(general)
            .global(true)
    };
    let version = Arg::new("version").long("version").short('V').action(ArgAction::Version);
    dressed(Command::new("contactway").about(Text::About.text(lang)).version(env!("CARGO_PKG_VERSION")), lang)
        .after_help(more(lang))
        .disable_version_flag(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .arg(version.help(Text::Version.text(lang)).help_heading(general))
        .arg(one_of(global("lang", Text::LangFlag), &LANGUAGES))
        .arg(one_of(global("output", Text::Output), &["table", "json"]).default_value("table").hide_default_value(true))
        .arg(global("config", Text::Config).value_name("FILE"))
        .arg(global("store", Text::Store).value_name("URL"))
        .arg(global("no-ledger", Text::NoLedger).action(ArgAction::SetTrue).conflicts_with("store"))
        .arg(global("timeout-ms", Text::TimeoutMs).value_name("N").value_parser(value_parser!(u64).range(1..)))
}

/// A flag that takes one of these, which its help shows in the place of its value: what the parser would add is English.
fn one_of(flag: Arg, values: &'static [&'static str]) -> Arg {
    flag.value_name(values.join("|")).value_parser(PossibleValuesParser::new(values)).hide_possible_values(true)
}

/// What stands below the help of the whole program.
fn more(lang: Language) -> String {
    let mut text = format!("{}\n\n{}:\n", Text::Credentials.text(lang), Text::ExitCodes.text(lang));
    for (exit, meaning) in EXITS {
        // A String takes whatever is written.
        let _ = writeln!(text, "  {:<4} {}", exit as u8, meaning.text(lang));
    }
    text
}

/// How a member is given to the command: its flag, or the name of its place.
pub fn flag_of(command: &Command, member: &str) -> Option<String> {
    let arg = command.get_arguments().find(|arg| arg.get_id() == member)?;
    Some(match arg.get_long() {
        Some(long) => format!("--{long}"),
        None => format!("<{}>", arg.get_value_names()?.first()?),
    })
}

/// The arguments for the sandbox, which reads its own, where that is the command; without the language, which it takes
/// wherever it stands.
pub fn of_sandbox(arguments: &[String]) -> Option<Vec<String>> {
    let mut rest = Vec::new();
    let mut left = arguments.iter();
    while let Some(argument) = left.next() {
        let lang = match argument.strip_prefix("--lang") {
            Some("") => Some(left.next()?.as_str()),
            Some(value) => value.strip_prefix('='),
            None => None,
        };
        match lang {
            None => rest.push(argument.clone()),
            Some(lang) if LANGUAGES.contains(&lang) => {}
            Some(_) => return None,
        }
    }
    let is_command = rest.first().is_some_and(|command| command == "sandbox");
    is_command.then(|| rest.split_off(1))
}

/// `help COMMAND`, which many try, as `COMMAND --help`.
pub fn with_help_last(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.get(1).is_some_and(|first| first == "help") {
        arguments.remove(1);
        arguments.push("--help".into());
    }
    arguments
}

/// Whether a flag that nobody knows was meant to hold a secret.
pub fn is_secret(flag: &str) -> bool {
    const SECRETS: [&str; 7] =
        ["--secret", "--corp-secret", "--access-token", "--token", "--password", "--suite-secret", "--permanent-code"];
    let name = flag.split('=').next().unwrap_or_default().replace('_', "-");
    SECRETS.contains(&name.as_str())
}
