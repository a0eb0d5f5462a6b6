//! Kept connections, an agent each.
//!
//! ureq's own pool looks at a connection, a system call, while it holds the lock that every other thread's call needs
//! next. Here the lock is held to take an agent off a stack and to put it back.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ureq::unversioned::transport::{ConnectionDetails, Connector};
use ureq::{Agent, Error};

use crate::call::lock;

/// More would be closed by most servers.
pub const IDLE_MAX: Duration = Duration::from_secs(60);
/// How many are kept.
const AGENTS: usize = 64;

/// The agents that serve no call now.
pub struct Agents {
    make: Box<dyn Fn() -> Agent + Send + Sync>,
    idle: Mutex<VecDeque<(Agent, Instant)>>,
}

impl Agents {
    /// None yet; `make` makes them.
    pub fn new(make: impl Fn() -> Agent + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make), idle: Mutex::default() }
    }

    /// An agent for one exchange: the one used last, whose connection is the likeliest to be still there.
    pub fn take(&self) -> Agent {
        let last = lock(&self.idle).pop_back();
        last.map_or_else(|| (self.make)(), |(agent, _)| agent)
    }

    /// Keeps an agent for other calls.
    pub fn give_back(&self, agent: Agent) {
        let now = Instant::now();
        let mut idle = lock(&self.idle);
        while idle.front().is_some_and(|(_, since)| now.duration_since(*since) > IDLE_MAX) || idle.len() >= AGENTS {
            idle.pop_front();
        }
        idle.push_back((agent, now));
    }
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
