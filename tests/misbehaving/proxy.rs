//! A proxy between: one that works, and those that do not.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::{env, fs, thread};

use contactway::{Client, Effect, Kind, Shared};

use super::Act;
use super::support::raw::{Peer, Raw};
use super::support::{SIMPLE, add, list};
use super::tls::{authority, ca_file, server};

const PASSWORD: &str = "proxy-pass-w0rd";
/// "user:proxy-pass-w0rd" in base64.
const BASIC: &str = "dXNlcjpwcm94eS1wYXNzLXcwcmQ=";

/// Passes everything on to where the CONNECT says.
fn tunnel(peer: &mut Peer) {
    let Some(request) = peer.request() else { return };
    let target = request.split(' ').nth(1).unwrap().replace("localhost", "127.0.0.1");
    assert!(request.starts_with("CONNECT ") && request.contains(BASIC), "{request}");
    let mut out = TcpStream::connect(target).unwrap();
    peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
    let mut back = out.try_clone().unwrap();
    let mut to_client = peer.socket();
    let answers = thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(amount) = back.read(&mut bytes)
            && amount > 0
            && to_client.write_all(&bytes[..amount]).is_ok()
        {}
    });
    let mut from_client = peer.socket();
    let mut bytes = [0; 4096];
    while let Ok(amount) = from_client.read(&mut bytes)
        && amount > 0
        && out.write_all(&bytes[..amount]).is_ok()
    {}
    drop(out.shutdown(std::net::Shutdown::Both));
    answers.join().unwrap();
}

fn client(wecom: &Raw, ca_file: &str, proxy: &str, more: &str) -> Client {
    let port = wecom.address.port();
    let config = format!(
        r#"{{"base_url":"https://localhost:{port}","access_token":"a-token","ca_file":"{ca_file}"{proxy}{more}}}"#
    );
    Client::new(&config, &Shared::default()).unwrap()
}

fn through(proxy: &Raw) -> String {
    format!(r#","proxy":"http://user:{PASSWORD}@{}""#, proxy.address)
}

#[test]
fn calls_go_through_a_proxy_that_asks_for_a_password() {
    let ours = authority();
    let file = ca_file(&ours, "proxy");
    let wecom = server(&ours, "localhost", false, Peer::grant_all);
    let proxy = Raw::serve(tunnel);
    let client = client(&wecom, &file.to_string_lossy(), &through(&proxy), "");
    add(&client, SIMPLE).unwrap();
    list(&client, "{}").unwrap();
    assert_eq!((proxy.connections(), wecom.connections()), (1, 1));
    assert!(!proxy.requests()[0].contains("a-token"), "the token is for WeCom alone");
    fs::remove_file(file).unwrap();
}

#[test]
fn a_proxy_that_fails_is_no_connection_and_nothing_was_sent() {
    let ours = authority();
    let file = ca_file(&ours, "proxy-fails");
    let wecom = server(&ours, "localhost", false, Peer::grant_all);
    let failures: [(&str, Act); 5] = [
        ("407", |peer| drop_after(peer, "407 Proxy Authentication Required")),
        ("502", |peer| drop_after(peer, "502 Bad Gateway")),
        ("closed", Peer::close),
        ("reset", Peer::reset),
        ("silence", Peer::hang),
    ];
    for (name, does) in failures {
        let proxy = Raw::serve(move |peer| {
            peer.request();
            does(peer);
        });
        let more = r#","max_attempts":2,"connect_timeout_ms":200"#;
        let error = add(&client(&wecom, &file.to_string_lossy(), &through(&proxy), more), SIMPLE).unwrap_err();
        let text = format!("{name}: {} {error} {error:?}", error.to_json());
        let kind = if name == "silence" { Kind::Timeout } else { Kind::Network };
        assert_eq!((error.kind(), error.effect(), error.is_retryable()), (kind, Effect::None, true), "{text}");
        assert!(!text.contains(PASSWORD) && !text.contains(BASIC), "{text}");
        assert_eq!(proxy.connections(), 2, "{text}");
    }
    assert_eq!(wecom.connections(), 0);
    fs::remove_file(file).unwrap();
}

/// An answer that tells all it was told.
fn drop_after(peer: &mut Peer, status: &str) {
    peer.answer(status, &format!("X-Echo: {PASSWORD} {BASIC}\r\n"), format!("{PASSWORD} {BASIC}"));
}

/// What a client says in a process of its own, since the environment is a process's own.
fn in_child(variables: &[(&str, &str)], config: &str) -> String {
    let mut child = Command::new(env::current_exe().unwrap());
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "NO_PROXY", "no_proxy"] {
        child.env_remove(name);
    }
    child.envs(variables.iter().copied()).env("CONTACTWAY_TEST_CONFIG", config);
    let output = child.args(["--exact", "proxy::one_call_of_a_child", "--ignored", "--nocapture"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{variables:?}{config}: {text}");
    text
}

#[test]
#[ignore = "the child of the tests below"]
fn one_call_of_a_child() {
    let config = env::var("CONTACTWAY_TEST_CONFIG").unwrap();
    match Client::new(&config, &Shared::default()).and_then(|client| add(&client, SIMPLE)) {
        Ok(answer) => println!("{answer}"),
        Err(error) => println!("{}", error.to_json()),
    }
}

#[test]
fn the_environment_names_the_proxy_unless_told_otherwise() {
    let ours = authority();
    let file = ca_file(&ours, "environment");
    let [name, address] = ["localhost", "127.0.0.1"].map(|host| {
        let wecom = server(&ours, host, false, Peer::grant_all);
        (format!("HTTPS://{}:{}", host.to_uppercase(), wecom.address.port()), wecom)
    });
    let proxy = Raw::serve(tunnel);
    let url = format!("http://user:{PASSWORD}@{}", proxy.address);
    let no = |list: &'static str| vec![("HTTPS_PROXY", url.as_str()), ("NO_PROXY", list)];
    let mut connections = 0;
    for (base, variables, member, goes_through) in [
        (&name, vec![("HTTPS_PROXY", url.as_str())], "", true),
        (&name, vec![("https_proxy", &url)], "", true),
        (&name, vec![("https_proxy", ""), ("ALL_PROXY", &url)], "", true),
        (&name, vec![("HTTP_PROXY", &url)], "", false),
        (&name, vec![("HTTPS_PROXY", &url), ("no_proxy", "*")], "", false),
        (&name, vec![("HTTPS_PROXY", "not understood"), ("no_proxy", "*")], "", false),
        (&name, vec![("HTTPS_PROXY", "socks5://not.understood"), ("NO_PROXY", "localhost")], "", false),
        (&address, vec![("HTTPS_PROXY", "socks5://not.understood"), ("NO_PROXY", "127.0.0.0/8")], "", false),
        (&name, no("example.com,localhost"), "", false),
        (&name, no("example.com .LocalHost."), "", false),
        (&name, no("example.com"), "", true),
        (&name, no("*.com,local*,*"), "", true),
        (&name, no("127.0.0.0/8"), "", true),
        (&name, vec![("HTTPS_PROXY", &url)], r#","proxy":"""#, false),
        (&address, no("example.com, 127.0.0.1"), "", false),
        (&address, no("10.0.0.0/8,127.0.0.0/8"), "", false),
        (&address, no("10.0.0.0/8,127.0.0.0/32"), "", true),
        (&address, no("127.,.0.1,127.*"), "", true),
    ] {
        let base_url = &base.0;
        let config =
            format!(r#"{{"base_url":"{base_url}","access_token":"a-token","ca_file":"{}"{member}}}"#, file.display());
        let said = in_child(&variables, &config);
        assert!(said.contains(r#""errcode":0"#), "{variables:?}{member}: {said}");
        connections += usize::from(goes_through);
        assert_eq!(proxy.connections(), connections, "{base_url} {variables:?}{member}");
    }
    fs::remove_file(file).unwrap();
}

#[test]
fn a_proxy_of_the_environment_that_is_not_understood_is_not_gone_around() {
    let config = r#"{"base_url":"https://127.0.0.1:1","access_token":"a-token","max_attempts":1}"#;
    for url in [
        "socks5://user:PASSWORD@127.0.0.1:9",
        "socks5h://user:PASSWORD@127.0.0.1:9",
        "htp://user:PASSWORD@127.0.0.1:9",
        "http://user:PASSWORD@127.0.0.1:99999",
        "http://user:PASS/WORD@127.0.0.1:9",
        "http://user:PASSWORD@",
        "http://",
    ] {
        for name in ["HTTPS_PROXY", "all_proxy"] {
            let said = in_child(&[(name, url), ("NO_PROXY", "example.com")], config);
            for part in [r#""errcode":-1001"#, r#""rule":"bad_proxy""#, r#""pointer":"/proxy""#, name] {
                assert!(said.contains(part), "{name}={url}: {said}");
            }
            assert!(!said.contains("PASS") && !said.contains("127.0.0.1:9"), "{said}");
        }
    }
}
