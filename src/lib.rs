//! An embeddable library for WeCom's customer-contact "contact way" endpoints (企业微信 客户联系「联系我」).
//!
//! Most programs use it through C, C++, Python or Go; this is the Rust library underneath. Requests and answers are
//! JSON texts in the shapes of WeCom's own document.
//!
//! ```
//! use contactway::{Client, Endpoint, Options, Shared};
//!
//! let sandbox = contactway::sandbox::Sandbox::start("{}")?;
//! let info: serde_json::Value = serde_json::from_str(&sandbox.info_json())?;
//! let config = info["client_config"].to_string();
//! let client = Client::new(&config, &Shared::default())?;
//! let answer = client.call(
//!     Endpoint::Add,
//!     r#"{"type":1,"scene":2,"user":["zhangsan"]}"#,
//!     &Options::default(),
//! )?;
//! assert!(answer.contains("config_id"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The modules, from the top floor down; each leans only on those below it:
//!
//! - `ffi`: the C boundary, and the only `unsafe`
//! - `client`: the face, what a host holds
//! - `ledger`: what was created, kept where it cannot be lost
//! - `wire`: one call below the face: a token, leave to pass, one exchange, the answer, and again or not
//! - `auth`: access tokens, fetched once for everybody
//! - `store`: where tokens, limits and the ledger are kept: in memory, SQLite or PostgreSQL
//! - `transport`: one HTTPS exchange on a kept connection
//! - `answer`: WeCom's envelope, our error, and what WeCom's codes mean
//! - `rules`: the documented rules of a request, as one table
//! - `endpoint`: WeCom's endpoints, as one table
//! - `call`, `clock`, `json`, `lock`, `log`, `os_error`, `random`, `secret`: a call's deadline and its being stopped; the
//!   time; JSON read strictly; locks that no panic poisons; what happened, for whoever wants to know; what the system
//!   refused, in words; chance; what may never be printed
//! - [`sandbox`]: WeCom's side, from the same rules

mod answer;
mod auth;
mod call;
mod client;
mod clock;
mod endpoint;
// Its examples are C, which doctests would take for Rust.
#[cfg(not(doctest))]
#[doc(hidden)]
pub mod ffi;
mod json;
mod ledger;
mod lock;
mod log;
mod os_error;
mod random;
pub mod rules;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod secret;
#[cfg_attr(not(any(feature = "sqlite", feature = "postgres")), allow(dead_code, unused_imports))] // nothing opens one
mod store;
mod transport;
mod wire;

pub use answer::codes::{Language, advice};
pub use answer::{Effect, Error, Kind};
pub use auth::TokenProvider;
pub use client::{Canceller, Client, Options};
pub use endpoint::Endpoint;
pub use json::{fields::Detail, get as json_get};
pub use ledger::Progress;
pub use log::{Level, Logger};
#[doc(hidden)] // for the programs, which have files of their own
pub use os_error::in_words as os_error_in_words;
pub use wire::Shared;
