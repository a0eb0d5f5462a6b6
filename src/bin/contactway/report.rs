//! The report of a job: a line for each row, which tells what became of it.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use contactway::{Error, Kind};
use serde_json::{Map, Value};
use tempfile::TempDir;

/// The name of a report's place in a request.
const MEMBER: &str = "report_path";

/// The report's file.
pub struct Report {
    path: PathBuf,
    /// Where the report is not one that was asked for.
    folder: Option<TempDir>,
}

impl Report {
    /// The report that a request asks for, if it does.
    pub fn asked_for(request: &Map<String, Value>) -> Option<Self> {
        let path = request.get(MEMBER).and_then(Value::as_str)?;
        Some(Self { path: path.into(), folder: None })
    }

    /// The same, or one that is asked for now and goes again.
    ///
    /// # Errors
    /// When there is no place for one.
    pub fn begin(request: &mut Map<String, Value>) -> io::Result<Self> {
        if let Some(asked_for) = Self::asked_for(request) {
            return Ok(asked_for);
        }
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("report.jsonl");
        request.insert(MEMBER.to_owned(), path.to_string_lossy().into());
        Ok(Self { path, folder: Some(folder) })
    }

    /// Whether a job that came to this has given it its name, under which an earlier one may stand.
    pub fn is_written(outcome: &Result<String, Error>) -> bool {
        outcome.as_ref().err().is_none_or(|error| error.kind() == Kind::Partial)
    }

    /// Its place, unless it goes again.
    pub fn path_asked_for(&self) -> Option<&Path> {
        self.folder.is_none().then_some(&self.path)
    }

    /// Its rows, one after the other.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn rows(&self) -> io::Result<impl Iterator<Item = Value>> {
        let lines = BufReader::new(File::open(&self.path)?).lines();
        Ok(lines.map_while(Result::ok).filter_map(|line| serde_json::from_str(&line).ok()))
    }
}
