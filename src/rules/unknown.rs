//! Members that the document does not know: sent all the same, and warned of.

use super::plan::Plan;
use crate::json::{fields::Detail, pointer_token};

const UNKNOWN_MEMBER: &str = "unknown_member";
/// So many are told one by one.
const TOLD: usize = 100;
/// As much of a name as helps to find it, in characters; a name that anybody meant is shorter.
const NAME_SHOWN: usize = 100;

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
            let hint = match nearest(name, plan.names(*object)) {
                Some(near) => format!(" did you mean {near}?"),
                None => String::new(),
            };
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

/// The known name that is likely meant: at most a third of its letters off, whatever the case.
fn nearest(name: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let off = |known: &'static str| {
        let most = (known.len() / 3).max(1);
        let may_be_near = known.len().abs_diff(name.len()) <= most;
        let distance = may_be_near.then(|| strsim::damerau_levenshtein(&name, known))?;
        (distance <= most).then_some((distance, known))
    };
    known.filter_map(off).min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_was_meant_is_found_and_no_other() {
        let known = ["type", "user", "remark", "skip_verify", "is_temp", "config_id"];
        for (name, wanted) in [
            ("remrak", Some("remark")),
            ("Remark", Some("remark")),
            ("skipVerify", Some("skip_verify")),
            ("users", Some("user")),
            ("configId", Some("config_id")),
            ("colour", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(nearest(name, known.into_iter()), wanted, "{name}");
        }
    }
}
