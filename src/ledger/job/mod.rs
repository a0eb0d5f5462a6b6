//! What the jobs share: one at a time by a lease, workers, windows of writes, progress, a report, and a clean stop.

mod change;
mod crew;
mod desk;
mod lease;
mod open;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

pub use change::{NOT_THERE, Update, not_there};
pub use crew::{Course, Next, Turn, WINDOW, WINDOW_TIME, aside, run};
pub use desk::{Desk, Finished, Progress};
pub use open::{Finding, OpenAdd, look_for, rest};

use super::reading::Sighting;
use super::{Leave, Ledger};
use crate::answer::{Effect, Error, Kind};
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::store::{Settled, Window};
use crate::wire::{Answered, Ask};
use lease::Lease;

/// As many workers where neither the request nor `max_in_flight` says how many; and at most.
const WORKERS: u32 = 8;
const WORKERS_MAX: u32 = 256;
/// A request to the store may take this long.
const STORE_TIME: Duration = Duration::from_secs(10);
/// How often what was acknowledged is written again when the store fails, and the first wait in between, each twice as
/// long as the one before.
const WRITINGS: u32 = 4;
const WRITING_PAUSE: Duration = Duration::from_millis(250);
/// How long a worker waits before it looks whether the lease was renewed.
const RENEWAL_PAUSE: Duration = Duration::from_millis(100);
/// Why a worker did not send.
const RAN_OUT: &str = "the job's lease ran out before anything was sent";
/// WeCom's codes that concern every row, not the one at hand: the app or the company may not.
const CONCERNS_ALL: [i64; 9] = [48001, 48002, 48004, 48006, 50003, 50006, 60020, 60031, 301_007];

/// What the calling thread and the workers of a job have in common.
pub struct Job<'j> {
    pub ledger: &'j Ledger,
    pub call: &'j Arc<Call>,
    pub concurrency: u32,
    lease: Lease<'j>,
    /// Why it must stop, if it must.
    halted: OnceLock<Error>,
}

impl<'j> Job<'j> {
    /// Begins a job when nobody does one. `name` is the same for those that stand by for each other; the job's own name
    /// comes first in it, before a colon.
    ///
    /// # Errors
    /// `conflict` while another job is done; `timeout` or `cancelled` while this one stands by.
    pub fn begin(
        ledger: &'j Ledger,
        call: &'j Arc<Call>,
        name: &str,
        concurrency: Option<u32>,
        desk: &mut Desk,
    ) -> Result<Self, Error> {
        let most = ledger.wire.limits().max_in_flight;
        let concurrency = match (concurrency, most) {
            (None, 0) => WORKERS,
            (None, most) => most,
            (Some(wanted), 0) => wanted,
            (Some(wanted), most) => wanted.min(most),
        };
        let lease = Lease::take(ledger, call, name, desk)?;
        Ok(Self { ledger, call, concurrency: concurrency.min(WORKERS_MAX), lease, halted: OnceLock::new() })
    }

    /// Has the job stop: nothing more is sent. The first reason is told.
    pub fn halt(&self, error: Error) {
        let _first_wins = self.halted.set(error);
    }

    /// Why the job must stop, if it must.
    pub fn halted(&self) -> Option<&Error> {
        self.halted.get()
    }

    fn renew(&self) -> Result<(), Error> {
        self.lease.renew(self.call)
    }

    /// Whether anything may be sent now.
    ///
    /// # Errors
    /// When the job stops, or others may have taken it over.
    pub fn may_send(&self) -> Result<(), Error> {
        if self.halted().is_some() {
            return Err(Error::new(Kind::Cancelled, "the job stopped before anything was sent"));
        }
        if self.lease.is_held() {
            return Ok(());
        }
        Err(Error::new(Kind::Conflict, RAN_OUT))
    }

    /// How long an attempt may wait and send. Begun before it is written down.
    pub fn leave(&self) -> Leave {
        // As long again for the wait for a worker.
        Leave::lasting(self.ledger.timeout.saturating_mul(2))
    }

    /// Asks WeCom to change something, once.
    ///
    /// # Errors
    /// As of any call; one that concerns every row stops the job too.
    pub fn ask(&self, endpoint: Endpoint, body: &str, leave: &Leave) -> Result<Answered, Error> {
        let may_send = || self.may_send().and_then(|()| leave.check());
        let mut ask = Ask::of(endpoint.facts(), body.as_bytes());
        (ask.job, ask.may_send) = (true, Some(&may_send as &dyn Fn() -> Result<(), Error>));
        let asked = self.ledger.wire.ask(&self.call.child(self.ledger.timeout), &ask);
        asked.inspect_err(|error| self.note(error))
    }

    /// A contact way as WeCom shows it; none where it shows none.
    ///
    /// # Errors
    /// As with [`Job::ask`].
    pub fn sighting(&self, config_id: &str) -> Result<Option<Sighting>, Error> {
        self.ledger.sighting(self.call, config_id, true).inspect_err(|error| self.note(error))
    }

    /// Stops the job for what concerns all of it.
    fn note(&self, error: &Error) {
        let concerns_all = CONCERNS_ALL.contains(&error.errcode());
        if concerns_all || matches!(error.kind(), Kind::Auth | Kind::Store | Kind::Internal) {
            self.halt(self.unless_late(error.clone()));
        }
    }

    /// `error`, unless it is of a store that was asked until the deadline, which says less than the deadline.
    fn unless_late(&self, error: Error) -> Error {
        match self.call.check() {
            Err(stop) if error.kind() == Kind::Store => desk::stopped(stop),
            _ => error,
        }
    }

    /// Waits, on a worker, before something is tried again that was held back: by limits, or since the lease is to be
    /// renewed first.
    ///
    /// # Errors
    /// `error`, where it was not held back, or there is no time to wait, or the job stops.
    pub fn wait_out(&self, error: Error) -> Result<(), Error> {
        let is_unsent = error.effect() == Effect::None && error.attempts() == 0;
        // It may be held again by now.
        let ran_out = !self.lease.is_held() || error.message() == RAN_OUT;
        let renewal = (is_unsent && ran_out).then_some(RENEWAL_PAUSE);
        let wait = renewal.or_else(|| held_back(&error)).filter(|_| self.halted().is_none());
        let Some(until) = wait.map(|wait| Instant::now() + wait) else { return Err(error) };
        // No row that is still to come has more time.
        if until > self.call.deadline() {
            self.halt(desk::too_late(&error));
            return Err(error);
        }
        self.call.sleep_until(until).map_err(|_| error)
    }

    /// Writes a window that must be written if it can be at all, also when the job has stopped.
    ///
    /// # Errors
    /// `store` when it cannot.
    pub fn settle(&self, window: &Window) -> Result<Settled, Error> {
        let mut pause = WRITING_PAUSE;
        for _ in 1..WRITINGS {
            match self.ledger.store.settle(&Call::new(STORE_TIME), window.clone()) {
                Err(_) => std::thread::sleep(pause),
                settled => return settled,
            }
            pause *= 2;
        }
        self.ledger.store.settle(&Call::new(STORE_TIME), window.clone())
    }

    /// A request to the store that is over in short.
    pub fn short(&self) -> Arc<Call> {
        self.call.child(STORE_TIME)
    }
}

impl Ledger {
    /// Asks as a job does, which has time: what limits hold back is asked again when they let it.
    pub(super) fn patiently<T>(
        &self,
        call: &Arc<Call>,
        ask: impl Fn(&Arc<Call>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        loop {
            let error = match ask(&call.child(self.timeout)) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let Some(until) = held_back(&error).map(|wait| Instant::now() + wait) else { return Err(error) };
            if until > call.deadline() || call.sleep_until(until).is_err() {
                return Err(error);
            }
        }
    }
}

/// How long to wait before another try of what limits held back, and of which nothing was done.
fn held_back(error: &Error) -> Option<Duration> {
    let is_held_back = error.kind() == Kind::RateLimited && error.effect() == Effect::None;
    error.retry_after().filter(|_| is_held_back)
}
