//! What the ledger holds.

use serde_json::Value;

use super::entry::{Entry, object, with_ledger};
use crate::arguments::{self, Flag, Takes};
use crate::messages::{Message, Text, named};
use crate::session::plain;
use crate::table;
use contactway::Language;

/// The library's words for them.
const STATUSES: [&str; 5] = ["intended", "active", "unknown", "deleted", "gone"];
/// What entries are looked for by.
pub const QUERY: &[Flag] = &[
    Flag::new("key", Takes::Text, Text::WithKey),
    Flag::new("config_id", Takes::Text, Text::WithConfigId),
    Flag::new("state", Takes::Text, Text::WithState),
    Flag::new("remark", Takes::Text, Text::WithRemark),
    Flag::new("user", Takes::Text, Text::WithUser),
    Flag::new("party", Takes::Integer, Text::WithParty),
    Flag::new("status", Takes::OneOf(&STATUSES), Text::WithStatus),
    Flag::new("namespace", Takes::Text, Text::WithNamespace),
];
const PAGE: &[Flag] =
    &[Flag::new("limit", Takes::Integer, Text::EntryLimit), Flag::new("cursor", Takes::Text, Text::Cursor)];
/// What a table shows of an entry.
const COLUMNS: [&str; 6] =
    ["key", "status", "config_id", "contact_way/state", "contact_way/remark", "contact_way/user"];

pub const LEDGER: Entry = Entry {
    command: |lang| arguments::command("ledger", Text::Ledger, &[QUERY, PAGE].concat(), lang),
    run: |given, command, lang| {
        with_ledger(given, command, lang, |session| {
            let query = Value::Object(object(arguments::given(&[QUERY, PAGE].concat(), given))).to_string();
            session.tell(session.client.ledger(&query, &session.options()), |answer| entries(answer, lang))
        })
    },
};

fn entries(answer: &Value, lang: Language) -> String {
    let Some(entries) = answer["entries"].as_array() else { return plain(answer) };
    let mut entries = entries.clone();
    for entry in &mut entries {
        let status = named(entry["status"].as_str().unwrap_or_default(), lang);
        entry["status"] = status.into();
    }
    let mut text = table::list(&entries, &COLUMNS);
    let mut say = |message: Message| {
        text.push_str(&message.text(lang));
        text.push('\n');
    };
    say(Message::Entries(entries.len()));
    if let Some(cursor) = answer["next_cursor"].as_str().filter(|cursor| !cursor.is_empty()) {
        say(Message::MoreEntries(cursor));
    }
    text
}
