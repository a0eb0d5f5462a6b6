//! A proxy between: one that works, and those that do not.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use contactway::{Client, Effect, Kind, Shared, json_get};

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
    let wecom = server(&ours, "localhost", Peer::grant_all);
    let proxy = Raw::serve(tunnel);
    let client = client(&wecom, &file.to_string_lossy(), &through(&proxy), "");
    add(&client, SIMPLE).unwrap();
    list(&client, "{}").unwrap();
    assert_eq!((proxy.connections(), wecom.connections()), (1, 1));
    assert!(!proxy.requests()[0].contains("a-token"), "the token is for WeCom alone");
    fs::remove_file(file).unwrap();
}

/// What a proxy does, and how that is told of.
struct Failure {
    does: Act,
    kind: Kind,
    /// It is asked again.
    again: bool,
    says: &'static str,
}

const FAILURES: &[Failure] = &[
    failure(|peer| echo(peer, "407 Proxy Authentication Required"), false, "wants a user and a password"),
    failure(
        |peer| {
            peer.answer("407 Proxy Authentication Required", "Proxy-Authenticate: NTLM\r\n", "");
        },
        false,
        "not Basic",
    ),
    failure(|peer| echo(peer, "403 Forbidden"), false, "does not allow connections to localhost:"),
    failure(|peer| echo(peer, "502 Bad Gateway"), true, "could not reach localhost:"),
    failure(|peer| echo(peer, "503 Service Unavailable"), true, "is not available"),
    failure(|peer| echo(peer, "504 Gateway Timeout"), true, "got no answer from localhost:"),
    failure(|peer| echo(peer, "302 Found"), true, "opened no tunnel"),
    failure(Peer::close, true, "closed the connection"),
    failure(Peer::reset, true, "reset the connection"),
    failure(
        |peer| {
            peer.send("SSH-2.0-OpenSSH_9.9\r\n\r\n\r\n");
        },
        true,
        "is no HTTP",
    ),
    failure(
        |peer| {
            peer.send("HTTP/1.1 200 OK\r\n\r\nand more");
        },
        true,
        "sent more than its answer",
    ),
    Failure { kind: Kind::Timeout, ..failure(Peer::hang, true, "did not answer") },
];

const fn failure(does: Act, again: bool, says: &'static str) -> Failure {
    Failure { does, kind: Kind::Network, again, says }
}

/// An answer that tells all it was told.
fn echo(peer: &mut Peer, status: &str) {
    let headers = format!("X-Echo: {PASSWORD} {BASIC}\r\n{}", "X-More: header\r\n".repeat(30));
    peer.answer(status, &headers, format!("{PASSWORD} {BASIC}"));
}

#[test]
fn a_proxy_that_fails_is_named_and_nothing_was_sent() {
    let ours = authority();
    let file = ca_file(&ours, "proxy-fails");
    let wecom = server(&ours, "localhost", Peer::grant_all);
    for Failure { does, kind, again, says } in FAILURES {
        let proxy = Raw::serve(move |peer| {
            peer.request();
            does(peer);
        });
        let more = r#","max_attempts":2,"connect_timeout_ms":200"#;
        let error = add(&client(&wecom, &file.to_string_lossy(), &through(&proxy), more), SIMPLE).unwrap_err();
        let text = format!("{} {error} {error:?}", error.to_json());
        assert_eq!((error.kind(), error.effect(), error.is_retryable()), (*kind, Effect::None, *again), "{text}");
        assert!(text.contains(&format!("the proxy {}", proxy.address)) && text.contains(says), "{says}: {text}");
        assert!(!text.contains(PASSWORD) && !text.contains(BASIC) && !text.contains("user:"), "{text}");
        assert_eq!(proxy.connections(), if *again { 2 } else { 1 }, "{text}");
    }
    assert_eq!(wecom.connections(), 0);
    fs::remove_file(file).unwrap();
}

#[test]
fn a_server_that_is_not_there_or_breaks_off_is_named_with_its_port() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let reset = Raw::serve(|peer| {
        peer.request();
        peer.reset();
    });
    let plain = Raw::serve(|peer| {
        peer.read_some();
        peer.send("no TLS\r\n");
        peer.close();
    });
    for (scheme, address, says) in [
        ("http", nobody, "refused the connection"),
        ("http", reset.address, "reset the connection"),
        ("https", plain.address, "was not a TLS server"),
    ] {
        let config =
            format!(r#"{{"base_url":"{scheme}://{address}/relay","access_token":"a-token","max_attempts":1}}"#);
        let text = add(&Client::new(&config, &Shared::default()).unwrap(), SIMPLE).unwrap_err().to_json();
        assert!(text.contains(&format!("the server {address} {says}")), "{text}");
        assert!(!text.contains("a-token") && !text.contains("/relay"), "nothing but host and port: {text}");
    }
}

#[test]
fn a_deadline_that_passes_before_there_is_a_connection_names_who_did_not_answer() {
    let silent = Raw::serve(Peer::hang);
    let address = silent.address;
    for (base_url, proxy, says) in [
        (format!("https://{address}"), String::new(), format!("a connection to the server {address}")),
        ("https://wecom.invalid".into(), format!("http://{address}"), format!("a connection to the proxy {address}")),
    ] {
        let config =
            format!(r#"{{"base_url":"{base_url}","access_token":"a-token","proxy":"{proxy}","timeout_ms":300}}"#);
        let error = add(&Client::new(&config, &Shared::default()).unwrap(), SIMPLE).unwrap_err();
        assert_eq!((error.kind(), error.effect()), (Kind::Timeout, Effect::None), "{error}");
        assert!(error.to_string().contains(&says), "{error}");
    }
}

#[test]
fn a_proxy_that_is_not_there_is_named() {
    let wecom = Raw::serve(Peer::grant_all);
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (proxy, says) in [
        (format!("127.0.0.1:{port}"), format!("the proxy 127.0.0.1:{port} refused the connection")),
        (format!("no-proxy.invalid:{port}"), format!("the name of the proxy no-proxy.invalid:{port} was not found")),
    ] {
        let config = format!(
            r#"{{"base_url":"https://localhost:{}","access_token":"a-token","proxy":"http://user:{PASSWORD}@{proxy}","max_attempts":1}}"#,
            wecom.address.port()
        );
        let error = add(&Client::new(&config, &Shared::default()).unwrap(), SIMPLE).unwrap_err();
        let text = error.to_json();
        assert_eq!((error.kind(), error.effect(), error.is_retryable()), (Kind::Network, Effect::None, true), "{text}");
        assert!(text.contains(&says), "{text}");
    }
}

#[test]
fn a_wrong_password_is_said_once_however_many_ask() {
    let ours = authority();
    let file = ca_file(&ours, "proxy-password");
    let wecom = server(&ours, "localhost", Peer::grant_all);
    let proxy = Raw::serve(|peer| {
        peer.request();
        thread::sleep(Duration::from_millis(100));
        echo(peer, "407 Proxy Authentication Required");
    });
    let shared = Shared::default();
    let make = |user: &str| {
        let config = format!(
            r#"{{"base_url":"https://localhost:{}","access_token":"a-token","ca_file":"{}","proxy":"http://{user}:{PASSWORD}@{}"}}"#,
            wecom.address.port(),
            file.display(),
            proxy.address
        );
        Client::new(&config, &shared).unwrap()
    };
    // Several at once, of several clients, and then one after another.
    let clients: Vec<_> = (0..8).map(|_| make("user")).collect();
    thread::scope(|scope| {
        for client in &clients {
            scope.spawn(|| add(client, SIMPLE).unwrap_err());
        }
    });
    for client in &clients {
        let answer = list(client, "{}").unwrap_err().to_json();
        let wait: u64 = json_get(&answer, "/error/retry_after_ms").unwrap().parse().unwrap();
        assert!((1..=5000).contains(&wait), "{answer}");
        assert!(answer.contains("wants a user and a password"), "{answer}");
        assert_eq!(json_get(&answer, "/error/attempts").unwrap(), "0", "nothing was tried: {answer}");
        assert_eq!(json_get(&answer, "/error/remembered").unwrap(), "true", "{answer}");
    }
    assert_eq!(proxy.connections(), 1);
    // Another user is another matter.
    assert!(add(&make("other"), SIMPLE).is_err());
    assert_eq!(proxy.connections(), 2);
    fs::remove_file(file).unwrap();
}

#[test]
fn a_tls_handshake_within_the_tunnel_is_no_request() {
    let ours = authority();
    let file = ca_file(&ours, "proxy-tls");
    let ends: [(Act, Kind); 4] = [
        (Peer::hang, Kind::Timeout),
        (Peer::close, Kind::Network),
        (Peer::reset, Kind::Network),
        (
            |peer| {
                peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
            },
            Kind::Network,
        ),
    ];
    for (does, kind) in ends {
        // The proxy plays the server too.
        let proxy = Raw::serve(move |peer| {
            peer.request();
            peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
            peer.read_some();
            does(peer);
        });
        let more = r#","max_attempts":2,"timeout_ms":20000,"connect_timeout_ms":300"#;
        let wecom = Raw::serve(Peer::grant_all);
        let began = Instant::now();
        let error = add(&client(&wecom, &file.to_string_lossy(), &through(&proxy), more), SIMPLE).unwrap_err();
        let text = error.to_json();
        assert_eq!((error.kind(), error.effect(), error.is_retryable()), (kind, Effect::None, true), "{text}");
        assert_eq!(proxy.connections(), 2, "nothing was sent, so it is tried again: {text}");
        assert!(began.elapsed() < Duration::from_secs(3), "connect_timeout_ms covers the handshake: {text}");
    }
    fs::remove_file(file).unwrap();
}

#[test]
fn a_proxy_may_itself_be_reached_over_tls() {
    let ours = authority();
    let file = ca_file(&ours, "proxy-over-tls");
    let wecom = server(&ours, "localhost", Peer::grant_all);
    // Answers as proxy and as server, since the tests' tunnel knows only bare sockets.
    let proxy = server(&ours, "localhost", |peer| {
        peer.request();
        echo(peer, "503 Service Unavailable");
    });
    let through = format!(r#","proxy":"https://user:{PASSWORD}@localhost:{}""#, proxy.address.port());
    let error =
        add(&client(&wecom, &file.to_string_lossy(), &through, r#","max_attempts":1"#), SIMPLE).unwrap_err().to_json();
    assert!(error.contains("is not available"), "{error}");
    assert!(proxy.requests()[0].starts_with("CONNECT localhost:"), "{:?}", proxy.requests());
    fs::remove_file(file).unwrap();
}

/// What a client says in a process of its own, since the environment is a process's own.
pub fn in_child(variables: &[(&str, &str)], config: &str) -> String {
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
        let wecom = server(&ours, host, Peer::grant_all);
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
