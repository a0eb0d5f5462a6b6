//! A dry run as a diff: what would be made, changed and deleted, member by member.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::messages::Message;
use crate::report::Report;
use crate::session::counts;
use crate::table::shown;
use contactway::Language;

/// The diff that a report tells of, and below it what it comes to. `answer` is the job's own, which stands alone where there
/// is no report.
pub fn text(report: Option<&Report>, answer: &Value, lang: Language) -> String {
    let Some(rows) = report.and_then(|report| report.rows().ok()) else { return counts(answer, lang) };
    let mut text = String::new();
    let mut results = Map::new();
    for row in rows {
        let result = row["result"].as_str().unwrap_or_default();
        let count = results.get(result).and_then(Value::as_u64).unwrap_or_default() + 1;
        results.insert(result.to_owned(), count.into());
        text.push_str(&row_of(&row, result, lang));
    }
    let count = |result: &str| results.get(result).and_then(Value::as_u64).unwrap_or_default();
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
