//! The sandbox: an embedded stand-in for WeCom, answering on a loopback port from memory.
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
mod serve;
mod wecom;
mod world;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::json::Object;
use crate::json::fields::{Detail, sentences};
use callback::Postman;
use config::Config;
use control::Control;
use serve::{Path, Room, Routes, Server};
use wecom::Wecom;
use world::World;
use world::state::State;

/// Why a sandbox could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong; all that is.
    #[error("{}", sentences(.0))]
    Config(Vec<Detail>),
    /// The port cannot be had.
    #[error("port {port} of 127.0.0.1 cannot be listened on ({error}); free it, or leave port out to have any")]
    Port {
        /// The port asked for.
        port: u16,
        /// What the system says.
        error: std::io::Error,
    },
    /// The machine gave no thread.
    #[error("the sandbox's thread could not be started ({0}); end other threads and try again")]
    Thread(std::io::Error),
}

impl StartError {
    /// What is wrong with the configuration; nothing where it is the machine that is at fault.
    #[must_use]
    pub fn wrong(&self) -> &[Detail] {
        match self {
            Self::Config(wrong) => wrong,
            Self::Port { .. } | Self::Thread(_) => &[],
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
        let port = config.port;
        let listener = Server::listen(port).map_err(|error| StartError::Port { port, error })?;
        let address = listener.local_addr().map_err(|error| StartError::Port { port, error })?;
        let idle = Duration::from_secs(config.idle_timeout_s);
        let wecom = Arc::new(Wecom::new(World::new(config), format!("http://{address}")));
        let server = Server::start(listener, rooms(&wecom), idle).map_err(StartError::Thread)?;
        let world = &wecom.world;
        let told = world.config.callback.clone().map(|receiver| Postman::start(receiver, Arc::clone(&world.events)));
        let postman = told.transpose().map_err(StartError::Thread)?;
        Ok(Self { wecom, _server: server, _postman: postman })
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

    /// Everything that it keeps, as `GET /sandbox/state` answers it.
    #[must_use]
    pub fn state_json(&self) -> String {
        json!(State::of(&self.wecom.world)).to_string()
    }

    /// Takes in what [`Sandbox::state_json`] gave.
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
