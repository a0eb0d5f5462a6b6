//! A token's row: which one there is, who fetches another, and what WeCom refused.
//!
//! It is changed by compare-and-swap: whoever changes it names the revision that was read.

use super::cell::Cell;
use super::sql::{Fault, Sql};
use crate::secret::Secret;

/// The row, which is all zeros before anybody wrote it. Times are unix milliseconds by the store's clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenRow {
    /// Rises with each change.
    pub revision: i64,
    /// Rises with each token.
    pub version: i64,
    pub token: Option<Secret>,
    pub renew_at: i64,
    pub ends_at: i64,
    /// Who fetches one, until then.
    pub fetcher: Option<String>,
    pub fetch_until: i64,
    /// The answer of WeCom that refused the credentials, until then, and how long it was remembered for.
    pub refusal: Option<String>,
    pub refused_until: i64,
    pub refused_pause: i64,
    /// A token that WeCom dropped early is not replaced again before this.
    pub forced_not_before: i64,
    pub forced_pause: i64,
}

/// The row of an owner.
pub(super) fn read(sql: &mut dyn Sql, owner: &[u8]) -> Result<TokenRow, Fault> {
    let mut rows = sql.rows(
        "SELECT revision, version, token, renew_at, ends_at, fetcher, fetch_until, refusal, refused_until, refused_pause,
         forced_not_before, forced_pause FROM contactway_token WHERE owner = ?1",
        &[owner.into()],
    )?;
    Ok(rows.first_mut().map_or_else(TokenRow::default, |row| TokenRow {
        revision: row.int(),
        version: row.int(),
        token: row.text_or_null().map(Secret::new),
        renew_at: row.int(),
        ends_at: row.int(),
        fetcher: row.text_or_null(),
        fetch_until: row.int(),
        refusal: row.text_or_null(),
        refused_until: row.int(),
        refused_pause: row.int(),
        forced_not_before: row.int(),
        forced_pause: row.int(),
    }))
}

/// Writes `row`, which was read at its `revision`; false when somebody else was first.
pub(super) fn swap(sql: &mut dyn Sql, owner: &[u8], row: &TokenRow) -> Result<bool, Fault> {
    let values: [Cell; 13] = [
        owner.into(),
        row.revision.into(),
        row.version.into(),
        row.token.as_ref().map(Secret::expose).into(),
        row.renew_at.into(),
        row.ends_at.into(),
        row.fetcher.as_deref().into(),
        row.fetch_until.into(),
        row.refusal.as_deref().into(),
        row.refused_until.into(),
        row.refused_pause.into(),
        row.forced_not_before.into(),
        row.forced_pause.into(),
    ];
    let swapped = if row.revision == 0 {
        sql.change(
            "INSERT INTO contactway_token (owner, revision, version, token, renew_at, ends_at, fetcher, fetch_until,
             refusal, refused_until, refused_pause, forced_not_before, forced_pause)
             VALUES (?1, ?2 + 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING",
            &values,
        )?
    } else {
        sql.change(
            "UPDATE contactway_token SET revision = ?2 + 1, version = ?3, token = ?4, renew_at = ?5, ends_at = ?6,
             fetcher = ?7, fetch_until = ?8, refusal = ?9, refused_until = ?10, refused_pause = ?11,
             forced_not_before = ?12, forced_pause = ?13 WHERE owner = ?1 AND revision = ?2",
            &values,
        )?
    };
    Ok(swapped > 0)
}
