//! The proxy: the one given, or the environment's, read as curl reads it.

use std::env;
use std::ffi::OsString;
use std::net::IpAddr;

use ureq::http::Uri;
use ureq::{Proxy, ProxyBuilder, ProxyProtocol};

use super::base_url;
use crate::json::fields::Fields;

/// Where curl looks, in its order. Only what is for https counts: http is for loopback.
const PROXY_VARIABLES: &[&str] = &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];
const NO_PROXY_VARIABLES: &[&str] = &["no_proxy", "NO_PROXY"];
/// Where a proxy listens that names no port.
const HTTP_PORT: u16 = 1080;
const HTTPS_PORT: u16 = 443;
const FORM: &str = "http://host:port or http://user:password@host:port, or the same with https";

/// The proxy that the settings or the environment name. One that is not understood is noted, and never gone around: a
/// site that has one wants everything to go through it.
pub fn read(fields: &mut Fields, base_url: &str) -> Option<Proxy> {
    let (proxy, why) = match fields.text_or_empty("proxy") {
        Some("") => return None,
        Some(url) => (builder(url).and_then(build), format!("must be {FORM}, or \"\" for none")),
        None if base_url.starts_with("https:") => {
            let no_proxy = variable(NO_PROXY_VARIABLES).map(|(_, value)| value.to_string_lossy().into_owned());
            let no_proxy = no_proxy.unwrap_or_default();
            if no_proxy == "*" {
                return None;
            }
            let (name, url) = variable(PROXY_VARIABLES)?;
            let builder = url.to_str().and_then(builder);
            if builder.is_none() && spares(&no_proxy, base_url) {
                return None;
            }
            let proxy = builder.and_then(|builder| build(except(builder, &no_proxy, base_url)));
            // Its value may hold a password.
            (
                proxy,
                format!(
                    "is not given, and the environment's {name} must be {FORM}; mend it, or give proxy, which goes before it"
                ),
            )
        }
        None => return None,
    };
    if proxy.is_none() {
        fields.wrong("proxy", "bad_proxy", &why);
    }
    proxy
}

/// The first of these variables that is not empty, and its value.
fn variable(names: &[&'static str]) -> Option<(&'static str, OsString)> {
    names.iter().find_map(|name| env::var_os(name).filter(|value| !value.is_empty()).map(|value| (*name, value)))
}

/// A proxy that CONNECT reaches; others are not supported.
fn builder(url: &str) -> Option<ProxyBuilder> {
    let with_scheme = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
    let parsed = Proxy::new(&with_scheme).ok()?;
    let default_port = match parsed.uri().scheme_str() {
        Some("http") => HTTP_PORT,
        Some("https") => HTTPS_PORT,
        _ => return None,
    };
    if parsed.host().is_empty() || !base_url::port_fits(parsed.uri()) {
        return None;
    }
    let port = parsed.uri().port_u16().unwrap_or(default_port);
    let mut builder = Proxy::builder(parsed.protocol()).host(parsed.host()).port(port);
    if let Some(user) = parsed.username() {
        builder = builder.username(user);
    }
    if let Some(password) = parsed.password() {
        builder = builder.password(password);
    }
    Some(builder)
}

fn build(builder: ProxyBuilder) -> Option<Proxy> {
    builder.build().ok()
}

/// Whether no proxy is asked for `base_url`, whichever it is.
fn spares(no_proxy: &str, base_url: &str) -> bool {
    let any = Proxy::builder(ProxyProtocol::Http).host("proxy.invalid");
    let proxy = build(except(any, no_proxy, base_url));
    proxy.zip(base_url.parse().ok()).is_some_and(|(proxy, uri)| proxy.is_no_proxy(&uri))
}

/// Goes around the proxy for what `no_proxy` lists: names, each with its subdomains, addresses and networks.
fn except(mut builder: ProxyBuilder, no_proxy: &str, base_url: &str) -> ProxyBuilder {
    let base_url: Option<Uri> = base_url.parse().ok();
    let host = base_url.as_ref().and_then(Uri::host).unwrap_or_default();
    let address = base_url::address(host);
    for entry in no_proxy.split([',', ' ', '\t']) {
        // Only base_url may hold an address; pictures are at names.
        if address.is_some_and(|address| covers(entry, address)) {
            builder = builder.no_proxy(host);
        }
        let name = entry.strip_prefix('.').unwrap_or(entry);
        let name = name.strip_suffix('.').unwrap_or(name);
        // ureq would take a star, or a part of an address, for a pattern.
        if !name.contains('*') && name.contains(|letter: char| letter.is_ascii_alphabetic()) {
            builder = builder.no_proxy(name).no_proxy(&format!(".{name}"));
        }
    }
    builder
}

/// Whether `entry` is this address, or a network such as 10.0.0.0/8 that it is in.
fn covers(entry: &str, address: IpAddr) -> bool {
    let Some((network, bits)) = entry.split_once('/') else { return base_url::address(entry) == Some(address) };
    match (base_url::address(network), address, bits.parse()) {
        (Some(IpAddr::V4(network)), IpAddr::V4(address), Ok(bits @ 0..=32)) => {
            (network.to_bits() ^ address.to_bits()).checked_shr(32 - bits).unwrap_or(0) == 0
        }
        (Some(IpAddr::V6(network)), IpAddr::V6(address), Ok(bits @ 0..=128)) => {
            (network.to_bits() ^ address.to_bits()).checked_shr(128 - bits).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_covers_an_address_or_a_network() {
        for (entry, address, wanted) in [
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("10.1.2.0/31", "10.1.2.1", true),
            ("10.1.2.0/31", "10.1.2.2", false),
            ("10.1.2.3/32", "10.1.2.3", true),
            ("10.1.2.3/32", "10.1.2.2", false),
            ("0.0.0.0/0", "10.1.2.3", true),
            ("10.0.0.0/33", "10.1.2.3", false),
            ("10.0.0.0/", "10.0.0.0", false),
            ("10.0.0.0/4294967295", "10.0.0.0", false),
            ("fd00::/8", "fd12::1", true),
            ("fd00::/8", "fe12::1", false),
            ("[::1]", "::1", true),
            ("::/0", "10.1.2.3", false),
            ("", "10.1.2.3", false),
        ] {
            assert_eq!(covers(entry, address.parse().unwrap()), wanted, "{entry} {address}");
        }
    }
}
