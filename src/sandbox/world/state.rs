//! Everything that a sandbox keeps, as JSON, out and in.

use std::collections::{BTreeMap, HashMap};
use std::sync::RwLock;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::clock::Going;
use super::contact_ways::{ContactWay, ContactWays};
use super::customers::{Customer, Customers, Message};
use super::grants::{Grant, Grants};
use super::people::{Department, Member, People};
use super::{Corp, World};
use crate::lock::{lock, read, write};

/// What is kept. Faults, the journal, and what the limits have counted are not part of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    #[serde(default, skip_serializing)]
    #[allow(dead_code)] // Read and dropped, so that an answer can be sent back as it came.
    errcode: IgnoredAny,
    #[serde(default, skip_serializing)]
    #[allow(dead_code)]
    errmsg: IgnoredAny,
    clock: Going,
    ids_made: u64,
    tokens: HashMap<String, Grant>,
    suite_tickets: BTreeMap<String, String>,
    corporations: BTreeMap<String, CorpState>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CorpState {
    members: Vec<Member>,
    departments: Vec<Department>,
    contact_ways: Vec<ContactWay>,
    customers: Vec<Customer>,
    messages: Vec<Message>,
    media: BTreeMap<String, i64>,
    /// The day of the latest temporary contact way, and how many that day has seen.
    temp_day: (i64, u32),
}

impl State {
    pub fn of(world: &World) -> Self {
        let corp = |(id, corp): (&String, &RwLock<Corp>)| (id.clone(), CorpState::of(&read(corp)));
        Self {
            errcode: IgnoredAny,
            errmsg: IgnoredAny,
            clock: world.clock.going(),
            ids_made: world.ids.made(),
            tokens: read(&world.grants).known().clone(),
            suite_tickets: lock(&world.suite_tickets).clone(),
            corporations: world.corps.iter().map(corp).collect(),
        }
    }

    /// Puts this in the place of what there is. A corporation that the sandbox was not started with is an error.
    pub fn restore(self, world: &World) -> Result<(), String> {
        if let Some(unknown) = self.corporations.keys().find(|id| !world.corps.contains_key(*id)) {
            return Err(format!("the state holds the corporation {unknown}, which the sandbox was not started with"));
        }
        world.clock.go(self.clock);
        world.ids.go_on_from(self.ids_made);
        *write(&world.grants) = Grants::of(self.tokens);
        *lock(&world.suite_tickets) = self.suite_tickets;
        for (id, state) in self.corporations {
            if let Some(corp) = world.corps.get(&id) {
                *write(corp) = state.corp();
            }
        }
        Ok(())
    }
}

impl CorpState {
    fn of(corp: &Corp) -> Self {
        Self {
            members: corp.people.members().cloned().collect(),
            departments: corp.people.departments.values().cloned().collect(),
            contact_ways: corp.ways.all().into_iter().cloned().collect(),
            customers: corp.customers.known.values().cloned().collect(),
            messages: corp.customers.messages.clone(),
            media: corp.media.clone(),
            temp_day: corp.ways.temp_day(),
        }
    }

    fn corp(self) -> Corp {
        let mut people = People::default();
        for department in self.departments {
            people.departments.insert(department.id, department);
        }
        for member in self.members {
            people.put_member(member);
        }
        let mut ways = ContactWays::default();
        for way in self.contact_ways {
            ways.put(way);
        }
        ways.set_temp_day(self.temp_day);
        let known = self.customers.into_iter().map(|customer| (customer.external_userid.clone(), customer)).collect();
        Corp { people, ways, customers: Customers::of(known, self.messages), media: self.media }
    }
}
