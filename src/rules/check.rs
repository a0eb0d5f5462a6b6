//! The check: walks the table over one request.

use super::members::Type;
use super::plan::{Found, Plan};
use super::{Check, Rule, unknown};
use crate::endpoint::Endpoint;
use crate::json::{Object, Value, fields::Detail, pointer_token};

/// A rule that a request breaks, and where.
#[derive(Debug)]
pub struct Broken {
    /// The rule.
    pub rule: &'static Rule,
    /// Where it is broken (RFC 6901).
    pub pointer: String,
    /// The rule's message, or for a wrong type what the value must be.
    pub message: String,
}

/// Every rule of `endpoint` that the request breaks, in the table's order, and what to say of members that the document
/// does not know. `body` is what the request was read from.
#[must_use]
pub fn broken_and_unknown(endpoint: Endpoint, request: &Object, body: &[u8]) -> (Vec<Broken>, Vec<Detail>) {
    let mut found = Vec::new();
    let asked = Asked::new(endpoint, request, body);
    for (rule, member) in &asked.plan.rules {
        look(rule, *member, &asked, &mut |pointer, message| {
            found.push(Broken { rule, pointer, message: message.unwrap_or(rule.message).to_owned() });
        });
    }
    (found, unknown::said_of(asked.plan, &asked.found.unknown))
}

/// What to say of each member that the document does not know at its place.
pub fn unknown_members(endpoint: Endpoint, request: &Object) -> Vec<Detail> {
    let plan = Plan::of(endpoint);
    unknown::said_of(plan, &plan.find(request).unknown)
}

/// What is asked of WeCom.
pub struct Asked<'r, 'a> {
    pub plan: &'static Plan,
    request: &'r Object<'a>,
    found: Found<'r, 'a>,
    body_len: usize,
    has_escapes: bool,
}

impl<'r, 'a> Asked<'r, 'a> {
    pub fn new(endpoint: Endpoint, request: &'r Object<'a>, body: &[u8]) -> Self {
        let plan = Plan::of(endpoint);
        let has_escapes = memchr::memchr(b'\\', body).is_some();
        Self { plan, request, found: plan.find(request), body_len: body.len(), has_escapes }
    }
}

/// Says where one rule is broken; the words are given where they differ from the rule's own.
type Tell<'t> = &'t mut dyn FnMut(String, Option<&str>);

/// Tells where a request breaks a rule, which is about the member of this index, if it is about one.
pub fn look(rule: &'static Rule, member: Option<usize>, asked: &Asked, tell: Tell) {
    let request = asked.request;
    let here = |is_broken: bool, tell: Tell| {
        if is_broken {
            tell(rule.pointer.to_owned(), None);
        }
    };
    let value = || asked.found.values[member?];
    let text = || value().and_then(Value::as_text);
    match &rule.check {
        Check::Required => here(value().is_none_or(|value| value.as_text() == Some("")), tell),
        Check::Within(least, most) => {
            let integer = value().and_then(Value::as_integer);
            here(integer.is_some_and(|integer| integer < *least || integer > *most), tell);
        }
        Check::MaxChars(most) => here(text().is_some_and(|text| text.chars().nth(*most).is_some()), tell),
        Check::MaxBytes(most) => here(text().is_some_and(|text| text.len() > *most), tell),
        Check::MaxItems(most) => {
            here(value().and_then(Value::as_list).is_some_and(|items| items.len() > *most), tell);
        }
        Check::EachText(fits) => match value() {
            Some(Value::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    if item.as_text().is_some_and(|text| !fits(text)) {
                        tell(format!("{}/{index}", rule.pointer), None);
                    }
                }
            }
            _ => here(text().is_some_and(|text| !fits(text)), tell),
        },
        Check::Never(is_broken) => here(is_broken(request), tell),
        // Most bodies hold no escape, and need no walk.
        Check::NoLoneSurrogate | Check::NoByte(_) if !asked.has_escapes => {}
        Check::NoLoneSurrogate => every_value(request, &mut |pointer, _, value| {
            if matches!(value, Value::Text(text) if text.lone_surrogate) {
                tell(pointer(), None);
            }
        }),
        Check::NoByte(is_broken) => every_value(request, &mut |pointer, name, value| {
            let is_in = |text: &str| text.bytes().any(is_broken);
            if is_in(name) || value.as_text().is_some_and(is_in) {
                tell(pointer(), None);
            }
        }),
        Check::NoRepeatedMember => repeated_members(request, tell),
        Check::DocumentedTypes => documented_types(asked, tell),
        Check::MaxBody(most) => here(asked.body_len > *most, tell),
    }
}

/// Is shown a value: how to write its pointer, its name (none in a list), and the value.
type Visit<'v> = &'v mut dyn FnMut(&dyn Fn() -> String, &str, &Value);

/// Walks every value; the pointer is only written where it is asked for.
fn every_value(request: &Object, visit: Visit) {
    visit_members(request, &String::new, visit);
}

fn visit_members(object: &Object, above: &dyn Fn() -> String, visit: Visit) {
    for (name, value) in &object.0 {
        visit_value(name, value, &|| format!("{}/{}", above(), pointer_token(name)), visit);
    }
}

fn visit_value(name: &str, value: &Value, pointer: &dyn Fn() -> String, visit: Visit) {
    visit(pointer, name, value);
    match value {
        Value::Object(object) => visit_members(object, pointer, visit),
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                visit_value("", item, &|| format!("{}/{index}", pointer()), visit);
            }
        }
        _ => {}
    }
}

/// So few are compared each with each faster than they are sorted.
const FEW_MEMBERS: usize = 16;

fn repeats_one(object: &Object) -> bool {
    let earlier = |at: usize, name| object.0[..at].iter().any(|(other, _)| other == name);
    object.0.iter().enumerate().any(|(at, (name, _))| earlier(at, name))
}

fn repeated_members(request: &Object, tell: Tell) {
    fn of(object: &Object, above: &dyn Fn() -> String, tell: Tell) {
        if object.0.len() <= FEW_MEMBERS && !repeats_one(object) {
            return;
        }
        let mut names: Vec<&str> = object.0.iter().map(|(name, _)| name.as_ref()).collect();
        names.sort_unstable();
        let mut told = None;
        for pair in names.windows(2) {
            if pair[0] == pair[1] && told != Some(pair[0]) {
                told = Some(pair[0]);
                tell(format!("{}/{}", above(), pointer_token(pair[0])), None);
            }
        }
    }
    of(request, &String::new, tell);
    every_value(request, &mut |pointer, _, value| {
        if let Value::Object(object) = value {
            of(object, pointer, tell);
        }
    });
}

fn documented_types(asked: &Asked, tell: Tell) {
    for (known, value) in asked.plan.members.iter().zip(&asked.found.values) {
        let Some(value) = value else { continue };
        let member = known.member;
        if !member.wire_type.fits(value) {
            tell(member.pointer.to_owned(), Some(&wrong_type(member.pointer, member.wire_type, value)));
            continue;
        }
        let (Some(item_type), Some(items)) = (member.wire_type.item(), value.as_list()) else { continue };
        for (index, item) in items.iter().enumerate() {
            if !item_type.fits(item) {
                let pointer = format!("{}/{index}", member.pointer);
                let message = wrong_type(&pointer, item_type, item);
                tell(pointer, Some(&message));
            }
        }
    }
}

fn wrong_type(pointer: &str, wanted: Type, value: &Value) -> String {
    let remedy = match value {
        Value::Null => "null is not a value, leave the member out",
        _ => "WeCom stops reading a body at the first value of a wrong type",
    };
    let name = pointer.trim_start_matches('/').replace('/', ".");
    format!("{name} must be {}; {remedy}", wanted.words())
}
