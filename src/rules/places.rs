//! Where the documented members of one request are: found once, for all the rules that ask.

use std::sync::LazyLock;

use super::{MEMBERS, RULES};
use crate::json::{Object, Value};

/// Of each of [`MEMBERS`]: the place there of the object that holds it, if that is not the request itself, and its name.
static STEPS: LazyLock<Vec<(Option<usize>, &str)>> = LazyLock::new(|| {
    let step = |pointer: &'static str| {
        let (above, name) = pointer.rsplit_once('/').unwrap_or_default();
        (place(above), name)
    };
    MEMBERS.iter().map(|member| step(member.pointer)).collect()
});

/// Of each of [`RULES`]: the place in [`MEMBERS`] of what it is about.
static OF_RULES: LazyLock<Vec<Option<usize>>> =
    LazyLock::new(|| RULES.iter().map(|rule| place(rule.pointer)).collect());

fn place(pointer: &str) -> Option<usize> {
    MEMBERS.iter().position(|member| member.pointer == pointer)
}

/// The values of one request, in the order of [`MEMBERS`].
pub struct Places<'r, 'a>([Option<&'r Value<'a>>; MEMBERS.len()]);

impl<'r, 'a> Places<'r, 'a> {
    /// Finds them; an object stands before its members in the table.
    pub fn of(request: &'r Object<'a>) -> Self {
        let mut found = [None; MEMBERS.len()];
        for (place, (above, name)) in STEPS.iter().enumerate() {
            found[place] = match above {
                None => request.get(name),
                Some(above) => found[*above].and_then(Value::as_object).and_then(|object| object.get(name)),
            };
        }
        Self(found)
    }

    /// The value of a member, by its place in [`MEMBERS`].
    pub fn member(&self, place: usize) -> Option<&'r Value<'a>> {
        self.0[place]
    }

    /// The value that a rule is about, by the rule's place in [`RULES`].
    pub fn of_rule(&self, rule: usize) -> Option<&'r Value<'a>> {
        self.0[OF_RULES[rule]?]
    }
}
