//! The command line, run as people and scripts run it, against a sandbox.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::panic)] // a failed unwrap is a failed test

mod check;
mod counter;
mod credentials;
mod endpoints;
mod exit_codes;
mod generated;
mod jobs;
mod keys;
mod languages;
mod output;
mod page;
mod sandbox;
mod stops;
#[path = "../support/mod.rs"]
mod support;
