//! The rate where a durable store keeps it for all processes and machines: permits are taken in blocks, and those that
//! were not used lapse.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Limits;
use crate::call::Call;
use crate::random;
use crate::store::{Aside, Grant, Heard, Wanted};

/// A block is so long's worth of permits at most, and lapses after that. Whoever gets none lets half as much pass at
/// least before it asks again, so that what has come together by then is a block and not one permit.
const BLOCK: Duration = Duration::from_millis(100);
/// Permille of the rate that jobs leave to single calls.
const JOBS_LEAVE: u16 = 100;
/// For what WeCom said, which others must know though the call's own time may be over.
const LAST_WORD: Duration = Duration::from_secs(1);

/// The rate of one corporation's calls to one endpoint.
pub struct SharedRate {
    store: Arc<Aside>,
    corp_id: String,
    endpoint: &'static str,
}

impl SharedRate {
    pub fn new(store: Arc<Aside>, corp_id: &str, endpoint: &'static str) -> Self {
        Self { store, corp_id: corp_id.to_owned(), endpoint }
    }

    /// Whether the store failed lately, so that the process keeps to a rate of its own.
    pub fn rests(&self) -> bool {
        self.store.rests()
    }

    /// Asks for permits; none where the store failed or the call must end.
    pub fn take(&self, call: &Arc<Call>, wanted: &Wanted) -> Option<Grant> {
        self.store.ask(call, |store, call| store.permits(call, &self.corp_id, self.endpoint, wanted))
    }

    /// Tells the others what WeCom said.
    pub fn heed(&self, heard: Heard) {
        self.store.ask(&Call::new(LAST_WORD), |store, call| store.heed(call, &self.corp_id, self.endpoint, heard));
    }
}

/// The permits that the process holds: those of single calls, and those of jobs.
#[derive(Default)]
pub struct Permits {
    singles: Stock,
    jobs: Stock,
    /// Somebody is asking for more.
    pub asking: bool,
}

#[derive(Default)]
struct Stock {
    granted: u32,
    left: u32,
    lapse_at: Option<Instant>,
    /// There are none before this.
    not_before: Option<Instant>,
    /// How many the last block was asked to hold.
    size: u32,
}

impl Permits {
    /// When a call may pass, or ask, that has so many `ahead` of it.
    pub fn earliest(&self, limits: &Limits, job: bool, ahead: usize, now: Instant) -> Instant {
        let Some(not_before) = self.stock(job).not_before.filter(|not_before| now < *not_before) else { return now };
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        not_before + Duration::from_secs(60).checked_div(limits.per_minute).unwrap_or_default().saturating_mul(ahead)
    }

    /// Whether there is one.
    pub fn is_there(&self, job: bool, now: Instant) -> bool {
        let stock = self.stock(job);
        stock.left > 0 && stock.lapse_at.is_some_and(|lapse_at| now < lapse_at)
    }

    /// Uses one.
    pub fn take(&mut self, job: bool) {
        let stock = self.stock_mut(job);
        stock.left = stock.left.saturating_sub(1);
    }

    /// What to ask for: one more than the last time where that was too few, and no more than were used of them.
    pub fn wanted(&mut self, limits: &Limits, job: bool, now: Instant) -> Wanted {
        let most = limits.per_minute.div_ceil(600).max(1);
        let stock = self.stock_mut(job);
        let is_too_few = stock.not_before.is_some() || stock.lapse_at.is_some_and(|lapse_at| now < lapse_at);
        stock.size = match stock.left {
            0 if is_too_few => stock.size + 1,
            0 => stock.size,
            left => stock.granted - left,
        }
        .clamp(1, most);
        let leave = if job { JOBS_LEAVE } else { 0 };
        Wanted { per_minute: limits.per_minute, per_hour: limits.per_hour, most: stock.size, leave }
    }

    /// There are so many from now on.
    pub fn fill(&mut self, job: bool, count: u32, now: Instant) {
        let stock = self.stock_mut(job);
        (stock.granted, stock.left) = (count, count);
        stock.lapse_at = Some(now + BLOCK);
        stock.not_before = None;
    }

    /// There are none for so long.
    pub fn none_for(&mut self, job: bool, wait: Duration, now: Instant) {
        let least = BLOCK.mul_f64(random::source().f64().mul_add(0.5, 0.5));
        self.stock_mut(job).not_before = Some(now + wait.max(least));
    }

    /// Those that are left are void: WeCom refuses.
    pub fn clear(&mut self) {
        (self.singles.left, self.jobs.left) = (0, 0);
    }

    fn stock(&self, job: bool) -> &Stock {
        if job { &self.jobs } else { &self.singles }
    }

    fn stock_mut(&mut self, job: bool) -> &mut Stock {
        if job { &mut self.jobs } else { &mut self.singles }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { max_in_flight: 5, per_minute: 10_000, per_hour: 150_000 };

    /// Takes as many of a block as are asked for, and says how many were granted.
    fn block(permits: &mut Permits, job: bool, used: u32, now: Instant) -> u32 {
        let wanted = permits.wanted(&LIMITS, job, now);
        permits.fill(job, wanted.most, now);
        let used = used.min(wanted.most);
        (0..used).for_each(|_| permits.take(job));
        assert_eq!(permits.is_there(job, now), used < wanted.most);
        wanted.most
    }

    #[test]
    fn blocks_grow_to_a_tenth_of_a_second_s_worth_and_shrink_to_what_is_used() {
        let (mut permits, mut now) = (Permits::default(), Instant::now());
        // One call now and then.
        for _ in 0..5 {
            assert_eq!(block(&mut permits, false, 1, now), 1);
            now += BLOCK * 3;
        }
        // As fast as they are granted.
        let sizes: Vec<_> = (0..30).map(|_| block(&mut permits, false, 17, now)).collect();
        assert!(sizes.is_sorted() && sizes.ends_with(&[17, 17]), "{sizes:?}");
        block(&mut permits, false, 4, now);
        now += BLOCK;
        assert!(!permits.is_there(false, now), "what was not used lapses");
        assert_eq!(block(&mut permits, false, 4, now), 4);
    }

    #[test]
    fn jobs_have_permits_of_their_own_and_leave_a_tenth() {
        let (mut permits, now) = (Permits::default(), Instant::now());
        assert_eq!(permits.wanted(&LIMITS, true, now).leave, 100);
        assert_eq!(permits.wanted(&LIMITS, false, now).leave, 0);
        permits.fill(true, 1, now);
        permits.none_for(false, Duration::from_secs(1), now);
        assert!(permits.is_there(true, now) && !permits.is_there(false, now));
        assert_eq!(permits.earliest(&LIMITS, true, 0, now), now);
        assert_eq!(permits.earliest(&LIMITS, false, 0, now), now + Duration::from_secs(1));
        assert_eq!(permits.earliest(&LIMITS, false, 100, now), now + Duration::from_millis(1600));
    }

    #[test]
    fn whoever_gets_none_does_not_ask_again_at_once() {
        let (mut permits, now) = (Permits::default(), Instant::now());
        permits.none_for(false, Duration::from_millis(6), now);
        let wait = permits.earliest(&LIMITS, false, 0, now) - now;
        assert!((BLOCK / 2..=BLOCK).contains(&wait), "{wait:?}");
        assert_eq!(permits.wanted(&LIMITS, false, now).most, 1);
    }
}
