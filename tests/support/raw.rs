//! A server that speaks raw bytes: each test says what becomes of a connection.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use contactway::{Client, Shared};

/// A test that hangs fails instead.
const PATIENCE: Duration = Duration::from_secs(60);

/// The server; it stops accepting when dropped.
pub struct Raw {
    pub address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
    acceptor: Option<JoinHandle<()>>,
}

/// The client's end of one connection.
pub struct Peer {
    stream: Box<dyn Stream>,
    socket: TcpStream,
    requests: Arc<Mutex<Vec<String>>>,
    buffered: Vec<u8>,
    /// How many connections came before it.
    pub nth: usize,
}

pub trait Stream: Read + Write + Send {}
impl<S: Read + Write + Send> Stream for S {}

impl Raw {
    /// Serves each connection on a thread of its own.
    pub fn serve(serve: impl Fn(&mut Peer) + Send + Sync + 'static) -> Self {
        Self::wrapped(|socket| Ok(Box::new(socket)), serve)
    }

    /// The same behind something like TLS; a connection for which that fails is closed.
    pub fn wrapped(
        wrap: impl Fn(TcpStream) -> io::Result<Box<dyn Stream>> + Send + Sync + 'static,
        serve: impl Fn(&mut Peer) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (accepted, requests, over) = (Arc::default(), Arc::default(), Arc::new(AtomicBool::new(false)));
        let (count, seen, stop) = (Arc::clone(&accepted), Arc::clone(&requests), Arc::clone(&over));
        let does = Arc::new((wrap, serve));
        let acceptor = thread::spawn(move || {
            for socket in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let socket: TcpStream = socket.unwrap();
                let nth = AtomicUsize::fetch_add(&count, 1, Ordering::SeqCst);
                let (does, requests) = (Arc::clone(&does), Arc::clone(&seen));
                thread::spawn(move || {
                    socket.set_nodelay(true).unwrap();
                    socket.set_read_timeout(Some(PATIENCE)).unwrap();
                    let Ok(stream) = (does.0)(socket.try_clone().unwrap()) else { return };
                    (does.1)(&mut Peer { stream, socket, requests, buffered: Vec::new(), nth });
                });
            }
        });
        Self { address, accepted, requests, over, acceptor: Some(acceptor) }
    }

    /// A client of it with a token of its own, so that every request is the test's; `more` as in `,"max_attempts":1`.
    pub fn client(&self, more: &str) -> Client {
        let config =
            format!(r#"{{"base_url":"http://{}","access_token":"a-token","corp_id":"ww1"{more}}}"#, self.address);
        Client::new(&config, &Shared::default()).unwrap()
    }

    /// How many connections were made.
    pub fn connections(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    /// The requests that came whole: head and body.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(acceptor) = self.acceptor.take() {
            let _ended = acceptor.join();
        }
    }
}

impl Peer {
    /// The next request, once it is whole; none where the client is gone.
    pub fn request(&mut self) -> Option<String> {
        loop {
            if let Some(length) = whole(&self.buffered) {
                let request = String::from_utf8_lossy(&self.buffered[..length]).into_owned();
                self.buffered.drain(..length);
                self.requests.lock().unwrap().push(request.clone());
                return Some(request);
            }
            if !self.read_some() {
                return None;
            }
        }
    }

    /// Some bytes of a request, whole or not.
    pub fn read_some(&mut self) -> bool {
        let mut bytes = [0; 16 * 1024];
        match self.stream.read(&mut bytes) {
            Ok(amount) if amount > 0 => {
                self.buffered.extend_from_slice(&bytes[..amount]);
                true
            }
            _ => false,
        }
    }

    /// Sends bytes as they are; says whether the client still took them.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).and_then(|()| self.stream.flush()).is_ok()
    }

    /// Sends a whole answer.
    pub fn answer(&mut self, status: &str, headers: &str, body: impl AsRef<[u8]>) -> bool {
        let length = body.as_ref().len();
        let mut answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n").into_bytes();
        answer.extend_from_slice(body.as_ref());
        self.send(answer)
    }

    /// Answers that all is well, as WeCom would.
    pub fn grant(&mut self) -> bool {
        self.answer("200 OK", "Content-Type: application/json\r\n", r#"{"errcode":0,"errmsg":"ok","config_id":"id"}"#)
    }

    /// Answers every request that all is well.
    pub fn grant_all(&mut self) {
        while self.request().is_some() && self.grant() {}
    }

    /// The connection itself, beneath whatever it is wrapped in.
    pub fn socket(&self) -> TcpStream {
        self.socket.try_clone().unwrap()
    }

    /// Resets the connection.
    pub fn reset(&mut self) {
        let socket = socket2::SockRef::from(&self.socket);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
        self.stream = Box::new(io::Cursor::new(Vec::new()));
        // The last owner of the socket is the thread that serves, which is about to end.
    }

    /// Ends what the server sends, properly.
    pub fn close(&mut self) {
        let _gone = self.socket.shutdown(Shutdown::Write);
    }

    /// Does nothing until the client is gone.
    pub fn hang(&mut self) {
        while self.read_some() {}
    }
}

/// The length of the request at the start of `bytes`, if all of it is there.
fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length =
        text.split("content-length:").nth(1).map_or(0, |rest| rest.lines().next().unwrap().trim().parse().unwrap());
    (bytes.len() >= head + length).then_some(head + length)
}
