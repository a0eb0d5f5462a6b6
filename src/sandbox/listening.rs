//! Where the sandbox listens, how it is reached, and who may rule it: a part of its configuration.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use ureq::http::Uri;

use crate::json::fields::Fields;
use crate::secret::Secret;

/// Where it listens.
#[derive(Debug)]
pub struct Listening {
    pub host: IpAddr,
    pub port: u16,
    pub public_url: Option<PublicUrl>,
    pub tls: bool,
    /// What `/sandbox/` asks for, where it asks.
    pub control_token: Option<Secret>,
    pub idle: Duration,
}

/// How others reach it.
#[derive(Debug)]
pub struct PublicUrl {
    /// Without a slash at the end.
    url: String,
    /// Without brackets around an address.
    pub host: String,
    is_plain: bool,
}

impl Listening {
    pub fn read(fields: &mut Fields) -> Self {
        let host = host(fields);
        let control_token = fields.text("control_token").map(|token| Secret::new(token.to_owned()));
        if !host.is_loopback() && control_token.is_none() {
            let rule = "is required where host is not a loopback address, for others reach the sandbox there; give one \
                        (the program takes it from CONTACTWAY_SANDBOX_TOKEN or --token-file)";
            fields.wrong("control_token", "required", rule);
        }
        Self {
            host,
            port: fields.integer("port", 0..=65_535).map_or(0, |port| u16::try_from(port).unwrap_or(0)),
            public_url: public_url(fields),
            tls: fields.flag("tls").unwrap_or(false),
            control_token,
            idle: Duration::from_secs(fields.integer("idle_timeout_s", 1..=86_400).unwrap_or(75).unsigned_abs()),
        }
    }

    /// How a client reaches it, once the port is known; without a slash at the end.
    pub fn base_url(&self, port: u16) -> String {
        if let Some(public) = &self.public_url {
            return public.url.clone();
        }
        let scheme = if self.tls { "https" } else { "http" };
        match self.host {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => format!("{scheme}://127.0.0.1:{port}"),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => format!("{scheme}://[::1]:{port}"),
            IpAddr::V4(host) => format!("{scheme}://{host}:{port}"),
            IpAddr::V6(host) => format!("{scheme}://[{host}]:{port}"),
        }
    }

    /// Whether a client must be told that plain HTTP is meant.
    pub fn is_insecure(&self) -> bool {
        match &self.public_url {
            Some(public) => public.is_plain && !is_loopback(&public.host),
            None => !self.tls && !self.host.is_loopback() && !self.host.is_unspecified(),
        }
    }

    /// The names that its certificate is for.
    pub fn names(&self) -> Vec<String> {
        let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
        if !self.host.is_unspecified() {
            names.push(self.host.to_string());
        }
        names.extend(self.public_url.as_ref().map(|public| public.host.clone()));
        names.sort();
        names.dedup();
        names
    }
}

/// Whether this name or address is a machine's own.
pub fn is_loopback(host: &str) -> bool {
    let name = host.to_ascii_lowercase();
    let name = name.strip_suffix('.').unwrap_or(&name);
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

fn host(fields: &mut Fields) -> IpAddr {
    let loopback = Ipv4Addr::LOCALHOST.into();
    let Some(host) = fields.text("host").filter(|host| *host != "localhost") else { return loopback };
    host.parse().unwrap_or_else(|_| {
        let rule = "must be an address of this machine such as 127.0.0.1, or 0.0.0.0 for all of them; write one";
        fields.wrong("host", "not_an_address", rule);
        loopback
    })
}

fn public_url(fields: &mut Fields) -> Option<PublicUrl> {
    let given = fields.text("public_url")?;
    let read = given.parse::<Uri>().ok().and_then(|uri| {
        let is_plain = match uri.scheme_str()? {
            "http" => true,
            "https" => false,
            _ => return None,
        };
        let host = uri.host()?.trim_matches(['[', ']']).to_owned();
        let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !given.contains(['@', '#']);
        let url = given.trim_end_matches('/').to_owned();
        (is_bare && !host.is_empty()).then_some(PublicUrl { url, host, is_plain })
    });
    if read.is_none() {
        let rule =
            "must be http:// or https:// with a host, a port if need be, and nothing more; write such an address";
        fields.wrong("public_url", "not_a_url", rule);
    }
    read
}
