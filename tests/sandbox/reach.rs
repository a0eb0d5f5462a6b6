//! Where the sandbox can be reached: addresses, names, TLS.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv6Addr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;

use contactway::sandbox::Sandbox;
use contactway::{Client, Endpoint, Options, Shared};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};

use crate::support::{Wecom, request, single, with};

fn info(sandbox: &Sandbox) -> Value {
    serde_json::from_str(&sandbox.info_json()).unwrap()
}

fn port(info: &Value) -> u16 {
    info["base_url"].as_str().unwrap().rsplit_once(':').unwrap().1.parse().unwrap()
}

/// Whether this machine has such an address.
fn has(address: impl Into<IpAddr>) -> bool {
    TcpListener::bind((address.into(), 0)).is_ok()
}

#[test]
fn localhost_is_reached_over_ipv6_too() {
    if !has(Ipv6Addr::LOCALHOST) {
        eprintln!("skipped: this machine has no ::1");
        return;
    }
    let wecom = Wecom::plain();
    let mut stream = TcpStream::connect((Ipv6Addr::LOCALHOST, port(&wecom.info))).unwrap();
    stream.write_all(&request("GET", "/sandbox/clock", &[("Connection", "close")], b"")).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let taken = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Sandbox::start(&json!({"port": port}).to_string()).unwrap_err().to_string();
    assert!(error.contains("cannot be listened on"), "another would get what is meant for localhost: {error}");
}

#[test]
fn other_addresses_are_listened_on_where_a_token_is_set() {
    let sandbox = Sandbox::start(r#"{"host": "0.0.0.0", "control_token": "t"}"#).unwrap();
    let info = info(&sandbox);
    assert!(info["base_url"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{info}");
    assert!(!sandbox.is_on_loopback() && info["client_config"]["insecure_http"].is_null(), "{info}");
    TcpStream::connect(("127.0.0.1", port(&info))).unwrap();
    for (config, pointer, says) in [
        (r#"{"host": "0.0.0.0"}"#, "/control_token", "control_token is required where host is not a loopback address"),
        (r#"{"host": "nonsense"}"#, "/host", "host must be an address of this machine"),
        (r#"{"control_token": ""}"#, "/control_token", "control_token must not be empty"),
        (r#"{"public_url": "sandbox:8080"}"#, "/public_url", "public_url must be http:// or https://"),
        (r#"{"public_url": "ftp://sandbox"}"#, "/public_url", "public_url must be http:// or https://"),
        (r#"{"public_url": "http://sandbox/path"}"#, "/public_url", "public_url must be http:// or https://"),
        (r#"{"public_url": "http://user@sandbox"}"#, "/public_url", "public_url must be http:// or https://"),
        (r#"{"public_url": "http://sandbox?x"}"#, "/public_url", "public_url must be http:// or https://"),
    ] {
        let error = Sandbox::start(config).unwrap_err();
        assert_eq!(error.wrong().first().map(|wrong| wrong.pointer.as_str()), Some(pointer), "{error}");
        assert!(error.to_string().starts_with(says), "{error}");
    }
    let error = Sandbox::start(r#"{"host": "203.0.113.7", "control_token": "t"}"#).unwrap_err().to_string();
    assert!(error.contains("port 0 of 203.0.113.7") && error.contains("name an address of this machine"), "{error}");
}

#[test]
fn all_that_is_wrong_is_named_at_once_unknown_corporations_among_it() {
    let config = r#"{"host": "x", "public_url": "y", "members": [{"userid": "a", "corp_id": "b"}], "tls": 1}"#;
    let error = Sandbox::start(config).unwrap_err();
    let pointers: Vec<&str> = error.wrong().iter().map(|wrong| wrong.pointer.as_str()).collect();
    assert_eq!(pointers, ["/host", "/public_url", "/tls", "/members/0/corp_id"]);
}

#[test]
fn base_url_and_what_a_client_needs_are_as_the_public_url_says() {
    for (url, insecure) in [
        ("http://sandbox:8080", json!(true)),
        ("https://sandbox.test", Value::Null),
        ("http://localhost:9000", Value::Null),
    ] {
        let wecom = Wecom::start(json!({"public_url": url}));
        assert_eq!((&wecom.info["base_url"], &wecom.info["client_config"]["base_url"]), (&json!(url), &json!(url)));
        assert_eq!(wecom.info["client_config"]["insecure_http"], insecure, "{url}");
    }
}

/// A connection over TLS that trusts this authority alone.
fn over_tls(info: &Value, pem: &str, name: &'static str) -> std::io::Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let client = ClientConnection::new(Arc::new(config), ServerName::try_from(name).unwrap()).unwrap();
    let mut stream = StreamOwned::new(client, TcpStream::connect(("127.0.0.1", port(info))).unwrap());
    stream.flush()?;
    stream.conn.complete_io(&mut stream.sock)?;
    Ok(stream)
}

#[test]
fn https_with_an_authority_of_its_own() {
    let sandbox = Sandbox::start(r#"{"tls": true, "public_url": "https://sandbox.test:8443"}"#).unwrap();
    let direct = Sandbox::start(r#"{"tls": true}"#).unwrap();
    let info_of_direct = info(&direct);
    assert!(info_of_direct["base_url"].as_str().unwrap().starts_with("https://127.0.0.1:"));
    let pem = info_of_direct["client_config"]["extra_ca_file"].as_str().unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");
    for name in ["localhost", "127.0.0.1", "::1"] {
        let mut stream = over_tls(&info_of_direct, pem, name).unwrap();
        // Asked for twice over one connection, which waits in between.
        for _ in 0..2 {
            std::thread::sleep(std::time::Duration::from_millis(60));
            stream.write_all(&request("GET", "/sandbox/ca.pem", &[("Host", "any.test")], b"")).unwrap();
            let mut answer = vec![0; 16 * 1024];
            let mut filled = 0;
            while !answer[..filled].windows(pem.len()).any(|window| window == pem.as_bytes()) {
                filled += stream.read(&mut answer[filled..]).unwrap();
            }
        }
        stream.write_all(&request("GET", "/sandbox/clock", &[("Connection", "close")], b"")).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with('}') && answer.contains("\"now\":"), "{answer}");
    }
    let strange = over_tls(&info_of_direct, pem, "sandbox.test");
    assert!(strange.unwrap_err().to_string().contains("certificate"), "that name is not its own");
    // Nobody else's certificate will do, and the one of the public name is there where it is told.
    let mut public = info(&sandbox);
    let of_public = public["client_config"]["extra_ca_file"].as_str().unwrap().to_owned();
    assert_eq!(public["base_url"], "https://sandbox.test:8443");
    assert!(over_tls(&info_of_direct, &of_public, "localhost").is_err());
    public["base_url"] = json!(format!("https://127.0.0.1:{}", sandbox.port()));
    over_tls(&public, &of_public, "sandbox.test").unwrap();
}

#[test]
fn a_client_lives_over_https() {
    let sandbox = Sandbox::start(r#"{"tls": true}"#).unwrap();
    let config = info(&sandbox)["client_config"].to_string();
    let client = Client::new(&config, &Shared::default()).unwrap();
    let answer = client.call(Endpoint::Add, &single().to_string(), &Options::default()).unwrap();
    assert!(answer.contains("config_id") && answer.contains("https://127.0.0.1"), "{answer}");
}

/// An address of this machine that is no loopback address; nothing is sent to find it.
fn private_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(address) if address.is_private() => Some(address.into()),
        _ => None,
    }
}

#[test]
fn a_client_in_another_container_is_told_what_it_needs() {
    let Some(address) = private_address() else {
        eprintln!("skipped: this machine has no private address");
        return;
    };
    let port = TcpListener::bind((address, 0)).unwrap().local_addr().unwrap().port();
    let config = json!({
        "host": "0.0.0.0", "port": port, "public_url": format!("http://{address}:{port}"), "control_token": "t"
    });
    let sandbox = Sandbox::start(&config.to_string()).unwrap();
    let config = &info(&sandbox)["client_config"];
    assert_eq!(config["insecure_http"], true);
    let client = Client::new(&with(config.clone(), json!({"proxy": ""})).to_string(), &Shared::default()).unwrap();
    let answer = client.call(Endpoint::Add, &single().to_string(), &Options::default()).unwrap();
    assert!(answer.contains(&format!("\"qr_code\":\"http://{address}:{port}/qr/")), "{answer}");
}

#[test]
fn who_speaks_plain_http_to_tls_gets_no_answer_and_harms_nobody() {
    let sandbox = Sandbox::start(r#"{"tls": true}"#).unwrap();
    let info = info(&sandbox);
    let mut stream = TcpStream::connect(("127.0.0.1", port(&info))).unwrap();
    stream.write_all(&request("GET", "/", &[], b"")).unwrap();
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    assert!(!answer.starts_with(b"HTTP"));
    over_tls(&info, info["client_config"]["extra_ca_file"].as_str().unwrap(), "localhost").unwrap();
}
