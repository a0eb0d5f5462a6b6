//! The right to do a job: one at a time for each corporation, on all machines that share the store.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::desk::told_to_stop;
use super::{Desk, Ledger, STORE_TIME};
use crate::answer::{Error, Kind};
use crate::call::{Call, Stop};
use crate::clock::Stopwatch;
use crate::ledger::cancelled;
use crate::lock::lock;
use crate::random;
use crate::store::{LEASE_MS, Leased};

/// A lease is renewed when it is this old, in milliseconds.
const RENEWED_AFTER_MS: i64 = 3_000;
/// Who stands by looks this often, a fifth more or less, in milliseconds.
const LOOK_MS: RangeInclusive<u64> = 800..=1_200;
/// How often it asks meanwhile whether to go on.
const TICK: Duration = Duration::from_millis(50);

/// A lease that is held; given back when dropped.
pub struct Lease<'l> {
    ledger: &'l Ledger,
    number: i64,
    /// Since before the lease was last asked for.
    asked: Mutex<Stopwatch>,
    is_lost: AtomicBool,
}

impl<'l> Lease<'l> {
    /// Takes the lease for `job`; where somebody else does the same job, waits for them to end it, and tells of progress
    /// meanwhile.
    ///
    /// # Errors
    /// `conflict` while another job is done; `timeout` or `cancelled` when the wait must end.
    pub fn take(ledger: &'l Ledger, call: &Arc<Call>, job: &str, desk: &mut Desk) -> Result<Self, Error> {
        loop {
            let asked = Stopwatch::start();
            match ledger.store.take_lease(&call.child(STORE_TIME), &ledger.corp_id, job)? {
                Leased::Ours { number } => {
                    return Ok(Self { ledger, number, asked: Mutex::new(asked), is_lost: AtomicBool::new(false) });
                }
                Leased::Held { job: other, .. } if other == job => {
                    let pause = Duration::from_millis(random::source().u64(LOOK_MS));
                    stand_by(call, desk, Instant::now() + pause)?;
                }
                Leased::Held { job: other, .. } => {
                    let name = other.split(':').next().unwrap_or_default();
                    let text = format!(
                        "{name} is under way for this corporation, and there is one job at a time; try again when it has \
                         ended"
                    );
                    return Err(Error::new(Kind::Conflict, text).worth_again().retry_after_ms(LEASE_MS.unsigned_abs()));
                }
            }
        }
    }

    /// Renews it, if that is due.
    ///
    /// # Errors
    /// `conflict` when it is another's by now; `store` when it ran out and cannot be renewed.
    pub fn renew(&self, call: &Arc<Call>) -> Result<(), Error> {
        if lock(&self.asked).elapsed_ms() < RENEWED_AFTER_MS {
            return Ok(());
        }
        let asked = Stopwatch::start();
        match self.ledger.store.renew_lease(&call.child(STORE_TIME), &self.ledger.corp_id, self.number) {
            Ok(true) => {
                *lock(&self.asked) = asked;
                Ok(())
            }
            Ok(false) => {
                self.is_lost.store(true, Ordering::SeqCst);
                let text = "another process has taken the job over, and does the rest of it";
                Err(Error::new(Kind::Conflict, text))
            }
            // There is time for another try.
            Err(_) if self.is_held() => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Whether nobody else can have it yet.
    pub fn is_held(&self) -> bool {
        !self.is_lost.load(Ordering::SeqCst) && lock(&self.asked).elapsed_ms() < LEASE_MS
    }
}

/// Waits; the host may say that it is long enough.
fn stand_by(call: &Call, desk: &mut Desk, until: Instant) -> Result<(), Error> {
    while Instant::now() < until {
        if !desk.tell() {
            return Err(told_to_stop());
        }
        call.sleep_until(until.min(Instant::now() + TICK)).map_err(|stop| match stop {
            Stop::Deadline => {
                let text = "another run of this job was under way until the deadline; run it again";
                Error::new(Kind::Timeout, text)
            }
            stop => cancelled(stop),
        })?;
    }
    Ok(())
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        // The job's own call may be over. What is not given back runs out.
        let _runs_out = self.ledger.store.release_lease(&Call::new(STORE_TIME), &self.ledger.corp_id, self.number);
    }
}
