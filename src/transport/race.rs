//! Connects to whichever of a host's addresses answers first (RFC 8305).

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use socket2::{Domain, Protocol, Socket, Type};

use crate::call::{Call, HangUp};
use crate::lock::lock;

/// The next address gets its chance when the last has not answered for so long.
const HEAD_START: Duration = Duration::from_millis(250);

/// Both families in turn, beginning with that of the first.
pub fn interleaved(addresses: impl IntoIterator<Item = SocketAddr>) -> Vec<SocketAddr> {
    let mut addresses = addresses.into_iter().peekable();
    let first = addresses.peek().is_some_and(SocketAddr::is_ipv6);
    let (ones, others): (Vec<_>, Vec<_>) = addresses.partition(|address| address.is_ipv6() == first);
    let mut others = others.into_iter();
    let mut mixed = Vec::new();
    for one in ones {
        mixed.push(one);
        mixed.extend(others.next());
    }
    mixed.extend(others);
    mixed
}

/// The first of `addresses` that can be connected to.
///
/// # Errors
/// `TimedOut` where none answered by `deadline` or the call was stopped; else what the address said that came furthest.
pub fn race(call: &Call, addresses: &[SocketAddr], deadline: Instant) -> io::Result<(Arc<Socket>, SocketAddr)> {
    let runners = Arc::new(Runners::default());
    call.hold(&runners);
    let won = runners.run(call, addresses, deadline);
    call.release();
    let (socket, address) = won?;
    socket.set_nonblocking(false)?;
    Ok((socket, address))
}

/// Connects under way, which stopping the call ends together.
#[derive(Default)]
struct Runners(Mutex<Vec<(Arc<Socket>, SocketAddr)>>);

impl HangUp for Runners {
    fn hang_up(&self) {
        lock(&self.0).iter().for_each(|(socket, _)| socket.hang_up());
    }
}

impl Runners {
    fn run(&self, call: &Call, addresses: &[SocketAddr], deadline: Instant) -> io::Result<(Arc<Socket>, SocketAddr)> {
        let mut waiting = addresses.iter().copied().peekable();
        let mut next_start = Instant::now();
        let mut failure: Option<io::Error> = None;
        loop {
            let running = lock(&self.0).clone();
            // Where nobody runs, there is nobody to wait for.
            if (running.is_empty() || Instant::now() >= next_start)
                && let Some(address) = waiting.next()
            {
                match start(address) {
                    Ok(socket) => lock(&self.0).push((Arc::new(socket), address)),
                    Err(error) => note(&mut failure, error),
                }
                next_start = Instant::now() + HEAD_START;
                continue;
            }
            if running.is_empty() {
                return Err(failure.unwrap_or_else(|| ErrorKind::AddrNotAvailable.into()));
            }
            // Also those that started since the call was stopped must not be waited for.
            call.check().map_err(|_| ErrorKind::TimedOut)?;
            let until = if waiting.peek().is_some() { next_start.min(deadline) } else { deadline };
            for index in ready(&running, until)? {
                let (socket, address) = &running[index];
                match connected(socket) {
                    Ok(()) => return Ok((Arc::clone(socket), *address)),
                    Err(error) => {
                        note(&mut failure, error);
                        lock(&self.0).retain(|(it, _)| !Arc::ptr_eq(it, socket));
                        next_start = Instant::now();
                    }
                }
            }
            if Instant::now() >= deadline {
                return Err(ErrorKind::TimedOut.into());
            }
        }
    }
}

fn start(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_tcp_nodelay(true)?;
    // What a dead or abandoned call had not delivered is thrown away: it must not be carried out later.
    socket.set_linger(Some(Duration::ZERO))?;
    socket.set_nonblocking(true)?;
    match socket.connect(&address.into()) {
        Ok(()) => Ok(socket),
        Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => Ok(socket),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(socket),
        Err(error) => Err(error),
    }
}

/// Those whose connect has come to an end, by `until`.
fn ready(running: &[(Arc<Socket>, SocketAddr)], until: Instant) -> io::Result<Vec<usize>> {
    let mut polled: Vec<_> =
        running.iter().map(|(socket, _)| PollFd::from_borrowed_fd(socket.as_fd(), PollFlags::OUT)).collect();
    let left = until.saturating_duration_since(Instant::now());
    let left = Timespec::try_from(left).unwrap_or(Timespec { tv_sec: i64::from(i32::MAX), tv_nsec: 0 });
    match poll(&mut polled, Some(&left)) {
        Ok(_) => Ok((0..polled.len()).filter(|index| !polled[*index].revents().is_empty()).collect()),
        Err(rustix::io::Errno::INTR) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

fn connected(socket: &Socket) -> io::Result<()> {
    match socket.take_error()? {
        Some(error) => Err(error),
        // A hang-up may leave no error behind.
        None => socket.peer_addr().map(drop),
    }
}

/// Keeps what says most: an address that this machine has no way to says nothing of the host.
fn note(failure: &mut Option<io::Error>, error: io::Error) {
    let no_way = matches!(
        error.kind(),
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable | ErrorKind::AddrNotAvailable
    );
    if failure.is_none() || !no_way {
        *failure = Some(error);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use super::*;

    /// An address that swallows: its queue is full, and nobody accepts.
    fn swallowing() -> (Socket, SocketAddr, Vec<TcpStream>) {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let mut queued = Vec::new();
        while let Ok(connection) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
            queued.push(connection);
        }
        (listener, address, queued)
    }

    fn refusing() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
    }

    /// Who wins, and after how long.
    fn run(addresses: &[SocketAddr], patience: Duration) -> (io::Result<SocketAddr>, Duration) {
        let began = Instant::now();
        let won = race(&Call::new(Duration::from_secs(60)), addresses, began + patience);
        (won.map(|(_, address)| address), began.elapsed())
    }

    #[test]
    fn a_dead_first_address_costs_no_more_than_300_ms() {
        let (_listener, swallows, _queued) = swallowing();
        let live = TcpListener::bind("127.0.0.1:0").unwrap();
        let live = live.local_addr().map(|address| (live, address)).unwrap();
        let (won, elapsed) = run(&[swallows, swallows, live.1], Duration::from_secs(10));
        assert_eq!(won.unwrap(), live.1);
        assert!((2 * HEAD_START..3 * HEAD_START).contains(&elapsed), "{elapsed:?}");
        let (won, elapsed) = run(&[swallows, live.1], Duration::from_secs(10));
        assert_eq!(won.unwrap(), live.1);
        // As much more as a busy machine may need.
        assert!(HEAD_START < Duration::from_millis(300) && elapsed < 2 * HEAD_START, "{elapsed:?}");
        // One that refuses gives way at once.
        let (won, elapsed) = run(&[refusing(), refusing(), live.1], Duration::from_secs(10));
        assert_eq!(won.unwrap(), live.1);
        assert!(elapsed < HEAD_START, "{elapsed:?}");
    }

    #[test]
    fn where_nobody_answers_the_race_ends_at_the_deadline_and_where_all_refuse_at_once() {
        let (_listener, swallows, _queued) = swallowing();
        let (won, elapsed) = run(&[swallows, swallows], Duration::from_millis(400));
        assert_eq!(won.unwrap_err().kind(), ErrorKind::TimedOut);
        assert!((Duration::from_millis(400)..Duration::from_secs(2)).contains(&elapsed), "{elapsed:?}");
        let (won, _) = run(&[refusing(), refusing()], Duration::from_secs(10));
        assert_eq!(won.unwrap_err().kind(), ErrorKind::ConnectionRefused);
        assert_eq!(run(&[], Duration::from_secs(10)).0.unwrap_err().kind(), ErrorKind::AddrNotAvailable);
    }

    #[test]
    fn families_take_turns_beginning_with_the_first() {
        let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<SocketAddr>>();
        let mixed = interleaved(addresses(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1", "1.1.1.2:1"]));
        assert_eq!(mixed, addresses(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "1.1.1.2:1", "[::3]:1"]));
        let mixed = interleaved(addresses(&["1.1.1.1:1", "[::1]:1", "[::2]:1"]));
        assert_eq!(mixed, addresses(&["1.1.1.1:1", "[::1]:1", "[::2]:1"]));
        assert!(interleaved([]).is_empty());
    }

    #[test]
    fn every_socket_throws_away_what_it_had_not_delivered() {
        let live = TcpListener::bind("127.0.0.1:0").unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        let (socket, _) = race(&Call::new(Duration::from_secs(60)), &[live.local_addr().unwrap()], deadline).unwrap();
        assert_eq!(socket.linger().unwrap(), Some(Duration::ZERO));
    }
}
