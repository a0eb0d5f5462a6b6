//! A store in a PostgreSQL database, which machines share; also behind PgBouncer in transaction mode: no statement is
//! prepared, nothing outlives its transaction.
//!
//! The calling thread drives the connection, within its call's time; between calls nothing runs.

pub mod address;
mod trouble;

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::time::{Duration, Instant};

use rustls::pki_types::CertificateDer;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type as Oid};

use super::cell::{Cell, Row, Type};
use super::entry::{COLUMNS, Entry, SELECTED};
use super::lent::Lent;
use super::sql::{Fault, Need, Sql, failed};
use super::{Home, Work, schema, stopped};
use crate::answer::Error;
use crate::call::{Call, Stop};
use address::Address;

/// How often it is looked whether a call was stopped.
const NOTICE: Duration = Duration::from_millis(20);
/// A transaction that was begun may take this long, since it may be made for others too.
const BEGUN: Duration = Duration::from_secs(5);
/// A transaction in which nothing is said for so long is ended by the server: its process was stopped in the midst of it,
/// and would keep what it has locked from all others.
const FORSAKEN: Duration = Duration::from_secs(10);
/// After a transaction met another one, or the server was starting.
const PAUSE: Duration = Duration::from_millis(10);
/// Of those that would make the tables at the same time one does; any number that others hardly use.
const MIGRATION_LOCK: i64 = 0x6377_4c31;

/// A store's connections. A child of the process that made them must not even close them.
struct Postgres {
    address: Address,
    process: u32,
    durable: Lent<Line>,
    other: Lent<Line>,
}

/// The place of a connection; empty until it is needed, and after it broke.
type Line = Option<Session>;

struct Session {
    client: Client,
    runtime: Runtime,
}

/// Opens the store of a URL.
pub fn open(call: &Call, url: &str, extra_ca: &[CertificateDer<'static>]) -> Result<Box<dyn Home>, Error> {
    let address = Address::read(url, extra_ca)?;
    let home = Postgres { address, process: std::process::id(), durable: Lent::new(None), other: Lent::new(None) };
    home.transact(call, Need::Read, &mut |sql| migrate(sql, &home.address.shown, false))
        .or_else(|_| home.transact(call, Need::Durable, &mut |sql| migrate(sql, &home.address.shown, true)))?;
    Ok(Box::new(home))
}

/// Makes the tables what this library needs, or, unless it `may`, only says whether they are.
fn migrate(sql: &mut dyn Sql, shown: &str, may: bool) -> Result<(), Fault> {
    if may {
        sql.rows("SELECT pg_advisory_xact_lock(?1)", &[MIGRATION_LOCK.into()])?;
        sql.change("CREATE TABLE IF NOT EXISTS contactway_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL)", &[])?;
    }
    let mut rows = sql.rows("SELECT value FROM contactway_meta WHERE name = 'version'", &[])?;
    let found = rows.first_mut().and_then(|row| row.text().parse().ok()).unwrap_or(0);
    if !may && found < schema::VERSION {
        return Err(Fault::For(failed(format!("{shown} has older tables"))));
    }
    if schema::migrate(sql, found, shown)? {
        sql.change(
            "INSERT INTO contactway_meta (name, value) VALUES ('version', ?1)
             ON CONFLICT (name) DO UPDATE SET value = ?1",
            &[schema::VERSION.to_string().as_str().into()],
        )?;
    }
    Ok(())
}

impl Home for Postgres {
    fn transact(&self, call: &Call, need: Need, work: Work) -> Result<(), Error> {
        let lent = if need == Need::Durable { &self.durable } else { &self.other };
        let outcome = lent.with(call, |line| {
            loop {
                let known = line.is_some();
                let fault = match self.once(call, need, line, work) {
                    Ok(()) => return Ok(()),
                    Err(fault) => fault,
                };
                let Fault::Again(error) = fault else { return Err(fault.into_error()) };
                // A connection that broke while nobody used it is made anew at once.
                let at_once = known && line.is_none();
                match call.sleep_until(Instant::now() + if at_once { Duration::ZERO } else { PAUSE }) {
                    Ok(()) => {}
                    Err(Stop::Deadline) => return Err(error),
                    Err(stop) => return Err(stopped(stop)),
                }
            }
        });
        outcome.map_err(|mut error| {
            error.redact(&self.address.secrets);
            error
        })
    }

    fn holder(&self) -> String {
        // Of another machine nobody can say whether it lives.
        String::new()
    }

    fn is_dead(&self) -> fn(&str) -> bool {
        |_| false
    }

    fn warning(&self) -> Option<String> {
        self.address.is_open_to_all().then(|| {
            format!("{}: sslmode=disable sends tokens and the database's password in the clear", self.address.shown)
        })
    }
}

impl Postgres {
    /// Makes one transaction.
    fn once(&self, call: &Call, need: Need, line: &mut Line, work: Work) -> Result<(), Fault> {
        let session = match line {
            Some(session) if !session.client.is_closed() => session,
            _ => line.insert(self.connect(call)?),
        };
        let may_write = !matches!(need, Need::Read | Need::Page);
        let mut statements = Statements {
            session,
            call,
            shown: &self.address.shown,
            may_write,
            until: None,
            heard: std::cell::Cell::new(None),
        };
        let outcome = statements.transaction(need, work);
        let broken = statements.session.client.is_closed()
            || statements.is_forsaken()
            || statements.until.is_some_and(|until| Instant::now() >= until);
        if broken || matches!(&outcome, Err(Fault::For(_)) if call.check().is_err()) {
            // What is under way on it is not waited for.
            *line = None;
        }
        outcome
    }

    fn connect(&self, call: &Call) -> Result<Session, Fault> {
        let shown = &self.address.shown;
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| failed(format!("{shown}: no connection can be made: {error}")))?;
        let config = self.address.resolved(call)?;
        let connected = drive(&runtime, call, None, shown, config.connect(self.address.tls.clone()))?;
        let (client, connection) = connected.map_err(|error| trouble::fault(shown, &error))?;
        // It runs whenever a call drives the runtime.
        drop(runtime.spawn(connection));
        Ok(Session { client, runtime })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if self.process != std::process::id() {
            // What the runtimes wait for is shared with the parent.
            for lent in [&self.durable, &self.other] {
                lent.abandon();
            }
        }
    }
}

/// Drives a connection until `future` is done, within the call's time, or else until `until`.
fn drive<T>(
    runtime: &Runtime,
    call: &Call,
    until: Option<Instant>,
    shown: &str,
    future: impl Future<Output = T>,
) -> Result<T, Fault> {
    runtime.block_on(async {
        let mut future = pin!(future);
        loop {
            if let Ok(done) = tokio::time::timeout(NOTICE, &mut future).await {
                return Ok(done);
            }
            match until {
                Some(until) if Instant::now() < until => {}
                Some(_) => {
                    return Err(Fault::For(failed(format!("{shown} did not answer; see that it can be reached"))));
                }
                None => call.check().map_err(stopped)?,
            }
        }
    })
}

/// Statements of one transaction.
struct Statements<'s> {
    session: &'s Session,
    call: &'s Call,
    shown: &'s str,
    may_write: bool,
    /// Since it was begun.
    until: Option<Instant>,
    /// Since then too: when the server answered last.
    heard: std::cell::Cell<Option<Instant>>,
}

impl Statements<'_> {
    fn transaction(&mut self, need: Need, work: Work) -> Result<(), Fault> {
        if need == Need::Read {
            return work(self);
        }
        let begin = match need {
            // Without statistics, or with those of before many entries came, it would rather sort all that follow than walk
            // to the page's end, page after page.
            Need::Page => "BEGIN READ ONLY; SET LOCAL enable_sort = off; SET LOCAL jit = off",
            Need::Quick => "BEGIN; SET LOCAL synchronous_commit = off",
            // A server that waits for its standbys too goes on doing so.
            _ => {
                "BEGIN; SELECT set_config('synchronous_commit', 'on', true)
                 WHERE current_setting('synchronous_commit') IN ('off', 'local')"
            }
        };
        let forsaken_ms = FORSAKEN.as_millis();
        self.run(&format!("{begin}; SET LOCAL idle_in_transaction_session_timeout = {forsaken_ms}"))?;
        self.heard.set(Some(Instant::now()));
        if need == Need::Durable {
            self.until = Some(self.call.deadline().max(Instant::now() + BEGUN));
        }
        if let Err(fault) = work(self) {
            // A connection that broke has undone it by itself.
            let _undone = self.run("ROLLBACK");
            return Err(fault);
        }
        self.run("COMMIT").map_err(|fault| match fault {
            Fault::Again(_) if self.session.client.is_closed() => Fault::For(failed(format!(
                "{} went away in the midst of a commit, of which nobody knows whether it is kept; see that it runs",
                self.shown
            ))),
            fault => fault,
        })
    }

    fn run(&mut self, statements: &str) -> Result<(), Fault> {
        self.drive(self.session.client.batch_execute(statements))
    }

    fn is_forsaken(&self) -> bool {
        self.heard.get().is_some_and(|heard| heard.elapsed() >= FORSAKEN)
    }

    fn drive<T>(&self, future: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, Fault> {
        if self.is_forsaken() {
            let text = "this process was stopped in the midst of a transaction, which the server has undone";
            return Err(Fault::Again(failed(text)));
        }
        let done = drive(&self.session.runtime, self.call, self.until, self.shown, future)?;
        self.heard.set(self.heard.get().map(|_| Instant::now()));
        done.map_err(|error| trouble::fault(self.shown, &error))
    }

    fn ask(&self, statement: &str, values: &[(&(dyn ToSql + Sync), Oid)]) -> Result<Vec<Row>, Fault> {
        let rows = self.drive(self.session.client.query_typed(statement, values))?;
        Ok(rows.iter().map(row).collect())
    }
}

impl Sql for Statements<'_> {
    fn now_us(&mut self) -> Result<i64, Fault> {
        let mut rows = self.ask("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint", &[])?;
        Ok(rows.first_mut().map_or(0, Row::int))
    }

    fn rows(&mut self, statement: &str, values: &[Cell]) -> Result<Vec<Row>, Fault> {
        self.ask(&translated(statement), &values.iter().map(bound).collect::<Vec<_>>())
    }

    fn change(&mut self, statement: &str, values: &[Cell]) -> Result<u64, Fault> {
        let (statement, values) = (translated(statement), values.iter().map(bound).collect::<Vec<_>>());
        self.drive(self.session.client.execute_typed(&statement, &values))
    }

    fn entries(&mut self, condition: &str, values: Vec<Cell>, corp_id: &str) -> Result<Vec<Entry>, Fault> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let statement = format!(
            "SELECT found.* FROM {} ORDER BY id",
            one_by_one("?1", SELECTED.as_str(), condition, if self.may_write { "FOR UPDATE" } else { "OFFSET 0" })
        );
        let values = Column::of(values);
        let corp = Cell::from(corp_id);
        let mut bounds = vec![values.bound()];
        bounds.extend(condition.contains("?2").then(|| bound(&corp)));
        Ok(self.ask(&translated(&statement), &bounds)?.iter_mut().map(Entry::read).collect())
    }

    fn insert(&mut self, entries: &[Entry]) -> Result<Vec<Option<i64>>, Fault> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let names = COLUMNS.map(|(name, _)| name).join(", ");
        let statement = format!(
            "INSERT INTO contactway_entry ({names}) SELECT * FROM unnest({}) ON CONFLICT DO NOTHING
             RETURNING id, corp_id, key, replaces, config_id",
            places(0)
        );
        let columns = transposed(entries.iter().map(Entry::cells));
        let mut rows = self.ask(&statement, &columns.iter().map(Column::bound).collect::<Vec<_>>())?;
        let identity = |row: &mut Row| (row.text(), row.text_or_null(), row.int_or_null(), row.text_or_null());
        let mut ids: HashMap<_, i64> =
            rows.iter_mut().map(|row| (row.int(), identity(row))).map(|(id, of)| (of, id)).collect();
        let of = |entry: &Entry| (entry.corp_id.clone(), entry.key.clone(), entry.replaces, entry.config_id.clone());
        // Of two that are alike the first was inserted.
        Ok(entries.iter().map(|entry| ids.remove(&of(entry))).collect())
    }

    fn overwrite(&mut self, entries: &[&Entry]) -> Result<(), Fault> {
        if entries.is_empty() {
            return Ok(());
        }
        let set: Vec<_> = COLUMNS.iter().map(|(name, _)| format!("{name} = new.{name}")).collect();
        let names = COLUMNS.map(|(name, _)| name).join(", ");
        let statement = format!(
            "UPDATE contactway_entry AS old SET {} FROM unnest($1::bigint[], {}) AS new (id, {names}) WHERE old.id = new.id",
            set.join(", "),
            places(1)
        );
        let ids = Column::Int(entries.iter().map(|entry| Some(entry.id)).collect());
        let columns = transposed(entries.iter().map(|entry| entry.cells()));
        let bounds: Vec<_> = std::iter::once(&ids).chain(&columns).map(Column::bound).collect();
        self.drive(self.session.client.execute_typed(&statement, &bounds)).map(drop)
    }

    fn remove(&mut self, ids: &[i64]) -> Result<(), Fault> {
        if ids.is_empty() {
            return Ok(());
        }
        let ids = Column::Int(ids.iter().copied().map(Some).collect());
        let statement = "DELETE FROM contactway_entry WHERE id = ANY($1)";
        self.drive(self.session.client.execute_typed(statement, &[ids.bound()])).map(drop)
    }

    fn mark_listed(&mut self, corp_id: &str, ids: &[String], generation: i64) -> Result<Vec<String>, Fault> {
        let ids = Column::Text(ids.iter().cloned().map(Some).collect());
        let (corp_id, generation) = (Cell::from(corp_id), Cell::from(generation));
        let known = one_by_one("?3", "id", "config_id = ?1 AND corp_id = ?2", "FOR UPDATE");
        let statement = format!(
            "UPDATE contactway_entry SET listed = ?1 WHERE id = ANY(ARRAY(SELECT found.id FROM {known})) RETURNING config_id"
        );
        let mut rows = self.ask(&translated(&statement), &[bound(&generation), bound(&corp_id), ids.bound()])?;
        Ok(rows.iter_mut().map(Row::text).collect())
    }
}

/// What to select `found` from: `columns` of the entries that meet `condition`, in which `?1` stands for each value of the
/// array `values`, looked for one by one. A subquery that locks, or has an OFFSET, is not merged into its surroundings:
/// given the whole array, and without statistics or with old ones, PostgreSQL would read all entries of the corporation.
fn one_by_one(values: &str, columns: &str, condition: &str, fence: &str) -> String {
    let condition = condition.replace("?1", "wanted.value");
    format!(
        "(SELECT DISTINCT value FROM unnest({values}) AS value ORDER BY value) AS wanted CROSS JOIN LATERAL
         (SELECT {columns} FROM contactway_entry WHERE {condition} {fence}) AS found"
    )
}

/// A statement that was written for SQLite.
fn translated(statement: &str) -> String {
    [
        ("INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
        ("INTEGER", "BIGINT"),
        ("BLOB", "BYTEA"),
        (") STRICT, WITHOUT ROWID", ")"),
        (") STRICT", ")"),
        ("instr(", "strpos("),
        ("?", "$"),
    ]
    .iter()
    .fold(statement.to_owned(), |text, (sqlite, postgres)| text.replace(sqlite, postgres))
}

fn bound(cell: &Cell) -> (&(dyn ToSql + Sync), Oid) {
    match cell {
        Cell::Int(value) => (value, Oid::INT8),
        Cell::Text(value) => (value, Oid::TEXT),
        Cell::Blob(value) => (value, Oid::BYTEA),
    }
}

fn row(row: &tokio_postgres::Row) -> Row {
    let cells = row.columns().iter().enumerate().map(|(place, column)| match *column.type_() {
        Oid::INT8 => Cell::Int(row.try_get(place).unwrap_or_default()),
        Oid::BYTEA => Cell::Blob(row.try_get(place).unwrap_or_default()),
        _ => Cell::Text(row.try_get(place).unwrap_or_default()),
    });
    Row::new(cells.collect())
}

/// The values of one column in many rows: one array.
enum Column {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<String>>),
    Blob(Vec<Option<Vec<u8>>>),
}

impl Column {
    fn new(kind: Type) -> Self {
        match kind {
            Type::Int => Self::Int(Vec::new()),
            Type::Text => Self::Text(Vec::new()),
            Type::Blob => Self::Blob(Vec::new()),
        }
    }

    fn of(cells: Vec<Cell>) -> Self {
        let mut column = Self::new(match cells.first() {
            Some(Cell::Text(_)) => Type::Text,
            Some(Cell::Blob(_)) => Type::Blob,
            _ => Type::Int,
        });
        for cell in cells {
            column.push(cell);
        }
        column
    }

    /// Adds a value, which is of the column's type.
    fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Self::Int(values), Cell::Int(value)) => values.push(value),
            (Self::Text(values), Cell::Text(value)) => values.push(value),
            (Self::Blob(values), Cell::Blob(value)) => values.push(value),
            (Self::Int(values), _) => values.push(None),
            (Self::Text(values), _) => values.push(None),
            (Self::Blob(values), _) => values.push(None),
        }
    }

    fn bound(&self) -> (&(dyn ToSql + Sync), Oid) {
        match self {
            Self::Int(values) => (values, Oid::INT8_ARRAY),
            Self::Text(values) => (values, Oid::TEXT_ARRAY),
            Self::Blob(values) => (values, Oid::BYTEA_ARRAY),
        }
    }
}

fn transposed(rows: impl Iterator<Item = Vec<Cell>>) -> Vec<Column> {
    let mut columns: Vec<_> = COLUMNS.iter().map(|(_, kind)| Column::new(*kind)).collect();
    for row in rows {
        columns.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
    }
    columns
}

/// The parameters of [`COLUMNS`] as arrays, behind `before` others.
fn places(before: usize) -> String {
    let place = |(place, (_, kind)): (usize, &(&str, Type))| {
        let array = match kind {
            Type::Int => "bigint[]",
            Type::Text => "text[]",
            Type::Blob => "bytea[]",
        };
        format!("${}::{array}", before + place + 1)
    };
    COLUMNS.iter().enumerate().map(place).collect::<Vec<_>>().join(", ")
}
