//! Reads a text into values in one pass, whatever its size and nesting.

use std::borrow::Cow;

use super::{Error, MAX_DEPTH, Object, Text, Value};

/// Reads `text`, which must be one JSON value.
///
/// # Errors
/// When it is not JSON, or nested too deep.
pub fn read(text: &str) -> Result<Value<'_>, Error> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let value = reader.spaced(Reader::value).map_err(|fault| match fault {
        Fault::TooDeep => Error::TooDeep,
        Fault::Syntax => Error::syntax(text),
    })?;
    if reader.at == text.len() { Ok(value) } else { Err(Error::syntax(text)) }
}

/// What is wrong; where and how is found out only once it is needed.
enum Fault {
    Syntax,
    TooDeep,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Whether `byte` comes next; then it is passed.
    #[inline]
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    #[inline]
    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Reads something with white space around it.
    #[inline]
    fn spaced<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.skip_space();
        let read = read(self)?;
        self.skip_space();
        Ok(read)
    }

    fn value(&mut self) -> Result<Value<'a>, Fault> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object).map(Value::Object),
            Some(b'[') => self.nested(Self::list).map(Value::List),
            Some(b'"') => self.text().map(Value::Text),
            Some(b'n') => self.word("null", Value::Null),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            _ => self.number(),
        }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        if self.depth == MAX_DEPTH {
            return Err(Fault::TooDeep);
        }
        self.depth += 1;
        self.at += 1;
        let read = read(self)?;
        self.depth -= 1;
        Ok(read)
    }

    fn object(&mut self) -> Result<Object<'a>, Fault> {
        // A request has about so many members. Deeper down a text may be nothing but small objects, which would
        // otherwise take many times its size.
        let mut members = Vec::with_capacity(if self.depth == 1 { 16 } else { 1 });
        self.items(b'}', |reader| {
            let name = reader.spaced(Self::text)?;
            if name.lone_surrogate || !reader.takes(b':') {
                return Err(Fault::Syntax);
            }
            members.push((name.text, reader.spaced(Self::value)?));
            Ok(())
        })?;
        Ok(Object(members))
    }

    fn list(&mut self) -> Result<Vec<Value<'a>>, Fault> {
        let mut items = Vec::with_capacity(1);
        self.items(b']', |reader| {
            items.push(reader.spaced(Self::value)?);
            Ok(())
        })?;
        Ok(items)
    }

    /// Reads what stands between commas, up to `end`.
    fn items(&mut self, end: u8, mut read: impl FnMut(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        self.skip_space();
        if self.takes(end) {
            return Ok(());
        }
        loop {
            read(self)?;
            if self.takes(end) {
                return Ok(());
            }
            if !self.takes(b',') {
                return Err(Fault::Syntax);
            }
        }
    }

    fn text(&mut self) -> Result<Text<'a>, Fault> {
        let start = self.at;
        if !self.takes(b'"') {
            return Err(Fault::Syntax);
        }
        let mut escaped = false;
        loop {
            self.at += plain_length(&self.text.as_bytes()[self.at..]);
            if self.takes(b'"') {
                break;
            }
            escaped = true;
            self.escape()?;
        }
        let raw = &self.text[start..self.at];
        if escaped {
            return Ok(Text::decode(raw));
        }
        Ok(Text { text: Cow::Borrowed(&raw[1..raw.len() - 1]), lone_surrogate: false })
    }

    fn escape(&mut self) -> Result<(), Fault> {
        if !self.takes(b'\\') {
            return Err(Fault::Syntax);
        }
        let digits = match self.peek() {
            Some(b'u') => 4,
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 0,
            _ => return Err(Fault::Syntax),
        };
        self.at += 1;
        for _ in 0..digits {
            if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                return Err(Fault::Syntax);
            }
            self.at += 1;
        }
        Ok(())
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Result<Value<'a>, Fault> {
        if !self.text[self.at..].starts_with(word) {
            return Err(Fault::Syntax);
        }
        self.at += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value<'a>, Fault> {
        let start = self.at;
        self.takes(b'-');
        if !self.takes(b'0') {
            self.digits()?;
        }
        if self.takes(b'.') {
            self.digits()?;
        }
        if self.takes(b'e') || self.takes(b'E') {
            let _sign = self.takes(b'+') || self.takes(b'-');
            self.digits()?;
        }
        Ok(Value::Number(&self.text[start..self.at]))
    }

    fn digits(&mut self) -> Result<(), Fault> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err(Fault::Syntax) } else { Ok(()) }
    }
}

/// How far it is to the first quote, backslash or control character. Most of a request is text, so it is looked at
/// eight bytes at a time.
fn plain_length(text: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH_BITS: u64 = u64::from_ne_bytes([0x80; 8]);
    // The high bit of each byte below `bound`; beyond the first such byte a borrow may set others.
    let below = |word: u64, bound: u8| word.wrapping_sub(ONES * u64::from(bound)) & !word & HIGH_BITS;
    let equal = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let (words, rest) = text.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let ends = equal(word, b'"') | equal(word, b'\\') | below(word, b' ');
        if ends != 0 {
            return index * 8 + (ends.trailing_zeros() / 8) as usize;
        }
    }
    let end = |byte: &u8| matches!(*byte, b'"' | b'\\') || *byte < b' ';
    words.len() * 8 + rest.iter().position(end).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::RawValue;

    #[test]
    fn plain_text_ends_where_a_look_at_each_byte_says() {
        let bytes = [b'"', b'\\', 0, 0x1f, b' ', b'!', b'#', b'[', b']', b'a', 0x7f, 0x80, 0x9f, 0xa2, 0xdc, 0xff];
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..60_000 {
            let likely = random.usize(0..bytes.len());
            let byte = |_| bytes[if random.u8(0..10) > 0 { likely } else { random.usize(0..bytes.len()) }];
            let text: Vec<u8> = (0..30).map(byte).collect();
            let end = |byte: &u8| matches!(*byte, b'"' | b'\\' | 0..0x20);
            assert_eq!(plain_length(&text), text.iter().position(end).unwrap_or(text.len()), "{text:?}");
        }
    }

    /// Another parser agrees on what is JSON, for texts that are nearly so.
    #[test]
    fn what_is_json_is_what_serde_json_says() {
        let seeds = [
            r#" {"a":[1,-0,0.5,1e2,-1.5E+3,true,false,null,"x"],"b":{"c":{}},"d":[],"":"\u00e9\n\"\\\/"} "#,
            r#"{"type":1,"user":["zhangsan" , "lisi"],"conclusions":{"text":{"content":"祝您愉快😀"}}}"#,
            "[[[{\"k\\u0061\":\"\\ud83d\\ude00\"}]]]\n",
            "-0.10e-7",
        ];
        let pieces = [
            "{", "}", "[", "]", "\"", "\\", "\\u", "\\u12", ",", ":", "-", "0", "01", ".", "e", "+", "t", "null", " ",
            "\n", "\u{b}", "\u{1}", "é", "\u{7f}", "\u{feff}", "1", "{}", "[]", "\"x\"", "tru", "/",
        ];
        let mut random = fastrand::Rng::with_seed(1);
        for round in 0..60_000 {
            let mut text: Vec<char> = seeds[round % seeds.len()].chars().collect();
            for _ in 0..random.usize(0..4) {
                let from = random.usize(0..=text.len());
                let to = (from + random.usize(0..3)).min(text.len());
                let piece = random.choice(pieces).unwrap_or_default();
                text.splice(from..to, piece.chars());
            }
            let text: String = text.into_iter().collect();
            let theirs = serde_json::from_str::<&RawValue>(&text).is_ok();
            assert_eq!(read(&text).is_ok(), theirs, "{text:?}");
        }
    }
}
