//! What a sandbox is started with.

use super::callback::{Receiver, receiver};
use super::listening::Listening;
use crate::json::fields::{Detail, Fields, Read};
use crate::json::{Object, Value};

/// The latest time there is, in seconds since 1970: later years have five digits, which no HTTP date can say.
pub const LATEST: i64 = 253_402_300_799;
/// The department that all others are in.
pub const ROOT: i64 = 1;

/// The configuration, defaults filled in.
#[derive(Debug)]
pub struct Config {
    pub listening: Listening,
    pub seed: u64,
    pub is_medical: bool,
    pub has_developer_account: bool,
    pub limits: Option<Bounds>,
    pub token_life_s: i64,
    pub quota: usize,
    pub temp_quota_per_day: u32,
    pub clock: Option<i64>,
    pub list_lag_s: i64,
    pub latency_ms: u64,
    pub check_media: bool,
    pub unicode_escapes: UnicodeEscapes,
    pub apps: Vec<App>,
    pub suites: Vec<Suite>,
    pub members: Vec<InCorp<GivenMember>>,
    pub departments: Vec<InCorp<GivenDepartment>>,
    /// Who is told of events.
    pub callback: Option<Receiver>,
}

/// What becomes of a body that holds `\uXXXX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnicodeEscapes {
    /// As WeCom's table of codes says.
    Refused,
    Accepted,
}

/// WeCom's limits of frequency and concurrency, per corporation and endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub per_minute: u32,
    pub per_hour: u32,
    pub concurrent: u32,
}

/// An app that calls with a token of its own.
#[derive(Clone, Debug)]
pub struct App {
    pub corp_id: String,
    pub secret: String,
    pub permissions: Vec<String>,
    /// Whether `mark_source` counts for it (营销获客).
    pub acquisition: bool,
}

/// A third-party app, authorised by one corporation.
#[derive(Clone, Debug)]
pub struct Suite {
    pub id: String,
    pub secret: String,
    /// The ticket it starts with.
    pub ticket: String,
    pub auth_corp_id: String,
    pub permanent_code: String,
}

/// Something in the directory of one corporation, or of every one where none is named.
#[derive(Debug)]
pub struct InCorp<T> {
    pub corp_id: Option<String>,
    pub it: T,
}

pub const DEFAULT_CORP_ID: &str = "ww5a4dbc0ffee05a4d";
pub const DEFAULT_SECRET: &str = "5andb0x-5ecret-of-the-c0ntact-way-app-00001";
const SECONDS_MAX: i64 = 10 * 365 * 86_400;

impl Config {
    pub fn read(object: &Object) -> Read<Self> {
        let mut fields = Fields::new(object, "");
        let number =
            |given: Option<i64>, default: u32| given.map_or(default, |given| u32::try_from(given).unwrap_or(u32::MAX));
        let counts = 0..=i64::from(u32::MAX);
        let config = Self {
            listening: Listening::read(&mut fields),
            seed: fields.integer("seed", 0..=i64::MAX).unwrap_or(1).unsigned_abs(),
            is_medical: fields.text_or_empty("industry").is_none_or(|industry| industry == "medical"),
            has_developer_account: fields.flag("developer_account").unwrap_or(true),
            limits: limits(&mut fields),
            token_life_s: fields.integer("token_life_s", 1..=SECONDS_MAX).unwrap_or(7_200),
            quota: number(fields.integer("quota", counts.clone()), 500_000) as usize,
            temp_quota_per_day: number(fields.integer("temp_quota_per_day", counts), 100_000),
            clock: fields.integer("clock", 0..=LATEST),
            list_lag_s: fields.integer("list_lag_s", 0..=SECONDS_MAX).unwrap_or(0),
            latency_ms: fields.integer("latency_ms", 0..=3_600_000).unwrap_or(0).unsigned_abs(),
            check_media: fields.flag("check_media").unwrap_or(false),
            unicode_escapes: match fields.one_of("unicode_escapes", &["refuse", "accept"]) {
                Some(1) => UnicodeEscapes::Accepted,
                _ => UnicodeEscapes::Refused,
            },
            apps: fields.each("apps", app).unwrap_or_else(|| vec![default_app()]),
            suites: fields.each("suites", suite).unwrap_or_default(),
            members: fields.each("members", member).unwrap_or_else(default_members),
            departments: fields.each("departments", department).unwrap_or_else(default_departments),
            callback: callback(&mut fields),
        };
        if config.apps.is_empty() {
            fields.wrong("apps", "required", "must name at least one app; name one, or leave it out");
        }
        let unknown = unknown_corps(&config);
        match fields.end(config) {
            Ok(config) if unknown.is_empty() => Ok(config),
            Ok(_) => Err(unknown),
            // Where the corporations could not be read, nobody can say which are unknown.
            Err(wrong)
                if wrong
                    .iter()
                    .any(|wrong| wrong.pointer.starts_with("/apps") || wrong.pointer.starts_with("/suites")) =>
            {
                Err(wrong)
            }
            Err(wrong) => Err([wrong, unknown].concat()),
        }
    }

    /// The corporations there are.
    pub fn corp_ids(&self) -> impl Iterator<Item = &str> {
        self.apps
            .iter()
            .map(|app| app.corp_id.as_str())
            .chain(self.suites.iter().map(|suite| suite.auth_corp_id.as_str()))
    }
}

fn limits(fields: &mut Fields) -> Option<Bounds> {
    let wecoms = Bounds { per_minute: 10_000, per_hour: 150_000, concurrent: 5 };
    match fields.value("limits")? {
        Value::Bool(limited) => limited.then_some(wecoms),
        Value::Object(object) => {
            let bounds = bounds(Fields::new(object, fields.pointer("limits")), wecoms);
            fields.take(bounds)
        }
        _ => {
            let rule = "must be true, false, or an object of per_minute, per_hour and concurrent; write one of these";
            fields.wrong("limits", "wrong_type", rule);
            None
        }
    }
}

fn bounds(mut fields: Fields, wecoms: Bounds) -> Read<Bounds> {
    let mut bound = |name, default| {
        let given = fields.integer(name, 1..=i64::from(u32::MAX));
        given.map_or(default, |given| u32::try_from(given).unwrap_or(u32::MAX))
    };
    let bounds = Bounds {
        per_minute: bound("per_minute", wecoms.per_minute),
        per_hour: bound("per_hour", wecoms.per_hour),
        concurrent: bound("concurrent", wecoms.concurrent),
    };
    fields.end(bounds)
}

fn callback(fields: &mut Fields) -> Option<Receiver> {
    let read = fields.object("callback").map(|given| receiver(Fields::new(given, fields.pointer("callback"))))?;
    fields.take(read)
}

fn app(mut fields: Fields) -> Read<App> {
    let app = App {
        corp_id: fields.required_text("corp_id").to_owned(),
        secret: fields.required_text("secret").to_owned(),
        permissions: fields.texts("permissions").unwrap_or_else(|| vec!["contact_way".to_owned()]),
        acquisition: fields.flag("acquisition").unwrap_or(true),
    };
    fields.end(app)
}

fn default_app() -> App {
    App {
        corp_id: DEFAULT_CORP_ID.to_owned(),
        secret: DEFAULT_SECRET.to_owned(),
        permissions: vec!["contact_way".to_owned()],
        acquisition: true,
    }
}

fn suite(mut fields: Fields) -> Read<Suite> {
    let mut text = |name| fields.required_text(name).to_owned();
    let suite = Suite {
        id: text("suite_id"),
        secret: text("suite_secret"),
        ticket: text("suite_ticket"),
        auth_corp_id: text("auth_corp_id"),
        permanent_code: text("permanent_code"),
    };
    fields.end(suite)
}

/// What is said of a member; the rest is as it was, or as in a member who may do everything.
#[derive(Debug, Clone)]
pub struct GivenMember {
    pub userid: String,
    pub active: Option<bool>,
    pub verified: Option<bool>,
    pub contact_right: Option<bool>,
    pub visible: Option<bool>,
    pub departments: Option<Vec<i64>>,
}

/// What is said of a department, defaults filled in.
#[derive(Debug, Clone, Copy)]
pub struct GivenDepartment {
    pub id: i64,
    pub parent: i64,
    pub visible: bool,
}

pub fn member(mut fields: Fields) -> Read<InCorp<GivenMember>> {
    let it = GivenMember {
        userid: fields.required_text("userid").to_owned(),
        active: fields.flag("active"),
        verified: fields.flag("verified"),
        contact_right: fields.flag("contact_right"),
        visible: fields.flag("visible"),
        departments: fields.integers("departments"),
    };
    let corp_id = fields.text_or_empty("corp_id").map(str::to_owned);
    fields.end(InCorp { corp_id, it })
}

fn default_members() -> Vec<InCorp<GivenMember>> {
    let member = |(userid, id): (&str, i64)| GivenMember {
        userid: userid.to_owned(),
        active: None,
        verified: None,
        contact_right: None,
        visible: None,
        departments: Some(vec![id]),
    };
    let members = [("zhangsan", 2), ("lisi", 2), ("wangwu", 3), ("zhangyisheng", ROOT)];
    members.into_iter().map(|given| InCorp { corp_id: None, it: member(given) }).collect()
}

pub fn department(mut fields: Fields) -> Read<InCorp<GivenDepartment>> {
    fields.require("id", "required", "is required: the department's number; give it");
    let department = GivenDepartment {
        id: fields.integer("id", 1..=i64::MAX).unwrap_or_default(),
        parent: fields.integer("parent", 0..=i64::MAX).unwrap_or(ROOT),
        visible: fields.flag("visible").unwrap_or(true),
    };
    let corp_id = fields.text_or_empty("corp_id").map(str::to_owned);
    fields.end(InCorp { corp_id, it: department })
}

fn default_departments() -> Vec<InCorp<GivenDepartment>> {
    let department = |(id, parent)| InCorp { corp_id: None, it: GivenDepartment { id, parent, visible: true } };
    [(ROOT, 0), (2, ROOT), (3, ROOT)].into_iter().map(department).collect()
}

impl<T> InCorp<T> {
    pub fn is_in(&self, corp_id: &str) -> bool {
        self.corp_id.as_deref().is_none_or(|named| named == corp_id)
    }
}

/// The corporations that are named and that nothing else knows of.
fn unknown_corps(config: &Config) -> Vec<Detail> {
    let members = config.members.iter().map(|member| &member.corp_id).enumerate().map(|(at, id)| ("members", at, id));
    let departments =
        config.departments.iter().map(|it| &it.corp_id).enumerate().map(|(at, id)| ("departments", at, id));
    let named = members.chain(departments);
    let unknown = named.filter(|(.., id)| id.as_deref().is_some_and(|id| config.corp_ids().all(|known| known != id)));
    let wrong = |(list, at, _): (&str, usize, _)| {
        let rule = "names no corporation of apps or suites; correct it, or leave it out";
        Detail::of_member(format!("/{list}/{at}/corp_id"), "unknown_corp_id", rule)
    };
    unknown.map(wrong).collect()
}
