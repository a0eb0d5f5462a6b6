//! The jobs: `apply`, `sync`, `replace_user` and `save_qr_codes`, against the sandbox.

#![cfg(all(feature = "sqlite", feature = "sandbox"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test

mod apply;
mod apply_changes;
mod bench;
mod processes;
mod replace_user;
mod save_qr_codes;
mod stops;
#[path = "../support/mod.rs"]
mod support;
mod sync;
