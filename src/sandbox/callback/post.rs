//! One POST and the status that it is answered with.
//!
//! Written out here because it must end at once when the sandbox does, which no HTTP client offers. It follows no redirect.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use socket2::{Domain, Protocol, Socket, Type};

use crate::lock::lock;

/// WeCom waits so long for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// More of an answer is not read.
const ANSWER_MAX: usize = 64 * 1024;
const HEADERS_MAX: usize = 100;

/// What calls go out over, one at a time.
#[derive(Debug, Default)]
pub struct Line(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    is_cut: bool,
    socket: Option<Socket>,
}

impl Line {
    /// Sends `request`; the status of the answer, if one comes in time.
    pub fn exchange(&self, host: &str, port: u16, request: &[u8]) -> Option<u16> {
        let until = Instant::now() + PATIENCE;
        let addresses = (host, port).to_socket_addrs().ok()?;
        let mut stream = addresses.into_iter().find_map(|address| self.connect(address, until).ok())?;
        let status = answer(&mut stream, request, until).ok();
        lock(&self.0).socket = None;
        status
    }

    /// Ends the call under way, and lets no other begin.
    pub fn cut(&self) {
        let mut held = lock(&self.0);
        held.is_cut = true;
        if let Some(socket) = held.socket.take() {
            // Also ends a connect under way. An error means that it is closed already.
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    fn connect(&self, address: SocketAddr, until: Instant) -> io::Result<TcpStream> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        let clone = socket.try_clone()?;
        {
            let mut held = lock(&self.0);
            if held.is_cut {
                return Err(ErrorKind::ConnectionAborted.into());
            }
            held.socket = Some(clone);
        }
        socket.connect_timeout(&address.into(), left(until)?)?;
        Ok(socket.into())
    }
}

/// What is left of the time; an error where nothing is.
fn left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}

fn answer(stream: &mut TcpStream, request: &[u8], until: Instant) -> io::Result<u16> {
    stream.set_write_timeout(Some(left(until)?))?;
    stream.write_all(request)?;
    let (mut received, mut status) = (Vec::new(), None);
    // The rest is read too, so that the receiver is not cut off while it still sends.
    while received.len() < ANSWER_MAX {
        stream.set_read_timeout(Some(left(until)?))?;
        let mut bytes = [0; 4096];
        let Ok(count @ 1..) = stream.read(&mut bytes) else { break };
        received.extend_from_slice(&bytes[..count]);
        let Some((told, is_whole)) = parsed(&received)? else { continue };
        status = Some(told);
        if is_whole {
            break;
        }
    }
    status.ok_or_else(|| ErrorKind::UnexpectedEof.into())
}

/// The status, once the head is there, and whether the body is as long as it was said to be.
fn parsed(received: &[u8]) -> io::Result<Option<(u16, bool)>> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(received).map_err(|_| ErrorKind::InvalidData)?;
    let (httparse::Status::Complete(head), Some(status)) = (parsed, response.code) else { return Ok(None) };
    let length = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|header| std::str::from_utf8(header.value).ok()?.trim().parse::<usize>().ok());
    let is_whole = matches!(status, 204 | 304) || length.is_some_and(|length| received.len() - head >= length);
    Ok(Some((status, is_whole)))
}
