//! HTTP/1.1: requests out of a stream of bytes, responses into one buffer.

use std::fmt::Write as _;
use std::io::{self, Read, Write};

const HEAD_MAX: usize = 64 * 1024;
const HEADERS_MAX: usize = 100;
/// Above the largest file that may be uploaded (20 MB).
const BODY_MAX: usize = 32 * 1024 * 1024;

/// A request, read whole.
#[derive(Debug)]
pub struct Request {
    pub method: String,
    pub target: String,
    pub content_type: Option<String>,
    /// The request line and the headers, as they came.
    pub head: Vec<u8>,
    pub body: Vec<u8>,
    pub keep_alive: bool,
}

impl Request {
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&*self.target, |(path, _)| path)
    }

    /// A parameter of the query, decoded; the first of that name. An empty one is as if it were not there.
    pub fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let (_, value) = pairs.find(|(key, _)| percent_decoded(key) == name)?;
        Some(percent_decoded(value)).filter(|value| !value.is_empty())
    }
}

/// Why no request came.
#[derive(Debug)]
pub enum NoRequest {
    /// The connection ended, broke, or said nothing for too long.
    Ended,
    /// What came is not HTTP that this server reads; the status to answer.
    Refused(u16),
}

impl From<io::Error> for NoRequest {
    fn from(_: io::Error) -> Self {
        Self::Ended
    }
}

/// Reads requests off a stream, pipelined ones too.
#[derive(Debug)]
pub struct Requests<S> {
    stream: S,
    buffer: Vec<u8>,
}

/// How the end of a body is found.
enum Framing {
    Length(usize),
    Chunked,
}

struct Head {
    request: Request,
    framing: Framing,
    expects_continue: bool,
}

impl<S: Read + Write> Requests<S> {
    pub fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::with_capacity(4096) }
    }

    pub fn stream(&mut self) -> &mut S {
        &mut self.stream
    }

    /// The next request, body and all.
    pub fn next(&mut self) -> Result<Request, NoRequest> {
        let Head { mut request, framing, expects_continue } = self.head()?;
        if expects_continue && self.buffer.is_empty() {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        request.body = match framing {
            Framing::Length(length) => self.exactly(length)?,
            Framing::Chunked => self.chunks()?,
        };
        Ok(request)
    }

    fn head(&mut self) -> Result<Head, NoRequest> {
        loop {
            let parsed = parsed(&self.buffer)?;
            if parsed.as_ref().map_or(self.buffer.len(), |(length, _)| *length) > HEAD_MAX {
                return Err(NoRequest::Refused(431));
            }
            if let Some((length, mut head)) = parsed {
                let rest = self.buffer.split_off(length);
                head.request.head = std::mem::replace(&mut self.buffer, rest);
                return Ok(head);
            }
            self.more()?;
        }
    }

    fn more(&mut self) -> Result<(), NoRequest> {
        let mut bytes = [0; 8 * 1024];
        loop {
            match self.stream.read(&mut bytes) {
                Ok(0) => return Err(NoRequest::Ended),
                Ok(count) => {
                    self.buffer.extend_from_slice(&bytes[..count]);
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn exactly(&mut self, length: usize) -> Result<Vec<u8>, NoRequest> {
        while self.buffer.len() < length {
            self.more()?;
        }
        let rest = self.buffer.split_off(length);
        Ok(std::mem::replace(&mut self.buffer, rest))
    }

    fn chunks(&mut self) -> Result<Vec<u8>, NoRequest> {
        let mut body = Vec::new();
        loop {
            let (start, size) = self.chunk_size()?;
            self.exactly(start)?;
            if size == 0 {
                return self.trailers().map(|()| body);
            }
            if body.len() + size > BODY_MAX {
                return Err(NoRequest::Refused(413));
            }
            let chunk = self.exactly(size + 2)?;
            let data = chunk.strip_suffix(b"\r\n").ok_or(NoRequest::Refused(400))?;
            body.extend_from_slice(data);
        }
    }

    /// Where the next chunk's data begins, and how long it is.
    fn chunk_size(&mut self) -> Result<(usize, usize), NoRequest> {
        loop {
            match httparse::parse_chunk_size(&self.buffer) {
                Ok(httparse::Status::Complete((start, size))) => {
                    let size = usize::try_from(size).ok().filter(|size| *size <= BODY_MAX);
                    return size.map(|size| (start, size)).ok_or(NoRequest::Refused(413));
                }
                Ok(httparse::Status::Partial) if self.buffer.len() < HEAD_MAX => self.more()?,
                _ => return Err(NoRequest::Refused(400)),
            }
        }
    }

    fn trailers(&mut self) -> Result<(), NoRequest> {
        loop {
            match self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                Some(0) => return self.exactly(2).map(drop),
                Some(end) => drop(self.exactly(end + 2)?),
                None if self.buffer.len() < HEAD_MAX => self.more()?,
                None => return Err(NoRequest::Refused(431)),
            }
        }
    }
}

/// The head at the start of `buffer` and its length, if all of it is there.
fn parsed(buffer: &[u8]) -> Result<Option<(usize, Head)>, NoRequest> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(buffer) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(NoRequest::Refused(431)),
        Err(_) => return Err(NoRequest::Refused(400)),
    };
    let mut head = Head {
        request: Request {
            method: parsed.method.unwrap_or_default().to_owned(),
            target: parsed.path.unwrap_or_default().to_owned(),
            content_type: None,
            head: Vec::new(),
            body: Vec::new(),
            keep_alive: parsed.version == Some(1),
        },
        framing: Framing::Length(0),
        expects_continue: false,
    };
    let mut length_given = None;
    for header in parsed.headers.iter() {
        let value = std::str::from_utf8(header.value).unwrap_or_default().trim();
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("content-length") {
            length_given = Some(content_length(value, length_given)?);
        } else if is("transfer-encoding") {
            if !value.eq_ignore_ascii_case("chunked") {
                return Err(NoRequest::Refused(501));
            }
            head.framing = Framing::Chunked;
        } else if is("content-type") {
            head.request.content_type = Some(value.to_owned());
        } else if is("expect") {
            head.expects_continue = value.eq_ignore_ascii_case("100-continue");
        } else if is("connection") {
            let says = |word: &str| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word));
            head.request.keep_alive = says("keep-alive") || (head.request.keep_alive && !says("close"));
        }
    }
    match (&head.framing, length_given) {
        // Two ways to say where a body ends are how requests are smuggled.
        (Framing::Chunked, Some(_)) => return Err(NoRequest::Refused(400)),
        (Framing::Length(_), Some(length)) => head.framing = Framing::Length(length),
        _ => {}
    }
    Ok(Some((length, head)))
}

fn content_length(value: &str, before: Option<usize>) -> Result<usize, NoRequest> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err(NoRequest::Refused(400));
    }
    let length = value.parse().ok().filter(|length| *length <= BODY_MAX).ok_or(NoRequest::Refused(413))?;
    if before.is_some_and(|before| before != length) {
        return Err(NoRequest::Refused(400));
    }
    Ok(length)
}

/// The headers of a request's head, names in lower case.
pub fn headers(head: &[u8]) -> Vec<(String, String)> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Request::new(&mut headers);
    if parsed.parse(head).is_err() {
        return Vec::new();
    }
    let pair = |header: &httparse::Header| {
        (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned())
    };
    parsed.headers.iter().map(pair).collect()
}

fn percent_decoded(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        let mut ahead = bytes.clone();
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                bytes = ahead;
            }
            (b'+', ..) => decoded.push(b' '),
            _ => decoded.push(byte),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// What is sent back.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
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
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
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

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        413 => "Payload Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}
