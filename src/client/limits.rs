//! How many calls at once, in a minute and in an hour: kept per (base URL, corporation, interface), and shared by all
//! clients of the process, so that WeCom need not refuse.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use super::retry::Happened;
use crate::answer::codes::Class;
use crate::call::{Call, Stop, lock};
use crate::rules::Endpoint;

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
const SPREAD_S: u32 = 62;
/// WeCom blocks for as long as the limit's span; that of a minute is the common one.
pub const BLOCK: Duration = MINUTE;
/// Halved concurrency grows again by one after this.
const RECOVERY: Duration = Duration::from_secs(10);

/// Every gate of the process.
#[derive(Default)]
pub struct Gates(Mutex<HashMap<Key, Weak<Gate>>>);

/// What limits are kept for.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// WeCom's address.
    pub base_url: String,
    /// The company, or where that is not known something that stands for it.
    pub owner: String,
    /// The interface.
    pub endpoint: Endpoint,
}

impl Gates {
    /// The gate for `key`, which from now on also keeps `limits`.
    pub fn gate(&self, key: &Key, limits: Limits) -> Arc<Gate> {
        let mut gates = lock(&self.0);
        let gate = gates.get(key).and_then(Weak::upgrade).unwrap_or_else(|| {
            gates.retain(|_, gate| gate.strong_count() > 0);
            let gate = Arc::new(Gate(Mutex::default()));
            gates.insert(key.clone(), Arc::downgrade(&gate));
            gate
        });
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
    }

    /// Waits for a place in flight, and a place in the minute and the hour.
    pub fn enter(self: &Arc<Self>, call: &Arc<Call>) -> Result<Place, NoPlace> {
        let place = self.place(call)?;
        loop {
            let now = Instant::now();
            let when = {
                let mut state = lock(&self.0);
                let limits = state.strictest();
                let when = state.rate.earliest(&limits, now);
                if when <= now {
                    state.rate.take(&limits, now);
                    return Ok(place);
                }
                when
            };
            if when > call.deadline() {
                return Err(NoPlace::After(when - now));
            }
            call.sleep_until(when).map_err(NoPlace::Stopped)?;
        }
    }

    fn place(self: &Arc<Self>, call: &Arc<Call>) -> Result<Place, NoPlace> {
        let outcome = loop {
            let now = Instant::now();
            let until = {
                let mut state = lock(&self.0);
                match state.admit(call, now) {
                    Admitted::Yes { probe } => return Ok(Place { gate: Arc::clone(self), probe }),
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
        let place = self.waiting.iter().position(|waiting| Arc::ptr_eq(waiting, call));
        let first = place.map_or(self.waiting.is_empty(), |place| place == 0);
        let most = self.most_in_flight(now);
        let mut probe = false;
        let mut until = call.deadline();
        let free = match &mut self.blocked {
            Some(blocked) if now < blocked.until => {
                until = blocked.until;
                false
            }
            Some(blocked) if blocked.probing => false,
            Some(blocked) if first => {
                blocked.probing = true;
                probe = true;
                true
            }
            _ => most == 0 || self.in_flight < most,
        };
        if free && first {
            if place.is_some() {
                self.waiting.pop_front();
            }
            self.in_flight += 1;
            self.wake_next();
            return Admitted::Yes { probe };
        }
        if place.is_none() {
            self.waiting.push_back(Arc::clone(call));
        }
        Admitted::NotBefore(until)
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
            _ => {}
        }
    }

    /// WeCom refused for too many calls: everybody waits until its block is over, then one call probes.
    fn blocked(&mut self) {
        let mut state = lock(&self.gate.0);
        state.blocked = Some(Blocked { until: Instant::now() + BLOCK, probing: false });
        self.probe = false;
    }

    /// WeCom refused for too many calls at once: half as many from now on, and more again by and by.
    fn too_many_at_once(&mut self) {
        let now = Instant::now();
        let mut state = lock(&self.gate.0);
        let most = state.most_in_flight(now);
        let present = if most == 0 { state.in_flight } else { most };
        state.fewer = Some(((present / 2).max(1), now));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = lock(&self.gate.0);
        state.in_flight = state.in_flight.saturating_sub(1);
        if self.probe {
            // It was not refused again: the block is over for all.
            state.blocked = None;
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
    fn earliest(&mut self, limits: &Limits, now: Instant) -> Instant {
        let by_minute = match (limits.per_minute, self.due) {
            (0, _) | (_, None) => now,
            (_, Some(due)) => due.checked_sub(Duration::from_secs(1)).unwrap_or(now),
        };
        self.drop_old(now);
        let by_hour = match self.minutes.front() {
            Some((start, _)) if limits.per_hour > 0 && self.this_hour >= limits.per_hour => *start + HOUR + MINUTE,
            _ => now,
        };
        by_minute.max(by_hour)
    }

    fn take(&mut self, limits: &Limits, now: Instant) {
        if limits.per_minute > 0 {
            let interval = Duration::from_secs(SPREAD_S.into()) / limits.per_minute;
            self.due = Some(self.due.map_or(now, |due| due.max(now)) + interval);
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
