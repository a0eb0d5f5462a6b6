//! Names, looked up once and remembered for a while.
//!
//! ureq's own resolver starts a thread for a lookup at every call that has a deadline, kept connection or not.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::{Error, Timeout};

use super::attempt::Attempt;
use crate::lock::lock;

const REMEMBERED: Duration = Duration::from_secs(60);
const MAX_ADDRESSES: usize = 16;

/// What was looked up, by host and port.
#[derive(Debug, Default)]
pub struct Names(Mutex<HashMap<(String, u16), Known>>);

/// Addresses, and since when they are known.
type Known = (Vec<SocketAddr>, Instant);

impl Names {
    fn recall(&self, host: &str, port: u16) -> Option<Vec<SocketAddr>> {
        let names = lock(&self.0);
        let (addresses, since) = names.get(&(host.to_owned(), port))?;
        (since.elapsed() < REMEMBERED).then(|| addresses.clone())
    }

    fn remember(&self, host: &str, port: u16, addresses: &[SocketAddr]) {
        lock(&self.0).insert((host.to_owned(), port), (addresses.to_vec(), Instant::now()));
    }

    /// None of its addresses could be connected to: it may have moved.
    pub fn forget(&self, uri: &Uri) {
        if let Some((host, port)) = host_and_port(uri) {
            lock(&self.0).remove(&(host.to_owned(), port));
        }
    }
}

/// The resolver that ureq asks before every request.
#[derive(Debug)]
pub struct Remembering(pub Arc<Names>);

impl Resolver for Remembering {
    fn resolve(&self, uri: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let (host, port) = host_and_port(uri).ok_or(Error::HostNotFound)?;
        let mut resolved = self.empty();
        if let Ok(address) = host.parse::<IpAddr>() {
            resolved.push(SocketAddr::new(address, port));
            return Ok(resolved);
        }
        let addresses = match self.0.recall(host, port) {
            Some(addresses) => addresses,
            None => look_up(host, port).inspect(|addresses| self.0.remember(host, port, addresses))?,
        };
        for address in addresses.into_iter().take(MAX_ADDRESSES) {
            resolved.push(address);
        }
        if resolved.is_empty() { Err(Error::HostNotFound) } else { Ok(resolved) }
    }
}

/// A lookup cannot be interrupted, so it gets a thread, which may outlive the call that no longer waits for it.
fn look_up(host: &str, port: u16) -> Result<Vec<SocketAddr>, Error> {
    let attempt = Attempt::current().ok_or(Error::ConnectionFailed)?;
    let found = Arc::new(Mutex::new(None));
    let (for_thread, call, host) = (Arc::clone(&found), Arc::clone(&attempt.call), host.to_owned());
    thread::Builder::new().name("contactway-lookup".to_owned()).spawn(move || {
        let addresses = (host.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        *lock(&for_thread) = Some(addresses);
        call.wake();
    })?;
    loop {
        if let Some(addresses) = lock(&found).take() {
            return addresses.map_err(|_| Error::HostNotFound);
        }
        let until = attempt.io_deadline();
        if attempt.call.park_until(until).is_err() || Instant::now() >= until {
            return Err(Error::Timeout(Timeout::Resolve));
        }
    }
}

fn host_and_port(uri: &Uri) -> Option<(&str, u16)> {
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    let port = uri.port_u16().or(match uri.scheme_str()? {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    })?;
    Some((host, port))
}
