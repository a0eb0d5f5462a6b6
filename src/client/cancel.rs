//! Ending calls early.

use std::sync::Arc;

use crate::call::{Call, Calls, Joined, Stop};

/// Ends the calls that it is given to. Clones are one and the same.
#[derive(Clone, Default)]
pub struct Canceller(Arc<Calls>);

impl Canceller {
    /// A canceller that was not fired.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the calls under way and all that it is given to later, as cancelled.
    pub fn cancel(&self) {
        self.0.end(Stop::Cancelled);
    }

    pub(super) fn join(&self, call: &Arc<Call>) -> Joined<'_> {
        self.0.join(call)
    }
}
