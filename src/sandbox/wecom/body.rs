//! How WeCom reads a body: in order, and no further than the first value of a wrong type. A number written as a string
//! is a number (the most used Java SDK writes them so).

use std::borrow::Cow;

use super::answer::{Refusal, WARNING, text};
use crate::endpoint::Endpoint;
use crate::json::{Object, Text, Value, pointer_token};
use crate::rules::{Type, too_long, wire_type};

/// The errcode of an escape that WeCom does not take.
pub const ESCAPE: i32 = 40033;

/// What was taken of a body.
#[derive(Debug)]
pub struct Taken<'a> {
    pub object: Object<'a>,
    /// Whether the rest was left unread.
    pub is_part: bool,
}

/// Reads a body as `endpoint` does, once it is known not to be too long.
pub fn read(endpoint: Endpoint, body: &[u8], takes_escapes: bool) -> Result<Taken<'_>, Refusal> {
    if let Some((code, rule)) = too_long(body.len()) {
        return Err(Refusal::of_rule(code, rule));
    }
    let unread = || Refusal::new(40058, format!("{WARNING}Invalid input {}", text(40058))).named("not_json");
    let text = std::str::from_utf8(body).map_err(|_| unread())?;
    let object = Object::parse(text).map_err(|_| unread())?;
    if !takes_escapes && has_unicode_escape(text) {
        return Err(Refusal::from(ESCAPE).named("unicode_escape"));
    }
    let mut reader = Reader { endpoint, stopped: false, known: 0 };
    let object = reader.object(object, "");
    if reader.stopped && reader.known == 0 {
        return Err(unread());
    }
    Ok(Taken { object, is_part: reader.stopped })
}

struct Reader {
    endpoint: Endpoint,
    stopped: bool,
    /// How many of the document's members were taken.
    known: usize,
}

impl Reader {
    fn object<'a>(&mut self, object: Object<'a>, above: &str) -> Object<'a> {
        let mut taken = Vec::with_capacity(object.0.len());
        for (name, value) in object.0 {
            let pointer = format!("{above}/{}", pointer_token(&name));
            if let Some(value) = self.value(value, &pointer) {
                taken.push((name, value));
            }
            if self.stopped {
                break;
            }
        }
        Object(taken)
    }

    fn value<'a>(&mut self, value: Value<'a>, pointer: &str) -> Option<Value<'a>> {
        let Some(wanted) = wire_type(self.endpoint, pointer) else { return Some(value) };
        let Some(value) = as_wanted(wanted, value) else {
            self.stopped = true;
            return None;
        };
        self.known += 1;
        Some(match value {
            Value::Object(object) => Value::Object(self.object(object, pointer)),
            Value::List(items) => Value::List(self.items(wanted, items)),
            value => value,
        })
    }

    fn items<'a>(&mut self, list: Type, items: Vec<Value<'a>>) -> Vec<Value<'a>> {
        let Some(wanted) = list.item() else { return items };
        let mut taken = Vec::with_capacity(items.len());
        for item in items {
            let Some(item) = as_wanted(wanted, item) else {
                self.stopped = true;
                break;
            };
            taken.push(item);
        }
        taken
    }
}

/// The value, if it is of this type or counts as such: null, which is absence, and a number written as a string.
fn as_wanted(wanted: Type, value: Value) -> Option<Value> {
    match value {
        Value::Null => Some(Value::Null),
        Value::Text(Text { text: Cow::Borrowed(digits), .. }) if wanted == Type::Integer => {
            digits.parse::<i64>().is_ok().then_some(Value::Number(digits))
        }
        value => wanted.fits(&value).then_some(value),
    }
}

/// Whether valid JSON holds a `\uXXXX`, which WeCom refuses.
fn has_unicode_escape(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' && bytes.next() == Some(b'u') {
            return true;
        }
    }
    false
}
