//! A contact way as it is shown.

use serde::Serialize;

use super::{Wecom, pictures};
use crate::sandbox::world::conclusions::Conclusions;
use crate::sandbox::world::contact_ways::{ContactWay, MINIPROGRAM};
use crate::sandbox::world::ids::ConfigId;

/// A contact way as `get` shows it: defaults filled in, some members never, some in one scene only.
#[derive(Serialize)]
pub struct View<'w> {
    config_id: ConfigId,
    #[serde(rename = "type")]
    kind: u8,
    scene: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    style: Option<u8>,
    remark: &'w str,
    skip_verify: bool,
    state: &'w str,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_code: Option<String>,
    user: &'w [Box<str>],
    party: &'w [i64],
    is_temp: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat_expires_in: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unionid: Option<&'w str>,
    mark_source: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    conclusions: Option<&'w Conclusions>,
}

impl<'w> View<'w> {
    pub fn of(wecom: &Wecom, way: &'w ContactWay) -> Self {
        let temp = way.temp.as_deref();
        Self {
            config_id: way.config_id,
            kind: way.kind,
            scene: way.scene,
            style: (way.scene == MINIPROGRAM).then_some(way.style),
            remark: &way.remark,
            skip_verify: way.skip_verify,
            state: &way.state,
            qr_code: pictures::address(wecom, way),
            user: &way.user,
            party: &way.party,
            is_temp: temp.is_some(),
            expires_in: temp.map(|temp| temp.expires_in),
            chat_expires_in: temp.map(|temp| temp.chat_expires_in),
            unionid: temp.and_then(|temp| temp.unionid.as_deref()),
            mark_source: way.mark_source,
            conclusions: temp.and_then(|temp| temp.conclusions.as_ref()),
        }
    }
}
