//! What a call answers: WeCom's envelope passed on, or our error beside it.

pub mod codes;
mod envelope;
mod error;

pub use envelope::{Envelope, Warning};
pub use error::{Effect, Error, Kind};
