//! `externalcontact/get`: a customer, and the members who have this customer.

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::answer::{Answer, Outcome};
use super::caller::Caller;
use crate::lock::read;
use crate::sandbox::serve::Request;
use crate::sandbox::world::customers::{Customer, Follow};

/// So many members on a page.
const PAGE: usize = 500;
/// A customer who uses `WeChat`.
const WECHAT: u8 = 1;
/// A customer who uses WeCom, at another company.
const WECOM: u8 = 2;
/// 扫描二维码: added by scanning a code.
const BY_CODE: u8 = 1;

/// What a refusal shows empty.
pub fn blank() -> Json {
    json!({"external_contact": {}, "follow_user": []})
}

pub fn get(caller: &Caller, request: &Request) -> Outcome {
    let external_userid = request.query("external_userid").ok_or(41035)?;
    let corp = read(caller.corp);
    let customer = corp.customers.known.get(&external_userid).ok_or(40096)?;
    let friends: Vec<_> = customer.follow_user.iter().filter(|(_, follow)| follow.accepted).collect();
    if friends.is_empty() {
        return Err(84061.into());
    }
    let is_visible = |userid: &str| corp.people.member(userid).is_some_and(|member| member.visible);
    let seen: Vec<_> = friends.into_iter().filter(|(userid, _)| is_visible(userid)).collect();
    if seen.is_empty() {
        return Err(60011.into());
    }
    let cursor = request.query("cursor").unwrap_or_default();
    let rest = &seen[seen.partition_point(|(userid, _)| **userid <= cursor)..];
    let page = &rest[..rest.len().min(PAGE)];
    let got = Got {
        external_contact: Contact::of(caller, customer),
        follow_user: page.iter().map(|(userid, follow)| FollowUser::of(customer, userid, follow)).collect(),
        next_cursor: page.last().filter(|_| rest.len() > PAGE).map(|(userid, _)| userid.as_str()),
    };
    Ok(Answer::new(0, "ok", got))
}

#[derive(Serialize)]
struct Got<'c> {
    external_contact: Contact<'c>,
    follow_user: Vec<FollowUser<'c>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<&'c str>,
}

#[derive(Serialize)]
struct Contact<'c> {
    external_userid: &'c str,
    name: &'c str,
    #[serde(rename = "type")]
    kind: u8,
    avatar: &'static str,
    gender: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    corp_name: Option<&'c str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Option<&'c str>,
}

impl<'c> Contact<'c> {
    fn of(caller: &Caller, customer: &'c Customer) -> Self {
        let corp_name = customer.corp_name.as_deref();
        let is_known_to_developer = corp_name.is_none() && caller.wecom.world.config.has_developer_account;
        Self {
            external_userid: &customer.external_userid,
            name: &customer.external_userid,
            kind: if corp_name.is_some() { WECOM } else { WECHAT },
            avatar: "",
            gender: 0,
            corp_name,
            unionid: customer.unionid.as_deref().filter(|_| is_known_to_developer),
        }
    }
}

/// A member's tie to the customer, as WeCom shows it.
#[derive(Serialize)]
struct FollowUser<'c> {
    userid: &'c str,
    remark: &'c str,
    description: &'static str,
    createtime: i64,
    tags: [(); 0],
    remark_mobiles: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'c str>,
    oper_userid: &'c str,
    add_way: u8,
}

impl<'c> FollowUser<'c> {
    fn of(customer: &'c Customer, userid: &'c str, follow: &'c Follow) -> Self {
        Self {
            userid,
            remark: &customer.external_userid,
            description: "",
            createtime: follow.added_at,
            tags: [],
            remark_mobiles: [],
            state: Some(follow.state.as_str()).filter(|state| !state.is_empty()),
            oper_userid: &customer.external_userid,
            add_way: BY_CODE,
        }
    }
}
