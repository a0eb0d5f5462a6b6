//! Everything that looks random, made from the seed so that a test runs the same way twice.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The name of a contact way: 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConfigId(u128);

impl fmt::Display for ConfigId {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        write!(to, "{:032x}", self.0)
    }
}

impl FromStr for ConfigId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_form = text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = is_form.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        number.map(Self).ok_or(())
    }
}

impl Serialize for ConfigId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ConfigId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|()| serde::de::Error::custom("a config_id is 32 lower-case hexadecimal digits"))
    }
}

/// Makes names and numbers, no two alike.
#[derive(Debug)]
pub struct Ids {
    seed: u64,
    made: AtomicU64,
    /// Counted for itself, so that refusals do not change the names that follow.
    hints: AtomicU64,
}

impl Ids {
    pub fn new(seed: u64) -> Self {
        Self { seed, made: AtomicU64::new(0), hints: AtomicU64::new(0) }
    }

    /// How many were made: what must be kept for the next one to be new.
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    pub fn go_on_from(&self, made: u64) {
        self.made.store(made, Ordering::Relaxed);
    }

    pub fn config_id(&self) -> ConfigId {
        // Each half is a bijection of the count, so no two names of one seed are alike.
        let count = self.next();
        let half = |salt: u64| u128::from(mix(count ^ mix(self.seed ^ salt)));
        ConfigId((half(0) << 64) | half(1))
    }

    /// So many characters of the kind WeCom's tokens and ids are made of.
    pub fn text(&self, length: usize) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut word = mix(self.next() ^ mix(self.seed));
        let mut text = String::with_capacity(length);
        while text.len() < length {
            word = mix(word);
            text.push(char::from(LETTERS[usize::from(word.to_le_bytes()[3] & 63)]));
        }
        text
    }

    /// Fifteen decimal digits, the end of a hint.
    pub fn fifteen_digits(&self) -> u64 {
        mix(self.hints.fetch_add(1, Ordering::Relaxed) ^ self.seed) % 1_000_000_000_000_000
    }

    fn next(&self) -> u64 {
        self.made.fetch_add(1, Ordering::Relaxed)
    }
}

/// `SplitMix64`: one number in, one out, no two alike, and nothing of the first to be seen in the second.
pub fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
