//! An object's members, taken one by one: each known, of its type and within its bounds, and named where it is not.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use serde_json::json;

use super::{Object, Value, nearest, pointer_token};

/// As much of an unknown name as helps to find it, in characters.
const NAME_SHOWN: usize = 100;

/// One rule that a request, an option or a configuration breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Where (RFC 6901); `""` is the whole.
    pub pointer: String,
    /// The rule's name.
    pub rule: &'static str,
    /// One sentence: the member, the rule, the remedy.
    pub message: String,
    /// In a file of rows the line, from 1.
    pub line: Option<u64>,
    /// There the character of the line, from 1.
    pub column: Option<u64>,
}

impl Detail {
    pub(crate) fn new(pointer: impl Into<String>, rule: &'static str, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), rule, message: message.into(), line: None, column: None }
    }

    /// `rest` completes the sentence that begins with the member's name.
    pub(crate) fn of_member(pointer: String, rule: &'static str, rest: &str) -> Self {
        let name: String = pointer.trim_start_matches('/').replace('/', ".").chars().take(NAME_SHOWN).collect();
        Self::new(pointer, rule, format!("{name} {rest}"))
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        let mut written = json!({"pointer": self.pointer, "rule": self.rule, "message": self.message});
        for (name, place) in [("line", self.line), ("column", self.column)] {
            if let Some(place) = place {
                written[name] = place.into();
            }
        }
        written
    }
}

/// What was read, or everything that is wrong with it.
pub type Read<T> = Result<T, Vec<Detail>>;

/// The members of one object. What is wrong is collected and told at the end, by [`Fields::end`]; until then a member
/// that is wrong is as if it were not there.
pub struct Fields<'o, 'a> {
    object: &'o Object<'a>,
    pointer: String,
    known: Vec<&'static str>,
    wrong: Vec<Detail>,
}

impl<'o, 'a> Fields<'o, 'a> {
    pub fn new(object: &'o Object<'a>, pointer: impl Into<String>) -> Self {
        Self { object, pointer: pointer.into(), known: Vec::new(), wrong: Vec::new() }
    }

    /// The pointer of a member.
    pub fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, pointer_token(name))
    }

    /// The pointer of the object itself.
    #[cfg(feature = "sandbox")]
    pub fn whole(&self) -> &str {
        &self.pointer
    }

    /// Notes a rule that a member breaks: `rest` completes the sentence after its name.
    pub fn wrong(&mut self, name: &str, rule: &'static str, rest: &str) {
        self.wrong.push(Detail::of_member(self.pointer(name), rule, rest));
    }

    /// Notes a rule that several members break together, in a whole sentence.
    pub fn wrong_together(&mut self, rule: &'static str, message: impl Into<String>) {
        self.wrong.push(Detail::new(self.pointer.as_str(), rule, message));
    }

    /// The member as it is, of whatever type.
    pub fn value(&mut self, name: &'static str) -> Option<&'o Value<'a>> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        self.object.get(name)
    }

    fn typed<T>(&mut self, name: &'static str, rest: &str, take: impl Fn(&'o Value<'a>) -> Option<T>) -> Option<T> {
        let value = self.value(name)?;
        let typed = take(value);
        if typed.is_none() {
            let is_null = matches!(value, Value::Null);
            let null = "must not be null, which is no value; fill it in, or leave it out";
            self.wrong(name, "wrong_type", if is_null { null } else { rest });
        }
        typed
    }

    /// An integer within `range`.
    pub fn integer(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let (least, most) = (*range.start(), *range.end());
        let bounds = if most == i64::MAX { format!("of at least {least}") } else { format!("from {least} to {most}") };
        let rest = format!("must be an integer {bounds}; write one, or leave it out");
        let integer = self.typed(name, &rest, Value::as_integer)?;
        if !range.contains(&integer) {
            self.wrong(name, "out_of_range", &rest);
            return None;
        }
        Some(integer)
    }

    /// A number of things, at least `least`; beyond what 32 bits hold it makes no difference.
    pub fn count(&mut self, name: &'static str, least: u32) -> Option<u32> {
        let count = self.integer(name, least.into()..=i64::MAX)?;
        Some(u32::try_from(count).unwrap_or(u32::MAX))
    }

    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.typed(name, "must be true or false; write one, or leave it out", Value::as_bool)
    }

    /// A text that may be empty.
    pub fn text_or_empty(&mut self, name: &'static str) -> Option<&'o str> {
        self.typed(name, "must be a string; put it in quotes, or leave it out", Value::as_text)
    }

    /// A text that is not empty.
    pub fn text(&mut self, name: &'static str) -> Option<&'o str> {
        let text = self.text_or_empty(name)?;
        if text.is_empty() {
            self.wrong(name, "empty", "must not be empty; leave it out, or fill it in");
            return None;
        }
        Some(text)
    }

    /// One of these texts, by its index.
    pub fn one_of(&mut self, name: &'static str, choices: &[&str]) -> Option<usize> {
        let text = self.text_or_empty(name)?;
        let index = choices.iter().position(|choice| *choice == text);
        if index.is_none() {
            self.wrong(name, "unknown_value", &format!("must be one of {}; write one of them", choices.join(", ")));
        }
        index
    }

    pub fn texts(&mut self, name: &'static str) -> Option<Vec<String>> {
        self.typed(name, "must be an array of strings; put each in quotes", |value| {
            value.as_list()?.iter().map(|item| Some(item.as_text()?.to_owned())).collect()
        })
    }

    /// An object within this one; what it was read as is handed to [`Fields::take`].
    pub fn object(&mut self, name: &'static str) -> Option<&'o Object<'a>> {
        self.typed(name, "must be an object; put it in braces, or leave it out", Value::as_object)
    }

    /// What was read of an object within this one.
    pub fn take<T>(&mut self, inner: Read<T>) -> Option<T> {
        inner.map_err(|mut wrong| self.wrong.append(&mut wrong)).ok()
    }

    /// `read`, if nothing was wrong, nothing stands in the object but what was asked for, and nothing twice. What is
    /// misspelt is told first, since it may be what is missing.
    pub fn end<T>(self, read: T) -> Read<T> {
        let (mut misspelt, mut rest) = (Vec::new(), Vec::new());
        let mut seen = HashSet::with_capacity(self.known.len());
        for (name, _) in &self.object.0 {
            let name = name.as_ref();
            let wrong = |rule, rest: &str| Detail::of_member(self.pointer(name), rule, rest);
            if self.known.contains(&name) {
                if !seen.insert(name) {
                    rest.push(wrong("repeated_member", "stands here twice; keep one"));
                }
            } else if let Some(near) = nearest(name, self.known.iter()) {
                let words = format!("is not known here; did you mean {near}? Correct or remove it");
                misspelt.push(wrong("unknown_member", &words));
            } else {
                let words = format!("is not known here; correct or remove it (known: {})", self.known.join(", "));
                rest.push(wrong("unknown_member", &words));
            }
        }
        let wrong = [misspelt, self.wrong, rest].concat();
        if wrong.is_empty() { Ok(read) } else { Err(wrong) }
    }
}

/// What only the sandbox's configuration and control bodies hold.
#[cfg(feature = "sandbox")]
impl<'o, 'a> Fields<'o, 'a> {
    /// Notes that a member is not there, if it is not.
    pub fn require(&mut self, name: &'static str, rule: &'static str, rest: &str) {
        if self.value(name).is_none() {
            self.wrong(name, rule, rest);
        }
    }

    pub fn list(&mut self, name: &'static str) -> Option<&'o [Value<'a>]> {
        self.typed(name, "must be an array; put it in brackets, or leave it out", Value::as_list)
    }

    pub fn integers(&mut self, name: &'static str) -> Option<Vec<i64>> {
        self.typed(name, "must be an array of integers; write them without quotes", |value| {
            value.as_list()?.iter().map(Value::as_integer).collect()
        })
    }

    /// A text that must be there and not be empty.
    pub fn required_text(&mut self, name: &'static str) -> &'o str {
        let text = self.value(name).and_then(Value::as_text).unwrap_or_default();
        if text.is_empty() {
            self.wrong(name, "required", "is required and must be a string that is not empty; give it");
        }
        text
    }

    /// Each item of a list of objects, read by `read`.
    pub fn each<T>(&mut self, name: &'static str, mut read: impl FnMut(Self) -> Read<T>) -> Option<Vec<T>> {
        let items = self.list(name)?;
        let mut all = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let pointer = format!("{}/{index}", self.pointer(name));
            if let Some(object) = item.as_object() {
                all.extend(self.take(read(Self::new(object, pointer))));
            } else {
                self.wrong.push(Detail::of_member(pointer, "wrong_type", "must be an object; put it in braces"));
            }
        }
        (all.len() == items.len()).then_some(all)
    }
}

/// All that is wrong, in one line.
#[cfg(feature = "sandbox")]
pub fn sentences(wrong: &[Detail]) -> String {
    wrong.iter().map(|wrong| wrong.message.as_str()).collect::<Vec<_>>().join("; ")
}
