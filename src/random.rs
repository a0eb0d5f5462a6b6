//! Chance, for waits and for names that must not meet others.

use std::hash::{BuildHasher, RandomState};

/// A source of its own. fastrand's shared one asks for the thread's handle, a block of memory that stays with the host's
/// thread to its end.
pub fn source() -> fastrand::Rng {
    fastrand::Rng::with_seed(RandomState::new().hash_one(()))
}
