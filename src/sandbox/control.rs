//! The sandbox's own interface under `/sandbox/`, for tests and people.

use std::sync::RwLockReadGuard;

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::answer::{Answer, Envelope, Nothing, to_json};
use super::clock::LATEST;
use super::config::{self, InCorp};
use super::customers::Message;
use super::http::{Request, Response};
use super::page;
use super::people::People;
use super::scan::{self, Refused, Scan};
use super::state::State;
use super::{Corp, World, locked, read_locked, wecom, write_locked};
use crate::json::Object;
use crate::json::fields::{Detail, Fields, Read, sentences};

/// Where the interface lies.
pub const PATH: &str = "/sandbox/";

/// What stands in the way of a call.
pub enum Trouble {
    /// What was given is wrong: 400.
    Wrong(Vec<Detail>),
    /// What was given is right and cannot be: an answer with an errcode.
    Refused(Refused),
}

impl From<Detail> for Trouble {
    fn from(wrong: Detail) -> Self {
        Self::Wrong(vec![wrong])
    }
}

impl From<Vec<Detail>> for Trouble {
    fn from(wrong: Vec<Detail>) -> Self {
        Self::Wrong(wrong)
    }
}

type Outcome = Result<Json, Trouble>;
type Route = (&'static str, &'static str, fn(&World, &Request) -> Outcome);

#[rustfmt::skip]
const ROUTES: &[Route] = &[
    ("GET", "clock", |world, _| Ok(now(world))),
    ("POST", "clock", move_clock),
    ("POST", "scan", scan_code),
    ("POST", "accept", accept),
    ("GET", "messages", |world, request| Ok(messages(world, request))),
    ("POST", "faults", add_faults),
    ("DELETE", "faults", |world, _| { world.faults.clear(); Ok(json!({})) }),
    ("GET", "calls", calls),
    ("DELETE", "calls", |world, _| { world.journal.clear(); Ok(json!({})) }),
    ("GET", "recent", |world, _| Ok(page::recent(world))),
    ("GET", "members", |world, _| Ok(members(world))),
    ("POST", "members", put_member),
    ("DELETE", "members", remove_member),
    ("POST", "departments", put_department),
    ("POST", "suite_ticket", suite_ticket),
    ("DELETE", "tokens", |world, _| { write_locked(&world.tokens).clear(); Ok(json!({})) }),
    ("GET", "state", |world, _| { world.settle(); Ok(json!(State::of(world))) }),
    ("PUT", "state", put_state),
    ("POST", "reset", |world, _| { world.reset(); Ok(json!({})) }),
];

/// Errcode of what was asked wrongly.
const WRONG: i32 = 40058;

pub fn answer(world: &World, request: &Request) -> Response {
    let name = request.path().strip_prefix(PATH).unwrap_or_default();
    let mut named = ROUTES.iter().filter(|(_, route, _)| *route == name).peekable();
    if named.peek().is_none() {
        let mut known: Vec<&str> = ROUTES.iter().map(|(_, route, _)| *route).collect();
        known.dedup();
        return sentence(404, &format!("there is no /sandbox/{name}; there are {}", known.join(", ")), None);
    }
    let Some((.., work)) = named.clone().find(|(method, ..)| *method == request.method) else {
        let methods: Vec<&str> = named.map(|(method, ..)| *method).collect();
        return sentence(405, &format!("/sandbox/{name} takes {}", methods.join(", ")), None);
    };
    match work(world, request) {
        Ok(rest) => json_response(200, to_json(&Envelope { errcode: 0, errmsg: "ok", rest })),
        Err(Trouble::Wrong(wrong)) => sentence(400, &sentences(&wrong), wrong.first().map(|first| &*first.pointer)),
        Err(Trouble::Refused((code, why))) => json_response(200, Answer::new(code, why, Nothing {}).body),
    }
}

fn sentence(status: u16, errmsg: &str, pointer: Option<&str>) -> Response {
    #[derive(Serialize)]
    struct Where<'p> {
        #[serde(skip_serializing_if = "Option::is_none")]
        pointer: Option<&'p str>,
    }
    json_response(status, Answer::new(WRONG, errmsg, Where { pointer }).body)
}

fn json_response(status: u16, body: Vec<u8>) -> Response {
    Response::new(status, "application/json; charset=utf-8", body)
}

/// Reads a body as an object; none at all is an empty one.
fn with_body<T>(request: &Request, read: impl FnOnce(&Object) -> Read<T>) -> Read<T> {
    let not_json =
        |why: &str| vec![Detail::new("", "not_json", format!("the body cannot be read: {why}; send one JSON object"))];
    let text = std::str::from_utf8(&request.body).map_err(|_| not_json("it is not UTF-8"))?;
    let text = if text.trim().is_empty() { "{}" } else { text };
    read(&Object::parse(text).map_err(|error| not_json(&error.to_string()))?)
}

fn now(world: &World) -> Json {
    json!({"now": world.clock.now()})
}

fn move_clock(world: &World, request: &Request) -> Outcome {
    with_body(request, |body| {
        let mut fields = Fields::new(body, "");
        let advance = fields.integer("advance_s", 0..=LATEST);
        let set = fields.integer("set", 0..=LATEST);
        fields.end(())?;
        match (advance, set) {
            (Some(seconds), None) => world.clock.set((world.clock.now() + seconds).min(LATEST)),
            (None, Some(time)) => world.clock.set(time),
            _ => {
                let rule = "either advance_s or set says how the clock moves; give one of them";
                return Err(vec![Detail::new("", "one_of_two", rule)]);
            }
        }
        Ok(())
    })?;
    Ok(now(world))
}

fn scan_code(world: &World, request: &Request) -> Outcome {
    let done = with_body(request, |body| {
        let mut fields = Fields::new(body, "");
        let given = Scan {
            config_id: fields.required_text("config_id"),
            external_userid: fields.text_or_empty("external_userid").filter(|id| !id.is_empty()),
            unionid: fields.text_or_empty("unionid").filter(|id| !id.is_empty()),
            corp_name: fields.text_or_empty("corp_name").filter(|name| !name.is_empty()),
        };
        Ok(scan::scan(world, &fields.end(given)?))
    })?;
    done.map(|scanned| json!(scanned)).map_err(Trouble::Refused)
}

fn accept(world: &World, request: &Request) -> Outcome {
    let done = with_body(request, |body| {
        let mut fields = Fields::new(body, "");
        let both = (fields.required_text("userid"), fields.required_text("external_userid"));
        let (userid, customer) = fields.end(both)?;
        Ok(scan::accept(world, userid, customer))
    })?;
    done.map(|scanned| json!(scanned)).map_err(Trouble::Refused)
}

fn messages(world: &World, request: &Request) -> Json {
    world.settle();
    let wanted = request.query("external_userid");
    let is_wanted = |message: &&Message| wanted.as_ref().is_none_or(|id| *id == message.external_userid);
    let corps = world.corps.values().map(read_locked);
    let of_corp = |corp: RwLockReadGuard<Corp>| -> Vec<Message> {
        corp.customers.messages.iter().filter(is_wanted).cloned().collect()
    };
    json!({"messages": corps.flat_map(of_corp).collect::<Vec<_>>()})
}

fn add_faults(world: &World, request: &Request) -> Outcome {
    with_body(request, |body| world.faults.add(body, world.config.seed, &wecom::names()))?;
    Ok(json!({}))
}

fn calls(world: &World, request: &Request) -> Outcome {
    let last = match request.query("last") {
        None => usize::MAX,
        Some(last) => last
            .parse()
            .map_err(|_| Detail::new("/last", "wrong_type", "last must be a number; write one, or leave it out"))?,
    };
    Ok(json!({"calls": world.journal.calls(request.query("endpoint").as_deref(), last)}))
}

fn members(world: &World) -> Json {
    let mut corporations = serde_json::Map::new();
    for (corp_id, corp) in &world.corps {
        let People { members, departments } = &read_locked(corp).people;
        let (members, departments): (Vec<_>, Vec<_>) = (members.values().collect(), departments.values().collect());
        corporations.insert(corp_id.clone(), json!({"members": members, "departments": departments}));
    }
    json!({"corporations": corporations})
}

fn put_member(world: &World, request: &Request) -> Outcome {
    let member = with_body(request, |body| config::member(Fields::new(body, "")))?;
    in_each_corp(world, &member, |people, member| member.put_into(people))
}

fn put_department(world: &World, request: &Request) -> Outcome {
    let department = with_body(request, |body| config::department(Fields::new(body, "")))?;
    in_each_corp(world, &department, |people, department| {
        people.departments.insert(department.id, department);
    })
}

fn in_each_corp<T: Clone>(world: &World, given: &InCorp<T>, put: impl Fn(&mut People, T)) -> Outcome {
    let mut corps = world.corps.iter().filter(|(id, _)| given.is_in(id)).peekable();
    if corps.peek().is_none() {
        return Err(Detail::of_member(
            "/corp_id".to_owned(),
            "unknown_corp_id",
            "names no corporation; correct it, or leave it out",
        )
        .into());
    }
    corps.for_each(|(_, corp)| put(&mut write_locked(corp).people, given.it.clone()));
    Ok(json!({}))
}

fn remove_member(world: &World, request: &Request) -> Outcome {
    let Some(userid) = request.query("userid") else {
        return Err(Detail::new("/userid", "required", "userid is required in the query; say who leaves").into());
    };
    let corp_id = request.query("corp_id");
    let corps = world.corps.iter().filter(|(id, _)| corp_id.as_ref().is_none_or(|named| named == *id));
    let left = corps.filter(|(_, corp)| write_locked(corp).people.members.remove(&userid).is_some()).count();
    if left == 0 {
        return Err(Trouble::Refused((60111, format!("there is no member {userid}"))));
    }
    Ok(json!({}))
}

fn suite_ticket(world: &World, request: &Request) -> Outcome {
    with_body(request, |body| {
        let mut fields = Fields::new(body, "");
        let (suite_id, ticket) = (fields.required_text("suite_id"), fields.required_text("suite_ticket"));
        if !world.config.suites.iter().any(|suite| suite.id == suite_id) {
            fields.wrong("suite_id", "unknown_suite", "names no suite of the configuration; correct it");
        }
        fields.end(())?;
        locked(&world.suite_tickets).insert(suite_id.to_owned(), ticket.to_owned());
        Ok(())
    })?;
    Ok(json!({}))
}

fn put_state(world: &World, request: &Request) -> Outcome {
    let state = serde_json::from_slice::<State>(&request.body).map_err(|error| error.to_string());
    state.and_then(|state| state.restore(world)).map_err(|why| {
        Detail::new("", "not_a_state", format!("the state cannot be taken in: {why}; send what GET state answered"))
    })?;
    Ok(json!({}))
}
