//! The documented rules of a request: one table, and the check that walks it.
//!
//! The client reports every row that a request breaks. The sandbox acts on the rows that WeCom itself is known or
//! believed to refuse ([`Server::Refuses`]), in the table's order. The list in the documentation comes from the same rows.

mod check;
mod members;
mod plan;
#[cfg(feature = "sandbox")]
mod server;
mod table;
mod unknown;

use crate::endpoint::Endpoint;
pub(crate) use check::{Broken, broken_and_unknown, unknown_members};
#[cfg(any(feature = "sandbox", test))]
pub(crate) use members::wire_type;
pub use members::{MEMBERS, Member, Type};
#[cfg(feature = "sandbox")]
pub(crate) use server::{passed_over, refusals, too_long};
pub use table::RULES;

/// One documented rule.
#[derive(Debug)]
pub struct Rule {
    /// The endpoints that it holds for.
    pub endpoints: &'static [Endpoint],
    /// The member it is about (RFC 6901), or `""` for the whole body.
    pub pointer: &'static str,
    /// Its name in `details`.
    pub name: &'static str,
    /// What a request must satisfy.
    pub(crate) check: Check,
    /// What the rule says and what to do, for people.
    pub message: &'static str,
    /// What WeCom does when the rule is broken.
    pub server: Server,
}

/// What is done about a request that breaks a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validate {
    /// It is refused.
    Strict,
    /// It is sent, with warnings.
    Warn,
    /// It is sent as it is.
    Off,
}

/// What WeCom does about a broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Answers with this errcode.
    Refuses(i32, Sure),
    /// Does not look at the member that breaks the rule.
    Ignores(Sure),
    /// Takes the first of these members of the object that is there, and does not look at the others.
    TakesFirst(&'static [&'static str], Sure),
    /// Takes what stands before the value that breaks the rule, and no more.
    StopsReading(Sure),
    /// Not known.
    Unknown,
}

/// How sure a fact about WeCom is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sure {
    /// WeCom's document says so.
    Documented,
    /// Seen in an answer of the real server.
    Observed,
    /// Needed by the requests of so many widely used SDKs, which work with the real server.
    Seen(u8),
    /// The plainest thing, for want of a fact.
    Guessed,
}

/// How a rule is checked. A value of a wrong type breaks the type's own rule and no other.
#[derive(Debug)]
pub(crate) enum Check {
    /// The member is there and not `""`.
    Required,
    /// An integer within these bounds.
    Within(i64, i64),
    /// At most so many Unicode scalar values.
    MaxChars(usize),
    /// At most so many bytes of UTF-8.
    MaxBytes(usize),
    /// At most so many items.
    MaxItems(usize),
    /// Each text (the member itself, or each item of a list) satisfies this.
    EachText(fn(&str) -> bool),
    /// The request as a whole is not like this.
    Never(fn(&crate::json::Object) -> bool),
    /// No text anywhere in the body holds half a surrogate pair.
    NoLoneSurrogate,
    /// No byte of a text or of a member's name is like this, which only an escape can make.
    NoByte(fn(u8) -> bool),
    /// No object holds a member twice.
    NoRepeatedMember,
    /// Every known member has its documented type.
    DocumentedTypes,
    /// The body is at most so many bytes.
    MaxBody(usize),
}
