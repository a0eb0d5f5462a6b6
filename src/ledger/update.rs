//! Updates: what to send, and what is wanted once it was.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::json;

/// The text of an update that gives the members of `wanted` named in `changed`. `known` is the contact way as far as it
/// is known: as `get` answers it, or the request that was last applied. Where that is a temporary one its `unionid` goes
/// along, changed or not, since WeCom lifts the restriction when an update leaves it out.
///
/// # Errors
/// When a text is not a JSON object.
pub fn body(config_id: &str, wanted: &str, changed: &[&str], known: &str) -> Result<String, json::Error> {
    let quoted = serde_json::Value::from(config_id).to_string();
    let mut body = vec![(Cow::Borrowed(CONFIG_ID), quoted.as_str())];
    let wanted = json::members(wanted)?;
    for (name, value) in &wanted {
        if changed.contains(&name.as_ref()) {
            body.push((Cow::Borrowed(name), value.get()));
        }
    }
    let known = json::members(known)?;
    if is_temporary(&known) && !changed.contains(&UNIONID) {
        let kept = value(&wanted, UNIONID).or_else(|| value(&known, UNIONID));
        body.extend(kept.map(|unionid| (Cow::Borrowed(UNIONID), unionid)));
    }
    Ok(object(&body))
}

/// `request` with an update folded in: what is wanted from then on. A temporary one's `unionid` goes when the update
/// leaves it out, as it does at WeCom.
///
/// # Errors
/// When a text is not a JSON object.
pub fn fold(request: &str, update: &str) -> Result<String, json::Error> {
    let before = json::members(request)?;
    let given: Vec<_> =
        json::members(update)?.into_iter().filter(|(name, value)| name != CONFIG_ID && value.get() != "null").collect();
    let lifts = is_temporary(&before) && value(&given, UNIONID).is_none();
    let stays = |name: &str| value(&given, name).is_none() && !(lifts && name == UNIONID);
    let kept = before.iter().filter(|(name, _)| stays(name));
    let members: Vec<_> = kept.chain(&given).map(|(name, value)| (Cow::Borrowed(name.as_ref()), value.get())).collect();
    Ok(object(&members))
}

/// How long an update has a temporary contact way live, in milliseconds, where it says so.
pub fn lives_ms(update: &str) -> Option<i64> {
    let seconds: i64 = json::member(update, "expires_in")?.parse().ok()?;
    Some(seconds.saturating_mul(1000)).filter(|lives_ms| *lives_ms > 0)
}

const CONFIG_ID: &str = "config_id";
const UNIONID: &str = "unionid";

fn value<'t>(members: &[(Cow<str>, &'t RawValue)], name: &str) -> Option<&'t str> {
    members.iter().find(|(other, _)| other == name).map(|(_, value)| value.get())
}

fn is_temporary(members: &[(Cow<str>, &RawValue)]) -> bool {
    value(members, "is_temp") == Some("true")
}

fn object(members: &[(Cow<str>, &str)]) -> String {
    let mut text = String::from("{");
    for (name, value) in members {
        text.push_str(if text.len() > 1 { "," } else { "" });
        text.push_str(&serde_json::Value::from(name.as_ref()).to_string());
        text.push(':');
        text.push_str(value);
    }
    text.push('}');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_gives_what_changed_and_nothing_else() {
        let wanted = r#"{"type":2,"remark":"new","state":"s","user":["lisi"]}"#;
        let sent = body("c1", wanted, &["remark", "user"], wanted).unwrap();
        assert_eq!(sent, r#"{"config_id":"c1","remark":"new","user":["lisi"]}"#);
    }

    #[test]
    fn a_temporary_ones_unionid_goes_along_always() {
        let known = r#"{"is_temp":true,"unionid":"of-before"}"#;
        let cases = [
            (r#"{"remark":"r"}"#, r#"{"config_id":"c1","remark":"r","unionid":"of-before"}"#),
            (r#"{"remark":"r","unionid":"u"}"#, r#"{"config_id":"c1","remark":"r","unionid":"u"}"#),
        ];
        for (wanted, expected) in cases {
            assert_eq!(body("c1", wanted, &["remark"], known).unwrap(), expected);
        }
        let lifted = body("c1", r#"{"unionid":""}"#, &["unionid"], known).unwrap();
        assert_eq!(lifted, r#"{"config_id":"c1","unionid":""}"#);
        let other = body("c1", r#"{"remark":"r"}"#, &["remark"], r#"{"is_temp":false,"unionid":"x"}"#).unwrap();
        assert_eq!(other, r#"{"config_id":"c1","remark":"r"}"#);
    }

    #[test]
    fn what_an_update_gives_is_wanted_from_then_on() {
        let request = r#"{"type":1,"remark":"a","user":["lisi"],"conclusions":{"text":{"content":"x"}}}"#;
        let update = r#"{"config_id":"c1","remark":"b","conclusions":{"link":{"url":"u"}},"state":"s","user":null}"#;
        assert_eq!(
            fold(request, update).unwrap(),
            r#"{"type":1,"user":["lisi"],"remark":"b","conclusions":{"link":{"url":"u"}},"state":"s"}"#
        );
    }

    #[test]
    fn an_update_that_leaves_a_unionid_out_lifts_it() {
        let request = r#"{"is_temp":true,"unionid":"u"}"#;
        assert_eq!(fold(request, r#"{"remark":"r"}"#).unwrap(), r#"{"is_temp":true,"remark":"r"}"#);
        assert_eq!(fold(request, r#"{"unionid":"v"}"#).unwrap(), r#"{"is_temp":true,"unionid":"v"}"#);
    }
}
