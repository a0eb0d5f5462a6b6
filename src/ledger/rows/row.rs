//! One wanted contact way, and how it is written as a JSON object.

use crate::answer::{Error, Kind};
use crate::endpoint::Endpoint;
use crate::json::fields::{Detail, Fields};
use crate::json::{self, Object, Value};
use crate::rules;

/// A key is at most so many characters.
const KEY_MAX: usize = 128;

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
        finish(self.line, self.broken(&request))
    }

    /// Every rule of an add that it breaks; `request` is its contact way.
    pub fn broken(&self, request: &Object) -> Vec<Detail> {
        let (broken, _) = rules::broken_and_unknown(Endpoint::Add, request, self.contact_way.as_bytes());
        let details = broken.into_iter().map(|broken| {
            let mut detail = Detail::from(broken);
            detail.pointer.insert_str(0, CONTACT_WAY);
            detail
        });
        details.collect()
    }

    /// Reads a row from a JSON object.
    pub fn of_json(line: u64, text: &str) -> Result<Self, BadRow> {
        let object = Object::parse(text).map_err(|error| BadRow {
            line,
            key: None,
            error: not_json(line, &error.to_string()),
        })?;
        let mut fields = Fields::new(&object, "");
        let key = fields.text_or_empty("key");
        if key.is_some() || fields.value("key").is_none() {
            let is_half = matches!(fields.value("key"), Some(Value::Text(text)) if text.lone_surrogate);
            let half =
                is_half.then_some(("key_form", "must not hold half a surrogate pair; write the character itself"));
            if let Some((rule, rest)) = half.or_else(|| wrong_key(key.unwrap_or_default())) {
                fields.wrong("key", rule, rest);
            }
        }
        let config_id = fields.text("config_id");
        // Nothing of what is claimed has to be managed.
        if fields.object("contact_way").is_none() && fields.value("contact_way").is_none() && config_id.is_none() {
            fields.wrong("contact_way", "contact_way_required", "is required; give an object, as for add");
        }
        let row = Self {
            line,
            key: key.unwrap_or_default().to_owned(),
            config_id: config_id.map(str::to_owned),
            contact_way: json::member(text, "contact_way").unwrap_or("{}").to_owned(),
        };
        row.unless(fields.end(()).err().unwrap_or_default())
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

/// What is wrong with a key: the rule, and the rest of the sentence that begins with `key`.
pub fn wrong_key(key: &str) -> Option<(&'static str, &'static str)> {
    if key.is_empty() {
        return Some(("key_required", "is required; give your own name for this contact way"));
    }
    if key.chars().any(char::is_control) {
        return Some(("key_form", "must not hold control characters, such as a tab or a line end; remove them"));
    }
    key.chars().nth(KEY_MAX).map(|_| ("key_form", "must be at most 128 characters; shorten it"))
}

fn not_json(line: u64, why: &str) -> Error {
    Error::new(
        Kind::InvalidRequest,
        format!("line {line}: {why}; a row is a JSON object, on a line of its own in a file"),
    )
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
