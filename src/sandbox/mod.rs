//! The sandbox: an embedded stand-in for WeCom, answering on a port of this machine from memory.
//!
//! The rooms, each of which leans only on those below it:
//!
//! - `control`: the calls under `/sandbox/`, for tests, and the page, for people
//! - `wecom`: what WeCom's paths do
//! - `callback`: what happens in the world, told to the company's own server
//! - `world`: what is kept
//!
//! and beside them `serve`, HTTP and its threads, which know of a room only that it answers.

mod callback;
mod config;
mod control;
mod listening;
mod serve;
mod wecom;
mod world;

use std::error::Error;
use std::net::{IpAddr, TcpListener};
use std::sync::Arc;
use std::{fmt, io};

use crate::json::Object;
use crate::json::fields::{Detail, sentences};
use crate::os_error::in_words;
use callback::Postman;
use config::Config;
use control::Control;
use listening::Listening;
use serve::tls::Identity;
use serve::{Manners, Path, Room, Routes, Server, listen};
use wecom::Wecom;
use world::World;
use world::state::{self, State};

/// Why a sandbox could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong; all that is.
    #[error("{}", sentences(.0))]
    Config(Vec<Detail>),
    /// The port cannot be had.
    #[error("port {port} of {host} cannot be listened on ({}); {}", in_words(.error), remedy(.error))]
    Port {
        /// The address asked for.
        host: IpAddr,
        /// The port asked for.
        port: u16,
        /// What the system says.
        error: io::Error,
    },
    /// No certificate could be made.
    #[error("no certificate could be made ({0}); start it without tls, or with another public_url")]
    Tls(Box<dyn Error + Send + Sync>),
    /// The machine gave no thread.
    #[error("the sandbox's thread could not be started ({0}); end other threads and try again")]
    Thread(io::Error),
}

fn remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::AddrNotAvailable => "name an address of this machine as host",
        _ => "free it, or leave port out to have any",
    }
}

impl StartError {
    /// What is wrong with the configuration; nothing where it is the machine that is at fault.
    #[must_use]
    pub fn wrong(&self) -> &[Detail] {
        match self {
            Self::Config(wrong) => wrong,
            Self::Port { .. } | Self::Tls(_) | Self::Thread(_) => &[],
        }
    }
}

impl From<Vec<Detail>> for StartError {
    fn from(wrong: Vec<Detail>) -> Self {
        Self::Config(wrong)
    }
}

/// A running sandbox; dropping it ends it.
pub struct Sandbox {
    wecom: Arc<Wecom>,
    port: u16,
    _server: Server,
    _postman: Option<Postman>,
}

impl Sandbox {
    /// Starts a sandbox; `{}` is a configuration.
    ///
    /// # Errors
    /// When the configuration is wrong or the port cannot be had.
    pub fn start(config_json: &str) -> Result<Self, StartError> {
        let object = Object::parse(config_json).map_err(|error| {
            vec![Detail::new(
                "",
                "not_json",
                format!("the configuration cannot be read: {error}; give one JSON object"),
            )]
        })?;
        let config = Config::read(&object)?;
        let Listening { host, port, idle, tls, .. } = config.listening;
        let refused = |error| StartError::Port { host, port, error };
        let listeners = listen(host, port).map_err(refused)?;
        let address = listeners.first().map(TcpListener::local_addr).transpose().map_err(refused)?;
        let identity = tls.then(|| Identity::new(config.listening.names())).transpose().map_err(StartError::Tls)?;
        let port = address.map_or(port, |address| address.port());
        let base_url = config.listening.base_url(port);
        let (authority, tls) = identity.map(|Identity { authority, config }| (authority, config)).unzip();
        let wecom = Arc::new(Wecom::new(World::new(config), base_url, authority));
        let world = &wecom.world;
        let told = world.config.callback.clone().map(|receiver| Postman::start(receiver, Arc::clone(&world.events)));
        let postman = told.transpose().map_err(StartError::Thread)?;
        let server = Server::start(listeners, rooms(&wecom), Manners { idle, tls }).map_err(StartError::Thread)?;
        Ok(Self { wecom, port, _server: server, _postman: postman })
    }

    /// Where it is and what a client needs, as one JSON object.
    #[must_use]
    pub fn info_json(&self) -> String {
        let mut info = control::info(&self.wecom);
        (info["errcode"], info["errmsg"]) = (0.into(), "ok".into());
        info.to_string()
    }

    /// Its address, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.wecom.base_url
    }

    /// The port that it listens on, whatever its address says.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether this machine alone can reach it.
    #[must_use]
    pub fn is_on_loopback(&self) -> bool {
        self.wecom.world.config.listening.host.is_loopback()
    }

    /// Writes everything that it keeps, as `GET /sandbox/state` answers it.
    ///
    /// # Errors
    /// What `to` says.
    pub fn write_state(&self, to: &mut impl io::Write) -> io::Result<()> {
        state::pieces(&self.wecom.world).try_for_each(|piece| to.write_all(&piece))
    }

    /// Takes in what [`Sandbox::write_state`] wrote.
    ///
    /// # Errors
    /// A sentence, when it is not a state, or one of other corporations.
    pub fn restore(&self, state_json: &str) -> Result<(), String> {
        let state: State = serde_json::from_str(state_json).map_err(|error| format!("it is not a state ({error})"))?;
        state.restore(&self.wecom.world)
    }
}

/// Which room answers which paths: what is not the sandbox's own is WeCom's.
fn rooms(wecom: &Arc<Wecom>) -> Arc<dyn Room> {
    let control = Arc::new(Control::new(Arc::clone(wecom)));
    Arc::new(Routes(vec![
        (Path::Exactly("/"), Arc::<Control>::clone(&control)),
        (Path::Below(control::PATH), control),
        (Path::Below(""), Arc::<Wecom>::clone(wecom)),
    ]))
}

/// What it holds, secrets among it, is nobody's to print.
impl fmt::Debug for Sandbox {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.debug_struct("Sandbox").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}
