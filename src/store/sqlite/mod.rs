//! A store in an SQLite file: a write-ahead log, every durable commit on the disk before it is told.

pub mod file;
pub mod forks;
mod holder;
mod trouble;

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql, params_from_iter};
use rustls::pki_types::CertificateDer;

use super::cell::{Cell, Row};
use super::entry::{COLUMNS, Entry, SELECTED};
use super::lent::Lent;
use super::sql::{Fault, Need, Sql, failed};
use super::{Home, Work, schema, stopped};
use crate::answer::Error;
use crate::call::{Call, Stop};
use crate::os_error::in_words;
use forks::Opening;

/// "cwL1": that the file is a store of this library.
const APPLICATION_ID: i64 = 0x6377_4c31;
/// How long SQLite itself waits for a lock before it is looked whether the call may wait on.
const PATIENCE: Duration = Duration::from_millis(20);

/// A store's home in a file.
struct Sqlite {
    path: PathBuf,
    /// The file that was opened, and its log.
    files: [FileId; 2],
    connections: Arc<Connections>,
}

/// The device and the inode of a file.
type FileId = (u64, u64);

/// The files that a store writes to, as they are now.
fn files(path: &Path) -> io::Result<[FileId; 2]> {
    let id = |path: &Path| fs::metadata(path).map(|found| (found.dev(), found.ino()));
    Ok([id(path)?, id(&file::beside(path, "-wal"))?])
}

/// A store's connections, which a fork does not take along.
struct Connections {
    process: u32,
    durable: Lent<Connection>,
    quick: Lent<Connection>,
    reading: Lent<Connection>,
}

impl Connections {
    fn all(&self) -> [&Lent<Connection>; 3] {
        [&self.durable, &self.quick, &self.reading]
    }
}

/// Opens the store of a URL.
pub fn open(call: &Call, url: &str, _: &[CertificateDer<'static>]) -> Result<Box<dyn Home>, Error> {
    let path = file::absolute(url.strip_prefix("sqlite:").unwrap_or(url))?;
    file::prepare(&path)?;
    let opening = Opening::begin();
    let durable = connect(call, &path, "FULL")?;
    let files = files(&path).map_err(|error| failed(format!("the store {}: {}", path.display(), in_words(&error))))?;
    let connections = Arc::new(Connections {
        process: std::process::id(),
        durable: Lent::new(durable),
        quick: Lent::new(connect(call, &path, "NORMAL")?),
        reading: Lent::new(connect(call, &path, "NORMAL")?),
    });
    opening.done(&connections);
    Ok(Box::new(Sqlite { path, files, connections }))
}

fn connect(call: &Call, path: &Path, synchronous: &str) -> Result<Connection, Error> {
    let trouble = |error: &rusqlite::Error| failed(trouble::explain(path, error));
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| trouble(&error))?;
    connection.busy_timeout(PATIENCE).map_err(|error| trouble(&error))?;
    let patiently = |work: &mut dyn FnMut() -> Result<(), Fault>| patiently(call, path, work);
    patiently(&mut || {
        let whose = whose(&connection, path)?;
        if whose.is_none_or(|version| version < schema::VERSION) {
            // Before a transaction, and changed for good.
            run(&connection, path, "PRAGMA journal_mode = WAL")?;
            transaction(&connection, path, &mut |sql| {
                let found = self::whose(&connection, path)?.unwrap_or(0);
                if schema::migrate(sql, found, &format!("the store {}", path.display()))? {
                    run(&connection, path, &format!("PRAGMA application_id = {APPLICATION_ID}"))?;
                    run(&connection, path, &format!("PRAGMA user_version = {}", schema::VERSION))?;
                }
                Ok(())
            })?;
        }
        Ok(())
    })?;
    patiently(&mut || {
        // `fullfsync` is for macOS, whose fsync leaves data in the drive.
        run(&connection, path, &format!("PRAGMA synchronous = {synchronous}; PRAGMA fullfsync = ON"))
    })?;
    connection.set_prepared_statement_cache_capacity(64);
    // Otherwise SQLite looks at what LIMIT is bound to, and compiles a kept statement anew each time that is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|error| trouble(&error))?;
    Ok(connection)
}

/// The version of the store; none for an empty file. Somebody else's file is refused.
fn whose(connection: &Connection, path: &Path) -> Result<Option<i64>, Fault> {
    let number = |question: &str| {
        connection.query_row(question, (), |row| row.get::<_, i64>(0)).map_err(|error| trouble::fault(path, &error))
    };
    // As of one moment: another process may be making the tables.
    run(connection, path, "SAVEPOINT whose")?;
    let numbers = number("PRAGMA application_id").and_then(|application| {
        Ok((application, number("SELECT count(*) FROM sqlite_schema")?, number("PRAGMA user_version")?))
    });
    run(connection, path, "RELEASE whose")?;
    match numbers? {
        // Whatever it needs, it must say so before anything is changed.
        (APPLICATION_ID, _, version) if version / 1000 > schema::VERSION / 1000 => {
            Err(schema::refusal(version, &format!("the store {}", path.display())))
        }
        (APPLICATION_ID, _, version) => Ok(Some(version)),
        (0, 0, _) => Ok(None),
        _ => Err(Fault::For(failed(format!(
            "{} is another program's SQLite database, and was left alone; name another file as the store",
            path.display()
        )))),
    }
}

/// Does `work` until the file is not locked, within the call's time.
fn patiently(call: &Call, path: &Path, work: &mut dyn FnMut() -> Result<(), Fault>) -> Result<(), Error> {
    loop {
        match work() {
            Ok(()) => return Ok(()),
            Err(Fault::For(error)) => return Err(error),
            Err(Fault::Again(_)) => match call.check() {
                Ok(()) => {}
                Err(Stop::Deadline) => return Err(failed(trouble::locked(path)).worth_again()),
                Err(stop) => return Err(stopped(stop)),
            },
        }
    }
}

impl Home for Sqlite {
    fn transact(&self, call: &Call, need: Need, work: Work) -> Result<(), Error> {
        let lent = match need {
            Need::Read | Need::Page => &self.connections.reading,
            Need::Quick | Need::Lasting => &self.connections.quick,
            Need::Durable => &self.connections.durable,
        };
        if need == Need::Durable {
            self.check_file()?;
        }
        lent.with(call, |connection| {
            patiently(call, &self.path, &mut || match need {
                Need::Read | Need::Page => work(&mut Statements { connection, path: &self.path }),
                _ => transaction(connection, &self.path, work),
            })
        })
    }

    fn holder(&self) -> String {
        holder::this_process()
    }

    fn is_dead(&self) -> fn(&str) -> bool {
        holder::is_dead
    }
}

impl Sqlite {
    /// What is written to a file without a name is lost.
    fn check_file(&self) -> Result<(), Error> {
        if files(&self.path).is_ok_and(|found| found == self.files) {
            return Ok(());
        }
        Err(failed(format!(
            "the store {}, or its log beside it, was moved, replaced or removed while it was open; put it back, or make \
             another client",
            self.path.display()
        )))
    }
}

impl Drop for Connections {
    fn drop(&mut self) {
        if self.process != std::process::id() {
            // They are still the parent's: closing would take its log away.
            self.all().into_iter().for_each(Lent::abandon);
        }
    }
}

/// Makes one transaction: all of `work`, or nothing.
fn transaction(connection: &Connection, path: &Path, work: Work) -> Result<(), Fault> {
    run(connection, path, "BEGIN IMMEDIATE")?;
    let undo = Undo(connection);
    work(&mut Statements { connection, path })?;
    run(connection, path, "COMMIT")?;
    drop(undo);
    Ok(())
}

/// Undoes a transaction that did not come to its end, panics included.
struct Undo<'c>(&'c Connection);

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit() {
            // What cannot be undone now is when the file is opened next.
            let _nothing_to_do = self.0.execute_batch("ROLLBACK");
        }
    }
}

fn run(connection: &Connection, path: &Path, statements: &str) -> Result<(), Fault> {
    connection.execute_batch(statements).map_err(|error| trouble::fault(path, &error))
}

struct Statements<'c> {
    connection: &'c Connection,
    path: &'c Path,
}

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let names = COLUMNS.map(|(name, _)| name).join(", ");
    let places: Vec<_> = (1..=COLUMNS.len()).map(|place| format!("?{place}")).collect();
    let places = places.join(", ");
    format!("INSERT INTO contactway_entry ({names}) VALUES ({places}) ON CONFLICT DO NOTHING RETURNING id")
});

static OVERWRITE: LazyLock<String> = LazyLock::new(|| {
    let set: Vec<_> = COLUMNS.iter().zip(1..).map(|((name, _), place)| format!("{name} = ?{place}")).collect();
    format!("UPDATE contactway_entry SET {} WHERE id = ?{}", set.join(", "), COLUMNS.len() + 1)
});

impl Sql for Statements<'_> {
    fn now_us(&mut self) -> Result<i64, Fault> {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Ok(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }

    fn rows(&mut self, statement: &str, values: &[Cell]) -> Result<Vec<Row>, Fault> {
        let answer = || {
            let mut statement = self.connection.prepare_cached(statement)?;
            let width = statement.column_count();
            let rows = statement.query_map(params_from_iter(values), |row| {
                (0..width).map(|place| row.get_ref(place).map(cell)).collect::<Result<Vec<_>, _>>()
            })?;
            rows.map(|row| row.map(Row::new)).collect::<Result<Vec<_>, _>>()
        };
        answer().map_err(|error| trouble::fault(self.path, &error))
    }

    fn change(&mut self, statement: &str, values: &[Cell]) -> Result<u64, Fault> {
        let changed = || self.connection.prepare_cached(statement)?.execute(params_from_iter(values));
        changed().map(|rows| rows as u64).map_err(|error| trouble::fault(self.path, &error))
    }

    fn entries(&mut self, condition: &str, values: Vec<Cell>, corp_id: &str) -> Result<Vec<Entry>, Fault> {
        let statement = format!("SELECT {} FROM contactway_entry WHERE {condition}", SELECTED.as_str());
        let corp = condition.contains("?2").then(|| Cell::from(corp_id));
        let mut found = Vec::new();
        for value in values {
            let values: Vec<_> = std::iter::once(value).chain(corp.clone()).collect();
            found.extend(self.rows(&statement, &values)?.iter_mut().map(Entry::read));
        }
        Ok(found)
    }

    fn insert(&mut self, entries: &[Entry]) -> Result<Vec<Option<i64>>, Fault> {
        let inserted = entries.iter().map(|entry| {
            let mut rows = self.rows(&INSERT, &entry.cells())?;
            Ok(rows.first_mut().map(Row::int))
        });
        inserted.collect()
    }

    fn overwrite(&mut self, entries: &[&Entry]) -> Result<(), Fault> {
        for entry in entries {
            let mut values = entry.cells();
            values.push(entry.id.into());
            self.change(&OVERWRITE, &values)?;
        }
        Ok(())
    }

    fn remove(&mut self, ids: &[i64]) -> Result<(), Fault> {
        for id in ids {
            self.change("DELETE FROM contactway_entry WHERE id = ?1", &[(*id).into()])?;
        }
        Ok(())
    }

    fn mark_listed(&mut self, corp_id: &str, ids: &[String], generation: i64) -> Result<Vec<String>, Fault> {
        const MARK: &str = "UPDATE contactway_entry SET listed = ?3 WHERE corp_id = ?1 AND config_id = ?2";
        let mut known = Vec::new();
        for id in ids {
            if self.change(MARK, &[corp_id.into(), id.as_str().into(), generation.into()])? > 0 {
                known.push(id.clone());
            }
        }
        Ok(known)
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Int(Some(value)) => ToSqlOutput::Owned(Value::Integer(*value)),
            Self::Text(Some(value)) => ToSqlOutput::Borrowed(ValueRef::Text(value.as_bytes())),
            Self::Blob(Some(value)) => ToSqlOutput::Borrowed(ValueRef::Blob(value)),
            Self::Int(None) | Self::Text(None) | Self::Blob(None) => ToSqlOutput::Owned(Value::Null),
        })
    }
}

fn cell(value: ValueRef) -> Cell {
    match value {
        ValueRef::Integer(value) => Cell::Int(Some(value)),
        ValueRef::Text(value) => Cell::Text(Some(String::from_utf8_lossy(value).into_owned())),
        ValueRef::Blob(value) => Cell::Blob(Some(value.to_vec())),
        // No column holds a real.
        ValueRef::Null | ValueRef::Real(_) => Cell::Int(None),
    }
}
