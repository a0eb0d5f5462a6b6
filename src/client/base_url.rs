//! Where WeCom is.

use std::net::IpAddr;

use ureq::http::Uri;

use crate::json::fields::Fields;

const WECOM: &str = "https://qyapi.weixin.qq.com";

/// Scheme, host, port and path, without a slash at the end. Scheme and host come in lower case, so that one place has
/// one spelling, under which its tokens and limits are shared.
pub fn read(fields: &mut Fields) -> String {
    let Some(text) = fields.text("base_url") else { return WECOM.to_owned() };
    let rule = match text.parse::<Uri>() {
        Ok(uri) => match (uri.scheme_str(), uri.authority()) {
            _ if uri.query().is_some() || text.contains(['#', '@']) => "without a user, a query or a fragment",
            _ if !port_fits(&uri) => "with a port of 1 to 65535",
            (Some("http"), Some(authority)) if !is_loopback(authority.host()) => {
                "https, since a token travels in the query string; http only to a loopback address"
            }
            (Some(scheme @ ("https" | "http")), Some(authority)) => {
                let host_and_port = authority.as_str().to_ascii_lowercase();
                return format!("{scheme}://{host_and_port}{}", uri.path().trim_end_matches('/'));
            }
            _ => "https://host",
        },
        Err(_) => "https://host",
    };
    fields.wrong("base_url", "bad_url", &format!("must be {rule}"));
    text.to_owned()
}

/// The parser takes any digits for a port.
pub fn port_fits(uri: &Uri) -> bool {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    // A user and a password may stand in front, and an IPv6 address holds colons too.
    let behind_host = authority.rsplit(['@', ']']).next().unwrap_or_default();
    !behind_host.contains(':') || uri.port_u16().is_some_and(|port| port > 0)
}

/// Whether a host is this machine: only there may a token travel unencrypted.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || address(host).is_some_and(|address| address.is_loopback())
}

/// The address that a host is written as, if it is.
pub fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}
