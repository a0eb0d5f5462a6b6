//! One wanted contact way, and how it is written as a JSON object.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::answer::{Detail, Error, Kind};
use crate::json::{self, Object, pointer_token};
use crate::rules::{self, Endpoint};

/// A key is at most so many characters.
const KEY_MAX: usize = 128;
/// As much of an unknown name as helps to find it, in characters.
const NAME_SHOWN: usize = 100;

/// A wanted contact way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins, the first of which is 1; of inline rows the number.
    pub line: u64,
    pub key: String,
    /// The contact way that exists already and is claimed for the key.
    pub config_id: Option<String>,
    /// The members that are managed, in the shape of an add request; the JSON text as the caller wrote it.
    pub contact_way: String,
}

/// A row that cannot be used; the others can.
#[derive(Debug)]
pub struct BadRow {
    pub line: u64,
    /// Where it is one.
    pub key: Option<String>,
    /// All that is wrong with it.
    pub error: Error,
}

impl Row {
    /// Whether it is an add request as it stands. For a row whose contact way exists already the rules of the update
    /// that is sent hold instead.
    ///
    /// # Errors
    /// Every rule that it breaks.
    pub fn check(&self) -> Result<(), Error> {
        let request = Object::parse(&self.contact_way).map_err(|error| not_json(self.line, &error.to_string()))?;
        let broken = rules::broken(Endpoint::Add, &request, self.contact_way.as_bytes());
        let details = broken.into_iter().map(|broken| {
            let mut detail = Detail::from(broken);
            detail.pointer.insert_str(0, CONTACT_WAY);
            detail
        });
        finish(self.line, details.collect())
    }

    /// Reads a row from a JSON object.
    pub fn of_json(line: u64, text: &str) -> Result<Self, BadRow> {
        let members = match json::members(text) {
            Ok(members) => members,
            Err(error) => return Err(BadRow { line, key: None, error: not_json(line, &error.to_string()) }),
        };
        let mut details = Vec::new();
        let names = members.iter().map(|(name, _)| name.as_ref());
        for (place, name) in names.clone().enumerate() {
            if !["key", "config_id", "contact_way"].contains(&name) {
                let shown: String = name.chars().take(NAME_SHOWN).collect();
                let message = format!("{shown} is not known in a row; known are key, config_id and contact_way");
                details.push(Detail::new(format!("/{}", pointer_token(name)), "unknown_member", message));
            } else if names.clone().take(place).any(|other| other == name) {
                details.push(Detail::new(
                    format!("/{name}"),
                    "repeated_member",
                    format!("{name} stands here twice; keep one"),
                ));
            }
        }
        let key = text_member(&members, "key", &mut details);
        if value(&members, "key").is_none() || key.is_some() {
            check_key(key.as_deref().unwrap_or_default(), &mut details);
        }
        let config_id = text_member(&members, "config_id", &mut details);
        if config_id.as_deref() == Some("") {
            let message = "config_id must not be empty; leave it out, or name the contact way to claim";
            details.push(Detail::new("/config_id", "config_id_empty", message));
        }
        let contact_way = match value(&members, "contact_way") {
            // Nothing of what is claimed has to be managed.
            None if config_id.is_some() => "{}",
            None => "",
            Some(contact_way) => contact_way.get(),
        };
        if !contact_way.starts_with('{') {
            let message = "contact_way is required: an object, as for add";
            details.push(Detail::new(CONTACT_WAY, "contact_way_required", message));
        }
        let row = Self { line, key: key.unwrap_or_default(), config_id, contact_way: contact_way.to_owned() };
        row.unless(details)
    }

    /// The row, if nothing is wrong with it.
    pub fn unless(self, details: Vec<Detail>) -> Result<Self, BadRow> {
        let is_named = details.iter().all(|detail| detail.pointer != "/key");
        match finish(self.line, details) {
            Ok(()) => Ok(self),
            Err(error) => Err(BadRow { line: self.line, key: Some(self.key).filter(|_| is_named), error }),
        }
    }
}

/// The pointer of an add request's members in a row.
pub const CONTACT_WAY: &str = "/contact_way";

/// Notes what is wrong with a key; `""` is none.
pub fn check_key(key: &str, details: &mut Vec<Detail>) {
    let wrong = if key.is_empty() {
        ("key_required", "key is required: your own name for this contact way")
    } else if key.chars().any(char::is_control) {
        ("key_form", "a key holds no control characters, such as a tab or a line end; remove them")
    } else if key.chars().nth(KEY_MAX).is_some() {
        ("key_form", "a key is at most 128 characters; shorten it")
    } else {
        return;
    };
    details.push(Detail::new("/key", wrong.0, wrong.1));
}

fn value<'t>(members: &[(Cow<str>, &'t RawValue)], name: &str) -> Option<&'t RawValue> {
    members.iter().find(|(other, _)| other == name).map(|(_, value)| *value)
}

/// A member that is a string.
fn text_member(members: &[(Cow<str>, &RawValue)], name: &str, details: &mut Vec<Detail>) -> Option<String> {
    let text = serde_json::from_str(value(members, name)?.get());
    if text.is_err() {
        let message = format!("{name} must be a string in quotes, without half a surrogate pair");
        details.push(Detail::new(format!("/{name}"), "wrong_type", message));
    }
    text.ok()
}

fn not_json(line: u64, why: &str) -> Error {
    Error::new(Kind::InvalidRequest, format!("line {line}: {why}; a row is one JSON object on one line"))
}

fn finish(line: u64, mut details: Vec<Detail>) -> Result<(), Error> {
    if details.is_empty() {
        return Ok(());
    }
    for detail in &mut details {
        detail.line.get_or_insert(line);
    }
    Err(Error::with_details(Kind::InvalidRequest, &format!("line {line}"), details))
}
