//! The wanted contact ways, one after the other: from a request's own rows, a JSON Lines file or a CSV file.
//!
//! They are read twice. [`Source::scan`] looks for what makes the whole unusable, before anything is sent, and counts;
//! [`Source::rows`] then hands out row by row. Neither keeps a row; of each key 16 bytes stay.

mod checked;
mod lines;
mod row;
mod sheet;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{self, File};
use std::io::Seek;
use std::path::Path;

use serde_json::value::RawValue;

use super::equal;
use super::hash::{Hash, hash};
use crate::answer::{Error, Kind};
use crate::endpoint::Endpoint;
use crate::json::Object;
use crate::json::fields::Detail;
use crate::os_error::in_words;
use crate::rules::{self, Validate};
use checked::{Fault, Form, Place, refused};
use lines::Lines;
use row::CONTACT_WAY;
pub use row::{BadRow, Row, wrong_key};
use sheet::Sheet;

/// An answer names no more faults than this.
const FAULTS_TOLD: usize = 100;

/// Where rows come from.
pub enum Source<'r> {
    /// The request itself.
    Inline(Vec<&'r RawValue>),
    /// A file, kept open so that both readings see the same one.
    File(File, Form),
}

impl<'r> Source<'r> {
    /// Rows given in the request; `rows` is the text of an array.
    ///
    /// # Errors
    /// When it is not a JSON array.
    pub fn inline(rows: &'r str) -> Result<Self, Error> {
        serde_json::from_str(rows).map(Self::Inline).map_err(|_| {
            let detail = Detail::new("/rows", "wrong_type", "rows must be an array of objects");
            Error::with_details(Kind::InvalidRequest, "the request", vec![detail])
        })
    }

    /// Opens a file whose name ends in `.jsonl`, `.ndjson` or `.csv`, in capitals or not. Links are followed, to a
    /// regular file.
    ///
    /// # Errors
    /// When the name ends otherwise, or the file cannot be read.
    pub fn open(path: &str) -> Result<Self, Error> {
        let wrong = |rule, message: String| {
            Error::with_details(Kind::InvalidRequest, "the request", vec![Detail::new("/path", rule, message)])
        };
        let unreadable = |why: &dyn std::fmt::Display| wrong("unreadable", format!("the file cannot be read: {why}"));
        let form = form_of(path).ok_or_else(|| {
            wrong("file_form", "the file's name must end in .jsonl (a JSON object a line) or .csv".to_owned())
        })?;
        let open = |path| {
            // Opening a pipe would wait for its other end.
            if !fs::metadata(path)?.is_file() {
                return Ok(None);
            }
            File::open(path).map(Some)
        };
        match open(Path::new(path)) {
            Ok(Some(file)) => Ok(Self::File(file, form)),
            Ok(None) => Err(unreadable(&"it is not a regular file")),
            Err(error) => Err(unreadable(&in_words(&error))),
        }
    }

    /// Reads from the start.
    ///
    /// # Errors
    /// When the file cannot be read, or its header is no header of rows.
    pub fn rows(&mut self) -> Result<Rows<'_>, Error> {
        let (file, form) = match self {
            Self::Inline(rows) => return Ok(Rows(Box::new(Inline { rows, taken: 0 }))),
            Self::File(file, form) => (file, form),
        };
        file.rewind().map_err(|error| refused([Fault::unreadable(&error)]))?;
        Ok(Rows(match form {
            Form::Sheet => Box::new(Sheet::open(&*file)?),
            Form::Lines => Box::new(Lines::new(&*file)),
        }))
    }

    /// Reads all of it once, and sends nothing. `validate` says what there is to warn of.
    ///
    /// # Errors
    /// What makes the whole unusable: duplicate keys, unknown columns, another encoding; each with its line and column.
    pub fn scan(&mut self, validate: Validate) -> Result<Scan, Error> {
        let is_inline = matches!(self, Self::Inline(_));
        let mut rows = self.rows()?;
        let mut scan = Scan::default();
        let mut faults = Vec::new();
        while let Some(read) = rows.next_row()? {
            scan.total += 1;
            let (line, key) = match &read {
                Ok(row) => (row.line, Some(&row.key)),
                Err(bad) => (bad.line, bad.key.as_ref()),
            };
            let first = key.and_then(|key| scan.first_line(key, line));
            if let (Some(first), Some(key)) = (first, key)
                && faults.len() < FAULTS_TOLD
            {
                let pointer = if is_inline { format!("/rows/{}/key", line - 1) } else { "/path".to_owned() };
                faults.push(repeated(pointer, key, first, rows.0.key_place()));
            }
            if let Ok(row) = &read {
                scan.look_into(row, validate);
            }
        }
        scan.contents = HashMap::new();
        let what = if is_inline { "the request" } else { "the file" };
        if faults.is_empty() { Ok(scan) } else { Err(Error::with_details(Kind::InvalidRequest, what, faults)) }
    }
}

/// What is wrong with a key that stands in two rows.
fn repeated(pointer: String, key: &str, first: u64, place: Place) -> Detail {
    let message = format!("the key {key} stands in line {first} already; each row has its own, remove one of the two");
    let mut detail = Detail::new(pointer, "repeated_key", message);
    (detail.line, detail.column) = (Some(place.line), Some(place.column));
    detail
}

fn form_of(path: &str) -> Option<Form> {
    let ending = Path::new(path).extension()?.to_str()?.to_ascii_lowercase();
    match ending.as_str() {
        "jsonl" | "ndjson" => Some(Form::Lines),
        "csv" => Some(Form::Sheet),
        _ => None,
    }
}

/// Half of a [`Hash`], since there are many.
type HalfHash = [u8; 8];

/// What a first reading found.
#[derive(Debug, Default)]
pub struct Scan {
    /// How many rows there are, bad ones included.
    pub total: u64,
    /// The lines of two rows that are equal but for the key, if there are such.
    pub alike: Option<(u64, u64)>,
    /// Each member that the document does not know, and each broken rule that is only warned of, where it stands first.
    pub warnings: Vec<Detail>,
    /// How many rows have one before them that they equal but for the key.
    pub alike_count: u64,
    /// The line of each key. Lines are kept short, since there are many.
    keys: HashMap<Hash, u32>,
    /// The first line of each content; only while the rows are read. Half a hash: two that meet cost a needless warning.
    contents: HashMap<HalfHash, u32>,
}

impl Scan {
    /// Whether a row has this key.
    #[must_use]
    pub fn has_key(&self, key: &str) -> bool {
        self.keys.contains_key(&hash(key.as_bytes()))
    }

    /// Notes a key; the line where it stands already, if it does.
    fn first_line(&mut self, key: &str, line: u64) -> Option<u64> {
        first_line(&mut self.keys, hash(key.as_bytes()), line)
    }

    /// Notes what there is to warn of in a row.
    fn look_into(&mut self, row: &Row, validate: Validate) {
        let Ok(request) = Object::parse(&row.contact_way) else { return };
        if validate != Validate::Off && self.warnings.len() < FAULTS_TOLD {
            self.note_warnings(row, &request, validate);
        }
        // What is claimed is told apart by its config_id.
        if row.config_id.is_some() {
            return;
        }
        let fingerprint = equal::fingerprint(&request);
        let mut half = HalfHash::default();
        half.copy_from_slice(&fingerprint[..8]);
        if let Some(first) = first_line(&mut self.contents, half, row.line) {
            self.alike.get_or_insert((first, row.line));
            self.alike_count += 1;
        }
    }

    fn note_warnings(&mut self, row: &Row, request: &Object, validate: Validate) {
        let mut found = rules::unknown_members(Endpoint::Add, request);
        for unknown in &mut found {
            unknown.pointer.insert_str(0, CONTACT_WAY);
        }
        if validate == Validate::Warn {
            found.extend(row.broken(request).into_iter().filter(|broken| is_given(broken, request)));
        }
        for mut warning in found {
            warning.line = Some(row.line);
            let is_told =
                self.warnings.iter().any(|told| (told.rule, &told.pointer) == (warning.rule, &warning.pointer));
            if !is_told && self.warnings.len() < FAULTS_TOLD {
                self.warnings.push(warning);
            }
        }
    }
}

/// Whether a broken rule is about a member that the row gives, and not about one that it may leave as it is.
fn is_given(broken: &Detail, request: &Object) -> bool {
    let pointer = broken.pointer.strip_prefix(CONTACT_WAY).unwrap_or_default();
    pointer.split('/').nth(1).is_none_or(|member| request.get(member).is_some())
}

/// Notes where `what` stands; the line where it stands already, if it does.
fn first_line<H: Eq + std::hash::Hash>(lines: &mut HashMap<H, u32>, what: H, line: u64) -> Option<u64> {
    match lines.entry(what) {
        Entry::Vacant(entry) => {
            entry.insert(u32::try_from(line).unwrap_or(u32::MAX));
            None
        }
        Entry::Occupied(first) => Some((*first.get()).into()),
    }
}

/// A row as it was read, or what is wrong with it alone.
pub type Read = Result<Row, BadRow>;

/// One way of writing rows, being read.
trait Reading {
    /// The next row; none at the end.
    fn next_row(&mut self) -> Result<Option<Read>, Error>;

    /// Where the key of the last row stands.
    fn key_place(&self) -> Place;
}

/// Rows being read.
pub struct Rows<'s>(Box<dyn Reading + 's>);

impl Rows<'_> {
    /// The next row; none at the end.
    ///
    /// # Errors
    /// When the file cannot be read on. A row that is bad by itself is no error, and the next one follows.
    pub fn next_row(&mut self) -> Result<Option<Read>, Error> {
        self.0.next_row()
    }
}

/// The rows of a request.
struct Inline<'s> {
    rows: &'s [&'s RawValue],
    taken: usize,
}

impl Reading for Inline<'_> {
    fn next_row(&mut self) -> Result<Option<Read>, Error> {
        let row = self.rows.get(self.taken);
        self.taken += usize::from(row.is_some());
        Ok(row.map(|row| Row::of_json(self.taken as u64, row.get())))
    }

    /// Their lines are counted; each stands at the start of its own.
    fn key_place(&self) -> Place {
        Place { line: self.taken as u64, column: 1 }
    }
}

#[cfg(test)]
mod tests;
