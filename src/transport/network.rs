//! What the transports of one process share: a look at all their idle connections now and then, the names looked up, with
//! the address that answered, and the proxies that refused.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;

use super::pool::Pool;
use super::resolver::Names;
use super::tunnel::Proxies;
use crate::lock::lock;

/// Idle connections are looked at no more often, in milliseconds.
const SWEEP_EVERY: u64 = 1000;

/// Shared by all transports of a process.
pub struct Network {
    began: Instant,
    /// When idle connections were looked at last, in milliseconds since it began.
    swept: AtomicU64,
    pools: Mutex<Vec<Weak<Pool>>>,
    pub(super) names: Names,
    pub(super) proxies: Proxies,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            swept: AtomicU64::new(0),
            pools: Mutex::default(),
            names: Names::default(),
            proxies: Proxies::default(),
        }
    }
}

impl Network {
    /// Takes the connections of a pool into its care.
    pub(super) fn join(&self, pool: &Arc<Pool>) {
        let mut pools = lock(&self.pools);
        // Only when there are twice as many, so that it costs little on the whole.
        if pools.len().is_power_of_two() {
            pools.retain(|pool| pool.strong_count() > 0);
        }
        pools.push(Arc::downgrade(pool));
    }

    /// Closes what has been idle for too long or was closed by the other side, whosever it is: a client that is not used
    /// again would keep it for ever.
    pub(super) fn sweep(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let last = self.swept.load(Ordering::Relaxed);
        if now.saturating_sub(last) < SWEEP_EVERY
            || self.swept.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_err()
        {
            return;
        }
        let pools: Vec<_> = lock(&self.pools).iter().filter_map(Weak::upgrade).collect();
        for pool in pools {
            pool.sweep();
        }
    }
}
