//! Where WeCom is.

use std::net::IpAddr;

use ureq::http::Uri;

use crate::json::fields::Fields;

const WECOM: &str = "https://qyapi.weixin.qq.com";
/// WeCom's own hosts are below it, and all of them speak https.
const WECOMS: &str = "qq.com";
/// In bytes; there must be room for a token behind it.
const LENGTH_MAX: usize = 2048;

/// Scheme, host, port and path, without a slash at the end. Scheme and host come in lower case, so that one place has
/// one spelling, under which its tokens and limits are shared.
pub fn read(fields: &mut Fields, insecure_http: bool) -> String {
    let Some(text) = fields.text("base_url") else { return WECOM.to_owned() };
    let rule = match text.parse::<Uri>() {
        Ok(uri) => match (uri.scheme_str(), uri.authority()) {
            _ if uri.query().is_some() || text.contains(['#', '@']) => "must be without a user, a query or a fragment",
            _ if uri.host() == Some("") => "must be https://host",
            _ if !port_fits(&uri) => "must have a port of 1 to 65535",
            _ if text.len() > LENGTH_MAX => "must be at most 2048 bytes long",
            (Some("http"), Some(authority)) if !may_be_http(authority.host(), insecure_http) => {
                "must be https, since a token travels in the query string; http only to a loopback address, or with insecure_http to \
                 a private one that is not WeCom's own"
            }
            (Some(scheme @ ("https" | "http")), Some(authority)) => {
                let host_and_port = authority.as_str().to_ascii_lowercase();
                return format!("{scheme}://{host_and_port}{}", uri.path().trim_end_matches('/'));
            }
            _ => "must be https://host",
        },
        Err(_) => "must be https://host",
    };
    fields.wrong("base_url", "bad_url", rule);
    text.to_owned()
}

/// Whether a token may travel there unencrypted, as far as the name says; of the address the transport knows more.
fn may_be_http(host: &str, insecure_http: bool) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let is_wecoms = host.strip_suffix(WECOMS).is_some_and(|above| above.is_empty() || above.ends_with('.'));
    is_loopback(&host) || insecure_http && !is_wecoms
}

/// The parser takes more than digits for a port.
pub fn port_fits(uri: &Uri) -> bool {
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    // A user and a password may stand in front, and an IPv6 address holds colons too.
    let behind_host = authority.rsplit(['@', ']']).next().unwrap_or_default();
    let Some((_, port)) = behind_host.split_once(':') else { return true };
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Whether a host is this machine: only there may a token travel unencrypted.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || address(host).is_some_and(|address| address.is_loopback())
}

/// The address that a host is written as, if it is.
pub fn address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}
