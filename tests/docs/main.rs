//! Documentation that comes from the code, or is run: it is compared here, so that it cannot go stale.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::panic)] // a failed unwrap is a failed test

#[path = "../support/mod.rs"]
mod support;

mod chinese;
mod configuration;
mod errors;
mod examples;
mod links;
mod log_lines;
mod man_page;
mod manual;
mod page;
mod rules;
mod testing;
