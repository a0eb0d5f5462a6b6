//! The tables, as numbered migrations: one list, written for SQLite and translated for PostgreSQL.
//!
//! An additive migration raises the minor number, and older libraries go on working. One that they could not work with
//! raises the major number, and they refuse the store.

use super::cell::Cell;
use super::sql::{Fault, Sql, failed};

/// A version is major × 1000 + minor.
type Version = i64;

/// Each migration leads to its version, in the transaction that finds the one before it.
const MIGRATIONS: [(Version, &[&str]); 3] = [(1000, FIRST), (1001, PAGES), (1002, DELETED_KEYS)];

const FIRST: &[&str] = &[
    "CREATE TABLE contactway_corp (
        corp_id TEXT PRIMARY KEY,
        base_url TEXT NOT NULL,
        generation INTEGER NOT NULL DEFAULT 0,
        sync_began INTEGER,
        sync_ended INTEGER
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE contactway_entry (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        corp_id TEXT NOT NULL,
        key TEXT,
        namespace TEXT,
        status INTEGER NOT NULL,
        config_id TEXT,
        qr_code TEXT,
        request TEXT NOT NULL,
        seen TEXT,
        asked BLOB,
        matching BLOB,
        attempt INTEGER NOT NULL,
        doing INTEGER,
        doubt INTEGER NOT NULL,
        send_before INTEGER,
        settle_at INTEGER,
        first_miss INTEGER,
        seen_by BLOB,
        expires_at INTEGER,
        listed INTEGER NOT NULL,
        checked INTEGER NOT NULL,
        replaces INTEGER,
        taken_out TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        state TEXT,
        remark TEXT,
        users TEXT NOT NULL,
        parties TEXT NOT NULL
    ) STRICT",
    "CREATE UNIQUE INDEX contactway_entry_key ON contactway_entry (corp_id, key) WHERE key IS NOT NULL AND status < 3",
    "CREATE UNIQUE INDEX contactway_entry_config ON contactway_entry (corp_id, config_id) WHERE config_id IS NOT NULL",
    "CREATE UNIQUE INDEX contactway_entry_replaces ON contactway_entry (replaces) WHERE replaces IS NOT NULL AND status IN (0, 2)",
    "CREATE INDEX contactway_entry_gone ON contactway_entry (corp_id, key) WHERE key IS NOT NULL AND status = 4",
    "CREATE INDEX contactway_entry_open ON contactway_entry (corp_id, id) WHERE status IN (0, 2)",
    "CREATE INDEX contactway_entry_space ON contactway_entry (corp_id, namespace, id) WHERE namespace IS NOT NULL AND status = 1",
    "CREATE INDEX contactway_entry_temporary ON contactway_entry (corp_id, expires_at) WHERE expires_at IS NOT NULL",
    "CREATE INDEX contactway_entry_deleted ON contactway_entry (corp_id, updated_at) WHERE status = 3",
    "CREATE TABLE contactway_lease (
        corp_id TEXT PRIMARY KEY,
        job TEXT NOT NULL,
        holder TEXT NOT NULL,
        number INTEGER NOT NULL,
        held_until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE contactway_token (
        owner BLOB PRIMARY KEY,
        revision INTEGER NOT NULL,
        version INTEGER NOT NULL,
        token TEXT,
        renew_at INTEGER NOT NULL,
        ends_at INTEGER NOT NULL,
        fetcher TEXT,
        fetch_until INTEGER NOT NULL,
        refusal TEXT,
        refused_until INTEGER NOT NULL,
        refused_pause INTEGER NOT NULL,
        forced_not_before INTEGER NOT NULL,
        forced_pause INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE contactway_gate (
        corp_id TEXT NOT NULL,
        endpoint TEXT NOT NULL,
        due_us INTEGER NOT NULL,
        minutes TEXT NOT NULL,
        blocked_until INTEGER NOT NULL,
        probe_until INTEGER NOT NULL,
        PRIMARY KEY (corp_id, endpoint)
    ) STRICT, WITHOUT ROWID",
];

/// Of all entries, which it says in words that pages alone ask for: of an index on the corporation, PostgreSQL would think
/// that it does for a key or a `config_id` as well, as long as its statistics do not know that corporation.
const PAGES: &[&str] = &["CREATE INDEX contactway_entry_page ON contactway_entry (corp_id, id) WHERE created_at > 0"];

/// A key is looked for among those that were deleted, too.
const DELETED_KEYS: &[&str] = &[
    "CREATE INDEX contactway_entry_deleted_key ON contactway_entry (corp_id, key) WHERE key IS NOT NULL AND status = 3",
];

/// What this library makes of a store.
pub const VERSION: Version = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Brings a store of version `found` (0: an empty one) to ours, and says whether that changed anything. A later minor
/// version is left as it is.
pub fn migrate(sql: &mut dyn Sql, found: Version, what: &str) -> Result<bool, Fault> {
    if found / 1000 > VERSION / 1000 {
        return Err(refusal(found, what));
    }
    let due = MIGRATIONS.iter().filter(|(version, _)| *version > found);
    for statement in due.flat_map(|(_, statements)| *statements) {
        sql.change(statement, &[] as &[Cell])?;
    }
    Ok(found < VERSION)
}

/// The fault of a store that this library is too old for.
pub fn refusal(found: Version, what: &str) -> Fault {
    Fault::For(failed(format!(
        "{what} was written by a newer contactway: it is of version {}, and this library ({}) knows versions up to {}; \
         update the library",
        found / 1000,
        env!("CARGO_PKG_VERSION"),
        VERSION / 1000,
    )))
}
