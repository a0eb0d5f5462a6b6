//! What became of each row: counted, the first failures kept for the answer, and all of it written to a report.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::answer::{Error, Kind};
use crate::json::fields::Detail;
use crate::os_error::in_words;

/// An answer names no more failures than this; the report has them all.
const FAILURES_TOLD: usize = 100;

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Created,
    Updated,
    Unchanged,
    Claimed,
    Deleted,
    Replaced,
    Failed,
}

/// One row that is done. As JSON it is a line of the report.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Done<'d> {
    /// Where it stands among the rows; none for what is in the ledger alone.
    pub line: Option<u64>,
    pub key: Option<&'d str>,
    pub result: Outcome,
    pub config_id: Option<&'d str>,
    pub qr_code: Option<&'d str>,
    pub errcode: i64,
    pub errmsg: &'d str,
    /// In a dry run, what would change: a member's name, and its value before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<&'d RawValue>,
}

/// A failure as an answer names it.
#[derive(Debug, Serialize)]
struct Failure {
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config_id: Option<String>,
    errcode: i64,
    errmsg: String,
}

/// The rows that are done.
#[derive(Debug, Default)]
pub struct Report {
    file: Option<ReportFile>,
    counts: [u64; Outcome::Failed as usize + 1],
    failures: Vec<Failure>,
    /// Why the file could not be written on.
    trouble: Option<Error>,
}

impl Report {
    /// A report that is written to a file too, if `path` names one. Until [`Report::finish`] that is `PATH.partial`,
    /// which a job that is killed leaves behind and the next one replaces.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn new(path: Option<&str>) -> Result<Self, Error> {
        let file = path.map(|path| ReportFile::create(Path::new(path))).transpose().map_err(|why| {
            let detail = Detail::new("/report_path", "unwritable", unwritable(&why));
            Error::with_details(Kind::InvalidRequest, "the request", vec![detail])
        })?;
        Ok(Self { file, ..Self::default() })
    }

    /// Counts a row, and writes it down. Where the file cannot be written, [`Report::trouble`] says so from then on.
    pub fn add(&mut self, done: &Done) {
        self.counts[done.result as usize] += 1;
        if done.result == Outcome::Failed && self.failures.len() < FAILURES_TOLD {
            self.failures.push(Failure {
                line: done.line,
                key: done.key.map(str::to_owned),
                config_id: done.config_id.map(str::to_owned),
                errcode: done.errcode,
                errmsg: done.errmsg.to_owned(),
            });
        }
        if let Some(Err(why)) = self.file.as_mut().map(|file| file.write(done)) {
            self.file = None;
            self.trouble = Some(broken_off(&why));
        }
    }

    /// Why the file could not be written on, if it could not.
    pub fn trouble(&self) -> Option<&Error> {
        self.trouble.as_ref()
    }

    /// How many rows ended like this.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> u64 {
        self.counts[outcome as usize]
    }

    /// The first failures, as an answer's `failures`.
    #[must_use]
    pub fn failures(&self) -> serde_json::Value {
        serde_json::json!(self.failures)
    }

    /// Gives the file its name, now that every row is in it. A job that stops early leaves it as it is.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(&mut self) -> Result<(), Error> {
        if let Some(error) = self.trouble.take() {
            return Err(error);
        }
        self.file.take().map_or(Ok(()), ReportFile::finish).map_err(|why| broken_off(&why))
    }
}

fn unwritable(why: &io::Error) -> String {
    format!("the report cannot be written: {}", in_words(why))
}

/// The report of a job that has begun: what it did is done, and in the ledger.
fn broken_off(why: &io::Error) -> Error {
    let text = format!("{}; the counts tell what was done: mend that and run it again to do the rest", unwritable(why));
    Error::new(Kind::Store, text)
}

/// The file of a report: for its owner alone, and never written through a link.
#[derive(Debug)]
struct ReportFile {
    file: BufWriter<File>,
    partial: PathBuf,
    path: PathBuf,
}

impl ReportFile {
    fn create(path: &Path) -> io::Result<Self> {
        path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
        // A device, a pipe or a folder is no file to replace, nor is a link to one.
        if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        match fs::remove_file(&partial) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial)?;
        // Whatever the umask took away.
        file.set_permissions(Permissions::from_mode(0o600))?;
        Ok(Self { file: BufWriter::new(file), partial, path: path.to_owned() })
    }

    fn write(&mut self, done: &Done) -> io::Result<()> {
        serde_json::to_writer(&mut self.file, done)?;
        self.file.write_all(b"\n")
    }

    fn finish(mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.partial, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A folder that is gone when the test is over.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new() -> Self {
            let name = format!("contactway-report-{:016x}", crate::random::source().u64(..));
            let folder = std::env::temp_dir().join(name);
            fs::create_dir(&folder).unwrap();
            Self(folder)
        }

        fn path(&self, name: &str) -> String {
            self.0.join(name).to_str().unwrap().to_owned()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    const CREATED: Done = Done {
        line: Some(2),
        key: Some("a"),
        result: Outcome::Created,
        config_id: Some("c1"),
        qr_code: Some("https://p.qpic.cn/1"),
        errcode: 0,
        errmsg: "ok",
        changes: None,
    };

    fn failed(line: u64) -> Done<'static> {
        Done {
            line: Some(line),
            key: Some("b"),
            result: Outcome::Failed,
            config_id: None,
            qr_code: None,
            errcode: 41044,
            errmsg: "gone",
            changes: None,
        }
    }

    #[test]
    fn a_report_has_a_line_a_row_and_its_name_at_the_end() {
        let folder = Scratch::new();
        let path = folder.path("report.jsonl");
        let mut report = Report::new(Some(&path)).unwrap();
        report.add(&CREATED);
        report.add(&failed(3));
        assert!(!fs::exists(&path).unwrap());
        report.finish().unwrap();
        let lines: Vec<Value> =
            fs::read_to_string(&path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let created = json!({"line": 2, "key": "a", "result": "created", "config_id": "c1",
            "qr_code": "https://p.qpic.cn/1", "errcode": 0, "errmsg": "ok"});
        let failed = json!({"line": 3, "key": "b", "result": "failed", "config_id": null, "qr_code": null,
            "errcode": 41044, "errmsg": "gone"});
        assert_eq!(lines, [created, failed]);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
    }

    #[test]
    fn every_row_is_counted_and_a_hundred_failures_are_told() {
        let mut report = Report::new(None).unwrap();
        report.add(&CREATED);
        (1..=250).for_each(|line| report.add(&failed(line)));
        report.finish().unwrap();
        assert_eq!((report.count(Outcome::Created), report.count(Outcome::Failed)), (1, 250));
        assert_eq!(report.count(Outcome::Updated), 0);
        let failures = report.failures();
        assert_eq!(failures.as_array().unwrap().len(), 100);
        assert_eq!(failures[99], json!({"line": 100, "key": "b", "errcode": 41044, "errmsg": "gone"}));
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let folder = Scratch::new();
        let (path, elsewhere) = (folder.path("report"), folder.path("elsewhere"));
        fs::write(&elsewhere, "kept").unwrap();
        for link in [path.clone(), folder.path("report.partial")] {
            std::os::unix::fs::symlink(&elsewhere, link).unwrap();
        }
        let mut report = Report::new(Some(&path)).unwrap();
        report.add(&CREATED);
        report.finish().unwrap();
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "kept");
        assert!(fs::symlink_metadata(&path).unwrap().is_file());
        assert!(fs::read_to_string(&path).unwrap().starts_with("{\"line\":2"));
    }

    #[test]
    fn what_a_killed_job_left_is_replaced_and_an_early_stop_leaves_what_there_is() {
        let folder = Scratch::new();
        let path = folder.path("report");
        fs::write(folder.path("report.partial"), "of before\n").unwrap();
        fs::write(&path, "the last whole one").unwrap();
        let mut report = Report::new(Some(&path)).unwrap();
        report.add(&CREATED);
        drop(report);
        assert_eq!(fs::read_to_string(&path).unwrap(), "the last whole one");
        assert!(fs::read_to_string(folder.path("report.partial")).unwrap().starts_with("{\"line\":2"));
    }

    #[test]
    fn a_path_that_cannot_be_written_says_so_before_anything_is_done() {
        let folder = Scratch::new();
        fs::create_dir(folder.path("folder")).unwrap();
        fs::create_dir(folder.path("taken.partial")).unwrap();
        for path in [
            folder.path("folder"),
            folder.path("taken"),
            folder.path("none/report"),
            "/dev/null".into(),
            "/".into(),
            String::new(),
        ] {
            let error = Report::new(Some(&path)).unwrap_err();
            assert_eq!(error.details()[0].pointer, "/report_path", "{path}: {error}");
        }
    }
}
