//! What an operator can do about a step that failed: one sentence each.

use super::step::Step;
use crate::answer::codes::{self, Language};
use crate::answer::{Error, Kind};
use crate::transport::NO_DNS_SERVER;

use Kind::{Api, Auth, BadResponse, Cancelled, Network, RateLimited, Timeout};

/// By step (none is any) and kind (none is any); the first that fits counts.
const TABLE: &[(Option<Step>, Option<Kind>, &str)] = &[
    (None, Some(Cancelled), "Check again, and let the check come to its end."),
    (
        Some(Step::Proxy),
        None,
        "Compare host, port, user and password in proxy, or in the environment's HTTPS_PROXY, with what whoever runs the \
         proxy gave you, and have them let this machine through to the host of base_url.",
    ),
    (
        Some(Step::Resolve),
        None,
        "See that the host of base_url is spelt right, that this machine's DNS knows it (getent hosts HOST) and, with \
         http, that it is at a private address, or give proxy where names are looked up by one.",
    ),
    (
        Some(Step::Connect),
        Some(Timeout),
        "Have the firewall let this machine connect to the host and port of base_url, or give proxy where one leads out \
         of this network.",
    ),
    (
        Some(Step::Connect),
        None,
        "Compare host and port of base_url with what listens there; where this machine has no way to it, mend its network \
         or give proxy.",
    ),
    (
        Some(Step::Tls),
        Some(Timeout),
        "Find what on the way, such as a firewall or an inspecting proxy, swallows TLS to the host of base_url.",
    ),
    (
        Some(Step::Tls),
        None,
        "Mend what the message names: an authority that is unknown here goes into extra_ca_file, a name that differs into \
         base_url, and dates that do not fit want a new certificate there or the right time here.",
    ),
    (Some(Step::Clock), None, "Set this machine's clock, and keep it right with NTP."),
    (
        Some(Step::Store),
        None,
        "See that the store that the configuration names is where it was, has room, and may be read and written by this \
         process.",
    ),
    (
        Some(Step::Token),
        Some(Auth),
        "See that what hands out tokens works: the host's own function, or the server at base_url.",
    ),
    (
        None,
        Some(Timeout),
        "Find what makes the answers of base_url slow, and give the check more time with timeout_ms.",
    ),
    (
        None,
        Some(Network),
        "Find what on the way, such as a firewall or a gateway, breaks off connections to the host of base_url.",
    ),
    (
        None,
        Some(BadResponse),
        "Find what answers in WeCom's place: compare base_url, and look at the proxies and gateways on the way.",
    ),
    (None, None, "Report the message to whoever makes this library."),
];

/// What to do about `error`, which `step` met.
pub fn remedy(step: Step, error: &Error) -> String {
    if let Some(address) = codes::untrusted_address(error.errcode(), error.message()) {
        return format!("Add {address} to the app's trusted IPs in the admin console, and wait a minute.");
    }
    if step == Step::Resolve && error.message().contains(NO_DNS_SERVER) {
        return "See that /etc/resolv.conf names a DNS server that this machine reaches, and that its network is up."
            .to_owned();
    }
    if let Some(advice) = codes::advice(error.errcode(), Language::English) {
        return advice.to_owned();
    }
    if error.errcode() > 0 && matches!(error.kind(), Api | Auth | RateLimited) {
        return format!(
            "Look the code up at https://open.work.weixin.qq.com/devtool/query?e={}, where the hint in the message helps \
             WeCom's support.",
            error.errcode()
        );
    }
    let fits = |row: &&(Option<Step>, Option<Kind>, &str)| {
        row.0.is_none_or(|it| it == step) && row.1.is_none_or(|it| it == error.kind())
    };
    TABLE.iter().find(fits).map_or_else(String::new, |row| row.2.to_owned())
}
