//! WeCom's envelope: one JSON object with an integer `errcode`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::de::IgnoredAny;
use serde_json::json;
use serde_json::value::RawValue;

use super::error::OWN_ERRCODES;
use crate::json::{self, fields::Detail};
use crate::secret::Secrets;

/// WeCom says so in `errmsg`, with `errcode` 0, when it read only part of a body.
const HALF_READ: &str = "Warning: wrong json format";
/// No `config_id` is longer, in bytes.
const CONFIG_ID_MAX: usize = 128;

/// What there is to warn of in an answer that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What kind of warning; for a broken rule the rule's name.
    pub code: &'static str,
    /// In words.
    pub message: String,
    /// Where in the request (RFC 6901), if anywhere.
    pub pointer: Option<String>,
    /// Of rows the line, from 1.
    pub line: Option<u64>,
}

impl Warning {
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), pointer: None, line: None }
    }

    /// The same without `secrets`: it names what the host wrote.
    #[must_use]
    pub fn without_secrets(self, secrets: &Secrets) -> Self {
        let pointer = self.pointer.map(|pointer| secrets.masked_pointer(pointer));
        Self { message: secrets.masked(self.message), pointer, ..self }
    }
}

impl From<Detail> for Warning {
    fn from(detail: Detail) -> Self {
        Self { code: detail.rule, message: detail.message, pointer: Some(detail.pointer), line: detail.line }
    }
}

/// What WeCom said.
#[derive(Debug)]
pub struct Envelope {
    /// 0 is success.
    pub errcode: i64,
    /// Its text; never to be decided by.
    pub errmsg: String,
    text: String,
    warnings: Vec<Warning>,
}

/// A body that is no envelope.
pub struct NoEnvelope {
    /// In words.
    pub why: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

impl Envelope {
    /// Reads an answer. `errcode_optional` says that one without an errcode is a success.
    ///
    /// # Errors
    /// When it is no JSON object with one integer `errcode` of WeCom's.
    pub fn read(body: Vec<u8>, errcode_optional: bool) -> Result<Self, NoEnvelope> {
        let no = |why, body| NoEnvelope { why, body };
        let mut text = String::from_utf8(body).map_err(|error| no("the answer is not UTF-8", error.into_bytes()))?;
        let mut warnings = Vec::new();
        if let Some(mended) = json::without_lone_surrogates(&text) {
            text = mended;
            warnings.push(Warning::new(
                "lone_surrogate",
                "half a surrogate pair stood in the answer; U+FFFD stands in its place",
            ));
        }
        let heading = match Heading::read(&text, errcode_optional) {
            Ok(heading) => heading,
            Err(why) => return Err(no(why, text.into_bytes())),
        };
        if heading.has_our_names {
            let sent: BTreeSet<_> = json::members(&text).unwrap_or_default().into_iter().map(|it| it.0).collect();
            text = rebuilt(&text, |name, value| (server_name(name, &sent), value.to_owned()));
        }
        if heading.errmsg.is_none() {
            text = with_member(text, "errmsg", "\"\"");
        }
        let errmsg = heading.errmsg.unwrap_or_default();
        if heading.errcode == 0 && errmsg.contains(HALF_READ) {
            warnings.push(Warning::new(
                "wrong_json_format",
                "WeCom took only part of the body: it stopped at the first value it could not read",
            ));
        }
        Ok(Self { errcode: heading.errcode, errmsg, text, warnings })
    }

    /// The answer to a repetition whose work the first attempt, of unknown outcome, had done.
    #[must_use]
    pub fn done_already(endpoint: &str) -> Self {
        let message = format!("{endpoint} was carried out by an earlier attempt whose answer was lost");
        let mut answer = Self::of_members(&[]);
        answer.warn(Warning::new("done_already", message));
        answer
    }

    /// An answer of ours, in the shape of WeCom's.
    #[must_use]
    pub fn of_members(members: &[(&str, serde_json::Value)]) -> Self {
        let mut text = r#"{"errcode":0,"errmsg":"ok"}"#.to_owned();
        for (name, value) in members {
            text = with_member(text, name, &value.to_string());
        }
        Self { errcode: 0, errmsg: "ok".to_owned(), text, warnings: Vec::new() }
    }

    /// Adds something to warn of.
    pub fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    /// The same without `secrets`.
    #[must_use]
    pub fn without_secrets(mut self, secrets: &Secrets) -> Self {
        if secrets.redact(&self.text).is_some() {
            let redacted = |part: &str| secrets.redact(part).unwrap_or_else(|| part.to_owned());
            self.text = rebuilt(&self.text, |name, value| {
                // Masked, these would hide nothing, and it would be an answer no more.
                let shown = if OWN_NAMES.contains(&name) { name.to_owned() } else { redacted(name) };
                if name == "errcode" {
                    return (shown, value.to_owned());
                }
                // A mask in the midst of JSON that is no string: the value cannot be kept.
                let value = redacted(value);
                let is_json = serde_json::from_str::<IgnoredAny>(&value).is_ok();
                (shown, if is_json { value } else { "null".to_owned() })
            });
            self.errmsg = redacted(&self.errmsg);
        }
        self
    }

    /// WeCom's own text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What there is to warn of, as the details of a failure.
    pub fn details(&self) -> impl Iterator<Item = Detail> {
        let detail = |it: &Warning| Detail::new(it.pointer.clone().unwrap_or_default(), it.code, &*it.message);
        self.warnings.iter().map(detail)
    }

    /// Members other than [`HEADING`], in WeCom's order.
    #[must_use]
    pub fn other_members(&self) -> Vec<(String, Box<RawValue>)> {
        let members = json::members(&self.text).unwrap_or_default();
        let others = members.into_iter().filter(|(name, _)| !HEADING.contains(&&**name));
        others.map(|(name, value)| (name.into_owned(), value.to_owned())).collect()
    }

    /// WeCom's own text, with warnings as its last member where there are any: those given, and its own.
    #[must_use]
    pub fn into_text(self, mut warnings: Vec<Warning>) -> String {
        let mut text = self.text;
        text.truncate(text.trim_end().len());
        warnings.extend(self.warnings);
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
                if let Some(line) = warning.line {
                    said["line"] = line.into();
                }
                said
            })
            .collect();
        with_member(text, "warnings", &serde_json::Value::from(list).to_string())
    }
}

/// What is read of an envelope.
struct Heading {
    errcode: i64,
    errmsg: Option<String>,
    has_our_names: bool,
}

impl Heading {
    fn read(text: &str, errcode_optional: bool) -> Result<Self, &'static str> {
        if json::is_too_deep(text) {
            return Err("the answer nests deeper than 128 levels");
        }
        let (mut errcode, mut errmsg, mut errcodes, mut has_our_names) = (None, None, 0, false);
        let read = json::each_member(text, |name, value| match &*name {
            "errcode" => {
                errcodes += 1;
                errcode = Some(value.get());
            }
            "errmsg" => errmsg = Some(value.get()),
            name => has_our_names |= OUR_MEMBERS.contains(&name),
        });
        read.map_err(|error| match error {
            json::Error::NotAnObject => "the answer is not a JSON object",
            _ => "the answer is not JSON",
        })?;
        if errcodes > 1 {
            return Err("the answer holds errcode twice");
        }
        let errcode = errcode.or(errcode_optional.then_some("0")).ok_or("the answer holds no errcode")?;
        let errcode = errcode.parse().map_err(|_| "the answer's errcode is not an integer")?;
        if OWN_ERRCODES.contains(&errcode) {
            return Err("the answer's errcode is one of this library's own, which WeCom never sends");
        }
        let errmsg = errmsg.map(|raw| if raw.starts_with('"') { json::unquoted(raw) } else { String::new() });
        Ok(Self { errcode, errmsg, has_our_names })
    }
}

/// What a server's member is called here that has a name of ours; and one that is called so already, where it `sent` both.
fn server_name(name: &str, sent: &BTreeSet<Cow<str>>) -> String {
    let ours = name.trim_start_matches(SERVER);
    let below = name.strip_prefix(SERVER).unwrap_or_default();
    let gives_way = OUR_MEMBERS.contains(&ours) && (name == ours || sent.contains(below));
    format!("{}{name}", if gives_way { SERVER } else { "" })
}

/// A `config_id` that can be read in a body that is no envelope.
#[must_use]
pub fn readable_config_id(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    text.split("\"config_id\"").skip(1).find_map(|rest| {
        let value = rest.trim_start().strip_prefix(':')?;
        let config_id: String = serde_json::Deserializer::from_str(value).into_iter().next()?.ok()?;
        (1..=CONFIG_ID_MAX).contains(&config_id.len()).then_some(config_id)
    })
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

/// Members that we add to an answer.
const OUR_MEMBERS: [&str; 2] = ["warnings", "error"];
/// What stands before such a name where it is the server's.
const SERVER: &str = "server_";
/// What every answer has.
const HEADING: [&str; 2] = ["errcode", "errmsg"];
/// Names that we give.
const OWN_NAMES: [&str; 4] = ["errcode", "errmsg", "server_error", "server_warnings"];

/// The text of an object with each member as `write` has it.
fn rebuilt(text: &str, write: impl Fn(&str, &str) -> (String, String)) -> String {
    let mut rebuilt = String::from("{");
    for (name, value) in json::members(text).unwrap_or_default() {
        if rebuilt.len() > 1 {
            rebuilt.push(',');
        }
        let (name, value) = write(&name, value.get());
        rebuilt.push_str(&json!(name).to_string());
        rebuilt.push(':');
        rebuilt.push_str(&value);
    }
    rebuilt.push('}');
    rebuilt
}
