//! Names, looked up once and remembered for a while.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};
use ureq::http::Uri;
use ureq::http::uri::Scheme;

use super::race;
use crate::call::Call;
use crate::lock::lock;

const REMEMBERED: Duration = Duration::from_secs(60);

/// A host, as a URL has it, and a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'p> {
    pub host: &'p str,
    pub port: u16,
}

impl<'p> Place<'p> {
    /// Where `uri` leads to.
    pub fn of(uri: &'p Uri) -> Self {
        let default = if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 };
        Self { host: uri.host().unwrap_or_default(), port: uri.port_u16().unwrap_or(default) }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        write!(to, "{}:{}", self.host, self.port)
    }
}

/// What was looked up, by host and port.
#[derive(Debug, Default)]
pub struct Names(Mutex<BTreeMap<(String, u16), Known>>);

#[derive(Debug)]
struct Known {
    /// In the order in which they are to be tried.
    addresses: Vec<SocketAddr>,
    since: Instant,
}

impl Names {
    /// The addresses of a place, in the order in which they are to be tried.
    ///
    /// # Errors
    /// `TimedOut` where the lookup took longer than until `deadline` or the call was stopped; else why it could not be
    /// made.
    pub fn addresses(&self, call: &Arc<Call>, place: Place, deadline: Instant) -> io::Result<Vec<SocketAddr>> {
        let host = place.host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, place.port)]);
        }
        if let Some(known) = lock(&self.0).get(&key(place))
            && known.since.elapsed() < REMEMBERED
        {
            return Ok(known.addresses.clone());
        }
        let addresses = race::interleaved(look_up(call, place, deadline)?);
        let known = Known { addresses: addresses.clone(), since: Instant::now() };
        let mut names = lock(&self.0);
        // Only when there are twice as many, so that it costs little on the whole.
        if names.len().is_power_of_two() {
            names.retain(|_, known| known.since.elapsed() < REMEMBERED);
        }
        names.insert(key(place), known);
        Ok(addresses)
    }

    /// What a lookup would have brought.
    #[cfg(test)]
    pub fn know(&self, place: Place, addresses: Vec<SocketAddr>) {
        lock(&self.0).insert(key(place), Known { addresses, since: Instant::now() });
    }

    /// This address answered: it is tried first from now on.
    pub fn prefer(&self, place: Place, address: SocketAddr) {
        if let Some(known) = lock(&self.0).get_mut(&key(place))
            && let Some(index) = known.addresses.iter().position(|it| *it == address)
        {
            known.addresses[..=index].rotate_right(1);
        }
    }

    /// None of its addresses could be connected to: it may have moved.
    pub fn forget(&self, place: Place) {
        lock(&self.0).remove(&key(place));
    }
}

fn key(place: Place) -> (String, u16) {
    (place.host.to_ascii_lowercase(), place.port)
}

/// A lookup cannot be interrupted, so it gets a thread, which may outlive the call that no longer waits for it.
fn look_up(call: &Arc<Call>, place: Place, deadline: Instant) -> io::Result<Vec<SocketAddr>> {
    let found = Arc::new(Mutex::new(None));
    let (for_thread, waiting, host, port) = (Arc::clone(&found), Arc::clone(call), place.host.to_owned(), place.port);
    thread::Builder::new().name("contactway-lookup".to_owned()).spawn(move || {
        let addresses = (host.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        *lock(&for_thread) = Some(addresses);
        waiting.wake();
    })?;
    loop {
        if let Some(addresses) = lock(&found).take() {
            return addresses.map_err(|error| no_descriptor().unwrap_or(error));
        }
        if call.park_until(deadline).is_err() || Instant::now() >= deadline {
            return Err(io::ErrorKind::TimedOut.into());
        }
    }
}

/// Of a process without descriptors the system's resolver says that there is no such name.
fn no_descriptor() -> Option<io::Error> {
    Socket::new(Domain::IPV4, Type::DGRAM, None).err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_that_answered_is_tried_first_until_none_does() {
        let names = Names::default();
        let place = Place { host: "wecom.invalid", port: 1 };
        let [one, two, three] = ["1.1.1.1:1", "[::1]:1", "1.1.1.2:1"].map(|text| text.parse().unwrap());
        names.know(place, vec![one, two, three]);
        let call = Call::new(Duration::from_secs(60));
        let asked = || names.addresses(&call, place, call.deadline());
        names.prefer(place, three);
        assert_eq!(asked().unwrap(), [three, one, two]);
        names.prefer(place, one);
        assert_eq!(asked().unwrap(), [one, three, two]);
        names.forget(place);
        assert!(asked().is_err(), "looked up again");
    }
}
