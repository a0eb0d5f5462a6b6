//! The time, which a test may move: the monotonic clock for waits within a process, unix milliseconds for whatever
//! outlives it.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The monotonic clock.
#[must_use]
pub fn now() -> Instant {
    Instant::now() + moved()
}

/// Milliseconds since 1970.
#[must_use]
#[cfg_attr(not(test), allow(dead_code))] // the ledger's times
pub fn unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + moved();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(not(test))]
fn moved() -> std::time::Duration {
    std::time::Duration::ZERO
}

#[cfg(test)]
pub use tests::advance;
#[cfg(test)]
use tests::moved;

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;

    thread_local! {
        static MOVED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    pub fn moved() -> Duration {
        MOVED.get()
    }

    /// Lets so much time pass, on this thread.
    pub fn advance(time: Duration) {
        MOVED.set(MOVED.get() + time);
    }

    #[test]
    fn both_clocks_move_together() {
        let (instant, unix) = (now(), unix_ms());
        advance(Duration::from_secs(3600));
        assert!(now() - instant >= Duration::from_secs(3600));
        assert!(unix_ms() - unix >= 3_600_000);
    }
}
