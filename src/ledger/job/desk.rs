//! What became of a job's rows, who is told of it, and what the job answers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::Job;
use crate::answer::{Effect, Envelope, Error, Kind, Warning};
use crate::auth;
use crate::call::{Call, Stop};
use crate::json::fields::Detail;
use crate::ledger::report::{Done, Outcome, Report};
use crate::ledger::{Ledger, cancelled};
use crate::secret::Secrets;

/// Is told how far a job has come, on the calling thread, at most ten times a second.
///
/// ```
/// use contactway::{Client, Options, Shared};
/// # let sandbox = contactway::sandbox::Sandbox::start("{}")?;
/// # let info: serde_json::Value = serde_json::from_str(&sandbox.info_json())?;
/// # let file = std::env::temp_dir().join(format!("contactway-doc-{}.db", std::process::id()));
/// # let mut config = info["client_config"].clone();
/// # config["store"] = format!("sqlite:{}", file.display()).into();
/// # let config = config.to_string();
/// let client = Client::new(&config, &Shared::default())?;
/// let mut tell = |progress: &str| {
///     println!("{progress}");
///     true
/// };
/// let rows = r#"{"rows":[{"key":"counter-1","contact_way":{"type":1,"scene":2,"user":["lisi"],"state":"c1"}}]}"#;
/// let answer = client.apply(rows, &Options::default(), Some(&mut tell))?;
/// assert!(answer.contains("\"created\":1"));
/// # drop(client);
/// # for end in ["", "-wal", "-shm"] { let _ = std::fs::remove_file(format!("{}{end}", file.display())); }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Progress {
    /// Takes a JSON object with `done`, `total`, `created`, `updated`, `failed`, `per_second` and `eta_ms` (null where
    /// that is not known), and says whether to go on.
    fn tell(&mut self, progress_json: &str) -> bool;
}

impl<F: FnMut(&str) -> bool> Progress for F {
    fn tell(&mut self, progress_json: &str) -> bool {
        self(progress_json)
    }
}

/// What a job that was stopped says of the next one.
const GO_ON: &str = "; run it again to do the rest";
/// How long nothing is told after something was.
const BETWEEN: Duration = Duration::from_millis(100);

/// A row that is done, or a contact way.
#[derive(Debug)]
pub struct Finished {
    pub line: Option<u64>,
    pub key: Option<String>,
    pub result: Outcome,
    pub config_id: Option<String>,
    pub qr_code: Option<String>,
    pub error: Option<Error>,
    /// What a dry run would change.
    pub changes: Option<Box<RawValue>>,
}

impl Finished {
    pub fn new(line: Option<u64>, key: Option<&str>, result: Outcome) -> Self {
        Self { line, key: key.map(str::to_owned), result, config_id: None, qr_code: None, error: None, changes: None }
    }

    pub fn of(self, config_id: Option<&str>, qr_code: Option<&str>) -> Self {
        Self { config_id: config_id.map(str::to_owned), qr_code: qr_code.map(str::to_owned), ..self }
    }

    /// With what would change, of a row that a dry run looks at.
    pub fn foreseen(self, changes: Option<Box<RawValue>>) -> Self {
        Self { changes, ..self }
    }

    pub fn failed(self, error: Error) -> Self {
        Self { result: Outcome::Failed, error: Some(error), ..self }
    }
}

/// The calling thread's side of a job.
pub struct Desk<'p> {
    /// What no line of the report may show, though the host wrote it.
    secrets: Arc<Secrets>,
    call: Arc<Call>,
    report: Report,
    host: Option<&'p mut dyn Progress>,
    began: Instant,
    told: Option<Instant>,
    /// What was told last: how much was done, and of how much.
    last: Option<(u64, u64)>,
    /// How much there is to do, as far as it is known.
    pub total: u64,
    pub done: u64,
    /// What there is to warn of.
    pub warnings: Vec<Detail>,
    effect: Effect,
    /// Whether something that failed may succeed in the next run.
    may_succeed: bool,
}

impl<'p> Desk<'p> {
    pub fn new(ledger: &Ledger, call: &Arc<Call>, host: Option<&'p mut dyn Progress>) -> Self {
        Self {
            secrets: Arc::clone(&ledger.wire.secrets),
            call: Arc::clone(call),
            report: Report::default(),
            host,
            began: Instant::now(),
            told: None,
            last: None,
            total: 0,
            done: 0,
            warnings: Vec::new(),
            effect: Effect::None,
            may_succeed: false,
        }
    }

    /// Has the rows written to a file too, if `path` names one. Only who holds the lease may: another run of the job may
    /// be writing it.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn report_to(&mut self, path: Option<&str>) -> Result<(), Error> {
        self.report = Report::new(path)?;
        Ok(())
    }

    /// Counts what is done, and writes it to the report. Where that cannot be written, the job stops when it is next
    /// kept up.
    pub fn add(&mut self, finished: &Finished) {
        let error = finished.error.as_ref();
        if error.is_some_and(|error| error.effect() == Effect::None && self.is_cut_short(error)) {
            return;
        }
        self.done += 1;
        self.effect = self.effect.max(error.map_or(Effect::None, Error::effect));
        self.may_succeed |= error.is_some_and(Error::is_retryable);
        let masked = |text: &Option<String>| text.clone().map(|text| self.secrets.masked(text));
        let changes = finished.changes.as_ref().map(|changes| self.secrets.masked(changes.get().to_owned()));
        self.report.add(&Done {
            line: finished.line,
            key: masked(&finished.key).as_deref(),
            result: finished.result,
            config_id: masked(&finished.config_id).as_deref(),
            qr_code: masked(&finished.qr_code).as_deref(),
            errcode: error.map_or(0, Error::errcode),
            errmsg: &error.map_or_else(|| "ok".to_owned(), |error| self.secrets.masked(error.message().to_owned())),
            // A mask in the midst of JSON that is no string: the value cannot be kept.
            changes: changes.and_then(|changes| RawValue::from_string(changes).ok()).as_deref(),
        });
    }

    /// Whether nothing became of it since the job stops.
    fn is_cut_short(&self, error: &Error) -> bool {
        let ran_out = matches!(error.kind(), Kind::Timeout | Kind::Store) && self.call.check().is_err();
        error.kind() == Kind::Cancelled || ran_out
    }

    pub fn count(&self, outcome: Outcome) -> u64 {
        self.report.count(outcome)
    }

    /// Tells the host how far the job has come, if that is due; whether it is to go on.
    pub fn tell(&mut self) -> bool {
        self.told.is_some_and(|told| told.elapsed() < BETWEEN) || self.tell_now()
    }

    fn tell_now(&mut self) -> bool {
        if self.host.is_none() {
            return true;
        }
        let line = self.progress();
        let goes_on = self.host.as_mut().is_none_or(|host| host.tell(&line));
        self.told = Some(Instant::now());
        self.last = Some((self.done, self.total.max(self.done)));
        goes_on
    }

    fn progress(&self) -> String {
        let elapsed = auth::in_ms(self.began.elapsed()).max(1);
        let total = self.total.max(self.done);
        let eta_ms = (total - self.done).saturating_mul(elapsed).checked_div(self.done);
        json!({
            "done": self.done, "total": total,
            "created": self.count(Outcome::Created), "updated": self.count(Outcome::Updated),
            "failed": self.count(Outcome::Failed),
            "per_second": self.done.saturating_mul(1000) / elapsed, "eta_ms": eta_ms,
        })
        .to_string()
    }

    /// The job's answer: `counts` beside what failed, whether it came to its end or was stopped.
    ///
    /// # Errors
    /// Why it stopped; `partial` where it came to its end and something failed, or `incomplete` says what was not done.
    pub fn answer(
        mut self,
        outcome: Result<(), Error>,
        counts: &[(&str, u64)],
        incomplete: Option<String>,
    ) -> Result<String, Error> {
        let outcome = outcome.and_then(|()| {
            self.total = self.done;
            // It is at its end: there is nothing to stop any more.
            if self.last != Some((self.done, self.total)) {
                self.tell_now();
            }
            self.report.finish()
        });
        let failed = self.count(Outcome::Failed);
        let mut members = Map::new();
        members.extend(counts.iter().map(|(name, count)| ((*name).to_owned(), Value::from(*count))));
        members.insert("failures".to_owned(), self.report.failures());
        let mut error = match outcome {
            Err(error) => error,
            Ok(()) => match incomplete {
                Some(text) => Error::new(Kind::Partial, text),
                None if failed > 0 => {
                    let text = format!("{failed} of {} failed; failures names the first of them", self.done);
                    let mut error = Error::new(Kind::Partial, text);
                    error.parts().retryable = self.may_succeed;
                    error
                }
                None => return Ok(success(&members, self.warnings, &self.secrets)),
            },
        };
        let parts = error.parts();
        parts.effect = parts.effect.max(self.effect);
        // What was stopped goes on where it is run again: what is done is known by its key.
        parts.retryable |= matches!(parts.kind, Kind::Timeout | Kind::Cancelled);
        for (name, value) in members {
            parts.members.extend(RawValue::from_string(value.to_string()).ok().map(|raw| (name, raw)));
        }
        Err(error.with_more_details(self.warnings))
    }
}

fn success(members: &Map<String, Value>, warnings: Vec<Detail>, secrets: &Secrets) -> String {
    let members: Vec<_> = members.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let warnings = warnings.into_iter().map(|warning| Warning::from(warning).without_secrets(secrets)).collect();
    Envelope::of_members(&members).into_text(warnings)
}

impl Job<'_> {
    /// Keeps the lease, and looks whether the job must stop; tells of its progress.
    pub fn keep_up(&self, desk: &mut Desk) {
        if let Err(stop) = self.call.check() {
            self.halt(stopped(stop));
        }
        if let Err(error) = self.renew() {
            self.halt(error);
        }
        if let Some(error) = desk.report.trouble() {
            self.halt(error.clone());
        }
        if self.halted().is_none() && !desk.tell() {
            self.halt(told_to_stop());
        }
    }
}

/// The error of a job whose host said so when it was told of progress.
pub(super) fn told_to_stop() -> Error {
    Error::new(Kind::Cancelled, format!("the progress function stopped the job{GO_ON}"))
}

/// The error of a job whose deadline comes before the wait is over that `held_back` asks for.
pub(super) fn too_late(held_back: &Error) -> Error {
    let text = format!("the job's deadline comes before it may go on: {}{GO_ON}", held_back.message());
    let mut error = Error::new(Kind::Timeout, text);
    error.parts().retry_after_ms = held_back.retry_after().map(auth::in_ms);
    error
}

pub(super) fn stopped(stop: Stop) -> Error {
    match stop {
        Stop::Deadline => Error::new(Kind::Timeout, format!("the job's deadline passed{GO_ON}")),
        stop => Error::new(Kind::Cancelled, format!("{}{GO_ON}", cancelled(stop).message())),
    }
}
