//! A library for WeCom's customer-contact "contact way" interface.

pub mod json;
pub mod rules;
#[cfg(feature = "sandbox")]
pub mod sandbox;
