//! Kept connections, an agent each.
//!
//! ureq's own pool looks at a connection, a system call, while it holds the lock that every other thread's call needs
//! next. Here the lock is held to take an agent off a stack and to put it back. A thread gets the one that it used a
//! moment ago, whose memory and socket are still at hand on its processor.

use std::collections::VecDeque;
use std::ptr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{ConnectionDetails, Connector};
use ureq::{Agent, Error};

use crate::lock::lock;

/// More would be closed by most servers.
pub const IDLE_MAX: Duration = Duration::from_secs(60);
/// How many are kept.
const AGENTS: usize = 64;
/// For so long an agent is best used by the same thread again; later by whoever comes first.
const AT_HAND: Duration = Duration::from_secs(1);

/// The agents that serve no call now.
pub struct Agents {
    make: Box<dyn Fn() -> Agent + Send + Sync>,
    /// The one used last stands last.
    idle: Mutex<VecDeque<Idle>>,
}

struct Idle {
    agent: Agent,
    since: Instant,
    /// As [`this_thread`] says.
    thread: usize,
}

impl Agents {
    /// None yet; `make` makes them.
    pub fn new(make: impl Fn() -> Agent + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make), idle: Mutex::default() }
    }

    /// An agent for one exchange: this thread's, or the one used last, whose connection is the likeliest to be there.
    pub fn take(&self) -> Agent {
        let (thread, now) = (this_thread(), Instant::now());
        let mut idle = lock(&self.idle);
        let is_at_hand = |it: &Idle| it.thread == thread && now.duration_since(it.since) < AT_HAND;
        let place = idle.iter().rposition(is_at_hand).or(idle.len().checked_sub(1));
        let taken = place.and_then(|place| idle.remove(place));
        drop(idle);
        taken.map_or_else(|| (self.make)(), |idle| idle.agent)
    }

    /// Keeps an agent for other calls.
    pub fn give_back(&self, agent: Agent) {
        let (thread, now) = (this_thread(), Instant::now());
        let mut idle = lock(&self.idle);
        while idle.front().is_some_and(|it| now.duration_since(it.since) > IDLE_MAX) || idle.len() >= AGENTS {
            idle.pop_front();
        }
        idle.push_back(Idle { agent, since: now, thread });
    }
}

/// A number that no other living thread has: where a variable of its own lies.
fn this_thread() -> usize {
    thread_local! {
        static OWN: u8 = const { 0 };
    }
    OWN.with(|own| ptr::from_ref(own).addr())
}

/// One connector for all agents: the trusted roots are read once.
#[derive(Debug)]
pub struct Shared<C>(pub Arc<C>);

impl<C: Connector> Connector for Shared<C> {
    type Out = C::Out;

    fn connect(&self, details: &ConnectionDetails, chained: Option<()>) -> Result<Option<C::Out>, Error> {
        self.0.connect(details, chained)
    }
}
