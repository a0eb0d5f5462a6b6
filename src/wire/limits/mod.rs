//! How many calls at once, in a minute and in an hour: kept per (base URL, corporation, endpoint), and shared by all
//! clients of the process, so that WeCom need not refuse.

mod gate;
mod rate;
mod shared;

pub use gate::{Caller, Gate, Gates, Key, NoPass, Pass};
pub use shared::SharedRate;

/// What one client asks for; 0 is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls at the same time.
    pub max_in_flight: u32,
    /// Calls in any minute.
    pub per_minute: u32,
    /// Calls in any hour.
    pub per_hour: u32,
}

impl Limits {
    /// No limits.
    pub const NONE: Self = Self { max_in_flight: 0, per_minute: 0, per_hour: 0 };

    /// Whether calls are counted by the minute or the hour.
    #[must_use]
    pub fn is_rated(&self) -> bool {
        self.per_minute > 0 || self.per_hour > 0
    }

    /// What jobs may use of it: a tenth stays free for single calls.
    #[must_use]
    fn of_jobs(self) -> Self {
        let part = |most: u32| most - most / 10;
        Self { per_minute: part(self.per_minute), per_hour: part(self.per_hour), ..self }
    }
}
