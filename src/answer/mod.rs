//! What a call answers: WeCom's envelope passed on, or our error beside it.

pub mod codes;
mod envelope;
mod error;

pub use envelope::{Envelope, NoEnvelope, Warning, readable_config_id};
pub use error::{Effect, Error, Kind};
