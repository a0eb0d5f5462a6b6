//! Servers whose TLS is wrong, and one whose TLS is right.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, io, process};

use contactway::{Client, Effect, Kind, Shared};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::Act;
use super::support::raw::{Peer, Raw};
use super::support::{SIMPLE, add, list};

pub type Authority = CertifiedIssuer<'static, KeyPair>;

/// An authority that has its name to itself.
pub fn authority() -> Authority {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    authority_named(&format!("authority {}", MADE.fetch_add(1, Ordering::Relaxed)))
}

fn authority_named(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// The authority's certificate as a file.
pub fn ca_file(authority: &Authority, name: &str) -> PathBuf {
    let path = env::temp_dir().join(format!("contactway-{}-{name}.pem", process::id()));
    fs::write(&path, authority.pem()).unwrap();
    path
}

/// A server with a certificate for `name`.
pub fn server(authority: &Authority, name: &str, serve: fn(&mut Peer)) -> Raw {
    server_with(authority, &CertificateParams::new([name.to_owned()]).unwrap(), serve)
}

/// A server with a certificate of its own.
pub fn server_with(authority: &Authority, params: &CertificateParams, serve: fn(&mut Peer)) -> Raw {
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap().der().clone();
    serving(certificate, key.serialize_der(), serve)
}

fn serving(certificate: CertificateDer<'static>, key: Vec<u8>, serve: fn(&mut Peer)) -> Raw {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(key.into()))
        .unwrap();
    let config = Arc::new(config);
    Raw::wrapped(
        move |mut socket: TcpStream| {
            let mut connection = ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
            connection.complete_io(&mut socket)?;
            Ok(Box::new(StreamOwned::new(connection, socket)))
        },
        serve,
    )
}

pub fn client(server: &Raw, ca_file: &Path, more: &str) -> Client {
    let (port, ca_file) = (server.address.port(), ca_file.display());
    let config = format!(
        r#"{{"base_url":"https://localhost:{port}","access_token":"a-token","ca_file":"{ca_file}","proxy":""{more}}}"#
    );
    Client::new(&config, &Shared::default()).unwrap()
}

/// A certificate for these years alone.
fn valid(from: i32, to: i32) -> CertificateParams {
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(to, 1, 1));
    params
}

#[test]
fn only_a_certificate_that_is_right_in_every_way_is_talked_to() {
    let (ours, theirs) = (authority_named("ours"), authority());
    let before = authority_named("ours");
    let file = ca_file(&ours, "tls");
    let lone = || {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let lone = Authority::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let server = serving(lone.der().clone(), lone.key().serialize_der(), Peer::grant_all);
        (server, ca_file(&lone, "lone"))
    };
    let (lone, lone_file) = lone();
    let cases = [
        (server(&ours, "example.com", Peer::grant_all), &file, &["is not for localhost but for example.com"][..]),
        (server(&theirs, "localhost", Peer::grant_all), &file, &["not trusted", "extra_ca_file", "ca_file", "proxy"]),
        (server(&before, "localhost", Peer::grant_all), &file, &["with another key", "extra_ca_file"]),
        (server_with(&ours, &valid(2020, 2021), Peer::grant_all), &file, &["no longer valid", "01 Jan 2021", "clock"]),
        (server_with(&ours, &valid(2200, 2201), Peer::grant_all), &file, &["not yet valid", "01 Jan 2200", "clock"]),
        (lone, &lone_file, &["its own authority", "make an authority", "openssl req -x509", "-CA ca.pem"]),
    ];
    for (server, file, says) in cases {
        let error = add(&client(&server, file, r#","max_attempts":2"#), SIMPLE).unwrap_err();
        let json = error.to_json();
        assert_eq!(
            (error.kind(), error.effect(), error.is_retryable()),
            (Kind::Network, Effect::None, false),
            "{json}"
        );
        assert!(json.contains("TLS failed") && says.iter().all(|part| json.contains(part)), "{says:?}: {json}");
        assert!(!json.contains("Error") && !json.contains("DnsName"), "no debug form: {json}");
        assert!(server.requests().is_empty(), "{says:?}: a request went out");
        assert_eq!((server.connections(), error.attempts()), (1, 1), "{says:?}: it will be no better the next time");
    }
    let good = server(&ours, "localhost", Peer::grant_all);
    let trusting = client(&good, &file, "");
    for _ in 0..3 {
        add(&trusting, SIMPLE).unwrap();
        list(&trusting, "{}").unwrap();
    }
    assert_eq!(good.connections(), 1, "kept alive");
    fs::remove_file(file).unwrap();
    fs::remove_file(lone_file).unwrap();
}

/// Fatal alerts: `protocol_version`, and `handshake_failure`.
const TOO_OLD: &[u8] = &[0x15, 3, 1, 0, 2, 2, 70];
const NOTHING_IN_COMMON: &[u8] = &[0x15, 3, 3, 0, 2, 2, 40];

#[test]
fn what_is_wrong_with_a_peer_s_tls_is_said_in_words() {
    let file = ca_file(&authority(), "words");
    // What may be a passing trouble of the way there is tried again.
    let cases: [(Act, bool, &str); 5] = [
        (|peer| say(peer, TOO_OLD), false, "only an old TLS version (1.0 or 1.1)"),
        (|peer| say(peer, &old_hello()), false, "only an old TLS version (1.0 or 1.1)"),
        (|peer| say(peer, NOTHING_IN_COMMON), false, "no cipher or key in common"),
        (|peer| say(peer, b"SSH-2.0-OpenSSH_9.9\r\n"), true, "was not a TLS server"),
        (|peer| say(peer, b""), true, "was not a TLS server, or"),
    ];
    for (does, again, says) in cases {
        let server = Raw::serve(does);
        let error = add(&client(&server, &file, r#","max_attempts":2"#), SIMPLE).unwrap_err();
        let json = error.to_json();
        assert_eq!(
            (error.kind(), error.effect(), error.is_retryable()),
            (Kind::Network, Effect::None, again),
            "{json}"
        );
        assert_eq!(error.attempts(), 1 + u32::from(again), "{says}: {json}");
        assert!(json.contains("TLS failed") && json.contains(says), "{says}: {json}");
    }
    fs::remove_file(file).unwrap();
}

fn say(peer: &mut Peer, bytes: &[u8]) {
    peer.read_some();
    peer.send(bytes);
    peer.close();
    peer.hang();
}

/// What a server of TLS 1.0 answers to a hello: its own, of that version.
fn old_hello() -> Vec<u8> {
    let mut hello = vec![0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
    hello.extend([7; 32]);
    // No session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
    hello.extend([0, 0, 0x2f, 0]);
    hello
}

#[test]
fn a_peer_that_speaks_no_tls_gets_no_request() {
    let ours = authority();
    let file = ca_file(&ours, "no-tls");
    let plain = Raw::serve(|peer| {
        peer.read_some();
        peer.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        peer.close();
    });
    let error = add(&client(&plain, &file, r#","max_attempts":1"#), SIMPLE).unwrap_err();
    assert_eq!((error.kind(), error.effect()), (Kind::Network, Effect::None), "{error:?}");
    let silent = Raw::serve(Peer::hang);
    let error = add(&client(&silent, &file, r#","max_attempts":1,"connect_timeout_ms":200"#), SIMPLE).unwrap_err();
    assert_eq!((error.kind(), error.effect()), (Kind::Timeout, Effect::None), "{error:?}");
    fs::remove_file(file).unwrap();
}
