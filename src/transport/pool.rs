//! A client's idle connections.
//!
//! The lock is held to take a connection off a stack and to put it back. A thread gets the one that it used a moment ago,
//! whose memory and socket are still at hand on its processor.

use std::collections::VecDeque;
use std::ptr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ureq::http::Uri;

use super::Kept;
use super::connection::Connection;
use crate::clock;
use crate::lock::lock;

/// More would be closed by most servers.
const IDLE_MAX: Duration = Duration::from_secs(60);
/// A connection idle for longer may be closed already, which an add must not find out the hard way.
const FRESH: Duration = Duration::from_secs(5);
/// How many are kept.
const CONNECTIONS: usize = 64;
/// For so long a connection is best used by the same thread again; later by whoever comes first.
const AT_HAND: Duration = Duration::from_secs(1);

/// The connections that serve no call now; the one used last stands last.
#[derive(Default)]
pub struct Pool(Mutex<VecDeque<Idle>>);

struct Idle {
    connection: Connection,
    since: Instant,
    /// As [`this_thread`] says.
    thread: usize,
}

impl Pool {
    /// A connection to where `uri` is, and how long it was idle: this thread's, or the one used last, which is the
    /// likeliest to be open.
    pub fn take(&self, uri: &Uri, kept: Kept) -> Option<(Connection, Duration)> {
        let idle_max = match kept {
            Kept::Any => IDLE_MAX,
            Kept::Recent => FRESH,
            Kept::None => return None,
        };
        let (thread, now) = (this_thread(), clock::now());
        loop {
            let mut idle = lock(&self.0);
            let fits = |it: &Idle| now.duration_since(it.since) < idle_max && it.connection.leads_to(uri);
            let is_at_hand = |it: &Idle| it.thread == thread && now.duration_since(it.since) < AT_HAND && fits(it);
            let place = idle.iter().rposition(is_at_hand).or_else(|| idle.iter().rposition(fits))?;
            let taken = idle.remove(place)?;
            drop(idle);
            if taken.connection.is_silent() {
                return Some((taken.connection, now.duration_since(taken.since)));
            }
        }
    }

    /// Keeps a connection for other calls.
    pub fn give_back(&self, connection: Connection) {
        let (thread, now) = (this_thread(), clock::now());
        let mut idle = lock(&self.0);
        let oldest = if idle.len() < CONNECTIONS { None } else { idle.pop_front() };
        idle.push_back(Idle { connection, since: now, thread });
        drop(idle);
        // Closed outside of the lock.
        drop(oldest);
    }

    /// Closes what has been idle for too long, or has something to say: an end of file, mostly.
    pub fn sweep(&self) {
        let now = clock::now();
        let lasts = |it: &Idle| now.duration_since(it.since) < IDLE_MAX && it.connection.is_silent();
        lock(&self.0).retain(lasts);
    }
}

/// A number that no other living thread has: where a variable of its own lies.
fn this_thread() -> usize {
    thread_local! {
        static OWN: u8 = const { 0 };
    }
    OWN.with(|own| ptr::from_ref(own).addr())
}

#[cfg(test)]
mod tests {
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::sync::Arc;
    use std::thread;

    use super::super::link::Link;
    use super::super::stream::Stream;
    use super::*;

    /// A pool that holds a connection to `uri`, and the server's end of it.
    fn pool_with_one(uri: &Uri) -> (Pool, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (server, _) = listener.accept().unwrap();
        let link = Link::new(Arc::new(client.into()), Instant::now());
        let pool = Pool::default();
        pool.give_back(Connection::new(Stream::Plain(link), uri));
        (pool, server)
    }

    fn holds(pool: &Pool) -> usize {
        lock(&pool.0).len()
    }

    #[test]
    fn a_connection_is_kept_for_a_minute_and_for_an_add_for_five_seconds() {
        let uri = Uri::from_static("http://localhost/");
        let (pool, _server) = pool_with_one(&uri);
        assert!(pool.take(&uri, Kept::None).is_none());
        assert!(pool.take(&Uri::from_static("http://other/"), Kept::Any).is_none());
        assert!(pool.take(&Uri::from_static("https://localhost/"), Kept::Any).is_none());
        clock::advance(FRESH);
        assert!(pool.take(&uri, Kept::Recent).is_none());
        let (connection, idle) = pool.take(&Uri::from_static("http://LOCALHOST/a?b"), Kept::Any).unwrap();
        assert!((FRESH..IDLE_MAX).contains(&idle));
        pool.give_back(connection);
        clock::advance(Duration::from_secs(59));
        pool.sweep();
        assert_eq!(holds(&pool), 1);
        clock::advance(Duration::from_secs(1));
        assert!(pool.take(&uri, Kept::Any).is_none());
        pool.sweep();
        assert_eq!(holds(&pool), 0);
    }

    #[test]
    fn a_connection_that_was_closed_is_neither_taken_nor_kept() {
        let uri = Uri::from_static("http://localhost/");
        let ends: [fn(&Pool, &Uri); 2] =
            [|pool, uri| assert!(pool.take(uri, Kept::Any).is_none()), |pool, _| pool.sweep()];
        for end in ends {
            let (pool, server) = pool_with_one(&uri);
            server.shutdown(Shutdown::Write).unwrap();
            thread::sleep(Duration::from_millis(500));
            end(&pool, &uri);
            assert_eq!(holds(&pool), 0);
        }
    }
}
