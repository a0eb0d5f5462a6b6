//! Servers whose TLS is wrong, and one whose TLS is right.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{env, fs, io, process};

use contactway::{Client, Effect, Kind, Shared};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::support::raw::{Peer, Raw};
use super::support::{SIMPLE, add, list};

pub type Authority = CertifiedIssuer<'static, KeyPair>;

pub fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// The authority's certificate as a file.
pub fn ca_file(authority: &Authority, name: &str) -> PathBuf {
    let path = env::temp_dir().join(format!("contactway-{}-{name}.pem", process::id()));
    fs::write(&path, authority.pem()).unwrap();
    path
}

/// A server with a certificate for `name`, expired or not.
pub fn server(authority: &Authority, name: &str, expired: bool, serve: fn(&mut Peer)) -> Raw {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    if expired {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    }
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
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

#[test]
fn only_a_certificate_that_is_right_in_every_way_is_talked_to() {
    let (ours, theirs) = (authority(), authority());
    let file = ca_file(&ours, "tls");
    for (name, signer, expired, what) in [
        ("example.com", &ours, false, "wrong name"),
        ("localhost", &theirs, false, "wrong authority"),
        ("localhost", &ours, true, "expired"),
    ] {
        let server = server(signer, name, expired, Peer::grant_all);
        let error = add(&client(&server, &file, r#","max_attempts":2"#), SIMPLE).unwrap_err();
        let json = error.to_json();
        assert_eq!((error.kind(), error.effect(), error.is_retryable()), (Kind::Network, Effect::None, true), "{json}");
        assert!(json.contains("TLS"), "{what}: {json}");
        assert!(server.requests().is_empty(), "{what}: a request went out");
        assert_eq!(server.connections(), 2, "{what}: nothing was sent, so it is tried again");
    }
    let good = server(&ours, "localhost", false, Peer::grant_all);
    let trusting = client(&good, &file, "");
    for _ in 0..3 {
        add(&trusting, SIMPLE).unwrap();
        list(&trusting, "{}").unwrap();
    }
    assert_eq!(good.connections(), 1, "kept alive");
    fs::remove_file(file).unwrap();
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

#[test]
fn a_token_never_travels_unencrypted_beyond_this_machine() {
    for url in [
        "http://qyapi.weixin.qq.com",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "ftp://localhost",
        "https://localhost:port",
    ] {
        let config = format!(r#"{{"base_url":"{url}","access_token":"a-token"}}"#);
        let error = Client::new(&config, &Shared::default()).err().unwrap_or_else(|| panic!("{url} was accepted"));
        assert_eq!((error.kind(), error.details()[0].pointer.as_str()), (Kind::InvalidArgument, "/base_url"));
    }
}
