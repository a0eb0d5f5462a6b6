//! The sandbox from the outside, over HTTP on loopback.
#![cfg(feature = "sandbox")]
// Tests fail by panicking, and read better without references to literals.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::needless_pass_by_value)]

mod add;
mod anything;
mod callbacks;
mod conclusions;
mod control;
mod customers;
mod docs;
mod faults;
mod first_light;
mod get;
mod journal;
mod limits;
mod list;
mod media;
mod people;
mod pictures;
mod reach;
mod real_programs;
mod server;
mod suites;
mod support;
mod temporary;
mod update;
mod web_pages;
mod wire;
