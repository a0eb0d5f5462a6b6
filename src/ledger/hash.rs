//! One short hash for everything that the ledger compares or names by content.

use sha2::{Digest, Sha256};

/// The first half of a SHA-256: short enough to keep one for each of 500,000 rows, long enough that two never meet.
pub type Hash = [u8; 16];

/// The hash of `bytes`.
#[must_use]
pub fn hash(bytes: &[u8]) -> Hash {
    let whole: [u8; 32] = Sha256::digest(bytes).into();
    let mut half = Hash::default();
    half.copy_from_slice(&whole[..16]);
    half
}
