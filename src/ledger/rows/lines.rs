//! Rows from JSON Lines: a row a line, blank lines passed over.

use std::io::{BufRead, Read};

use super::checked::{Checked, Form, Place, refused_by};
use super::row::Row;
use super::{Read as RowRead, Reading};
use crate::answer::Error;
use crate::json;

/// A file of lines being read.
pub struct Lines<R> {
    file: Checked<R>,
    line: u64,
    text: String,
}

impl<R: Read> Lines<R> {
    pub fn new(file: R) -> Self {
        Self { file: Checked::new(file, Form::Lines), line: 0, text: String::new() }
    }
}

impl<R: Read> Reading for Lines<R> {
    fn next_row(&mut self) -> Result<Option<RowRead>, Error> {
        loop {
            self.text.clear();
            if self.file.read_line(&mut self.text).map_err(|error| refused_by(&error))? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if !self.text.trim_ascii().is_empty() {
                return Ok(Some(Row::of_json(self.line, &self.text)));
            }
        }
    }

    fn key_place(&self) -> Place {
        let key = json::member(&self.text, "key").unwrap_or(&self.text);
        // Part of the line, so behind its start.
        let before = key.as_ptr() as usize - self.text.as_ptr() as usize;
        let column = 1 + self.text[..before].chars().count() as u64;
        Place { line: self.line, column }
    }
}
