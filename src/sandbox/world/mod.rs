//! What is kept: corporations with their members, contact ways and customers; the clock; what was handed out.

pub mod clock;
pub mod conclusions;
pub mod contact_ways;
pub mod customers;
pub mod events;
pub mod grants;
pub mod ids;
pub mod parting;
pub mod people;
pub mod scan;
pub mod state;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, RwLock};

use super::config::Config;
use crate::lock::{lock, write};
use clock::{Clock, Going};
use contact_ways::ContactWays;
use customers::Customers;
use events::Events;
use grants::Grants;
use ids::Ids;
use people::People;

/// All that the sandbox keeps.
pub struct World {
    pub config: Config,
    pub clock: Clock,
    pub ids: Ids,
    pub grants: RwLock<Grants>,
    pub suite_tickets: Mutex<BTreeMap<String, String>>,
    /// The corporations by id; which there are never changes.
    pub corps: BTreeMap<String, RwLock<Corp>>,
    pub events: Arc<Events>,
}

/// A corporation.
#[derive(Debug, Default)]
pub struct Corp {
    pub people: People,
    pub ways: ContactWays,
    pub customers: Customers,
    /// Media by id, and when each was uploaded.
    pub media: BTreeMap<String, i64>,
}

impl World {
    pub fn new(config: Config) -> Self {
        let corps = config.corp_ids().map(|id| (id.to_owned(), RwLock::new(Corp::new(&config, id)))).collect();
        Self {
            clock: Clock::new(config.clock),
            ids: Ids::new(config.seed),
            grants: RwLock::default(),
            suite_tickets: Mutex::new(tickets(&config)),
            corps,
            events: Arc::new(Events::new(config.callback.is_some())),
            config,
        }
    }

    /// Ends the temporary chats whose time is over by now.
    pub fn settle(&self) {
        let now = self.clock.now();
        self.corps.values().for_each(|corp| write(corp).customers.settle(now));
    }

    /// Back to the start. Tokens stay good: to the clients of a test, a reset is no reason to fetch another.
    pub fn reset(&self) {
        for (id, corp) in &self.corps {
            *write(corp) = Corp::new(&self.config, id);
        }
        *lock(&self.suite_tickets) = tickets(&self.config);
        self.clock.go(Going::new(self.config.clock));
        self.ids.go_on_from(0);
        self.events.clear();
    }
}

fn tickets(config: &Config) -> BTreeMap<String, String> {
    config.suites.iter().map(|suite| (suite.id.clone(), suite.ticket.clone())).collect()
}

impl Corp {
    fn new(config: &Config, corp_id: &str) -> Self {
        let mut people = People::default();
        for department in config.departments.iter().filter(|department| department.is_in(corp_id)) {
            people.put_department(department.it);
        }
        for member in config.members.iter().filter(|member| member.is_in(corp_id)) {
            people.put_given(member.it.clone());
        }
        Self { people, ..Self::default() }
    }
}
