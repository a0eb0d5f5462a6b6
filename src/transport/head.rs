//! The head of an answer, and what it says of the body behind it.

use std::io::{self, BufRead, ErrorKind};
use std::mem::MaybeUninit;
use std::ops::Range;
use std::time::UNIX_EPOCH;

use httparse::{Header, ParserConfig, Response, Status};

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
/// As much of a coding's name as is shown, in characters.
const CODING_SHOWN: usize = 40;
const INTERIM: Range<u16> = 100..200;
const SWITCHING_PROTOCOLS: u16 = 101;
/// 204 No Content, 304 Not Modified.
const WITHOUT_BODY: [u16; 2] = [204, 304];

/// The head of an answer.
#[derive(Debug)]
pub struct Head {
    /// The HTTP status.
    pub status: u16,
    /// The server's clock, in unix milliseconds.
    pub date: Option<i64>,
    pub framing: Framing,
    pub is_gzip: bool,
    /// Why its body cannot be read, in words, if it cannot.
    pub unread: Option<String>,
    /// Whether the connection may serve another request.
    pub keeps_alive: bool,
    /// Whether a proxy takes a user and a password as they are; one that does not say may.
    pub takes_basic: bool,
}

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
            while let Some((length, head)) = parse(&bytes)? {
                bytes.drain(..length);
                if !INTERIM.contains(&head.status) || head.status == SWITCHING_PROTOCOLS {
                    return Ok((head, bytes));
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
}

/// The header fields of an answer.
struct Fields<'f>(&'f [Header<'f>]);

impl Fields<'_> {
    /// What fields that are lists hold; what is no text is none of what is looked for.
    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let fields = self.0.iter().filter(move |field| field.name.eq_ignore_ascii_case(name));
        fields.flat_map(|field| str::from_utf8(field.value).unwrap_or("?").split(',')).map(str::trim)
    }

    fn say(&self, name: &str, token: &str) -> bool {
        self.values(name).any(|value| value.eq_ignore_ascii_case(token))
    }

    /// A coding of the body that this library does not know.
    fn unknown_coding(&self, is_http_10: bool) -> Option<String> {
        let of = |name: &str, known: &[&str], told: &str| {
            let mut codings = self.values(name).filter(|coding| !coding.is_empty());
            let unknown = codings.find(|coding| !known.iter().any(|known| known.eq_ignore_ascii_case(coding)))?;
            let shown: String = unknown.chars().take(CODING_SHOWN).collect();
            Some(format!(
                "the answer's {told} is {shown}, which this library does not know: see what stands before WeCom"
            ))
        };
        let transfer = if is_http_10 { None } else { of("transfer-encoding", &["chunked"], "Transfer-Encoding") };
        transfer.or_else(|| of("content-encoding", &["gzip", "x-gzip", "identity"], "Content-Encoding"))
    }

    fn date(&self) -> Option<i64> {
        let date = self.0.iter().find(|field| field.name.eq_ignore_ascii_case("date"))?;
        let date = httpdate::parse_http_date(str::from_utf8(date.value).ok()?).ok()?;
        i64::try_from(date.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
    }

    fn take_basic(&self) -> bool {
        let mut ways = self.values("proxy-authenticate").peekable();
        ways.peek().is_none() || ways.any(|way| way.get(..5).is_some_and(|way| way.eq_ignore_ascii_case("basic")))
    }

    /// How the end of the body is known (RFC 9112, 6.3).
    fn framing(&self, status: u16, is_http_10: bool) -> Result<Framing, Fault> {
        if WITHOUT_BODY.contains(&status) || INTERIM.contains(&status) {
            return Ok(Framing::None);
        }
        if !is_http_10 && self.say("transfer-encoding", "chunked") {
            return Ok(Framing::Chunks);
        }
        let mut length = None;
        for value in self.values("content-length") {
            // The standard library would take a sign.
            let digits = Some(value).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
            let value = digits.and_then(|digits| digits.parse().ok());
            let value = value.ok_or_else(|| Fault::Broken("the answer's length is no number".to_owned()))?;
            if length.is_some_and(|length| length != value) {
                return Err(Fault::Broken("the answer has two lengths".to_owned()));
            }
            length = Some(value);
        }
        Ok(length.map_or(Framing::ToTheEnd, Framing::Length))
    }
}

fn too_large() -> Fault {
    Fault::Broken("the answer's headers are too large".to_owned())
}

fn parse(bytes: &[u8]) -> Result<Option<(usize, Head)>, Fault> {
    let mut fields = [MaybeUninit::uninit(); FIELDS_MAX];
    let mut response = Response::new(&mut []);
    let parsed = ParserConfig::default().parse_response_with_uninit_headers(&mut response, bytes, &mut fields);
    let length = match parsed {
        Ok(Status::Partial) => return Ok(None),
        Ok(Status::Complete(length)) if length <= HEAD_MAX => length,
        Ok(Status::Complete(_)) | Err(httparse::Error::TooManyHeaders) => return Err(too_large()),
        Err(error) => return Err(Fault::Broken(format!("the answer is not HTTP: {error}"))),
    };
    let (status, is_http_10) = (response.code.unwrap_or_default(), response.version == Some(0));
    let fields = Fields(response.headers);
    let head = Head {
        status,
        date: fields.date(),
        unread: fields.unknown_coding(is_http_10),
        framing: fields.framing(status, is_http_10)?,
        is_gzip: fields.say("content-encoding", "gzip") || fields.say("content-encoding", "x-gzip"),
        keeps_alive: if is_http_10 {
            fields.say("connection", "keep-alive")
        } else {
            !fields.say("connection", "close")
        },
        takes_basic: fields.take_basic(),
    };
    Ok(Some((length, head)))
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
            ("HTTP/1.1 200 OK\r\nContent-Length: +5", None),
            ("HTTP/1.1 200 OK\r\nContent-Length: ", None),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: Chunked", Some(Framing::Chunks)),
            ("HTTP/1.0 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked", Some(Framing::Length(5))),
            ("HTTP/1.1 200 OK\r\nServer: nginx", Some(Framing::ToTheEnd)),
            ("HTTP/1.1 204 No Content\r\nContent-Length: 5", Some(Framing::None)),
            ("HTTP/1.1 304 Not Modified\r\nA: b", Some(Framing::None)),
        ] {
            let framing = read(&format!("{head}\r\n\r\n")).ok().map(|(head, _)| head.framing);
            assert_eq!(framing, wanted, "{head}");
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
            let keeps_alive = read(&format!("{head}\r\n\r\n")).unwrap().0.keeps_alive;
            assert_eq!(keeps_alive, wanted, "{head}");
        }
    }

    #[test]
    fn the_server_s_clock_is_read() {
        let date = |value: &str| read(&format!("HTTP/1.1 200 OK\r\nDate: {value}\r\n\r\n")).unwrap().0.date;
        assert_eq!(date("Mon, 18 Nov 2024 08:00:00 GMT"), Some(1_731_916_800_000));
        assert_eq!(date("Monday, 18-Nov-24 08:00:00 GMT"), Some(1_731_916_800_000));
        assert_eq!(date("yesterday"), None);
    }

    #[test]
    fn interim_answers_are_passed_over_and_what_is_behind_is_kept() {
        let (head, rest) =
            read("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 OK\r\n\r\nab")
                .unwrap();
        assert_eq!((head.status, rest), (201, b"ab".to_vec()));
    }
}
