//! What SQLite says when it fails, in words that say what to do.

use std::path::Path;

use rusqlite::ErrorCode;

use super::holder;
use crate::store::sql::{Fault, failed};

/// Whether the same may succeed later, or not.
pub fn fault(path: &Path, error: &rusqlite::Error) -> Fault {
    let text = explain(path, error);
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Fault::Again(failed(text)),
        _ => Fault::For(failed(text)),
    }
}

/// What failed, and what to do.
pub fn explain(path: &Path, error: &rusqlite::Error) -> String {
    let what = format!("the store {}", path.display());
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => format!("{what} cannot be written to: the disk is full; make room on it"),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => format!(
            "{what} cannot be written to: let this process write to the file and to its directory, and see that the \
             file system is not mounted read-only"
        ),
        Some(ErrorCode::DatabaseCorrupt) => format!(
            "{what} is damaged; stop every program that uses it, keep the file and its -wal, and restore a backup, or \
             name another file and take in with sync what WeCom has"
        ),
        Some(ErrorCode::NotADatabase) => {
            format!("{} is no SQLite database, and was left alone; name another file as the store", path.display())
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => locked(path),
        Some(ErrorCode::SystemIoFailure) => format!(
            "{what} could not be read or written: the disk is full or fails (SQLite's code {})",
            error.sqlite_error().map_or(0, |error| error.extended_code)
        ),
        _ => format!("{what}: SQLite failed: {error}"),
    }
}

/// The file stayed locked for longer than the call may wait.
pub fn locked(path: &Path) -> String {
    let by = holder::of_lock(path).unwrap_or_else(|| "another process".to_owned());
    format!(
        "the store {} stayed locked by {by} until the call's deadline; let that one go on or end it, or give the call \
         more time with timeout_ms",
        path.display()
    )
}
