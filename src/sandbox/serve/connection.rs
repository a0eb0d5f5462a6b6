//! One connection: what has been heard of it, and how it is answered.

use std::collections::HashMap;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{IpAddr, Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection};
use socket2::SockRef;

use super::request::{Incoming, Unreadable};
use super::response::{Body, Delivery, Response};
use super::stop::Stop;
use super::{Room, Visit};
use crate::lock::lock;

/// For how long a worker stays with a connection that says nothing.
const STAY: Duration = Duration::from_millis(20);

/// The open connections by number, so that the end of the server can end them.
#[derive(Debug, Default)]
pub struct Open(Mutex<HashMap<u64, Arc<TcpStream>>>);

impl Open {
    pub fn count(&self) -> usize {
        lock(&self.0).len()
    }

    /// Ends all of them.
    pub fn shut(&self) {
        for stream in lock(&self.0).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// How every connection is met.
#[derive(Clone)]
pub struct Manners {
    /// For how long one may say nothing.
    pub idle: Duration,
    /// The certificate that is shown, where TLS is spoken.
    pub tls: Option<Arc<ServerConfig>>,
}

/// A connection, in the lobby or with a worker.
pub struct Connection {
    pub number: u64,
    pub stream: Arc<TcpStream>,
    tls: Option<Box<ServerConnection>>,
    address: IpAddr,
    incoming: Incoming,
    /// Whether it is never to be answered again.
    is_ignored: bool,
    open: Arc<Open>,
}

/// What becomes of a connection that a worker has served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is over.
    End,
    /// It says nothing more for now.
    Wait,
    /// It may have said more, and others wait.
    Again,
}

impl Connection {
    /// Takes a connection in.
    pub fn new(number: u64, stream: TcpStream, open: &Arc<Open>, manners: &Manners) -> Result<Self> {
        stream.set_nonblocking(false)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(STAY))?;
        // A client that takes nothing must not keep a worker for ever.
        stream.set_write_timeout(Some(manners.idle))?;
        let tls = manners.tls.clone().map(ServerConnection::new).transpose().map_err(Error::other)?.map(Box::new);
        let (address, stream) = (stream.local_addr()?.ip().to_canonical(), Arc::new(stream));
        lock(&open.0).insert(number, Arc::clone(&stream));
        let (incoming, open) = (Incoming::default(), Arc::clone(open));
        Ok(Self { number, stream, tls, address, incoming, is_ignored: false, open })
    }

    /// Whether it may be silent for ever.
    pub fn may_be_silent(&self) -> bool {
        self.is_ignored
    }

    /// Gives back the room of what was read, before it waits.
    pub fn shrink(&mut self) {
        self.incoming.shrink();
    }

    /// Answers what it says, until it says nothing for a while or somebody else must be served.
    pub fn serve(&mut self, room: &dyn Room, stop: &Stop, are_others_waiting: impl Fn() -> bool) -> Next {
        let mut bytes = [0; 8 * 1024];
        loop {
            match self.incoming.next(|path| room.longest_body(path)) {
                Ok(Some(request)) => {
                    let visit = Visit { request: &request, connection: self.number, address: self.address, stop };
                    let (response, delivery) = room.answer(&visit);
                    match self.deliver(response, delivery, request.keep_alive, request.is_head(), stop) {
                        Next::Again if are_others_waiting() => return Next::Again,
                        Next::Again => continue,
                        next => return next,
                    }
                }
                Ok(None) => {}
                Err(Unreadable(status)) => {
                    if self.write(&Response::empty(status).head(false)).is_ok() {
                        self.drain();
                    }
                    return Next::End;
                }
            }
            if self.incoming.asks_to_go_on() && self.write(b"HTTP/1.1 100 Continue\r\n\r\n").is_err() {
                return Next::End;
            }
            match self.read(&mut bytes) {
                Ok(0) => return Next::End,
                Ok(_) if self.is_ignored => {}
                Ok(count) => self.incoming.extend(&bytes[..count]),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => return Next::Wait,
                    ErrorKind::Interrupted => {}
                    _ => return Next::End,
                },
            }
        }
    }

    fn read(&mut self, bytes: &mut [u8]) -> Result<usize> {
        match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls.as_mut(), &mut NoSignal(&self.stream)).read(bytes),
            None => (&*self.stream).read(bytes),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.tls {
            Some(tls) => rustls::Stream::new(tls.as_mut(), &mut NoSignal(&self.stream)).write_all(bytes),
            None => (&*self.stream).write_all(bytes),
        }
    }

    /// Sends a response.
    fn deliver(
        &mut self,
        response: Response,
        delivery: Delivery,
        keep_alive: bool,
        is_head: bool,
        stop: &Stop,
    ) -> Next {
        let then = |is_sent: bool| if is_sent && keep_alive { Next::Again } else { Next::End };
        let mut bytes = response.head(keep_alive);
        let body = match response.body {
            _ if is_head => Vec::new(),
            Body::Whole(body) => body,
            Body::Pieces(pieces) => return then(self.stream_out(&bytes, pieces, keep_alive).is_ok()),
        };
        match delivery {
            Delivery::Whole => {
                bytes.extend_from_slice(&body);
                then(self.write(&bytes).is_ok())
            }
            Delivery::Drip(interval) => {
                bytes.extend_from_slice(&body);
                then(bytes.chunks(1).all(|byte| stop.sleep(interval) && self.write(byte).is_ok()))
            }
            Delivery::Cut(count) => {
                bytes.extend_from_slice(&body[..count.min(body.len())]);
                let _ = self.write(&bytes);
                Next::End
            }
            Delivery::Reset => {
                // No leave is taken.
                self.tls = None;
                let _ = SockRef::from(&*self.stream).set_linger(Some(Duration::ZERO));
                Next::End
            }
            Delivery::Silence => {
                self.is_ignored = true;
                Next::Wait
            }
        }
    }

    /// Sends a body piece by piece as it is made. Where the connection ends with it, no chunks are needed.
    fn stream_out(
        &mut self,
        head: &[u8],
        pieces: Box<dyn Iterator<Item = Vec<u8>> + Send>,
        is_chunked: bool,
    ) -> Result<()> {
        self.write(head)?;
        for piece in pieces.filter(|piece| !piece.is_empty()) {
            if is_chunked {
                self.write(&[format!("{:x}\r\n", piece.len()).as_bytes(), &piece, b"\r\n"].concat())?;
            } else {
                self.write(&piece)?;
            }
        }
        if is_chunked { self.write(b"0\r\n\r\n") } else { Ok(()) }
    }

    /// Reads what a refused client is still sending, for a while, so that it sees the answer and not a reset.
    fn drain(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Write);
        let _ = self.stream.set_read_timeout(Some(Duration::from_millis(500)));
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until && matches!((&*self.stream).read(&mut [0; 16 * 1024]), Ok(1..)) {}
    }
}

/// A socket without vectored writes, as rustls makes them: from those, unlike from plain ones, the standard library does
/// not keep SIGPIPE, which would end the host's process.
struct NoSignal<'s>(&'s TcpStream);

impl Read for NoSignal<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize> {
        self.0.read(bytes)
    }
}

impl Write for NoSignal<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.0.flush()
    }
}

/// Takes its leave, as TLS wants it, and takes it off the list, however it goes.
impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(tls) = &mut self.tls {
            // Nobody waits for a client that takes nothing.
            let _ = self.stream.set_nonblocking(true);
            tls.send_close_notify();
            let _ = tls.write_tls(&mut NoSignal(&self.stream));
        }
        lock(&self.open.0).remove(&self.number);
    }
}
