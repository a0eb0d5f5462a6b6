//! What WeCom has: a page of its list, and one contact way.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;

use super::Ledger;
use super::equal;
use super::hash::Hash;
use crate::answer::codes::{self, Class};
use crate::answer::{Error, Kind};
use crate::call::Call;
use crate::endpoint::{Endpoint, Facts};
use crate::json::{self, Object};
use crate::store::Sight;
use crate::wire::{Answered, Ask};

/// As many contact ways as WeCom lists at once.
const PAGE: u32 = 1000;

/// Which page of WeCom's list. Times are seconds since 1970 by WeCom's clock.
#[derive(Clone, Debug, Default)]
pub struct Place {
    pub start_time: i64,
    /// Now, if left out.
    pub end_time: Option<i64>,
    /// Where the page before ended; empty for the first.
    pub cursor: String,
}

/// A page of WeCom's list.
pub struct Page {
    pub config_ids: Vec<String>,
    /// Empty on the last page.
    pub next_cursor: String,
    /// WeCom's clock, in unix milliseconds, where it told it.
    pub date: Option<i64>,
}

/// A contact way as `get` shows it.
#[derive(Clone, Debug)]
pub struct Sighting {
    pub sight: Sight,
    /// The hash of what can be compared.
    pub likeness: Hash,
    /// Whether it can be told from strangers' contact ways.
    pub has_marker: bool,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    contact_way: Vec<Item>,
    #[serde(default)]
    next_cursor: String,
}

#[derive(Deserialize)]
struct Item {
    config_id: String,
}

impl Ledger {
    /// A page of WeCom's list. `job` says that a job asks.
    ///
    /// # Errors
    /// As of any call; `bad_response` when it is no list.
    pub fn page(&self, call: &Arc<Call>, place: &Place, job: bool) -> Result<Page, Error> {
        let mut request = json!({"limit": PAGE, "start_time": place.start_time});
        if let Some(end_time) = place.end_time {
            request["end_time"] = end_time.into();
        }
        if !place.cursor.is_empty() {
            request["cursor"] = place.cursor.as_str().into();
        }
        let answered = self.read(call, Endpoint::List.facts(), &request.to_string(), job)?;
        let listed: Listed = serde_json::from_str(answered.answer.text())
            .map_err(|_| Error::new(Kind::BadResponse, "WeCom's list is not one of config_ids"))?;
        let config_ids = listed.contact_way.into_iter().map(|item| item.config_id).collect();
        Ok(Page { config_ids, next_cursor: listed.next_cursor, date: answered.date })
    }

    /// A contact way; none where WeCom shows none of that id to these credentials.
    ///
    /// # Errors
    /// As of any call; `bad_response` when it is no contact way.
    pub fn sighting(&self, call: &Arc<Call>, config_id: &str, job: bool) -> Result<Option<Sighting>, Error> {
        let request = json!({"config_id": config_id}).to_string();
        let answered = match self.read(call, Endpoint::Get.facts(), &request, job) {
            Ok(answered) => answered,
            Err(error) if codes::class(error.errcode()) == Class::NotThere => return Ok(None),
            Err(error) => return Err(error),
        };
        let broken = || Error::new(Kind::BadResponse, "WeCom's answer holds no contact way");
        let seen = json::member(answered.answer.text(), "contact_way").ok_or_else(broken)?;
        let way = Object::parse(seen).map_err(|_| broken())?;
        Ok(Some(Sighting {
            likeness: equal::likeness(&way),
            has_marker: equal::has_marker(&way),
            sight: Sight {
                seen: seen.to_owned(),
                seen_by: self.reader.to_vec(),
                generation: None,
                qr_code: way.get("qr_code").and_then(json::Value::as_text).map(str::to_owned),
                expires_at: None,
            },
        }))
    }

    fn read(&self, call: &Arc<Call>, facts: &'static Facts, request: &str, job: bool) -> Result<Answered, Error> {
        let mut ask = Ask::of(facts, request.as_bytes());
        ask.job = job;
        if job { self.patiently(call, |call| self.wire.ask(call, &ask)) } else { self.wire.ask(call, &ask) }
    }
}
