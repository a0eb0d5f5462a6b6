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
    pub fn new(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), message: message.into() }
    }

    /// `rule` completes the sentence that begins with the member's name.
    pub fn at(pointer: String, rule: &str) -> Self {
        let message = format!("{} {rule}", pointer.trim_start_matches('/').replace('/', "."));
        Self { pointer, message }
    }
}

pub type Read<T> = Result<T, Wrong>;

/// The members of one object, taken by name.
pub struct Fields<'o, 'a> {
    object: &'o Object<'a>,
    pointer: String,
    known: Vec<&'static str>,
}

impl<'o, 'a> Fields<'o, 'a> {
    pub fn new(object: &'o Object<'a>, pointer: impl Into<String>) -> Self {
        Self { object, pointer: pointer.into(), known: Vec::new() }
    }

    /// The place of a member.
    pub fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.pointer, pointer_token(name))
    }

    /// What is wrong with a member: `rule` completes the sentence after its name.
    pub fn wrong(&self, name: &str, rule: &str) -> Wrong {
        Wrong::at(self.pointer(name), rule)
    }

    /// The place of the object itself.
    pub fn whole(&self) -> &str {
        &self.pointer
    }

    pub fn integer(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Read<Option<i64>> {
        let Some(value) = self.value(name) else { return Ok(None) };
        let integer = value.as_integer().filter(|integer| range.contains(integer));
        let (least, most) = range.into_inner();
        integer.map(Some).ok_or_else(|| {
            self.wrong(name, &format!("must be an integer from {least} to {most}; write one, or leave it out"))
        })
    }

    pub fn flag(&mut self, name: &'static str) -> Read<Option<bool>> {
        self.taken(name, "must be true or false; write one, or leave it out", Value::as_bool)
    }

    pub fn text(&mut self, name: &'static str) -> Read<Option<&'o str>> {
        self.taken(name, "must be a string; put it in quotes, or leave it out", Value::as_text)
    }

    pub fn list(&mut self, name: &'static str) -> Read<Option<&'o [Value<'a>]>> {
        self.taken(name, "must be an array; put it in brackets, or leave it out", Value::as_list)
    }

    pub fn object(&mut self, name: &'static str) -> Read<Option<&'o Object<'a>>> {
        self.taken(name, "must be an object; put it in braces, or leave it out", Value::as_object)
    }

    /// A list of texts; empty where it is absent.
    pub fn texts(&mut self, name: &'static str) -> Read<Option<Vec<String>>> {
        let Some(items) = self.list(name)? else { return Ok(None) };
        let texts: Option<Vec<String>> = items.iter().map(|item| Some(item.as_text()?.to_owned())).collect();
        texts.map(Some).ok_or_else(|| self.wrong(name, "must be an array of strings; put each in quotes"))
    }

    /// A list of integers.
    pub fn integers(&mut self, name: &'static str) -> Read<Option<Vec<i64>>> {
        let Some(items) = self.list(name)? else { return Ok(None) };
        let integers: Option<Vec<i64>> = items.iter().map(Value::as_integer).collect();
        integers.map(Some).ok_or_else(|| self.wrong(name, "must be an array of integers; write them without quotes"))
    }

    /// A text that must be there and not be empty.
    pub fn required_text(&mut self, name: &'static str) -> Read<&'o str> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| self.wrong(name, "is required and must be a string that is not empty; give it"))
    }

    /// Each item of a list of objects, read by `read`.
    pub fn each<T>(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(Fields<'o, 'a>) -> Read<T>,
    ) -> Read<Option<Vec<T>>> {
        let Some(items) = self.list(name)? else { return Ok(None) };
        let mut all = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let pointer = format!("{}/{index}", self.pointer(name));
            let Some(object) = item.as_object() else {
                return Err(Wrong::at(pointer, "must be an object; put it in braces"));
            };
            all.push(read(Fields::new(object, pointer))?);
        }
        Ok(Some(all))
    }

    /// Nothing but what was asked for may stand in the object, and nothing twice.
    pub fn end(self) -> Read<()> {
        for (index, (name, _)) in self.object.0.iter().enumerate() {
            if !self.known.contains(&name.as_ref()) {
                let known = self.known.join(", ");
                return Err(self.wrong(name, &format!("is not known here; correct or remove it (known: {known})")));
            }
            if self.object.0[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(self.wrong(name, "stands here twice; keep one"));
            }
        }
        Ok(())
    }

    /// The member as it is, of whatever type.
    pub fn value(&mut self, name: &'static str) -> Option<&'o Value<'a>> {
        self.known.push(name);
        self.object.get(name)
    }

    fn taken<T>(
        &mut self,
        name: &'static str,
        rule: &str,
        take: impl Fn(&'o Value<'a>) -> Option<T>,
    ) -> Read<Option<T>> {
        match self.value(name) {
            None => Ok(None),
            Some(value) => take(value).map(Some).ok_or_else(|| self.wrong(name, rule)),
        }
    }
}
