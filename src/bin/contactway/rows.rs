//! The rows of a job that failed: those of the same reason told once, by their number and the first of them.

use serde_json::Value;

use crate::messages::{Message, Text, said};
use crate::table::shown;
use contactway::{Kind, Language, advice};

/// More reasons than this are no help; the report has them all.
const REASONS_TOLD: usize = 10;
/// As many rows of a reason are named.
const ROWS_NAMED: usize = 3;

/// What stands before what belongs to the line above.
const INDENT: &str = "  ";

/// Rows that failed for the same reason.
struct Group {
    errcode: i64,
    reason: String,
    count: u64,
    /// The first of them: their lines, and what they are called.
    rows: Vec<(u64, String)>,
}

/// The rows that failed.
#[derive(Default)]
pub struct Failed {
    groups: Vec<Group>,
    /// Of how many it is known why.
    pub count: u64,
}

impl Failed {
    /// Of what a job names as its failures, or its report as its rows.
    pub fn of(rows: impl IntoIterator<Item = Value>, lang: Language) -> Self {
        let mut failed = Self::default();
        // What an answer names has no result: all of it failed.
        let is_failed = |row: &Value| row["result"].as_str().is_none_or(|result| result == "failed");
        rows.into_iter().filter(is_failed).for_each(|row| failed.add(&row, lang));
        failed
    }

    fn add(&mut self, row: &Value, lang: Language) {
        let (errcode, reason) = (row["errcode"].as_i64().unwrap_or_default(), what_failed(row));
        let place = self.groups.iter().position(|group| group.errcode == errcode && group.reason == reason);
        let place = match place {
            Some(place) => place,
            None if self.groups.len() < REASONS_TOLD => {
                self.groups.push(Group { errcode, reason, count: 0, rows: Vec::new() });
                self.groups.len() - 1
            }
            None => return,
        };
        self.count += 1;
        let group = &mut self.groups[place];
        group.count += 1;
        // In the order in which they ended, which is not that of the file.
        group.rows.push((row["line"].as_u64().unwrap_or_default(), name(row, lang)));
        group.rows.sort_by_key(|(line, _)| *line);
        group.rows.truncate(ROWS_NAMED);
    }

    /// A line or two for each reason.
    pub fn lines(&self, lang: Language) -> Vec<String> {
        let mut groups: Vec<_> = self.groups.iter().collect();
        groups.sort_by_key(|group| group.rows.first().map_or(0, |(line, _)| *line));
        let mut lines = Vec::new();
        for group in groups {
            let mut rows: Vec<_> = group.rows.iter().map(|(_, name)| name.as_str()).collect();
            if group.count > ROWS_NAMED as u64 {
                rows.push("…");
            }
            let reason = reason(&group.reason, lang);
            let reason = Message::Reason { kind: kind_of(group.errcode), errcode: group.errcode, reason: &reason };
            let (reason, count, rows) = (reason.text(lang), group.count, rows.join(Text::Semicolon.text(lang)));
            lines.push(Message::FailedRows { count, rows: &rows, reason: &reason }.text(lang));
            let remedy = advice(group.errcode, lang).map(|advice| Message::Remedy(advice).text(lang));
            lines.extend(remedy.map(|remedy| format!("{INDENT}{remedy}")));
        }
        lines
    }
}

/// What a row is called: its line, and its key or id.
fn name(row: &Value, lang: Language) -> String {
    let line = row["line"].as_u64().map(|line| Message::Line { line, character: None }.text(lang));
    let name = ["key", "config_id"].iter().find_map(|name| row[*name].as_str()).map(shown);
    line.into_iter().chain(name).collect::<Vec<_>>().join(Text::Comma.text(lang))
}

/// What stands for a row's own line in what is said of it.
const ROW: &str = "the row: ";

/// Why it failed, without what differs from row to row though the reason is the same: WeCom's trace of the call, and the
/// row's own line, which is told beside.
fn what_failed(row: &Value) -> String {
    let errmsg = row["errmsg"].as_str().unwrap_or_default();
    let errmsg = errmsg.split(", hint: [").next().unwrap_or_default();
    errmsg.replacen(&format!("line {}: ", row["line"]), ROW, 1)
}

/// The same for people.
fn reason(what_failed: &str, lang: Language) -> String {
    let reason = match broken_rules(what_failed) {
        Some(rules) => {
            let rules = rules.split("; /").map(|rule| broken_rule(rule.trim_start_matches('/'), lang));
            rules.collect::<Vec<_>>().join(Text::Semicolon.text(lang))
        }
        None => said(what_failed.strip_prefix(ROW).unwrap_or(what_failed), lang),
    };
    shown(&reason)
}

/// The rules that are broken, where that is what an error says.
fn broken_rules(errmsg: &str) -> Option<&str> {
    let (head, rules) = errmsg.split_once(": ")?;
    (head.starts_with("a rule is broken in ") || head.contains(" rules are broken in ")).then_some(rules)
}

/// A rule after the column or member that breaks it, if there is one.
fn broken_rule(rule: &str, lang: Language) -> String {
    let Some((pointer, message)) = rule.split_once(": ").filter(|(pointer, _)| !pointer.contains(' ')) else {
        return said(rule, lang);
    };
    let member = pointer.trim_start_matches("contact_way/").replace('/', ".");
    let place = match member.rsplit_once('.').map(|(list, index)| (list, index.parse::<u64>())) {
        Some((list, Ok(index))) => Message::Item { flag: list, number: &(index + 1).to_string() }.text(lang),
        _ => member,
    };
    place + Text::Colon.text(lang) + &said(message, lang)
}

/// The kind of an error of which there is only the code.
fn kind_of(errcode: i64) -> Kind {
    const OWN: [Kind; 13] = [
        Kind::InvalidArgument,
        Kind::InvalidRequest,
        Kind::Auth,
        Kind::RateLimited,
        Kind::Timeout,
        Kind::Network,
        Kind::BadResponse,
        Kind::Store,
        Kind::Cancelled,
        Kind::Conflict,
        Kind::Unsupported,
        Kind::Unknown,
        Kind::Internal,
    ];
    OWN.into_iter().find(|kind| kind.errcode() == errcode).unwrap_or(Kind::Api)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_of_one_reason_are_told_once() {
        let row =
            |line, errmsg: &str| json!({"line": line, "key": format!("k{line}"), "errcode": -1003, "errmsg": errmsg});
        let mut rows: Vec<_> =
            (2..9).rev().map(|line| row(line, &format!("a rule is broken in line {line}: x"))).collect();
        rows.push(row(9, "y"));
        rows.extend([row(11, "z"), row(12, "z")]);
        rows.push(json!({"line": 10, "key": "k10", "result": "created", "errcode": 0, "errmsg": "ok"}));
        let failed = Failed::of(rows, Language::English);
        assert_eq!(failed.count, 10);
        assert_eq!(
            failed.lines(Language::English),
            [
                "7 of them: x (errcode -1003): line 2, k2; line 3, k3; line 4, k4; …",
                "line 9, k9: y (errcode -1003)",
                "2 of them: z (errcode -1003): line 11, k11; line 12, k12",
            ]
        );
    }
}
