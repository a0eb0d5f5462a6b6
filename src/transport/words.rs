//! What failed, in words: what happened, and what to do. Never a debug form, and never any part of a URL but its host.

use std::fmt;
use std::io::{self, ErrorKind};
use std::time::{Duration, UNIX_EPOCH};

use rustls::pki_types::{ServerName, UnixTime};
use rustls::{AlertDescription, CertificateError, InvalidMessage, PeerIncompatible};

use super::resolver::Place;
use crate::os_error::shortage;

/// Whom a connection leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who<'w> {
    /// WeCom's server, or that of its pictures.
    Server(Place<'w>),
    /// The proxy on the way there.
    Proxy(Place<'w>),
}

impl fmt::Display for Who<'_> {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Server(place) => write!(to, "the server {place}"),
            Self::Proxy(place) => write!(to, "the proxy {place}"),
        }
    }
}

const TWO_COMMANDS: &str = "make an authority (openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem \
    -days 3650 -subj /CN=authority) and a certificate signed by it (openssl req -x509 -newkey rsa:2048 -nodes -CA ca.pem \
    -CAkey ca.key -keyout server.key -out server.pem -days 365 -subj /CN=HOST -addext subjectAltName=DNS:HOST -addext \
    basicConstraints=critical,CA:FALSE), and give ca.pem as ca_file or extra_ca_file";
const OLD_VERSION: &str = "speaks only an old TLS version (1.0 or 1.1), which is not secure; have it speak 1.2 or 1.3";

/// What the text says of a name that nobody was there to look up: it may well be right.
pub const NO_DNS_SERVER: &str = "no DNS server answered";
/// `EAI_AGAIN` as glibc and musl write it; of that error there is but the text.
const TRY_AGAIN: [&str; 2] = ["Temporary failure in name resolution", "Try again"];

/// Why a name has no address here.
pub fn lookup(error: &io::Error, who: Who) -> String {
    if let Some(shortage) = shortage(error) {
        return shortage.to_owned();
    }
    if error.kind() == ErrorKind::WouldBlock {
        return "no thread could be started to look a name up: the process has no threads left (ulimit -u)".to_owned();
    }
    let why = error.to_string();
    let why = why.rsplit(": ").next().unwrap_or_default();
    if TRY_AGAIN.contains(&why) {
        let whose = match who {
            Who::Server(Place { host, .. }) => format!("the host's name {host}"),
            Who::Proxy(..) => format!("the name of {who}"),
        };
        return format!(
            "{whose} could not be looked up: {NO_DNS_SERVER} ({why}); see /etc/resolv.conf and the network"
        );
    }
    match who {
        Who::Server(Place { host, .. }) => format!("the host's name was not found: {host} ({why})"),
        Who::Proxy(..) => format!("the name of {who} was not found ({why})"),
    }
}

/// Why there is no connection.
pub fn connect(error: &io::Error, who: Who) -> String {
    if let Some(shortage) = shortage(error) {
        return shortage.to_owned();
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => format!("{who} refused the connection: nothing listens at that port"),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            format!("{who} cannot be reached: this machine has no way to it")
        }
        ErrorKind::AddrNotAvailable => {
            "this machine has no local port left, or no address, for the connection".to_owned()
        }
        ErrorKind::PermissionDenied => format!("this machine does not allow a connection to {who}: see its firewall"),
        _ => exchange(error, who),
    }
}

/// What broke an exchange off.
pub fn exchange(error: &io::Error, who: Who) -> String {
    if let Some(error) = error.get_ref().and_then(|inside| inside.downcast_ref()) {
        return tls(error, who);
    }
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => {
            format!("{who} reset the connection")
        }
        ErrorKind::UnexpectedEof => format!("{who} closed the connection before its answer was whole"),
        _ => format!("the connection to {who} failed: {error}"),
    }
}

/// Why there is no TLS.
pub fn handshake(error: &io::Error, who: Who) -> String {
    match error.kind() {
        ErrorKind::UnexpectedEof => format!(
            "TLS failed: {who} closed the connection during the handshake; either it was not a TLS server, or it speaks \
             only an old TLS version (1.0 or 1.1)"
        ),
        // Of what comes here, the one thing that is neither rustls's nor the system's.
        ErrorKind::InvalidInput => format!("TLS failed: the name of {who} is none that a certificate could have"),
        _ => exchange(error, who),
    }
}

/// Whether a handshake would fail the same way the next time: what the peer is or speaks is not what can be trusted.
pub fn is_final(error: &io::Error) -> bool {
    use rustls::Error as E;
    let error = error.get_ref().and_then(|inside| inside.downcast_ref());
    matches!(
        error,
        Some(
            E::InvalidCertificate(_)
                | E::PeerIncompatible(_)
                | E::InvalidMessage(InvalidMessage::UnknownProtocolVersion)
                | E::AlertReceived(
                    AlertDescription::ProtocolVersion
                        | AlertDescription::HandshakeFailure
                        | AlertDescription::UnrecognisedName
                        | AlertDescription::CertificateRequired
                        | AlertDescription::BadCertificate
                )
        )
    )
}

fn tls(error: &rustls::Error, who: Who) -> String {
    use rustls::Error as E;
    let why = match error {
        E::InvalidCertificate(error) => return certificate(error, who),
        E::AlertReceived(AlertDescription::ProtocolVersion)
        | E::PeerIncompatible(
            PeerIncompatible::ServerDoesNotSupportTls12Or13 | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig,
        )
        | E::InvalidMessage(InvalidMessage::UnknownProtocolVersion) => format!("{who} {OLD_VERSION}"),
        E::InvalidMessage(_) => format!("{who} was not a TLS server: what it sent is no TLS; see the port and https"),
        E::AlertReceived(AlertDescription::HandshakeFailure) | E::PeerIncompatible(_) => {
            format!("{who} has no cipher or key in common with this library: have it take those of TLS 1.2 or 1.3")
        }
        E::AlertReceived(AlertDescription::UnrecognisedName) => format!("{who} does not know the host's name"),
        E::AlertReceived(AlertDescription::CertificateRequired | AlertDescription::BadCertificate) => {
            format!("{who} wants a certificate of its clients, which this library has none of")
        }
        E::AlertReceived(AlertDescription::DecryptError | AlertDescription::BadRecordMac) | E::DecryptError => {
            format!("what went over the connection to {who} was changed on the way")
        }
        E::AlertReceived(_) => format!("{who} refused to go on"),
        _ => format!("{who} did not keep to the protocol"),
    };
    format!("TLS failed: {why}")
}

fn certificate(error: &CertificateError, who: Who) -> String {
    use CertificateError as E;
    let why = match error {
        E::UnknownIssuer => "is signed by an authority that is not trusted here: give that authority's certificate as \
            extra_ca_file (or as ca_file, alone); where a proxy inspects what passes, it is the proxy's"
            .to_owned(),
        // Of the error inside, whose type is another crate's, there is but the text.
        E::Other(error) if error.to_string().contains("CaUsedAsEndEntity") => {
            format!("is its own authority, which no server's certificate may be: {TWO_COMMANDS}")
        }
        E::NotValidForNameContext { expected, presented } => {
            let expected = match expected {
                ServerName::DnsName(name) => name.as_ref().to_owned(),
                ServerName::IpAddress(address) => std::net::IpAddr::from(*address).to_string(),
                _ => "that name".to_owned(),
            };
            let presented: Vec<_> = presented.iter().map(|name| bare(name)).collect();
            let presented = if presented.is_empty() { "no name".to_owned() } else { presented.join(", ") };
            format!("is not for {expected} but for {presented}: mend base_url, or the certificate")
        }
        E::NotValidForName => "is not for the host's name: mend base_url, or the certificate".to_owned(),
        E::ExpiredContext { time, not_after } => format!(
            "is no longer valid: it was until {}, and this machine's clock says {}; renew it, or set the clock",
            date(*not_after),
            date(*time)
        ),
        E::NotValidYetContext { time, not_before } => format!(
            "is not yet valid: it is from {}, and this machine's clock says {}; set the clock",
            date(*not_before),
            date(*time)
        ),
        E::Expired => "is no longer valid; renew it, or set this machine's clock".to_owned(),
        E::NotValidYet => "is not yet valid; set this machine's clock".to_owned(),
        E::Revoked => "was revoked".to_owned(),
        E::BadEncoding => "cannot be decoded".to_owned(),
        E::BadSignature => {
            "is not signed by the authority of that name which is trusted here, but with another key: give \
            the authority that signed it as ca_file or extra_ca_file"
                .to_owned()
        }
        E::InvalidPurposeContext { .. } | E::InvalidPurpose => "is not for servers".to_owned(),
        _ => "is not one that can be trusted".to_owned(),
    };
    format!("TLS failed: the certificate of {who} {why}")
}

/// A name as it stands in a certificate: what comes is its kind, with the name in brackets and perhaps quotes.
fn bare(name: &str) -> &str {
    let inside = name.split_once('(').map_or(name, |(_, inside)| inside);
    inside.trim_end_matches(')').trim_matches('"')
}

fn date(time: UnixTime) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(time.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVER: Who = Who::Server(Place { host: "wecom", port: 443 });

    #[test]
    fn what_this_machine_has_none_left_of_is_not_blamed_on_the_host() {
        let of_system = io::Error::from_raw_os_error;
        for (error, says) in [
            (of_system(libc::EMFILE), "no file descriptors left"),
            (of_system(libc::ENFILE), "no file descriptors left"),
            (of_system(libc::ENOMEM), "no memory left"),
            (of_system(libc::ENOBUFS), "no memory left"),
            (of_system(libc::EAGAIN), "no threads left"),
        ] {
            assert!(lookup(&error, SERVER).contains(says), "{error}");
        }
        assert!(connect(&of_system(libc::EADDRNOTAVAIL), SERVER).contains("no local port"));
        assert!(connect(&of_system(libc::EACCES), SERVER).contains("firewall"));
    }

    #[test]
    fn a_name_that_is_not_found_comes_with_the_system_s_reason() {
        let error = io::Error::other("failed to lookup address information: Name or service not known");
        let text = lookup(&error, Who::Server(Place { host: "wecom.invalid", port: 443 }));
        assert_eq!(text, "the host's name was not found: wecom.invalid (Name or service not known)");
    }

    #[test]
    fn a_name_that_nobody_could_look_up_is_not_told_as_a_wrong_one() {
        for why in TRY_AGAIN {
            let error = io::Error::other(format!("failed to lookup address information: {why}"));
            let proxy = Who::Proxy(Place { host: "proxy", port: 3128 });
            for (who, says) in [(SERVER, "the host's name wecom could not"), (proxy, "proxy:3128 could not")] {
                let text = lookup(&error, who);
                assert!(text.contains(says) && text.contains(NO_DNS_SERVER), "{text}");
                assert!(text.contains("/etc/resolv.conf") && !text.contains("not found"), "{text}");
            }
        }
    }

    #[test]
    fn a_name_in_a_certificate_is_shown_as_it_stands_there() {
        for (name, wanted) in
            [("DnsName(\"a.example\")", "a.example"), ("IpAddress(127.0.0.1)", "127.0.0.1"), ("a.example", "a.example")]
        {
            assert_eq!(bare(name), wanted);
        }
    }
}
