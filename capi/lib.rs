//! The C library: what `ffi` of the Rust library offers, and nothing else.

pub use library::ffi::*;
