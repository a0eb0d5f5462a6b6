//! A connection that is lent to one thread at a time.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::sql::failed;
use super::stopped;
use crate::answer::Error;
use crate::call::Call;
use crate::lock::lock;

/// How long a thread waits before it looks whether its call may wait on.
const PATIENCE: Duration = Duration::from_millis(20);

/// The place of a connection.
pub struct Lent<T> {
    /// None while it is lent.
    connection: Mutex<Option<T>>,
    back: Condvar,
}

impl<T> Lent<T> {
    pub fn new(connection: T) -> Self {
        Self { connection: Mutex::new(Some(connection)), back: Condvar::new() }
    }

    /// Waits for the connection, within the call's time, and does `work` with it.
    pub fn with<R>(&self, call: &Call, work: impl FnOnce(&mut T) -> Result<R, Error>) -> Result<R, Error> {
        let mut place = lock(&self.connection);
        let connection = loop {
            if let Some(connection) = place.take() {
                break connection;
            }
            call.check().map_err(stopped)?;
            place = self.back.wait_timeout(place, PATIENCE).unwrap_or_else(PoisonError::into_inner).0;
        };
        drop(place);
        let mut borrowed = Borrowed { from: self, connection: Some(connection) };
        borrowed.connection.as_mut().map_or_else(|| Err(failed("no connection")), work)
    }

    /// Takes the connection, if nobody has it; it is put back.
    pub fn take(&self) -> Option<T> {
        lock(&self.connection).take()
    }

    /// Gives a connection back that was taken.
    pub fn put_back(&self, connection: T) {
        *lock(&self.connection) = Some(connection);
        self.back.notify_one();
    }

    /// Leaves the connection as it is for ever: it belongs to the process that this one was forked from.
    pub fn abandon(&self) {
        std::mem::forget(lock(&self.connection).take());
    }
}

/// Gives the connection back, whatever becomes of the work.
struct Borrowed<'l, T> {
    from: &'l Lent<T>,
    connection: Option<T>,
}

impl<T> Drop for Borrowed<'_, T> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.from.put_back(connection);
        }
    }
}
