//! One connection, and one exchange over it.

use std::io::{BufReader, Cursor, Read, Write};
use std::sync::Arc;
use std::time::Instant;

use socket2::Socket;
use ureq::http::Uri;
use ureq::http::uri::{Authority, Scheme};

use super::USER_AGENT;
use super::body;
use super::head::{Fault, Framing, Head};
use super::stream::Stream;

/// What an idle connection keeps to read into, in bytes.
const INPUT: usize = 8 * 1024;
const OK: u16 = 200;
/// More than the fixed parts of a head, in bytes.
const HEAD_USUAL: usize = 256;

/// A request.
#[derive(Clone, Copy)]
pub struct Request<'r> {
    pub uri: &'r Uri,
    /// What is sent with POST, and its type; without it, it is a GET.
    pub body: Option<(&'r str, &'r [u8])>,
}

/// What an answer says before its body.
pub struct Answered {
    pub status: u16,
    /// The server's clock, in unix milliseconds.
    pub date: Option<i64>,
}

/// A connection to one server.
pub struct Connection {
    reader: BufReader<Stream>,
    socket: Arc<Socket>,
    scheme: Option<Scheme>,
    /// As the first request had it, without the token that followed.
    authority: Option<Authority>,
    is_new: bool,
}

impl Connection {
    pub fn new(mut stream: Stream, uri: &Uri) -> Self {
        let socket = Arc::clone(stream.link().socket());
        let authority = uri.authority().and_then(|authority| authority.as_str().parse().ok());
        Self {
            reader: BufReader::with_capacity(INPUT, stream),
            socket,
            scheme: uri.scheme().cloned(),
            authority,
            is_new: true,
        }
    }

    pub fn leads_to(&self, uri: &Uri) -> bool {
        self.scheme.as_ref() == uri.scheme() && self.authority.as_ref() == uri.authority()
    }

    /// What a call is to hold while it uses the connection.
    pub fn socket(&self) -> &Arc<Socket> {
        &self.socket
    }

    /// Whether nothing has come since the last answer, not even an end of file; in one that has served nothing yet,
    /// nothing but what a TLS server sends by itself.
    pub fn is_silent(&self) -> bool {
        self.reader.buffer().is_empty() && self.reader.get_ref().is_silent(self.is_new)
    }

    /// Sends `request` and reads its answer, the body into `body`, where also stands what came of one that broke off;
    /// says whether the connection may serve another.
    ///
    /// # Errors
    /// When no whole answer came by `deadline`.
    pub fn exchange(
        &mut self,
        request: Request,
        deadline: Instant,
        body: &mut Vec<u8>,
    ) -> Result<(Answered, bool), Fault> {
        let stream = self.reader.get_mut();
        stream.link().obey(deadline);
        // Head and body in one write: one packet, and one TLS record.
        stream.write_all(&request.to_bytes())?;
        stream.flush()?;
        let (head, begun) = Head::read(&mut self.reader)?;
        let answered = Answered { status: head.status, date: head.date };
        if let Some(why) = head.unread {
            // Another status says more than a body would.
            return if head.status == OK { Err(Fault::Broken(why)) } else { Ok((answered, false)) };
        }
        let mut rest = Cursor::new(begun).chain(&mut self.reader);
        body::read(&mut rest, head.framing, head.is_gzip, body)?;
        let (begun, _) = rest.get_ref();
        let is_read = begun.position() == begun.get_ref().len() as u64;
        self.is_new = false;
        Ok((answered, is_read && head.framing != Framing::ToTheEnd && head.keeps_alive))
    }
}

impl Request<'_> {
    fn to_bytes(self) -> Vec<u8> {
        let target = self.uri.path_and_query().map_or("/", |target| target.as_str());
        let host = self.uri.authority().map_or("", Authority::as_str);
        let (content_type, body) = self.body.unwrap_or_default();
        let mut bytes = Vec::with_capacity(HEAD_USUAL + target.len() + host.len() + content_type.len() + body.len());
        let mut put = |parts: &[&str]| parts.iter().for_each(|part| bytes.extend_from_slice(part.as_bytes()));
        put(&[if self.body.is_some() { "POST " } else { "GET " }, target, " HTTP/1.1\r\nHost: ", host]);
        put(&["\r\nUser-Agent: ", USER_AGENT, "\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n"]);
        if self.body.is_some() {
            put(&["Content-Type: ", content_type, "\r\nContent-Length: ", &body.len().to_string(), "\r\n"]);
        }
        put(&["\r\n"]);
        bytes.extend_from_slice(body);
        bytes
    }
}
