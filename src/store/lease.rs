//! The job lease: one job at a time for each corporation.

use super::sql::{Fault, Sql};

/// A lease is good for this long, by the store's clock, unless it is renewed.
pub const LEASE_MS: i64 = 10_000;

/// What came of asking for a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leased {
    /// It is ours, under this number.
    Ours { number: i64 },
    /// Another has it, for this job, until then by the store's clock.
    Held { job: String, until: i64 },
}

/// Takes the lease for `job`, if nobody has it. `is_dead` says of a holder whether it surely is no more.
pub(super) fn take(
    sql: &mut dyn Sql,
    corp_id: &str,
    job: &str,
    holder: &str,
    now: i64,
    is_dead: fn(&str) -> bool,
) -> Result<Leased, Fault> {
    let mut rows =
        sql.rows("SELECT job, holder, number, held_until FROM contactway_lease WHERE corp_id = ?1", &[corp_id.into()])?;
    let number = match rows.first_mut() {
        None => 0,
        Some(row) => {
            let (job, holder, number, until) = (row.text(), row.text(), row.int(), row.int());
            if now < until && !is_dead(&holder) {
                return Ok(Leased::Held { job, until });
            }
            number
        }
    };
    // Of those that come at the same time one finds the number that it read.
    let taken = sql.change(
        "INSERT INTO contactway_lease (corp_id, job, holder, number, held_until) VALUES (?1, ?2, ?3, ?4 + 1, ?5)
         ON CONFLICT (corp_id) DO UPDATE SET job = ?2, holder = ?3, number = ?4 + 1, held_until = ?5
         WHERE contactway_lease.number = ?4",
        &[corp_id.into(), job.into(), holder.into(), number.into(), (now + LEASE_MS).into()],
    )?;
    if taken == 0 {
        return Err(Fault::Again(super::sql::failed("the lease changed hands; try again")));
    }
    Ok(Leased::Ours { number: number + 1 })
}

/// Renews a lease; false when it is another's by now.
pub(super) fn renew(sql: &mut dyn Sql, corp_id: &str, number: i64, now: i64) -> Result<bool, Fault> {
    let renewed = sql.change(
        "UPDATE contactway_lease SET held_until = ?3 WHERE corp_id = ?1 AND number = ?2",
        &[corp_id.into(), number.into(), (now + LEASE_MS).into()],
    )?;
    Ok(renewed > 0)
}

/// Gives a lease back, if it is still ours.
pub(super) fn release(sql: &mut dyn Sql, corp_id: &str, number: i64) -> Result<(), Fault> {
    let release = "UPDATE contactway_lease SET held_until = 0 WHERE corp_id = ?1 AND number = ?2";
    sql.change(release, &[corp_id.into(), number.into()]).map(drop)
}
