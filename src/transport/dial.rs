//! A new connection: name, race of addresses, proxy, TLS; all of it within `connect_timeout_ms`.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use rustls::client::Resumption;
use ureq::Proxy;
use ureq::http::Uri;
use ureq::http::uri::Scheme;

use super::link::Link;
use super::network::Network;
use super::race;
use super::resolver::Place;
use super::stream::Stream;
use super::tunnel::{self, NoTunnel, NotNow};
use super::words::{self, Who};
use super::{Cause, Passed, Settings};
use crate::call::{Call, Stop};
use crate::secret::Secret;

/// Makes a client's connections.
pub struct Dialer {
    connect_timeout: Duration,
    insecure_http: bool,
    /// With what it is told of who asks.
    proxy: Option<(Proxy, Option<Secret>)>,
    /// Made with the first connection: looking through the system's roots takes a while.
    tls: Arc<Tls>,
    network: Arc<Network>,
}

type Tls = LazyLock<TlsConfig, Box<dyn FnOnce() -> TlsConfig + Send>>;
type TlsConfig = Result<Arc<ClientConfig>, rustls::Error>;

/// One connection being made.
struct Dial<'d> {
    call: &'d Arc<Call>,
    deadline: Instant,
}

impl Dialer {
    pub fn new(settings: Settings, network: Arc<Network>) -> Self {
        let roots = settings.roots;
        Self {
            connect_timeout: settings.connect_timeout,
            insecure_http: settings.insecure_http,
            proxy: settings.proxy.map(|proxy| {
                let told = tunnel::authorization(&proxy);
                (proxy, told)
            }),
            tls: Arc::new(LazyLock::new(Box::new(move || roots.into_config()))),
            network,
        }
    }

    /// The same, which knows no address and no TLS session: one that goes on would not look at the certificate.
    pub fn afresh(&self, network: Arc<Network>) -> Self {
        let tls = Arc::clone(&self.tls);
        let without_sessions = move || {
            let mut config = ClientConfig::clone(LazyLock::force(&tls).as_ref().map_err(Clone::clone)?);
            config.resumption = Resumption::disabled();
            Ok(Arc::new(config))
        };
        Self {
            connect_timeout: self.connect_timeout,
            insecure_http: self.insecure_http,
            proxy: self.proxy.clone(),
            tls: Arc::new(LazyLock::new(Box::new(without_sessions))),
            network,
        }
    }

    /// Connects to where `uri` is; `passed` is told how far it has come.
    ///
    /// # Errors
    /// Why there is no connection. Nothing of a request was sent.
    pub fn dial(&self, call: &Arc<Call>, uri: &Uri, passed: &mut dyn FnMut(Passed)) -> Result<Stream, Cause> {
        let deadline = Instant::now().checked_add(self.connect_timeout).unwrap_or(call.deadline());
        let dial = Dial { call, deadline: deadline.min(call.deadline()) };
        let target = Place::of(uri);
        let server = Who::Server(target);
        let is_https = uri.scheme() == Some(&Scheme::HTTPS);
        let proxy = self.proxy.as_ref().filter(|(proxy, _)| !proxy.is_no_proxy(uri));
        let stream = if let Some((proxy, told)) = proxy {
            let stream = self.through(&dial, proxy, told.as_ref(), target)?;
            passed(Passed::Proxy(proxy.host(), proxy.port()));
            stream
        } else {
            passed(Passed::Direct);
            let may_connect = |address: &SocketAddr| is_https || may_go_unencrypted(address.ip(), self.insecure_http);
            self.connect(&dial, target, server, may_connect, passed)?
        };
        if !is_https {
            return Ok(stream);
        }
        let stream = self.secured(&dial, stream, target.host, server)?;
        stream.tls_version().into_iter().for_each(|version| passed(Passed::Secured(version)));
        Ok(stream)
    }

    /// The name, and the race of its addresses.
    fn connect(
        &self,
        dial: &Dial,
        place: Place,
        who: Who,
        may_connect: impl Fn(&SocketAddr) -> bool,
        passed: &mut dyn FnMut(Passed),
    ) -> Result<Stream, Cause> {
        let addresses = self.network.names.addresses(dial.call, place, dial.deadline);
        let mut addresses = addresses.map_err(|error| dial.cause(&error, who, || words::lookup(&error, who)))?;
        addresses.retain(may_connect);
        if addresses.is_empty() {
            let near = if self.insecure_http { "loopback, link-local or private" } else { "loopback" };
            return Err(Cause::Untrusted(format!(
                "{} has no {near} address, and a token travels unencrypted to no other: use https",
                place.host
            )));
        }
        passed(Passed::Resolved(&addresses));
        let (socket, address) = race::race(dial.call, &addresses, dial.deadline).map_err(|error| {
            self.network.names.forget(place);
            dial.cause(&error, who, || words::connect(&error, who))
        })?;
        passed(Passed::Connected(address));
        self.network.names.prefer(place, address);
        let link = Link::new(socket, dial.deadline);
        dial.call.hold(link.socket());
        Ok(Stream::Plain(link))
    }

    fn through(&self, dial: &Dial, proxy: &Proxy, told: Option<&Secret>, target: Place) -> Result<Stream, Cause> {
        let place = Place { host: proxy.host(), port: proxy.port() };
        let who = Who::Proxy(place);
        let key = tunnel::Key { proxy: place.to_string(), target: target.to_string(), authorization: told.cloned() };
        let asking = self.network.proxies.enter(dial.call, key, dial.deadline).map_err(|not_now| match not_now {
            NotNow::Refused(cause) => cause,
            NotNow::TimeIsUp => dial.time_is_up(who),
        })?;
        let mut stream = self.connect(dial, place, who, |_| true, &mut |_| ())?;
        if proxy.uri().scheme() == Some(&Scheme::HTTPS) {
            stream = self.secured(dial, stream, place.host, who)?;
        }
        match tunnel::open(&mut stream, who, target, told) {
            Ok(()) => asking.passed(),
            Err(NoTunnel::Io(error)) => return Err(dial.cause(&error, who, || words::exchange(&error, who))),
            Err(NoTunnel::Failed(why)) => return Err(Cause::Network(why)),
            Err(NoTunnel::Refused(why)) => return Err(asking.refused(why)),
        }
        Ok(stream)
    }

    fn secured(&self, dial: &Dial, stream: Stream, host: &str, who: Who) -> Result<Stream, Cause> {
        let config =
            LazyLock::force(&self.tls).as_ref().map_err(|_| Cause::Network("TLS could not be set up".to_owned()))?;
        let secured = stream.secured(config, host);
        secured.map_err(|error| match dial.cause(&error, who, || words::handshake(&error, who)) {
            Cause::Network(why) if words::is_final(&error) => Cause::Untrusted(why),
            cause => cause,
        })
    }
}

impl Dial<'_> {
    fn cause(&self, error: &io::Error, who: Who, in_words: impl FnOnce() -> String) -> Cause {
        match self.call.check() {
            Err(stop) => stopped(stop, who),
            Ok(()) if error.kind() == ErrorKind::TimedOut => self.time_is_up(who),
            Ok(()) => Cause::Network(in_words()),
        }
    }

    fn time_is_up(&self, who: Who) -> Cause {
        match self.call.check() {
            Err(stop) => stopped(stop, who),
            // The system's timers may ring a moment early.
            Ok(()) if self.deadline >= self.call.deadline() => stopped(Stop::Deadline, who),
            Ok(()) => Cause::ConnectTimeout(format!("no connection within connect_timeout_ms: {who} did not answer")),
        }
    }
}

/// What happened to a call that had to end while there was no connection yet.
pub fn stopped(stop: Stop, who: Who) -> Cause {
    Cause::Stopped(stop, format!("a connection to {who}"))
}

/// Whether a token may travel to this address without TLS.
fn may_go_unencrypted(address: IpAddr, insecure_http: bool) -> bool {
    let address = address.to_canonical();
    let is_near = match address {
        IpAddr::V4(address) => address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => address.is_unique_local() || address.is_unicast_link_local(),
    };
    address.is_loopback() || insecure_http && is_near
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::transport::Roots;

    #[test]
    fn the_address_that_won_is_tried_first_by_every_client_of_the_process() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap();
        let uri: Uri = format!("http://localhost:{}", address.port()).parse().unwrap();
        let network = Arc::new(Network::default());
        let dead = "127.0.0.1:1".parse().unwrap();
        network.names.know(Place { host: "localhost", port: address.port() }, vec![dead, address]);
        let tried_first = [(); 2].map(|()| {
            let settings = Settings {
                connect_timeout: Duration::from_secs(10),
                roots: Roots { given: None, extra: None },
                proxy: None,
                insecure_http: false,
            };
            let mut tried_first = None;
            let mut note = |passed: Passed| {
                if let Passed::Resolved(addresses) = passed {
                    tried_first = addresses.first().copied();
                }
            };
            let dialer = Dialer::new(settings, Arc::clone(&network));
            dialer.dial(&Call::new(Duration::from_secs(60)), &uri, &mut note).unwrap();
            tried_first
        });
        assert_eq!(tried_first, [Some(dead), Some(address)]);
    }

    #[test]
    fn a_token_goes_unencrypted_to_this_machine_and_with_insecure_http_to_what_is_near() {
        for (address, always, insecure) in [
            ("127.0.0.1", true, true),
            ("::1", true, true),
            ("::ffff:127.0.0.1", true, true),
            ("10.1.2.3", false, true),
            ("172.16.0.1", false, true),
            ("192.168.1.1", false, true),
            ("169.254.1.1", false, true),
            ("fd00::1", false, true),
            ("fe80::1", false, true),
            ("::ffff:10.1.2.3", false, true),
            ("172.32.0.1", false, false),
            ("100.64.0.1", false, false),
            ("8.8.8.8", false, false),
            ("0.0.0.0", false, false),
            ("2001:db8::1", false, false),
        ] {
            let parsed = address.parse().unwrap();
            let may = [false, true].map(|insecure_http| may_go_unencrypted(parsed, insecure_http));
            assert_eq!(may, [always, insecure], "{address}");
        }
    }
}
