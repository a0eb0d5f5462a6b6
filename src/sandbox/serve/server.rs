//! The server of threads: one for the listener, one for each connection.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::request::{Incoming, Request, Unreadable};
use super::{Delivery, Response, Room, Visit};
use crate::lock::lock;

/// Tells every thread of the server to end, and lets each sleep until then.
#[derive(Debug, Default)]
pub struct Stop {
    is_set: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    /// Waits; `false` when the server ends before the time is over.
    pub fn sleep(&self, time: Duration) -> bool {
        if time.is_zero() {
            return true;
        }
        let until = Instant::now() + time;
        let mut is_set = lock(&self.is_set);
        while !*is_set {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            is_set = self.changed.wait_timeout(is_set, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }

    fn is_set(&self) -> bool {
        *lock(&self.is_set)
    }

    fn set(&self) {
        *lock(&self.is_set) = true;
        self.changed.notify_all();
    }
}

/// A running server; dropping it ends it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    listener: TcpListener,
    stop: Arc<Stop>,
    acceptor: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on 127.0.0.1.
    pub fn listen(port: u16) -> std::io::Result<TcpListener> {
        TcpListener::bind((Ipv4Addr::LOCALHOST, port))
    }

    pub fn start(listener: TcpListener, room: Arc<dyn Room>, idle: Duration) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let stop = Arc::new(Stop::default());
        let hall = Hall { listener: listener.try_clone()?, stop: Arc::clone(&stop), room, idle };
        let acceptor = thread::Builder::new().name("sandbox".to_owned()).spawn(move || hall.accept())?;
        Ok(Self { address, listener, stop, acceptor: Some(acceptor) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.set();
        // Wakes the acceptor: the first where a listener can be shut down, the second where it cannot.
        let _ = SockRef::from(&self.listener).shutdown(Shutdown::Both);
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_millis(100));
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

/// Where connections arrive.
struct Hall {
    listener: TcpListener,
    stop: Arc<Stop>,
    room: Arc<dyn Room>,
    idle: Duration,
}

/// The open connections by number, so that the end of the server can end them.
type Open = Arc<Mutex<HashMap<u64, TcpStream>>>;

impl Hall {
    fn accept(self) {
        let open = Open::default();
        let mut threads: Vec<JoinHandle<()>> = Vec::new();
        for number in 1.. {
            let accepted = self.listener.accept();
            if self.stop.is_set() {
                break;
            }
            let (ended, running) = threads.into_iter().partition(JoinHandle::is_finished);
            threads = running;
            join(ended);
            match accepted {
                Ok((stream, _)) => threads.extend(self.receive(stream, number, &open)),
                // Out of file descriptors, most likely: a connection that ends makes room.
                Err(_) => drop(self.stop.sleep(Duration::from_millis(10))),
            }
        }
        for stream in lock(&open).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        join(threads);
    }

    /// Gives a connection its thread. Where the machine has none left, the connection is closed.
    fn receive(&self, stream: TcpStream, number: u64, open: &Open) -> Option<JoinHandle<()>> {
        stream.set_nodelay(true).ok()?;
        stream.set_read_timeout(Some(self.idle)).ok()?;
        lock(open).insert(number, stream.try_clone().ok()?);
        let guest = Guest { number, open: Arc::clone(open) };
        let (room, stop) = (Arc::clone(&self.room), Arc::clone(&self.stop));
        let run = move || {
            let guest = guest;
            serve(stream, guest.number, &*room, &stop);
        };
        thread::Builder::new().name("sandbox-connection".to_owned()).spawn(run).ok()
    }
}

fn join(threads: Vec<JoinHandle<()>>) {
    for thread in threads {
        let _ = thread.join();
    }
}

/// Takes its connection off the list when it goes, however it goes.
struct Guest {
    number: u64,
    open: Open,
}

impl Drop for Guest {
    fn drop(&mut self) {
        lock(&self.open).remove(&self.number);
    }
}

fn serve(mut stream: TcpStream, number: u64, room: &dyn Room, stop: &Stop) {
    let mut incoming = Incoming::default();
    loop {
        match next(&mut incoming, &mut stream) {
            Ok(request) => {
                let (mut response, delivery) = room.answer(&Visit { request: &request, connection: number, stop });
                if request.is_head() {
                    response = response.without_body();
                }
                let sent = deliver(&mut stream, &response, delivery, request.keep_alive, stop);
                if !sent || !request.keep_alive {
                    return;
                }
            }
            Err(NoRequest::Ended) => return,
            Err(NoRequest::Unreadable(Unreadable(status))) => {
                if stream.write_all(&Response::empty(status).head(false)).is_ok() {
                    drain(&mut stream);
                }
                return;
            }
        }
    }
}

/// Why no request came.
enum NoRequest {
    /// The connection ended, broke, or said nothing for too long.
    Ended,
    Unreadable(Unreadable),
}

impl From<Unreadable> for NoRequest {
    fn from(why: Unreadable) -> Self {
        Self::Unreadable(why)
    }
}

/// Reads until a request is there.
fn next(incoming: &mut Incoming, stream: &mut TcpStream) -> Result<Request, NoRequest> {
    let mut bytes = [0; 8 * 1024];
    loop {
        if let Some(request) = incoming.next()? {
            return Ok(request);
        }
        if incoming.asks_to_go_on() && stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").is_err() {
            return Err(NoRequest::Ended);
        }
        match stream.read(&mut bytes) {
            Ok(0) => return Err(NoRequest::Ended),
            Ok(count) => incoming.extend(&bytes[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return Err(NoRequest::Ended),
        }
    }
}

/// Sends a response; whether the connection can go on.
fn deliver(stream: &mut TcpStream, response: &Response, delivery: Delivery, keep_alive: bool, stop: &Stop) -> bool {
    let mut bytes = response.head(keep_alive);
    match delivery {
        Delivery::Whole => {
            bytes.extend_from_slice(&response.body);
            stream.write_all(&bytes).is_ok()
        }
        Delivery::Drip(interval) => {
            bytes.extend_from_slice(&response.body);
            bytes.chunks(1).all(|byte| stop.sleep(interval) && stream.write_all(byte).is_ok())
        }
        Delivery::Cut(count) => {
            bytes.extend_from_slice(&response.body[..count.min(response.body.len())]);
            let _ = stream.write_all(&bytes);
            false
        }
        Delivery::Reset => {
            let _ = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
            false
        }
        Delivery::Silence => {
            let _ = stream.set_read_timeout(None);
            while matches!(stream.read(&mut [0; 4096]), Ok(1..)) {}
            false
        }
    }
}

/// Reads what a refused client is still sending, for a while, so that it sees the answer and not a reset.
fn drain(stream: &mut TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.set_read_timeout(Some(Duration::from_millis(500)));
    let until = Instant::now() + Duration::from_secs(2);
    while Instant::now() < until && matches!(stream.read(&mut [0; 16 * 1024]), Ok(1..)) {}
}
