//! A durable store behind a client: each test runs over SQLite, and over PostgreSQL where `CONTACTWAY_TEST_POSTGRES`
//! names one.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test

mod changes;
mod configured;
mod keys;
mod lost;
#[path = "../support/mod.rs"]
mod support;
