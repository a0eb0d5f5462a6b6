//! Tokens and limits of processes that share a durable store: each test runs over SQLite, and over PostgreSQL where
//! `CONTACTWAY_TEST_POSTGRES` names one.

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
