//! WeCom's interfaces as one table, and the way of a call: recorded, made to fail or not, let in, answered.

use std::sync::RwLock;
use std::time::Duration;

use super::answer::{Answer, Nothing, Refusal};
use super::clock::http_date;
use super::faults::{Fault, Instead};
use super::http::{Request, Response};
use super::limits::Place;
use super::server::{Delivery, Stop};
use super::tokens::{ACCESS_TOKEN, Bearer};
use super::{Corp, World, endpoints, media, qr, read_locked, token_service};
use crate::endpoint::{Endpoint, Facts, GET_CORP_TOKEN, GET_SUITE_TOKEN, GETTOKEN, UPLOAD};

use Right::{ContactWays, Media};
use Work::{Open, Token};

pub type Outcome = Result<Answer, Refusal>;

/// One interface of WeCom.
pub struct Interface {
    path: &'static str,
    pub name: &'static str,
    work: Work,
    /// A list that a refusal shows empty.
    list: Option<&'static str>,
}

/// Who may call, and what happens.
enum Work {
    /// Anybody; the secret is in the request.
    Open(fn(&World, &Request, i64) -> Outcome),
    /// Whoever has a token, of an app with this right.
    Token(Right, TokenWork),
}

type TokenWork = fn(&Caller, &Request) -> Outcome;

/// What an app must be allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Right {
    /// Every app is.
    Media,
    /// Those with the permission `contact_way` are.
    ContactWays,
}

const fn row(facts: &Facts, work: Work) -> Interface {
    Interface { path: facts.path, name: facts.name, work, list: None }
}

#[rustfmt::skip]
const INTERFACES: &[Interface] = &[
    row(&GETTOKEN, Open(token_service::gettoken)),
    row(&GET_SUITE_TOKEN, Open(token_service::get_suite_token)),
    row(&GET_CORP_TOKEN, Open(token_service::get_corp_token)),
    row(Endpoint::Add.facts(), Token(ContactWays, endpoints::add)),
    row(Endpoint::Get.facts(), Token(ContactWays, endpoints::get)),
    Interface {
        list: Some("contact_way"),
        ..row(Endpoint::List.facts(), Token(ContactWays, endpoints::list))
    },
    row(Endpoint::Update.facts(), Token(ContactWays, endpoints::update)),
    row(Endpoint::Del.facts(), Token(ContactWays, endpoints::del)),
    row(Endpoint::CloseTempChat.facts(), Token(ContactWays, endpoints::close_temp_chat)),
    Interface { name: "upload", ..row(&UPLOAD, Token(Media, media::upload)) },
];

/// The pictures, which are no interface and are counted as one.
const PICTURE: &str = "qr_code";
/// A path that WeCom does not have.
const UNKNOWN: &str = "unknown";

/// The names by which rules and the journal know calls.
pub fn names() -> Vec<&'static str> {
    INTERFACES.iter().map(|interface| interface.name).chain([PICTURE, UNKNOWN]).collect()
}

/// Who calls, known by the token.
pub struct Caller<'w> {
    pub world: &'w World,
    pub corp: &'w RwLock<Corp>,
    corp_id: &'w str,
    /// The app, by its place; authorised third-party apps come after the others.
    pub app: u16,
    pub acquisition: bool,
    may_configure: bool,
    pub now: i64,
}

/// One call, from its arrival to what goes out and how.
pub fn call(world: &World, request: &Request, connection: u64, stop: &Stop) -> (Response, Delivery) {
    let path = request.path();
    let interface = INTERFACES.iter().find(|interface| interface.path == path);
    let name = match interface {
        Some(interface) => interface.name,
        None if path.starts_with(qr::PATH) => PICTURE,
        None => UNKNOWN,
    };
    let now = world.clock.now();
    world.journal.record(name, request, connection, now);
    let fault = world.faults.next(name);
    let entered = interface.map(|interface| Entered::new(world, interface, request, now));
    let latency = Duration::from_millis(world.config.latency_ms);
    stop.sleep(if fault.is_after { latency } else { latency + fault.delay });
    let response = fault.lets_work().then(|| match &entered {
        Some(entered) => entered.response(request),
        None => path.strip_prefix(qr::PATH).map_or_else(|| Response::empty(404), |name| qr::response(world, name)),
    });
    if fault.is_after {
        stop.sleep(fault.delay);
    }
    let response = instead(world, interface, &fault, now).or(response);
    // Only a cut answer is seen of a call that did not do its work; it is a busy server's.
    let response = response.unwrap_or_else(|| refused(world, interface, &(-1).into(), now));
    (response, fault.delivery)
}

/// A call at the door.
struct Entered<'w> {
    world: &'w World,
    interface: &'static Interface,
    guest: Guest<'w>,
    now: i64,
}

/// Whose call it is.
enum Guest<'w> {
    Anybody(fn(&World, &Request, i64) -> Outcome),
    /// Somebody known, in a place among the calls in flight.
    Known(Caller<'w>, Place<'w>, Right, TokenWork),
    /// Somebody with no good token.
    Stranger(Refusal),
}

impl<'w> Entered<'w> {
    fn new(world: &'w World, interface: &'static Interface, request: &Request, now: i64) -> Self {
        let guest = match interface.work {
            Open(work) => Guest::Anybody(work),
            Token(right, work) => match caller(world, request, now) {
                Ok(caller) => {
                    let place = world.limits.enter(caller.corp_id, interface.name, now, world.config.limits);
                    Guest::Known(caller, place, right, work)
                }
                Err(refusal) => Guest::Stranger(refusal),
            },
        };
        Self { world, interface, guest, now }
    }

    fn response(&self, request: &Request) -> Response {
        match self.outcome(request) {
            Ok(answer) => sent(answer, self.now),
            Err(refusal) => refused(self.world, Some(self.interface), &refusal, self.now),
        }
    }

    fn outcome(&self, request: &Request) -> Outcome {
        match &self.guest {
            Guest::Anybody(work) => work(self.world, request, self.now),
            Guest::Stranger(refusal) => Err(refusal.clone()),
            Guest::Known(caller, place, right, work) => {
                if let Some(code) = place.refusal {
                    Err(code.into())
                } else if *right == ContactWays && !caller.may_configure {
                    Err(48002.into())
                } else if request.method != "POST" {
                    Err(40058.into())
                } else {
                    work(caller, request)
                }
            }
        }
    }
}

/// Whose token stands in the query.
fn caller<'w>(world: &'w World, request: &Request, now: i64) -> Result<Caller<'w>, Refusal> {
    let token = request.query("access_token");
    let bearer = read_locked(&world.tokens).bearer(token.as_deref(), now, &ACCESS_TOKEN)?;
    world.caller(bearer, now).ok_or_else(|| 40014.into())
}

impl World {
    fn caller(&self, bearer: Bearer, now: i64) -> Option<Caller<'_>> {
        let apps = &self.config.apps;
        let (corp_id, app, acquisition, may_configure) = match bearer {
            Bearer::App(place) => {
                let app = apps.get(usize::from(place))?;
                (&app.corp_id, place, app.acquisition, app.permissions.iter().any(|name| name == "contact_way"))
            }
            Bearer::Authorised(place) => {
                let suite = self.config.suites.get(usize::from(place))?;
                (&suite.auth_corp_id, place.saturating_add(u16::try_from(apps.len()).ok()?), true, true)
            }
            Bearer::Suite(_) => return None,
        };
        let corp = self.corps.get(corp_id)?;
        Some(Caller { world: self, corp, corp_id, app, acquisition, may_configure, now })
    }
}

/// What a fault has answered in the call's stead.
fn instead(world: &World, interface: Option<&Interface>, fault: &Fault, now: i64) -> Option<Response> {
    Some(match fault.answer.as_ref()? {
        Instead::Refusal { errcode, errmsg: Some(errmsg) } => {
            sent(Answer::new(*errcode, errmsg.clone(), Nothing {}), now)
        }
        Instead::Refusal { errcode: 0, errmsg: None } => sent(Answer::new(0, "ok", Nothing {}), now),
        Instead::Refusal { errcode, errmsg: None } => refused(world, interface, &(*errcode).into(), now),
        Instead::Http { status, headers, body } => Instead::response(*status, headers, body),
    })
}

fn refused(world: &World, interface: Option<&Interface>, refusal: &Refusal, now: i64) -> Response {
    let hint = format!("{now:010}{:015}", world.ids.fifteen_digits());
    let errmsg = refusal.errmsg(&hint);
    let answer = match interface.and_then(|interface| interface.list) {
        Some(list) => Answer::new(refusal.code, errmsg, serde_json::json!({ list: [] })),
        None => Answer::new(refusal.code, errmsg, Nothing {}),
    };
    sent(answer, now)
}

fn sent(answer: Answer, now: i64) -> Response {
    // Real answers carry a number from 4 to 7.
    let number = 4 + u8::try_from(answer.body.len() % 4).unwrap_or(0);
    answer.response(http_date(now), number)
}
