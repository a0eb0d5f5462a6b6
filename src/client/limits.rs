//! How many calls at once, in a minute and in an hour: kept per (base URL, corporation, interface), and shared by all
//! clients of the process, so that WeCom need not refuse.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::retry::{BLOCK, Happened};
use crate::answer::codes::Class;
use crate::call::{Call, Stop, lock};

/// What one client asks for; 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls at the same time.
    pub max_in_flight: u32,
    /// Calls in any minute.
    pub per_minute: u32,
    /// Calls in any hour.
    pub per_hour: u32,
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// A minute is spread over so many seconds: a burst of one, and one to spare for calls that overtake each other.
const SPREAD: Duration = Duration::from_secs(62);
const BURST: Duration = Duration::from_secs(1);
/// Halved concurrency grows again by one after this.
const RECOVERY: Duration = Duration::from_secs(10);

/// Every gate of the process: also those of clients that are gone, as long as their calls still count.
#[derive(Default)]
pub struct Gates(Mutex<BTreeMap<Key, Arc<Gate>>>);

/// What limits are kept for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// WeCom's address.
    pub base_url: String,
    /// The company, or where that is not known something that stands for it.
    pub owner: String,
    /// WeCom's name of the endpoint.
    pub endpoint: &'static str,
}

impl Gates {
    /// Whoever is at `base_url` from now on is somebody else.
    pub fn forget(&self, base_url: &str) {
        lock(&self.0).retain(|key, _| key.base_url != base_url);
    }

    /// The gate for `key`, which from now on also keeps `limits`.
    pub fn gate(&self, key: &Key, limits: Limits) -> Arc<Gate> {
        let mut gates = lock(&self.0);
        // A look through all of them only when there are twice as many, so that it costs little on the whole.
        if gates.len().is_power_of_two() {
            let now = Instant::now();
            gates.retain(|_, gate| Arc::strong_count(gate) > 1 || lock(&gate.0).still_counts(now));
        }
        let gate = Arc::clone(gates.entry(key.clone()).or_insert_with(|| Arc::new(Gate(Mutex::default()))));
        lock(&gate.0).asked.push(limits);
        gate
    }
}

/// Where the calls of one company to one interface pass.
pub struct Gate(Mutex<State>);

#[derive(Default)]
struct State {
    /// What each client asks for; the strictest counts.
    asked: Vec<Limits>,
    in_flight: u32,
    /// In the order in which they came.
    waiting: VecDeque<Arc<Call>>,
    rate: Rate,
    blocked: Option<Blocked>,
    /// Fewer at once, since WeCom said so, and since when.
    fewer: Option<(u32, Instant)>,
}

/// WeCom refused for too many calls.
struct Blocked {
    until: Instant,
    /// One call is finding out whether it still does.
    probing: bool,
}

/// A call's place in flight; given back when dropped.
pub struct Place {
    gate: Arc<Gate>,
    since: Instant,
    probe: bool,
}

/// Why there is no place.
#[derive(Debug, PartialEq, Eq)]
pub enum NoPlace {
    /// The call had to end while it waited.
    Stopped(Stop),
    /// There is none before its deadline, but after this time.
    After(Duration),
}

impl Gate {
    /// Takes limits back that [`Gates::gate`] was given.
    pub fn forget(&self, limits: Limits) {
        let mut state = lock(&self.0);
        if let Some(place) = state.asked.iter().position(|asked| *asked == limits) {
            state.asked.swap_remove(place);
        }
        // It may have been the strictest.
        state.wake_next();
    }

    /// Waits for a place in flight, in the minute and in the hour: all at once, so that nobody holds one of them while
    /// waiting for another.
    pub fn enter(self: &Arc<Self>, call: &Arc<Call>) -> Result<Place, NoPlace> {
        call.check().map_err(NoPlace::Stopped)?;
        let outcome = loop {
            let now = Instant::now();
            let until = {
                let mut state = lock(&self.0);
                match state.admit(call, now) {
                    Admitted::Yes { probe } => return Ok(Place { gate: Arc::clone(self), since: now, probe }),
                    Admitted::NotBefore(until) if until > call.deadline() => break NoPlace::After(until - now),
                    Admitted::NotBefore(until) => until,
                }
            };
            if let Err(stop) = call.park_until(until) {
                break NoPlace::Stopped(stop);
            }
        };
        let mut state = lock(&self.0);
        state.waiting.retain(|waiting| !Arc::ptr_eq(waiting, call));
        state.wake_next();
        Err(outcome)
    }
}

enum Admitted {
    Yes { probe: bool },
    NotBefore(Instant),
}

impl State {
    fn strictest(&self) -> Limits {
        let least = |of: fn(&Limits) -> u32| self.asked.iter().map(of).filter(|it| *it > 0).min().unwrap_or(0);
        Limits {
            max_in_flight: least(|it| it.max_in_flight),
            per_minute: least(|it| it.per_minute),
            per_hour: least(|it| it.per_hour),
        }
    }

    /// How many may be in flight now; none at all is no limit.
    fn most_in_flight(&mut self, now: Instant) -> u32 {
        let asked = self.strictest().max_in_flight;
        let Some((fewer, since)) = self.fewer else { return asked };
        let recovered = u32::try_from(now.duration_since(since).as_secs() / RECOVERY.as_secs()).unwrap_or(u32::MAX);
        let now_allowed = fewer.saturating_add(recovered);
        if asked != 0 && now_allowed >= asked {
            self.fewer = None;
            return asked;
        }
        now_allowed
    }

    fn admit(&mut self, call: &Arc<Call>, now: Instant) -> Admitted {
        let limits = self.strictest();
        let ahead = self.waiting.iter().position(|waiting| Arc::ptr_eq(waiting, call)).unwrap_or(self.waiting.len());
        let mut until = self.rate.earliest(&limits, ahead, now);
        let (mut probe, mut probing) = (false, false);
        if let Some(blocked) = &self.blocked {
            until = until.max(blocked.until);
            (probe, probing) = (true, blocked.probing);
        }
        let most = self.most_in_flight(now);
        let room = !probing && (most == 0 || self.in_flight < most);
        if ahead == 0 && room && until <= now {
            self.waiting.pop_front();
            self.in_flight += 1;
            self.rate.take(&limits, now);
            if let Some(blocked) = &mut self.blocked {
                blocked.probing = true;
            }
            self.wake_next();
            return Admitted::Yes { probe };
        }
        if ahead == self.waiting.len() {
            self.waiting.push_back(Arc::clone(call));
        }
        // Only the first waits for the clock; others, and it too while there is no room, are woken.
        let by_clock = ahead == 0 && until > now;
        Admitted::NotBefore(if by_clock || until > call.deadline() { until } else { call.deadline() })
    }

    /// Whether it still knows something that holds back later calls.
    fn still_counts(&mut self, now: Instant) -> bool {
        self.blocked.as_ref().is_some_and(|blocked| now < blocked.until) || self.rate.still_counts(now)
    }

    fn wake_next(&self) {
        if let Some(next) = self.waiting.front() {
            next.wake();
        }
    }
}

impl Place {
    /// Takes to heart what WeCom said to the call.
    pub fn heed(&mut self, happened: Happened) {
        match happened {
            Happened::Code(Class::TooMany) => self.blocked(),
            Happened::Code(Class::TooManyAtOnce) => self.too_many_at_once(),
            Happened::Code(_) => self.passed(),
            // Nobody knows whether that was WeCom.
            _ => {}
        }
    }

    /// WeCom answered, and not that there were too many: if there was a block, it is over.
    pub fn passed(&mut self) {
        if self.probe {
            self.probe = false;
            lock(&self.gate.0).blocked = None;
        }
    }

    /// WeCom refused for too many calls: everybody waits until its block is over, then one call probes.
    fn blocked(&mut self) {
        self.probe = false;
        let until = Instant::now() + BLOCK;
        lock(&self.gate.0).blocked = Some(Blocked { until, probing: false });
    }

    /// WeCom refused for too many calls at once: half as many from now on, and more again by and by.
    fn too_many_at_once(&mut self) {
        self.passed();
        let now = Instant::now();
        let mut state = lock(&self.gate.0);
        // One that was under way already when it was halved for another says nothing new.
        if state.fewer.is_some_and(|(_, since)| self.since < since) {
            return;
        }
        let most = state.most_in_flight(now);
        let present = if most == 0 { state.in_flight } else { most };
        state.fewer = Some(((present / 2).max(1), now));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = lock(&self.gate.0);
        state.in_flight = state.in_flight.saturating_sub(1);
        if self.probe
            && let Some(blocked) = &mut state.blocked
        {
            // It found nothing out; the next one may.
            blocked.probing = false;
        }
        state.wake_next();
    }
}

/// A smooth rate for the minute (GCRA, a burst of a second at most), and a count of the last hour, by the minute.
#[derive(Default)]
struct Rate {
    /// When the next call would be due, were calls evenly spread.
    due: Option<Instant>,
    /// Minutes and how many calls began in each; the last hour's.
    minutes: VecDeque<(Instant, u32)>,
    this_hour: u32,
}

impl Rate {
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
        let mut rate = Rate::default();
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
        let mut rate = Rate::default();
        let limits = Limits { per_minute: 62, per_hour: 3, ..NONE };
        rate.take(&limits, start);
        rate.take(&limits, start);
        assert_eq!(rate.earliest(&limits, 0, start), start + BURST);
        assert_eq!(rate.earliest(&limits, 1, start), start + HOUR + MINUTE);
        let limits = Limits { per_hour: 0, ..limits };
        assert_eq!(rate.earliest(&limits, 9, start), start + 10 * BURST);
    }

    fn call() -> Arc<Call> {
        Call::new(HOUR)
    }

    fn state(limits: Limits) -> State {
        State { asked: vec![limits], ..State::default() }
    }

    fn admitted(state: &mut State, call: &Arc<Call>, now: Instant) -> Option<bool> {
        match state.admit(call, now) {
            Admitted::Yes { probe } => Some(probe),
            Admitted::NotBefore(_) => None,
        }
    }

    #[test]
    fn places_are_given_in_the_order_of_coming() {
        let now = Instant::now();
        let mut state = state(Limits { max_in_flight: 1, ..NONE });
        let [first, second, third] = [(); 3].map(|()| call());
        assert_eq!(admitted(&mut state, &first, now), Some(false));
        assert_eq!(admitted(&mut state, &second, now), None);
        assert_eq!(admitted(&mut state, &third, now), None);
        state.in_flight -= 1;
        assert_eq!(admitted(&mut state, &third, now), None, "the second was there before");
        assert_eq!(admitted(&mut state, &second, now), Some(false));
        assert_eq!(state.waiting.len(), 1);
    }

    #[test]
    fn after_a_block_one_call_probes_and_only_an_answer_ends_it() {
        let gate = Arc::new(Gate(Mutex::new(state(Limits { max_in_flight: 5, ..NONE }))));
        let enter = |gate: &Arc<Gate>| gate.enter(&Call::new(Duration::from_millis(20)));
        let mut refused = enter(&gate).unwrap_or_else(|_| unreachable!());
        refused.blocked();
        drop(refused);
        let probing = |gate: &Gate| lock(&gate.0).blocked.as_ref().map(|blocked| blocked.probing);
        assert!(matches!(enter(&gate), Err(NoPlace::After(wait)) if wait > BLOCK / 2));
        // The block's time is over.
        let over = |gate: &Gate| {
            if let Some(blocked) = &mut lock(&gate.0).blocked {
                blocked.until = Instant::now();
            }
        };
        over(&gate);
        let lost = enter(&gate).unwrap_or_else(|_| unreachable!());
        assert!(lost.probe && probing(&gate) == Some(true));
        assert_eq!(enter(&gate).err(), Some(NoPlace::Stopped(Stop::Deadline)), "one at a time");
        // A probe whose answer was lost has shown nothing; the next one probes too.
        drop(lost);
        let mut refused = enter(&gate).unwrap_or_else(|_| unreachable!());
        assert!(refused.probe);
        refused.heed(Happened::Code(Class::TooMany));
        drop(refused);
        assert!(enter(&gate).is_err(), "blocked for another minute");
        over(&gate);
        let mut passed = enter(&gate).unwrap_or_else(|_| unreachable!());
        passed.heed(Happened::Code(Class::NotThere));
        assert_eq!(probing(&gate), None);
        assert!(enter(&gate).is_ok());
    }

    #[test]
    fn too_many_at_once_halves_once_for_all_that_were_under_way() {
        let gate = Arc::new(Gate(Mutex::new(state(Limits { max_in_flight: 8, ..NONE }))));
        let mut places: Vec<_> = (0..8).map_while(|_| gate.enter(&call()).ok()).collect();
        assert_eq!(places.len(), 8);
        for place in &mut places {
            place.too_many_at_once();
        }
        let now = Instant::now();
        assert_eq!(lock(&gate.0).most_in_flight(now), 4);
        assert_eq!(lock(&gate.0).most_in_flight(now + RECOVERY), 5);
        drop(places);
        gate.enter(&call()).unwrap_or_else(|_| unreachable!()).too_many_at_once();
        assert_eq!(lock(&gate.0).most_in_flight(now), 2);
        assert_eq!(lock(&gate.0).most_in_flight(now + 9 * RECOVERY), 8);
    }

    #[test]
    fn gates_that_count_nothing_any_more_are_not_kept() {
        let gates = Gates::default();
        for number in 0..1000 {
            let key = Key { base_url: String::new(), owner: format!("{number}"), endpoint: "add_contact_way" };
            let gate = gates.gate(&key, NONE);
            assert!(gate.enter(&call()).is_ok());
            gate.forget(NONE);
        }
        assert!(lock(&gates.0).len() < 1000);
    }
}
