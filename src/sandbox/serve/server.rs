//! The server as a whole: started, and ended when it is dropped.

use std::io::Result;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::Room;
use super::connection::{Manners, Open};
use super::door::Door;
use super::lobby::Lobby;
use super::stop::Stop;
use super::workers::Workers;

/// A running server; dropping it ends it.
pub struct Server {
    stop: Arc<Stop>,
    open: Arc<Open>,
    door: Arc<Door>,
    workers: Arc<Workers>,
    lobby: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers what comes to `listeners`.
    pub fn start(listeners: Vec<TcpListener>, room: Arc<dyn Room>, manners: Manners) -> Result<Self> {
        let (stop, open) = (Arc::new(Stop::default()), Arc::new(Open::default()));
        let (mut lobby, door) = Lobby::new(listeners, Arc::clone(&open), manners)?;
        let workers = Arc::new(Workers::new(room, Arc::clone(&stop), Arc::clone(&door)));
        let (of_lobby, until) = (Arc::clone(&workers), Arc::clone(&stop));
        let run = move || lobby.wait(&of_lobby, &until);
        let lobby = thread::Builder::new().name("sandbox".to_owned()).spawn(run)?;
        Ok(Self { stop, open, door, workers, lobby: Some(lobby) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.set();
        self.door.knock();
        if let Some(lobby) = self.lobby.take() {
            let _ = lobby.join();
        }
        self.open.shut();
        self.workers.end();
    }
}
