//! Everything that a sandbox keeps, as JSON: out piece by piece, in at once.

use std::collections::{BTreeMap, HashMap};
use std::iter;
use std::ops::Bound;
use std::sync::Arc;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use super::clock::Going;
use super::contact_ways::{ContactWay, ContactWays};
use super::customers::{Customer, Customers, Message};
use super::grants::{Grant, Grants};
use super::people::{Department, Member, People};
use super::{Corp, World};
use crate::lock::{lock, read, write};

/// So many of a list are written under one lock, so that nobody waits long for it.
const PAGE: usize = 256;

/// What is kept. Faults, the journal, and what the limits have counted are not part of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    #[serde(default)]
    #[allow(dead_code)] // Read and dropped, so that an answer can be sent back as it came.
    errcode: IgnoredAny,
    #[serde(default)]
    #[allow(dead_code)]
    errmsg: IgnoredAny,
    clock: Going,
    ids_made: u64,
    tokens: HashMap<String, Grant>,
    suite_tickets: BTreeMap<String, String>,
    corporations: BTreeMap<String, CorpState>,
}

#[derive(Debug, Deserialize)]
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
                let restored = state.corp();
                // What there was goes only when the lock is free again.
                let _before = std::mem::replace(&mut *write(corp), restored);
            }
        }
        Ok(())
    }
}

impl CorpState {
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

/// What is kept, as the text of a [`State`] in pieces. Each is made when it is asked for, so that others go on meanwhile:
/// what changes between two pieces is in the state as it is when its turn comes.
pub fn pieces(world: &Arc<World>) -> impl Iterator<Item = Vec<u8>> + Send + use<> {
    let mut head = br#"{"errcode":0,"errmsg":"ok""#.to_vec();
    member(&mut head, "clock", &world.clock.going());
    member(&mut head, "ids_made", &world.ids.made());
    member(&mut head, "tokens", read(&world.grants).known());
    member(&mut head, "suite_tickets", &*lock(&world.suite_tickets));
    head.extend_from_slice(br#","corporations":{"#);
    let corps: Vec<CorpOf> = world.corps.keys().map(|id| CorpOf { world: Arc::clone(world), id: id.clone() }).collect();
    let corps = corps.into_iter().enumerate().flat_map(|(number, corp)| corp.pieces(number == 0));
    iter::once(head).chain(corps).chain(iter::once(b"}}".to_vec()))
}

/// A corporation of a world.
#[derive(Clone)]
struct CorpOf {
    world: Arc<World>,
    id: String,
}

impl CorpOf {
    fn look<T>(&self, at: impl FnOnce(&Corp) -> T) -> Option<T> {
        self.world.corps.get(&self.id).map(|corp| at(&read(corp)))
    }

    fn pieces(self, is_first: bool) -> impl Iterator<Item = Vec<u8>> + Send {
        let mut head = if is_first { Vec::new() } else { b",".to_vec() };
        put(&mut head, &self.id);
        head.extend_from_slice(br#":{"media":"#);
        self.look(|Corp { people, ways, media, .. }| {
            put(&mut head, media);
            member(&mut head, "temp_day", &ways.temp_day());
            member(&mut head, "departments", &people.departments.values().collect::<Vec<_>>());
            member(&mut head, "members", &people.members().collect::<Vec<_>>());
        });
        let ways = self.clone().list("contact_ways", 0, |corp, from| {
            page(corp.ways.made_since(*from).map(|(order, way)| (order + 1, way)))
        });
        let customers = self.clone().list("customers", Bound::Unbounded, |corp, after| {
            let rest = corp.customers.known.range::<String, _>((after.as_ref(), Bound::Unbounded));
            page(rest.map(|(id, customer)| (Bound::Excluded(id.clone()), customer)))
        });
        let messages = self.list("messages", 0, |corp, from| {
            let rest = corp.customers.messages.iter().enumerate().skip(*from);
            page(rest.map(|(index, message)| (index + 1, message)))
        });
        iter::once(head).chain(ways).chain(customers).chain(messages).chain(iter::once(b"}".to_vec()))
    }

    /// A list, page by page. `page` writes the one that begins at a mark, and says where the next one begins.
    fn list<M: Send>(
        self,
        name: &str,
        first: M,
        page: impl Fn(&Corp, &M) -> Option<(Vec<u8>, M)> + Send,
    ) -> impl Iterator<Item = Vec<u8>> + Send {
        let mut mark = first;
        let mut is_first = true;
        let pages = iter::from_fn(move || {
            let (mut items, next) = self.look(|corp| page(corp, &mark))??;
            if !std::mem::take(&mut is_first) {
                items.insert(0, b',');
            }
            mark = next;
            Some(items)
        });
        iter::once(format!(r#","{name}":["#).into_bytes()).chain(pages).chain(iter::once(b"]".to_vec()))
    }
}

/// So many items, and the mark behind the last of them; nothing where there are none.
fn page<M, T: Serialize>(items: impl Iterator<Item = (M, T)>) -> Option<(Vec<u8>, M)> {
    let (mut written, mut mark) = (Vec::new(), None);
    for (behind, item) in items.take(PAGE) {
        if mark.is_some() {
            written.push(b',');
        }
        put(&mut written, &item);
        mark = Some(behind);
    }
    mark.map(|mark| (written, mark))
}

fn member(to: &mut Vec<u8>, name: &str, value: &impl Serialize) {
    to.push(b',');
    put(to, name);
    to.push(b':');
    put(to, value);
}

/// Our own structures always serialise, and writing to a Vec does not fail.
fn put(to: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) {
    let _ = serde_json::to_writer(to, value);
}
