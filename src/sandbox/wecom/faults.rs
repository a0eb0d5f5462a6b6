//! What goes wrong on purpose: rules that say which calls, and what becomes of them.

use std::cell::OnceCell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value as Json, json};

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
    /// The rule, as it was given; none where nothing goes wrong.
    pub rule: Option<Arc<Json>>,
}

#[derive(Clone, Debug)]
pub enum Instead {
    Refusal { errcode: i32, errmsg: Option<String> },
    Http { status: u16, headers: Vec<(String, String)>, body: String },
}

impl Fault {
    pub const NONE: Self =
        Self { is_after: false, delay: Duration::ZERO, answer: None, delivery: Delivery::Whole, rule: None };

    /// Whether the call does what it came for. Slowness alone never keeps it from that.
    pub fn lets_work(&self) -> bool {
        let is_slow_only = self.answer.is_none() && matches!(self.delivery, Delivery::Whole | Delivery::Drip(_));
        self.is_after || is_slow_only
    }
}

/// A call, as far as rules ask about it.
pub struct Called<'c> {
    pub endpoint: &'static str,
    pub path: &'c str,
    pub body: &'c [u8],
}

/// Which calls, and what.
#[derive(Clone, Debug)]
struct FaultRule {
    id: u64,
    /// An endpoint's name; any where there is none.
    endpoint: Option<String>,
    path: Option<String>,
    /// What stands in the body: pointers and values.
    body: Vec<(String, Json)>,
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

impl Faults {
    /// What becomes of this call: the first rule that is about it says so.
    pub fn next(&self, called: &Called) -> Fault {
        if !self.are_any.load(Ordering::Acquire) {
            return Fault::NONE;
        }
        let mut found = None;
        let body = OnceCell::new();
        for rule in lock(&self.rules).iter_mut().filter(|rule| rule.is_about(called, &body)) {
            rule.seen += 1;
            if found.is_none() && rule.is_due() {
                rule.left -= 1;
                found = Some(rule.fault.clone());
            }
        }
        found.unwrap_or(Fault::NONE)
    }

    /// Adds the rules of a request behind those there are; `text` is what `given` was read from.
    pub fn add(&self, given: &Object, text: &[u8], seed: u64, known: &[&str]) -> Read<()> {
        let mut fields = Fields::new(given, "");
        fields.require("rules", "required", "is required: an array of rules; give it");
        let new = fields.each("rules", |fields| rule(fields, known)).unwrap_or_default();
        let mut new = fields.end(new)?;
        let as_given: Json = serde_json::from_slice(text).unwrap_or_default();
        for (rule, given) in new.iter_mut().zip(as_given["rules"].as_array().into_iter().flatten()) {
            let patterns = given["body"].as_object().into_iter().flatten();
            rule.body = patterns.map(|(pointer, value)| (pointer.clone(), value.clone())).collect();
            rule.fault.rule = Some(Arc::new(given.clone()));
        }
        let mut rules = lock(&self.rules);
        for (salt, rule) in (rules.len()..).zip(&mut new) {
            rule.id = self.made.fetch_add(1, Ordering::Relaxed) + 1;
            rule.salt = mix(seed ^ mix(salt as u64));
        }
        rules.append(&mut new);
        self.are_any.store(!rules.is_empty(), Ordering::Release);
        Ok(())
    }

    /// The rules as they were given, each with its id, how many calls it has been about and how many are left to it.
    pub fn list(&self) -> Vec<Json> {
        let shown = |rule: &FaultRule| {
            let mut shown = rule.fault.rule.as_deref().cloned().unwrap_or_default();
            shown["id"] = json!(rule.id);
            shown["seen"] = json!(rule.seen);
            shown["left"] = json!(Some(rule.left).filter(|left| *left != u64::MAX));
            shown
        };
        lock(&self.rules).iter().map(shown).collect()
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
    /// Whether a call is one of those that it asks for. A body is read once, for all the rules that look into it.
    fn is_about(&self, called: &Called, body: &OnceCell<Json>) -> bool {
        let holds = |(pointer, value): &(String, Json)| {
            let body = body.get_or_init(|| serde_json::from_slice(called.body).unwrap_or_default());
            body.pointer(pointer) == Some(value)
        };
        self.endpoint.as_ref().is_none_or(|endpoint| endpoint == called.endpoint)
            && self.path.as_ref().is_none_or(|path| path == called.path)
            && self.body.iter().all(holds)
    }

    fn is_due(&self) -> bool {
        // 53 bits, as many as a double holds exactly.
        #[allow(clippy::cast_precision_loss)]
        let draw = (mix(self.salt ^ self.seen) >> 11) as f64 / (1_u64 << 53) as f64;
        self.seen >= self.nth && self.left > 0 && draw < self.share
    }
}

fn rule(mut fields: Fields, known: &[&str]) -> Read<FaultRule> {
    let path = path(&mut fields);
    let endpoint = endpoint(&mut fields, known, path.is_some());
    body_pattern(&mut fields);
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
        endpoint,
        path,
        body: Vec::new(),
        nth,
        left,
        share: share.unwrap_or(1.0),
        fault,
        seen: 0,
        salt: 0,
    })
}

/// The endpoint that a rule names: every one where it is `*`, or where a path says enough.
fn endpoint(fields: &mut Fields, known: &[&str], is_told_by_path: bool) -> Option<String> {
    if is_told_by_path && fields.value("endpoint").is_none() {
        return None;
    }
    let endpoint = fields.required_text("endpoint");
    if !endpoint.is_empty() && endpoint != "*" && !known.contains(&endpoint) {
        let rule = format!("must be * or one of {}; name one of them, or give a path", known.join(", "));
        fields.wrong("endpoint", "unknown_value", &rule);
    }
    Some(endpoint.to_owned()).filter(|endpoint| endpoint != "*")
}

fn path(fields: &mut Fields) -> Option<String> {
    let path = fields.text("path")?;
    if !path.starts_with('/') || path.contains('?') {
        fields.wrong(
            "path",
            "not_a_path",
            "must begin with / and hold no query; write a path such as /cgi-bin/user/get",
        );
    }
    Some(path.to_owned())
}

/// What a rule asks of a body: pointers (RFC 6901) and the values there.
fn body_pattern(fields: &mut Fields) {
    let Some(pattern) = fields.object("body") else { return };
    if pattern.0.iter().any(|(pointer, _)| !pointer.is_empty() && !pointer.starts_with('/')) {
        let rule = "must name places by pointers such as /user/0, each with its value; write each with a / before it";
        fields.wrong("body", "not_a_pointer", rule);
    }
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
    Ok(Fault { is_after: false, delay, answer, delivery, rule: None })
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
        Response {
            status,
            headers: headers.iter().map(|(name, value)| (name.clone().into(), value.clone().into())).collect(),
            body: body.as_bytes().into(),
        }
    }
}
