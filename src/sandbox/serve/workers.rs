//! The threads that answer: as many as there are connections that speak, up to a bound.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::Room;
use super::connection::{Connection, Next};
use super::door::Door;
use super::stop::Stop;
use crate::lock::lock;

/// So many requests are worked on at once, those that a fault delays among them; more wait for their turn.
const WORKERS_MAX: usize = 256;
/// When a worker without work ends.
const IDLE: Duration = Duration::from_millis(500);

/// The workers.
pub struct Workers {
    room: Arc<dyn Room>,
    stop: Arc<Stop>,
    door: Arc<Door>,
    shift: Mutex<Shift>,
    /// Whether connections wait for a worker, for those who must not lock to know.
    is_anyone_waiting: AtomicBool,
    changed: Condvar,
}

/// A worker who goes in a panic is one less.
struct Present<'w>(&'w Workers);

impl Drop for Present<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            lock(&self.0.shift).working -= 1;
        }
    }
}

/// Who works and who waits.
#[derive(Default)]
struct Shift {
    waiting: VecDeque<Connection>,
    /// Workers that have nothing to do.
    idle: usize,
    working: usize,
    threads: Vec<JoinHandle<()>>,
    is_over: bool,
}

impl Workers {
    pub fn new(room: Arc<dyn Room>, stop: Arc<Stop>, door: Arc<Door>) -> Self {
        Self {
            room,
            stop,
            door,
            shift: Mutex::default(),
            is_anyone_waiting: AtomicBool::new(false),
            changed: Condvar::new(),
        }
    }

    /// Has a connection served that has something to say.
    pub fn serve(self: &Arc<Self>, connection: Connection) {
        let mut shift = lock(&self.shift);
        if shift.is_over {
            return;
        }
        shift.waiting.push_back(connection);
        self.is_anyone_waiting.store(true, Ordering::Relaxed);
        if shift.idle >= shift.waiting.len() {
            self.changed.notify_one();
        } else if shift.working < WORKERS_MAX {
            let worker = Arc::clone(self);
            match thread::Builder::new().name("sandbox-worker".to_owned()).spawn(move || worker.work()) {
                Ok(thread) => {
                    shift.working += 1;
                    shift.threads.retain(|thread| !thread.is_finished());
                    shift.threads.push(thread);
                }
                // The machine has no thread left: the connection waits for another's turn, or is closed.
                Err(_) if shift.working > 0 => {}
                Err(_) => shift.waiting.clear(),
            }
        }
    }

    fn work(&self) {
        let _present = Present(self);
        while let Some(mut connection) = self.next() {
            match connection.serve(&*self.room, &self.stop, || self.is_anyone_waiting.load(Ordering::Relaxed)) {
                Next::End => {}
                Next::Wait => self.door.enter(connection),
                Next::Again => lock(&self.shift).waiting.push_back(connection),
            }
        }
    }

    /// The next connection that speaks; none when there has been none for a while, or the server ends.
    fn next(&self) -> Option<Connection> {
        let mut shift = lock(&self.shift);
        loop {
            if shift.is_over {
                return None;
            }
            if let Some(connection) = shift.waiting.pop_front() {
                self.is_anyone_waiting.store(!shift.waiting.is_empty(), Ordering::Relaxed);
                return Some(connection);
            }
            shift.idle += 1;
            let (woken, timeout) = self.changed.wait_timeout(shift, IDLE).unwrap_or_else(PoisonError::into_inner);
            shift = woken;
            shift.idle -= 1;
            if timeout.timed_out() && shift.waiting.is_empty() {
                shift.working -= 1;
                return None;
            }
        }
    }

    /// Waits for all of them to end, once their connections are shut.
    pub fn end(&self) {
        let threads = {
            let mut shift = lock(&self.shift);
            shift.is_over = true;
            shift.waiting.clear();
            std::mem::take(&mut shift.threads)
        };
        self.changed.notify_all();
        for thread in threads {
            let _ = thread.join();
        }
    }
}
