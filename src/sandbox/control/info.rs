//! Where the sandbox is, and what a client needs.

use serde_json::{Value as Json, json};

use crate::sandbox::wecom::Wecom;

/// As it is told at the start, but for `errcode` and `errmsg`.
pub fn info(wecom: &Wecom) -> Json {
    let (base_url, config) = (&wecom.base_url, &wecom.world.config);
    let app = config.apps.first();
    let (corp_id, secret) = app.map_or(("", ""), |app| (app.corp_id.as_str(), app.secret.as_str()));
    let mut client = json!({"base_url": base_url, "corp_id": corp_id, "secret": secret});
    if let Some(authority) = &wecom.authority {
        client["extra_ca_file"] = json!(authority);
    }
    if config.listening.is_insecure() {
        client["insecure_http"] = json!(true);
    }
    json!({"base_url": base_url, "corp_id": corp_id, "secret": secret, "client_config": client})
}
