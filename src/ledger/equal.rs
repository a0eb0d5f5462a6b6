//! When two contact ways are equal: one table, a row a member.
//!
//! A contact way is looked at in three forms: as a request to add one, as the request that was last applied to it, and
//! as `get` answers it. What `get` cannot tell (see [`How`]) is compared between requests alone.
//!
//! What is compared is a canonical form: the members in the order of their names, without those that have their default.
//! So a member that WeCom adds one day, and this table after it, leaves every earlier fingerprint as it was.

use std::borrow::Cow;

use super::hash::{Hash, hash};
use crate::json::{Object, Value};

/// How one member is compared.
#[derive(Debug)]
enum How {
    /// As it stands, numbers by what they are worth.
    Exactly,
    /// As a set; texts without regard to case, as WeCom takes a userid.
    AsSet,
    /// By its being there: what goes in as one media id comes out as another, or as an address.
    ByPresence,
    /// Not with what `get` answers, which does not have it or says it of certain apps only.
    AmongRequests,
    /// Member by member.
    Within(&'static [Member]),
}

/// What a member is where a request leaves it out, and what `get` fills in.
#[derive(Debug)]
enum LeftOut {
    /// It has none: WeCom requires it.
    Required,
    /// `""`, `[]` or `{}`.
    Empty,
    Flag(bool),
    Integer(i64),
}

/// One member.
#[derive(Debug)]
struct Member {
    name: &'static str,
    how: How,
    default: LeftOut,
    /// Whether no update changes it.
    is_fixed: bool,
    /// Whether WeCom heeds it in an object like this one, the object that holds it.
    counts: fn(&Object) -> bool,
}

const fn member(name: &'static str, how: How, default: LeftOut) -> Member {
    Member { name, how, default, is_fixed: false, counts: |_| true }
}

impl Member {
    const fn fixed(self) -> Self {
        Self { is_fixed: true, ..self }
    }

    const fn only(self, counts: fn(&Object) -> bool) -> Self {
        Self { counts, ..self }
    }
}

const DAY_S: i64 = 86_400;

/// The members of a contact way. Source: WeCom's document of add and get; the defaults are its own.
const CONTACT_WAY: &[Member] = &[
    member("type", How::Exactly, LeftOut::Required).fixed(),
    member("scene", How::Exactly, LeftOut::Required).fixed(),
    member("style", How::Exactly, LeftOut::Integer(1)).only(|way| integer(way, "scene") == Some(1)),
    member("remark", How::Exactly, LeftOut::Empty),
    member("skip_verify", How::Exactly, LeftOut::Flag(true)),
    member("state", How::Exactly, LeftOut::Empty),
    member("user", How::AsSet, LeftOut::Empty),
    member("party", How::AsSet, LeftOut::Empty).only(|way| integer(way, "type") == Some(2)),
    member("is_temp", How::Exactly, LeftOut::Flag(false)).fixed(),
    member("expires_in", How::Exactly, LeftOut::Integer(7 * DAY_S)).only(is_temporary),
    member("chat_expires_in", How::Exactly, LeftOut::Integer(DAY_S)).only(is_temporary),
    member("unionid", How::Exactly, LeftOut::Empty).only(is_temporary),
    member("is_exclusive", How::AmongRequests, LeftOut::Flag(false)).fixed(),
    member("mark_source", How::AmongRequests, LeftOut::Flag(true)),
    member("conclusions", How::Within(CONCLUSIONS), LeftOut::Empty).only(is_temporary),
];

/// Of image, link and miniprogram the first in this order is the one that counts.
const CONCLUSIONS: &[Member] = &[
    member("text", How::Within(&[member("content", How::Exactly, LeftOut::Empty)]), LeftOut::Empty),
    member("image", How::ByPresence, LeftOut::Empty),
    member("link", How::Within(LINK), LeftOut::Empty).only(|given| given.get("image").is_none()),
    member("miniprogram", How::Within(MINIPROGRAM), LeftOut::Empty)
        .only(|given| given.get("image").is_none() && given.get("link").is_none()),
];

const LINK: &[Member] = &[
    member("title", How::Exactly, LeftOut::Empty),
    member("picurl", How::Exactly, LeftOut::Empty),
    member("desc", How::Exactly, LeftOut::Empty),
    member("url", How::Exactly, LeftOut::Empty),
];

const MINIPROGRAM: &[Member] = &[
    member("title", How::Exactly, LeftOut::Empty),
    member("pic_media_id", How::ByPresence, LeftOut::Empty),
    member("appid", How::Exactly, LeftOut::Empty),
    member("page", How::Exactly, LeftOut::Empty),
];

fn integer(way: &Object, name: &str) -> Option<i64> {
    way.get(name)?.as_integer()
}

/// Whether it is for temporary sessions.
pub fn is_temporary(way: &Object) -> bool {
    way.get("is_temp").and_then(Value::as_bool) == Some(true)
}

/// Whether it can be told from strangers' contact ways at all: by a `state` or a `remark`.
pub fn has_marker(way: &Object) -> bool {
    ["state", "remark"].iter().any(|name| way.get(name).and_then(Value::as_text).is_some_and(|text| !text.is_empty()))
}

/// What two forms are compared for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    /// Whether an add is the one that was made before: everything, but pictures by presence, since a media id lives for
    /// three days and the same picture has another the next time.
    Replay,
    /// Whether it is what WeCom has.
    Look,
    /// Whether it has been applied already: everything, and pictures by their media ids.
    Apply,
}

/// The fingerprint of an add: equal for requests that ask for the same, however they are written. It is kept for ever.
pub fn fingerprint(request: &Object) -> Hash {
    canonical(request, For::Replay)
}

/// The hash of what `get` can tell: equal for an add and for what `get` answers about the contact way that it made.
pub fn likeness(way: &Object) -> Hash {
    canonical(way, For::Look)
}

/// The members of `wanted` that `seen`, the contact way as `get` answers it, has otherwise. What `wanted` leaves out is
/// not looked at, and neither is what `get` cannot tell.
pub fn differing<'w>(wanted: &'w Object, seen: &Object) -> Vec<&'w str> {
    let differs = |name: &str, value: &Value| {
        let there = seen.get(name);
        match find(CONTACT_WAY, name) {
            // Not known here, so nobody can say that `get` answers it.
            None => there.is_some_and(|there| !is_same(None, value, Some(there), For::Look)),
            Some(member) => {
                !matches!(member.how, How::AmongRequests)
                    && (member.counts)(seen)
                    && !is_same(Some(member), value, there, For::Look)
            }
        }
    };
    given(wanted).filter(|(name, value)| differs(name, value)).map(|(name, _)| name).collect()
}

/// The members of `wanted` that `applied`, the request with later updates folded in, has otherwise. One that was never
/// applied counts as otherwise, since nobody knows what WeCom has; one that no update changes is its default then.
pub fn changed<'w>(wanted: &'w Object, applied: &Object) -> Vec<&'w str> {
    let differs = |name: &str, value: &Value| {
        let member = find(CONTACT_WAY, name);
        let before = applied.get(name);
        let is_known = before.is_some() || member.is_some_and(|member| member.is_fixed);
        !is_known || !is_same(member, value, before, For::Apply)
    };
    given(wanted).filter(|(name, value)| differs(name, value)).map(|(name, _)| name).collect()
}

/// Whether `get` tells the member `name`, as far as is known here.
pub fn is_told(name: &str) -> bool {
    find(CONTACT_WAY, name).is_none_or(|member| !matches!(member.how, How::AmongRequests))
}

/// Whether no update changes the member `name`.
pub fn is_fixed(name: &str) -> bool {
    find(CONTACT_WAY, name).is_some_and(|member| member.is_fixed)
}

fn find(members: &'static [Member], name: &str) -> Option<&'static Member> {
    members.iter().find(|member| member.name == name)
}

/// The members of a request; `null` is none.
fn given<'r>(way: &'r Object) -> impl Iterator<Item = (&'r str, &'r Value<'r>)> {
    way.0.iter().filter(|(_, value)| !matches!(value, Value::Null)).map(|(name, value)| (name.as_ref(), value))
}

/// Whether a value and what is there, or the member's default, are the same.
fn is_same(member: Option<&'static Member>, wanted: &Value, there: Option<&Value>, purpose: For) -> bool {
    let form = |value: Option<&Value>| {
        let mut form = Vec::new();
        if let Some(value) = value {
            write_member(member, value, purpose, &mut form);
        }
        form
    };
    form(Some(wanted)) == form(there)
}

fn canonical(way: &Object, purpose: For) -> Hash {
    let mut form = Vec::with_capacity(256);
    write_members(CONTACT_WAY, way, purpose, &mut form);
    hash(&form)
}

/// Writes the members of an object in the order of their names, each after its name.
fn write_members(members: &'static [Member], object: &Object, purpose: For, form: &mut Vec<u8>) {
    let mut sorted: Vec<_> = given(object).collect();
    sorted.sort_by_key(|(name, _)| *name);
    for (name, value) in sorted {
        let member = find(members, name);
        let is_told = || match member {
            None => false,
            Some(member) => !matches!(member.how, How::AmongRequests) && (member.counts)(object),
        };
        if purpose == For::Look && !is_told() {
            continue;
        }
        let start = form.len();
        write_text(name, form);
        let named = form.len();
        write_member(member, value, purpose, form);
        if form.len() == named {
            form.truncate(start);
        }
    }
}

/// Writes a member's value; nothing where it is the default.
fn write_member(member: Option<&'static Member>, value: &Value, purpose: For, form: &mut Vec<u8>) {
    let Some(member) = member else { return write_value(value, form) };
    if is_default(&member.default, value) {
        return;
    }
    match (&member.how, value) {
        (How::ByPresence, _) if purpose != For::Apply => form.push(b'+'),
        (How::AsSet, Value::List(items)) => {
            let mut set: Vec<Vec<u8>> = items.iter().map(set_item).collect();
            set.sort_unstable();
            set.dedup();
            write_head(b'[', set.len(), form);
            form.extend(set.into_iter().flatten());
        }
        (How::Within(members), Value::Object(object)) => {
            let start = form.len();
            form.push(b'{');
            let opened = form.len();
            write_members(members, object, purpose, form);
            if form.len() == opened { form.truncate(start) } else { form.push(b'}') }
        }
        _ => write_value(value, form),
    }
}

fn is_default(default: &LeftOut, value: &Value) -> bool {
    match (default, value) {
        (LeftOut::Empty, Value::Text(text)) => text.text.is_empty(),
        (LeftOut::Empty, Value::List(items)) => items.is_empty(),
        (LeftOut::Empty, Value::Object(object)) => object.0.is_empty(),
        (LeftOut::Flag(flag), Value::Bool(given)) => flag == given,
        (LeftOut::Integer(integer), Value::Number(raw)) => worth(raw) == worth(&integer.to_string()),
        _ => false,
    }
}

fn set_item(item: &Value) -> Vec<u8> {
    let mut form = Vec::with_capacity(24);
    match item.as_text() {
        Some(text) => write_text(&text.to_ascii_lowercase(), &mut form),
        None => write_value(item, &mut form),
    }
    form
}

/// Writes a value so that no two different ones are written alike.
fn write_value(value: &Value, form: &mut Vec<u8>) {
    match value {
        Value::Null => form.push(b'n'),
        Value::Bool(flag) => form.push(if *flag { b't' } else { b'f' }),
        Value::Number(raw) => write_number(raw, form),
        Value::Text(text) => write_text(&text.text, form),
        Value::List(items) => {
            write_head(b'[', items.len(), form);
            for item in items {
                write_value(item, form);
            }
        }
        Value::Object(object) => {
            form.push(b'{');
            let mut sorted: Vec<_> = object.0.iter().collect();
            sorted.sort_by_key(|(name, _)| name.as_ref());
            for (name, value) in sorted {
                write_text(name, form);
                write_value(value, form);
            }
            form.push(b'}');
        }
    }
}

fn write_head(mark: u8, count: usize, form: &mut Vec<u8>) {
    form.push(mark);
    form.extend_from_slice(&(count as u64).to_le_bytes());
}

fn write_text(text: &str, form: &mut Vec<u8>) {
    write_head(b's', text.len(), form);
    form.extend_from_slice(text.as_bytes());
}

fn write_number(raw: &str, form: &mut Vec<u8>) {
    let worth = worth(raw);
    write_head(b'd', worth.len(), form);
    form.extend_from_slice(worth.as_bytes());
}

/// What a number is worth, in one spelling: its digits without zeros at either end, and the power of ten they are times.
fn worth(raw: &str) -> Cow<'_, str> {
    let is_short = raw.bytes().all(|byte| byte.is_ascii_digit()) && !raw.ends_with('0');
    if is_short {
        return Cow::Borrowed(raw);
    }
    let (sign, rest) = raw.strip_prefix('-').map_or(("", raw), |rest| ("-", rest));
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = format!("{whole}{fraction}");
    let without_end = all_digits.trim_end_matches('0');
    let digits = without_end.trim_start_matches('0');
    if digits.is_empty() {
        return Cow::Borrowed("0");
    }
    // Lengths of texts in memory, so far from the end of 128 bits.
    let shift = (all_digits.len() - without_end.len()) as i128 - fraction.len() as i128;
    match exponent.parse::<i64>() {
        Ok(power) if i128::from(power) + shift == 0 => Cow::Owned(format!("{sign}{digits}")),
        Ok(power) => Cow::Owned(format!("{sign}{digits}e{}", i128::from(power) + shift)),
        // An exponent that no machine counts to: its own spelling will do.
        Err(_) => Cow::Borrowed(raw),
    }
}

#[cfg(test)]
mod tests;
