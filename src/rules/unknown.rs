//! Members that the document does not know: sent all the same, and warned of.

use super::MEMBERS;
use super::plan::Plan;
use crate::endpoint::Endpoint;
use crate::json::{fields::Detail, nearest, pointer_token};

const UNKNOWN_MEMBER: &str = "unknown_member";
/// So many are told one by one.
const TOLD: usize = 100;
/// As much of a name as helps to find it, in characters; a name that anybody meant is shorter.
const NAME_SHOWN: usize = 100;
/// Of a member that only an add takes.
const FIXED: &str =
    " only an add takes it, and it cannot be changed later: where it must be another, add anew and delete this one.";

/// What to say of each member that the document does not know at its place.
pub fn said_of(plan: &Plan, unknown: &[(Option<usize>, &str)]) -> Vec<Detail> {
    let mut said: Vec<_> = unknown
        .iter()
        .enumerate()
        .take(TOLD)
        .filter(|(index, member)| !unknown[..*index].contains(member))
        .map(|(_, (object, name))| {
            let above = object.map_or("", |object| plan.members[object].member.pointer);
            let shown: String = name.chars().take(NAME_SHOWN).collect();
            let hint = hint(plan, *object, name).unwrap_or_default();
            let message = format!("{shown}:{hint} WeCom's document knows no such member here");
            // A name may be as long as a request; an answer repeats none that long.
            let pointer =
                if shown.len() == name.len() { format!("{above}/{}", pointer_token(name)) } else { above.to_owned() };
            Detail::new(pointer, UNKNOWN_MEMBER, message)
        })
        .collect();
    if unknown.len() > TOLD {
        let more = unknown.len() - TOLD;
        said.push(Detail::new("", UNKNOWN_MEMBER, format!("{more} more members that WeCom's document does not know")));
    }
    said
}

/// What may have been meant by a member that is not known at its place.
fn hint(plan: &Plan, object: Option<usize>, name: &str) -> Option<String> {
    let elsewhere = MEMBERS.iter().find(|member| object.is_none() && member.pointer.strip_prefix('/') == Some(name));
    match elsewhere.map(|member| member.endpoints) {
        Some([Endpoint::Add]) => Some(FIXED.to_owned()),
        Some(endpoints) => {
            let names: Vec<_> = endpoints.iter().map(|endpoint| endpoint.name()).collect();
            Some(format!(" {} takes it.", names.join(" or ")))
        }
        None => nearest(name, plan.names(object)).map(|near| format!(" did you mean {near}?")),
    }
}
