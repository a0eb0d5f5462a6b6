//! Where the server listens.

use std::io::{ErrorKind, Result};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};

/// How often another free port is tried, where one is free for IPv4 and taken for IPv6.
const TRIES: usize = 20;

/// Listens at an address; for 127.0.0.1 also on `::1`, the same machine for whoever says `localhost`, if it has that.
pub fn listen(host: IpAddr, port: u16) -> Result<Vec<TcpListener>> {
    let mut tries = 1..=TRIES;
    loop {
        let first = TcpListener::bind((host, port))?;
        if host != Ipv4Addr::LOCALHOST {
            return Ok(vec![first]);
        }
        let is_last = tries.next().is_none() || port != 0;
        match TcpListener::bind((Ipv6Addr::LOCALHOST, first.local_addr()?.port())) {
            Ok(second) => return Ok(vec![first, second]),
            Err(error) if error.kind() == ErrorKind::AddrInUse && is_last => return Err(error),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            // A machine without IPv6.
            Err(_) => return Ok(vec![first]),
        }
    }
}
