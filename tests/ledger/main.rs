//! A durable store behind a client: each test runs over SQLite, or over the PostgreSQL that `CONTACTWAY_TEST_POSTGRES`
//! names.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test

mod changes;
mod configured;
mod keys;
mod lost;
#[path = "../support/mod.rs"]
mod support;
