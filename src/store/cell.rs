//! Values and rows as both databases have them.

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
