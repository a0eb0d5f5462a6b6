//! The way back into the lobby, for whoever has served a connection.

use std::io::Result;
use std::sync::Mutex;

use mio::{Registry, Token, Waker};

use super::connection::Connection;
use crate::lock::lock;

/// The door.
pub struct Door {
    returned: Mutex<Vec<Connection>>,
    waker: Waker,
}

impl Door {
    /// The door of a lobby, who is woken by `token`.
    pub fn new(lobby: &Registry, token: Token) -> Result<Self> {
        Ok(Self { returned: Mutex::default(), waker: Waker::new(lobby, token)? })
    }

    /// Wakes whoever waits in the lobby.
    pub fn knock(&self) {
        let _ = self.waker.wake();
    }

    pub fn enter(&self, connection: Connection) {
        lock(&self.returned).push(connection);
        self.knock();
    }

    /// Those that have come back since it was last asked.
    pub fn returned(&self) -> Vec<Connection> {
        std::mem::take(&mut *lock(&self.returned))
    }
}
