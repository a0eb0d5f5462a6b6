//! The sandbox from the outside, over HTTP on loopback.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Tests fail by panicking.

mod first_light;
mod support;
