//! A dry run as a diff: what would be made, changed and deleted, member by member.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::PathBuf;

use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::messages::Message;
use crate::session::plain;
use crate::table::shown;
use contactway::Language;

/// The report that a dry run writes, and its place.
pub struct Plan {
    report: PathBuf,
    /// Where the report is not one that was asked for.
    _folder: Option<TempDir>,
}

impl Plan {
    /// Asks for a report, unless the request names one.
    ///
    /// # Errors
    /// When there is no place for one.
    pub fn begin(request: &mut Map<String, Value>) -> io::Result<Self> {
        if let Some(report) = request.get("report_path").and_then(Value::as_str) {
            return Ok(Self { report: report.into(), _folder: None });
        }
        let folder = tempfile::tempdir()?;
        let report = folder.path().join("plan.jsonl");
        request.insert("report_path".to_owned(), report.to_string_lossy().into());
        Ok(Self { report, _folder: Some(folder) })
    }

    /// The diff, and below it what it comes to. `answer` is the job's own, which stands alone where there is no report.
    pub fn text(&self, answer: &Value, lang: Language) -> String {
        let Ok(report) = fs::read_to_string(&self.report) else { return plain(answer) };
        let mut text = String::new();
        let mut counts = Map::new();
        for row in report.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
            let result = row["result"].as_str().unwrap_or_default();
            let count = counts.get(result).and_then(Value::as_u64).unwrap_or_default() + 1;
            counts.insert(result.to_owned(), count.into());
            text.push_str(&row_of(&row, result, lang));
        }
        let count = |result: &str| counts.get(result).and_then(Value::as_u64).unwrap_or_default();
        let sum = Message::PlanOf {
            created: count("created"),
            updated: count("updated"),
            replaced: count("replaced"),
            deleted: count("deleted"),
            claimed: count("claimed"),
            unchanged: count("unchanged"),
            failed: count("failed"),
        };
        text.push_str(&sum.text(lang));
        text.push('\n');
        text
    }
}

/// A row of the report; nothing of one that stays as it is, or that is told of as a failure.
fn row_of(row: &Value, result: &str, lang: Language) -> String {
    let mark = match result {
        "created" => '+',
        "updated" => '~',
        "replaced" => '±',
        "claimed" => '=',
        "deleted" => '-',
        _ => return String::new(),
    };
    let name = |member: &str| row[member].as_str().map(shown);
    let names: Vec<_> = ["key", "config_id"].into_iter().filter_map(name).collect();
    let mut text = format!("{mark} {}", names.join("  "));
    if result == "replaced" {
        // A String takes whatever is written.
        let _ = write!(text, "  ({})", Message::Replaced.text(lang));
    }
    text.push('\n');
    for (member, change) in row["changes"].as_object().into_iter().flatten() {
        for (mark, side) in [('-', "from"), ('+', "to")] {
            if let Some(value) = change.get(side) {
                let _ = writeln!(text, "    {mark} {}: {}", shown(member), shown(&value.to_string()));
            }
        }
    }
    text
}
