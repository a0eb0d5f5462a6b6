//! What the ledger holds: a page of its entries.

use serde_json::json;

use super::{Ledger, go_on};
use crate::answer::{Error, Kind};
use crate::call::Call;
use crate::json::fields::Fields;
use crate::json::{self, Object};
use crate::store::{Entry, Query, Status};

/// As many entries as a page holds, unless the caller says so; and at most.
const PAGE: i64 = 100;
const PAGE_MAX: i64 = 1000;

impl Ledger {
    /// A page of entries, as an answer.
    ///
    /// # Errors
    /// `invalid_request` when the query is wrong, `store` when the ledger cannot be read.
    pub fn query(&self, call: &Call, query: &str) -> Result<String, Error> {
        let object = Object::parse(query).map_err(|error| Error::unreadable("the query", &error))?;
        let mut fields = Fields::new(&object, "");
        let wanted = conditions(&mut fields, &self.corp_id);
        let limit = limit(&mut fields).unwrap_or(PAGE);
        let after = cursor(&mut fields);
        fields.end(()).map_err(|wrong| Error::with_details(Kind::InvalidRequest, "the query", wrong))?;
        go_on(call)?;
        // One more tells whether there is another page.
        let mut entries = self.store.find(call, &wanted, after, limit + 1)?;
        let page = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_last = entries.len() <= page;
        entries.truncate(page);
        let next_cursor = entries.last().filter(|_| !is_last).map(|entry| entry.id.to_string()).unwrap_or_default();
        let shown: Vec<_> = entries.iter().map(|entry| self.shown(entry)).collect();
        Ok(format!(
            "{{\"errcode\":0,\"errmsg\":\"ok\",\"entries\":[{}],\"next_cursor\":{}}}",
            shown.join(","),
            json!(next_cursor)
        ))
    }

    fn shown(&self, entry: &Entry) -> String {
        let masked = |text: String| self.wire.secrets.masked(text);
        let text = |value: &Option<String>| masked(json!(value).to_string());
        let second = |ms: i64| (ms / 1000).to_string();
        // What was adopted was asked for by others: all that is known of it is what WeCom showed.
        let contact_way = entry.seen.as_ref().filter(|_| entry.request == "{}").unwrap_or(&entry.request);
        // Another hand may have been in the store.
        let contact_way = masked(contact_way.clone());
        let contact_way = if json::is_object(&contact_way) { contact_way } else { "{}".to_owned() };
        let members = [
            ("key", text(&entry.key)),
            ("namespace", text(&entry.namespace)),
            ("config_id", text(&entry.config_id)),
            ("qr_code", text(&entry.qr_code)),
            ("status", json!(entry.status.name()).to_string()),
            ("contact_way", contact_way),
            ("created_at", second(entry.created_at)),
            ("updated_at", second(entry.updated_at)),
        ];
        let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", members.join(","))
    }
}

/// Reads what entries must be like: the members of a query beside those of its page.
pub fn conditions(fields: &mut Fields, corp_id: &str) -> Query {
    let status = fields.one_of("status", &Status::NAMES).map(|index| Status::ALL[index]);
    let mut text = |name| fields.text(name).map(str::to_owned);
    Query {
        key: text("key"),
        config_id: text("config_id"),
        state: text("state"),
        remark: text("remark"),
        user: text("user"),
        namespace: text("namespace"),
        party: fields.integer("party", 0..=i64::MAX),
        status,
        ..Query::of(corp_id)
    }
}

/// How many entries a page holds at most, if the caller says so.
pub fn limit(fields: &mut Fields) -> Option<i64> {
    fields.integer("limit", 1..=PAGE_MAX)
}

/// The id of the entry behind which a page begins.
pub fn cursor(fields: &mut Fields) -> i64 {
    let Some(text) = fields.text_or_empty("cursor").filter(|text| !text.is_empty()) else { return 0 };
    // As it was written, no sign or zero in front.
    let after = text.parse().ok().filter(|after: &i64| *after > 0 && after.to_string() == text);
    after.unwrap_or_else(|| {
        fields.wrong("cursor", "bad_cursor", "must be the next_cursor of the page before; give that");
        0
    })
}
