//! One HTTPS exchange on a kept connection.
//!
//! ureq with two parts of its own making: a resolver that remembers ([`resolver`]), and a connector whose socket obeys
//! the call's deadline and hangs up when the call is stopped ([`socket`]), wrapped so that a request leaves in one
//! packet ([`coalesce`]). Agents wait for their next call on a stack ([`agents`]).

mod agents;
mod attempt;
mod coalesce;
mod resolver;
mod roots;
mod socket;

use std::io::Read;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use ureq::config::Config;
use ureq::http::{self, Request, header::CONTENT_TYPE};
use ureq::tls::TlsConfig;
use ureq::unversioned::transport::{ConnectProxyConnector, Connector, RustlsConnector};
use ureq::{Agent, Proxy};

use crate::call::{Call, Stop};
use agents::{Agents, IDLE_MAX, Shared};
use attempt::Attempt;

pub use roots::Roots;

/// The largest answer that is read, in bytes, after decompression.
pub const BODY_MAX: u64 = 8 * 1024 * 1024;
/// A connection idle for longer may be closed already, which an add must not find out the hard way.
const FRESH: Duration = Duration::from_secs(5);
/// One used more lately was hardly closed for being idle.
const STALE: Duration = Duration::from_secs(1);
/// An agent serves one exchange at a time: a connection to WeCom, and one to where its pictures are.
const CONNECTIONS: usize = 2;
const HEADERS_MAX: usize = 32 * 1024;
/// As much as the standard library wants free before it looks for the end.
const END_SEEN: usize = 32;

/// A client's connections.
pub struct Transport {
    agents: Agents,
    connect_timeout: Duration,
}

/// What a transport is made from.
pub struct Settings {
    /// How long a connection may take to be there: name, TCP and TLS together.
    pub connect_timeout: Duration,
    /// Who is trusted.
    pub roots: Roots,
    /// Through which proxy.
    pub proxy: Option<Proxy>,
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
    /// Whether a connection was made for it.
    pub new_connection: bool,
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
}

/// What happened to an exchange.
#[derive(Debug)]
pub enum Cause {
    /// The call had to end.
    Stopped(Stop),
    /// No connection within its time, which is shorter than the call's.
    ConnectTimeout,
    /// No connection, or one that broke; in words without any part of the URL.
    Network(String),
    /// The answer is no HTTP, is cut short, or is too large; in words.
    Broken(String),
}

impl Transport {
    /// A pool without connections.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let names = Arc::new(resolver::Names::default());
        let connect_timeout = settings.connect_timeout;
        // Made with the first connection: looking through the system's roots takes a while.
        let config = LazyLock::new(move || config_of(settings));
        let connector =
            ().chain(ConnectProxyConnector::default())
                .chain(socket::SocketConnector::new(Arc::clone(&names)))
                .chain(RustlsConnector::default())
                .chain(coalesce::CoalescingConnector);
        let connector = Arc::new(connector);
        let make = move || {
            let resolver = resolver::Remembering(Arc::clone(&names));
            Agent::with_parts(config.clone(), Shared(Arc::clone(&connector)), resolver)
        };
        Self { agents: Agents::new(make), connect_timeout }
    }

    /// POSTs `body`.
    ///
    /// # Errors
    /// When no whole HTTP answer came back.
    pub fn post(
        &self,
        call: &Arc<Call>,
        uri: http::Uri,
        content_type: &str,
        body: &[u8],
        kept: Kept,
    ) -> Result<Reply, Failure> {
        let request = Request::post(uri).header(CONTENT_TYPE, content_type).body(body);
        self.run(call, request, kept)
    }

    /// GETs `uri`.
    ///
    /// # Errors
    /// When no whole HTTP answer came back.
    pub fn get(&self, call: &Arc<Call>, uri: http::Uri, kept: Kept) -> Result<Reply, Failure> {
        self.run(call, Request::get(uri).body(()), kept)
    }

    fn run<B: ureq::AsSendBody>(
        &self,
        call: &Arc<Call>,
        request: http::Result<Request<B>>,
        kept: Kept,
    ) -> Result<Reply, Failure> {
        let idle_max = match kept {
            Kept::Any => IDLE_MAX,
            Kept::Recent => FRESH,
            Kept::None => Duration::ZERO,
        };
        let attempt = Attempt::new(call, self.connect_timeout, idle_max);
        let entered = attempt.enter();
        let outcome = call.check().map_err(Cause::Stopped).and_then(|()| {
            let agent = self.agents.take();
            let exchanged = request.map_err(ureq::Error::from).and_then(|request| exchange(&agent, request));
            // Before its connection may serve another call: it is no longer this one's to hang up.
            call.release();
            self.agents.give_back(agent);
            exchanged.map_err(|error| cause(&error, call, &entered))
        });
        let (sent, new_connection) = (entered.sent(), entered.connected());
        match outcome {
            Ok((status, body)) => Ok(Reply { status, body, new_connection }),
            Err(cause) => Err(Failure { cause, sent, stale: sent && entered.idle() >= STALE, new_connection }),
        }
    }
}

fn config_of(settings: Settings) -> Config {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(settings.proxy)
        .tls_config(TlsConfig::builder().root_certs(settings.roots.into_ureq()).build())
        .user_agent(concat!("contactway/", env!("CARGO_PKG_VERSION")))
        .max_idle_connections(CONNECTIONS)
        .max_idle_connections_per_host(1)
        .max_idle_age(IDLE_MAX)
        .max_response_header_size(HEADERS_MAX)
        .input_buffer_size(2 * HEADERS_MAX)
        .output_buffer_size(HEADERS_MAX)
        .build()
}

fn exchange<B: ureq::AsSendBody>(agent: &Agent, request: Request<B>) -> Result<(u16, Vec<u8>), ureq::Error> {
    let mut response = agent.run(request)?;
    let status = response.status().as_u16();
    // Room for all of it, and enough beyond that the end is seen without growing.
    let length = response.body().content_length().unwrap_or(0).min(BODY_MAX);
    let mut body = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + END_SEEN);
    response.body_mut().with_config().limit(BODY_MAX).reader().read_to_end(&mut body)?;
    Ok((status, body))
}

/// Our words for ureq's error, by its variant: its own texts may hold the URL, and so the token.
fn cause(error: &ureq::Error, call: &Call, attempt: &Attempt) -> Cause {
    use ureq::Error as E;
    if let Err(stop) = call.check() {
        return Cause::Stopped(stop);
    }
    match error {
        // The system's timers may ring a moment early.
        E::Timeout(_) if attempt.io_deadline() >= call.deadline() => Cause::Stopped(Stop::Deadline),
        E::Timeout(_) => Cause::ConnectTimeout,
        E::HostNotFound => Cause::Network("the host's name was not found".to_owned()),
        E::Io(error) => Cause::Network(in_words(error)),
        E::Rustls(error) => Cause::Network(format!("TLS failed: {error}")),
        E::Tls(text) => Cause::Network(format!("TLS failed: {text}")),
        E::TlsRequired | E::Pem(_) => Cause::Network("TLS failed".to_owned()),
        E::ConnectProxyFailed(_) => Cause::Network("the proxy refused the connection".to_owned()),
        E::Protocol(error) => Cause::Broken(format!("the answer is not HTTP: {error}")),
        E::LargeResponseHeader(..) => Cause::Broken("the answer's headers are too large".to_owned()),
        E::BodyExceedsLimit(_) => Cause::Broken("the answer is larger than 8 MiB".to_owned()),
        E::Decompress(..) => Cause::Broken("the answer's gzip is damaged".to_owned()),
        _ => Cause::Network("the connection failed".to_owned()),
    }
}

fn in_words(error: &std::io::Error) -> String {
    use std::io::ErrorKind as K;
    match error.kind() {
        K::ConnectionRefused => "the connection was refused".to_owned(),
        K::ConnectionReset | K::BrokenPipe | K::ConnectionAborted => "the connection was reset".to_owned(),
        K::UnexpectedEof => "the server closed the connection before its answer was whole".to_owned(),
        K::HostUnreachable | K::NetworkUnreachable => "the host cannot be reached".to_owned(),
        // TLS faults arrive wrapped as invalid data; their texts name certificates and alerts only.
        K::InvalidData => format!("TLS failed: {error}"),
        kind => format!("the connection failed: {kind}"),
    }
}
