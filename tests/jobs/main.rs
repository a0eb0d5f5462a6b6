//! The jobs: `apply`, `sync`, `replace_user` and `save_qr_codes`, against the sandbox. The store is an SQLite file, or the
//! PostgreSQL database that `CONTACTWAY_TEST_POSTGRES` names.

#![cfg(all(feature = "sqlite", feature = "sandbox"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test

mod apply;
mod apply_changes;
mod bench;
mod replace_user;
mod save_qr_codes;
mod stops;
#[path = "../support/mod.rs"]
mod support;
mod sync;
