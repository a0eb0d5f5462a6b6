//! Requests out of the bytes of a connection, whole ones alone, however the bytes come.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

const HEAD_MAX: usize = 64 * 1024;
const HEADERS_MAX: usize = 100;

/// A request, read whole.
#[derive(Debug)]
pub struct Request {
    pub method: String,
    /// The path, decoded.
    pub path: String,
    query: String,
    /// The request line and the headers, as they came.
    pub head: Vec<u8>,
    pub body: Vec<u8>,
    pub keep_alive: bool,
}

impl Request {
    /// A parameter of the query, decoded; the first of that name. An empty one is as if it were not there.
    pub fn query(&self, name: &str) -> Option<String> {
        let mut pairs = self.query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let (_, value) = pairs.find(|(key, _)| decoded(key) == name)?;
        Some(decoded(value).into_owned()).filter(|value| !value.is_empty())
    }

    /// The value of a header; the first of that name.
    pub fn header(&self, name: &str) -> Option<String> {
        headers(&self.head).into_iter().find(|(given, _)| given == name).map(|(_, value)| value)
    }

    /// HEAD is GET without the body.
    pub fn is_head(&self) -> bool {
        self.method == "HEAD"
    }
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

/// A part of a query, where a space may be a plus.
fn decoded(text: &str) -> Cow<'_, str> {
    if text.contains('+') {
        return Cow::Owned(percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned());
    }
    percent_decode_str(text).decode_utf8_lossy()
}

/// Path and query of a target, also of one in absolute form, as through a proxy.
fn split(target: &str) -> (String, String) {
    let from_path = match target.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
            rest.find(['/', '?']).map_or("", |at| &rest[at..])
        }
        _ => target,
    };
    let (path, query) = from_path.split_once('?').unwrap_or((from_path, ""));
    let path = if path.is_empty() { "/" } else { path };
    (percent_decode_str(path).decode_utf8_lossy().into_owned(), query.to_owned())
}

/// What came is not HTTP that this server reads; the status to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable(pub u16);

/// The bytes of a connection that are no request yet.
#[derive(Debug, Default)]
pub struct Incoming {
    bytes: Vec<u8>,
    begun: Option<Begun>,
}

/// A request whose head is there and whose body is still to come.
#[derive(Debug)]
struct Begun {
    request: Request,
    framing: Framing,
    /// How many bytes the body may have.
    longest: usize,
    /// Whether its sender waits to be told that the body is wanted.
    asks_to_go_on: bool,
}

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
    /// Behind the last chunk.
    Trailers,
}

impl Incoming {
    /// Takes in what was received.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Gives back the room of what was read, if nothing is left.
    pub fn shrink(&mut self) {
        if self.bytes.is_empty() {
            self.bytes = Vec::new();
        }
    }

    /// Whether the sender must be told to go on; once for each request.
    pub fn asks_to_go_on(&mut self) -> bool {
        let is_empty = self.bytes.is_empty();
        self.begun.as_mut().is_some_and(|begun| std::mem::take(&mut begun.asks_to_go_on) && is_empty)
    }

    /// The next request, if all of it is there; `longest_body` says how many bytes a body may have at a path.
    pub fn next(&mut self, longest_body: impl Fn(&str) -> usize) -> Result<Option<Request>, Unreadable> {
        let mut begun = match self.begun.take() {
            Some(begun) => begun,
            None => match self.head(longest_body)? {
                Some(begun) => begun,
                None => return Ok(None),
            },
        };
        if self.body(&mut begun)? {
            return Ok(Some(begun.request));
        }
        self.begun = Some(begun);
        Ok(None)
    }

    fn head(&mut self, longest_body: impl Fn(&str) -> usize) -> Result<Option<Begun>, Unreadable> {
        let parsed = parsed(&self.bytes, longest_body)?;
        if parsed.as_ref().map_or(self.bytes.len(), |(length, _)| *length) > HEAD_MAX {
            return Err(Unreadable(431));
        }
        Ok(parsed.map(|(length, mut begun)| {
            begun.request.head = self.take(length);
            begun
        }))
    }

    /// So many bytes, which are there.
    fn take(&mut self, length: usize) -> Vec<u8> {
        let rest = self.bytes.split_off(length);
        std::mem::replace(&mut self.bytes, rest)
    }

    /// Takes what is there of a body; whether that is all of it.
    fn body(&mut self, begun: &mut Begun) -> Result<bool, Unreadable> {
        loop {
            match begun.framing {
                Framing::Length(length) => {
                    if self.bytes.len() < length {
                        return Ok(false);
                    }
                    begun.request.body = self.take(length);
                    return Ok(true);
                }
                Framing::Chunked => match self.chunk(&mut begun.request.body, begun.longest)? {
                    None => return Ok(false),
                    Some(0) => begun.framing = Framing::Trailers,
                    Some(_) => {}
                },
                Framing::Trailers => return self.trailers(),
            }
        }
    }

    /// Takes one chunk, if all of it is there; its size.
    fn chunk(&mut self, body: &mut Vec<u8>, longest: usize) -> Result<Option<usize>, Unreadable> {
        let (start, size) = match httparse::parse_chunk_size(&self.bytes) {
            Ok(httparse::Status::Complete(found)) => found,
            Ok(httparse::Status::Partial) if self.bytes.len() < HEAD_MAX => return Ok(None),
            _ => return Err(Unreadable(400)),
        };
        let size = usize::try_from(size).ok().filter(|size| body.len().saturating_add(*size) <= longest);
        let size = size.ok_or(Unreadable(413))?;
        if size == 0 {
            self.take(start);
            return Ok(Some(0));
        }
        let Some(chunk) = self.bytes.get(start..start + size + 2) else { return Ok(None) };
        body.extend_from_slice(chunk.strip_suffix(b"\r\n").ok_or(Unreadable(400))?);
        self.take(start + size + 2);
        Ok(Some(size))
    }

    /// Passes over what follows the last chunk; whether its end is there.
    fn trailers(&mut self) -> Result<bool, Unreadable> {
        loop {
            match self.bytes.windows(2).position(|pair| pair == b"\r\n") {
                Some(end) => {
                    self.take(end + 2);
                    if end == 0 {
                        return Ok(true);
                    }
                }
                None if self.bytes.len() < HEAD_MAX => return Ok(false),
                None => return Err(Unreadable(431)),
            }
        }
    }
}

/// The head at the start of `bytes` and its length, if all of it is there.
fn parsed(bytes: &[u8], longest_body: impl Fn(&str) -> usize) -> Result<Option<(usize, Begun)>, Unreadable> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Unreadable(431)),
        Err(_) => return Err(Unreadable(400)),
    };
    let (path, query) = split(parsed.path.unwrap_or_default());
    let longest = longest_body(&path);
    let method = parsed.method.unwrap_or_default().to_owned();
    let (mut keep_alive, mut is_chunked, mut asks_to_go_on, mut length_given) =
        (parsed.version == Some(1), false, false, None);
    for header in parsed.headers.iter() {
        let value = std::str::from_utf8(header.value).unwrap_or_default().trim();
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("content-length") {
            length_given = Some(content_length(value, length_given, longest)?);
        } else if is("transfer-encoding") {
            if !value.eq_ignore_ascii_case("chunked") {
                return Err(Unreadable(501));
            }
            is_chunked = true;
        } else if is("expect") {
            asks_to_go_on = value.eq_ignore_ascii_case("100-continue");
        } else if is("connection") {
            let says = |word: &str| value.split(',').any(|part| part.trim().eq_ignore_ascii_case(word));
            keep_alive = says("keep-alive") || (keep_alive && !says("close"));
        }
    }
    let framing = match (is_chunked, length_given) {
        // Two ways to say where a body ends are how requests are smuggled.
        (true, Some(_)) => return Err(Unreadable(400)),
        (true, None) => Framing::Chunked,
        (false, length) => Framing::Length(length.unwrap_or(0)),
    };
    let request = Request { method, path, query, head: Vec::new(), body: Vec::new(), keep_alive };
    Ok(Some((length, Begun { request, framing, longest, asks_to_go_on })))
}

fn content_length(value: &str, before: Option<usize>, longest: usize) -> Result<usize, Unreadable> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err(Unreadable(400));
    }
    let length = value.parse().ok().filter(|length| *length <= longest).ok_or(Unreadable(413))?;
    if before.is_some_and(|before| before != length) {
        return Err(Unreadable(400));
    }
    Ok(length)
}
