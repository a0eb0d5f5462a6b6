//! What is sent back.

use std::fmt::Write as _;
use std::time::Duration;

use ureq::http::StatusCode;

/// A response: status, headers and body.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
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
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("Content-Type".to_owned(), content_type.to_owned())], body: body.into() }
    }

    /// A status and nothing more.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same head, as HEAD is answered.
    pub fn without_body(self) -> Self {
        let length = self.body.len().to_string();
        Self { body: Vec::new(), ..self.with("Content-Length", length) }
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name))
    }

    /// The status line and the headers, ready to send.
    pub fn head(&self, keep_alive: bool) -> Vec<u8> {
        let reason = StatusCode::from_u16(self.status).ok().and_then(|status| status.canonical_reason());
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason.unwrap_or("Status"));
        for (name, value) in &self.headers {
            // Writing to a String does not fail; a line break inside a value would be a second header.
            let _ = write!(head, "{name}: {}\r\n", value.replace(['\r', '\n'], " "));
        }
        if !self.has("content-length") && !self.has("transfer-encoding") {
            let _ = write!(head, "Content-Length: {}\r\n", self.body.len());
        }
        if !self.has("connection") {
            head.push_str(if keep_alive { "Connection: keep-alive\r\n" } else { "Connection: close\r\n" });
        }
        head.push_str("\r\n");
        head.into_bytes()
    }
}
