//! One call under way: its deadline, its being stopped, and every wait in between.
//!
//! A call runs on its caller's thread. Whatever it waits for, it either parks here or blocks on the socket named here,
//! so that stopping it is one act: [`Call::stop`].

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::lock::lock;

/// Why a call ends before its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Its deadline passed.
    Deadline,
    /// Its canceller was fired.
    Cancelled,
    /// Its client was freed.
    ClientFreed,
}

/// Something that a call blocks on, which another thread can end.
pub trait HangUp: Send + Sync {
    /// Makes reads, writes and connects on it return at once.
    fn hang_up(&self);
}

/// One call under way.
pub struct Call {
    deadline: Instant,
    /// Whether it was woken since it last looked.
    woken: Mutex<bool>,
    waits: Condvar,
    /// 0, or one more than the place of the reason in [`STOPS`].
    stopped: AtomicU8,
    socket: Mutex<Option<Weak<dyn HangUp>>>,
    /// The calls inside this one, if it is a job; some may be over.
    children: Mutex<Vec<Weak<Call>>>,
}

const STOPS: [Stop; 2] = [Stop::Cancelled, Stop::ClientFreed];

impl Call {
    /// A call with so much time; with `Duration::MAX` it has no deadline.
    #[must_use]
    pub fn new(timeout: Duration) -> Arc<Self> {
        // A deadline that the clock cannot hold is a century away.
        let now = Instant::now();
        let deadline = now.checked_add(timeout).unwrap_or(now + Duration::from_secs(100 * 365 * 86_400));
        Self::until(deadline)
    }

    fn until(deadline: Instant) -> Arc<Self> {
        Arc::new(Self {
            deadline,
            woken: Mutex::new(false),
            waits: Condvar::new(),
            stopped: AtomicU8::new(0),
            socket: Mutex::new(None),
            children: Mutex::default(),
        })
    }

    /// A call inside this one, which is a job: it has its own deadline, at most the job's, and is stopped when the job
    /// is. It may run on another thread.
    #[must_use]
    pub fn child(self: &Arc<Self>, timeout: Duration) -> Arc<Self> {
        let deadline = Instant::now().checked_add(timeout).unwrap_or(self.deadline);
        let child = Self::until(deadline.min(self.deadline));
        let mut children = lock(&self.children);
        children.retain(|child| child.strong_count() > 0);
        children.push(Arc::downgrade(&child));
        // Under the lock, so that a stop either finds the child or is found here.
        if let Some(reason) = self.stopped() {
            child.stop(reason);
        }
        drop(children);
        child
    }

    /// When it must be over.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Why it must end now, if it must.
    ///
    /// # Errors
    /// The reason.
    pub fn check(&self) -> Result<(), Stop> {
        match self.stopped() {
            Some(stop) => Err(stop),
            None if Instant::now() >= self.deadline => Err(Stop::Deadline),
            None => Ok(()),
        }
    }

    /// Why another thread stopped it, if one did.
    #[must_use]
    pub fn stopped(&self) -> Option<Stop> {
        let place = usize::from(self.stopped.load(Ordering::SeqCst)).checked_sub(1)?;
        STOPS.get(place).copied()
    }

    /// Waits until woken, or until `until`; wakes now and then for nothing.
    ///
    /// # Errors
    /// When the call must end.
    pub fn park_until(&self, until: Instant) -> Result<(), Stop> {
        self.check()?;
        let wait = until.min(self.deadline).saturating_duration_since(Instant::now());
        let waited = self.waits.wait_timeout_while(lock(&self.woken), wait, |woken| !*woken);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
        self.check()
    }

    /// Waits until `until`.
    ///
    /// # Errors
    /// When the call must end first.
    pub fn sleep_until(&self, until: Instant) -> Result<(), Stop> {
        while Instant::now() < until {
            self.park_until(until)?;
        }
        self.check()
    }

    /// Ends its wait, so that it looks again.
    pub fn wake(&self) {
        *lock(&self.woken) = true;
        self.waits.notify_one();
    }

    /// Names what it blocks on from now on. If it was stopped already, that is ended at once.
    pub fn hold(&self, socket: &Arc<impl HangUp + 'static>) {
        let weak: Weak<dyn HangUp> = Arc::downgrade(socket) as _;
        *lock(&self.socket) = Some(weak);
        if self.stopped().is_some() {
            socket.hang_up();
        }
    }

    /// It blocks on nothing that may be ended: its connection goes back to others.
    pub fn release(&self) {
        *lock(&self.socket) = None;
    }

    fn stop(&self, reason: Stop) {
        let place = STOPS.iter().position(|stop| *stop == reason).unwrap_or(0);
        let mark = u8::try_from(place + 1).unwrap_or(1);
        let _first_wins = self.stopped.compare_exchange(0, mark, Ordering::SeqCst, Ordering::SeqCst);
        self.wake();
        // Under the lock: once `release` has returned, the connection is no longer this call's to end.
        let socket = lock(&self.socket);
        if let Some(socket) = socket.as_ref().and_then(Weak::upgrade) {
            socket.hang_up();
        }
        drop(socket);
        for child in lock(&self.children).iter().filter_map(Weak::upgrade) {
            child.stop(reason);
        }
    }
}

/// Calls that end together: those of one client, or those that one canceller was given to.
#[derive(Default)]
pub struct Calls(Mutex<Members>);

#[derive(Default)]
struct Members {
    ended: Option<Stop>,
    calls: Vec<Arc<Call>>,
}

impl Calls {
    /// Takes `call` in until the guard is dropped. Where all were ended already, this one is too.
    #[must_use]
    pub fn join<'c>(&'c self, call: &Arc<Call>) -> Joined<'c> {
        let mut members = lock(&self.0);
        members.calls.push(Arc::clone(call));
        if let Some(reason) = members.ended {
            call.stop(reason);
        }
        Joined { calls: self, call: Arc::clone(call) }
    }

    /// Ends the calls under way and all that join later.
    pub fn end(&self, reason: Stop) {
        let mut members = lock(&self.0);
        members.ended = Some(reason);
        for call in &members.calls {
            call.stop(reason);
        }
    }
}

/// Keeps a call among [`Calls`].
pub struct Joined<'c> {
    calls: &'c Calls,
    call: Arc<Call>,
}

impl Drop for Joined<'_> {
    fn drop(&mut self) {
        let mut members = lock(&self.calls.0);
        if let Some(place) = members.calls.iter().position(|call| Arc::ptr_eq(call, &self.call)) {
            members.calls.swap_remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_ends_with_its_job_and_never_outlasts_it() {
        const HOUR: Duration = Duration::from_secs(3600);
        let job = Call::new(Duration::MAX);
        let child = job.child(HOUR);
        assert!(child.deadline() < job.deadline());
        assert_eq!(child.check(), Ok(()));
        job.stop(Stop::Cancelled);
        assert_eq!(child.check(), Err(Stop::Cancelled));
        assert_eq!(job.child(HOUR).check(), Err(Stop::Cancelled), "also one that comes later");

        let short = Call::new(Duration::ZERO);
        assert_eq!(short.child(HOUR).check(), Err(Stop::Deadline));

        let job = Call::new(HOUR);
        assert_eq!(job.child(Duration::ZERO).check(), Err(Stop::Deadline));
        assert_eq!(job.check(), Ok(()), "a child's deadline is its own");
        for _ in 0..100 {
            drop(job.child(HOUR));
        }
        assert!(lock(&job.children).len() < 3, "those that are over are not kept");
    }
}
