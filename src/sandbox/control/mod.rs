//! The calls under `/sandbox/`, for tests, and the page, for people.

mod contacts;
mod faults;
mod guard;
mod info;
mod page;
mod recent;

use std::str::FromStr;
use std::sync::{Arc, RwLockReadGuard};

use serde::Serialize;
use serde_json::{Value as Json, json};

use guard::Asked;

use super::config::{self, InCorp, LATEST};
use super::serve::{Body, Delivery, Request, Response, Room, Visit};
use super::wecom::answer::{Answer, Envelope, Nothing, to_json};
use super::wecom::{Wecom, pictures};
use super::world::customers::Message;
use super::world::people::People;
use super::world::scan::{self, Refused, Scan};
use super::world::state::{self, State};
use super::world::{Corp, World};
use crate::json::Object;
use crate::json::fields::{Detail, Fields, Read, sentences};
use crate::lock::{lock, read, write};

pub use info::info;

/// Where the calls lie.
pub const PATH: &str = "/sandbox/";
/// Pictures for the page, whose looking is no call of WeCom's.
const PICTURES: &str = "qr/";
/// The certificate of the authority.
const AUTHORITY: &str = "ca.pem";
/// What browsers are told: no page of others may frame, read or guess at what they get here.
const FOR_BROWSERS: [(&str, &str); 5] = [
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", page::POLICY),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
];

/// The room of whoever runs the sandbox.
pub struct Control {
    wecom: Arc<Wecom>,
}

impl Control {
    pub fn new(wecom: Arc<Wecom>) -> Self {
        Self { wecom }
    }

    fn page(&self, visit: &Visit) -> Response {
        self.forbidden(visit, Asked::Page).unwrap_or_else(page::page)
    }

    fn call(&self, visit: &Visit, name: &str) -> Response {
        match (name, &self.wecom.authority) {
            // It is public, and needed before anything else can be asked for.
            (AUTHORITY, Some(pem)) => Response::new(200, "application/x-pem-file", pem.as_str()),
            _ => self.forbidden(visit, Asked::Call).unwrap_or_else(|| match name.strip_prefix(PICTURES) {
                Some(picture) => pictures::named(&self.wecom.world, picture),
                None => answer(&self.wecom, name, visit.request),
            }),
        }
    }

    fn forbidden(&self, visit: &Visit, asked: Asked) -> Option<Response> {
        let (status, why) = guard::forbidden(&self.wecom.world.config.listening, visit, asked)?;
        let response = sentence(status, why, None);
        Some(if status == 401 { response.with("WWW-Authenticate", "Bearer") } else { response })
    }
}

impl Room for Control {
    fn answer(&self, visit: &Visit) -> (Response, Delivery) {
        let response = match visit.request.path.strip_prefix(PATH) {
            None => self.page(visit),
            Some(name) => self.call(visit, name),
        };
        let response = FOR_BROWSERS.iter().fold(response, |response, (name, value)| response.with(name, *value));
        (response, Delivery::Whole)
    }

    /// A state of as many contact ways as a corporation may have goes in as it came out.
    fn longest_body(&self, _: &str) -> usize {
        1024 * 1024 * 1024
    }
}

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

/// What a call is answered with.
enum Content {
    /// These members, beside `errcode` and `errmsg`.
    Members(Json),
    /// A whole answer, which is written as it is sent.
    Pieces(Box<dyn Iterator<Item = Vec<u8>> + Send>),
}

impl From<Json> for Content {
    fn from(members: Json) -> Self {
        Self::Members(members)
    }
}

type Done = Result<Content, Trouble>;
/// A method, a name, and what is done then.
type ControlCall = (&'static str, &'static str, fn(&Wecom, &Request) -> Done);

#[rustfmt::skip]
const CALLS: &[ControlCall] = &[
    ("GET", "info", |wecom, _| Ok(info(wecom).into())),
    ("GET", "clock", |wecom, _| Ok(now(&wecom.world).into())),
    ("POST", "clock", move_clock),
    ("POST", "scan", scan_code),
    ("POST", "accept", accept),
    ("POST", "end_contact", contacts::end),
    ("GET", "callbacks", |wecom, _| Ok(json!(wecom.world.events.report()).into())),
    ("GET", "messages", |wecom, request| Ok(messages(&wecom.world, request).into())),
    ("GET", "faults", |wecom, _| Ok(json!({"rules": wecom.faults.list()}).into())),
    ("POST", "faults", faults::add),
    ("DELETE", "faults", faults::remove),
    ("GET", "calls", calls),
    ("DELETE", "calls", |wecom, _| { wecom.journal.clear(); Ok(json!({}).into()) }),
    ("GET", "recent", recent::recent),
    ("GET", "members", |wecom, _| Ok(members(&wecom.world).into())),
    ("POST", "members", put_member),
    ("DELETE", "members", remove_member),
    ("POST", "departments", put_department),
    ("POST", "suite_ticket", suite_ticket),
    ("DELETE", "tokens", |wecom, _| { write(&wecom.world.grants).clear(); Ok(json!({}).into()) }),
    ("GET", "state", |wecom, _| Ok(state(wecom))),
    ("PUT", "state", put_state),
    ("POST", "reset", |wecom, _| { wecom.reset(); Ok(json!({}).into()) }),
];

/// Errcode of what was asked wrongly.
const WRONG: i32 = 40058;

fn answer(wecom: &Wecom, name: &str, request: &Request) -> Response {
    let mut named = CALLS.iter().filter(|(_, call, _)| *call == name).peekable();
    if named.peek().is_none() {
        let mut known: Vec<&str> = CALLS.iter().map(|(_, call, _)| *call).collect();
        known.dedup();
        return sentence(404, &format!("there is no /sandbox/{name}; there are {}", known.join(", ")), None);
    }
    let asked = if request.is_head() { "GET" } else { &request.method };
    let Some((.., work)) = named.clone().find(|(method, ..)| *method == asked) else {
        let methods: Vec<&str> = named.map(|(method, ..)| *method).collect();
        return sentence(405, &format!("/sandbox/{name} takes {}", methods.join(", ")), None);
    };
    match work(wecom, request) {
        Ok(Content::Members(rest)) => json_response(200, to_json(&Envelope { errcode: 0, errmsg: "ok", rest })),
        Ok(Content::Pieces(pieces)) => json_response(200, Body::Pieces(pieces)),
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

fn json_response(status: u16, body: impl Into<Body>) -> Response {
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

/// A number in the query.
fn number<N: FromStr>(request: &Request, name: &str) -> Result<Option<N>, Trouble> {
    let Some(text) = request.query(name) else { return Ok(None) };
    let wrong = || Detail::of_member(format!("/{name}"), "wrong_type", "must be a number; write one, or leave it out");
    text.parse().map(Some).map_err(|_| wrong().into())
}

fn now(world: &World) -> Json {
    json!({"now": world.clock.now()})
}

fn move_clock(wecom: &Wecom, request: &Request) -> Done {
    with_body(request, |body| {
        let mut fields = Fields::new(body, "");
        let advance = fields.integer("advance_s", 0..=LATEST);
        let set = fields.integer("set", 0..=LATEST);
        fields.end(())?;
        match (advance, set) {
            (Some(seconds), None) => wecom.world.clock.set((wecom.world.clock.now() + seconds).min(LATEST)),
            (None, Some(time)) => wecom.world.clock.set(time),
            _ => {
                let rule = "either advance_s or set says how the clock moves; give one of them";
                return Err(vec![Detail::new("", "one_of_two", rule)]);
            }
        }
        Ok(())
    })?;
    Ok(now(&wecom.world).into())
}

fn scan_code(wecom: &Wecom, request: &Request) -> Done {
    let done = with_body(request, |body| {
        let mut fields = Fields::new(body, "");
        let given = Scan {
            config_id: fields.required_text("config_id"),
            external_userid: fields.text_or_empty("external_userid").filter(|id| !id.is_empty()),
            unionid: fields.text_or_empty("unionid").filter(|id| !id.is_empty()),
            corp_name: fields.text_or_empty("corp_name").filter(|name| !name.is_empty()),
        };
        Ok(scan::scan(&wecom.world, &fields.end(given)?))
    })?;
    done.map(|scanned| json!(scanned).into()).map_err(Trouble::Refused)
}

fn accept(wecom: &Wecom, request: &Request) -> Done {
    let done = with_body(request, |body| {
        let mut fields = Fields::new(body, "");
        let both = (fields.required_text("userid"), fields.required_text("external_userid"));
        let (userid, customer) = fields.end(both)?;
        Ok(scan::accept(&wecom.world, userid, customer))
    })?;
    done.map(|scanned| json!(scanned).into()).map_err(Trouble::Refused)
}

fn messages(world: &World, request: &Request) -> Json {
    world.settle();
    let wanted = request.query("external_userid");
    let is_wanted = |message: &&Message| wanted.as_ref().is_none_or(|id| *id == message.external_userid);
    let corps = world.corps.values().map(read);
    let of_corp = |corp: RwLockReadGuard<Corp>| -> Vec<Message> {
        corp.customers.messages.iter().filter(is_wanted).cloned().collect()
    };
    json!({"messages": corps.flat_map(of_corp).collect::<Vec<_>>()})
}

fn calls(wecom: &Wecom, request: &Request) -> Done {
    let last = number(request, "last")?.unwrap_or(usize::MAX);
    Ok(json!({"calls": wecom.journal.calls(request.query("endpoint").as_deref(), last)}).into())
}

fn members(world: &World) -> Json {
    let mut corporations = serde_json::Map::new();
    for (corp_id, corp) in &world.corps {
        let people = &read(corp).people;
        let (members, departments): (Vec<_>, Vec<_>) =
            (people.members().collect(), people.departments.values().collect());
        corporations.insert(corp_id.clone(), json!({"members": members, "departments": departments}));
    }
    json!({"corporations": corporations})
}

fn put_member(wecom: &Wecom, request: &Request) -> Done {
    let member = with_body(request, |body| config::member(Fields::new(body, "")))?;
    in_each_corp(wecom, &member, People::put_given)
}

fn put_department(wecom: &Wecom, request: &Request) -> Done {
    let department = with_body(request, |body| config::department(Fields::new(body, "")))?;
    in_each_corp(wecom, &department, People::put_department)
}

fn in_each_corp<T: Clone>(wecom: &Wecom, given: &InCorp<T>, put: impl Fn(&mut People, T)) -> Done {
    let mut corps = wecom.world.corps.iter().filter(|(id, _)| given.is_in(id)).peekable();
    if corps.peek().is_none() {
        return Err(Detail::of_member(
            "/corp_id".to_owned(),
            "unknown_corp_id",
            "names no corporation; correct it, or leave it out",
        )
        .into());
    }
    corps.for_each(|(_, corp)| put(&mut write(corp).people, given.it.clone()));
    Ok(json!({}).into())
}

fn remove_member(wecom: &Wecom, request: &Request) -> Done {
    let Some(userid) = request.query("userid") else {
        return Err(Detail::new("/userid", "required", "userid is required in the query; say who leaves").into());
    };
    let corp_id = request.query("corp_id");
    let corps = wecom.world.corps.iter().filter(|(id, _)| corp_id.as_ref().is_none_or(|named| named == *id));
    let left = corps.filter(|(_, corp)| write(corp).people.remove(&userid)).count();
    if left == 0 {
        return Err(Trouble::Refused((60111, format!("there is no member {userid}"))));
    }
    Ok(json!({}).into())
}

fn suite_ticket(wecom: &Wecom, request: &Request) -> Done {
    with_body(request, |body| {
        let mut fields = Fields::new(body, "");
        let (suite_id, ticket) = (fields.required_text("suite_id"), fields.required_text("suite_ticket"));
        if !wecom.world.config.suites.iter().any(|suite| suite.id == suite_id) {
            fields.wrong("suite_id", "unknown_suite", "names no suite of the configuration; correct it");
        }
        fields.end(())?;
        lock(&wecom.world.suite_tickets).insert(suite_id.to_owned(), ticket.to_owned());
        Ok(())
    })?;
    Ok(json!({}).into())
}

fn state(wecom: &Wecom) -> Content {
    wecom.world.settle();
    Content::Pieces(Box::new(state::pieces(&wecom.world)))
}

fn put_state(wecom: &Wecom, request: &Request) -> Done {
    let state = serde_json::from_slice::<State>(&request.body).map_err(|error| error.to_string());
    state.and_then(|state| state.restore(&wecom.world)).map_err(|why| {
        Detail::new("", "not_a_state", format!("the state cannot be taken in: {why}; send what GET state answered"))
    })?;
    Ok(json!({}).into())
}
