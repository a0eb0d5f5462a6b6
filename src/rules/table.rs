//! The table: one row a rule, in the order in which WeCom is believed to look.

use super::Server::{Ignores, Refuses, StopsReading, TakesFirst, Unknown};
use super::Sure::{Documented, Guessed, Observed, Seen};
use super::{Check, Rule};
use crate::endpoint::Endpoint::{self, Add, CloseTempChat, Del, Get, List, Update};
use crate::json::{Object, Value};

const ALL: &[Endpoint] = &[Add, Get, List, Update, Del, CloseTempChat];
const ADD: &[Endpoint] = &[Add];
const UPDATE: &[Endpoint] = &[Update];
const ADD_UPDATE: &[Endpoint] = &[Add, Update];
const LIST: &[Endpoint] = &[List];
const CLOSE: &[Endpoint] = &[CloseTempChat];
const BY_CONFIG_ID: &[Endpoint] = &[Get, Update, Del];

const DAY_S: i64 = 86_400;
const TEMP_MAX_S: i64 = 14 * DAY_S;
/// A time beyond this was meant in milliseconds; WeCom would answer an empty list.
const TIME_MAX_S: i64 = 100_000_000_000;
/// No request that WeCom's document allows comes near this.
const BODY_MAX: usize = 1024 * 1024;

/// Every documented rule of the six requests.
pub const RULES: &[Rule] = &[
    Rule {
        endpoints: ALL,
        pointer: "",
        name: "lone_surrogate",
        check: Check::NoLoneSurrogate,
        message: "a \\uD800 to \\uDFFF without its other half is no character; write the character itself in UTF-8",
        server: Refuses(40033, Documented),
    },
    Rule {
        endpoints: ALL,
        pointer: "",
        name: "control_character",
        check: Check::NoByte(has_only_a_unicode_escape),
        message: "a control character without a short escape can only be written \\uXXXX, which WeCom refuses; remove it",
        server: Refuses(40033, Documented),
    },
    Rule {
        endpoints: ALL,
        pointer: "",
        name: "repeated_member",
        check: Check::NoRepeatedMember,
        message: "a member stands here twice and which one counts is not known; keep one",
        server: Unknown,
    },
    Rule {
        endpoints: ALL,
        pointer: "",
        name: "wrong_type",
        check: Check::DocumentedTypes,
        message: "WeCom stops reading a body at the first value of a wrong type",
        server: StopsReading(Observed),
    },
    Rule {
        endpoints: BY_CONFIG_ID,
        pointer: "/config_id",
        name: "config_id_required",
        check: Check::Required,
        message: "config_id is required: the one that add answered",
        server: Refuses(41043, Documented),
    },
    Rule {
        endpoints: ADD,
        pointer: "/type",
        name: "type_required",
        check: Check::Required,
        message: "type is required: 1 for one person, 2 for several",
        server: Refuses(41037, Observed),
    },
    Rule {
        endpoints: ADD,
        pointer: "/scene",
        name: "scene_required",
        check: Check::Required,
        message: "scene is required: 1 for a mini-program, 2 for a QR code",
        server: Refuses(41038, Documented),
    },
    Rule {
        endpoints: ADD,
        pointer: "/type",
        name: "type_range",
        check: Check::Within(1, 2),
        message: "type is 1 for one person or 2 for several",
        server: Refuses(41039, Documented),
    },
    Rule {
        endpoints: ADD,
        pointer: "/scene",
        name: "scene_range",
        check: Check::Within(1, 2),
        message: "scene is 1 for a mini-program or 2 for a QR code",
        server: Refuses(41040, Documented),
    },
    Rule {
        endpoints: ADD,
        pointer: "/style",
        name: "style_range",
        check: Check::Never(|request| {
            let last = if integer(request, "type") == Some(2) { 2 } else { 3 };
            integer(request, "style").is_some_and(|style| style < 1 || style > last)
        }),
        message: "style is 1 to 3 for one person, 1 to 2 for several",
        server: Refuses(41042, Documented),
    },
    Rule {
        endpoints: UPDATE,
        pointer: "/style",
        name: "style_range",
        check: Check::Within(1, 3),
        message: "style is 1 to 3 for one person, 1 to 2 for several",
        server: Refuses(41042, Documented),
    },
    Rule {
        endpoints: ADD,
        pointer: "/style",
        name: "style_needs_scene_1",
        check: Check::Never(|request| request.get("style").is_some() && integer(request, "scene") == Some(2)),
        message: "style is for scene 1, the button in a mini-program; leave it out for a QR code",
        server: Ignores(Seen(3)),
    },
    Rule {
        endpoints: ADD,
        pointer: "/user",
        name: "type_1_needs_user",
        check: Check::Never(|request| integer(request, "type") == Some(1) && is_empty(request, "user")),
        message: "type 1 needs exactly one user; name one",
        server: Refuses(81012, Observed),
    },
    Rule {
        endpoints: ADD,
        pointer: "/user",
        name: "type_1_one_user",
        check: Check::Never(|request| integer(request, "type") == Some(1) && count(request, "user") > 1),
        message: "type 1 needs exactly one user; name one, or use type 2",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: ADD,
        pointer: "/user",
        name: "type_2_needs_user_or_party",
        check: Check::Never(|request| {
            integer(request, "type") == Some(2) && is_empty(request, "user") && is_empty(request, "party")
        }),
        message: "type 2 needs a user or a department; name one",
        server: Refuses(81012, Observed),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/user",
        name: "user_max_items",
        check: Check::MaxItems(100),
        message: "a contact way has at most 100 users, departments' members included; split it",
        server: Refuses(41041, Documented),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/user",
        name: "userid_form",
        check: Check::EachText(is_userid),
        message: "a userid is 1 to 64 of A-Z a-z 0-9 - _ . @",
        server: Refuses(40003, Documented),
    },
    Rule {
        endpoints: ADD,
        pointer: "/party",
        name: "party_needs_type_2",
        check: Check::Never(|request| integer(request, "type") == Some(1) && count(request, "party") > 0),
        message: "party only counts with type 2; leave it out, or use type 2",
        server: Ignores(Documented),
    },
    Rule {
        endpoints: ADD,
        pointer: "/is_temp",
        name: "temp_needs_type_1",
        check: Check::Never(|request| flag(request, "is_temp") && integer(request, "type") == Some(2)),
        message: "a temporary session is for one person; use type 1",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/expires_in",
        name: "expires_in_range",
        check: Check::Within(1, TEMP_MAX_S),
        message: "expires_in is 1 second to 14 days (1209600)",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/chat_expires_in",
        name: "chat_expires_in_range",
        check: Check::Within(1, TEMP_MAX_S),
        message: "chat_expires_in is 1 second to 14 days (1209600)",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: ADD,
        pointer: "/expires_in",
        name: "expires_in_needs_temp",
        check: Check::Never(|request| needs_temp(request, "expires_in")),
        message: "expires_in only counts with is_temp; leave it out, or set is_temp to true",
        server: Ignores(Documented),
    },
    Rule {
        endpoints: ADD,
        pointer: "/chat_expires_in",
        name: "chat_expires_in_needs_temp",
        check: Check::Never(|request| needs_temp(request, "chat_expires_in")),
        message: "chat_expires_in only counts with is_temp; leave it out, or set is_temp to true",
        server: Ignores(Documented),
    },
    Rule {
        endpoints: ADD,
        pointer: "/unionid",
        name: "unionid_needs_temp",
        check: Check::Never(|request| needs_temp(request, "unionid")),
        message: "unionid only counts with is_temp; leave it out, or set is_temp to true",
        server: Ignores(Documented),
    },
    Rule {
        endpoints: ADD,
        pointer: "/conclusions",
        name: "conclusions_needs_temp",
        check: Check::Never(|request| needs_temp(request, "conclusions")),
        message: "conclusions only count with is_temp; leave them out, or set is_temp to true",
        server: Ignores(Documented),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/remark",
        name: "remark_max_chars",
        check: Check::MaxChars(30),
        message: "remark is at most 30 characters; shorten it",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/state",
        name: "state_max_chars",
        check: Check::MaxChars(30),
        message: "state is at most 30 characters; shorten it",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/conclusions",
        name: "conclusions_not_empty",
        check: Check::Never(|request| {
            conclusions(request).is_some_and(|given| {
                !says_something(given, "text") && ATTACHMENTS.iter().all(|name| !says_something(given, name))
            })
        }),
        message: "conclusions hold at least one of text, image, link and miniprogram; fill one in, or leave them out",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/conclusions",
        name: "one_attachment",
        check: Check::Never(|request| {
            conclusions(request)
                .is_some_and(|given| ATTACHMENTS.iter().filter(|name| given.get(name).is_some()).count() > 1)
        }),
        message: "of image, link and miniprogram only the first in that order is sent; keep one",
        server: TakesFirst(ATTACHMENTS, Documented),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/conclusions/text/content",
        name: "text_max_bytes",
        check: Check::MaxBytes(4000),
        message: "the text of a conclusion is at most 4000 bytes of UTF-8; shorten it",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/conclusions/image/media_id",
        name: "image_media_id_required",
        check: Check::Never(|request| {
            let image = conclusions(request).and_then(|given| given.get("image")?.as_object());
            image.is_some_and(|image| image.get("media_id").is_none_or(|id| id.as_text() == Some("")))
        }),
        message: "a conclusion's image is given as media_id, from an upload less than 3 days old",
        server: Refuses(41006, Guessed),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/conclusions/image/pic_url",
        name: "image_pic_url_read_only",
        check: Check::Never(|request| request.at("/conclusions/image/pic_url").is_some()),
        message: "pic_url is what WeCom answers and cannot be set; upload the picture and give its media_id",
        server: Ignores(Documented),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/conclusions/link/title",
        name: "link_title_max_bytes",
        check: Check::MaxBytes(128),
        message: "the title of a link is at most 128 bytes of UTF-8; shorten it",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/conclusions/link/desc",
        name: "link_desc_max_bytes",
        check: Check::MaxBytes(512),
        message: "the description of a link is at most 512 bytes of UTF-8; shorten it",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: ADD_UPDATE,
        pointer: "/conclusions/miniprogram/title",
        name: "miniprogram_title_max_bytes",
        check: Check::MaxBytes(64),
        message: "the title of a mini-program is at most 64 bytes of UTF-8; shorten it",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: LIST,
        pointer: "/limit",
        name: "limit_range",
        check: Check::Within(1, 1000),
        message: "limit is 1 to 1000 a page",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: LIST,
        pointer: "/start_time",
        name: "start_time_range",
        check: Check::Within(0, i64::MAX),
        message: "start_time is seconds since 1970 and not negative",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: LIST,
        pointer: "/start_time",
        name: "start_time_in_seconds",
        check: Check::Within(i64::MIN, TIME_MAX_S),
        message: "start_time is at most 100000000000 seconds since 1970; milliseconds are to be divided by 1000",
        server: Unknown,
    },
    Rule {
        endpoints: LIST,
        pointer: "/end_time",
        name: "end_time_range",
        check: Check::Within(0, i64::MAX),
        message: "end_time is seconds since 1970 and not negative",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: LIST,
        pointer: "/end_time",
        name: "end_time_in_seconds",
        check: Check::Within(i64::MIN, TIME_MAX_S),
        message: "end_time is at most 100000000000 seconds since 1970; milliseconds are to be divided by 1000",
        server: Unknown,
    },
    Rule {
        endpoints: LIST,
        pointer: "/start_time",
        name: "start_not_after_end",
        check: Check::Never(
            |request| matches!((integer(request, "start_time"), integer(request, "end_time")), (Some(start), Some(end)) if start > end),
        ),
        message: "start_time is not after end_time; exchange them",
        server: Refuses(40058, Guessed),
    },
    Rule {
        endpoints: CLOSE,
        pointer: "/userid",
        name: "userid_required",
        check: Check::Required,
        message: "userid is required: the member whose temporary chat it is",
        server: Refuses(41009, Documented),
    },
    Rule {
        endpoints: CLOSE,
        pointer: "/external_userid",
        name: "external_userid_required",
        check: Check::Required,
        message: "external_userid is required: the customer whose temporary chat it is",
        server: Refuses(41035, Observed),
    },
    Rule {
        endpoints: CLOSE,
        pointer: "/userid",
        name: "userid_form",
        check: Check::EachText(|userid| userid.is_empty() || is_userid(userid)),
        message: "a userid is 1 to 64 of A-Z a-z 0-9 - _ . @",
        server: Refuses(40003, Documented),
    },
    Rule {
        endpoints: ALL,
        pointer: "",
        name: "body_max_bytes",
        check: Check::MaxBody(BODY_MAX),
        message: "a request is at most 1 MiB; shorten its longest member",
        server: Refuses(40206, Guessed),
    },
];

/// What conclusions can hold beside the text, in WeCom's order of precedence.
const ATTACHMENTS: &[&str] = &["image", "link", "miniprogram"];

fn has_only_a_unicode_escape(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, 0x08 | b'\t' | b'\n' | 0x0c | b'\r')
}

fn is_userid(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'@'))
}

fn integer(request: &Object, name: &str) -> Option<i64> {
    request.get(name)?.as_integer()
}

fn flag(request: &Object, name: &str) -> bool {
    request.get(name).and_then(Value::as_bool) == Some(true)
}

/// How many items the list has; none where it is absent.
fn count(request: &Object, name: &str) -> usize {
    request.get(name).and_then(Value::as_list).map_or(0, <[_]>::len)
}

/// Absent, or an empty list. A value that is no list breaks its type's rule instead.
fn is_empty(request: &Object, name: &str) -> bool {
    request.get(name).is_none_or(|value| value.as_list().is_some_and(<[_]>::is_empty))
}

fn needs_temp(request: &Object, name: &str) -> bool {
    let is_temp = request.get("is_temp");
    request.get(name).is_some() && is_temp.is_none_or(|value| value.as_bool() == Some(false))
}

fn conclusions<'r, 'a>(request: &'r Object<'a>) -> Option<&'r Object<'a>> {
    request.get("conclusions")?.as_object()
}

/// Whether a message of this name is given and is not hollow: `{}` or texts that are all empty.
fn says_something(conclusions: &Object, name: &str) -> bool {
    match conclusions.get(name) {
        None => false,
        Some(Value::Object(message)) => message.0.iter().any(|(_, value)| value.as_text() != Some("")),
        Some(_) => true,
    }
}
