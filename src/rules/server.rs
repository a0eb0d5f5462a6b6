//! What WeCom does about a request, by the column of the table that says so: what it does not look at, what it refuses.

use super::check::{Asked, look};
use super::{Check, RULES, Rule, Server};
use crate::endpoint::Endpoint;
use crate::json::{Object, Value};

/// The members that WeCom does not look at in an `add`, as pointers; in an update neither, where the contact way's own
/// type, scene and mode stand in it.
#[must_use]
pub fn passed_over(request: &Object) -> Vec<String> {
    let asked = Asked::new(Endpoint::Add, request, b"");
    let mut found = Vec::new();
    for (rule, member) in &asked.plan.rules {
        match rule.server {
            Server::Ignores(_) if is_broken(rule, *member, &asked) => found.push(rule.pointer.to_owned()),
            Server::TakesFirst(names, _) if is_broken(rule, *member, &asked) => {
                let object = request.at(rule.pointer).and_then(Value::as_object);
                let given = names.iter().filter(|name| object.is_some_and(|object| object.get(name).is_some()));
                found.extend(given.skip(1).map(|name| format!("{}/{name}", rule.pointer)));
            }
            _ => {}
        }
    }
    found
}

/// What WeCom answers to a body of so many bytes, if that is too long for it.
#[must_use]
pub fn too_long(length: usize) -> Option<(i32, &'static Rule)> {
    RULES.iter().find_map(|rule| match (&rule.check, rule.server) {
        (Check::MaxBody(most), Server::Refuses(code, _)) if length > *most => Some((code, rule)),
        _ => None,
    })
}

/// What WeCom answers to each broken rule that it refuses, in the order in which it looks.
pub fn refusals(endpoint: Endpoint, request: &Object, body: &[u8]) -> impl Iterator<Item = (i32, &'static Rule)> {
    let asked = Asked::new(endpoint, request, body);
    asked.plan.rules.iter().filter_map(move |(rule, member)| match rule.server {
        Server::Refuses(code, _) => is_broken(rule, *member, &asked).then_some((code, *rule)),
        _ => None,
    })
}

/// Whether a rule is broken, wherever that is.
fn is_broken(rule: &'static Rule, member: Option<usize>, asked: &Asked) -> bool {
    let mut is_broken = false;
    look(rule, member, asked, &mut |_, _| is_broken = true);
    is_broken
}
