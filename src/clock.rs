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
pub fn unix_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + moved();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Measures by whichever clock says more: the monotonic one may stand still while the machine sleeps, and the other be set
/// back.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    instant: Instant,
    unix_ms: i64,
}

impl Stopwatch {
    /// Starts now.
    #[must_use]
    pub fn start() -> Self {
        Self { instant: now(), unix_ms: unix_ms() }
    }

    /// How many milliseconds have passed.
    #[must_use]
    pub fn elapsed_ms(&self) -> i64 {
        let monotonic = i64::try_from((now() - self.instant).as_millis()).unwrap_or(i64::MAX);
        monotonic.max(unix_ms() - self.unix_ms)
    }
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
        let (instant, unix, stopwatch) = (now(), unix_ms(), Stopwatch::start());
        advance(Duration::from_secs(3600));
        assert!(now() - instant >= Duration::from_secs(3600));
        assert!(unix_ms() - unix >= 3_600_000);
        assert!(stopwatch.elapsed_ms() >= 3_600_000);
    }
}
