//! The six endpoints: their members as flags, beside `--json`.

use std::io::{self, IsTerminal as _, Read as _};

use clap::{Arg, ArgMatches, Command};
use contactway::rules::{MEMBERS, Type};
use contactway::{Endpoint, Language, Options};
use serde_json::{Map, Value};

use super::entry::{Entry, with_session};
use super::keyed;
use crate::arguments::{self, Flag, Takes};
use crate::configuration::without_bom;
use crate::exit::Exit;
use crate::messages::{Message, Text, why};
use crate::session::{complain, plain, say};
use crate::table;

/// A command for an endpoint.
macro_rules! entry {
    ($name:ident, $endpoint:expr, $about:expr) => {
        pub const $name: Entry = Entry {
            command: |lang| command($endpoint, $about, lang),
            run: |given, command, lang| run($endpoint, given, command, lang),
        };
    };
}

/// The member that says which contact way is meant.
const CONFIG_ID: &str = "config_id";

entry!(ADD, Endpoint::Add, Text::Add);
entry!(GET, Endpoint::Get, Text::Get);
entry!(LIST, Endpoint::List, Text::List);
entry!(UPDATE, Endpoint::Update, Text::Update);
entry!(DEL, Endpoint::Del, Text::Del);
entry!(CLOSE_TEMP_CHAT, Endpoint::CloseTempChat, Text::CloseTempChat);

const fn name(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::CloseTempChat => "close-temp-chat",
        other => other.function(),
    }
}

/// What the help says of a member.
fn help(member: &str) -> Option<Text> {
    Some(match member {
        "type" => Text::Type,
        "scene" => Text::Scene,
        "style" => Text::Style,
        "remark" => Text::Remark,
        "skip_verify" => Text::SkipVerify,
        "state" => Text::State,
        "user" => Text::User,
        "party" => Text::Party,
        "is_temp" => Text::IsTemp,
        "expires_in" => Text::ExpiresIn,
        "chat_expires_in" => Text::ChatExpiresIn,
        "unionid" => Text::Unionid,
        "is_exclusive" => Text::IsExclusive,
        "mark_source" => Text::MarkSource,
        "config_id" => Text::ConfigId,
        "start_time" => Text::StartTime,
        "end_time" => Text::EndTime,
        "cursor" => Text::Cursor,
        "limit" => Text::Limit,
        "userid" => Text::Userid,
        "external_userid" => Text::ExternalUserid,
        _ => return None,
    })
}

const fn takes(wire_type: Type) -> Option<Takes> {
    match wire_type {
        Type::Integer => Some(Takes::Integer),
        Type::Bool => Some(Takes::TrueOrFalse),
        Type::Text => Some(Takes::Text),
        Type::Texts => Some(Takes::Texts),
        Type::Integers => Some(Takes::Integers),
        // Given by `--json` alone.
        Type::Object => None,
    }
}

/// The flags of an endpoint: its documented members, from the library's own table.
fn flags(endpoint: Endpoint) -> Vec<Flag> {
    let of_endpoint = MEMBERS.iter().filter(|member| member.endpoints.contains(&endpoint));
    let flag = |member: &contactway::rules::Member| {
        let name = member.pointer.strip_prefix('/').filter(|name| !name.contains('/'))?;
        Some(Flag::new(name, takes(member.wire_type)?, help(name)?))
    };
    of_endpoint.filter_map(flag).collect()
}

fn command(endpoint: Endpoint, about: Text, lang: Language) -> Command {
    let text = |name: &'static str, help: Text| {
        Arg::new(name).long(name).help(help.text(lang)).help_heading(Text::Options.text(lang))
    };
    let command = arguments::command(name(endpoint), about, &flags(endpoint), lang);
    let command = command.arg(text("json", Text::Json).value_name("JSON|-"));
    if has_key(endpoint) {
        return command.arg(keyed::arg(lang));
    }
    if endpoint != Endpoint::Add {
        return command;
    }
    let duplicate = text("accept-duplicate", Text::AcceptDuplicate).action(clap::ArgAction::SetTrue);
    command.arg(text("key", Text::Key).value_name("TEXT")).arg(duplicate)
}

/// Whether the contact way can be meant by its key.
fn has_key(endpoint: Endpoint) -> bool {
    matches!(endpoint, Endpoint::Get | Endpoint::Update | Endpoint::Del)
}

fn run(endpoint: Endpoint, given: &ArgMatches, command: &Command, lang: Language) -> Exit {
    let mut members = arguments::given(&flags(endpoint), given);
    let is_bare =
        endpoint != Endpoint::List && members.is_empty() && !matches!(given.try_contains_id(keyed::KEY), Ok(true));
    // Read before anything else, so that Ctrl-C ends a wait for it as it ends any other program.
    let json = match json(given, is_bare, lang) {
        Ok(json) => json,
        Err(words) => return complain(&words, Exit::Usage),
    };
    if let Some(missing) = missing(endpoint, &members, given, &json, lang) {
        return complain(&missing, Exit::Usage);
    }
    with_session(given, command, lang, |session| {
        let mut options: Options = session.options();
        if has_key(endpoint) {
            match keyed::config_id(session, given) {
                Ok(config_id) => members.extend(config_id.map(|id| (CONFIG_ID, id.into()))),
                Err(exit) => return exit,
            }
        }
        if endpoint == Endpoint::Add {
            options.key = given.get_one::<String>("key").cloned();
            options.accept_duplicate = given.get_flag("accept-duplicate");
        }
        let request = match request(&members, json, command, lang) {
            Ok(request) => request,
            Err(words) => return complain(&words, Exit::Usage),
        };
        session.tell(session.client.call(endpoint, &request, &options), |answer| match endpoint {
            Endpoint::List => listed(answer, lang),
            Endpoint::Add => added(answer, lang),
            _ => plain(answer),
        })
    })
}

/// What is not given though nothing can be sent without it: which contact way is meant, and what of it is to change. Of
/// JSON that is no object the library says what is wrong.
fn missing(
    endpoint: Endpoint,
    members: &[(&str, Value)],
    given: &ArgMatches,
    json: &str,
    lang: Language,
) -> Option<String> {
    let there = serde_json::from_str::<Map<String, Value>>(json).ok().filter(|_| has_key(endpoint))?;
    let names = members.iter().map(|(name, _)| *name).chain(there.keys().map(String::as_str));
    let (ids, rest): (Vec<_>, Vec<_>) = names.partition(|name| *name == CONFIG_ID);
    if ids.is_empty() && !given.contains_id(keyed::KEY) {
        return Some(Message::WhichOne(&keyed::WAYS).text(lang));
    }
    if endpoint != Endpoint::Update || !rest.is_empty() {
        return None;
    }
    let flags = flags(endpoint);
    let flags: Vec<_> = flags.iter().filter(|flag| flag.member != CONFIG_ID).map(Flag::long).collect();
    Some(Message::NothingToChange(&flags.join(", ")).text(lang))
}

/// The JSON that is given; an empty object where none is. A bare command, which could send nothing else, takes what is
/// piped to it.
fn json(given: &ArgMatches, is_bare: bool, lang: Language) -> Result<String, String> {
    let read = || read_input().map_err(|error| Message::NoInput { why: &why(&error, lang) }.text(lang));
    match given.get_one::<String>("json").map(String::as_str) {
        None if is_bare && !io::stdin().is_terminal() => {
            read().map(|text| if text.trim().is_empty() { "{}".to_owned() } else { text })
        }
        None => Ok("{}".to_owned()),
        Some("-") => read(),
        Some(text) => Ok(text.to_owned()),
    }
}

/// The request: the JSON, byte for byte, and the members of the flags before it.
fn request(members: &[(&str, Value)], json: String, command: &Command, lang: Language) -> Result<String, String> {
    if members.is_empty() {
        return Ok(json);
    }
    // What is no object is refused by the library, in its words.
    let Ok(there) = serde_json::from_str::<Map<String, Value>>(&json) else { return Ok(json) };
    if let Some((member, _)) = members.iter().find(|(member, _)| there.contains_key(*member)) {
        let flag = arguments::flag_of(command, member).unwrap_or_default();
        return Err(Message::GivenTwice { member, flag: &flag }.text(lang));
    }
    let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    let rest = json.trim_start().strip_prefix('{').unwrap_or_default();
    let comma = if there.is_empty() { "" } else { "," };
    Ok(format!("{{{}{comma}{rest}", members.join(",")))
}

fn read_input() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().lock().read_to_string(&mut text)?;
    Ok(without_bom(text))
}

/// What was made, now or before.
fn added(answer: &Value, lang: Language) -> String {
    if answer["replayed"] == true {
        say(&Message::MadeBefore.text(lang));
    }
    plain(answer)
}

/// A page of ids.
fn listed(answer: &Value, lang: Language) -> String {
    let Some(page) = answer["contact_way"].as_array() else { return plain(answer) };
    let mut text = table::list(page, &["config_id"]);
    if page.is_empty() && answer["errcode"] == 0 {
        say(&Message::NothingListed.text(lang));
    }
    if let Some(cursor) = answer["next_cursor"].as_str().filter(|cursor| !cursor.is_empty()) {
        text.push_str(&Message::MoreEntries(&table::shown(cursor)).text(lang));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_member_has_a_flag_but_for_objects_and_what_is_in_them() {
        for member in MEMBERS {
            let name = member.pointer.trim_start_matches('/');
            let is_flat = member.wire_type != Type::Object && !name.contains('/');
            for endpoint in member.endpoints {
                let has_flag = flags(*endpoint).iter().any(|flag| flag.member == name);
                assert_eq!(has_flag, is_flat, "{name} of {}", endpoint.function());
            }
        }
    }
}
