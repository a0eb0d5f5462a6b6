//! What may never be printed.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use zeroize::Zeroizing;

/// What stands in the place of a secret.
const MASK: &str = "***";

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

    /// `text` without this secret, however it is written in a URL or in JSON.
    #[must_use]
    pub fn redact<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        // Nothing to find, or so short that masking it would only shred the text.
        if self.text.len() < 4 {
            return text;
        }
        let text = mask(text, self.expose());
        if self.in_url == self.text {
            return text;
        }
        let in_json = Zeroizing::new(serde_json::to_string(self.expose()).unwrap_or_default());
        mask(mask(text, &self.in_url), in_json.trim_matches('"'))
    }
}

fn mask<'t>(text: Cow<'t, str>, secret: &str) -> Cow<'t, str> {
    if !secret.is_empty() && text.contains(secret) { Cow::Owned(text.replace(secret, MASK)) } else { text }
}

/// `text` as the value of a query parameter.
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    percent_encoding::utf8_percent_encode(text, KEPT).to_string()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_in_every_spelling_and_never_printed() {
        let secret = Secret::new("a b/\"c".to_owned());
        let text = r#"{"x":"a b/\"c","y":"?secret=a%20b%2F%22c"} a b/"c"#;
        assert_eq!(secret.redact(text.into()), r#"{"x":"***","y":"?secret=***"} ***"#);
        assert_eq!(format!("{secret:?}"), "***");
    }
}
