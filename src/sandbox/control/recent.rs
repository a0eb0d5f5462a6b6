//! `GET recent`: what the page shows, a part of each list from its newest on.

use std::cmp::Reverse;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{Done, number};
use crate::lock::read;
use crate::sandbox::serve::Request;
use crate::sandbox::wecom::{View, Wecom, names};
use crate::sandbox::world::Corp;
use crate::sandbox::world::contact_ways::ContactWay;
use crate::sandbox::world::customers::{Customer, Follow};

/// So many of each kind.
const SHOWN: usize = 20;

/// A contact way as `get` shows it, and what only the sandbox knows of it.
#[derive(Serialize)]
struct Way<'w> {
    #[serde(flatten)]
    view: View<'w>,
    created_at: i64,
    scans: u32,
    is_dead: bool,
}

/// The query says how many of each list to leave out.
pub fn recent(wecom: &Wecom, request: &Request) -> Done {
    let after = |name| number(request, name).map(Option::unwrap_or_default);
    let world = &wecom.world;
    world.settle();
    let now = world.clock.now();
    let (calls, count_of_calls) = wecom.journal.newest(after("calls")?, SHOWN);
    let (callbacks, count_of_callbacks) = world.events.newest(after("callbacks")?, SHOWN);
    let (mut ways, mut customers, mut messages) =
        (Part::new(after("ways")?), Part::new(after("customers")?), Part::new(after("messages")?));
    for corp in world.corps.values() {
        let Corp { ways: of_corp, customers: people, .. } = &*read(corp);
        let way = |way: &ContactWay| {
            let (created_at, scans, is_dead) = (way.created_at, way.scans, way.is_dead(now));
            json!(Way { view: View::of(wecom, way), created_at, scans, is_dead })
        };
        ways.add(of_corp.len(), of_corp.newest(), way);
        let mut newest: Vec<&Customer> = people.known.values().collect();
        newest.sort_by_key(|customer| Reverse(added(customer)));
        customers.add(newest.len(), newest.into_iter(), |customer| json!(customer));
        messages.add(people.messages.len(), people.messages.iter().rev(), |message| json!(message));
    }
    Ok(json!({
        "now": now,
        "page": SHOWN,
        "counts": {
            "ways": ways.count, "customers": customers.count, "messages": messages.count, "calls": count_of_calls,
            "callbacks": count_of_callbacks,
        },
        "contact_ways": ways.shown, "customers": customers.shown, "messages": messages.shown, "calls": calls,
        "faults": wecom.faults.list(), "endpoints": names(),
        "callbacks": callbacks, "calls_back": world.events.are_wanted,
    })
    .into())
}

fn added(customer: &Customer) -> Option<i64> {
    customer.follow_user.values().map(|Follow { added_at, .. }| *added_at).max()
}

/// A part of a list that is put together from those of all corporations, one after another.
struct Part {
    left_out: usize,
    shown: Vec<Json>,
    count: usize,
}

impl Part {
    fn new(after: usize) -> Self {
        Self { left_out: after, shown: Vec::new(), count: 0 }
    }

    fn add<T>(&mut self, size: usize, items: impl Iterator<Item = T>, shown: impl Fn(T) -> Json) {
        let room = SHOWN - self.shown.len();
        self.shown.extend(items.skip(self.left_out).take(room).map(shown));
        self.left_out = self.left_out.saturating_sub(size);
        self.count += size;
    }
}
