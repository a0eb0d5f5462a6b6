//! An error in words: what happened, which flag, line or member it is about, the rule, and what to do.

use clap::{ArgMatches, Command};
use contactway::{Error, Kind, Language, advice};
use serde_json::Value;

use crate::arguments::flag_of;
use crate::exit::{Exit, may_be_done};
use crate::messages::{Message, Text, said};
use crate::report::Report;
use crate::rows::Failed;
use crate::table::shown;

/// What stands before each further line.
const INDENT: &str = "  ";

/// What a command's errors and warnings are told with.
pub struct Teller<'c> {
    pub lang: Language,
    /// Whose flags gave the members.
    pub command: &'c Command,
    pub given: &'c ArgMatches,
}

impl Teller<'_> {
    /// An error of a call.
    pub fn error(&self, error: &Error) -> String {
        self.told(error, Vec::new(), Exit::of(error))
    }

    /// An error of a job, with the rows that failed: all of them as a report has them, or the first that the error names.
    pub fn job_error(&self, error: &Error, report: Option<&Report>) -> String {
        let answer = answer(error);
        let reported = report.and_then(|report| report.rows().ok()).map(|rows| Failed::of(rows, self.lang));
        let rows = reported.unwrap_or_else(|| Failed::of(items(&answer["failures"]).cloned(), self.lang));
        let mut lines = rows.lines(self.lang);
        let more = answer["failed"].as_u64().unwrap_or_default().saturating_sub(rows.count);
        if more > 0 {
            lines.push(Message::MoreFailed(more).text(self.lang));
        }
        if let Some(path) = report.and_then(Report::path_asked_for) {
            lines.push(Message::AllRowsIn(&path.display().to_string()).text(self.lang));
        } else if more > 0 && flag_of(self.command, "report_path").is_some() {
            lines.push(Message::ReportAllRows.text(self.lang));
        }
        self.told(error, lines, Exit::of_job(error))
    }

    fn told(&self, error: &Error, rows: Vec<String>, exit: Exit) -> String {
        let answer = answer(error);
        let head = Message::Kind { kind: error.kind(), errcode: error.errcode() };
        let mut lines = vec![head.text(self.lang)];
        let broken: Vec<_> = items(&answer["error"]["details"]).filter(|detail| !is_warning(error, detail)).collect();
        // The rules that a request breaks say all that `errmsg` does.
        if broken.is_empty() {
            lines[0] = lines[0].clone() + Text::Colon.text(self.lang) + &text(&answer["errmsg"], self.lang);
        }
        lines.extend(self.broken(&broken));
        lines.extend(rows);
        lines.extend(self.what_follows(error, &answer["error"], exit));
        lines.join(&format!("\n{INDENT}"))
    }

    /// What there is to warn of, besides what failed or whether anything did.
    pub fn warnings(&self, answer: &Value, error: Option<&Error>) -> Vec<String> {
        let beside =
            items(&answer["error"]["details"]).filter(|detail| error.is_some_and(|error| is_warning(error, detail)));
        let warnings = items(&answer["warnings"]).chain(beside);
        warnings.map(|warning| Message::Warning(&self.detail(warning)).text(self.lang)).collect()
    }

    /// The rules that a request or a file breaks; the columns that are known are told once, below those that are not.
    fn broken(&self, details: &[&Value]) -> Vec<String> {
        let mut known = None;
        let mut lines = Vec::new();
        for detail in details {
            let mut detail = (*detail).clone();
            if let Some((said, columns)) = detail["message"].as_str().and_then(|text| text.split_once(KNOWN_COLUMNS)) {
                known = Some(shown(columns));
                detail["message"] = said.into();
            }
            lines.push(self.detail(&detail));
        }
        lines.extend(known.map(|columns| Message::KnownColumns(&columns).text(self.lang)));
        lines
    }

    fn what_follows(&self, error: &Error, told: &Value, exit: Exit) -> Vec<String> {
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
        // What would be refused again is not worth waiting for.
        if let Some(wait) = error.retry_after().filter(|_| exit != Exit::Refused) {
            say(Message::WaitSeconds(wait.as_secs().max(1)));
        }
        if let Some(url) = told["help_url"].as_str() {
            say(Message::HelpUrl(&shown(url)));
        }
        lines
    }

    /// A broken rule or a warning, after the place that it is about.
    fn detail(&self, detail: &Value) -> String {
        let message = text(&detail["message"], self.lang);
        match self.place(detail) {
            Some(place) => place + Text::Colon.text(self.lang) + &message,
            None => message,
        }
    }

    /// The flag, the line or the member that a pointer means.
    fn place(&self, detail: &Value) -> Option<String> {
        let pointer = detail["pointer"].as_str().unwrap_or_default();
        let member = shown(&pointer.trim_start_matches('/').replace('/', "."));
        if let Some(line) = detail["line"].as_u64() {
            let line = Message::Line { line, character: detail["column"].as_u64() }.text(self.lang);
            return Some(if member.is_empty() || member == "path" {
                line
            } else {
                line + Text::Comma.text(self.lang) + &member
            });
        }
        let (first, rest) = member.split_once('.').unwrap_or((&member, ""));
        let Some(flag) = self.given_by(first) else { return Some(member).filter(|member| !member.is_empty()) };
        Some(match rest.parse::<u64>() {
            Ok(index) => Message::Item { flag: &flag, number: &(index + 1).to_string() }.text(self.lang),
            Err(_) => flag,
        })
    }

    /// What gave a member: a flag, or the name of a file that stands alone.
    fn given_by(&self, member: &str) -> Option<String> {
        let arg = self.command.get_arguments().find(|arg| arg.get_id() == member)?;
        let alone = arg.is_positional().then(|| self.given.get_one::<String>(member)).flatten();
        alone.map(|name| shown(name)).or_else(|| flag_of(self.command, member))
    }
}

/// Where the text about an unknown column begins to name the known ones.
const KNOWN_COLUMNS: &str = " Known are ";

/// Whether a detail stands beside an error, and is not what it is about.
fn is_warning(error: &Error, detail: &Value) -> bool {
    let is_about_them = matches!(error.kind(), Kind::InvalidArgument | Kind::InvalidRequest);
    !is_about_them || detail["rule"] == "unknown_member"
}

fn answer(error: &Error) -> Value {
    serde_json::from_str(&error.to_json()).unwrap_or_default()
}

/// An error of the configuration, whose members are no flags.
pub fn of_configuration(error: &Error, file: &str, lang: Language) -> String {
    let mut lines = vec![Message::Kind { kind: error.kind(), errcode: error.errcode() }.text(lang)];
    if error.details().is_empty() {
        lines[0] = lines[0].clone() + Text::Colon.text(lang) + &text(&answer(error)["errmsg"], lang);
    }
    for detail in error.details() {
        let member = shown(&detail.pointer.trim_start_matches('/').replace('/', "."));
        let message = shown(&said(&detail.message, lang));
        let place = Message::InConfiguration(&member).text(lang);
        lines.push(if member.is_empty() { message } else { place + Text::Colon.text(lang) + &message });
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

fn text(value: &Value, lang: Language) -> String {
    shown(&said(value.as_str().unwrap_or_default(), lang))
}
