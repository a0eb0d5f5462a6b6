//! What counts of a body. What does not count is not looked at: no rule can be broken by it.

use std::borrow::Cow;

use crate::endpoint::Endpoint::{self, Add, List, Update};
use crate::json::{Object, Value};
use crate::rules;
use crate::sandbox::world::contact_ways::ContactWay;

/// A member of these endpoints' bodies, and whether a value of it says nothing.
type Blank = (&'static [Endpoint], &'static str, fn(&Value) -> bool);

/// Values that are as good as none: programs in Go send the zero of a type for what was left out.
const BLANK: &[Blank] = &[
    (&[List], "start_time", is_zero),
    (&[List], "end_time", is_zero),
    (&[List], "limit", is_zero),
    (&[Add, Update], "expires_in", is_zero),
    (&[Add, Update], "chat_expires_in", is_zero),
    (&[Add, Update], "conclusions", has_blank_members_alone),
];

/// Takes out of a body what does not count. For an update, `kept` is the contact way that it is about.
pub fn take_out(endpoint: Endpoint, body: &mut Object, kept: Option<&ContactWay>) {
    let is_blank = |name: &str, value: &Value| {
        let mut blanks = BLANK.iter().filter(|(endpoints, blank, _)| *blank == name && endpoints.contains(&endpoint));
        matches!(value, Value::Null) || blanks.any(|(.., is_blank)| is_blank(value))
    };
    body.0.retain(|(name, value)| !is_blank(name, value));
    for (_, value) in &mut body.0 {
        take_out_of_value(value);
    }
    if let Some(way) = kept {
        put_over(body, way);
    }
    if matches!(endpoint, Add | Update) {
        for pointer in rules::passed_over(body) {
            remove(body, &pointer);
        }
    }
}

/// Nulls anywhere below, and blank members of conclusions, which are all the objects that a body holds.
fn take_out_of_value(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.0.retain(|(_, value)| !is_hollow(value));
            object.0.iter_mut().for_each(|(_, value)| take_out_of_value(value));
        }
        Value::List(items) => items.retain(|item| !matches!(item, Value::Null)),
        _ => {}
    }
}

/// What an update cannot change and what decides whether its other members count: they are the contact way's.
fn put_over(body: &mut Object, way: &ContactWay) {
    let number = |number: u8| Value::Number(if number == 1 { "1" } else { "2" });
    let facts =
        [("type", number(way.kind)), ("scene", number(way.scene)), ("is_temp", Value::Bool(way.temp.is_some()))];
    body.0.retain(|(name, _)| facts.iter().all(|(fact, _)| fact != name));
    body.0.extend(facts.map(|(name, value)| (Cow::Borrowed(name), value)));
}

fn remove(body: &mut Object, pointer: &str) {
    let mut object = body;
    let mut names = pointer.split('/').skip(1).peekable();
    while let Some(name) = names.next() {
        if names.peek().is_none() {
            object.0.retain(|(given, _)| given != name);
            return;
        }
        let Some((_, Value::Object(inner))) = object.0.iter_mut().find(|(given, _)| given == name) else { return };
        object = inner;
    }
}

fn is_zero(value: &Value) -> bool {
    value.as_integer() == Some(0)
}

/// Whether there are members and all are blank: `{}` is something else, and refused.
fn has_blank_members_alone(conclusions: &Value) -> bool {
    conclusions.as_object().is_some_and(|object| !object.0.is_empty() && is_hollow(conclusions))
}

/// Whether nothing is said: null, no text, an object of nothing else.
fn is_hollow(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.text.is_empty(),
        Value::Object(object) => object.0.iter().all(|(_, value)| is_hollow(value)),
        _ => false,
    }
}
