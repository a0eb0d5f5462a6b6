//! The rate of calls, in a minute and in an hour.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Limits;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// A minute is spread over so many seconds: a burst of one, and one to spare for calls that overtake each other.
const SPREAD: Duration = Duration::from_secs(62);
const BURST: Duration = Duration::from_secs(1);

/// When calls may begin: all of them together, and those of jobs among them.
#[derive(Default)]
pub struct Rate {
    all: Pace,
    jobs: Pace,
}

impl Rate {
    /// When a call may begin that has so many `ahead` of it.
    pub fn earliest(&mut self, limits: &Limits, job: bool, ahead: usize, now: Instant) -> Instant {
        let of_all = self.all.earliest(limits, ahead, now);
        if job { of_all.max(self.jobs.earliest(&limits.of_jobs(), ahead, now)) } else { of_all }
    }

    /// A call begins.
    pub fn take(&mut self, limits: &Limits, job: bool, now: Instant) {
        self.all.take(limits, now);
        if job {
            self.jobs.take(&limits.of_jobs(), now);
        }
    }

    /// Whether calls that began still hold back later ones.
    pub fn still_counts(&mut self, now: Instant) -> bool {
        // Those of jobs are among all.
        self.all.still_counts(now)
    }
}

/// A smooth rate for the minute (GCRA, a burst of a second at most), and a count of the last hour, by the minute.
#[derive(Default)]
struct Pace {
    /// When the next call would be due, were calls evenly spread.
    due: Option<Instant>,
    /// Minutes and how many calls began in each; the last hour's.
    minutes: VecDeque<(Instant, u32)>,
    this_hour: u32,
}

impl Pace {
    /// When a call may begin that has so many `ahead` of it.
    fn earliest(&mut self, limits: &Limits, ahead: usize, now: Instant) -> Instant {
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        let by_minute = match (limits.per_minute, self.due) {
            (0, _) | (_, None) => now,
            (_, Some(due)) => {
                // A client with a lower rate, who is gone, may have left it further off than this rate ever does.
                let due = due.clamp(now, now + BURST + interval(limits));
                self.due = Some(due);
                (due + interval(limits) * ahead).checked_sub(BURST).unwrap_or(now)
            }
        };
        self.drop_old(now);
        by_minute.max(self.by_hour(limits, ahead).unwrap_or(now))
    }

    /// When enough of the last hour's calls no longer count, if there are too many.
    fn by_hour(&self, limits: &Limits, ahead: u32) -> Option<Instant> {
        let mut too_many = (u64::from(self.this_hour) + u64::from(ahead) + 1).checked_sub(limits.per_hour.into())?;
        if limits.per_hour == 0 || too_many == 0 {
            return None;
        }
        for (start, count) in &self.minutes {
            too_many = too_many.saturating_sub(u64::from(*count));
            if too_many == 0 {
                return Some(*start + HOUR + MINUTE);
            }
        }
        self.minutes.back().map(|(start, _)| *start + HOUR + MINUTE)
    }

    fn still_counts(&mut self, now: Instant) -> bool {
        self.drop_old(now);
        self.due.is_some_and(|due| now < due) || !self.minutes.is_empty()
    }

    fn take(&mut self, limits: &Limits, now: Instant) {
        if limits.per_minute > 0 {
            self.due = Some(self.due.map_or(now, |due| due.max(now)) + interval(limits));
        }
        if limits.per_hour > 0 {
            match self.minutes.back_mut() {
                Some((start, count)) if now.duration_since(*start) < MINUTE => *count += 1,
                _ => self.minutes.push_back((now, 1)),
            }
            self.this_hour += 1;
        }
    }

    /// A minute counts until its last call is an hour old.
    fn drop_old(&mut self, now: Instant) {
        while let Some((start, count)) = self.minutes.front().copied() {
            if now.duration_since(start) < HOUR + MINUTE {
                break;
            }
            self.this_hour -= count;
            self.minutes.pop_front();
        }
    }
}

/// Between calls that are evenly spread.
fn interval(limits: &Limits) -> Duration {
    SPREAD / limits.per_minute
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Limits = Limits { max_in_flight: 0, per_minute: 0, per_hour: 0 };
    const WECOM: Limits = Limits { max_in_flight: 5, per_minute: 10_000, per_hour: 150_000 };

    /// When each of so many calls begins that come as fast as they may.
    fn begins(limits: &Limits, calls: u32) -> Vec<Duration> {
        let start = Instant::now();
        let mut rate = Pace::default();
        let mut now = start;
        let mut begins = Vec::new();
        for _ in 0..calls {
            now = rate.earliest(limits, 0, now);
            assert!(rate.earliest(limits, 0, now) <= now, "it may begin when it was told to");
            rate.take(limits, now);
            begins.push(now - start);
        }
        begins
    }

    /// The most that begin in any such span.
    fn most_within(begins: &[Duration], span: Duration) -> usize {
        let mut from = 0;
        let mut most = 0;
        for to in 0..begins.len() {
            while begins[to] >= begins[from] + span {
                from += 1;
            }
            most = most.max(to - from + 1);
        }
        most
    }

    #[test]
    fn at_full_speed_at_least_95_percent_are_used_and_never_more_than_all() {
        for per_minute in [1, 2, 7, 60, 600, 10_000] {
            let limits = Limits { per_minute, ..NONE };
            let begins = begins(&limits, per_minute * 20);
            assert!(most_within(&begins, MINUTE) <= per_minute as usize, "{per_minute}");
            let minutes = begins[begins.len() - 1].as_secs_f64() / 60.0;
            assert!(f64::from(per_minute) * 20.0 / minutes >= 0.95 * f64::from(per_minute), "{per_minute}: {minutes}");
        }
    }

    #[test]
    fn so_it_is_with_the_hour() {
        let begins = begins(&WECOM, 600_000);
        assert!(most_within(&begins, MINUTE) <= 10_000);
        assert!(most_within(&begins, HOUR) <= 150_000);
        let hours = begins[begins.len() - 1].as_secs_f64() / 3600.0;
        // The last of four hours' calls begin a quarter of an hour into the fourth.
        assert!(hours < 3.0 * 61.0 / 60.0 + 0.3, "{hours}");
    }

    #[test]
    fn those_further_back_are_told_how_long_it_takes() {
        let start = Instant::now();
        let mut rate = Pace::default();
        let limits = Limits { per_minute: 62, per_hour: 3, ..NONE };
        rate.take(&limits, start);
        rate.take(&limits, start);
        assert_eq!(rate.earliest(&limits, 0, start), start + BURST);
        assert_eq!(rate.earliest(&limits, 1, start), start + HOUR + MINUTE);
        let limits = Limits { per_hour: 0, ..limits };
        assert_eq!(rate.earliest(&limits, 9, start), start + 10 * BURST);
    }

    #[test]
    fn jobs_leave_a_tenth_free_for_single_calls() {
        let limits = Limits { per_minute: 620, per_hour: 0, ..NONE };
        let mut rate = Rate::default();
        let start = Instant::now();
        let (mut jobs, mut singles) = (0, 0);
        // A job and single calls, each as fast as they may; the single calls come first where both may.
        for tick in 0..60_000 {
            let now = start + tick * Duration::from_millis(1);
            if tick % 1000 == 0 && rate.earliest(&limits, false, 0, now) <= now {
                rate.take(&limits, false, now);
                singles += 1;
            } else if rate.earliest(&limits, true, 0, now) <= now {
                rate.take(&limits, true, now);
                jobs += 1;
            }
        }
        assert_eq!(singles, 60, "a single call a second never waits for the job");
        assert!((530..=560).contains(&jobs), "{jobs}: nine tenths of 600, and a burst");
    }
}
