//! What goes wrong on purpose: rules that say which calls, and what becomes of them.

use std::iter::repeat_with;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::json::fields::{Detail, Fields, Read};
use crate::json::{Object, Value};
use crate::lock::lock;
use crate::sandbox::serve::{Delivery, Response};
use crate::sandbox::world::ids::mix;

/// What becomes of one call.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Whether the work is done first.
    pub is_after: bool,
    pub delay: Duration,
    /// What is answered instead.
    pub answer: Option<Instead>,
    pub delivery: Delivery,
}

#[derive(Clone, Debug)]
pub enum Instead {
    Refusal { errcode: i32, errmsg: Option<String> },
    Http { status: u16, headers: Vec<(String, String)>, body: String },
}

impl Fault {
    pub const NONE: Self = Self { is_after: false, delay: Duration::ZERO, answer: None, delivery: Delivery::Whole };

    /// Whether the call does what it came for. Slowness alone never keeps it from that.
    pub fn lets_work(&self) -> bool {
        let is_slow_only = self.answer.is_none() && matches!(self.delivery, Delivery::Whole | Delivery::Drip(_));
        self.is_after || is_slow_only
    }
}

/// Which calls, and what.
#[derive(Clone, Debug)]
struct FaultRule {
    id: u64,
    /// As it was asked for.
    asked: Map<String, Json>,
    /// An endpoint's name, or `*`.
    endpoint: String,
    nth: u64,
    /// How many calls are left to it.
    left: u64,
    share: f64,
    fault: Fault,
    /// The calls that it could have been about so far.
    seen: u64,
    /// Decides, with the seed, which share of the calls it is.
    salt: u64,
}

/// The rules, first one first.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<FaultRule>>,
    are_any: AtomicBool,
    /// How many rules there were ever.
    made: AtomicU64,
}

/// A rule in force, as a test reads it.
#[derive(Debug, Serialize)]
pub struct InForce {
    id: u64,
    #[serde(flatten)]
    asked: Map<String, Json>,
    seen: u64,
    /// For how many calls more; without end where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u64>,
}

/// The rules of a request, as they stand there.
#[derive(Default, Deserialize)]
struct Asked {
    rules: Vec<Map<String, Json>>,
}

impl Faults {
    /// What becomes of this call: the first rule that is about it says so.
    pub fn next(&self, endpoint: &str) -> Fault {
        if !self.are_any.load(Ordering::Acquire) {
            return Fault::NONE;
        }
        let mut found = None;
        for rule in lock(&self.rules).iter_mut().filter(|rule| rule.endpoint == "*" || rule.endpoint == endpoint) {
            rule.seen += 1;
            if found.is_none() && rule.is_due() {
                rule.left -= 1;
                found = Some(rule.fault.clone());
            }
        }
        found.unwrap_or(Fault::NONE)
    }

    /// Adds the rules of a request behind those there are.
    pub fn add(&self, given: &Object, text: &[u8], seed: u64, known: &[&str]) -> Read<()> {
        let mut fields = Fields::new(given, "");
        fields.require("rules", "required", "is required: an array of rules; give it");
        let new = fields.each("rules", |fields| rule(fields, known)).unwrap_or_default();
        let mut new = fields.end(new)?;
        let asked: Asked = serde_json::from_slice(text).unwrap_or_default();
        let mut rules = lock(&self.rules);
        for ((salt, rule), asked) in
            (rules.len()..).zip(&mut new).zip(asked.rules.into_iter().chain(repeat_with(Map::new)))
        {
            rule.id = self.made.fetch_add(1, Ordering::Relaxed) + 1;
            rule.asked = asked;
            rule.salt = mix(seed ^ mix(salt as u64));
        }
        rules.append(&mut new);
        self.are_any.store(!rules.is_empty(), Ordering::Release);
        Ok(())
    }

    /// Those that may still act.
    pub fn in_force(&self) -> Vec<InForce> {
        let rules = lock(&self.rules);
        let shown = |rule: &FaultRule| InForce {
            id: rule.id,
            asked: rule.asked.clone(),
            seen: rule.seen,
            left: Some(rule.left).filter(|left| *left <= i64::MAX.unsigned_abs()),
        };
        rules.iter().filter(|rule| rule.left > 0).map(shown).collect()
    }

    /// Whether there was a rule of this id to take out.
    pub fn remove(&self, id: u64) -> bool {
        let mut rules = lock(&self.rules);
        let before = rules.len();
        rules.retain(|rule| rule.id != id);
        self.are_any.store(!rules.is_empty(), Ordering::Release);
        rules.len() < before
    }

    pub fn clear(&self) {
        lock(&self.rules).clear();
        self.are_any.store(false, Ordering::Release);
    }
}

impl FaultRule {
    fn is_due(&self) -> bool {
        // 53 bits, as many as a double holds exactly.
        #[allow(clippy::cast_precision_loss)]
        let draw = (mix(self.salt ^ self.seen) >> 11) as f64 / (1_u64 << 53) as f64;
        self.seen >= self.nth && self.left > 0 && draw < self.share
    }
}

fn rule(mut fields: Fields, known: &[&str]) -> Read<FaultRule> {
    let endpoint = fields.required_text("endpoint").to_owned();
    if !endpoint.is_empty() && endpoint != "*" && !known.contains(&endpoint.as_str()) {
        fields.wrong(
            "endpoint",
            "unknown_value",
            &format!("must be * or one of {}; name one of them", known.join(", ")),
        );
    }
    let nth = fields.integer("nth", 1..=i64::MAX).unwrap_or(1).unsigned_abs();
    let times = fields.integer("times", 1..=i64::MAX).map(i64::unsigned_abs);
    let share = share(&mut fields);
    let is_after = match fields.text_or_empty("when") {
        None | Some("before") => false,
        Some("after") => true,
        Some(_) => {
            fields.wrong("when", "unknown_value", "must be \"before\" or \"after\"; write one, or leave it out");
            false
        }
    };
    fields.require("do", "required", "is required: an object that says what happens; give it");
    let given = fields.object("do").map(|given| fault(Fields::new(given, fields.pointer("do"))));
    let fault = given.and_then(|given| fields.take(given)).unwrap_or(Fault::NONE);
    let fault = Fault { is_after, ..fault };
    // One call, unless a number or a share of the calls is asked for.
    let left = times.unwrap_or(if share.is_some() { u64::MAX } else { 1 });
    fields.end(FaultRule {
        id: 0,
        asked: Map::new(),
        endpoint,
        nth,
        left,
        share: share.unwrap_or(1.0),
        fault,
        seen: 0,
        salt: 0,
    })
}

fn share(fields: &mut Fields) -> Option<f64> {
    let value = fields.value("share")?;
    let number = if let Value::Number(raw) = value { raw.parse().ok() } else { None };
    let share = number.filter(|share| (0.0..=1.0).contains(share));
    if share.is_none() {
        fields.wrong("share", "out_of_range", "must be a number from 0 to 1; write one, or leave it out");
    }
    share
}

fn fault(mut fields: Fields) -> Read<Fault> {
    let millis = 0..=86_400_000;
    let duration = |given: Option<i64>| given.map(|millis| Duration::from_millis(millis.unsigned_abs()));
    let delay = duration(fields.integer("delay_ms", millis.clone()));
    let refusal = refusal(&mut fields);
    let http = http(&mut fields);
    let deliveries = [
        duration(fields.integer("drip_ms", millis)).map(Delivery::Drip),
        fields.integer("cut", 0..=i64::MAX).map(|count| Delivery::Cut(usize::try_from(count).unwrap_or(usize::MAX))),
        fields.flag("reset").filter(|is_so| *is_so).map(|_| Delivery::Reset),
        fields.flag("silence").filter(|is_so| *is_so).map(|_| Delivery::Silence),
    ];
    let whole = fields.whole().to_owned();
    fields.end(())?;
    let wrong = |rest: &str| Err(vec![Detail::of_member(whole.clone(), "one_fault", rest)]);
    if refusal.is_some() && http.is_some() {
        return wrong("holds both an errcode and an HTTP answer; keep one");
    }
    let mut deliveries = deliveries.into_iter().flatten();
    let delivery = deliveries.next();
    if deliveries.next().is_some() {
        return wrong("holds more than one of drip_ms, cut, reset and silence; keep one");
    }
    let answer = refusal.or(http);
    if delay.is_none() && answer.is_none() && delivery.is_none() {
        return wrong("says nothing; give errcode, status, delay_ms, drip_ms, reset, cut or silence");
    }
    let (delay, delivery) = (delay.unwrap_or_default(), delivery.unwrap_or(Delivery::Whole));
    Ok(Fault { is_after: false, delay, answer, delivery })
}

fn refusal(fields: &mut Fields) -> Option<Instead> {
    let errcode = fields.integer("errcode", i64::from(i32::MIN)..=i64::from(i32::MAX));
    let errmsg = fields.text_or_empty("errmsg").map(str::to_owned);
    if errmsg.is_some() && fields.value("errcode").is_none() {
        fields.wrong("errmsg", "errcode_required", "stands without an errcode; give that too");
    }
    let errcode = i32::try_from(errcode?).ok()?;
    Some(Instead::Refusal { errcode, errmsg })
}

fn http(fields: &mut Fields) -> Option<Instead> {
    let status = fields.integer("status", 100..=999);
    let headers = fields.object("headers");
    let body = fields.text_or_empty("body");
    if status.is_none() && headers.is_none() && body.is_none() {
        return None;
    }
    let text =
        |(name, value): &(std::borrow::Cow<str>, Value)| Some((name.clone().into_owned(), value.as_text()?.to_owned()));
    let headers: Option<Vec<_>> = headers.map_or(Some(Vec::new()), |headers| headers.0.iter().map(text).collect());
    if headers.is_none() {
        fields.wrong("headers", "wrong_type", "must hold strings only; put each value in quotes");
    }
    let status = status.and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
    Some(Instead::Http { status, headers: headers?, body: body.unwrap_or_default().to_owned() })
}

impl Instead {
    /// The HTTP answer exactly as it was asked for.
    pub fn response(status: u16, headers: &[(String, String)], body: &str) -> Response {
        Response { status, headers: headers.to_vec(), body: body.as_bytes().to_vec() }
    }
}
