//! How the program ends, for scripts: the one table of its exit codes.

use std::process::ExitCode;

use contactway::{Effect, Error, Kind};
use serde_json::{Map, Value};

use crate::messages::Text;

/// How a command went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It did what it was asked to.
    Done = 0,
    /// WeCom, the ledger or this machine refused, and would refuse the same again.
    Refused = 1,
    /// What was asked for is wrong: a flag, a file, the configuration. Nothing was sent.
    Usage = 2,
    /// WeCom may have done it or not.
    Unknown = 3,
    /// Some rows of a job are done, and others are not.
    Partial = 4,
    /// Nothing was done, and the same command may succeed later.
    TryAgain = 5,
    /// Stopped by Ctrl-C or SIGTERM.
    Interrupted = 130,
}

/// All of them, with what they mean.
pub const EXITS: [(Exit, Text); 7] = [
    (Exit::Done, Text::ExitDone),
    (Exit::Refused, Text::ExitRefused),
    (Exit::Usage, Text::ExitUsage),
    (Exit::Unknown, Text::ExitUnknown),
    (Exit::Partial, Text::ExitPartial),
    (Exit::TryAgain, Text::ExitTryAgain),
    (Exit::Interrupted, Text::ExitInterrupted),
];

impl Exit {
    /// How a command went that failed with `error`.
    pub fn of(error: &Error) -> Self {
        match error.kind() {
            Kind::Cancelled => Self::Interrupted,
            Kind::InvalidArgument | Kind::InvalidRequest | Kind::InvalidHandle => Self::Usage,
            // A row of unknown outcome is looked for by the next run: what counts for the job is that it is not done.
            Kind::Partial => Self::Partial,
            _ if may_be_done(error) => Self::Unknown,
            _ if error.is_retryable() => Self::TryAgain,
            _ => Self::Refused,
        }
    }

    /// The same of a job, which may have a part done, whatever stopped it.
    pub fn of_job(error: &Error) -> Self {
        match Self::of(error) {
            Self::Interrupted => Self::Interrupted,
            _ if !is_nothing_done(error) => Self::Partial,
            Self::Partial if error.is_retryable() => Self::TryAgain,
            Self::Partial => Self::Refused,
            other => other,
        }
    }
}

/// What only reads, of which nothing is left undone or done twice.
const READS: [&str; 5] = ["get_contact_way", "list_contact_way", "save_qr_code", "save_qr_codes", "sync"];

/// Whether WeCom may have carried out something that a person has to see to.
pub fn may_be_done(error: &Error) -> bool {
    error.effect() == Effect::Unknown && !error.endpoint().is_some_and(|endpoint| READS.contains(&endpoint))
}

/// Whether a job has done nothing: all that it counts is what it found and what failed. Where it came to its end, what was
/// as it should be counts as done.
fn is_nothing_done(error: &Error) -> bool {
    const NOT_DONE: [&str; 6] = ["errcode", "failed", "matched", "listed", "unchanged", "known"];
    let not_done = if error.kind() == Kind::Partial { &NOT_DONE[..4] } else { &NOT_DONE[..] };
    let answer: Map<String, Value> = serde_json::from_str(&error.to_json()).unwrap_or_default();
    let mut counts = answer.iter().filter(|(name, _)| !not_done.contains(&name.as_str()));
    !may_be_done(error) && counts.all(|(_, count)| count.as_i64().is_none_or(|count| count == 0))
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
