//! The page at `/`, for people who would rather look, and what it shows.

use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::lock::read;
use crate::sandbox::serve::Response;
use crate::sandbox::wecom::{View, Wecom};
use crate::sandbox::world::Corp;
use crate::sandbox::world::contact_ways::ContactWay;
use crate::sandbox::world::customers::{Customer, Follow, Message};

/// So many of each kind, newest first.
const SHOWN: usize = 50;

pub fn page() -> Response {
    Response::new(200, "text/html; charset=utf-8", include_str!("page.html"))
}

/// A contact way as `get` shows it, and what only the sandbox knows of it.
#[derive(Serialize)]
struct Way<'w> {
    #[serde(flatten)]
    view: View<'w>,
    created_at: i64,
    scans: u32,
    is_dead: bool,
}

/// The newest of everything, and how many there are of each.
pub fn recent(wecom: &Wecom) -> Json {
    let world = &wecom.world;
    world.settle();
    let now = world.clock.now();
    let (calls, count_of_calls) = wecom.journal.latest(SHOWN);
    let (mut ways, mut customers, mut messages): (Vec<Json>, Vec<Customer>, Vec<Message>) = Default::default();
    let mut counts = [0; 3];
    for corp in world.corps.values() {
        let Corp { ways: of_corp, customers: people, .. } = &*read(corp);
        let shown = |way: &ContactWay| {
            let (created_at, scans, is_dead) = (way.created_at, way.scans, way.is_dead(now));
            json!(Way { view: View::of(wecom, way), created_at, scans, is_dead })
        };
        ways.extend(of_corp.latest().map(shown));
        customers.extend(people.known.values().cloned());
        messages.extend(people.messages.iter().rev().take(SHOWN).cloned());
        let sizes = [of_corp.len(), people.known.len(), people.messages.len()];
        counts.iter_mut().zip(sizes).for_each(|(count, size)| *count += size);
    }
    let added = |customer: &Customer| customer.follow_user.values().map(|Follow { added_at, .. }| *added_at).max();
    customers.sort_by_key(|customer| std::cmp::Reverse(added(customer)));
    customers.truncate(SHOWN);
    let [count_of_ways, count_of_customers, count_of_messages] = counts;
    json!({
        "now": now,
        "counts": {
            "ways": count_of_ways, "customers": count_of_customers,
            "messages": count_of_messages, "calls": count_of_calls,
        },
        "contact_ways": ways, "customers": customers, "messages": messages, "calls": calls,
    })
}
