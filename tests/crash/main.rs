//! What is left when a process that adds contact ways, or does a job, is stopped at any moment: every contact way is in the ledger or
//! found by the next run, no key has two, and no id that was told is lost.
//!
//! The short form is part of `cargo test`; the long one is `make crash`. Each test runs over SQLite, or over the
//! PostgreSQL database that `CONTACTWAY_TEST_POSTGRES` names.

#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test

mod aftermath;
#[path = "../jobs/bench.rs"]
mod bench;
mod disks;
mod jobs;
mod kills;
mod mixed;
mod other;
mod points;
mod proxy;
mod server;
mod sleepers;
mod stops;
#[path = "../support/mod.rs"]
mod support;
mod together;
mod worker;
