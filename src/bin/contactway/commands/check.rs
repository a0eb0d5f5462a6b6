//! Whether everything works here.

use std::time::Instant;

use contactway::{Error, Language, advice};
use serde_json::{Value, json};

use super::entry::Entry;
use crate::arguments;
use crate::exit::Exit;
use crate::messages::{Message, Text, named, said};
use crate::session::{Session, parts};
use crate::table;

pub const CHECK: Entry = Entry {
    command: |lang| arguments::command("check", Text::Check, &[], lang),
    run: |given, command, lang| match Session::open_anyway(given, command, lang) {
        Ok((session, no_ledger)) => check(&session, no_ledger),
        Err(exit) => exit,
    },
};

/// The step of the ledger, the last one.
const LEDGER: &str = "store";

fn check(session: &Session, no_ledger: Option<Error>) -> Exit {
    let (answer, error) = parts(session.client.check(&session.options()));
    let mut answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    let mut steps = answer["steps"].as_array().cloned().unwrap_or_default();
    let ledger = look_at_ledger(session, no_ledger, &steps);
    let mut failed = error;
    if let Some((step, error)) = ledger {
        steps.retain(|step| step["step"] != LEDGER);
        steps.push(step);
        if failed.is_none()
            && let Some(error) = error
        {
            answer = serde_json::from_str(&error.to_json()).unwrap_or_default();
            failed = Some(error);
        }
        answer["steps"] = steps.into();
    }
    session.tell_answer(answer.to_string(), failed.as_ref(), |answer| table_of(answer, session.lang))
}

/// The step of the ledger where the library had no eye for it: what stood against opening it, or, where another step has
/// failed, what it says to being read.
fn look_at_ledger(session: &Session, no_ledger: Option<Error>, steps: &[Value]) -> Option<(Value, Option<Error>)> {
    let begun = Instant::now();
    let was_skipped = steps.iter().any(|step| step["step"] == LEDGER && step["skipped"] == true);
    let error = match no_ledger {
        Some(error) => Some(error),
        None if was_skipped => session.client.ledger(r#"{"limit":1}"#, &session.options()).err(),
        None => return None,
    };
    let elapsed_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let Some(error) = error else {
        let step = json!({"step": LEDGER, "ok": true, "elapsed_ms": elapsed_ms, "message": Text::LedgerReadable.text(session.lang)});
        return Some((step, None));
    };
    let told: Value = serde_json::from_str(&error.to_json()).unwrap_or_default();
    let mut object = told["error"].clone();
    object["errcode"] = error.errcode().into();
    let step = json!({
        "step": LEDGER,
        "ok": false,
        "elapsed_ms": elapsed_ms,
        "message": told["errmsg"],
        "error": object,
        "remedy": Text::MendLedger.text(session.lang),
    });
    Some((step, Some(error)))
}

/// A line a step, and below those that failed what to do.
fn table_of(answer: &Value, lang: Language) -> String {
    let steps = answer["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let result = |step: &Value| match step["ok"].as_bool() {
        Some(true) => Text::Passed,
        Some(false) => Text::Failed,
        None => Text::Skipped,
    };
    let elapsed = |step: &Value| step["elapsed_ms"].as_u64().map_or_else(String::new, |ms| format!("{ms} ms"));
    let row = |step: &Value| {
        let result = result(step).text(lang).to_owned();
        let [name, message] = ["step", "message"].map(|member| step[member].as_str().unwrap_or_default());
        vec![named(name, lang), result, elapsed(step), table::shown(&said(message, lang))]
    };
    let rows: Vec<_> = steps.iter().map(row).collect();
    let mut text = table::table(&rows);
    for (step, told) in steps.iter().filter_map(|step| Some((step, step["remedy"].as_str()?))) {
        let advice = step["error"]["errcode"].as_i64().and_then(|errcode| advice(errcode, lang));
        // What to do about a code of WeCom's is known in the language.
        let remedy = Some(said(told, lang)).filter(|remedy| remedy != told);
        let remedy = remedy.as_deref().or(advice).unwrap_or(told);
        text.push_str(&Message::Remedy(&table::shown(remedy)).text(lang));
        text.push('\n');
    }
    text
}
