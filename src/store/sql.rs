//! What the two databases have in common: one transaction.

use super::cell::{Cell, Row};
use super::entry::Entry;
use crate::answer::{Error, Kind};

/// Why a transaction did not come to its end. It was undone, unless `in_commit`.
#[derive(Debug)]
pub enum Fault {
    /// It met another one, or the server went away before the commit: the same once more may succeed.
    #[cfg_attr(not(feature = "postgres"), allow(dead_code))] // SQLite tries again by itself
    Again(Error),
    /// It failed.
    For(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::For(error)
    }
}

#[cfg(feature = "postgres")]
impl Fault {
    pub fn into_error(self) -> Error {
        match self {
            Self::Again(error) | Self::For(error) => error,
        }
    }
}

/// An error of the store: what happened, and what to do.
pub fn failed(text: impl Into<String>) -> Error {
    Error::new(Kind::Store, text)
}

/// How much a transaction needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// It only reads.
    Read,
    /// It only reads, on through entries in the order of their ids.
    Page,
    /// What it writes may be lost with the database's machine.
    Quick,
    /// What it writes may be lost with everybody who uses the store: an SQLite store's users are all on its machine.
    Lasting,
    /// What it writes is on the disk when it has ended.
    Durable,
}

/// One transaction. Statements are written for SQLite, with parameters `?1`, `?2`, …; PostgreSQL's home translates.
pub trait Sql {
    /// The store's clock, in microseconds since 1970.
    fn now_us(&mut self) -> Result<i64, Fault>;

    /// Rows that a statement answers.
    fn rows(&mut self, statement: &str, values: &[Cell]) -> Result<Vec<Row>, Fault>;

    /// How many rows a statement changed.
    fn change(&mut self, statement: &str, values: &[Cell]) -> Result<u64, Fault>;

    /// The entries that meet `condition`, in which `?1` stands for each of `values` in turn and `?2` for the
    /// corporation; each once, and in a transaction that may write locked against other writers.
    fn entries(&mut self, condition: &str, values: Vec<Cell>, corp_id: &str) -> Result<Vec<Entry>, Fault>;

    /// Inserts entries, and says the id of each; none where the key or the `config_id` stands already.
    fn insert(&mut self, entries: &[Entry]) -> Result<Vec<Option<i64>>, Fault>;

    /// Writes entries over those of the same ids.
    fn overwrite(&mut self, entries: &[&Entry]) -> Result<(), Fault>;

    /// Removes entries.
    fn remove(&mut self, ids: &[i64]) -> Result<(), Fault>;

    /// Marks those of the `config_id`s that are known as listed, and says which are.
    fn mark_listed(&mut self, corp_id: &str, ids: &[String], generation: i64) -> Result<Vec<String>, Fault>;
}
