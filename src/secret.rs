//! What may never be printed.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use memchr::{memchr3, memmem};
use zeroize::Zeroizing;

use crate::clock::now;
use crate::lock::lock;

/// What stands in the place of a secret.
const MASK: &str = "***";

/// The longest secret or token that is put into a URL, in bytes: two of them, each byte spelled as three, leave room in
/// what the crate `http` takes. WeCom's have up to 512.
pub const IN_URL_MAX: usize = 8192;

/// A secret, a token or a password: it has no `Display`, its `Debug` shows nothing, and it is zeroed when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    text: Zeroizing<String>,
    /// It goes into every request's address.
    in_url: Zeroizing<String>,
}

impl Secret {
    /// Keeps `text` from being printed.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self { in_url: Zeroizing::new(percent_encoded(&text)), text: Zeroizing::new(text) }
    }

    /// The secret itself, for the wire and for comparing.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The secret as the value of a query parameter.
    #[must_use]
    pub fn in_url(&self) -> &str {
        &self.in_url
    }

    /// `text` without this secret, however it is spelled in a URL or in JSON; none where it does not stand there.
    #[must_use]
    pub fn redact(&self, text: &str) -> Option<String> {
        // Nothing to find, or so short that masking it would only shred the text.
        if self.text.len() < 4 || text.len() < self.text.len() {
            return None;
        }
        let is_there = memmem::find(text.as_bytes(), self.text.as_bytes()).is_some();
        let masked = is_there.then(|| text.replace(self.expose(), MASK));
        let text = masked.as_deref().unwrap_or(text);
        // Without one of these it is not spelled in any other way.
        let may_be_spelled = memchr3(b'%', b'\\', b'+', text.as_bytes()).is_some();
        let spelled = may_be_spelled.then(|| mask_spelled(text, self.expose())).flatten();
        spelled.or(masked)
    }
}

fn mask_spelled(text: &str, secret: &str) -> Option<String> {
    let first = secret.as_bytes().first().copied()?;
    let begins = |byte: &u8| *byte == first || matches!(*byte, b'%' | b'\\' | b'+');
    let mut masked = String::new();
    let (mut at, mut copied) = (0, 0);
    while let Some(next) = text.as_bytes()[at..].iter().position(begins) {
        at += next;
        if let Some(length) = spelled(&text.as_bytes()[at..], secret) {
            // A spelling begins and ends between characters, since the secret does.
            masked.push_str(&text[copied..at]);
            masked.push_str(MASK);
            at += length;
            copied = at;
        } else {
            at += 1;
        }
    }
    (copied > 0).then(|| masked + &text[copied..])
}

/// How many bytes at the start of `text` spell `secret`, each character in its own way.
fn spelled(text: &[u8], secret: &str) -> Option<usize> {
    let rest = secret.chars().try_fold(text, after)?;
    Some(text.len() - rest.len())
}

/// `text` behind one character, which stands there as in a URL, as in JSON, or as itself.
fn after(text: &[u8], wanted: char) -> Option<&[u8]> {
    match *text.first()? {
        b'%' => after_percents(text, wanted),
        b'\\' => after_escape(text, wanted),
        b'+' if wanted == ' ' => Some(&text[1..]),
        _ => None,
    }
    .or_else(|| text.strip_prefix(wanted.encode_utf8(&mut [0; 4]).as_bytes()))
}

fn after_percents(text: &[u8], wanted: char) -> Option<&[u8]> {
    wanted.encode_utf8(&mut [0; 4]).bytes().try_fold(text, |text, byte| {
        let (hex, rest) = text.strip_prefix(b"%")?.split_at_checked(2)?;
        (hex_value(hex)? == u32::from(byte)).then_some(rest)
    })
}

/// JSON within JSON has more than one backslash.
fn after_escape(text: &[u8], wanted: char) -> Option<&[u8]> {
    let behind = |text: &'_ [u8]| text.iter().position(|byte| *byte != b'\\');
    let escape = &text[behind(text)?..];
    if escape.starts_with(b"u") {
        let mut units = [0; 2];
        return wanted.encode_utf16(&mut units).iter().try_fold(text, |text, unit| {
            let (hex, rest) = text[behind(text)?..].strip_prefix(b"u")?.split_at_checked(4)?;
            (text.starts_with(b"\\") && hex_value(hex)? == u32::from(*unit)).then_some(rest)
        });
    }
    if wanted == '\\' {
        return text.strip_prefix(b"\\\\");
    }
    let meant = match escape.first()? {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        other => char::from(*other),
    };
    (meant == wanted).then(|| &escape[1..])
}

fn hex_value(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}

/// `text` as the value of a query parameter.
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    percent_encoding::utf8_percent_encode(text, KEPT).to_string()
}

impl Ord for Secret {
    fn cmp(&self, other: &Self) -> Ordering {
        self.expose().cmp(other.expose())
    }
}

impl PartialOrd for Secret {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.as_str().hash(state);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.write_str(MASK)
    }
}

/// A token lives for two hours; for as long a server may send it back.
const REMEMBERED: Duration = Duration::from_secs(2 * 3600);

/// All that a client holds or has held lately, and that no text may show.
pub struct Secrets {
    lasting: Vec<Secret>,
    /// WeCom never learns the proxy's password; one like "user" would only shred its answers.
    proxy_password: Option<Secret>,
    lately: Mutex<Vec<Remembered>>,
}

struct Remembered {
    secret: Arc<Secret>,
    /// None while it is in use.
    until: Option<Instant>,
}

impl Secrets {
    /// What a client is made with.
    pub fn new(lasting: impl Iterator<Item = Secret>, proxy_password: Option<Secret>) -> Self {
        Self { lasting: lasting.collect(), proxy_password, lately: Mutex::default() }
    }

    /// Masks `secret` from now on.
    pub fn hold(&self, secret: &Arc<Secret>) {
        self.keep(secret, None);
    }

    /// Masks `secret` for two more hours.
    pub fn remember(&self, secret: &Arc<Secret>) {
        self.keep(secret, Some(now() + REMEMBERED));
    }

    fn keep(&self, secret: &Arc<Secret>, until: Option<Instant>) {
        let mut lately = lock(&self.lately);
        // The one used last is the one that is used again.
        if let Some(held) = lately.iter_mut().rev().find(|held| held.secret == *secret) {
            held.until = until;
            return;
        }
        let now = now();
        lately.retain(|held| held.until.is_none_or(|until| now < until));
        lately.push(Remembered { secret: Arc::clone(secret), until });
    }

    /// `text` from WeCom without any secret; none where it holds none.
    #[must_use]
    pub fn redact(&self, text: &str) -> Option<String> {
        let mut masked = None;
        let mut mask = |secret: &Secret| {
            if let Some(without) = secret.redact(masked.as_deref().unwrap_or(text)) {
                masked = Some(without);
            }
        };
        self.lasting.iter().for_each(&mut mask);
        lock(&self.lately).iter().for_each(|held| mask(&held.secret));
        masked
    }

    /// `text` of ours, which may hold what the host wrote, without any secret.
    #[must_use]
    pub fn masked(&self, text: String) -> String {
        self.redact_ours(&text).unwrap_or(text)
    }

    /// A JSON pointer without any secret, which may be spelled as its names are.
    #[must_use]
    pub fn masked_pointer(&self, pointer: String) -> String {
        let plain = pointer.replace("~1", "/").replace("~0", "~");
        self.redact_ours(&plain).unwrap_or(pointer)
    }

    /// `text` of ours without any secret, the proxy's password included; none where it holds none.
    #[must_use]
    pub fn redact_ours(&self, text: &str) -> Option<String> {
        let masked = self.redact(text);
        let password = self.proxy_password.as_ref();
        password.and_then(|password| password.redact(masked.as_deref().unwrap_or(text))).or(masked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_in_every_spelling_and_never_printed() {
        let secret = Secret::new("a b-/\"ä𝄞\\c".to_owned());
        for spelling in [
            "a b-/\"ä𝄞\\c",
            "a%20b-%2F%22%C3%A4%F0%9D%84%9E%5Cc",
            "a+b%2d%2f%22%c3%a4%f0%9d%84%9e%5cc",
            r#"a b-\/\"ä𝄞\\c"#,
            r"\u0061\u0020b\u002D/\u0022\u00e4\ud834\udd1e\u005Cc",
            r"\\u0061 b\\u002d\\/\\u0022\\u00e4\\uD834\\udd1e\\u005cc",
        ] {
            let text = format!("{{ä\\%{spelling}%,{spelling}}}");
            assert_eq!(secret.redact(&text).as_deref(), Some("{ä\\%***%,***}"), "{spelling}");
        }
        for other in ["", "a b-", r"a b-\u002", "a%20b-%2", "%", "\\", r"\ud834", "a b-/\"ä𝄞\\"] {
            assert_eq!(secret.redact(other), None, "{other}");
        }
        assert_eq!(format!("{secret:?}"), "***");
    }
}
