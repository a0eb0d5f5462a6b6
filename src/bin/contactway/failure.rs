//! An error in words: what happened, which flag, line or member it is about, the rule, and what to do.

use clap::Command;
use contactway::{Error, Kind, Language, advice};
use serde_json::Value;

use crate::arguments::flag_of;
use crate::exit::may_be_done;
use crate::messages::Message;
use crate::table::shown;

/// What stands before each further line.
const INDENT: &str = "  ";

/// What a command's errors and warnings are told with.
pub struct Teller<'c> {
    pub lang: Language,
    /// Whose flags gave the members.
    pub command: &'c Command,
}

impl Teller<'_> {
    /// An error of a call or a job.
    pub fn error(&self, error: &Error) -> String {
        let answer: Value = serde_json::from_str(&error.to_json()).unwrap_or_default();
        let head = Message::Kind { kind: error.kind(), errcode: error.errcode() };
        let mut lines = vec![head.text(self.lang)];
        // The rules that a request breaks say all that `errmsg` does.
        if answer["error"]["details"].as_array().is_none_or(Vec::is_empty) {
            lines[0] = format!("{}: {}", lines[0], text(&answer["errmsg"]));
        }
        lines.extend(items(&answer["error"]["details"]).map(|detail| self.detail(detail)));
        lines.extend(items(&answer["failures"]).map(|failure| self.failure(failure)));
        lines.extend(self.what_follows(error, &answer["error"]));
        lines.join(&format!("\n{INDENT}"))
    }

    /// What there is to say of an answer that succeeded.
    pub fn warnings(&self, answer: &Value) -> Vec<String> {
        items(&answer["warnings"]).map(|warning| Message::Warning(&self.detail(warning)).text(self.lang)).collect()
    }

    fn what_follows(&self, error: &Error, told: &Value) -> Vec<String> {
        let mut lines = Vec::new();
        let mut say = |message: Message| lines.push(message.text(self.lang));
        if may_be_done(error) && error.kind() != Kind::Unknown {
            say(Message::MayBeDone);
        }
        if let Some(key) = error.key() {
            say(Message::SameKey(&shown(key)));
        }
        if !error.candidates().is_empty() {
            say(Message::Candidates(&error.candidates().join(", ")));
        }
        if let Some(advice) = advice(error.errcode(), self.lang) {
            say(Message::Remedy(advice));
        }
        if let Some(wait) = error.retry_after() {
            say(Message::WaitSeconds(wait.as_secs().max(1)));
        }
        if let Some(url) = told["help_url"].as_str() {
            say(Message::HelpUrl(&shown(url)));
        }
        lines
    }

    /// A broken rule or a warning, after the place that it is about.
    fn detail(&self, detail: &Value) -> String {
        let message = text(&detail["message"]);
        match self.place(detail) {
            Some(place) => format!("{place}: {message}"),
            None => message,
        }
    }

    /// The flag, the line or the member that a pointer means.
    fn place(&self, detail: &Value) -> Option<String> {
        let pointer = detail["pointer"].as_str().unwrap_or_default();
        let member = shown(&pointer.trim_start_matches('/').replace('/', "."));
        if let Some(line) = detail["line"].as_u64() {
            let line = Message::Line { line, column: detail["column"].as_u64() }.text(self.lang);
            return Some(if member.is_empty() || member == "path" { line } else { format!("{line}, {member}") });
        }
        let (first, rest) = member.split_once('.').unwrap_or((&member, ""));
        let Some(flag) = flag_of(self.command, first) else { return Some(member).filter(|member| !member.is_empty()) };
        Some(match rest.parse::<u64>() {
            Ok(index) => Message::Item { flag: &flag, number: &(index + 1).to_string() }.text(self.lang),
            Err(_) => flag,
        })
    }

    /// A row of a job.
    fn failure(&self, failure: &Value) -> String {
        let line = failure["line"].as_u64().map(|line| Message::Line { line, column: None }.text(self.lang));
        let name = ["key", "config_id"].iter().find_map(|name| failure[*name].as_str()).map(shown);
        let places: Vec<_> = line.into_iter().chain(name).collect();
        format!("{}: {} (errcode {})", places.join(", "), text(&failure["errmsg"]), failure["errcode"])
    }
}

/// An error of the configuration, whose members are no flags.
pub fn of_configuration(error: &Error, file: &str, lang: Language) -> String {
    let mut lines = vec![Message::Kind { kind: error.kind(), errcode: error.errcode() }.text(lang)];
    if error.details().is_empty() {
        let answer: Value = serde_json::from_str(&error.to_json()).unwrap_or_default();
        lines[0] = format!("{}: {}", lines[0], text(&answer["errmsg"]));
    }
    for detail in error.details() {
        let member = shown(&detail.pointer.trim_start_matches('/').replace('/', "."));
        let message = shown(&detail.message);
        let place = Message::InConfiguration(&member).text(lang);
        lines.push(if member.is_empty() { message } else { format!("{place}: {message}") });
    }
    if error.details().iter().any(|detail| detail.rule.starts_with("credentials") || detail.rule.starts_with("corp_id"))
    {
        lines.push(Message::CredentialsComeFrom { file }.text(lang));
    }
    lines.join(&format!("\n{INDENT}"))
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    shown(value.as_str().unwrap_or_default())
}
