//! What WeCom says: its codes, its texts, and the shape of its answers.

use std::borrow::Cow;

use serde::Serialize;

use crate::rules::{Check, Rule};
use crate::sandbox::serve::Response;

/// Texts of WeCom by code. Those after the empty line have never been seen and are made after the others' pattern.
#[rustfmt::skip]
const TEXTS: &[(i32, &str)] = &[
    (-1, "system busy"),
    (40001, "invalid credential"),
    (40007, "invalid media_id"),
    (40013, "invalid corpid"),
    (40014, "invalid access_token"),
    (40058, "invalid Request Parameter"),
    (40096, "invalid external userid"),
    (41001, "access_token missing"),
    (41004, "corpsecret missing"),
    (41035, "missing external userid"),
    (41037, "missing contact way type"),
    (41040, "invalid contact way scene"),
    (41054, "user not activate"),
    (42001, "access_token expired"),
    (44001, "empty media data"),
    (45009, "api freq out of limit"),
    (45033, "api concurrent out of limit"),
    (48002, "api forbidden"),
    (60011, "no privilege to access/modify contact/party/agent "),
    (60020, "not allow to access from your ip"),
    (60111, "userid not found"),
    (81012, "user & party & tag all empty"),
    (84061, "not external contact"),
    (84074, "require in external contact"),
    (710_000, "invalid open_corpid"),

    (6000, "data version conflict"),
    (40003, "invalid userid"),
    (40005, "invalid type"),
    (40033, "invalid charset. please check your request, if include \\uxxxx will create fail!"),
    (40080, "invalid suite_secret"),
    (40082, "invalid suite_access_token"),
    (40083, "invalid suite_id"),
    (40084, "invalid permanent_code"),
    (40085, "invalid suite_ticket"),
    (40098, "user not real name verified"),
    (40123, "invalid image"),
    (40206, "request body too large"),
    (41002, "corpid missing"),
    (41006, "missing media_id"),
    (41009, "missing userid"),
    (41021, "missing suite_id"),
    (41022, "suite_access_token missing"),
    (41023, "missing suite_ticket"),
    (41024, "missing suite_secret"),
    (41025, "missing permanent_code"),
    (41038, "missing contact way scene"),
    (41039, "invalid contact way type"),
    (41041, "contact way user exceed limit"),
    (41042, "invalid contact way style"),
    (41043, "missing contact way config_id"),
    (41044, "invalid contact way config_id"),
    (41045, "contact way exceed limit"),
    (41057, "developer account not bound"),
    (42009, "suite_access_token expired"),
    (45001, "media size out of limit"),
    (45035, "api concurrent conflict"),
    (60123, "invalid party id"),
    (301_002, "no permission to operate this agent"),
];

/// Where the sandbox says which rule a refused request broke; WeCom has no such header.
const RULE_HEADER: &str = "X-Sandbox-Rule";

/// What WeCom's text says when it took only a part of a body.
pub const WARNING: &str = "Warning: wrong json format. ";

/// What came of a request.
pub type Outcome = Result<Answer, Refusal>;

/// An answer that is not success.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub code: i32,
    pub text: Cow<'static, str>,
    /// The rule of a request that is broken, where it is one of those that have names.
    pub rule: Option<&'static str>,
}

impl From<i32> for Refusal {
    fn from(code: i32) -> Self {
        Self { code, text: Cow::Borrowed(text(code)), rule: None }
    }
}

impl Refusal {
    pub fn new(code: i32, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, text: text.into(), rule: None }
    }

    /// What a broken rule of the document is answered with.
    pub fn of_rule(code: i32, rule: &Rule) -> Self {
        let member = rule.pointer.trim_start_matches('/').replace('/', ".");
        let text = match rule.check {
            _ if code != 40058 => return Self::from(code).named(rule.name),
            Check::MaxChars(most) | Check::MaxBytes(most) => {
                format!("field `{member}` exceed max length {most}. {}", text(code))
            }
            Check::Within(least, most) => format!("field `{member}` expect value in [{least}, {most}]. {}", text(code)),
            _ => format!("invalid param '{member}'. {}", text(code)),
        };
        Self::new(code, text).named(rule.name)
    }

    pub fn named(self, rule: &'static str) -> Self {
        Self { rule: Some(rule), ..self }
    }

    pub fn warned(self, is_warned: bool) -> Self {
        if is_warned { Self { text: format!("{WARNING}{}", self.text).into(), ..self } } else { self }
    }

    /// The text as it goes out, with the tail that WeCom puts behind all but an invalid token's.
    pub fn errmsg(&self, hint: &str) -> String {
        if self.code == 40014 {
            return self.text.to_string();
        }
        let (text, code) = (&self.text, self.code);
        format!(
            "{text}, hint: [{hint}], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query?e={code}"
        )
    }
}

/// WeCom's text for a code.
pub fn text(code: i32) -> &'static str {
    TEXTS.iter().find(|(known, _)| *known == code).map_or("error", |(_, text)| text)
}

/// What every answer begins with.
#[derive(Serialize)]
pub struct Envelope<'a, T> {
    pub errcode: i32,
    pub errmsg: &'a str,
    #[serde(flatten)]
    pub rest: T,
}

/// Nothing beside `errcode` and `errmsg`.
#[derive(Serialize)]
pub struct Nothing {}

/// An answer of WeCom, ready to be sent but for the headers that every one has.
#[derive(Debug)]
pub struct Answer {
    pub errcode: i32,
    pub errmsg: String,
    pub body: Vec<u8>,
    /// The rule that a request broke.
    pub rule: Option<&'static str>,
}

impl Answer {
    pub fn new(errcode: i32, errmsg: impl Into<String>, rest: impl Serialize) -> Self {
        let errmsg = errmsg.into();
        let body = to_json(&Envelope { errcode, errmsg: &errmsg, rest });
        Self { errcode, errmsg, body, rule: None }
    }

    /// With WeCom's headers around it.
    pub fn response(self, date: String, number: u8) -> Response {
        let response = Response {
            status: 200,
            headers: vec![
                ("Server".into(), "nginx".into()),
                ("Date".into(), date.into()),
                ("Content-Type".into(), "application/json; charset=UTF-8".into()),
                ("Error-Code".into(), self.errcode.to_string().into()),
                ("Error-Msg".into(), self.errmsg.into()),
                ("X-W-No".into(), number.to_string().into()),
            ],
            body: self.body.into(),
        };
        match self.rule {
            Some(rule) => response.with(RULE_HEADER, rule),
            None => response,
        }
    }
}

/// Our own structures always serialise; what could not would be an empty body.
pub fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}
