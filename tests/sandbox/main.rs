//! The sandbox from the outside, over HTTP on loopback.
#![cfg(feature = "sandbox")]

mod first_light;
mod support;
