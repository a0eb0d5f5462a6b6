//! Man pages: what the help says, and what the help of a program has no room for.

use std::fs;
use std::io;
use std::path::Path;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};
use contactway::Language;

use crate::configuration::VARIABLES;
use crate::exit::EXITS;
use crate::messages::{Message, Text};

/// Each under the name of its page's command. Those that need a key come after the one that makes it.
const EXAMPLES: [(&str, &str); 17] = [
    ("contactway", "contactway check"),
    ("contactway", "contactway list --limit 10"),
    (
        "add",
        "contactway add --type 2 --scene 2 --user zhangsan,lisi --remark 'front desk' --state counter-1 --key counter-1",
    ),
    ("get", "contactway get --key counter-1"),
    ("list", "contactway list --limit 10 --output json"),
    ("update", "contactway update --key counter-1 --remark 'back door'"),
    ("close-temp-chat", "contactway close-temp-chat --userid zhangyisheng --external-userid wmcustomer"),
    ("upload-image", "contactway upload-image goodbye.png"),
    ("save-qr-code", "contactway save-qr-code --key counter-1 --out counter-1.png"),
    ("del", "contactway del --key counter-1"),
    ("check", "contactway check --lang zh"),
    ("apply", "contactway apply shops.csv --namespace shops --report-path report.jsonl"),
    ("sync", "contactway sync"),
    ("replace-user", "contactway replace-user --from lisi --to wangwu --dry-run"),
    ("ledger", "contactway ledger --user wangwu --status active"),
    ("save-qr-codes", "contactway save-qr-codes codes --namespace shops"),
    ("sheet", "contactway sheet --namespace shops --out shops.html"),
];

/// The sandbox's page, which is written by hand.
const SANDBOX_PAGE: &str = include_str!("../../../docs/man/contactway-sandbox.1");

const PROGRAM: &str = "contactway";

/// Writes the pages of the program and of its commands.
///
/// # Errors
/// When one cannot be written.
pub fn write(program: &Command, folder: &Path, lang: Language) -> io::Result<()> {
    page(program, PROGRAM, folder, lang)?;
    fs::write(folder.join("contactway-sandbox.1"), SANDBOX_PAGE)?;
    let told = program.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "sandbox");
    for command in told {
        page(command, &format!("{PROGRAM}-{}", command.get_name()), folder, lang)?;
    }
    Ok(())
}

fn page(command: &Command, name: &str, folder: &Path, lang: Language) -> io::Result<()> {
    let man = Man::new(command.clone().subcommand_help_heading("COMMANDS"));
    let mut options = Vec::new();
    man.render_description_section(&mut options)?;
    man.render_options_section(&mut options)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut options)?;
    }
    let title = name.to_uppercase();
    // Without a date, so that the same is written twice.
    let mut text = format!(".TH {title} 1 \"\" \"contactway {}\" \"User Commands\"\n", env!("CARGO_PKG_VERSION"));
    text.push_str(&(named(command, name).to_roff() + &synopsis(command).to_roff()));
    text.push_str(&String::from_utf8_lossy(&options));
    let sections = [exit_status(lang), environment(lang), files(lang), examples(command), see_also(command, name)];
    text.extend(sections.iter().map(Roff::to_roff));
    // What each piece brings along for its apostrophes is needed once.
    let preamble = Roff::new().render();
    fs::write(folder.join(format!("{name}.1")), preamble.clone() + &text.replace(&preamble, ""))
}

fn synopsis(command: &Command) -> Roff {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.split_once(": ").map_or(usage.as_str(), |(_, usage)| usage);
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let mut section = section("SYNOPSIS");
    section.text([bold(name), roman(usage.strip_prefix(name).unwrap_or_default())]);
    section
}

fn section(title: &str) -> Roff {
    let mut section = Roff::new();
    section.control("SH", [title]);
    section
}

/// The line that `whatis` and `apropos` go by: a name and a phrase, which begins small unless with a name.
fn named(command: &Command, name: &str) -> Roff {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let is_name = |word: &str| word.chars().skip(1).any(char::is_uppercase);
    let about = match about.split(' ').next() {
        Some(word) if !is_name(word) => {
            let mut letters = about.chars();
            letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
        }
        _ => about,
    };
    let mut section = section("NAME");
    section.text([roman(format!("{name} - {about}"))]);
    section
}

fn exit_status(lang: Language) -> Roff {
    let mut section = section("EXIT STATUS");
    for (exit, meaning) in EXITS {
        section.control("TP", []).text([bold((exit as u8).to_string())]).text([roman(meaning.text(lang))]);
    }
    section
}

fn environment(lang: Language) -> Roff {
    let mut section = section("ENVIRONMENT");
    let mut tell = |names: &str, words: &str| {
        section.control("TP", []).text([bold(names)]).text([roman(words)]);
    };
    for (variable, member) in VARIABLES {
        tell(variable, &Message::Variable(member).text(lang));
    }
    tell("XDG_CONFIG_HOME", Text::ConfigHome.text(lang));
    tell("XDG_DATA_HOME", Text::DataHome.text(lang));
    tell("LC_ALL, LC_MESSAGES, LANG", Text::Locale.text(lang));
    section.control("PP", []).text([roman(Text::Credentials.text(lang))]);
    section
}

fn files(lang: Language) -> Roff {
    let mut section = section("FILES");
    for (file, words) in [
        ("$XDG_CONFIG_HOME/contactway/config.json", Text::ConfigFile),
        ("$XDG_DATA_HOME/contactway/ledger.db", Text::LedgerFile),
    ] {
        section.control("TP", []).text([italic(file)]).text([roman(words.text(lang))]);
    }
    section
}

fn examples(command: &Command) -> Roff {
    let mut section = section("EXAMPLES");
    section.control("nf", []);
    for (_, example) in EXAMPLES.iter().filter(|(of, _)| *of == command.get_name()) {
        section.text([roman(*example)]);
    }
    section.control("fi", []);
    section
}

fn see_also(command: &Command, name: &str) -> Roff {
    let pages: Vec<_> = if name == PROGRAM {
        let told = command.get_subcommands().filter(|command| !command.is_hide_set());
        told.map(|command| format!("{PROGRAM}-{}(1)", command.get_name())).collect()
    } else {
        vec![format!("{PROGRAM}(1)"), format!("{PROGRAM}-sandbox(1)")]
    };
    let mut section = section("SEE ALSO");
    section.text([roman(pages.join(", "))]);
    section
}
