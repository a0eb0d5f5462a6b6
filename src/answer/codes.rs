//! WeCom's codes that concern these endpoints: what class each is of, and what to do about it.
//!
//! Meanings are from WeCom's table of global codes; the advice is ours.

use std::net::IpAddr;

/// What a code means for the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// WeCom is busy; it may have done the work.
    Busy,
    /// Somebody changes the same thing at the same time; nothing was done.
    Collision,
    /// Too many calls in a minute, an hour or a day.
    TooMany,
    /// Too many calls at the same time.
    TooManyAtOnce,
    /// The access token is not, or no longer, good.
    TokenRefused,
    /// The contact way or the chat is not there.
    NotThere,
    /// Anything else: the same call would be refused again.
    Refused,
}

/// The caller's address is not among the app's trusted ones.
pub const ADDRESS_NOT_TRUSTED: i64 = 60020;

/// One row of the table.
pub struct Code {
    /// WeCom's number.
    pub code: i64,
    /// Its class.
    pub class: Class,
    /// What to do, in one sentence.
    pub advice: &'static str,
}

const fn row(code: i64, class: Class, advice: &'static str) -> Code {
    Code { code, class, advice }
}

use Class::{Busy, Collision, NotThere, Refused, TokenRefused, TooMany, TooManyAtOnce};

/// The table, by number.
pub const CODES: &[Code] = &[
    row(
        -1,
        Busy,
        "WeCom is busy: wait a little and try again, three times at most; an add only when list does not show what it may have made.",
    ),
    row(6000, Collision, "Somebody else changed the same thing at the same moment: try again."),
    row(
        40001,
        Refused,
        "The secret does not belong to this corp_id, was reset, or its app is disabled: compare both with the admin console.",
    ),
    row(
        40003,
        Refused,
        "A userid is malformed or not in the directory: check its spelling and whether the member has left.",
    ),
    row(40007, Refused, "The media_id is wrong, of another type or older than 3 days: upload the picture again."),
    row(40013, Refused, "The corp_id is wrong: copy it from the admin console, My Company."),
    row(40014, TokenRefused, "The access token is not valid: give a fresh one, or let the library fetch its own."),
    row(40031, Refused, "A userid of the list is unknown or not visible to the app: check each."),
    row(40033, Refused, "The body holds \\uXXXX: write the characters themselves, in UTF-8."),
    row(40035, Refused, "A parameter is wrong: check that lists are arrays and not empty."),
    row(40056, Refused, "The agent id does not exist: check the app."),
    row(40058, Refused, "A value is too long, too many or malformed: compare the body with the document."),
    row(40063, Refused, "A required parameter is empty: fill it in."),
    row(40066, Refused, "A department does not exist: check its id in the directory."),
    row(40091, Refused, "The secret is not valid; perhaps it is another company's."),
    row(40096, Refused, "The external_userid is not this company's, or its member is not visible to the app."),
    row(40098, Refused, "The member has not verified their real name: they do so in the WeCom app."),
    row(40201, Refused, "WeCom's filter found something sensitive in the text: reword it."),
    row(40206, Refused, "The body is too large: shorten it."),
    row(41001, TokenRefused, "No access token was sent: give one."),
    row(41002, Refused, "The corp_id is missing."),
    row(41004, Refused, "The secret is missing."),
    row(41006, Refused, "The media_id is missing: upload the picture and give its media_id."),
    row(41009, Refused, "The userid is missing."),
    row(41035, Refused, "The external_userid is missing."),
    row(41037, Refused, "The type is missing, or WeCom stopped reading before it: check the body's JSON."),
    row(41038, Refused, "The scene is missing, or WeCom stopped reading before it: check the body's JSON."),
    row(41039, Refused, "The type is 1 for one person or 2 for several."),
    row(41040, Refused, "The scene is 1 or 2; temporary sessions are for medical companies only."),
    row(41041, Refused, "At most 100 members, those of departments included: split the contact way."),
    row(41042, Refused, "The style is 1 to 3 for one person, 1 to 2 for several."),
    row(41043, Refused, "The config_id is missing."),
    row(41044, NotThere, "There is no contact way of this config_id: it was deleted, or is another company's."),
    row(41045, Refused, "The company's 500,000 contact ways are used up: delete some."),
    row(41054, Refused, "The member has never logged in to WeCom: ask them to, and to verify their real name."),
    row(41056, Refused, "The external id is of another kind: give an external_userid."),
    row(41057, Refused, "unionid needs a WeChat developer account bound in the admin console."),
    row(42001, TokenRefused, "The access token has expired: give a fresh one, or let the library fetch its own."),
    row(42009, TokenRefused, "The suite access token has expired: see that the suite ticket is fresh."),
    row(44001, Refused, "The uploaded file is empty."),
    row(45001, Refused, "The uploaded file is too large."),
    row(45009, TooMany, "WeCom blocks the endpoint for about as long as the limit's span: wait, and call less often."),
    row(45031, Refused, "WeCom holds the secret for unsafe: reset it in the admin console."),
    row(45033, TooManyAtOnce, "Too many calls at the same time: lower max_in_flight."),
    row(45035, Collision, "Somebody else changed the same thing at the same moment: try again."),
    row(48001, Refused, "The app has no right to this endpoint: grant it in the admin console."),
    row(
        48002,
        Refused,
        "The app may not call this endpoint: add it to customer contact's callable apps, or grant it the right to configure contact ways.",
    ),
    row(48004, Refused, "The company has withdrawn its authorisation of the app."),
    row(48005, Refused, "WeCom has retired this endpoint."),
    row(48006, Refused, "The right was withdrawn after long disuse: an administrator enables it again."),
    row(50002, Refused, "The member is outside of the app's range: widen it, or name another."),
    row(50003, Refused, "The app is disabled: enable it in the admin console."),
    row(50006, Refused, "The system app is disabled: enable it in the admin console."),
    row(60003, Refused, "The department does not exist: check its id in the directory."),
    row(60011, Refused, "A member or department is outside of the app's visible range: widen it, or name another."),
    row(
        ADDRESS_NOT_TRUSTED,
        Refused,
        "The address of this machine is not trusted: add it to the app's trusted IPs and wait a minute.",
    ),
    row(60021, Refused, "The userid is outside of the app's visible range: widen it, or name another."),
    row(60031, Refused, "The app is barred from calling endpoints."),
    row(
        60111,
        Refused,
        "The userid is not in the directory: the member has left, is invisible to the app, or the id must be the encrypted one.",
    ),
    row(60123, Refused, "The department does not exist: check its id in the directory."),
    row(81012, Refused, "Name at least one user or department."),
    row(81013, Refused, "No user or department named is valid and visible to the app: check them."),
    row(
        84061,
        NotThere,
        "The member and the customer are no contacts: the member has deleted the customer, or not yet added them.",
    ),
    row(84074, Refused, "The member lacks the right to customer contact: grant it in the admin console."),
    row(84083, Refused, "The member does not serve customers: grant it in the admin console."),
    row(84084, NotThere, "The member does not follow this customer."),
    row(90206, Refused, "The mini-program is not linked to the company: link it in the admin console."),
    row(90207, Refused, "The mini-program's appid is malformed."),
    row(90208, Refused, "The mini-program's appid is not one that is linked to the company."),
    row(301_002, Refused, "The token is another app's."),
    row(301_007, Refused, "The company is disbanded or blocked."),
    row(301_021, Refused, "A userid is not in the directory."),
    row(701_008, Refused, "The userid has no active account licence: activate one."),
    row(701_099, Refused, "The member has no valid licence for endpoints: activate one."),
    row(710_000, Refused, "The auth_corp_id is not valid."),
];

fn find(code: i64) -> Option<&'static Code> {
    CODES.iter().find(|row| row.code == code)
}

/// The class of a code that is not 0.
#[must_use]
pub fn class(code: i64) -> Class {
    find(code).map_or(Refused, |row| row.class)
}

/// What to do about a code, where it is known.
#[must_use]
pub fn advice(code: i64) -> Option<&'static str> {
    find(code).map(|row| row.advice)
}

/// The hint in WeCom's text: what its support can find the call by, for half an hour.
#[must_use]
pub fn hint(errmsg: &str) -> Option<&str> {
    let (_, rest) = errmsg.split_once("hint: [")?;
    Some(rest.split_once(']')?.0)
}

/// The link in WeCom's text to its own look-up of the code.
#[must_use]
pub fn help_url(errmsg: &str) -> Option<&str> {
    let (_, rest) = errmsg.split_once("more info at ")?;
    rest.split_whitespace().next().filter(|url| url.starts_with("https://"))
}

/// Where WeCom sees a caller whose address it does not trust.
#[must_use]
pub fn untrusted_address(code: i64, errmsg: &str) -> Option<IpAddr> {
    if code != ADDRESS_NOT_TRUSTED {
        return None;
    }
    let (_, rest) = errmsg.split_once("from ip: ")?;
    rest.split([',', ' ']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::fs;

    use super::*;

    /// What a class means for a call, for people.
    const fn follows(class: Class) -> &'static str {
        match class {
            Busy => "again, three times in all; an add is not, and its `effect` is `unknown`",
            Collision => "again",
            TooMany => "again after the block, if the deadline allows",
            TooManyAtOnce => "again after 50 to 500 ms, with half the calls at the same time",
            TokenRefused => "a new token, and once more",
            NotThere => "no; a success where an earlier attempt of the same call may have done it",
            Refused => "no",
        }
    }

    fn page() -> String {
        let mut page = String::from(
            "# WeCom's codes\n\n\
             Generated from `src/answer/codes.rs` by `make docs`; a test compares the two. These are the codes that concern\n\
             contact ways: whether the library makes the call again by itself, and what to do, which stands in an error as\n\
             `advice`. WeCom's page on any code is `https://open.work.weixin.qq.com/devtool/query?e=CODE`.\n\n\
             A 40001 from an endpoint, where a token was sent, is taken for a token that is no longer good.\n\n\
             | errcode | again? | what to do |\n|---|---|---|\n",
        );
        for row in CODES {
            writeln!(page, "| {} | {} | {} |", row.code, follows(row.class), row.advice).unwrap();
        }
        page
    }

    /// `make docs` writes it.
    #[test]
    fn the_documentation_has_the_same_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/wecom-codes.md");
        if std::env::var_os("CONTACTWAY_WRITE_DOCS").is_some() {
            fs::write(path, page()).unwrap();
        }
        let is_same = fs::read_to_string(path).unwrap_or_default() == page();
        assert!(is_same, "docs/wecom-codes.md is stale: run `make docs`");
    }

    #[test]
    fn the_table_is_in_order_and_says_what_to_do() {
        assert!(CODES.is_sorted_by_key(|row| row.code));
        assert!(CODES.windows(2).all(|pair| pair[0].code != pair[1].code));
        assert!(CODES.iter().all(|row| row.advice.ends_with('.')));
    }

    #[test]
    fn the_tail_of_a_text_is_taken_apart() {
        let text = "invalid credential, hint: [1641956789123456789012345], from ip: 1.2.3.4, \
                    more info at https://open.work.weixin.qq.com/devtool/query?e=40001";
        assert_eq!(hint(text), Some("1641956789123456789012345"));
        assert_eq!(help_url(text), Some("https://open.work.weixin.qq.com/devtool/query?e=40001"));
        assert_eq!(untrusted_address(60020, text), Some([1, 2, 3, 4].into()));
        assert_eq!(untrusted_address(60020, "from ip: nowhere"), None);
        assert_eq!(untrusted_address(40001, text), None);
        assert_eq!(hint("ok"), None);
        assert_eq!(help_url("more info at http://elsewhere"), None);
    }
}
