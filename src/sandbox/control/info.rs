//! Where the sandbox is, and what a client needs.

use serde_json::{Value as Json, json};

use crate::sandbox::wecom::Wecom;

/// As it is told at the start, but for `errcode` and `errmsg`.
pub fn info(wecom: &Wecom) -> Json {
    let base_url = &wecom.base_url;
    let app = wecom.world.config.apps.first();
    let (corp_id, secret) = app.map_or(("", ""), |app| (app.corp_id.as_str(), app.secret.as_str()));
    json!({
        "base_url": base_url, "corp_id": corp_id, "secret": secret,
        "client_config": {"base_url": base_url, "corp_id": corp_id, "secret": secret},
    })
}
