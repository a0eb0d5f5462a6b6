//! The client's configuration: from a file, over it the environment, over that the flags, and last of all the person at
//! the terminal. Never a secret from a flag.

use std::fs::{DirBuilder, File};
use std::io::{self, Read as _};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use contactway::Language;
use serde_json::{Map, Value};

use crate::messages::{Message, Text, not_json, why};
use crate::prompt::{self, Typed};

/// The variables of the environment, and the members that they give.
pub const VARIABLES: [(&str, &str); 7] = [
    ("CONTACTWAY_CORP_ID", "corp_id"),
    ("CONTACTWAY_SECRET", "secret"),
    ("CONTACTWAY_ACCESS_TOKEN", "access_token"),
    ("CONTACTWAY_BASE_URL", "base_url"),
    ("CONTACTWAY_PROXY", "proxy"),
    ("CONTACTWAY_EXTRA_CA_FILE", "extra_ca_file"),
    ("CONTACTWAY_STORE", "store"),
];
/// What may stand for the company, each alone.
const CREDENTIALS: [&str; 4] = ["secret", "access_token", "suite", "token_provider"];
/// The deadline of a call, and what it is where nobody says.
const TIMEOUT: &str = "timeout_ms";
const USUAL_TIMEOUT_MS: u64 = 10_000;
const BOM: char = '\u{feff}';
/// Punctuation that looks like JSON's, and JSON's.
const FULL_WIDTH: [(char, char); 9] =
    [('“', '"'), ('”', '"'), ('‘', '"'), ('’', '"'), ('＂', '"'), ('：', ':'), ('，', ','), ('｛', '{'), ('｝', '}')];
/// What others may not do with a file of credentials.
const OTHERS: u32 = 0o077;

/// Why there is no configuration.
pub enum NoConfiguration {
    /// In words.
    Wrong(String),
    /// The person at the terminal pressed Ctrl-C.
    Interrupted,
}

/// The configuration.
///
/// # Errors
/// When the file or what is in it will not do.
pub fn read(flags: &ArgMatches, lang: Language) -> Result<Map<String, Value>, NoConfiguration> {
    let wrong = |message: Message| NoConfiguration::Wrong(message.text(lang));
    let mut members = from_file(flags, lang)?;
    let set = VARIABLES.into_iter().filter_map(|(name, member)| Some((member, std::env::var(name).ok()?)));
    for (member, value) in set.filter(|(_, value)| !value.is_empty()) {
        if CREDENTIALS.contains(&member) {
            members.retain(|name, _| !CREDENTIALS.contains(&name.as_str()));
        }
        members.insert(member.to_owned(), value.into());
    }
    if let Some(store) = flags.get_one::<String>("store") {
        if has_password(store) {
            return Err(wrong(Message::PasswordInStore));
        }
        members.insert("store".to_owned(), store.as_str().into());
    }
    if let Some(timeout) = flags.get_one::<u64>("timeout-ms") {
        bound(&mut members, *timeout);
    }
    if flags.get_flag("no-ledger") {
        without_ledger(&mut members);
    }
    if !CREDENTIALS.iter().any(|name| members.contains_key(*name)) && prompt::is_possible() {
        let file = file(flags).map(|path| path.display().to_string()).unwrap_or_default();
        if !members.contains_key("corp_id") {
            let corp_id = Question { member: "corp_id", words: Text::AskCorpId, variables: &["CONTACTWAY_CORP_ID"] };
            members.insert("corp_id".to_owned(), corp_id.ask(prompt::line, &file, lang)?.into());
        }
        let variables = &["CONTACTWAY_SECRET", "CONTACTWAY_ACCESS_TOKEN"];
        let secret = Question { member: "secret", words: Text::AskSecret, variables };
        members.insert("secret".to_owned(), secret.ask(prompt::hidden_line, &file, lang)?.into());
    }
    if !members.contains_key("store") {
        members.insert("store".to_owned(), default_store(lang)?.into());
    }
    Ok(members)
}

/// Lets nothing take longer than the whole command may, opening the ledger neither.
fn bound(members: &mut Map<String, Value>, timeout_ms: u64) {
    let usual = members.get(TIMEOUT).map_or(Some(USUAL_TIMEOUT_MS), Value::as_u64);
    if usual.is_some_and(|usual| timeout_ms < usual) {
        members.insert(TIMEOUT.to_owned(), timeout_ms.into());
    }
}

/// Takes the ledger out of a configuration.
pub fn without_ledger(members: &mut Map<String, Value>) {
    members.insert("store".to_owned(), "memory".into());
}

/// The file that is read: the one that `--config` names, or the usual one.
pub fn file(flags: &ArgMatches) -> Option<PathBuf> {
    let usual = || Some(home("XDG_CONFIG_HOME", ".config")?.join("contactway/config.json"));
    flags.get_one::<String>("config").map(PathBuf::from).or_else(usual)
}

/// A folder that the environment names, or the usual one in the home.
fn home(variable: &str, usual: &str) -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    of(variable).or_else(|| Some(of("HOME")?.join(usual)))
}

fn from_file(flags: &ArgMatches, lang: Language) -> Result<Map<String, Value>, NoConfiguration> {
    let wrong = |message: Message| NoConfiguration::Wrong(message.text(lang));
    let is_named = flags.contains_id("config");
    let Some(path) = file(flags) else { return Ok(Map::new()) };
    let file = path.display().to_string();
    let text = match text_of(&path) {
        Ok((_, mode)) if mode & OTHERS != 0 => return Err(wrong(Message::ConfigIsOpen { file: &file, mode })),
        Ok((text, _)) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !is_named => return Ok(Map::new()),
        Err(error) => return Err(wrong(Message::ConfigUnreadable { file: &file, why: &why(&error, lang) })),
    };
    // Read as any value first: only then does an error repeat nothing of what it says.
    let place = match serde_json::from_str(&text) {
        Ok(Value::Object(members)) => return Ok(members),
        Ok(_) => "…".to_owned(),
        Err(error) => full_width(&text, lang).unwrap_or_else(|| not_json(&error.to_string(), lang)),
    };
    Err(wrong(Message::ConfigIsNoObject { file: &file, place: &place }))
}

/// A file's text and its mode, both of the same file.
fn text_of(path: &Path) -> io::Result<(String, u32)> {
    let mut file = File::open(path)?;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok((without_bom(text), mode))
}

/// A text without the mark that some editors put before it.
pub fn without_bom(mut text: String) -> String {
    if text.starts_with(BOM) {
        text.remove(0);
    }
    text
}

/// The first punctuation of a text that an input method for Chinese or a word processor made of what JSON has, and where
/// it stands.
fn full_width(text: &str, lang: Language) -> Option<String> {
    let letters =
        text.lines().zip(1..).flat_map(|(line, row)| line.chars().zip(1..).map(move |(letter, at)| (row, at, letter)));
    let mut found = letters.filter_map(|(row, at, letter)| {
        FULL_WIDTH.into_iter().find(|(stands, _)| *stands == letter).map(|pair| (row, at, pair))
    });
    let (line, character, (stands, wanted)) = found.next()?;
    let place = Message::Line { line, character: Some(character) }.text(lang);
    Some(place + Text::Colon.text(lang) + &Message::FullWidth { stands, wanted }.text(lang))
}

/// Whether the address of a database holds a password.
fn has_password(store: &str) -> bool {
    let Some((_, rest)) = store.split_once("://") else { return false };
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = place.split('/').next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || query.split('&').any(|parameter| parameter.starts_with("password="))
}

/// What the person at the terminal is asked for.
struct Question {
    member: &'static str,
    words: Text,
    /// The variables of the environment that would have given it.
    variables: &'static [&'static str],
}

impl Question {
    fn ask(
        &self,
        on_terminal: fn(&str) -> io::Result<Typed>,
        file: &str,
        lang: Language,
    ) -> Result<String, NoConfiguration> {
        let message = match on_terminal(self.words.text(lang)) {
            Ok(Typed::Line(line)) => return Ok(line),
            Ok(Typed::Interrupted) => return Err(NoConfiguration::Interrupted),
            Ok(Typed::Nothing) => {
                Message::NothingTyped { member: self.member, variables: self.variables, file }.text(lang)
            }
            Err(error) => Message::NoInput { why: &why(&error, lang) }.text(lang),
        };
        Err(NoConfiguration::Wrong(message))
    }
}

/// The ledger that is kept where nothing else is said; its folder is for its owner alone.
fn default_store(lang: Language) -> Result<String, NoConfiguration> {
    let wrong = |message: Message| NoConfiguration::Wrong(message.text(lang));
    let variable = "XDG_DATA_HOME";
    let folder = home(variable, ".local/share").ok_or_else(|| wrong(Message::NoHome(variable)))?.join("contactway");
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    let path = folder.display().to_string();
    made.map_err(|error| wrong(Message::NoLedgerFolder { path: &path, why: &why(&error, lang) }))?;
    Ok(format!("sqlite:{}", folder.join("ledger.db").display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_the_stores_address_is_seen() {
        for store in
            ["postgres://me:pw@host/db", "postgres://host/db?password=pw", "postgres://host/db?a=1&password=pw"]
        {
            assert!(has_password(store), "{store}");
        }
        for store in
            ["sqlite:/var/a:b@c.db", "postgres://me@host:5432/db", "postgres://host/db?sslmode=disable", "memory"]
        {
            assert!(!has_password(store), "{store}");
        }
    }
}
