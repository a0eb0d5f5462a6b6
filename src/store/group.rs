//! One commit for everybody who waits for one.
//!
//! Whoever comes while nobody commits does it, for all that have come by the time the database is theirs; those that come
//! meanwhile wait, and one of them commits next. No thread is started for it.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::window::{Settled, Window};
use crate::answer::{Error, Kind};
use crate::call::{Call, Stop};
use crate::lock::lock;

/// How long one that waits takes to notice that its call was stopped.
const NOTICE: Duration = Duration::from_millis(20);
/// As many rows are committed together, however many wait.
const MOST: usize = 1024;

/// Who waits for a commit.
#[derive(Default)]
pub struct Group(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    queue: VecDeque<Ticket>,
    /// The number of the last ticket.
    last: u64,
    /// Somebody commits, or was told to.
    led: bool,
}

struct Ticket {
    number: u64,
    window: Window,
    tell: Sender<Told>,
}

enum Told {
    /// The commit is yours.
    Lead,
    /// It was committed, or not.
    Done(Result<Settled, Error>),
}

impl Group {
    /// Has `window` committed, by this thread or another, or says why not. `commit` begins a transaction, then asks for
    /// what it is to commit, and commits all of that or nothing.
    pub fn commit(
        &self,
        call: &Call,
        window: Window,
        commit: impl Fn(&mut dyn FnMut() -> Window) -> Result<Settled, Error>,
        stopped: impl Fn(Stop) -> Error,
    ) -> Result<Settled, Error> {
        let (tell, told) = channel();
        let (number, mut leads) = self.enter(window, tell);
        while !leads {
            match told.recv_timeout(NOTICE) {
                Ok(Told::Lead) => leads = true,
                Ok(Told::Done(outcome)) => return outcome,
                Err(RecvTimeoutError::Disconnected) => return Err(bug()),
                Err(RecvTimeoutError::Timeout) => {
                    let Err(stop) = call.check() else { continue };
                    if self.withdraw(number) {
                        if matches!(told.try_recv(), Ok(Told::Lead)) {
                            drop(Leading(self));
                        }
                        return Err(stopped(stop));
                    }
                    // It is being committed: that does not take long, and what comes of it must be known.
                    return match told.recv() {
                        Ok(Told::Done(outcome)) => outcome,
                        _ => Err(bug()),
                    };
                }
            }
        }
        let leading = Leading(self);
        loop {
            let mut shares = Vec::new();
            let outcome = commit(&mut || {
                let (window, taken) = self.take();
                shares = taken;
                window
            });
            if shares.is_empty() {
                self.withdraw(number);
                return Err(outcome.err().unwrap_or_else(bug));
            }
            hand_out(shares, &outcome);
            if let Ok(Told::Done(outcome)) = told.try_recv() {
                drop(leading);
                return outcome;
            }
        }
    }

    /// The number of a new ticket, and whether its holder is to commit.
    fn enter(&self, window: Window, tell: Sender<Told>) -> (u64, bool) {
        let mut waiting = lock(&self.0);
        waiting.last += 1;
        let number = waiting.last;
        waiting.queue.push_back(Ticket { number, window, tell });
        (number, !std::mem::replace(&mut waiting.led, true))
    }

    /// Takes a ticket back, unless somebody is committing it.
    fn withdraw(&self, number: u64) -> bool {
        let mut waiting = lock(&self.0);
        let place = waiting.queue.iter().position(|ticket| ticket.number == number);
        place.is_some_and(|place| waiting.queue.remove(place).is_some())
    }

    /// What is committed next, as one window, and whose it is.
    fn take(&self) -> (Window, Vec<Share>) {
        let mut waiting = lock(&self.0);
        let (mut whole, mut shares) = (Window::default(), Vec::new());
        while whole.rows() < MOST
            && let Some(Ticket { mut window, tell, .. }) = waiting.queue.pop_front()
        {
            let [changes, strangers, intents] = [window.changes.len(), window.strangers.len(), window.intents.len()];
            shares.push(Share { changes, strangers, intents, tell });
            whole.changes.append(&mut window.changes);
            whole.strangers.append(&mut window.strangers);
            whole.intents.append(&mut window.intents);
        }
        (whole, shares)
    }
}

/// How much of a whole window is one ticket's.
struct Share {
    changes: usize,
    strangers: usize,
    intents: usize,
    tell: Sender<Told>,
}

fn hand_out(shares: Vec<Share>, outcome: &Result<Settled, Error>) {
    let mut whole = outcome
        .clone()
        .map(|settled| (settled.changes.into_iter(), settled.strangers.into_iter(), settled.intents.into_iter()));
    for share in shares {
        let part = match &mut whole {
            Ok((changes, strangers, intents)) => Ok(Settled {
                changes: changes.take(share.changes).collect(),
                strangers: strangers.take(share.strangers).collect(),
                intents: intents.take(share.intents).collect(),
            }),
            Err(error) => Err(error.clone()),
        };
        // Who does not wait any more needs no answer.
        let _gone = share.tell.send(Told::Done(part));
    }
}

/// Whoever commits; the next in the queue does when this is dropped, panics included.
struct Leading<'g>(&'g Group);

impl Drop for Leading<'_> {
    fn drop(&mut self) {
        let mut waiting = lock(&self.0.0);
        let told = waiting.queue.front().map(|next| next.tell.send(Told::Lead));
        waiting.led = told.is_some();
    }
}

fn bug() -> Error {
    Error::new(Kind::Internal, "a bug in contactway: a commit ended without an outcome")
}
