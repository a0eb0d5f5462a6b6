//! What was found, step by step, and the answer that it comes to.

use std::time::Instant;

use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use super::remedy::remedy;
use super::step::Step;
use crate::answer::{Error, codes};
use crate::auth::in_ms;
use crate::secret::Secrets;

/// What was found so far.
pub struct Report<'s> {
    secrets: &'s Secrets,
    steps: Vec<Value>,
    /// Since when the next step is looked at.
    since: Instant,
    /// Of the first step that failed.
    error: Option<Error>,
}

impl<'s> Report<'s> {
    pub fn new(secrets: &'s Secrets) -> Self {
        Self { secrets, steps: Vec::new(), since: Instant::now(), error: None }
    }

    /// The step that is looked at now.
    pub fn next(&self) -> Step {
        Step::ALL.get(self.steps.len()).copied().unwrap_or(Step::Store)
    }

    /// The step found nothing wrong.
    pub fn passed(&mut self, step: Step, message: impl Into<String>) {
        let message = self.masked(message.into());
        let elapsed_ms = self.elapsed_ms();
        self.steps.push(json!({"step": step.name(), "ok": true, "elapsed_ms": elapsed_ms, "message": message}));
    }

    /// The step cannot be looked at, for the reason in `message`.
    pub fn skipped(&mut self, step: Step, message: &str) {
        self.steps.push(json!({"step": step.name(), "skipped": true, "message": message}));
    }

    /// The step found what `error` says.
    pub fn failed(&mut self, step: Step, mut error: Error) {
        error.redact(self.secrets);
        let elapsed_ms = self.elapsed_ms();
        let mut object = error.object();
        object.insert("errcode".to_owned(), error.errcode().into());
        self.steps.push(json!({
            "step": step.name(),
            "ok": false,
            "elapsed_ms": elapsed_ms,
            "message": message(&error),
            "error": object,
            "remedy": remedy(step, &error),
        }));
        self.error.get_or_insert(error);
    }

    /// Skips what comes after a step that failed.
    pub fn skip_the_rest(&mut self, failed: Step, has_store: bool) {
        let message = format!("not looked at, since {} failed", failed.name());
        let rest = &Step::ALL[self.steps.len().min(Step::ALL.len())..];
        for step in rest.iter().filter(|step| has_store || **step != Step::Store) {
            self.skipped(*step, &message);
        }
    }

    /// The answer.
    ///
    /// # Errors
    /// That of the first step that failed, with all steps beside it.
    pub fn into_answer(self) -> Result<String, Error> {
        let Some(mut error) = self.error else {
            return Ok(json!({"errcode": 0, "errmsg": "ok", "steps": self.steps}).to_string());
        };
        let members = &mut error.parts().members;
        members.retain(|(name, _)| name != STEPS);
        members.extend(to_raw_value(&self.steps).ok().map(|steps| (STEPS.to_owned(), steps)));
        Err(error)
    }

    fn elapsed_ms(&mut self) -> u64 {
        let since = std::mem::replace(&mut self.since, Instant::now());
        in_ms(since.elapsed())
    }

    fn masked(&self, message: String) -> String {
        self.secrets.redact_ours(&message).unwrap_or(message)
    }
}

const STEPS: &str = "steps";

/// What happened; of a caller that WeCom does not trust also where it sees it.
fn message(error: &Error) -> String {
    let errmsg = error.message();
    match codes::untrusted_address(error.errcode(), errmsg) {
        Some(address) => format!("{errmsg}; WeCom sees this machine as {address}"),
        None => errmsg.to_owned(),
    }
}
