//! Tokens and limits of processes that share a durable store: each test runs over SQLite, or over the
//! PostgreSQL database that `CONTACTWAY_TEST_POSTGRES` names.

#![cfg(all(feature = "sqlite", feature = "sandbox"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test

mod bench;
mod cost;
mod gone;
mod limits;
mod process;
#[path = "../support/mod.rs"]
mod support;
mod tokens;
