//! The server of threads: one for the listener, one for each connection.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::http::{NoRequest, Request, Requests, Response};
use super::{PoisonError, locked};

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

/// What answers requests.
pub trait Answers: Send + Sync + 'static {
    fn answer(&self, request: Request, connection: u64, stop: &Stop) -> (Response, Delivery);
}

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
        let mut is_set = locked(&self.is_set);
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
        *locked(&self.is_set)
    }

    fn set(&self) {
        *locked(&self.is_set) = true;
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

    pub fn start(listener: TcpListener, answers: Arc<dyn Answers>, idle: Duration) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let stop = Arc::new(Stop::default());
        let hall = Hall { listener: listener.try_clone()?, stop: Arc::clone(&stop), answers, idle };
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
    answers: Arc<dyn Answers>,
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
        for stream in locked(&open).values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
        join(threads);
    }

    /// Gives a connection its thread. Where the machine has none left, the connection is closed.
    fn receive(&self, stream: TcpStream, number: u64, open: &Open) -> Option<JoinHandle<()>> {
        stream.set_nodelay(true).ok()?;
        stream.set_read_timeout(Some(self.idle)).ok()?;
        locked(open).insert(number, stream.try_clone().ok()?);
        let guest = Guest { number, open: Arc::clone(open) };
        let (answers, stop) = (Arc::clone(&self.answers), Arc::clone(&self.stop));
        let run = move || {
            let guest = guest;
            serve(stream, guest.number, &*answers, &stop);
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
        locked(&self.open).remove(&self.number);
    }
}

fn serve(stream: TcpStream, number: u64, answers: &dyn Answers, stop: &Stop) {
    let mut requests = Requests::new(stream);
    loop {
        match requests.next() {
            Ok(request) => {
                let (keep_alive, is_head) = (request.keep_alive, request.method == "HEAD");
                let (mut response, delivery) = answers.answer(request, number, stop);
                if is_head {
                    response = response.without_body();
                }
                let sent = deliver(requests.stream(), &response, delivery, keep_alive, stop);
                if !sent || !keep_alive {
                    return;
                }
            }
            Err(NoRequest::Ended) => return,
            Err(NoRequest::Refused(status)) => {
                let stream = requests.stream();
                if stream.write_all(&Response::empty(status).head(false)).is_ok() {
                    drain(stream);
                }
                return;
            }
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
