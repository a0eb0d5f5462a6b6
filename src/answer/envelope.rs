//! WeCom's envelope: one JSON object with an integer `errcode`.

use serde::de::IgnoredAny;
use serde_json::json;
use serde_json::value::RawValue;

use crate::json;
use crate::secret::Secrets;

/// What there is to warn of in an answer that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What kind of warning; for a broken rule the rule's name.
    pub code: &'static str,
    /// In words.
    pub message: String,
    /// Where in the request (RFC 6901), if anywhere.
    pub pointer: Option<String>,
}

/// What WeCom said.
#[derive(Debug)]
pub struct Envelope {
    /// 0 is success.
    pub errcode: i64,
    /// Its text; never to be decided by.
    pub errmsg: String,
    text: String,
}

impl Envelope {
    /// Reads an answer. `errcode_optional` says that one without an errcode is a success.
    ///
    /// # Errors
    /// In words, when it is no JSON object with an integer `errcode`.
    pub fn read(body: Vec<u8>, errcode_optional: bool) -> Result<Self, &'static str> {
        let text = String::from_utf8(body).map_err(|_| "the answer is not UTF-8")?;
        let (mut errcode, mut errmsg) = (errcode_optional.then_some("0"), None);
        let read = json::each_member(&text, |name, value| match &*name {
            "errcode" => errcode = Some(value.get()),
            "errmsg" => errmsg = Some(value.get()),
            _ => {}
        });
        read.map_err(|error| match error {
            json::Error::NotAnObject => "the answer is not a JSON object",
            _ => "the answer is not JSON",
        })?;
        let errcode = errcode.ok_or("the answer holds no errcode")?;
        let errcode = errcode.parse().map_err(|_| "the answer's errcode is not an integer")?;
        let errmsg = errmsg.map(|raw: &str| if raw.starts_with('"') { json::unquoted(raw) } else { String::new() });
        let text = if errmsg.is_some() { text } else { with_member(text, "errmsg", "\"\"") };
        Ok(Self { errcode, errmsg: errmsg.unwrap_or_default(), text })
    }

    /// The same without `secrets`.
    #[must_use]
    pub fn without_secrets(mut self, secrets: &Secrets) -> Self {
        self.text = without_secrets(self.text, secrets);
        if let Some(masked) = secrets.redact(&self.errmsg) {
            self.errmsg = masked;
        }
        self
    }

    /// The answer to a repetition whose work the first attempt, of unknown outcome, had done.
    #[must_use]
    pub fn done_already(endpoint: &str) -> Self {
        let message = format!("{endpoint} was carried out by an earlier attempt whose answer was lost");
        let warning = json!([{"code": "done_already", "message": message}]);
        let text = format!("{{\"errcode\":0,\"errmsg\":\"ok\",\"warnings\":{warning}}}");
        Self { errcode: 0, errmsg: "ok".to_owned(), text }
    }

    /// WeCom's own text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Members other than [`OWN_NAMES`], in WeCom's order.
    #[must_use]
    pub fn other_members(&self) -> Vec<(String, Box<RawValue>)> {
        let members = json::members(&self.text).unwrap_or_default();
        let others = members.into_iter().filter(|(name, _)| !OWN_NAMES.contains(&&**name));
        others.map(|(name, value)| (name.into_owned(), value.to_owned())).collect()
    }

    /// WeCom's own text, with our warnings as its last member where there are any.
    #[must_use]
    pub fn into_text(self, warnings: &[Warning]) -> String {
        let mut text = self.text;
        text.truncate(text.trim_end().len());
        if warnings.is_empty() {
            return text;
        }
        let list: Vec<_> = warnings
            .iter()
            .map(|warning| {
                let mut said = json!({"code": warning.code, "message": warning.message});
                if let Some(pointer) = &warning.pointer {
                    said["pointer"] = pointer.as_str().into();
                }
                said
            })
            .collect();
        with_member(text, "warnings", &serde_json::Value::from(list).to_string())
    }
}

/// The text of an object that is not empty, with one more member at its end.
fn with_member(mut text: String, name: &str, value: &str) -> String {
    text.truncate(text.trim_end().len());
    text.pop();
    for part in [",\"", name, "\":", value, "}"] {
        text.push_str(part);
    }
    text
}

/// Names that every answer has; masked, they would hide nothing, and it would be an answer no more.
const OWN_NAMES: [&str; 3] = ["errcode", "errmsg", "error"];

/// The text of an answer without `secrets`; it stays an object with an integer `errcode`.
fn without_secrets(text: String, secrets: &Secrets) -> String {
    if secrets.redact(&text).is_none() {
        return text;
    }
    let redacted = |part: &str| secrets.redact(part).unwrap_or_else(|| part.to_owned());
    let mut rebuilt = String::from("{");
    for (name, value) in json::members(&text).unwrap_or_default() {
        if rebuilt.len() > 1 {
            rebuilt.push(',');
        }
        let shown = if OWN_NAMES.contains(&&*name) { name.to_string() } else { redacted(&name) };
        rebuilt.push_str(&json!(shown).to_string());
        rebuilt.push(':');
        if name == "errcode" && value.get().parse::<i64>().is_ok() {
            rebuilt.push_str(value.get());
        } else {
            // A mask in the midst of JSON that is no string: the value cannot be kept.
            let value = redacted(value.get());
            rebuilt.push_str(if serde_json::from_str::<IgnoredAny>(&value).is_ok() { &value } else { "null" });
        }
    }
    rebuilt.push('}');
    rebuilt
}
