//! Whether everything works here.

use serde_json::Value;

use super::{Entry, with_session};
use crate::arguments;
use crate::messages::{Message, Text};
use crate::table;
use contactway::Language;

pub const CHECK: Entry = Entry {
    command: |lang| arguments::command("check", Text::Check, &[], lang),
    run: |given, command, lang| {
        with_session(given, command, lang, |session| {
            session.tell(session.client.check(&session.options()), |answer| steps(answer, lang))
        })
    },
};

/// A line a step, and below those that failed what to do.
fn steps(answer: &Value, lang: Language) -> String {
    let steps = answer["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let result = |step: &Value| match step["ok"].as_bool() {
        Some(true) => Text::Passed,
        Some(false) => Text::Failed,
        None => Text::Skipped,
    };
    let elapsed = |step: &Value| step["elapsed_ms"].as_u64().map_or_else(String::new, |ms| format!("{ms} ms"));
    let row = |step: &Value| {
        let result = result(step).text(lang).to_owned();
        vec![table::cell(&step["step"]), result, elapsed(step), table::cell(&step["message"])]
    };
    let rows: Vec<_> = steps.iter().map(row).collect();
    let mut text = table::table(&rows);
    for remedy in steps.iter().filter_map(|step| step["remedy"].as_str()) {
        text.push_str(&Message::Remedy(&table::shown(remedy)).text(lang));
        text.push('\n');
    }
    text
}
