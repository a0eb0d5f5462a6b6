//! A gate: how many calls of a corporation to one endpoint may begin, for all processes that share the store.
//!
//! Permits are taken in blocks; those that were not used lapse. The minute is kept by a rate that is smooth (GCRA), the
//! hour by counts of its minutes.

use super::cell::Cell;
use super::sql::{Fault, Sql};

/// Calls may come so far ahead of an even spread, in microseconds.
const BURST_US: i64 = 1_000_000;
/// A minute is spread over this: the burst, and a second to spare for calls that overtake each other.
const SPREAD_US: i64 = 62_000_000;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;
/// A probe that was not heard of again is another's to make after this.
const PROBE_MS: i64 = 15_000;
/// How often others look whether a probe has passed.
const LOOK_MS: i64 = 200;

/// What permits are asked for; 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub per_minute: u32,
    pub per_hour: u32,
    /// At most so many permits at once.
    pub most: u32,
    /// Permille of the burst and of the hour that are left to others.
    pub leave: u16,
}

/// What was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// So many calls may begin, soon.
    Permits(u32),
    /// One call, which finds out whether WeCom's block is over.
    Probe,
    /// None before so many milliseconds have passed.
    After {
        wait_ms: i64,
        /// It is WeCom that refuses, not the rate kept here.
        blocked: bool,
    },
}

/// What WeCom said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Too many calls: nobody calls for so many milliseconds.
    Blocked { for_ms: i64 },
    /// A probe passed: the block is over.
    Passed,
    /// Nothing could be learnt from a probe: the next one may find out.
    Lost,
}

/// A gate's row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    /// When the next call would be due, were calls evenly spread, in unix microseconds.
    due_us: i64,
    /// Minutes of the last hour, by their begin in unix milliseconds, and how many calls were granted in each.
    minutes: Vec<(i64, i64)>,
    /// WeCom refuses until then; 0 when it does not.
    blocked_until: i64,
    /// A call is finding out whether it still does.
    probe_until: i64,
}

impl Gate {
    /// Takes permits.
    pub fn take(&mut self, wanted: &Wanted, now_us: i64) -> Grant {
        let now = now_us / 1000;
        if self.blocked_until > 0 {
            let wait = (self.blocked_until - now).max((self.probe_until - now).min(LOOK_MS));
            if wait > 0 {
                return Grant::After { wait_ms: wait, blocked: true };
            }
        }
        // A minute counts until its last call is an hour old.
        self.minutes.retain(|(begin, _)| now < begin + HOUR_MS + MINUTE_MS);
        let (by_minute, by_hour) = (self.by_minute(wanted, now_us), self.by_hour(wanted, now));
        let count = i64::from(wanted.most.max(1));
        let count = match (by_minute, by_hour) {
            (Ok(minute), Ok(hour)) => count.min(minute).min(hour),
            (minute, hour) => {
                let wait_ms = minute.err().max(hour.err()).unwrap_or(1);
                return Grant::After { wait_ms, blocked: false };
            }
        };
        let probes = self.blocked_until > 0;
        let count = if probes { 1 } else { count };
        if probes {
            self.probe_until = now + PROBE_MS;
        }
        if wanted.per_minute > 0 {
            self.due_us = self.due_us.max(now_us) + interval_us(wanted) * count;
        }
        match self.minutes.last_mut() {
            Some((begin, granted)) if now < *begin + MINUTE_MS => *granted += count,
            _ => self.minutes.push((now, count)),
        }
        if probes { Grant::Probe } else { Grant::Permits(u32::try_from(count).unwrap_or(u32::MAX)) }
    }

    /// How many the minute allows, or how many milliseconds to wait.
    fn by_minute(&mut self, wanted: &Wanted, now_us: i64) -> Result<i64, i64> {
        if wanted.per_minute == 0 {
            return Ok(i64::MAX);
        }
        let interval = interval_us(wanted);
        // A client with a lower rate, or a clock that was set back, may have left it further off than this rate ever does.
        let block = interval.saturating_mul(i64::from(wanted.most.max(1)));
        self.due_us = self.due_us.min(now_us + BURST_US + block);
        let ahead = BURST_US * (1000 - i64::from(wanted.leave.min(1000))) / 1000;
        let room = now_us + ahead - self.due_us.max(now_us);
        if room < 0 { Err((-room + 999) / 1000) } else { Ok(room / interval + 1) }
    }

    /// How many the hour allows, or how many milliseconds to wait.
    fn by_hour(&self, wanted: &Wanted, now: i64) -> Result<i64, i64> {
        if wanted.per_hour == 0 {
            return Ok(i64::MAX);
        }
        let most = i64::from(wanted.per_hour) * (1000 - i64::from(wanted.leave.min(1000))) / 1000;
        let granted: i64 = self.minutes.iter().map(|(_, granted)| granted).sum();
        if granted < most {
            return Ok(most - granted);
        }
        let mut too_many = granted - most + 1;
        for (begin, granted) in &self.minutes {
            too_many -= granted;
            if too_many <= 0 {
                return Err((begin + HOUR_MS + MINUTE_MS - now).max(1));
            }
        }
        Err(HOUR_MS)
    }

    /// Takes to heart what WeCom said.
    pub fn heed(&mut self, heard: Heard, now_us: i64) {
        self.probe_until = 0;
        match heard {
            Heard::Blocked { for_ms } => self.blocked_until = now_us / 1000 + for_ms,
            Heard::Passed => self.blocked_until = 0,
            Heard::Lost => {}
        }
    }
}

fn interval_us(wanted: &Wanted) -> i64 {
    // More than one a microsecond is as good as no limit.
    (SPREAD_US / i64::from(wanted.per_minute.max(1))).max(1)
}

/// Changes the row of a gate, which nobody else changes meanwhile. `now_us` is asked once the row is locked: a time from
/// before a long wait for it would take what others were granted since for a clock that was set back.
pub(super) fn change<T>(
    sql: &mut dyn Sql,
    corp_id: &str,
    endpoint: &str,
    now_us: impl FnOnce(&mut dyn Sql) -> Result<i64, Fault>,
    change: impl FnOnce(&mut Gate, i64) -> T,
) -> Result<T, Fault> {
    let key: [Cell; 2] = [corp_id.into(), endpoint.into()];
    // Writing first locks the row, there or not.
    let mut rows = sql.rows(
        "INSERT INTO contactway_gate (corp_id, endpoint, due_us, minutes, blocked_until, probe_until)
         VALUES (?1, ?2, 0, '', 0, 0) ON CONFLICT (corp_id, endpoint) DO UPDATE SET endpoint = ?2
         RETURNING due_us, minutes, blocked_until, probe_until",
        &key,
    )?;
    let mut gate = rows.first_mut().map_or_else(Gate::default, |row| Gate {
        due_us: row.int(),
        minutes: row.text().split(' ').filter_map(minute).collect(),
        blocked_until: row.int(),
        probe_until: row.int(),
    });
    let outcome = change(&mut gate, now_us(sql)?);
    let minutes: Vec<_> = gate.minutes.iter().map(|(begin, granted)| format!("{begin}:{granted}")).collect();
    let [corp_id, endpoint] = key;
    sql.change(
        "UPDATE contactway_gate SET due_us = ?3, minutes = ?4, blocked_until = ?5, probe_until = ?6
         WHERE corp_id = ?1 AND endpoint = ?2",
        &[
            corp_id,
            endpoint,
            gate.due_us.into(),
            minutes.join(" ").as_str().into(),
            gate.blocked_until.into(),
            gate.probe_until.into(),
        ],
    )?;
    Ok(outcome)
}

fn minute(text: &str) -> Option<(i64, i64)> {
    let (begin, granted) = text.split_once(':')?;
    Some((begin.parse().ok()?, granted.parse().ok()?))
}
