//! JSON read strictly, with the writer's own spelling at hand.
//!
//! A [`Value`] keeps what the rules need and `serde_json`'s loses: repeated members, numbers as they were written, and
//! lone surrogates. So it has a reader of its own, held to `serde_json`'s judgement by test; answers, of which only a few
//! members matter, are read by `serde_json` itself.

pub mod fields;
mod nearest;
mod reader;

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

pub use nearest::nearest;

/// How deep a text may nest. The document's deepest request nests three levels.
pub const MAX_DEPTH: usize = 128;

/// Why a text could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not JSON at all; the parser's own words, which quote nothing of the text.
    #[error("it is not JSON ({0})")]
    Syntax(#[from] serde_json::Error),
    /// JSON, but not an object.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("it nests deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

impl Error {
    /// What is wrong with a text that could not be read.
    fn syntax(text: &str) -> Self {
        let words = serde_json::from_str::<&RawValue>(text).err();
        // It looks into no string, where half a character may stand: in a value that breaks a rule, in a name it ends all.
        Self::Syntax(words.unwrap_or_else(|| de::Error::custom("a member's name holds half a surrogate pair")))
    }
}

/// One value of a text.
#[derive(Debug)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it was written.
    Number(&'a str),
    /// A string.
    Text(Text<'a>),
    /// An array.
    List(Vec<Value<'a>>),
    /// An object.
    Object(Object<'a>),
}

/// A string value, decoded.
#[derive(Debug)]
pub struct Text<'a> {
    /// The characters; a lone surrogate stands here as replacement characters.
    pub text: Cow<'a, str>,
    /// Whether it holds a `\uD800` to `\uDFFF` without its other half.
    pub lone_surrogate: bool,
}

/// The members of an object in their order, repeated ones included. A name's lone surrogate stands there as replacement
/// characters.
#[derive(Debug, Default)]
pub struct Object<'a>(pub Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Object<'a> {
    /// Reads `text`, which must be one JSON object.
    ///
    /// # Errors
    /// When it is not JSON, not an object, or nested too deep.
    pub fn parse(text: &'a str) -> Result<Self, Error> {
        match reader::read(text)? {
            Value::Object(object) => Ok(object),
            _ => Err(Error::NotAnObject),
        }
    }

    /// The first member called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.named(name.as_bytes())
    }

    fn named(&self, name: &[u8]) -> Option<&Value<'a>> {
        self.0.iter().find(|(key, _)| key.as_bytes() == name).map(|(_, value)| value)
    }

    /// The value at an RFC 6901 pointer that names object members only.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Value<'a>> {
        // By bytes, since the rules ask for dozens of short pointers: a search for a `char` costs more than the names.
        let mut names = pointer.as_bytes().strip_prefix(b"/")?.split(|byte| *byte == b'/');
        let mut value = self.named(names.next()?)?;
        for name in names {
            value = value.as_object()?.named(name)?;
        }
        Some(value)
    }
}

impl<'a> Value<'a> {
    /// The integer, if this is one that 64 bits hold.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Number(raw) => raw.parse().ok(),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The characters, if this is a string.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(&text.text),
            _ => None,
        }
    }

    /// The items, if this is an array.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value<'a>]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The members, if this is an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object<'a>> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }
}

impl<'a> Text<'a> {
    /// Decodes a string as it stands in a text, quotes included. `raw` has been through the parser.
    fn decode(raw: &'a str) -> Self {
        if !raw.contains('\\') {
            return Self { text: Cow::Borrowed(raw.trim_matches('"')), lone_surrogate: false };
        }
        match serde_json::from_str::<String>(raw) {
            Ok(text) => Self { text: Cow::Owned(text), lone_surrogate: false },
            // The only thing the parser lets by as a raw value and not as a string.
            Err(_) => Self { text: Cow::Owned(lossy(raw)), lone_surrogate: true },
        }
    }
}

fn lossy(raw: &str) -> String {
    struct Bytes(String);
    impl<'de> Deserialize<'de> for Bytes {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Lossy;
            impl Visitor<'_> for Lossy {
                type Value = Bytes;
                fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
                    to.write_str("a string")
                }
                fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                    Ok(Bytes(String::from_utf8_lossy(bytes).into_owned()))
                }
            }
            deserializer.deserialize_bytes(Lossy)
        }
    }
    serde_json::from_str::<Bytes>(raw).map(|bytes| bytes.0).unwrap_or_default()
}

/// Shows `see` each member of one object, with its value unread.
///
/// # Errors
/// When `text` is not JSON or not an object; some members may have been shown then.
pub fn each_member<'t>(text: &'t str, see: impl FnMut(Cow<'t, str>, &'t RawValue)) -> Result<(), Error> {
    struct Members<F>(F);
    impl<'de, F: FnMut(Cow<'de, str>, &'de RawValue)> Visitor<'de> for Members<F> {
        type Value = ();
        fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
            to.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
            while let Some(Name(name)) = map.next_key()? {
                (self.0)(name, map.next_value()?);
            }
            Ok(())
        }
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = reader.deserialize_map(Members(see)).and_then(|()| reader.end());
    read.map_err(|error| {
        let starts_as_one = text.trim_ascii_start().starts_with('{');
        let is_other_json = !starts_as_one && serde_json::from_str::<&RawValue>(text).is_ok();
        if is_other_json { Error::NotAnObject } else { Error::Syntax(error) }
    })
}

/// The members of one object with their values unread, in their order.
///
/// # Errors
/// As with [`each_member`].
pub fn members(text: &str) -> Result<Vec<(Cow<'_, str>, &RawValue)>, Error> {
    let mut members = Vec::with_capacity(8);
    each_member(text, |name, value| members.push((name, value)))?;
    Ok(members)
}

/// The value of one member of an object, as it is written there; where it stands twice, the last one's.
#[must_use]
pub fn member<'t>(text: &'t str, wanted: &str) -> Option<&'t str> {
    let mut found = None;
    each_member(text, |name, value| {
        if name == wanted {
            found = Some(value.get());
        }
    })
    .ok()?;
    found
}

/// A member's name, borrowed where it is written without escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Name<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Name<'de>;
            fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
                to.write_str("a member's name")
            }
            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }
            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }
        deserializer.deserialize_str(Read)
    }
}

/// Whether `text` is one JSON object, whatever it holds.
#[must_use]
pub fn is_object(text: &str) -> bool {
    text.trim_ascii_start().starts_with('{') && serde_json::from_str::<&RawValue>(text).is_ok()
}

/// Whether `text`, which is JSON or nearly so, nests deeper than [`MAX_DEPTH`].
#[must_use]
pub fn is_too_deep(text: &str) -> bool {
    // Most texts do not hold that many brackets.
    if memchr::memchr2_iter(b'{', b'[', text.as_bytes()).nth(MAX_DEPTH).is_none() {
        return false;
    }
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at = end_of_string(bytes, at),
            b'{' | b'[' if depth == MAX_DEPTH => return true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// Where the string ends whose first character stands at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(next) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += next;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    bytes.len()
}

/// `text` with U+FFFD for each `\uD800` to `\uDFFF` without its other half; none where it holds none.
#[must_use]
pub fn without_lone_surrogates(text: &str) -> Option<String> {
    let mut written = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(next) = memchr::memchr(b'\\', &text.as_bytes()[at..]) {
        at += next;
        // The text may be no JSON, and end here.
        let length = escape_len(&text[at..]).min(text.len() - at);
        if length == 6 && matches!(code_unit(&text[at..]), Some(0xD800..=0xDFFF)) {
            written.push_str(&text[copied..at]);
            written.push(char::REPLACEMENT_CHARACTER);
            copied = at + length;
        }
        at += length;
        if !text.is_char_boundary(at) {
            return None;
        }
    }
    (copied > 0).then(|| written + &text[copied..])
}

/// `text` with each `\uXXXX` written as the character itself or its short escape.
///
/// WeCom refuses `\uXXXX` (40033). What has no other spelling (a control character without a short escape, a lone
/// surrogate) stays as it is. `text` is valid JSON, so a backslash stands within strings only.
#[must_use]
pub fn without_unicode_escapes(text: &str) -> Cow<'_, str> {
    // Most texts hold no escape at all, which is quickly seen.
    if memchr::memchr(b'\\', text.as_bytes()).is_none_or(|at| !text[at..].contains("\\u")) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        written.push_str(&rest[..at]);
        let (escape, after) = rest[at..].split_at(escape_len(&rest[at..]));
        match decoded(escape) {
            Some('"') => written.push_str("\\\""),
            Some('\\') => written.push_str("\\\\"),
            Some('\u{8}') => written.push_str("\\b"),
            Some('\t') => written.push_str("\\t"),
            Some('\n') => written.push_str("\\n"),
            Some('\u{c}') => written.push_str("\\f"),
            Some('\r') => written.push_str("\\r"),
            Some(character) if !character.is_ascii_control() || character == '\u{7f}' => written.push(character),
            _ => written.push_str(escape),
        }
        rest = after;
    }
    written.push_str(rest);
    Cow::Owned(written)
}

/// How long the escape at the start of `text` is: two bytes, six, or twelve for a pair of surrogates.
fn escape_len(text: &str) -> usize {
    match (code_unit(text), code_unit(text.get(6..).unwrap_or(""))) {
        (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
        (Some(_), _) => 6,
        (None, _) => 2,
    }
}

fn code_unit(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

fn decoded(escape: &str) -> Option<char> {
    let units = [code_unit(escape)?, code_unit(escape.get(6..).unwrap_or("")).unwrap_or(0)];
    char::decode_utf16(units).next()?.ok()
}

/// The value at an RFC 6901 pointer of a JSON text, as it is written there; none where there is none.
#[must_use]
pub fn at_pointer<'t>(text: &'t str, pointer: &str) -> Option<&'t str> {
    if pointer.is_empty() {
        return serde_json::from_str::<&RawValue>(text).ok().map(RawValue::get);
    }
    let mut raw = text.trim_start_matches([' ', '\t', '\n', '\r']);
    for token in pointer.strip_prefix('/')?.split('/') {
        if token.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1'])) {
            return None;
        }
        let token = token.replace("~1", "/").replace("~0", "~");
        raw = match raw.as_bytes().first()? {
            b'{' => member(raw, &token)?,
            b'[' => {
                let canonical =
                    token == "0" || (!token.starts_with('0') && token.bytes().all(|it| it.is_ascii_digit()));
                let index: usize = canonical.then(|| token.parse().ok())??;
                serde_json::from_str::<Vec<&RawValue>>(raw).ok()?.get(index)?.get()
            }
            _ => return None,
        };
    }
    Some(raw)
}

/// The value at an RFC 6901 pointer of a JSON text: a string comes decoded and without its quotes, anything else as it
/// is written there. None where there is none, or the text is no JSON.
#[must_use]
pub fn get(text: &str, pointer: &str) -> Option<String> {
    at_pointer(text, pointer).map(unquoted)
}

/// A string decoded and without its quotes; anything else as it is written.
#[must_use]
pub fn unquoted(raw: &str) -> String {
    if raw.starts_with('"') { Text::decode(raw).text.into_owned() } else { raw.to_owned() }
}

/// `name` as one reference token of an RFC 6901 pointer.
#[must_use]
pub fn pointer_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests;
