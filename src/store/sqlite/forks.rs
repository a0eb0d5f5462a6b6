//! What becomes of connections when the process forks.
//!
//! SQLite keeps in its own memory which locks it holds on a file. A child inherits that memory, and not the locks: with
//! the parent's connections in it, it would take itself to hold what it does not, and others would delete the log that it
//! writes to. So no connection is at work while the process forks, and the child closes all of them before anything else.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, TryLockError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::Connections;
use crate::lock::lock;

/// The stores of this process.
struct Open {
    stores: Vec<Weak<Connections>>,
    /// How many are being opened.
    opening: usize,
}

static OPEN: Mutex<Open> = Mutex::new(Open { stores: Vec::new(), opening: 0 });

/// How long a fork waits for transactions that are under way, whose connections the child could not close.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(1);

/// What a thread holds while it forks.
struct Held {
    /// Nobody opens a store meanwhile.
    open: Option<MutexGuard<'static, Open>>,
    /// Each with its place among the connections of its store.
    connections: Vec<(Arc<Connections>, usize, Connection)>,
}

thread_local! {
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

/// A store that is being opened, for which a fork waits.
pub(super) struct Opening(());

impl Opening {
    pub fn begin() -> Self {
        lock(&OPEN).opening += 1;
        Self(())
    }

    /// From now on a fork closes these in the child.
    pub fn done(self, connections: &Arc<Connections>) {
        let mut open = lock(&OPEN);
        open.stores.retain(|store| store.strong_count() > 0);
        open.stores.push(Arc::downgrade(connections));
        drop(open);
        drop(self);
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        let mut open = lock(&OPEN);
        open.opening = open.opening.saturating_sub(1);
    }
}

/// To be called before this thread forks.
pub fn before() {
    HELD.with_borrow_mut(|held| {
        if held.is_none() {
            *held = Some(Held::take(Instant::now() + PATIENCE));
        }
    });
}

/// To be called after this thread has forked, in the parent: all goes on.
pub fn after_in_parent() {
    let Some(held) = HELD.take() else { return };
    for (store, place, connection) in held.connections {
        store.all()[place].put_back(connection);
    }
}

/// The same in the child.
pub fn after_in_child() {
    let Some(held) = HELD.take() else { return };
    if let Some(mut open) = held.open {
        (open.stores, open.opening) = (Vec::new(), 0);
    }
    for (store, _, connection) in held.connections {
        // Otherwise the last one would write the parent's log into its file, and delete it.
        let quietly = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        if quietly.is_err() {
            std::mem::forget(connection);
        }
        // Its other threads, which may hold the locks of what is in it, are the parent's.
        std::mem::forget(store);
    }
}

impl Held {
    fn take(until: Instant) -> Self {
        let open = wait(until, || try_open().filter(|open| open.opening == 0)).or_else(try_open);
        let mut connections = Vec::new();
        for store in open.iter().flat_map(|open| &open.stores).filter_map(Weak::upgrade) {
            for (place, lent) in store.all().into_iter().enumerate() {
                let connection = wait(until, || lent.take());
                connections.extend(connection.map(|connection| (Arc::clone(&store), place, connection)));
            }
        }
        Self { open, connections }
    }
}

fn try_open() -> Option<MutexGuard<'static, Open>> {
    match OPEN.try_lock() {
        Ok(open) => Some(open),
        Err(TryLockError::Poisoned(open)) => Some(open.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Waits for what `get` gets, if it does in time.
fn wait<T>(until: Instant, get: impl Fn() -> Option<T>) -> Option<T> {
    loop {
        let got = get();
        if got.is_some() || Instant::now() > until {
            return got;
        }
        thread::sleep(PAUSE);
    }
}
