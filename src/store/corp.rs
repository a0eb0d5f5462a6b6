//! What the store knows of a corporation beside its contact ways.

use super::cell::Row;
use super::sql::{Fault, Sql, failed};

/// A walk through everything that goes on where an unfinished one stood must begin within this, in milliseconds.
const RESUMABLE_MS: i64 = 24 * 3_600_000;
/// Deleted entries are kept for this long after, and expired ones.
const DELETED_KEPT_MS: i64 = 90 * 86_400_000;
const EXPIRED_KEPT_MS: i64 = 30 * 86_400_000;
/// So many at a time are removed, so that nobody waits long for the store.
const PURGED_AT_ONCE: i64 = 1000;

/// A corporation, as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corp {
    /// Of the `sync` under way, or of the last one.
    pub generation: i64,
}

/// The corporation, which is at `base_url` for good.
pub(super) fn corp(sql: &mut dyn Sql, corp_id: &str, base_url: &str) -> Result<Corp, Fault> {
    const KNOWN: &str = "SELECT base_url, generation FROM contactway_corp WHERE corp_id = ?1";
    let mut rows = sql.rows(KNOWN, &[corp_id.into()])?;
    if rows.is_empty() {
        sql.change(
            "INSERT INTO contactway_corp (corp_id, base_url) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            &[corp_id.into(), base_url.into()],
        )?;
        rows = sql.rows(KNOWN, &[corp_id.into()])?;
    }
    let Some(row) = rows.first_mut() else {
        return Err(Fault::Again(failed("the corporation's row changed hands; try again")));
    };
    let known = row.text();
    if known != base_url {
        return Err(Fault::For(failed(format!(
            "the store's entries of {corp_id} belong to {known}, and this client's base_url is {base_url}: use another \
             store, or, if they are the same WeCom, say so with SQL: UPDATE contactway_corp SET base_url = '{base_url}' \
             WHERE corp_id = '{corp_id}'",
        ))));
    }
    Ok(Corp { generation: row.int() })
}

/// Changes nothing, durably.
pub(super) fn touch(sql: &mut dyn Sql, corp_id: &str) -> Result<(), Fault> {
    let same = "UPDATE contactway_corp SET generation = generation WHERE corp_id = ?1";
    sql.change(same, &[corp_id.into()]).map(drop)
}

/// The generation of a `sync` that begins: that of an unfinished one that began lately, or a new one.
pub(super) fn begin_sync(sql: &mut dyn Sql, corp_id: &str, now: i64) -> Result<i64, Fault> {
    sql.change(
        "UPDATE contactway_corp SET generation = generation + 1, sync_began = ?2, sync_ended = NULL
         WHERE corp_id = ?1 AND (sync_began IS NULL OR sync_ended IS NOT NULL OR sync_began < ?3)",
        &[corp_id.into(), now.into(), (now - RESUMABLE_MS).into()],
    )?;
    let mut rows = sql.rows("SELECT generation FROM contactway_corp WHERE corp_id = ?1", &[corp_id.into()])?;
    rows.first_mut().map(Row::int).ok_or_else(|| Fault::For(failed("the corporation has no row in the store")))
}

pub(super) fn end_sync(sql: &mut dyn Sql, corp_id: &str, generation: i64, now: i64) -> Result<(), Fault> {
    let end = "UPDATE contactway_corp SET sync_ended = ?3 WHERE corp_id = ?1 AND generation = ?2";
    sql.change(end, &[corp_id.into(), generation.into(), now.into()]).map(drop)
}

/// Ends temporary entries that have expired, and removes those that have been over for long; how many it changed. There
/// may be more, until it is none.
pub(super) fn purge(sql: &mut dyn Sql, corp_id: &str, now: i64) -> Result<u64, Fault> {
    let some = |statement: &str| {
        format!("{statement} WHERE id IN (SELECT id FROM contactway_entry WHERE corp_id = ?1 AND {{}} LIMIT ?3)")
    };
    let (end, remove) =
        (some("UPDATE contactway_entry SET status = 4, updated_at = ?2"), some("DELETE FROM contactway_entry"));
    let mut changed = 0;
    changed += sql.change(
        &end.replace("{}", "expires_at < ?2 AND status = 1 AND doubt = 0"),
        &[corp_id.into(), now.into(), PURGED_AT_ONCE.into()],
    )?;
    changed += sql.change(
        &remove.replace("{}", "expires_at < ?2 AND status IN (3, 4)"),
        &[corp_id.into(), (now - EXPIRED_KEPT_MS).into(), PURGED_AT_ONCE.into()],
    )?;
    changed += sql.change(
        &remove.replace("{}", "updated_at < ?2 AND status = 3"),
        &[corp_id.into(), (now - DELETED_KEPT_MS).into(), PURGED_AT_ONCE.into()],
    )?;
    Ok(changed)
}
