//! Who is trusted, and where a token may travel without TLS.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::{self, Command};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use contactway::{Client, Error, Kind, Shared};

use super::proxy::in_child;
use super::support::raw::{Peer, Raw};
use super::support::{SIMPLE, add};
use super::tls::{Authority, authority, ca_file, server};

/// From `openssl x509 -req -signkey`, which makes certificates of version 1.
const VERSION_1: &str = include_str!("version_1.pem");

fn file(name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = std::env::temp_dir().join(format!("contactway-{}-{name}", process::id()));
    fs::write(&path, content).unwrap();
    path
}

/// A client of `server` with these members, which hold sources of certificates.
fn client(server: &Raw, members: &[(&str, &str)]) -> Result<Client, Error> {
    let mut config = serde_json::json!({
        "base_url": format!("https://localhost:{}", server.address.port()), "access_token": "a-token", "proxy": "",
        "max_attempts": 1,
    });
    for (name, value) in members {
        config[*name] = (*value).into();
    }
    Client::new(&config.to_string(), &Shared::default())
}

/// The certificate as OpenSSL writes one with what it is trusted for: behind it stands another sequence.
fn trusted(authority: &Authority) -> String {
    let mut der = authority.der().to_vec();
    der.extend([0x30, 0x0a, 0x30, 0x08, 0x06, 0x06, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07]);
    let mut pem = "-----BEGIN TRUSTED CERTIFICATE-----\n".to_owned();
    for line in BASE64_STANDARD.encode(der).as_bytes().chunks(64) {
        writeln!(pem, "{}", str::from_utf8(line).unwrap()).unwrap();
    }
    pem + "-----END TRUSTED CERTIFICATE-----\n"
}

#[test]
fn certificates_are_taken_in_every_form_that_openssl_takes() {
    let (ours, theirs) = (authority(), authority());
    let (pem, other) = (ours.pem(), theirs.pem());
    let server = server(&ours, "localhost", Peer::grant_all);
    for (name, text) in [
        ("plain", pem.clone()),
        ("with another", format!("{other}{pem}")),
        ("with a byte order mark", format!("\u{feff}{pem}")),
        ("with text around", format!("Subject: CN=ours\n# ours, since 2020\n\n{pem}\nthe end\n")),
        ("with lines of DOS", pem.replace('\n', "\r\n")),
        ("with a word of trust", trusted(&ours)),
        ("with a key", format!("{}{pem}", ours.key().serialize_pem())),
        ("with one that cannot serve", format!("{VERSION_1}{pem}")),
    ] {
        let path = file("form.pem", &text);
        let path = path.to_str().unwrap();
        add(&client(&server, &[("ca_file", path)]).unwrap_or_else(|error| panic!("{name}: {error}")), SIMPLE)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        fs::remove_file(path).unwrap();
    }
    for text in [&pem, &trusted(&ours)] {
        for member in ["ca_file", "extra_ca_file"] {
            add(&client(&server, &[(member, text)]).unwrap(), SIMPLE).unwrap();
        }
    }
}

#[test]
fn what_holds_no_certificate_refuses_the_configuration_and_says_why() {
    let (ours, server) = (authority(), Raw::serve(Peer::grant_all));
    let pem = ours.pem();
    let mut short = ours.der().to_vec();
    short.truncate(short.len() / 2);
    let wrap = |base64: &str| format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
    for (text, says) in [
        ("nothing at all\n".to_owned(), "holds no certificate"),
        (ours.key().serialize_pem(), "holds no certificate"),
        (format!("{pem}{}{pem}", wrap("!!!!")), "cannot be decoded: number 2"),
        (format!("{pem}{pem}{}", wrap("AAAA")), "cannot be decoded: number 3"),
        (wrap(&BASE64_STANDARD.encode(short)), "cannot be decoded: number 1"),
        (format!("{pem}-----BEGIN CERTIFICATE-----\nAAAA\n"), "cannot be decoded: number 2"),
        (VERSION_1.to_owned(), "version 1"),
    ] {
        let path = file("bad.pem", &text);
        for member in ["ca_file", "extra_ca_file"] {
            let error = client(&server, &[(member, path.to_str().unwrap())]).err().expect(says);
            let detail = &error.details()[0];
            assert_eq!((error.kind(), detail.pointer.as_str()), (Kind::InvalidArgument, &*format!("/{member}")));
            assert!(detail.message.contains(says) && detail.message.starts_with(member), "{says}: {}", detail.message);
        }
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn only_a_regular_file_is_read() {
    let server = Raw::serve(Peer::grant_all);
    let pipe = std::env::temp_dir().join(format!("contactway-{}-pipe", process::id()));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let large = file("large.pem", "");
    fs::File::options().write(true).open(&large).unwrap().set_len(17 * 1024 * 1024).unwrap();
    let link = std::env::temp_dir().join(format!("contactway-{}-link", process::id()));
    std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
    for (path, says) in [
        (pipe.to_str().unwrap(), "not a regular file"),
        ("/dev/zero", "not a regular file"),
        (link.to_str().unwrap(), "not a regular file"),
        ("/", "not a regular file"),
        (large.to_str().unwrap(), "larger than 16 MiB"),
        ("/nowhere/at/all.pem", "there is no such file"),
    ] {
        let began = Instant::now();
        let error = client(&server, &[("ca_file", path)]).err().expect(path);
        assert!(error.details()[0].message.contains(says), "{path}: {error}");
        assert!(began.elapsed() < Duration::from_secs(2), "{path}");
    }
    // A link to a file is a file.
    fs::remove_file(&link).unwrap();
    let good = ca_file(&authority(), "linked");
    std::os::unix::fs::symlink(&good, &link).unwrap();
    assert!(client(&server, &[("ca_file", link.to_str().unwrap())]).is_ok());
    for path in [pipe, large, link, good] {
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn an_authority_can_be_added_to_those_of_ca_file_and_to_the_system_s() {
    let (ours, theirs, the_system_s) = (authority(), authority(), authority());
    let servers = [&ours, &theirs, &the_system_s].map(|authority| server(authority, "localhost", Peer::grant_all));
    let talks = |members: &[(&str, &str)]| {
        servers.each_ref().map(|server| add(&client(server, members).unwrap(), SIMPLE).is_ok())
    };
    let (ours, theirs) = (ours.pem(), theirs.pem());
    assert_eq!(talks(&[("ca_file", &ours)]), [true, false, false]);
    assert_eq!(talks(&[("extra_ca_file", &ours)]), [true, false, false]);
    assert_eq!(talks(&[("ca_file", &ours), ("extra_ca_file", &theirs)]), [true, true, false]);
    // The system's are what the environment says, of a process of its own.
    let path = ca_file(&the_system_s, "system");
    let directory = std::env::temp_dir().join(format!("contactway-{}-roots", process::id()));
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("ours.pem"), the_system_s.pem()).unwrap();
    let directory_text = directory.to_str().unwrap();
    for variable in [("SSL_CERT_FILE", path.to_str().unwrap()), ("SSL_CERT_DIR", directory_text)] {
        for (server, given, wanted) in [
            (&servers[2], None, true),
            (&servers[0], None, false),
            (&servers[0], Some(("extra_ca_file", &ours)), true),
            (&servers[2], Some(("extra_ca_file", &ours)), true),
            (&servers[2], Some(("ca_file", &ours)), false),
        ] {
            let mut config = serde_json::json!({
                "base_url": format!("https://localhost:{}", server.address.port()), "access_token": "a-token",
                "max_attempts": 1,
            });
            if let Some((member, pem)) = given {
                config[member] = pem.as_str().into();
            }
            let said = in_child(&[variable], &config.to_string());
            assert_eq!(said.contains(r#""errcode":0"#), wanted, "{variable:?} {given:?}: {said}");
        }
    }
    fs::remove_file(path).unwrap();
    fs::remove_dir_all(directory).unwrap();
}

fn refused(config: &str) -> Option<(String, String)> {
    let error = Client::new(config, &Shared::default()).err()?;
    assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
    Some((error.details()[0].pointer.clone(), error.to_string()))
}

#[test]
fn a_token_never_travels_unencrypted_beyond_this_machine() {
    for url in [
        "http://qyapi.weixin.qq.com",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "ftp://localhost",
        "https://localhost:port",
        "https://localhost:+443",
        "https://localhost:-1",
        "https://localhost: 443",
        "https://[::1]:+443",
        "https://localhost:",
        "https://:443",
    ] {
        let config = format!(r#"{{"base_url":"{url}","access_token":"a-token"}}"#);
        let (pointer, _) = refused(&config).unwrap_or_else(|| panic!("{url} was accepted"));
        assert_eq!(pointer, "/base_url", "{url}");
    }
    for proxy in ["http://localhost:+3128", "http://:3128", ":3128"] {
        let config = format!(r#"{{"access_token":"a-token","proxy":"{proxy}"}}"#);
        assert_eq!(refused(&config).unwrap_or_else(|| panic!("{proxy} was accepted")).0, "/proxy");
    }
}

#[test]
fn insecure_http_reaches_what_is_near_and_never_wecom_itself() {
    let config = |url: &str, more: &str| {
        format!(r#"{{"base_url":"{url}","access_token":"a-token","insecure_http":true{more}}}"#)
    };
    for url in
        ["http://wecom", "http://10.0.0.1:8080", "http://[fd00::1]", "http://localhost", "https://qyapi.weixin.qq.com"]
    {
        assert_eq!(refused(&config(url, "")), None, "{url}");
    }
    for url in ["http://qyapi.weixin.qq.com", "http://QQ.com", "http://a.qq.com.", "http://qy.qq.com:8080"] {
        assert_eq!(refused(&config(url, "")).expect(url).0, "/base_url");
    }
    assert_eq!(refused(&config("http://wecom", r#","proxy":"http://localhost:1""#)).unwrap().0, "/insecure_http");
    assert_eq!(refused(&config("http://wecom", r#","proxy":"""#)), None);
    // A public address is not connected to, whatever name it has.
    for url in ["http://8.8.8.8", "http://[2001:4860:4860::8888]", "http://172.32.0.1"] {
        let began = Instant::now();
        let error = add(&Client::new(&config(url, ""), &Shared::default()).unwrap(), SIMPLE).unwrap_err();
        assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (Kind::Network, 1, false), "{error}");
        assert!(error.to_string().contains("unencrypted") && began.elapsed() < Duration::from_secs(1), "{error}");
    }
    let near = Raw::serve(Peer::grant_all);
    add(&Client::new(&config(&format!("http://{}", near.address), ""), &Shared::default()).unwrap(), SIMPLE).unwrap();
}

#[test]
fn what_is_too_long_for_a_url_is_told_of_by_its_name() {
    let long = "s".repeat(70_000);
    for (name, config) in [
        ("secret", format!(r#"{{"corp_id":"ww1","secret":"{long}"}}"#)),
        ("corp_id", format!(r#"{{"corp_id":"{long}","secret":"s"}}"#)),
        ("access_token", format!(r#"{{"access_token":"{long}"}}"#)),
        ("base_url", format!(r#"{{"access_token":"a-token","base_url":"https://localhost/{long}"}}"#)),
    ] {
        let (pointer, text) = refused(&config).expect(name);
        assert_eq!(pointer, format!("/{name}"), "{text:.200}");
        assert!(!text.contains(&long[..100]));
    }
    let server = Raw::serve(|peer| {
        while peer.request().is_some() {
            let token = "t".repeat(100_000);
            peer.answer("200 OK", "", format!(r#"{{"errcode":0,"access_token":"{token}","expires_in":7200}}"#));
        }
    });
    let config = format!(r#"{{"base_url":"http://{}","corp_id":"ww1","secret":"s"}}"#, server.address);
    let error = add(&Client::new(&config, &Shared::default()).unwrap(), SIMPLE).unwrap_err();
    assert_eq!((error.kind(), error.errcode()), (Kind::Auth, -1004), "{error}");
}
