//! Where the calls of one company to one endpoint pass.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use super::Limits;
use super::rate::Rate;
use super::shared::{Permits, SharedRate};
use crate::answer::codes::Class;
use crate::call::{Call, Stop};
use crate::lock::lock;
use crate::store::{Grant, Heard, Wanted};
use crate::wire::retry::{BLOCK, Happened};

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

    /// The gate for `key`, which from now on also keeps `limits`, and takes permits of `shared` as long as that lives.
    pub fn gate(&self, key: &Key, limits: Limits, shared: Option<&Arc<SharedRate>>) -> Arc<Gate> {
        let mut gates = lock(&self.0);
        // A look through all of them only when there are twice as many, so that it costs little on the whole.
        if gates.len().is_power_of_two() {
            let now = Instant::now();
            gates.retain(|_, gate| Arc::strong_count(gate) > 1 || lock(&gate.0).still_counts(now));
        }
        let gate = Arc::clone(gates.entry(key.clone()).or_insert_with(|| Arc::new(Gate(Mutex::default()))));
        let mut traffic = lock(&gate.0);
        traffic.asked.push(limits);
        traffic.shared.retain(|shared| shared.strong_count() > 0);
        traffic.shared.extend(shared.map(Arc::downgrade));
        drop(traffic);
        gate
    }
}

/// Where the calls of one company to one endpoint pass.
pub struct Gate(Mutex<Traffic>);

#[derive(Default)]
struct Traffic {
    /// What each client asks for; the strictest counts.
    asked: Vec<Limits>,
    in_flight: u32,
    /// In the order in which they came.
    waiting: Vec<Waiting>,
    rate: Rate,
    /// Those of the clients that have a durable store; the first counts.
    shared: Vec<Weak<SharedRate>>,
    permits: Permits,
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

/// Who asks to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Whether its client keeps to a number of calls at the same time.
    counted: bool,
    /// Whether its client keeps to a rate.
    rated: bool,
    /// Whether it belongs to a job, which lets single calls pass.
    job: bool,
}

impl Caller {
    /// A call of a client that asks for `limits`.
    #[must_use]
    pub fn of(limits: &Limits, job: bool) -> Self {
        Self { counted: limits.max_in_flight > 0, rated: limits.is_rated(), job }
    }

    /// Whether both wait for the same things.
    fn queues_with(self, other: Self) -> bool {
        (self.counted, self.rated) == (other.counted, other.rated)
    }
}

struct Waiting {
    call: Arc<Call>,
    caller: Caller,
}

/// A call's leave to be in flight; given back when dropped.
pub struct Pass {
    gate: Arc<Gate>,
    caller: Caller,
    since: Instant,
    probe: bool,
    shared: Option<Arc<SharedRate>>,
}

/// What a call waits for at the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitsFor {
    /// One of so many calls in flight to end.
    CallsInFlight(u32),
    /// The rate.
    Rate {
        /// Calls in any minute; 0 is no limit.
        per_minute: u32,
        /// Calls in any hour; 0 is no limit.
        per_hour: u32,
    },
    /// The end of the block after a 45009.
    Block,
}

impl WaitsFor {
    fn of(wanted: &Wanted) -> Self {
        Self::Rate { per_minute: wanted.per_minute, per_hour: wanted.per_hour }
    }
}

impl fmt::Display for WaitsFor {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::CallsInFlight(most) => {
                write!(to, "a place in flight, of which its company has {most} (max_in_flight)")
            }
            Self::Rate { per_minute, per_hour } => {
                let both = [(*per_minute, "a minute"), (*per_hour, "an hour")];
                let rates = both.iter().filter(|(most, _)| *most > 0);
                let rates: Vec<_> = rates.map(|(most, span)| format!("{most} {span}")).collect();
                write!(to, "the rate, which is {} (rate_limit)", rates.join(" and "))
            }
            Self::Block => write!(to, "the end of WeCom's block, which began with errcode 45009"),
        }
    }
}

/// Why a call may not pass.
#[derive(Debug, PartialEq, Eq)]
pub enum NoPass {
    /// It had to end while it waited for this.
    Stopped(Stop, WaitsFor),
    /// Not before its deadline, but after this time.
    After(Duration, WaitsFor),
}

impl Gate {
    /// Takes limits back that [`Gates::gate`] was given.
    pub fn forget(&self, limits: Limits) {
        let mut traffic = lock(&self.0);
        if let Some(index) = traffic.asked.iter().position(|asked| *asked == limits) {
            traffic.asked.swap_remove(index);
        }
        // It may have been the strictest.
        traffic.wake_next();
    }

    /// Waits until the call may be in flight, in the minute and in the hour: all at once, so that nobody holds one of
    /// them while waiting for another.
    pub fn enter(self: &Arc<Self>, call: &Arc<Call>, caller: Caller) -> Result<Pass, NoPass> {
        let outcome = loop {
            let now = Instant::now();
            // Not within the match, which would keep the lock while the store is asked.
            let admitted = lock(&self.0).admit(call, caller, now);
            let (until, what) = match admitted {
                Admitted::Yes { probe, shared } => {
                    return Ok(Pass { gate: Arc::clone(self), caller, since: now, probe, shared });
                }
                Admitted::NotBefore(until, what) => (until, what),
                Admitted::Asks(shared, wanted) => {
                    let mut asking = Asking { gate: self, call, job: caller.job, grant: None };
                    asking.grant = shared.take(call, &wanted);
                    // It has its answer, or must end.
                    (now, WaitsFor::of(&wanted))
                }
            };
            if until > call.deadline() {
                break NoPass::After(until - now, what);
            }
            if let Err(stop) = call.park_until(until) {
                break NoPass::Stopped(stop, what);
            }
        };
        lock(&self.0).leave(call);
        Err(outcome)
    }
}

enum Admitted {
    Yes {
        probe: bool,
        shared: Option<Arc<SharedRate>>,
    },
    NotBefore(Instant, WaitsFor),
    /// It is to ask for permits, for all.
    Asks(Arc<SharedRate>, Wanted),
}

/// The one that asks for permits. Whatever becomes of it, panics included, somebody else may ask.
struct Asking<'g> {
    gate: &'g Gate,
    call: &'g Arc<Call>,
    job: bool,
    grant: Option<Grant>,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        let mut traffic = lock(&self.gate.0);
        traffic.granted(self.job, self.grant, Instant::now());
        if std::thread::panicking() {
            traffic.leave(self.call);
        }
    }
}

impl Traffic {
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

    fn admit(&mut self, call: &Arc<Call>, caller: Caller, now: Instant) -> Admitted {
        let limits = self.strictest();
        let place = self.waiting.iter().position(|waiting| Arc::ptr_eq(&waiting.call, call));
        let ahead = self.ahead(caller, place.unwrap_or(self.waiting.len()));
        let shared = if caller.rated { self.shared() } else { None };
        let (mut until, mut waits_for) = (now, WaitsFor::CallsInFlight(0));
        let (mut probe, mut probing) = (false, false);
        let has_shared = shared.is_some();
        if caller.rated {
            until = self.by_rate(&limits, caller, ahead, has_shared, now);
            waits_for = WaitsFor::Rate { per_minute: limits.per_minute, per_hour: limits.per_hour };
            if let Some(blocked) = &self.blocked {
                (probe, probing) = (true, blocked.probing);
                if probing || blocked.until >= until {
                    until = until.max(blocked.until);
                    waits_for = WaitsFor::Block;
                }
            }
        }
        let most = if caller.counted { self.most_in_flight(now) } else { 0 };
        let room = most == 0 || self.in_flight < most;
        let is_next = ahead == 0 && room && !probing && until <= now;
        let needs_permits = shared.is_some() && !self.permits.is_there(caller.job, now);
        if is_next && !needs_permits {
            place.map(|place| self.waiting.remove(place));
            self.in_flight += u32::from(caller.counted);
            if caller.rated {
                self.rate.take(&limits, caller.job, now);
                self.permits.take(caller.job);
            }
            if let Some(blocked) = self.blocked.as_mut().filter(|_| probe) {
                blocked.probing = true;
            }
            self.wake_next();
            return Admitted::Yes { probe, shared };
        }
        if place.is_none() {
            self.waiting.push(Waiting { call: Arc::clone(call), caller });
        }
        if let Some(shared) = shared.filter(|_| is_next) {
            if std::mem::replace(&mut self.permits.asking, true) {
                return Admitted::NotBefore(call.deadline(), waits_for);
            }
            return Admitted::Asks(shared, self.permits.wanted(&limits, caller.job, now));
        }
        // What holds the first back holds back all behind it: the rate, by which `until` spreads them, may not.
        let first_lacks_place = !room
            && waits_for != WaitsFor::Block
            && until <= call.deadline()
            && self.by_rate(&limits, caller, 0, has_shared, now) <= now;
        if first_lacks_place || until <= now && !probing && most > 0 {
            waits_for = WaitsFor::CallsInFlight(most);
        }
        // Only the first waits for the clock; others, and it too while there is no room, are woken.
        let by_clock = ahead == 0 && until > now;
        Admitted::NotBefore(if by_clock || until > call.deadline() { until } else { call.deadline() }, waits_for)
    }

    /// When the rate, or the permits of a shared one, let a caller pass that has so many `ahead` of it.
    fn by_rate(&mut self, limits: &Limits, caller: Caller, ahead: usize, shared: bool, now: Instant) -> Instant {
        match (caller.rated, shared) {
            (false, _) => now,
            (true, true) => self.permits.earliest(limits, caller.job, ahead, now),
            (true, false) => self.rate.earliest(limits, caller.job, ahead, now),
        }
    }

    /// The rate in a durable store, unless that failed.
    fn shared(&self) -> Option<Arc<SharedRate>> {
        self.shared.iter().find_map(Weak::upgrade).filter(|shared| !shared.rests())
    }

    /// The store's answer to whoever asked for permits.
    fn granted(&mut self, job: bool, grant: Option<Grant>, now: Instant) {
        self.permits.asking = false;
        match grant {
            Some(Grant::Permits(count)) => {
                self.blocked = self.blocked.take().filter(|blocked| now < blocked.until);
                self.permits.fill(job, count, now);
            }
            Some(Grant::Probe) => {
                self.blocked = Some(Blocked { until: now, probing: false });
                self.permits.fill(job, 1, now);
            }
            Some(Grant::After { wait_ms, blocked }) => {
                let wait = Duration::from_millis(wait_ms.unsigned_abs());
                if blocked {
                    self.blocked = Some(Blocked { until: now + wait, probing: false });
                } else {
                    self.permits.none_for(job, wait, now);
                }
            }
            None => {}
        }
        self.wake_next();
    }

    /// How many that wait go before a caller of this place in the queue: single calls before jobs, each in the order in
    /// which they came.
    fn ahead(&self, caller: Caller, place: usize) -> usize {
        let goes_before = |(index, other): &(usize, &Waiting)| {
            other.caller.queues_with(caller)
                && (*index < place && other.caller.job == caller.job || caller.job && !other.caller.job)
        };
        self.waiting.iter().enumerate().filter(goes_before).count()
    }

    /// Whether it still knows something that holds back later calls.
    fn still_counts(&mut self, now: Instant) -> bool {
        self.blocked.as_ref().is_some_and(|blocked| now < blocked.until) || self.rate.still_counts(now)
    }

    /// Wakes the first of each queue.
    /// A call waits no more.
    fn leave(&mut self, call: &Arc<Call>) {
        self.waiting.retain(|waiting| !Arc::ptr_eq(&waiting.call, call));
        self.wake_next();
    }

    fn wake_next(&self) {
        for counted in [true, false] {
            for rated in [true, false] {
                let queue =
                    || self.waiting.iter().filter(|it| (it.caller.counted, it.caller.rated) == (counted, rated));
                if let Some(next) = queue().find(|it| !it.caller.job).or_else(|| queue().next()) {
                    next.call.wake();
                }
            }
        }
    }
}

impl Pass {
    /// Does what follows for others from what WeCom said to this call.
    pub fn heed(&mut self, happened: Happened) {
        match happened {
            Happened::Code(Class::TooMany) if self.caller.rated => self.blocked(),
            Happened::Code(Class::TooManyAtOnce) if self.caller.counted => self.too_many_at_once(),
            Happened::Code(_) => self.passed(),
            // Nobody knows whether that was WeCom.
            _ => {}
        }
    }

    /// WeCom answered, and not that there were too many: if there was a block, it is over.
    pub fn passed(&mut self) {
        if self.probe {
            self.probe = false;
            self.tell(Heard::Passed);
            lock(&self.gate.0).blocked = None;
        }
    }

    /// WeCom refused for too many calls: everybody waits until its block is over, then one call probes.
    fn blocked(&mut self) {
        self.probe = false;
        let until = Instant::now() + BLOCK;
        let mut traffic = lock(&self.gate.0);
        traffic.blocked = Some(Blocked { until, probing: false });
        traffic.permits.clear();
        drop(traffic);
        self.tell(Heard::Blocked { for_ms: i64::try_from(BLOCK.as_millis()).unwrap_or(i64::MAX) });
    }

    /// Tells other processes.
    fn tell(&self, heard: Heard) {
        self.shared.iter().for_each(|shared| shared.heed(heard));
    }

    /// WeCom refused for too many calls at once: half as many from now on, and more again by and by.
    fn too_many_at_once(&mut self) {
        self.passed();
        let now = Instant::now();
        let mut traffic = lock(&self.gate.0);
        // One that was under way already when it was halved for another says nothing new.
        if traffic.fewer.is_some_and(|(_, since)| self.since < since) {
            return;
        }
        let most = traffic.most_in_flight(now);
        let present = if most == 0 { traffic.in_flight } else { most };
        traffic.fewer = Some(((present / 2).max(1), now));
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if self.probe {
            self.tell(Heard::Lost);
        }
        let mut traffic = lock(&self.gate.0);
        traffic.in_flight = traffic.in_flight.saturating_sub(u32::from(self.caller.counted));
        if self.probe
            && let Some(blocked) = &mut traffic.blocked
        {
            // It found nothing out; the next one may.
            blocked.probing = false;
        }
        traffic.wake_next();
    }
}

#[cfg(test)]
mod tests;
