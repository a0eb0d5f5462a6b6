//! A row on its way, and what came of it.

use crate::answer::{Effect, Error, Kind};
use crate::ledger::job::Finished;
use crate::ledger::report::Outcome as Became;
use crate::ledger::rows::Row;
use crate::store::{At, Change};

/// A row to be applied.
pub struct Todo {
    pub row: Row,
    /// What is written down when its add is: that an earlier one is given up.
    pub before: Option<Change>,
}

impl Todo {
    pub fn of(row: Row) -> Self {
        Self { row, before: None }
    }

    pub fn finished(&self, result: Became) -> Finished {
        Finished::new(Some(self.row.line), Some(&self.row.key), result)
    }

    /// The row of an add of which nobody knows what became, and for which nothing looks in this run.
    pub fn unclear(&self) -> Finished {
        let text = "nobody knows yet whether WeCom made the contact way; the next run looks for it";
        let mut error = Error::new(Kind::Unknown, text);
        let parts = error.parts();
        (parts.effect, parts.retryable) = (Effect::Unknown, true);
        self.finished(Became::Failed).failed(error)
    }
}

/// What came of a row.
pub enum Outcome {
    Finished(Finished),
    /// WeCom made it.
    Acked {
        todo: Todo,
        at: At,
        config_id: String,
        qr_code: Option<String>,
    },
    /// WeCom did not.
    Refused {
        todo: Todo,
        at: At,
        error: Error,
    },
    /// Nobody knows.
    Lost {
        todo: Todo,
        at: At,
    },
    /// It was not sent, since the job stops.
    Unsent {
        at: At,
    },
    /// An earlier add for it is open.
    Open {
        todo: Todo,
        entry_id: i64,
    },
    /// Its entry has changed: it is decided about once more.
    Later(Todo),
}
