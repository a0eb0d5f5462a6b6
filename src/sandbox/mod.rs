//! The sandbox: an embedded stand-in for WeCom, answering on a loopback port from memory.

mod answer;
mod body;
mod clock;
mod conclusions;
mod config;
mod contact_ways;
mod control;
mod customers;
mod endpoints;
mod faults;
mod http;
mod ids;
mod journal;
mod limits;
mod media;
mod page;
mod people;
mod qr;
mod scan;
mod server;
mod state;
mod token_service;
mod tokens;
mod wecom;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use serde_json::json;

use crate::json::Object;
use crate::json::fields::{Detail, sentences};
use clock::{Clock, Going};
use config::Config;
use contact_ways::ContactWays;
use customers::Customers;
use faults::Faults;
use http::{Request, Response};
use ids::Ids;
use journal::Journal;
use limits::{Limits, WrongSecrets};
use people::People;
use server::{Answers, Delivery, Server, Stop};
use state::State;
use tokens::Tokens;

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
    world: Arc<World>,
    _server: Server,
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
        let world = Arc::new(World::new(config, format!("http://{address}")));
        let answers: Arc<dyn Answers> = Arc::<World>::clone(&world);
        let server = Server::start(listener, answers, idle).map_err(StartError::Thread)?;
        Ok(Self { world, _server: server })
    }

    /// Where it is and what a client needs, as one JSON object.
    #[must_use]
    pub fn info_json(&self) -> String {
        let base_url = self.base_url();
        let app = self.world.config.apps.first();
        let (corp_id, secret) = app.map_or(("", ""), |app| (app.corp_id.as_str(), app.secret.as_str()));
        json!({
            "errcode": 0, "errmsg": "ok",
            "base_url": base_url, "corp_id": corp_id, "secret": secret,
            "client_config": {"base_url": base_url, "corp_id": corp_id, "secret": secret},
        })
        .to_string()
    }

    /// Its address, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.world.base_url
    }

    /// Everything that it keeps, as `GET /sandbox/state` answers it.
    #[must_use]
    pub fn state_json(&self) -> String {
        json!(State::of(&self.world)).to_string()
    }

    /// Takes in what [`Sandbox::state_json`] gave.
    ///
    /// # Errors
    /// A sentence, when it is not a state, or one of other corporations.
    pub fn restore(&self, state_json: &str) -> Result<(), String> {
        let state: State = serde_json::from_str(state_json).map_err(|error| format!("it is not a state ({error})"))?;
        state.restore(&self.world)
    }
}

/// What it holds, secrets among it, is nobody's to print.
impl fmt::Debug for Sandbox {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        to.debug_struct("Sandbox").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}

/// All that the server's threads share.
struct World {
    config: Config,
    base_url: String,
    clock: Clock,
    ids: Ids,
    tokens: RwLock<Tokens>,
    suite_tickets: Mutex<BTreeMap<String, String>>,
    /// The corporations by id; which there are never changes.
    corps: BTreeMap<String, RwLock<Corp>>,
    limits: Limits,
    wrong_secrets: WrongSecrets,
    faults: Faults,
    journal: Journal,
}

/// A corporation.
#[derive(Debug, Default)]
struct Corp {
    people: People,
    ways: ContactWays,
    customers: Customers,
    /// Media by id, and when each was uploaded.
    media: BTreeMap<String, i64>,
}

impl World {
    fn new(config: Config, base_url: String) -> Self {
        let corps = config.corp_ids().map(|id| (id.to_owned(), RwLock::new(Corp::new(&config, id)))).collect();
        Self {
            base_url,
            clock: Clock::new(config.clock),
            ids: Ids::new(config.seed),
            tokens: RwLock::default(),
            suite_tickets: Mutex::new(tickets(&config)),
            corps,
            limits: Limits::default(),
            wrong_secrets: WrongSecrets::default(),
            faults: Faults::default(),
            journal: Journal::new(),
            config,
        }
    }

    /// Ends the temporary chats whose time is over by now.
    fn settle(&self) {
        let now = self.clock.now();
        self.corps.values().for_each(|corp| write_locked(corp).customers.settle(now));
    }

    /// Back to the start. Tokens stay good: to the clients of a test, a reset is no reason to fetch another.
    fn reset(&self) {
        for (id, corp) in &self.corps {
            *write_locked(corp) = Corp::new(&self.config, id);
        }
        *locked(&self.suite_tickets) = tickets(&self.config);
        self.clock.go(Going::new(self.config.clock));
        self.ids.go_on_from(0);
        self.limits.clear();
        self.wrong_secrets.clear();
        self.faults.clear();
        self.journal.clear();
    }
}

fn tickets(config: &Config) -> BTreeMap<String, String> {
    config.suites.iter().map(|suite| (suite.id.clone(), suite.ticket.clone())).collect()
}

impl Corp {
    fn new(config: &Config, corp_id: &str) -> Self {
        let mut people = People::default();
        for department in config.departments.iter().filter(|department| department.is_in(corp_id)) {
            people.departments.insert(department.it.id, department.it.clone());
        }
        for member in config.members.iter().filter(|member| member.is_in(corp_id)) {
            member.it.clone().put_into(&mut people);
        }
        Self { people, ..Self::default() }
    }
}

impl Answers for World {
    fn answer(&self, request: Request, connection: u64, stop: &Stop) -> (Response, Delivery) {
        let path = request.path();
        if let Some(name) = path.strip_prefix(qr::PATH_OF_PAGE) {
            return (qr::response(self, name), Delivery::Whole);
        }
        match path {
            "/" => (page::page(), Delivery::Whole),
            path if path.starts_with(control::PATH) => (control::answer(self, &request), Delivery::Whole),
            path if path.starts_with(media::PATH) => (media::picture(), Delivery::Whole),
            _ => wecom::call(self, &request, connection, stop),
        }
    }
}

/// A lock that a panic elsewhere does not take from everybody.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read_locked<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write_locked<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}
