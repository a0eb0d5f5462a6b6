//! The XML of a callback, outside and inside.

use std::fmt::Write as _;

use crate::sandbox::world::events::Event;

/// What is sent: the sealed event, and which company it is for.
pub fn envelope(corp_id: &str, sealed: &str) -> String {
    let members = [("ToUserName", cdata(corp_id)), ("AgentID", cdata("")), ("Encrypt", cdata(sealed))];
    document(members.into_iter())
}

/// What is sealed. A member that has no value is missing.
pub fn event(event: &Event) -> String {
    let given = [
        ("ToUserName", Some(cdata(&event.corp_id))),
        ("FromUserName", Some(cdata("sys"))),
        ("CreateTime", Some(event.at.to_string())),
        ("MsgType", Some(cdata("event"))),
        ("Event", Some(cdata("change_external_contact"))),
        ("ChangeType", Some(cdata(event.change_type.name()))),
        ("UserID", Some(cdata(&event.userid))),
        ("ExternalUserID", Some(cdata(&event.external_userid))),
        ("State", event.state.as_deref().map(cdata)),
        ("WelcomeCode", event.welcome_code.as_deref().map(cdata)),
    ];
    document(given.into_iter().filter_map(|(name, value)| Some((name, value?))))
}

fn document(members: impl Iterator<Item = (&'static str, String)>) -> String {
    let mut text = "<xml>".to_owned();
    for (name, value) in members {
        // Writing to a String cannot fail.
        let _ = write!(text, "<{name}>{value}</{name}>");
    }
    text + "</xml>"
}

/// `text` as character data; what XML cannot hold at all is replaced.
fn cdata(text: &str) -> String {
    let held = |character: char| match character {
        '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{1_0000}'.. => character,
        _ => char::REPLACEMENT_CHARACTER,
    };
    let text: String = text.chars().map(held).collect();
    format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"))
}
