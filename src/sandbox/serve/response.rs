//! What is sent back.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

use ureq::http::StatusCode;

/// Most heads are no longer.
const HEAD: usize = 512;

/// A header's name or value; most are the same in every response.
pub type Word = Cow<'static, str>;

/// A response: status, headers and body.
pub struct Response {
    pub status: u16,
    pub headers: Vec<(Word, Word)>,
    pub body: Body,
}

/// What follows the head.
pub enum Body {
    Whole(Vec<u8>),
    /// Sent as it is made, so that it need not be held whole.
    Pieces(Box<dyn Iterator<Item = Vec<u8>> + Send>),
}

impl<T: Into<Vec<u8>>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self::Whole(bytes.into())
    }
}

/// What becomes of a response on its way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Sent as it is, in one piece.
    Whole,
    /// Sent byte by byte, at this interval.
    Drip(Duration),
    /// Its head and so many bytes of its body, then the end.
    Cut(usize),
    /// The connection is reset instead.
    Reset,
    /// Nothing is sent, and the connection stays open.
    Silence,
}

impl Response {
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Body>) -> Self {
        Self { status, headers: vec![("Content-Type".into(), content_type.into())], body: body.into() }
    }

    /// A status and nothing more.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Whole(Vec::new()) }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<Word>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name))
    }

    /// The status line and the headers, ready to send.
    pub fn head(&self, keep_alive: bool) -> Vec<u8> {
        let reason = StatusCode::from_u16(self.status).ok().and_then(|status| status.canonical_reason());
        let mut head = String::with_capacity(HEAD);
        // Writing to a String does not fail.
        let _ = write!(head, "HTTP/1.1 {} {}\r\n", self.status, reason.unwrap_or("Status"));
        for (name, value) in &self.headers {
            head.push_str(name);
            head.push_str(": ");
            // A line break inside a value would be a second header.
            if value.contains(['\r', '\n']) {
                head.push_str(&value.replace(['\r', '\n'], " "));
            } else {
                head.push_str(value);
            }
            head.push_str("\r\n");
        }
        if !self.has("content-length") && !self.has("transfer-encoding") {
            match &self.body {
                Body::Whole(body) => drop(write!(head, "Content-Length: {}\r\n", body.len())),
                Body::Pieces(_) if keep_alive => head.push_str("Transfer-Encoding: chunked\r\n"),
                Body::Pieces(_) => {}
            }
        }
        if !self.has("connection") {
            head.push_str(if keep_alive { "Connection: keep-alive\r\n" } else { "Connection: close\r\n" });
        }
        head.push_str("\r\n");
        head.into_bytes()
    }
}
