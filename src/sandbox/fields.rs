//! Reading an object strictly: each member known and of its type, and a sentence where it is not.

use std::ops::RangeInclusive;

use crate::json::{Object, Value, pointer_token};

/// What is wrong with what was given, and where.
#[derive(Debug)]
pub struct Wrong {
    /// RFC 6901; `""` is the whole.
    pub pointer: String,
    /// One sentence: the member, the rule, the remedy.
    pub message: String,
}

impl Wrong {
    pub(super) fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }

    /// `rule` completes the sentence that begins with the member's name.
    pub(super) fn at(pointer: String, rule: &str) -> Self {
        let message = format!("{} {rule}", pointer.trim_start_matches('/').replace('/', "."));
        Self { pointer, message }
    }
}

/// All that is wrong, in one line.
pub fn sentences(wrong: &[Wrong]) -> String {
    wrong.iter().map(|wrong| wrong.message.as_str()).collect::<Vec<_>>().join("; ")
}

/// What was read, or everything that is wrong with it.
pub type Read<T> = Result<T, Vec<Wrong>>;

/// The members of one object, taken by name. What is wrong is collected and told at the end, by [`Fields::end`]; until
/// then a member that is wrong is as if it were not there.
pub struct Fields<'o, 'a> {
    object: &'o Object<'a>,
    pointer: String,
    known: Vec<&'static str>,
    wrong: Vec<Wrong>,
}

impl<'o, 'a> Fields<'o, 'a> {
    pub fn new(object: &'o Object<'a>, pointer: impl Into<String>) -> Self {
        Self { object, pointer: pointer.into(), known: Vec::new(), wrong: Vec::new() }
    }

    /// The place of a member.
    pub fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, pointer_token(name))
    }

    /// The place of the object itself.
    pub fn whole(&self) -> &str {
        &self.pointer
    }

    /// Notes what is wrong with a member: `rule` completes the sentence after its name.
    pub fn wrong(&mut self, name: &str, rule: &str) {
        self.wrong.push(Wrong::at(self.pointer(name), rule));
    }

    /// Notes that a member is not there, if it is not.
    pub fn require(&mut self, name: &'static str, rule: &str) {
        if self.value(name).is_none() {
            self.wrong(name, rule);
        }
    }

    pub fn integer(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let (least, most) = (*range.start(), *range.end());
        let rule = format!("must be an integer from {least} to {most}; write one, or leave it out");
        self.taken(name, &rule, |value| value.as_integer().filter(|integer| range.contains(integer)))
    }

    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.taken(name, "must be true or false; write one, or leave it out", Value::as_bool)
    }

    pub fn text(&mut self, name: &'static str) -> Option<&'o str> {
        self.taken(name, "must be a string; put it in quotes, or leave it out", Value::as_text)
    }

    pub fn list(&mut self, name: &'static str) -> Option<&'o [Value<'a>]> {
        self.taken(name, "must be an array; put it in brackets, or leave it out", Value::as_list)
    }

    pub fn object(&mut self, name: &'static str) -> Option<&'o Object<'a>> {
        self.taken(name, "must be an object; put it in braces, or leave it out", Value::as_object)
    }

    /// A list of texts.
    pub fn texts(&mut self, name: &'static str) -> Option<Vec<String>> {
        self.taken(name, "must be an array of strings; put each in quotes", |value| {
            value.as_list()?.iter().map(|item| Some(item.as_text()?.to_owned())).collect()
        })
    }

    /// A list of integers.
    pub fn integers(&mut self, name: &'static str) -> Option<Vec<i64>> {
        self.taken(name, "must be an array of integers; write them without quotes", |value| {
            value.as_list()?.iter().map(Value::as_integer).collect()
        })
    }

    /// A text that must be there and not be empty.
    pub fn required_text(&mut self, name: &'static str) -> &'o str {
        let text = self.value(name).and_then(Value::as_text).unwrap_or_default();
        if text.is_empty() {
            self.wrong(name, "is required and must be a string that is not empty; give it");
        }
        text
    }

    /// Each item of a list of objects, read by `read`.
    pub fn each<T>(&mut self, name: &'static str, mut read: impl FnMut(Self) -> Read<T>) -> Option<Vec<T>> {
        let items = self.list(name)?;
        let mut all = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let pointer = format!("{}/{index}", self.pointer(name));
            match item.as_object() {
                Some(object) => all.extend(self.take(read(Self::new(object, pointer)))),
                None => self.wrong.push(Wrong::at(pointer, "must be an object; put it in braces")),
            }
        }
        (all.len() == items.len()).then_some(all)
    }

    /// What was read of an object within this one.
    pub fn take<T>(&mut self, inner: Read<T>) -> Option<T> {
        inner.map_err(|mut wrong| self.wrong.append(&mut wrong)).ok()
    }

    /// `read`, if nothing was wrong, nothing stands in the object but what was asked for, and nothing twice.
    pub fn end<T>(mut self, read: T) -> Read<T> {
        let object = self.object;
        for (index, (name, _)) in object.0.iter().enumerate() {
            if !self.known.contains(&name.as_ref()) {
                let known = self.known.join(", ");
                self.wrong(name, &format!("is not known here; correct or remove it (known: {known})"));
            } else if object.0[..index].iter().any(|(earlier, _)| earlier == name) {
                self.wrong(name, "stands here twice; keep one");
            }
        }
        if self.wrong.is_empty() { Ok(read) } else { Err(self.wrong) }
    }

    /// The member as it is, of whatever type.
    pub fn value(&mut self, name: &'static str) -> Option<&'o Value<'a>> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        self.object.get(name)
    }

    fn taken<T>(&mut self, name: &'static str, rule: &str, take: impl Fn(&'o Value<'a>) -> Option<T>) -> Option<T> {
        let taken = take(self.value(name)?);
        if taken.is_none() {
            self.wrong(name, rule);
        }
        taken
    }
}
