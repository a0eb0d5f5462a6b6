//! The endpoints that are served, as one table.

use serde_json::{Value as Json, json};

use super::answer::Outcome;
use super::caller::{Caller, Right};
use super::{Wecom, customer, endpoints, media, pictures, tokens};
use crate::endpoint::{Endpoint, Facts, GET_CORP_TOKEN, GET_SUITE_TOKEN, GETTOKEN, UPLOAD};
use crate::sandbox::serve::Request;

use Right::{ContactWays, Media};
use Work::{Open, Token};

pub type OpenWork = fn(&Wecom, &Request, i64) -> Outcome;
pub type TokenWork = fn(&Caller, &Request) -> Outcome;

/// An endpoint as the sandbox serves it.
pub struct Served {
    path: &'static str,
    pub name: &'static str,
    pub work: Work,
    /// Whether what is asked stands in a body, and not in the query.
    pub reads_body: bool,
    /// What a refusal shows empty.
    pub blank: Option<fn() -> Json>,
}

/// Who may call, and what happens.
pub enum Work {
    /// Anybody; the secret is in the request.
    Open(OpenWork),
    /// Whoever has a token, of an app with this right.
    Token(Right, TokenWork),
}

const fn row(facts: &Facts, work: Work) -> Served {
    Served { path: facts.path, name: facts.name, work, reads_body: true, blank: None }
}

#[rustfmt::skip]
const SERVED: &[Served] = &[
    row(&GETTOKEN, Open(tokens::gettoken)),
    row(&GET_SUITE_TOKEN, Open(tokens::get_suite_token)),
    row(&GET_CORP_TOKEN, Open(tokens::get_corp_token)),
    row(Endpoint::Add.facts(), Token(ContactWays, endpoints::add)),
    row(Endpoint::Get.facts(), Token(ContactWays, endpoints::get)),
    Served {
        blank: Some(|| json!({"contact_way": []})),
        ..row(Endpoint::List.facts(), Token(ContactWays, endpoints::list))
    },
    row(Endpoint::Update.facts(), Token(ContactWays, endpoints::update)),
    row(Endpoint::Del.facts(), Token(ContactWays, endpoints::del)),
    row(Endpoint::CloseTempChat.facts(), Token(ContactWays, endpoints::close_temp_chat)),
    Served {
        path: "/cgi-bin/externalcontact/get",
        name: "externalcontact/get",
        work: Token(ContactWays, customer::get),
        reads_body: false,
        blank: Some(customer::blank),
    },
    Served { name: "upload", ..row(&UPLOAD, Token(Media, media::upload)) },
];

/// The pictures, which are no endpoint and are counted as one.
const PICTURE: &str = "qr_code";
/// A path that WeCom does not have.
const UNKNOWN: &str = "unknown";

/// The endpoint at a path.
pub fn at(path: &str) -> Option<&'static Served> {
    SERVED.iter().find(|served| served.path == path)
}

/// The name by which fault rules and the journal know calls of a path.
pub fn name(path: &str) -> &'static str {
    match at(path) {
        Some(served) => served.name,
        None if path.starts_with(pictures::PATH) => PICTURE,
        None => UNKNOWN,
    }
}

/// All such names.
pub fn names() -> Vec<&'static str> {
    SERVED.iter().map(|served| served.name).chain([PICTURE, UNKNOWN]).collect()
}
