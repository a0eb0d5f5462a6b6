//! The way of a call: recorded, made to fail or not, let in, answered.

use std::time::Duration;

use super::answer::{Answer, Nothing, Outcome, Refusal};
use super::caller::{Caller, Right};
use super::faults::{Called, Fault, Instead};
use super::journal::Sent;
use super::limits::Admission;
use super::served::{self, OpenWork, Served, TokenWork, Work};
use super::{Wecom, pictures};
use crate::sandbox::serve::{Body, Delivery, Request, Response, Visit};
use crate::sandbox::world::clock::http_date;

/// One call, from its arrival to what goes out and how.
pub fn call(wecom: &Wecom, visit: &Visit) -> (Response, Delivery) {
    let Visit { request, connection, stop, .. } = *visit;
    let (served, endpoint) = (served::at(&request.path), served::name(&request.path));
    let now = wecom.world.clock.now();
    let number = wecom.journal.record(endpoint, request, connection, now);
    let fault = wecom.faults.next(&Called { endpoint, path: &request.path, body: &request.body });
    let entered = served.map(|served| Entered::new(wecom, served, request, now));
    let latency = Duration::from_millis(wecom.world.config.latency_ms);
    stop.sleep(if fault.is_after { latency } else { latency + fault.delay });
    let worked = fault.lets_work().then(|| match &entered {
        Some(entered) => entered.reply(request),
        None => Reply { response: pictures::at(&wecom.world, &request.path), rule: None },
    });
    if fault.is_after {
        stop.sleep(fault.delay);
    }
    let reply = instead(wecom, served, &fault, now).or(worked);
    // Only a cut answer is seen of a call that did not do its work; it is a busy server's.
    let reply = reply.unwrap_or_else(|| refused(wecom, served, &(-1).into(), now));
    wecom.journal.answered(number, reply.written_down(&fault));
    (reply.response, fault.delivery)
}

/// What a call is answered with, and why.
struct Reply {
    response: Response,
    /// The rule that it broke.
    rule: Option<&'static str>,
}

impl Reply {
    /// As the journal keeps it: what the client is sent of it.
    fn written_down(&self, fault: &Fault) -> Sent {
        let is_sent = !matches!(fault.delivery, Delivery::Reset | Delivery::Silence);
        let answer = match &self.response.body {
            Body::Whole(body) if is_sent && std::str::from_utf8(body).is_ok() => {
                let most = if let Delivery::Cut(most) = fault.delivery { most } else { usize::MAX };
                Some(body[..most.min(body.len())].into())
            }
            _ => None,
        };
        let status = is_sent.then_some(self.response.status);
        Sent { status, answer, rule: self.rule, fault: fault.rule.clone() }
    }
}

/// A call at the door.
struct Entered<'w> {
    wecom: &'w Wecom,
    served: &'static Served,
    guest: Guest<'w>,
    now: i64,
}

/// Whose call it is.
enum Guest<'w> {
    Anybody(OpenWork),
    /// Somebody known, admitted or not to the calls in flight.
    Known(Caller<'w>, Admission<'w>, Right, TokenWork),
    /// Somebody with no good token.
    Stranger(Refusal),
}

impl<'w> Entered<'w> {
    fn new(wecom: &'w Wecom, served: &'static Served, request: &Request, now: i64) -> Self {
        let guest = match served.work {
            Work::Open(work) => Guest::Anybody(work),
            Work::Token(right, work) => match Caller::of(wecom, request, now) {
                Ok(caller) => {
                    let bounds = wecom.world.config.limits;
                    let admission = wecom.limits.enter(caller.corp_id, served.name, now, bounds);
                    Guest::Known(caller, admission, right, work)
                }
                Err(refusal) => Guest::Stranger(refusal),
            },
        };
        Self { wecom, served, guest, now }
    }

    fn reply(&self, request: &Request) -> Reply {
        match self.outcome(request) {
            Ok(answer) => sent(answer, self.now),
            Err(refusal) => refused(self.wecom, Some(self.served), &refusal, self.now),
        }
    }

    fn outcome(&self, request: &Request) -> Outcome {
        match &self.guest {
            Guest::Anybody(work) => work(self.wecom, request, self.now),
            Guest::Stranger(refusal) => Err(refusal.clone()),
            Guest::Known(caller, admission, right, work) => {
                if let Some(code) = admission.refusal {
                    Err(code.into())
                } else if !caller.has(*right) {
                    Err(48002.into())
                } else if self.served.reads_body && request.method != "POST" {
                    Err(40058.into())
                } else {
                    work(caller, request)
                }
            }
        }
    }
}

/// What a fault has answered in the call's stead.
fn instead(wecom: &Wecom, served: Option<&Served>, fault: &Fault, now: i64) -> Option<Reply> {
    Some(match fault.answer.as_ref()? {
        Instead::Refusal { errcode, errmsg: Some(errmsg) } => {
            sent(Answer::new(*errcode, errmsg.clone(), Nothing {}), now)
        }
        Instead::Refusal { errcode: 0, errmsg: None } => sent(Answer::new(0, "ok", Nothing {}), now),
        Instead::Refusal { errcode, errmsg: None } => refused(wecom, served, &(*errcode).into(), now),
        Instead::Http { status, headers, body } => {
            Reply { response: Instead::response(*status, headers, body), rule: None }
        }
    })
}

fn refused(wecom: &Wecom, served: Option<&Served>, refusal: &Refusal, now: i64) -> Reply {
    let hint = format!("{now:010}{:015}", wecom.world.ids.fifteen_digits());
    let errmsg = refusal.errmsg(&hint);
    let mut answer = match served.and_then(|served| served.blank) {
        Some(blank) => Answer::new(refusal.code, errmsg, blank()),
        None => Answer::new(refusal.code, errmsg, Nothing {}),
    };
    answer.rule = refusal.rule;
    sent(answer, now)
}

fn sent(answer: Answer, now: i64) -> Reply {
    // Real answers carry a number from 4 to 7.
    let number = 4 + u8::try_from(answer.body.len() % 4).unwrap_or(0);
    Reply { rule: answer.rule, response: answer.response(http_date(now), number) }
}
