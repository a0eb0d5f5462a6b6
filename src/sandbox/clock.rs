//! The time as the sandbox sees it. Every expiry, quota and `Date` follows it.

use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::locked;

/// Years beyond this have five digits, which no HTTP date can say.
pub const LATEST: i64 = 253_402_300_799;

/// How the clock goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Going {
    /// It stands still, at so many seconds since 1970.
    StandsAt(i64),
    /// It runs with the machine's, so many seconds ahead of it.
    RunsAhead(i64),
}

#[derive(Debug)]
pub struct Clock(Mutex<Going>);

impl Clock {
    pub fn new(stands_at: Option<i64>) -> Self {
        Self(Mutex::new(Going::new(stands_at)))
    }

    /// Seconds since 1970.
    pub fn now(&self) -> i64 {
        locked(&self.0).now()
    }

    pub fn going(&self) -> Going {
        *locked(&self.0)
    }

    pub fn go(&self, going: Going) {
        *locked(&self.0) = going;
    }

    /// Moves the clock to `now`; it stands or runs as it did.
    pub fn set(&self, now: i64) {
        let mut going = locked(&self.0);
        *going = match *going {
            Going::StandsAt(_) => Going::StandsAt(now),
            Going::RunsAhead(_) => Going::RunsAhead(now - machine_now()),
        };
    }
}

impl Going {
    pub fn new(stands_at: Option<i64>) -> Self {
        stands_at.map_or(Self::RunsAhead(0), Self::StandsAt)
    }

    fn now(self) -> i64 {
        let now = match self {
            Self::StandsAt(now) => now,
            Self::RunsAhead(seconds) => machine_now().saturating_add(seconds),
        };
        now.clamp(0, LATEST)
    }
}

fn machine_now() -> i64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_1970.as_secs()).unwrap_or(LATEST)
}

/// `now` as HTTP writes a date: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http_date(now: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, seconds) = (now.div_euclid(86_400), now.rem_euclid(86_400));
    // Howard Hinnant's civil_from_days: the year begins in March, so that the leap day is its last.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12;
    let year = era * 400 + year_of_era + i64::from(month < 2);
    let name = |names: &[&'static str], index: i64| usize::try_from(index).ok().and_then(|at| names.get(at).copied());
    format!(
        "{}, {day:02} {} {year:04} {:02}:{:02}:{:02} GMT",
        name(&DAYS, days.rem_euclid(7)).unwrap_or_default(),
        name(&MONTHS, month).unwrap_or_default(),
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_http_writes_them() {
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(951_782_400), "Tue, 29 Feb 2000 00:00:00 GMT");
        assert_eq!(http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(http_date(LATEST), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
