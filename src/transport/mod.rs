//! One HTTPS exchange on a kept connection.
//!
//! From the bottom up: [`resolver`] and [`race`] find an address, [`link`] is the socket, [`tunnel`] leads through a
//! proxy, [`stream`] puts TLS over either, and [`dial`] does all that for a new connection. [`connection`] sends a
//! request over it and reads [`head`] and [`body`] of the answer. A [`pool`] keeps it for the next call, and [`network`]
//! looks after the pools of all clients. [`words`] says what failed.
//!
//! It stands on the crates that ureq stands on, rustls and httparse, and not on ureq itself: ureq-proto's state machine
//! writes every byte of an exchange into lines of the crate `log`, and ureq's connectors tell neither what a proxy
//! answered nor take an authority beside the system's, and keep buffers of 100 KiB with an idle connection.

mod body;
mod connection;
mod dial;
mod head;
mod link;
mod network;
mod pool;
mod race;
mod resolver;
mod roots;
mod stream;
mod tunnel;
mod words;

use std::io::ErrorKind;
use std::mem;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ProtocolVersion;
use ureq::Proxy;
use ureq::http::Uri;

use crate::call::{Call, Stop};
use connection::{Connection, Request};
use dial::Dialer;
use head::Fault;
use pool::Pool;
use resolver::Place;
use words::Who;

pub use network::Network;
pub use roots::{Authorities, Roots};
pub use words::NO_DNS_SERVER;

const USER_AGENT: &str = concat!("contactway/", env!("CARGO_PKG_VERSION"));
/// A connection used more lately was hardly closed for being idle.
const STALE: Duration = Duration::from_secs(1);

/// What a call waits for that has sent its request.
const ANSWER: &str = "the answer";

/// A client's connections.
pub struct Transport {
    dialer: Dialer,
    pool: Arc<Pool>,
    network: Arc<Network>,
}

/// What a transport is made from.
pub struct Settings {
    /// How long a connection may take to be there: name, proxy, TCP and TLS together.
    pub connect_timeout: Duration,
    /// Who is trusted.
    pub roots: Roots,
    /// Through which proxy.
    pub proxy: Option<Proxy>,
    /// Whether http may go beyond this machine: to a link-local or private address.
    pub insecure_http: bool,
}

/// Which kept connections a request may go over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Any that shows no end of file.
    Any,
    /// One used a moment ago: for a request that must not be carried out twice.
    Recent,
    /// None: a new one is made.
    None,
}

/// What the server answered.
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, decompressed.
    pub body: Vec<u8>,
    /// What the server's clock said, in unix milliseconds.
    pub date: Option<i64>,
    /// Whether a connection was made for it.
    pub new_connection: bool,
}

/// What a new connection has behind it, in this order: [`Passed::Direct`], [`Passed::Resolved`], [`Passed::Connected`],
/// or [`Passed::Proxy`] in their place; then, with https, [`Passed::Secured`].
#[derive(Clone, Copy, Debug)]
pub enum Passed<'p> {
    /// It goes through no proxy.
    Direct,
    /// The proxy of this host and port made the way free.
    Proxy(&'p str, u16),
    /// The name stands for these addresses.
    Resolved(&'p [SocketAddr]),
    /// This one took the connection.
    Connected(SocketAddr),
    /// The server proved who it is.
    Secured(ProtocolVersion),
}

/// Why there is no answer.
#[derive(Debug)]
pub struct Failure {
    /// What happened.
    pub cause: Cause,
    /// Whether any byte of the request may have left.
    pub sent: bool,
    /// Whether it was a connection that had lain idle, which the server may have closed meanwhile.
    pub stale: bool,
    /// Whether a connection was made, or tried, for it.
    pub new_connection: bool,
    /// What came of the answer's body.
    pub came: Vec<u8>,
}

impl Failure {
    /// Nothing of the request was sent.
    fn unsent(cause: Cause, new_connection: bool) -> Self {
        let is_remembered = matches!(cause, Cause::ProxyRefused { asked: false, .. });
        let new_connection = new_connection && !is_remembered;
        Self { cause, sent: false, stale: false, new_connection, came: Vec::new() }
    }

    /// Whether it was tried at all: not where the time was up before, or a proxy's refusal is remembered.
    #[must_use]
    pub fn was_tried(&self) -> bool {
        self.sent || self.new_connection
    }
}

/// What happened to an exchange. No text holds any part of the URL but the host.
#[derive(Debug)]
pub enum Cause {
    /// The call had to end while it waited for this; in words.
    Stopped(Stop, String),
    /// No connection within its time, which is shorter than the call's; in words.
    ConnectTimeout(String),
    /// No connection, or one that broke; in words.
    Network(String),
    /// Nothing may be sent there, and no other try would change that: the certificate or the TLS is not such as can be
    /// trusted, or the address is not one that a token may travel to unencrypted; in words.
    Untrusted(String),
    /// Its caller did not let it send.
    Withheld,
    /// The proxy does not let us, and is not to be asked again so soon.
    ProxyRefused {
        /// Whether it was asked this time; else it had refused before, which is remembered.
        asked: bool,
        /// What it said, in words.
        message: String,
        /// When it may be asked again.
        retry_after: Duration,
    },
    /// The answer is no HTTP, is cut short, or is too large; in words.
    Broken(String),
}

impl Transport {
    /// A pool without connections.
    #[must_use]
    pub fn new(settings: Settings, network: &Arc<Network>) -> Self {
        let pool = Arc::default();
        network.join(&pool);
        Self { dialer: Dialer::new(settings, Arc::clone(network)), pool, network: Arc::clone(network) }
    }

    /// The same with all that was learned left out: no connection, address, TLS session or refusal of a proxy is known.
    #[must_use]
    pub fn afresh(&self) -> Self {
        let network = Arc::default();
        let pool = Arc::default();
        Network::join(&network, &pool);
        Self { dialer: self.dialer.afresh(Arc::clone(&network)), pool, network }
    }

    /// Makes a connection to where `uri` is, and keeps it for the next request; `passed` is told how far it has come.
    ///
    /// # Errors
    /// When there is none. Nothing of a request was sent.
    pub fn connect(&self, call: &Arc<Call>, uri: &Uri, passed: &mut dyn FnMut(Passed)) -> Result<(), Failure> {
        let connection = self.dial(call, uri, passed).map_err(|cause| Failure::unsent(cause, true))?;
        self.pool.give_back(connection);
        Ok(())
    }

    /// POSTs `body`. The path and query of `uri` are sent as they stand there; it is cheap to clone, and so to keep.
    /// `may_send` is asked when there is a connection, right before the request's first byte.
    ///
    /// # Errors
    /// When no whole HTTP answer came back.
    pub fn post(
        &self,
        call: &Arc<Call>,
        uri: &Uri,
        content_type: &str,
        body: &[u8],
        kept: Kept,
        may_send: &dyn Fn() -> bool,
    ) -> Result<Reply, Failure> {
        self.run(call, Request { uri, body: Some((content_type, body)) }, kept, may_send)
    }

    /// GETs `uri`.
    ///
    /// # Errors
    /// When no whole HTTP answer came back.
    pub fn get(&self, call: &Arc<Call>, uri: &Uri, kept: Kept) -> Result<Reply, Failure> {
        self.run(call, Request { uri, body: None }, kept, &|| true)
    }

    fn run(
        &self,
        call: &Arc<Call>,
        request: Request,
        kept: Kept,
        may_send: &dyn Fn() -> bool,
    ) -> Result<Reply, Failure> {
        self.network.sweep();
        let unsent = |new_connection| move |cause| Failure::unsent(cause, new_connection);
        let no_time = |stop| dial::stopped(stop, Who::Server(Place::of(request.uri)));
        call.check().map_err(no_time).map_err(unsent(false))?;
        let taken = self.pool.take(request.uri, kept);
        let new_connection = taken.is_none();
        let (mut connection, idle) = match taken {
            Some(taken) => taken,
            None => (self.dial(call, request.uri, &mut |_| ()).map_err(unsent(true))?, Duration::ZERO),
        };
        call.hold(connection.socket());
        // Its time may be up already, and then nothing was sent.
        let ready = call.check().map_err(no_time);
        let ready = ready.and_then(|()| if may_send() { Ok(()) } else { Err(Cause::Withheld) });
        let mut body = Vec::new();
        let exchanged = ready.map_err(unsent(new_connection)).and_then(|()| {
            connection.exchange(request, call.deadline(), &mut body).map_err(|fault| Failure {
                cause: cause(fault, call, request.uri),
                sent: true,
                stale: idle >= STALE,
                new_connection,
                came: mem::take(&mut body),
            })
        });
        // Before it may serve another call: it is no longer this one's to hang up.
        call.release();
        let (answered, is_reusable) = exchanged?;
        if is_reusable {
            self.pool.give_back(connection);
        }
        Ok(Reply { status: answered.status, body, date: answered.date, new_connection })
    }

    fn dial(&self, call: &Arc<Call>, uri: &Uri, passed: &mut dyn FnMut(Passed)) -> Result<Connection, Cause> {
        let stream = self.dialer.dial(call, uri, passed);
        call.release();
        Ok(Connection::new(stream?, uri))
    }
}

fn cause(fault: Fault, call: &Call, uri: &Uri) -> Cause {
    if let Err(stop) = call.check() {
        return Cause::Stopped(stop, ANSWER.to_owned());
    }
    match fault {
        // The system's timers may ring a moment early.
        Fault::Io(error) if error.kind() == ErrorKind::TimedOut && error.raw_os_error().is_none() => {
            Cause::Stopped(Stop::Deadline, ANSWER.to_owned())
        }
        Fault::Io(error) => Cause::Network(words::exchange(&error, Who::Server(Place::of(uri)))),
        Fault::Broken(why) => Cause::Broken(why),
    }
}
