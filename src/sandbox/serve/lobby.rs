//! Where connections arrive, and where those that say nothing wait: one thread for all of them.

use std::collections::{BTreeSet, HashMap};
use std::io::{ErrorKind, Result};
use std::net::TcpListener;
use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

use super::connection::{Connection, Manners, Open};
use super::door::Door;
use super::stop::Stop;
use super::workers::Workers;

/// So many connections at once; more wait until one ends.
const CONNECTIONS_MAX: usize = 10_000;
/// When it is tried again to take a connection in, where there was no room or no descriptor for it.
const AGAIN: Duration = Duration::from_millis(10);
const EVENTS: usize = 256;
/// A connection's token is its number; these are above all of them.
const DOOR: Token = Token(usize::MAX);
const LISTENERS: usize = usize::MAX / 2;

/// The lobby.
pub struct Lobby {
    poll: Poll,
    door: Arc<Door>,
    listeners: Vec<TcpListener>,
    open: Arc<Open>,
    manners: Manners,
    waiting: HashMap<Token, Waiting>,
    /// When which of them has waited for too long.
    ends: BTreeSet<(Instant, Token)>,
    next_number: u64,
    /// Whether somebody could not be taken in.
    is_full: bool,
}

fn is_listener(token: Token) -> bool {
    token != DOOR && token.0 >= LISTENERS
}

struct Waiting {
    connection: Connection,
    until: Option<Instant>,
}

impl Lobby {
    pub fn new(listeners: Vec<TcpListener>, open: Arc<Open>, manners: Manners) -> Result<(Self, Arc<Door>)> {
        let poll = Poll::new()?;
        for (listener, token) in listeners.iter().zip(LISTENERS..) {
            listener.set_nonblocking(true)?;
            poll.registry().register(&mut SourceFd(&listener.as_raw_fd()), Token(token), Interest::READABLE)?;
        }
        let door = Arc::new(Door::new(poll.registry(), DOOR)?);
        let lobby = Self {
            poll,
            door: Arc::clone(&door),
            listeners,
            open,
            manners,
            waiting: HashMap::new(),
            ends: BTreeSet::new(),
            next_number: 1,
            is_full: false,
        };
        Ok((lobby, door))
    }

    /// Takes connections in and hands those that speak to the workers, until the server ends.
    pub fn wait(&mut self, workers: &Arc<Workers>, stop: &Stop) {
        let mut events = Events::with_capacity(EVENTS);
        while !stop.is_set() {
            if let Err(error) = self.poll.poll(&mut events, self.timeout())
                && error.kind() != ErrorKind::Interrupted
            {
                return;
            }
            let is_somebody_at_the_door = events.iter().any(|event| is_listener(event.token()));
            for connection in events.iter().filter_map(|event| self.take(event.token())) {
                workers.serve(connection);
            }
            if is_somebody_at_the_door || self.is_full {
                self.accept();
            }
            for connection in self.door.returned() {
                self.seat(connection);
            }
            self.end_the_silent();
        }
    }

    fn timeout(&self) -> Option<Duration> {
        let first = self.ends.first().map(|(until, _)| until.saturating_duration_since(Instant::now()));
        let again = self.is_full.then_some(AGAIN);
        first.into_iter().chain(again).min()
    }

    fn accept(&mut self) {
        self.is_full = false;
        let mut arrived = Vec::new();
        for listener in &self.listeners {
            while !self.is_full {
                if self.open.count() >= CONNECTIONS_MAX {
                    self.is_full = true;
                    break;
                }
                match listener.accept() {
                    Ok((stream, _)) => {
                        arrived.extend(Connection::new(self.next_number, stream, &self.open, &self.manners));
                        self.next_number += 1;
                    }
                    Err(error) => match error.kind() {
                        ErrorKind::WouldBlock => break,
                        ErrorKind::Interrupted | ErrorKind::ConnectionAborted => {}
                        // Out of descriptors, most likely: a connection that ends makes room.
                        _ => self.is_full = true,
                    },
                }
            }
        }
        for connection in arrived {
            self.seat(connection);
        }
    }

    /// Lets a connection wait until it says something.
    fn seat(&mut self, mut connection: Connection) {
        connection.shrink();
        let Some(token) = usize::try_from(connection.number).ok().map(Token) else { return };
        let fd = connection.stream.as_raw_fd();
        if self.poll.registry().register(&mut SourceFd(&fd), token, Interest::READABLE).is_err() {
            return;
        }
        let until = (!connection.may_be_silent()).then(|| Instant::now() + self.manners.idle);
        self.ends.extend(until.map(|until| (until, token)));
        self.waiting.insert(token, Waiting { connection, until });
    }

    /// The connection of a token, which waits no longer.
    fn take(&mut self, token: Token) -> Option<Connection> {
        let Waiting { connection, until } = self.waiting.remove(&token)?;
        if let Some(until) = until {
            self.ends.remove(&(until, token));
        }
        let _ = self.poll.registry().deregister(&mut SourceFd(&connection.stream.as_raw_fd()));
        Some(connection)
    }

    fn end_the_silent(&mut self) {
        let now = Instant::now();
        while let Some((until, token)) = self.ends.first().copied().filter(|(until, _)| *until <= now) {
            self.ends.remove(&(until, token));
            drop(self.take(token));
        }
    }
}
