//! The document's six endpoints.

use serde::Serialize;

use super::answer::{Answer, Nothing, Outcome, Refusal, WARNING};
use super::body::{self, ESCAPE, Taken};
use super::caller::Caller;
use super::view::View;
use super::{counts, media, pictures};
use crate::endpoint::Endpoint;
use crate::json::{Object, Value};
use crate::lock::{read, write};
use crate::rules::{Rule, refusals};
use crate::sandbox::config::UnicodeEscapes;
use crate::sandbox::serve::Request;
use crate::sandbox::world::conclusions::Conclusions;
use crate::sandbox::world::contact_ways::{ContactWay, DAY_S, MINIPROGRAM, Position, SINGLE, Temp, WEEK_S};
use crate::sandbox::world::ids::ConfigId;
use crate::sandbox::world::people::People;

/// Users of one contact way, departments expanded.
const USERS_MAX: usize = 100;
/// Contact ways made before 10 July 2021 (China's) are not listed.
const LISTED_SINCE: i64 = 1_625_846_400;
const LIST_S: i64 = 90 * DAY_S;
const PAGE: usize = 100;

pub fn add(caller: &Caller, request: &Request) -> Outcome {
    carried_out(Endpoint::Add, caller, request, |given| {
        let mut corp = write(caller.corp);
        let way = new_way(caller, given, &corp.people)?;
        corp.people.may_stand(&way.user, &way.party)?;
        media::check(&caller.wecom.world, &corp, given, way.temp.is_some(), caller.now)?;
        let added = Added { config_id: way.config_id, qr_code: pictures::address(caller.wecom, &way) };
        let config = &caller.wecom.world.config;
        corp.ways.add(way, config.quota, config.temp_quota_per_day).map_err(|_| 41045)?;
        Ok(added)
    })
}

pub fn get(caller: &Caller, request: &Request) -> Outcome {
    carried_out(Endpoint::Get, caller, request, |given| {
        let corp = read(caller.corp);
        let way = corp.ways.get(config_id(given)?).ok_or(41044)?;
        // Written while the record is at hand; it borrows nothing that outlives the lock.
        Ok(Got { contact_way: serde_json::value::to_raw_value(&View::of(caller.wecom, way)).map_err(|_| -1)? })
    })
}

pub fn list(caller: &Caller, request: &Request) -> Outcome {
    let now = caller.now;
    carried_out(Endpoint::List, caller, request, |given| {
        let integer = |name| given.get(name).and_then(Value::as_integer);
        let from = integer("start_time").unwrap_or(now - LIST_S).max(LISTED_SINCE);
        let to = integer("end_time").unwrap_or(now).min(now - caller.wecom.world.config.list_lag_s);
        let limit = integer("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(PAGE);
        let after = match given.get("cursor").and_then(Value::as_text) {
            None | Some("") => None,
            Some(cursor) => Some(position(cursor).ok_or_else(|| Refusal::new(40058, "invalid param 'cursor'"))?),
        };
        let corp = read(caller.corp);
        let mut created = corp.ways.created(from, to, after).peekable();
        let mut page = Vec::with_capacity(limit.min(1_000));
        let mut last = None;
        while let Some((position, config_id)) = created.next_if(|_| page.len() < limit) {
            page.push(Listed { config_id });
            last = Some(position);
        }
        let next_cursor = last.filter(|_| created.peek().is_some()).map(cursor).unwrap_or_default();
        Ok(List { contact_way: page, next_cursor })
    })
}

pub fn update(caller: &Caller, request: &Request) -> Outcome {
    carried_out(Endpoint::Update, caller, request, |given| {
        let mut corp = write(caller.corp);
        let corp = &mut *corp;
        let id = config_id(given)?;
        let before = corp.ways.get(id).ok_or(41044)?;
        if before.is_dead(caller.now) {
            return Err(41044.into());
        }
        let mut way = before.clone();
        overwrite(caller, &mut way, given, &corp.people)?;
        media::check(&caller.wecom.world, corp, given, way.temp.is_some(), caller.now)?;
        if let Some(kept) = corp.ways.get_mut(id) {
            *kept = way;
        }
        Ok(Nothing {})
    })
}

pub fn del(caller: &Caller, request: &Request) -> Outcome {
    carried_out(Endpoint::Del, caller, request, |given| {
        let is_gone = write(caller.corp).ways.remove(config_id(given)?);
        if is_gone { Ok(Nothing {}) } else { Err(41044.into()) }
    })
}

pub fn close_temp_chat(caller: &Caller, request: &Request) -> Outcome {
    carried_out(Endpoint::CloseTempChat, caller, request, |given| {
        let text = |name| given.get(name).and_then(Value::as_text).unwrap_or_default();
        let (userid, external_userid) = (text("userid"), text("external_userid"));
        let mut corp = write(caller.corp);
        corp.customers.settle(caller.now);
        let userid = corp.people.member(userid).ok_or(60111)?.userid.clone();
        if !corp.customers.known.contains_key(external_userid) {
            return Err(40096.into());
        }
        let is_closed = corp.customers.close_chat(&userid, external_userid, caller.now);
        if is_closed { Ok(Nothing {}) } else { Err(84061.into()) }
    })
}

/// Reads the body, takes out what does not count, looks whether the rules hold, does the work, and puts the answer or
/// the refusal into words.
fn carried_out<T: Serialize>(
    endpoint: Endpoint,
    caller: &Caller,
    request: &Request,
    work: impl FnOnce(&Object) -> Result<T, Refusal>,
) -> Outcome {
    let takes_escapes = caller.wecom.world.config.unicode_escapes == UnicodeEscapes::Accepted;
    let Taken { mut object, is_part } = body::read(endpoint, &request.body, takes_escapes)?;
    if endpoint == Endpoint::Update {
        let corp = read(caller.corp);
        let kept = config_id(&object).ok().and_then(|id| corp.ways.get(id));
        counts::take_out(endpoint, &mut object, kept);
    } else {
        counts::take_out(endpoint, &mut object, None);
    }
    let is_refused = |(code, _): &(i32, &Rule)| !(takes_escapes && *code == ESCAPE);
    let done = match refusals(endpoint, &object, &request.body).find(is_refused) {
        Some((code, rule)) => Err(Refusal::of_rule(code, rule)),
        None => work(&object),
    };
    match done {
        Ok(rest) if is_part => Ok(Answer::new(0, format!("ok. {WARNING}"), rest)),
        Ok(rest) => Ok(Answer::new(0, "ok", rest)),
        Err(refusal) => Err(refusal.warned(is_part)),
    }
}

fn config_id(given: &Object) -> Result<ConfigId, Refusal> {
    let text = given.get("config_id").and_then(Value::as_text).unwrap_or_default();
    text.parse().map_err(|()| 41044.into())
}

fn flag(given: &Object, name: &str) -> Option<bool> {
    given.get(name).and_then(Value::as_bool)
}

fn text<'g>(given: &'g Object, name: &str) -> Option<&'g str> {
    given.get(name).and_then(Value::as_text)
}

fn small(given: &Object, name: &str) -> Option<u8> {
    given.get(name).and_then(Value::as_integer).and_then(|number| u8::try_from(number).ok())
}

/// The users, each as the member spells it.
fn users(given: &Object, people: &People) -> Option<Box<[Box<str>]>> {
    let items = given.get("user")?.as_list()?;
    Some(items.iter().filter_map(Value::as_text).map(|userid| people.spelled(userid).into()).collect())
}

fn parties(given: &Object) -> Option<Box<[i64]>> {
    let items = given.get("party")?.as_list()?;
    Some(items.iter().filter_map(Value::as_integer).collect())
}

/// The contact way that a request asks for.
fn new_way(caller: &Caller, given: &Object, people: &People) -> Result<ContactWay, Refusal> {
    let (kind, scene) = (small(given, "type").ok_or(41037)?, small(given, "scene").ok_or(41038)?);
    let is_temp = flag(given, "is_temp") == Some(true);
    if is_temp && !caller.wecom.world.config.is_medical {
        return Err(41040.into());
    }
    let temp = if is_temp { Some(Box::new(new_temp(caller, given)?)) } else { None };
    Ok(ContactWay {
        config_id: caller.wecom.world.ids.config_id(),
        kind,
        scene,
        style: if scene == MINIPROGRAM { small(given, "style").unwrap_or(1) } else { 0 },
        skip_verify: flag(given, "skip_verify").unwrap_or(true),
        is_exclusive: flag(given, "is_exclusive").unwrap_or(false),
        mark_source: flag(given, "mark_source").filter(|_| caller.acquisition).unwrap_or(true),
        remark: text(given, "remark").unwrap_or_default().into(),
        state: text(given, "state").unwrap_or_default().into(),
        user: users(given, people).unwrap_or_default(),
        party: parties(given).filter(|_| kind != SINGLE).unwrap_or_default(),
        created_at: caller.now,
        app: caller.app,
        scans: 0,
        portrait: None,
        temp,
    })
}

fn new_temp(caller: &Caller, given: &Object) -> Result<Temp, Refusal> {
    let mut temp =
        Temp { expires_in: WEEK_S, chat_expires_in: DAY_S, unionid: None, conclusions: None, is_used: false };
    overwrite_temp(caller, &mut temp, given)?;
    Ok(temp)
}

/// Takes over what an update gives; what it leaves out stays.
fn overwrite(caller: &Caller, way: &mut ContactWay, given: &Object, people: &People) -> Result<(), Refusal> {
    if let Some(style) = small(given, "style").filter(|_| way.scene == MINIPROGRAM) {
        if way.kind != SINGLE && style > 2 {
            return Err(Refusal::from(41042).named("style_range"));
        }
        way.style = style;
    }
    if let Some(is_marked) = flag(given, "mark_source").filter(|_| caller.acquisition) {
        if way.app != caller.app {
            return Err(301_002.into());
        }
        way.mark_source = is_marked;
    }
    way.skip_verify = flag(given, "skip_verify").unwrap_or(way.skip_verify);
    way.is_exclusive = flag(given, "is_exclusive").unwrap_or(way.is_exclusive);
    if let Some(remark) = text(given, "remark") {
        way.remark = remark.into();
    }
    if let Some(state) = text(given, "state") {
        way.state = state.into();
    }
    overwrite_people(way, given, people)?;
    match &mut way.temp {
        Some(temp) => overwrite_temp(caller, temp, given),
        None => Ok(()),
    }
}

fn overwrite_people(way: &mut ContactWay, given: &Object, people: &People) -> Result<(), Refusal> {
    let user = users(given, people);
    let party = parties(given).filter(|_| way.kind != SINGLE);
    if user.is_none() && party.is_none() {
        return Ok(());
    }
    if let Some(user) = user {
        // The picture keeps its first member.
        way.portrait = way.face().filter(|face| user.first().map(AsRef::as_ref) != Some(*face)).map(Box::from);
        way.user = user;
    }
    way.party = party.unwrap_or_else(|| std::mem::take(&mut way.party));
    if way.user.is_empty() && way.party.is_empty() {
        return Err(81012.into());
    }
    if way.kind == SINGLE && way.user.len() > 1 {
        return Err(Refusal::new(40058, "invalid param 'user'. invalid Request Parameter").named("type_1_one_user"));
    }
    people.may_stand(&way.user, &way.party)
}

fn overwrite_temp(caller: &Caller, temp: &mut Temp, given: &Object) -> Result<(), Refusal> {
    let seconds = |name| given.get(name).and_then(Value::as_integer);
    temp.expires_in = seconds("expires_in").unwrap_or(temp.expires_in);
    temp.chat_expires_in = seconds("chat_expires_in").unwrap_or(temp.chat_expires_in);
    if let Some(unionid) = text(given, "unionid") {
        if !unionid.is_empty() && !caller.wecom.world.config.has_developer_account {
            return Err(41057.into());
        }
        temp.unionid = Some(unionid).filter(|unionid| !unionid.is_empty()).map(Box::from);
    }
    if let Some(conclusions) = given.get("conclusions").and_then(Value::as_object) {
        temp.conclusions = Some(Conclusions::of_request(conclusions, |id| media::address(caller.wecom, id)));
    }
    Ok(())
}

impl People {
    /// Whether a contact way may be for these; the first that it may not be for decides the errcode.
    fn may_stand(&self, users: &[Box<str>], departments: &[i64]) -> Result<(), Refusal> {
        let of_users = users.iter().find_map(|userid| self.refusal_of_user(userid));
        let refusal = of_users.or_else(|| departments.iter().find_map(|id| self.refusal_of_department(*id)));
        if let Some(code) = refusal {
            return Err(code.into());
        }
        let count = self.expand(users.iter().map(AsRef::as_ref), departments).len();
        if count > USERS_MAX { Err(41041.into()) } else { Ok(()) }
    }
}

#[derive(Serialize)]
struct Added {
    config_id: ConfigId,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_code: Option<String>,
}

#[derive(Serialize)]
struct Got {
    contact_way: Box<serde_json::value::RawValue>,
}

#[derive(Serialize)]
struct List {
    contact_way: Vec<Listed>,
    next_cursor: String,
}

#[derive(Serialize)]
struct Listed {
    config_id: ConfigId,
}

/// A cursor is the position of the last one seen, so that nothing added or deleted elsewhere moves it.
fn cursor((time, order): Position) -> String {
    format!("{time:016x}{order:016x}")
}

fn position(cursor: &str) -> Option<Position> {
    let (time, order) = (cursor.get(..16)?, cursor.get(16..)?);
    Some((i64::from_str_radix(time, 16).ok()?, u64::from_str_radix(order, 16).ok()?))
}
