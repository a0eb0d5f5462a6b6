//! Who may rule the sandbox: no web page but its own, and where there is a token, whoever has it.

use std::net::IpAddr;

use ureq::http::uri::Authority;

use crate::sandbox::listening::{Listening, is_loopback};
use crate::sandbox::serve::{Request, Visit};

/// Why somebody may not: the status, the sentence.
pub type Forbidden = (u16, &'static str);

const FOREIGN_HOST: Forbidden = (
    403,
    "the Host of this request is not the sandbox's own, as if a web page had led here; use a loopback address, the address \
     that it listens on, or the host of --public-url",
);
const FOREIGN_ORIGIN: Forbidden =
    (403, "this request comes from a web page that is not the sandbox's own; use the page at the sandbox's address");
const NO_TOKEN: Forbidden = (
    401,
    "the sandbox asks for its token here; send it as Authorization: Bearer, as CONTACTWAY_SANDBOX_TOKEN or --token-file has it",
);

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The page, which holds nothing of the sandbox's and asks for the token itself.
    Page,
    /// What reads or changes the sandbox.
    Call,
}

/// Why this request may not have what it asks for.
pub fn forbidden(listening: &Listening, visit: &Visit, asked: Asked) -> Option<Forbidden> {
    let request = visit.request;
    let token = listening.control_token.as_ref();
    let has_token = token.is_some_and(|token| is_token(token.expose(), request));
    let host = request.header("host");
    let called = host.as_deref().and_then(name);
    let is_own = |host: &str| {
        let name = name(host);
        // Only who knows the token can send it, whatever the sandbox is called where they are.
        name.as_deref().is_some_and(|name| is_own(listening, visit.address, name)) || (has_token && name == called)
    };
    if host.as_deref().is_some_and(|host| !is_own(host)) {
        return Some(FOREIGN_HOST);
    }
    let of_page = request.header("origin");
    let is_of_own_page = |origin: &str| origin.split_once("://").is_some_and(|(_, host)| is_own(host));
    if of_page.as_deref().is_some_and(|origin| !is_of_own_page(origin)) {
        return Some(FOREIGN_ORIGIN);
    }
    (token.is_some() && !has_token && asked == Asked::Call).then_some(NO_TOKEN)
}

/// Whether a host is the sandbox: a loopback name or address, the address that was connected to, the public one.
fn is_own(listening: &Listening, address: IpAddr, name: &str) -> bool {
    let public = listening.public_url.as_ref();
    is_loopback(name)
        || name.parse::<IpAddr>().is_ok_and(|given| given.to_canonical() == address)
        || public.is_some_and(|public| public.host.eq_ignore_ascii_case(name))
}

/// A host without its port, and without the brackets of an address. Under which port it is reached is no concern here: it
/// may be forwarded.
fn name(host: &str) -> Option<String> {
    let authority: Authority = host.trim().parse().ok()?;
    let is_plain = !host.contains('@') && !authority.host().is_empty();
    is_plain.then(|| authority.host().trim_matches(['[', ']']).to_ascii_lowercase())
}

/// Whether the request carries the token; how long that takes says nothing of it.
fn is_token(token: &str, request: &Request) -> bool {
    let Some(header) = request.header("authorization") else { return false };
    let Some((scheme, given)) = header.trim().split_once(' ') else { return false };
    let given = given.trim();
    let differs = token.bytes().zip(given.bytes()).fold(0, |differs, (one, other)| differs | (one ^ other));
    scheme.eq_ignore_ascii_case("bearer") && token.len() == given.len() && differs == 0
}
