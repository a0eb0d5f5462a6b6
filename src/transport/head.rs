//! The head of an answer, and what it says of the body behind it.

use std::io::{self, BufRead, ErrorKind};
use std::time::UNIX_EPOCH;

use ureq_proto::http::header::{
    CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, DATE, HeaderName, PROXY_AUTHENTICATE, TRANSFER_ENCODING,
};
use ureq_proto::http::{Response, StatusCode, Version};
use ureq_proto::parser::try_parse_response;

/// An exchange that did not come to a whole answer.
#[derive(Debug)]
pub enum Fault {
    /// The connection broke, or took too long.
    Io(io::Error),
    /// What came is no answer, or not one that is read; in words.
    Broken(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The largest head that is read, in bytes.
const HEAD_MAX: usize = 32 * 1024;
const FIELDS_MAX: usize = 128;

/// The head of an answer.
pub struct Head(Response<()>);

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is none.
    None,
    /// It has so many bytes.
    Length(u64),
    /// In pieces, each with its length.
    Chunks,
    /// The connection ends with it.
    ToTheEnd,
}

impl Head {
    /// Reads a head from `reader`, and what came with it of the body. Interim answers before it are passed over.
    ///
    /// # Errors
    /// When the connection ends before it is whole, or it is none.
    pub fn read(reader: &mut impl BufRead) -> Result<(Self, Vec<u8>), Fault> {
        let mut bytes = Vec::new();
        loop {
            let came = reader.fill_buf()?;
            let amount = came.len();
            bytes.extend_from_slice(came);
            reader.consume(amount);
            while let Some((length, response)) = parse(&bytes)? {
                bytes.drain(..length);
                let status = response.status();
                if !status.is_informational() || status == StatusCode::SWITCHING_PROTOCOLS {
                    return Ok((Self(response), bytes));
                }
            }
            if amount == 0 {
                return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
            }
            if bytes.len() >= HEAD_MAX {
                return Err(too_large());
            }
        }
    }

    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    /// The server's clock, in unix milliseconds.
    pub fn date(&self) -> Option<i64> {
        let date = httpdate::parse_http_date(self.0.headers().get(DATE)?.to_str().ok()?).ok()?;
        i64::try_from(date.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
    }

    /// Whether a proxy takes a user and a password as they are; one that does not say may.
    pub fn takes_basic(&self) -> bool {
        let is_basic = |way: &str| way.get(..5).is_some_and(|way| way.eq_ignore_ascii_case("basic"));
        self.values(&PROXY_AUTHENTICATE).next().is_none() || self.values(&PROXY_AUTHENTICATE).any(is_basic)
    }

    pub fn is_gzip(&self) -> bool {
        self.says(&CONTENT_ENCODING, "gzip") || self.says(&CONTENT_ENCODING, "x-gzip")
    }

    /// Whether the connection may serve another request.
    pub fn keeps_alive(&self) -> bool {
        match self.0.version() {
            Version::HTTP_10 => self.says(&CONNECTION, "keep-alive"),
            _ => !self.says(&CONNECTION, "close"),
        }
    }

    /// How the end of its body is known (RFC 9112, 6.3).
    ///
    /// # Errors
    /// When its length is none, or it has two.
    pub fn framing(&self) -> Result<Framing, Fault> {
        let is_bare = matches!(self.0.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
        if is_bare || self.0.status().is_informational() {
            return Ok(Framing::None);
        }
        if self.0.version() != Version::HTTP_10 && self.says(&TRANSFER_ENCODING, "chunked") {
            return Ok(Framing::Chunks);
        }
        let mut length = None;
        for value in self.values(&CONTENT_LENGTH) {
            let value = value.parse().map_err(|_| Fault::Broken("the answer's length is no number".to_owned()))?;
            if length.is_some_and(|length| length != value) {
                return Err(Fault::Broken("the answer has two lengths".to_owned()));
            }
            length = Some(value);
        }
        Ok(length.map_or(Framing::ToTheEnd, Framing::Length))
    }

    /// What a header that is a list holds; what is no text is passed over.
    fn values(&self, name: &HeaderName) -> impl Iterator<Item = &str> {
        let values = self.0.headers().get_all(name).into_iter();
        values.flat_map(|value| value.to_str().unwrap_or("?").split(',')).map(str::trim)
    }

    fn says(&self, name: &HeaderName, token: &str) -> bool {
        self.values(name).any(|value| value.eq_ignore_ascii_case(token))
    }
}

fn too_large() -> Fault {
    Fault::Broken("the answer's headers are too large".to_owned())
}

fn parse(bytes: &[u8]) -> Result<Option<(usize, Response<()>)>, Fault> {
    match try_parse_response::<FIELDS_MAX>(bytes) {
        Ok(Some((length, _))) if length > HEAD_MAX => Err(too_large()),
        Ok(parsed) => Ok(parsed),
        Err(ureq_proto::Error::HttpParseTooManyHeaders) => Err(too_large()),
        Err(error) => Err(Fault::Broken(format!("the answer is not HTTP: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Head, Vec<u8>), Fault> {
        Head::read(&mut text.as_bytes())
    }

    #[test]
    fn the_end_of_a_body_is_known_as_the_standard_says() {
        for (head, wanted) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5", Some(Framing::Length(5))),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5, 5", Some(Framing::Length(5))),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6", None),
            ("HTTP/1.1 200 OK\r\nContent-Length: -5", None),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: Chunked", Some(Framing::Chunks)),
            ("HTTP/1.0 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", Some(Framing::Length(5))),
            ("HTTP/1.1 200 OK\r\nServer: nginx", Some(Framing::ToTheEnd)),
            ("HTTP/1.1 204 No Content\r\nContent-Length: 5", Some(Framing::None)),
            ("HTTP/1.1 304 Not Modified\r\nA: b", Some(Framing::None)),
        ] {
            let (head, _) = read(&format!("{head}\r\n\r\n")).unwrap();
            assert_eq!(head.framing().ok(), wanted, "{:?}", head.0);
        }
    }

    #[test]
    fn a_connection_is_kept_as_the_standard_says() {
        for (head, wanted) in [
            ("HTTP/1.1 200 OK\r\nA: b", true),
            ("HTTP/1.1 200 OK\r\nConnection: Close", false),
            ("HTTP/1.1 200 OK\r\nConnection: keep-alive, close", false),
            ("HTTP/1.0 200 OK\r\nA: b", false),
            ("HTTP/1.0 200 OK\r\nConnection: keep-alive", true),
        ] {
            let (head, _) = read(&format!("{head}\r\n\r\n")).unwrap();
            assert_eq!(head.keeps_alive(), wanted, "{:?}", head.0);
        }
    }

    #[test]
    fn the_server_s_clock_is_read() {
        let date = |value: &str| read(&format!("HTTP/1.1 200 OK\r\nDate: {value}\r\n\r\n")).unwrap().0.date();
        assert_eq!(date("Mon, 18 Nov 2024 08:00:00 GMT"), Some(1_731_916_800_000));
        assert_eq!(date("Monday, 18-Nov-24 08:00:00 GMT"), Some(1_731_916_800_000));
        assert_eq!(date("yesterday"), None);
    }

    #[test]
    fn interim_answers_are_passed_over_and_what_is_behind_is_kept() {
        let (head, rest) =
            read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 OK\r\n\r\nab")
                .unwrap();
        assert_eq!((head.status(), rest), (201, b"ab".to_vec()));
    }
}
