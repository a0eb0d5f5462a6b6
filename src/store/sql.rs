//! What the two databases have in common: values, rows, and one transaction.

use super::entry::Entry;
use crate::answer::{Error, Kind};

/// One value, to be bound or read. Each knows its type, also where it is NULL.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Int(Option<i64>),
    Text(Option<String>),
    Blob(Option<Vec<u8>>),
}

/// The type of a column.
#[derive(Clone, Copy)]
pub enum Type {
    Int,
    Text,
    Blob,
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Cell {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<Option<&str>> for Cell {
    fn from(value: Option<&str>) -> Self {
        Self::Text(value.map(str::to_owned))
    }
}

impl From<&[u8]> for Cell {
    fn from(value: &[u8]) -> Self {
        Self::Blob(Some(value.to_vec()))
    }
}

impl From<Option<&[u8]>> for Cell {
    fn from(value: Option<&[u8]>) -> Self {
        Self::Blob(value.map(<[u8]>::to_vec))
    }
}

/// A row of an answer, read from left to right. What is of another type than is asked for reads as NULL.
pub struct Row(std::vec::IntoIter<Cell>);

impl Row {
    pub fn new(cells: Vec<Cell>) -> Self {
        Self(cells.into_iter())
    }

    pub fn int_or_null(&mut self) -> Option<i64> {
        match self.0.next() {
            Some(Cell::Int(value)) => value,
            _ => None,
        }
    }

    pub fn text_or_null(&mut self) -> Option<String> {
        match self.0.next() {
            Some(Cell::Text(value)) => value,
            _ => None,
        }
    }

    pub fn blob_or_null(&mut self) -> Option<Vec<u8>> {
        match self.0.next() {
            Some(Cell::Blob(value)) => value,
            _ => None,
        }
    }

    pub fn int(&mut self) -> i64 {
        self.int_or_null().unwrap_or_default()
    }

    pub fn text(&mut self) -> String {
        self.text_or_null().unwrap_or_default()
    }
}

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
    /// corporation; locked against other writers, each once.
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
