//! What there is to look at in the request of one endpoint: its members and its rules, listed once.

use std::sync::LazyLock;

use super::{MEMBERS, Member, RULES, Rule};
use crate::endpoint::Endpoint;
use crate::json::{Object, Value};

static PLANS: LazyLock<[Plan; Endpoint::ALL.len()]> = LazyLock::new(|| Endpoint::ALL.map(Plan::new));

/// The members and rules of one endpoint.
pub struct Plan {
    pub members: Vec<PlannedMember>,
    /// In the table's order, each with the index of the member that it is about, if it is about one.
    pub rules: Vec<(&'static Rule, Option<usize>)>,
}

/// A member that the document knows.
pub struct PlannedMember {
    pub member: &'static Member,
    pub name: &'static str,
    /// The index of the object that holds it; none is the request itself.
    above: Option<usize>,
}

impl Plan {
    /// The plan of an endpoint.
    pub fn of(endpoint: Endpoint) -> &'static Self {
        &PLANS[endpoint as usize]
    }

    fn new(endpoint: Endpoint) -> Self {
        let mut members: Vec<PlannedMember> = Vec::new();
        for member in MEMBERS.iter().filter(|member| member.endpoints.contains(&endpoint)) {
            let (above, name) = member.pointer.rsplit_once('/').unwrap_or_default();
            // An object stands before its members in the table.
            let above = members.iter().position(|known| known.member.pointer == above);
            members.push(PlannedMember { member, name, above });
        }
        let about = |rule: &Rule| members.iter().position(|known| known.member.pointer == rule.pointer);
        let rules = RULES.iter().filter(|rule| rule.endpoints.contains(&endpoint));
        let rules = rules.map(|rule| (rule, about(rule))).collect();
        Self { members, rules }
    }

    /// The names that the document knows in an object.
    pub fn names(&self, object: Option<usize>) -> impl Iterator<Item = &'static str> {
        self.members.iter().filter(move |known| known.above == object).map(|known| known.name)
    }

    /// Finds the members in a request.
    pub fn find<'r, 'a>(&self, request: &'r Object<'a>) -> Found<'r, 'a> {
        let mut found = Found { values: [None; MEMBERS.len()], unknown: Vec::new() };
        self.find_in(request, None, &mut found);
        found
    }

    fn find_in<'r, 'a>(&self, object: &'r Object<'a>, above: Option<usize>, found: &mut Found<'r, 'a>) {
        // Most requests name their members in the document's order: the next one is looked for behind the last.
        let mut next = 0;
        for (name, value) in &object.0 {
            let is_known = |index: &usize| self.members[*index].above == above && self.members[*index].name == name;
            let known = (next..self.members.len()).chain(0..next).find(is_known);
            next = known.map_or(next, |index| index + 1);
            match known {
                None => found.unknown.push((above, name)),
                // Of repeated ones the first counts, as elsewhere.
                Some(index) if found.values[index].is_some() => {}
                Some(index) => {
                    found.values[index] = Some(value);
                    if let Value::Object(inner) = value {
                        self.find_in(inner, Some(index), found);
                    }
                }
            }
        }
    }
}

/// Where the members of one request are: found once, for all the rules that ask.
pub struct Found<'r, 'a> {
    /// In the plan's order.
    pub values: [Option<&'r Value<'a>>; MEMBERS.len()],
    /// The names of members that the document does not know, each with the index of the object that holds it.
    pub unknown: Vec<(Option<usize>, &'r str)>,
}
