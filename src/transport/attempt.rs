//! What the socket, far down in ureq's chain, must know of the exchange it serves: it runs on the call's own thread.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::call::Call;

/// One exchange.
pub struct Attempt {
    pub call: Arc<Call>,
    /// How long a kept connection may have been idle.
    pub idle_max: Duration,
    connect_deadline: Instant,
    io_deadline: Cell<Instant>,
    sent: Cell<bool>,
    connected: Cell<bool>,
    /// How long the connection had been idle.
    idle: Cell<Duration>,
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<Attempt>>> = const { RefCell::new(None) };
}

impl Attempt {
    pub fn new(call: &Arc<Call>, connect_timeout: Duration, idle_max: Duration) -> Self {
        let connect_deadline = Instant::now().checked_add(connect_timeout).unwrap_or(call.deadline());
        let connect_deadline = connect_deadline.min(call.deadline());
        Self {
            call: Arc::clone(call),
            idle_max,
            connect_deadline,
            io_deadline: Cell::new(connect_deadline),
            sent: Cell::new(false),
            connected: Cell::new(false),
            idle: Cell::new(Duration::ZERO),
        }
    }

    /// The exchange that this thread is in.
    pub fn current() -> Option<Rc<Self>> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Makes it this thread's until the guard is dropped.
    pub fn enter(self) -> Entered {
        let attempt = Rc::new(self);
        CURRENT.set(Some(Rc::clone(&attempt)));
        Entered(attempt)
    }

    /// When what happens now must be over: connecting has a deadline of its own.
    pub fn io_deadline(&self) -> Instant {
        self.io_deadline.get()
    }

    /// A new connection is being made.
    pub fn connecting(&self) {
        self.connected.set(true);
        self.idle.set(Duration::ZERO);
        self.io_deadline.set(self.connect_deadline);
    }

    /// The request's first byte is about to leave.
    pub fn sending(&self) {
        self.sent.set(true);
        self.io_deadline.set(self.call.deadline());
    }

    pub fn sent(&self) -> bool {
        self.sent.get()
    }

    /// It is to go over a connection that was idle for so long.
    pub fn reuses(&self, idle: Duration) {
        self.idle.set(idle);
    }

    pub fn idle(&self) -> Duration {
        self.idle.get()
    }

    /// Whether a connection was made for it, or tried.
    pub fn connected(&self) -> bool {
        self.connected.get()
    }
}

pub struct Entered(Rc<Attempt>);

impl Deref for Entered {
    type Target = Attempt;
    fn deref(&self) -> &Attempt {
        &self.0
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(None);
    }
}
