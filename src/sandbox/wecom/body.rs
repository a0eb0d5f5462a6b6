//! How WeCom reads a body: in order, and no further than the first value of a wrong type.

use super::answer::{Refusal, WARNING, text};
use crate::endpoint::Endpoint;
use crate::json::{Object, Value, pointer_token};
use crate::rules::wire_type;

/// What was taken of a body.
#[derive(Debug)]
pub struct Taken<'a> {
    pub object: Object<'a>,
    /// Whether the rest was left unread.
    pub is_part: bool,
}

/// Reads a body as `endpoint` does.
pub fn read(endpoint: Endpoint, body: &[u8]) -> Result<Taken<'_>, Refusal> {
    let unread = || Refusal::new(40058, format!("{WARNING}Invalid input {}", text(40058)));
    let text = std::str::from_utf8(body).map_err(|_| unread())?;
    let object = Object::parse(text).map_err(|_| unread())?;
    if has_unicode_escape(text) {
        return Err(40033.into());
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
        if !wanted.fits(&value) {
            self.stopped = true;
            return None;
        }
        self.known += 1;
        Some(match value {
            Value::Object(object) => Value::Object(self.object(object, pointer)),
            Value::List(mut items) => {
                let fits = |item: &Value| wanted.item().is_none_or(|wanted| wanted.fits(item));
                if let Some(wrong) = items.iter().position(|item| !fits(item)) {
                    self.stopped = true;
                    items.truncate(wrong);
                }
                Value::List(items)
            }
            value => value,
        })
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
