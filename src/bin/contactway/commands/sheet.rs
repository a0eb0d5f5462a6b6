//! The codes of a query on paper.

use std::fs;
use std::io;
use std::path::Path;

use clap::ArgMatches;
use contactway::Error;
use serde_json::{Value, json};

use super::entry::{Entry, object, with_ledger};
use super::ledger;
use crate::arguments;
use crate::exit::Exit;
use crate::messages::{Message, Text, why};
use crate::progress::Bar;
use crate::session::{Session, plain};
use crate::sheet::{Card, render};
use crate::table::shown;

pub const SHEET: Entry = Entry {
    command: |lang| {
        let out = super::pictures::out(Text::SheetOut, lang).required(true);
        arguments::command("sheet", Text::Sheet, ledger::QUERY, lang).arg(out)
    },
    run: |given, command, lang| with_ledger(given, command, lang, |session| sheet(session, given)),
};

/// Why there is no sheet.
enum Failure {
    Library(Error),
    /// Of the picture of what is called so.
    Picture(Error, String),
    /// Of a picture or its folder, in this place.
    File(io::Error, String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

fn sheet(session: &Session, given: &ArgMatches) -> Exit {
    let out = given.get_one::<String>("path").map(String::as_str).unwrap_or_default();
    let cards = match cards(session, given) {
        Ok(cards) if cards.is_empty() => return session.complain(&Message::NoCodes, Exit::Refused),
        Ok(cards) => cards,
        Err(Failure::Library(error)) => return session.tell(Err(error), plain),
        Err(Failure::Picture(error, name)) => {
            session.complain(&Message::NoPicture(&shown(&name)), Exit::Refused);
            return session.tell(Err(error), plain);
        }
        Err(Failure::File(error, path)) => {
            return session
                .complain(&Message::Unreadable { path: &path, why: &why(&error, session.lang) }, Exit::Refused);
        }
    };
    if let Err(error) = fs::write(out, render(&cards)) {
        return session.complain(&Message::Unwritable { path: out, why: &why(&error, session.lang) }, Exit::Usage);
    }
    let codes = cards.len();
    let answer = json!({"errcode": 0, "errmsg": "ok", "path": out, "codes": codes}).to_string();
    session.tell(Ok(answer), |_| Message::SheetMade { path: out, codes }.text(session.lang) + "\n")
}

/// The codes that the query finds, each with its picture, which is saved on the way into a folder that goes again.
fn cards(session: &Session, given: &ArgMatches) -> Result<Vec<Card>, Failure> {
    let mut query = object(arguments::given(ledger::QUERY, given));
    // The codes of others are dead.
    query.entry("status").or_insert_with(|| "active".into());
    let entries = entries(session, &Value::Object(query))?;
    let folder = tempfile::tempdir();
    let folder = folder.map_err(|error| Failure::File(error, std::env::temp_dir().display().to_string()))?;
    let mut bar = Bar::new(session.lang);
    let mut cards = Vec::with_capacity(entries.len());
    for (done, entry) in entries.iter().enumerate() {
        bar.tell(&json!({"done": done, "total": entries.len()}).to_string());
        let path = folder.path().join(format!("{done}.png"));
        let request = json!({"qr_code": entry["qr_code"], "path": path.to_string_lossy()});
        let saved = session.client.save_qr_code(&request.to_string(), &session.options());
        saved.map_err(|error| Failure::Picture(error, caption(entry)))?;
        let png = read_and_remove(&path).map_err(|error| Failure::File(error, path.display().to_string()))?;
        cards.push(card(entry, png));
    }
    Ok(cards)
}

/// All entries of a query that have a code.
fn entries(session: &Session, query: &Value) -> Result<Vec<Value>, Error> {
    let mut all = Vec::new();
    let mut page = query.clone();
    page["limit"] = 1000.into();
    loop {
        let answer = session.client.ledger(&page.to_string(), &session.options())?;
        let mut answer: Value = serde_json::from_str(&answer).unwrap_or_default();
        let entries = answer["entries"].as_array_mut().map(std::mem::take).unwrap_or_default();
        all.extend(entries.into_iter().filter(|entry| entry["qr_code"].as_str().is_some_and(|url| !url.is_empty())));
        match answer["next_cursor"].take() {
            Value::String(cursor) if !cursor.is_empty() => page["cursor"] = cursor.into(),
            _ => return Ok(all),
        }
    }
}

fn read_and_remove(path: &Path) -> io::Result<Vec<u8>> {
    let picture = fs::read(path)?;
    fs::remove_file(path)?;
    Ok(picture)
}

/// The label is what people call it: the remark, or else the state, the key, the id.
fn card(entry: &Value, png: Vec<u8>) -> Card {
    let label = first_of(entry, &["/contact_way/remark", "/contact_way/state", "/key", "/config_id"]);
    Card { label, caption: caption(entry), png }
}

/// What a code is called in the ledger.
fn caption(entry: &Value) -> String {
    first_of(entry, &["/key", "/config_id"])
}

fn first_of(entry: &Value, pointers: &[&str]) -> String {
    let text = |pointer: &&str| entry.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    pointers.iter().find_map(text).unwrap_or_default().to_owned()
}
