//! What a dry run would change, member by member.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::json;

/// The members `names` of a contact way: as they are in `known` and as they would be, by `wanted`, as a report's
/// `changes`. None where there are no such.
pub fn changes(names: &[&str], known: &str, wanted: &str) -> Option<Box<RawValue>> {
    let members: Vec<_> = names.iter().map(|name| change(name, known, wanted)).collect();
    if members.is_empty() {
        return None;
    }
    RawValue::from_string(format!("{{{}}}", members.join(","))).ok()
}

/// A member's `from` and `to`, each only where it is there.
fn change(name: &str, known: &str, wanted: &str) -> String {
    let side = |side: &str, text| json::member(text, name).map(|value| format!("\"{side}\":{value}"));
    let sides: Vec<_> = [side("from", known), side("to", wanted)].into_iter().flatten().collect();
    format!("{}:{{{}}}", Value::from(name), sides.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_shown_before_and_after() {
        let changes = changes(&["remark", "user"], r#"{"remark":"a"}"#, r#"{"remark":"b","user":["c"]}"#).unwrap();
        assert_eq!(changes.get(), r#"{"remark":{"from":"a","to":"b"},"user":{"to":["c"]}}"#);
        assert!(super::changes(&[], "{}", "{}").is_none());
    }
}
