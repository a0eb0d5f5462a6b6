//! What is to go wrong: said, asked for, taken back.

use serde_json::json;

use super::{Done, Trouble, number, with_body};
use crate::json::fields::Detail;
use crate::sandbox::serve::Request;
use crate::sandbox::wecom::{Wecom, names};

pub fn add(wecom: &Wecom, request: &Request) -> Done {
    with_body(request, |body| wecom.faults.add(body, &request.body, wecom.world.config.seed, &names()))?;
    Ok(json!({}).into())
}

/// `DELETE faults`: all of them, or the one whose `id` is given.
pub fn remove(wecom: &Wecom, request: &Request) -> Done {
    match number(request, "id")? {
        None => wecom.faults.clear(),
        Some(id) if wecom.faults.remove(id) => {}
        Some(_) => {
            let unknown = Detail::of_member("/id".to_owned(), "unknown_id", "names no rule; take one of GET faults");
            return Err(Trouble::from(unknown));
        }
    }
    Ok(json!({}).into())
}
