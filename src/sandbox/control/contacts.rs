//! What becomes of a contact later.

use serde_json::json;

use super::{Done, Trouble, with_body};
use crate::json::fields::Fields;
use crate::sandbox::serve::Request;
use crate::sandbox::wecom::Wecom;
use crate::sandbox::world::parting::{By, part};

/// `POST end_contact`: a member deletes a customer, or a customer a member.
pub fn end(wecom: &Wecom, request: &Request) -> Done {
    let done = with_body(request, |body| {
        let mut fields = Fields::new(body, "");
        let (userid, customer) = (fields.required_text("userid"), fields.required_text("external_userid"));
        fields.require("by", "required", "is required: \"member\" or \"customer\"; say who deletes whom");
        let by = match fields.one_of("by", &["member", "customer"]) {
            Some(1) => By::Customer,
            _ => By::Member,
        };
        fields.end(())?;
        Ok(part(&wecom.world, by, userid, customer))
    })?;
    done.map(|()| json!({}).into()).map_err(Trouble::Refused)
}
