//! Reads an object of settings: every member is known, of its type and within its bounds, or it is named.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::answer::{Detail, Error, Kind};
use crate::json::{Object, Value, pointer_token};

/// As much of an unknown name as helps to find it, in characters.
const NAME_SHOWN: usize = 100;

/// An object being read. What is wrong with it is collected, so that all of it can be told at once.
pub struct Settings<'a> {
    object: &'a Object<'a>,
    /// The pointer of the object itself.
    place: &'static str,
    known: HashSet<&'static str>,
    details: Vec<Detail>,
}

impl<'a> Settings<'a> {
    pub fn new(object: &'a Object<'a>, place: &'static str) -> Self {
        Self { object, place, known: HashSet::new(), details: Vec::new() }
    }

    /// Notes a rule that is broken by several members together.
    pub fn wrong_together(&mut self, rule: &'static str, message: impl Into<String>) {
        self.details.push(Detail::new(self.place, rule, message));
    }

    /// Notes a broken rule of the member `name`.
    pub fn wrong(&mut self, name: &str, rule: &'static str, message: impl Into<String>) {
        self.details.push(Detail::new(format!("{}/{}", self.place, pointer_token(name)), rule, message));
    }

    /// The member, if it is there.
    pub fn value(&mut self, name: &'static str) -> Option<&'a Value<'a>> {
        self.known.insert(name);
        self.object.get(name)
    }

    fn typed<T>(
        &mut self,
        name: &'static str,
        words: &str,
        read: impl FnOnce(&'a Value<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(name)?;
        let typed = read(value);
        if typed.is_none() {
            self.wrong(name, "wrong_type", format!("{name} must be {words}"));
        }
        typed
    }

    /// A text that is not empty.
    pub fn text(&mut self, name: &'static str) -> Option<&'a str> {
        let text = self.typed(name, "a string", Value::as_text)?;
        if text.is_empty() {
            self.wrong(name, "empty", format!("{name} must not be empty; leave it out, or fill it in"));
            return None;
        }
        Some(text)
    }

    /// A text that may be empty.
    pub fn text_or_empty(&mut self, name: &'static str) -> Option<&'a str> {
        self.typed(name, "a string", Value::as_text)
    }

    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        self.typed(name, "true or false", Value::as_bool)
    }

    /// An integer of at least `least`.
    pub fn integer(&mut self, name: &'static str, least: u64) -> Option<u64> {
        let integer = self.typed(name, "an integer", Value::as_integer)?;
        let fits = u64::try_from(integer).ok().filter(|integer| *integer >= least);
        if fits.is_none() {
            self.wrong(name, "out_of_range", format!("{name} must be at least {least}"));
        }
        fits
    }

    /// An integer of at least `least`; beyond what 32 bits hold it makes no difference.
    pub fn count(&mut self, name: &'static str, least: u32) -> Option<u32> {
        self.integer(name, least.into()).map(|integer| u32::try_from(integer).unwrap_or(u32::MAX))
    }

    /// One of these texts, by its place among them.
    pub fn one_of(&mut self, name: &'static str, choices: &[&str]) -> Option<usize> {
        let text = self.typed(name, "a string", Value::as_text)?;
        let place = choices.iter().position(|choice| *choice == text);
        if place.is_none() {
            self.wrong(name, "unknown_value", format!("{name} must be one of {}", choices.join(", ")));
        }
        place
    }

    /// An object within this one; its findings are added to these by [`Settings::take`].
    pub fn object(&mut self, name: &'static str) -> Option<&'a Object<'a>> {
        self.typed(name, "an object", Value::as_object)
    }

    /// Ends the reading of an inner object.
    pub fn take(&mut self, mut inner: Settings) {
        inner.name_unknown();
        self.details.append(&mut inner.details);
    }

    fn name_unknown(&mut self) {
        let mut seen = HashSet::new();
        for (name, _) in &self.object.0 {
            let name: &Cow<str> = name;
            if !self.known.contains(name.as_ref()) {
                let mut known: Vec<_> = self.known.iter().copied().collect();
                known.sort_unstable();
                let shown: String = name.chars().take(NAME_SHOWN).collect();
                let message = format!("{shown} is not known here; known are {}", known.join(", "));
                self.wrong(name, "unknown_member", message);
            } else if !seen.insert(name.as_ref()) {
                self.wrong(name, "repeated_member", format!("{name} stands here twice; keep one"));
            }
        }
    }

    /// Ends the reading: everything that is wrong, if anything is, as an error of this kind.
    pub fn finish(mut self, kind: Kind, what: &str) -> Result<(), Error> {
        self.name_unknown();
        if self.details.is_empty() { Ok(()) } else { Err(Error::with_details(kind, what, self.details)) }
    }
}

/// Reads `text`, called `what` in the error, as one JSON object.
pub fn parse<'a>(text: &'a str, what: &str) -> Result<Object<'a>, Error> {
    Object::parse(text).map_err(|error| Error::new(Kind::InvalidArgument, format!("{what}: {error}")))
}
