//! "It does not work here": what each step of a check finds, and what it leaves alone.

#![allow(clippy::unwrap_used)] // a failed unwrap is a failed test

mod support;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{fs, thread};

use contactway::{Canceller, Client, Kind, Options, Shared, TokenProvider, json_get};
use rustls::pki_types::PrivateKeyDer;
use rustls::{HandshakeKind, ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value;
use socket2::{Domain, Socket, Type};
use support::directory::Directory;
use support::raw::{Peer, Raw};
use support::{Shop, list};

const STEPS: [&str; 8] = ["configuration", "proxy", "resolve", "connect", "tls", "token", "permission", "clock"];
const PASSWORD: &str = "proxy-pass-w0rd";

/// What a check answered, whatever it found.
struct Found(Value);

impl Found {
    fn by(client: &Client) -> Self {
        Self::with(client, &Options::default())
    }

    fn with(client: &Client, options: &Options) -> Self {
        let text = client.check(options).unwrap_or_else(|error| error.to_json());
        let found = Self(serde_json::from_str(&text).unwrap());
        found.is_in_form();
        found
    }

    /// What holds for every answer of a check.
    fn is_in_form(&self) {
        let steps = self.0["steps"].as_array().unwrap();
        let names: Vec<_> = steps.iter().map(|step| step["step"].as_str().unwrap()).collect();
        assert_eq!(names[..8], STEPS, "{self}");
        assert!(names[8..].iter().all(|name| *name == "store"), "{self}");
        for step in steps {
            assert!(step["message"].as_str().is_some_and(|message| !message.is_empty()), "{step}");
            let is_skipped = step["skipped"] == true;
            assert_ne!(step["ok"].is_boolean(), is_skipped, "{step}");
            assert_eq!(step["elapsed_ms"].is_u64(), !is_skipped, "{step}");
            let has_failed = step["ok"] == false;
            assert_eq!(step["error"]["kind"].is_string(), has_failed, "{step}");
            let remedy = step["remedy"].as_str().unwrap_or_default();
            assert_eq!(remedy.ends_with('.') && !remedy.contains(". "), has_failed, "one sentence: {step}");
        }
        let first = steps.iter().find(|step| step["ok"] == false);
        assert_eq!(self.0["errcode"], first.map_or(0.into(), |step| step["error"]["errcode"].clone()), "{self}");
        assert_eq!(self.0["error"]["kind"], first.map_or(Value::Null, |step| step["error"]["kind"].clone()), "{self}");
        if first.is_some() {
            assert_eq!(self.0["error"]["endpoint"], "check", "{self}");
        }
    }

    fn step(&self, name: &str) -> &Value {
        self.0["steps"].as_array().unwrap().iter().find(|step| step["step"] == name).unwrap()
    }

    fn message(&self, name: &str) -> &str {
        self.step(name)["message"].as_str().unwrap()
    }

    fn names(&self, fits: impl Fn(&Value) -> bool) -> Vec<&str> {
        let steps = self.0["steps"].as_array().unwrap().iter();
        steps.filter(|step| fits(step)).map(|step| step["step"].as_str().unwrap()).collect()
    }

    fn skipped(&self) -> Vec<&str> {
        self.names(|step| step["skipped"] == true)
    }

    /// That all went well but for `failed`, after which nothing was looked at; its message and its remedy.
    fn ends_at(&self, failed: &str, kind: &str) -> (&str, &str) {
        assert_eq!(self.names(|step| step["ok"] == false), [failed], "{self}");
        assert_eq!(self.0["error"]["kind"], kind, "{self}");
        let place = STEPS.iter().position(|step| *step == failed).unwrap();
        assert!(STEPS[place + 1..].iter().all(|later| self.step(later)["skipped"] == true), "{self}");
        (self.message(failed), self.step(failed)["remedy"].as_str().unwrap())
    }
}

impl std::fmt::Display for Found {
    fn fmt(&self, to: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(to, "{:#}", self.0)
    }
}

fn client(config: &str) -> Client {
    Client::new(config, &Shared::default()).unwrap()
}

/// A client with a secret, of a server at this address.
fn at(base_url: &str, more: &str) -> Client {
    client(&format!(r#"{{"base_url":"{base_url}","corp_id":"ww1","secret":"s3cret-0f-app","proxy":""{more}}}"#))
}

#[test]
fn where_all_is_well_every_step_says_so_and_nothing_changes() {
    let shop = Shop::open();
    let found = Found::by(&shop.client(""));
    assert_eq!(found.0["errmsg"], "ok");
    assert_eq!(found.skipped(), ["tls"], "{found}");
    assert!(found.message("configuration").contains(shop.sandbox.base_url()), "{found}");
    assert!(found.message("resolve").contains("127.0.0.1"), "{found}");
    assert_eq!(shop.calls(), ["gettoken", "list_contact_way"]);
    let journal: Value = serde_json::from_str(&shop.ask("GET", "/sandbox/calls", "")).unwrap();
    assert_eq!(journal["calls"][1]["body"], r#"{"limit":1}"#);
    assert_eq!(journal["calls"][0]["connection"], journal["calls"][1]["connection"], "the one that was looked at");
}

#[test]
fn over_https_the_certificate_is_looked_at() {
    let shop = Shop::with(r#"{"tls":true}"#);
    let client = shop.client(r#","proxy":"""#);
    for _ in 0..2 {
        let found = Found::by(&client);
        assert_eq!(found.0["errcode"], 0, "{found}");
        assert!(found.skipped().is_empty(), "{found}");
        assert!(found.message("tls").starts_with("TLS 1.3"), "{found}");
    }
}

#[test]
fn a_tls_session_that_goes_on_is_not_taken_for_a_certificate_that_is_right() {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
    let config = builder.with_no_client_auth().with_single_cert(vec![certified.cert.der().clone()], key).unwrap();
    let (config, kinds) = (Arc::new(config), Arc::new(Mutex::new(Vec::new())));
    let seen = Arc::clone(&kinds);
    let wrap = move |mut socket: TcpStream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).map_err(std::io::Error::other)?;
        connection.complete_io(&mut socket)?;
        seen.lock().unwrap().push(connection.handshake_kind().unwrap());
        Ok(Box::new(StreamOwned::new(connection, socket)) as Box<dyn support::raw::Stream>)
    };
    let server = Raw::wrapped(wrap, |peer| {
        peer.request();
        peer.answer("200 OK", "Connection: close\r\n", r#"{"errcode":0,"errmsg":"ok"}"#);
    });
    let pem = Value::from(certified.cert.pem());
    let port = server.address.port();
    let config =
        format!(r#"{{"base_url":"https://localhost:{port}","access_token":"a-token","ca_file":{pem},"proxy":""}}"#);
    let client = client(&config);
    list(&client, "{}").unwrap();
    list(&client, "{}").unwrap();
    assert_eq!(Found::by(&client).0["errcode"], 0);
    assert_eq!(*kinds.lock().unwrap(), [HandshakeKind::Full, HandshakeKind::Resumed, HandshakeKind::Full]);
}

#[test]
fn an_authority_that_is_not_trusted_ends_at_tls() {
    let shop = Shop::with(r#"{"tls":true}"#);
    let found = Found::by(&at(shop.sandbox.base_url(), ""));
    let (message, remedy) = found.ends_at("tls", "network");
    assert!(message.contains("authority that is not trusted"), "{message}");
    assert!(remedy.contains("extra_ca_file"), "{remedy}");
}

#[test]
fn a_wrong_secret_ends_at_token_and_is_asked_for_each_time() {
    let shop = Shop::open();
    let secret = json_get(&shop.sandbox.info_json(), "/secret").unwrap();
    let client = client(&shop.config("").replace(&secret, "s3cret-0f-app"));
    list(&client, "{}").unwrap_err();
    list(&client, "{}").unwrap_err();
    assert_eq!(shop.count("gettoken"), 1, "remembered");
    for nth in 2..4 {
        let found = Found::by(&client);
        let (_, remedy) = found.ends_at("token", "auth");
        assert!(remedy.contains("secret"), "{remedy}");
        assert!(found.0["errcode"].as_i64() > Some(0), "{found}");
        assert!(!found.to_string().contains("s3cret-0f-app"));
        assert_eq!(shop.count("gettoken"), nth, "once each");
    }
}

#[test]
fn what_a_check_learns_is_gone_with_it() {
    let shop = Shop::open();
    let client = shop.client("");
    shop.faults(
        r#"{"endpoint":"gettoken","do":{"errcode":40001}},{"endpoint":"list_contact_way","do":{"errcode":45009}}"#,
    );
    Found::by(&client).ends_at("token", "auth");
    Found::by(&client).ends_at("permission", "rate_limited");
    // Neither a refusal nor a block, nor a token.
    list(&client, "{}").unwrap();
    assert_eq!(shop.count("gettoken"), 3);
    assert_eq!(shop.count("list_contact_way"), 2);
}

#[test]
fn a_block_that_is_remembered_is_not_heeded() {
    let shop = Shop::open();
    let client = shop.client(r#","timeout_ms":1000"#);
    shop.faults(r#"{"endpoint":"list_contact_way","do":{"errcode":45009}}"#);
    list(&client, "{}").unwrap_err();
    assert_eq!(list(&client, "{}").unwrap_err().kind(), Kind::RateLimited);
    assert_eq!(shop.count("list_contact_way"), 1, "held back");
    assert_eq!(Found::by(&client).0["errcode"], 0);
    assert_eq!(list(&client, "{}").unwrap_err().kind(), Kind::RateLimited, "as before");
}

#[test]
fn nothing_is_asked_twice_whatever_comes_of_it() {
    let shop = Shop::open();
    for (endpoint, what, kind) in [
        ("gettoken", r#"{"errcode":-1}"#, "auth"),
        ("gettoken", r#"{"status":503}"#, "auth"),
        ("gettoken", r#"{"reset":true}"#, "network"),
        ("list_contact_way", r#"{"errcode":-1}"#, "api"),
        ("list_contact_way", r#"{"errcode":40014}"#, "auth"),
        ("list_contact_way", r#"{"errcode":42001}"#, "auth"),
        ("list_contact_way", r#"{"errcode":6000}"#, "api"),
        ("list_contact_way", r#"{"errcode":45033}"#, "rate_limited"),
        ("list_contact_way", r#"{"status":429}"#, "bad_response"),
        ("list_contact_way", r#"{"reset":true}"#, "network"),
    ] {
        shop.ask("DELETE", "/sandbox/calls", "");
        shop.faults(&format!(r#"{{"endpoint":"{endpoint}","do":{what}}}"#));
        let step = if endpoint == "gettoken" { "token" } else { "permission" };
        Found::by(&shop.client("")).ends_at(step, kind);
        assert_eq!(shop.count("gettoken"), 1, "{endpoint} {what}");
        assert!(shop.count("list_contact_way") <= 1, "{endpoint} {what}");
    }
}

#[test]
fn a_host_s_own_token_is_tried_as_it_is() {
    let server = Raw::serve(Peer::grant_all);
    let found = Found::by(&server.client(""));
    assert_eq!(found.0["errcode"], 0, "{found}");
    assert!(found.message("token").contains("as it is"), "{found}");
    assert_eq!(found.skipped(), ["tls", "clock"], "no Date was told: {found}");
    assert!(server.requests().iter().all(|request| request.contains("list_contact_way?access_token=a-token ")));
    assert_eq!((server.requests().len(), server.connections()), (1, 1));
}

struct Counting(AtomicUsize, Option<&'static str>);

impl TokenProvider for Counting {
    fn token(&self, _: bool) -> Result<String, String> {
        self.0.fetch_add(1, Ordering::SeqCst);
        self.1.map(str::to_owned).ok_or_else(|| "the token server is down".to_owned())
    }
}

#[test]
fn the_host_s_function_is_asked_once() {
    let server = Raw::serve(|peer| {
        while peer.request().is_some()
            && peer.answer("200 OK", "", r#"{"errcode":40014,"errmsg":"invalid access_token"}"#)
        {}
    });
    let config = format!(r#"{{"base_url":"http://{}","corp_id":"ww1","token_provider":true}}"#, server.address);
    let client = client(&config);
    let found = Found::by(&client);
    assert!(found.ends_at("token", "auth").0.contains("set_token_provider"), "{found}");

    let [giving, failing] = [Some("tok-3n"), None].map(|token| Arc::new(Counting(AtomicUsize::new(0), token)));
    client.set_token_provider(giving.clone()).unwrap();
    Found::by(&client).ends_at("permission", "auth");
    assert_eq!(giving.0.load(Ordering::SeqCst), 1);
    client.set_token_provider(failing.clone()).unwrap();
    let found = Found::by(&client);
    assert!(found.ends_at("token", "auth").0.contains("the token server is down"), "{found}");
    assert_eq!(failing.0.load(Ordering::SeqCst), 1);
}

#[test]
fn a_suite_gets_its_own_token_and_then_the_company_s() {
    const SUITE: &str = r#"{"suite_id":"ws1","suite_secret":"suite-secret-1","suite_ticket":"ticket-1",
        "auth_corp_id":"ww-customer","permanent_code":"permanent-1"}"#;
    let apps = r#"[{"corp_id":"ww-customer","secret":"none"}]"#;
    let shop = Shop::with(&format!(r#"{{"suites":[{SUITE}],"apps":{apps}}}"#));
    let config = format!(r#"{{"base_url":"{}","suite":{SUITE}}}"#, shop.sandbox.base_url());
    let suite = client(&config);
    assert_eq!(Found::by(&suite).0["errcode"], 0);
    assert_eq!(shop.calls(), ["get_suite_token", "get_corp_token", "list_contact_way"]);

    shop.ask("POST", "/sandbox/suite_ticket", r#"{"suite_id":"ws1","suite_ticket":"next"}"#);
    let found = Found::by(&suite);
    found.ends_at("token", "auth");
    assert!(!found.to_string().contains("suite-secret-1"));
    suite.set_suite_ticket("next").unwrap();
    assert_eq!(Found::by(&suite).0["errcode"], 0, "the ticket as it is now");
}

/// A proxy that opens every tunnel.
fn tunnel(peer: &mut Peer) {
    let Some(request) = peer.request() else { return };
    let target = request.split(' ').nth(1).unwrap().replace("localhost", "127.0.0.1");
    let mut out = TcpStream::connect(target).unwrap();
    peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
    let (mut back, mut to_client, mut from_client) = (out.try_clone().unwrap(), peer.socket(), peer.socket());
    let answers = thread::spawn(move || copy(&mut back, &mut to_client));
    copy(&mut from_client, &mut out);
    drop(out.shutdown(std::net::Shutdown::Both));
    answers.join().unwrap();
}

fn copy(from: &mut TcpStream, to: &mut TcpStream) {
    let mut bytes = [0; 4096];
    while let Ok(amount) = from.read(&mut bytes)
        && amount > 0
        && to.write_all(&bytes[..amount]).is_ok()
    {}
}

fn through(proxy: &Raw) -> String {
    format!(r#","proxy":"http://user:{PASSWORD}@{}""#, proxy.address)
}

#[test]
fn behind_a_proxy_its_step_covers_name_and_connection() {
    let (shop, proxy) = (Shop::with(r#"{"tls":true}"#), Raw::serve(tunnel));
    let found = Found::by(&shop.client(&through(&proxy)));
    assert_eq!(found.0["errcode"], 0, "{found}");
    assert_eq!(found.skipped(), ["resolve", "connect"], "{found}");
    assert!(found.message("proxy").contains(&proxy.address.to_string()), "{found}");
    assert_eq!(proxy.connections(), 1);
}

#[test]
fn a_proxy_that_wants_another_password_is_asked_each_time_and_once() {
    let proxy = Raw::serve(|peer| {
        peer.request();
        peer.answer("407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"x\"\r\n", "");
    });
    let shop = Shop::with(r#"{"tls":true}"#);
    let client = shop.client(&through(&proxy));
    list(&client, "{}").unwrap_err();
    list(&client, "{}").unwrap_err();
    assert_eq!(proxy.connections(), 1, "remembered");
    let found = Found::by(&client);
    let (message, remedy) = found.ends_at("proxy", "network");
    assert!(message.contains("user and a password") && remedy.contains("password"), "{found}");
    assert!(!found.to_string().contains(PASSWORD));
    assert_eq!(proxy.connections(), 2);
}

#[test]
fn a_dead_name_ends_at_resolve() {
    let found = Found::by(&at("https://wecom.invalid", ""));
    let (message, remedy) = found.ends_at("resolve", "network");
    assert!(message.contains("wecom.invalid") && remedy.contains("DNS"), "{found}");
}

/// An address that swallows: its queue is full, and nobody accepts.
fn swallowing() -> (Socket, SocketAddr, Vec<TcpStream>) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let mut queued = Vec::new();
    while let Ok(connection) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        queued.push(connection);
    }
    (listener, address, queued)
}

#[test]
fn an_address_that_swallows_ends_at_connect_after_its_time() {
    let (_listener, address, _queued) = swallowing();
    let found = Found::by(&at(&format!("http://{address}"), r#","connect_timeout_ms":300"#));
    let (message, remedy) = found.ends_at("connect", "timeout");
    assert!(message.contains("connect_timeout_ms") && remedy.contains("firewall"), "{found}");
    assert!(found.step("connect")["elapsed_ms"].as_u64() >= Some(290), "{found}");
    drop(found);
    let closed = Found::by(&at("http://127.0.0.1:9", ""));
    let (message, remedy) = closed.ends_at("connect", "network");
    assert!(message.contains("refused the connection"), "{closed}");
    assert!(remedy.contains("host and port of base_url") && !remedy.contains("firewall"), "{closed}");
}

#[test]
fn an_address_that_is_not_trusted_is_named_as_wecom_sees_it() {
    let shop = Shop::open();
    for (endpoint, step) in [("gettoken", "token"), ("list_contact_way", "permission")] {
        shop.faults(&format!(
            r#"{{"endpoint":"{endpoint}","do":{{"errcode":60020,"errmsg":"not allow to access from your ip, hint: [1], from ip: 203.0.113.7, more info at https://x"}}}}"#
        ));
        let found = Found::by(&shop.client(""));
        assert_eq!(found.0["errcode"], 60020);
        let (message, remedy) = found.ends_at(step, if step == "token" { "auth" } else { "api" });
        assert!(message.ends_with("WeCom sees this machine as 203.0.113.7"), "{message}");
        assert!(remedy.contains("203.0.113.7") && remedy.contains("trusted"), "{remedy}");
    }
}

#[test]
fn an_app_without_the_right_ends_at_permission() {
    let shop = Shop::with(r#"{"apps":[{"corp_id":"ww1","secret":"s3cret-0f-app","permissions":[]}]}"#);
    let found = Found::by(&at(shop.sandbox.base_url(), ""));
    assert_eq!(found.0["errcode"], 48002, "{found}");
    let (_, remedy) = found.ends_at("permission", "api");
    assert!(remedy.contains("callable apps"), "{remedy}");
}

#[test]
fn a_clock_that_is_off_fails_its_step_and_ends_nothing() {
    let (shop, directory) = (Shop::open(), Directory::new());
    let client = shop.client(&format!(r#","store":"{}""#, directory.store()));
    assert_eq!(Found::by(&client).step("store")["ok"], true);
    for (seconds, is_off) in [(290, false), (310, true)] {
        shop.ask("POST", "/sandbox/clock", &format!(r#"{{"advance_s":{seconds}}}"#));
        let found = Found::by(&client);
        assert_eq!(found.step("clock")["ok"], !is_off, "{found}");
        assert!(found.message("clock").contains("behind WeCom's"), "{found}");
        assert_eq!(found.step("store")["ok"], true, "{found}");
        if is_off {
            assert_eq!(found.0["error"]["kind"], "network");
            assert!(found.step("clock")["remedy"].as_str().unwrap().contains("NTP"), "{found}");
        }
    }
}

#[test]
fn a_store_that_was_taken_away_fails_the_last_step() {
    let (shop, directory) = (Shop::open(), Directory::new());
    let client = shop.client(&format!(r#","store":"{}""#, directory.store()));
    fs::remove_file(directory.path().join("ledger.db")).unwrap();
    let found = Found::by(&client);
    assert_eq!(found.0["error"]["kind"], "store", "{found}");
    assert_eq!(found.names(|step| step["ok"] == false), ["store"]);
    assert!(found.message("store").contains("ledger.db"), "{found}");
}

#[test]
fn a_store_that_cannot_be_written_fails_the_last_step() {
    let (shop, directory) = (Shop::open(), Directory::new());
    let client = shop.client(&format!(r#","store":"{}""#, directory.store()));
    let other = rusqlite::Connection::open(directory.path().join("ledger.db")).unwrap();
    let refuse = "CREATE TRIGGER t BEFORE UPDATE ON contactway_corp BEGIN SELECT RAISE(ABORT, 'full'); END";
    other.execute_batch(refuse).unwrap();
    let found = Found::by(&client);
    assert_eq!(found.names(|step| step["ok"] == false), ["store"], "{found}");
    assert_eq!(found.0["error"]["kind"], "store", "{found}");
}

#[test]
fn a_store_is_not_looked_at_after_a_failure() {
    let (shop, directory) = (Shop::open(), Directory::new());
    shop.faults(r#"{"endpoint":"gettoken","do":{"errcode":40001}}"#);
    let found = Found::by(&shop.client(&format!(r#","store":"{}""#, directory.store())));
    found.ends_at("token", "auth");
    assert_eq!(found.skipped().last(), Some(&"store"), "{found}");
}

#[test]
fn a_check_ends_with_its_deadline_its_canceller_and_its_client() {
    let shop = Shop::open();
    let client = shop.client("");
    let silent = |endpoint: &str| {
        shop.ask("DELETE", "/sandbox/calls", "");
        shop.faults(&format!(r#"{{"endpoint":"{endpoint}","do":{{"silence":true}}}}"#));
    };
    silent("gettoken");
    let timed = Options { timeout: Some(Duration::from_millis(200)), ..Options::default() };
    let found = Found::with(&client, &timed);
    assert!(found.ends_at("token", "timeout").1.contains("timeout_ms"), "{found}");

    let canceller = Canceller::new();
    let stoppable = Options { canceller: Some(canceller.clone()), ..Options::default() };
    let ends: [&(dyn Fn() + Sync); 2] = [&|| canceller.cancel(), &|| client.close()];
    for (end, options) in ends.into_iter().zip([stoppable.clone(), Options::default()]) {
        silent("list_contact_way");
        let began = Instant::now();
        let found = thread::scope(|scope| {
            let checking = scope.spawn(|| Found::with(&client, &options));
            while shop.count("list_contact_way") == 0 {
                thread::sleep(Duration::from_millis(5));
            }
            end();
            checking.join().unwrap()
        });
        found.ends_at("permission", "cancelled");
        assert!(began.elapsed() < Duration::from_secs(5));
    }
    let sent = shop.calls().len();
    let found = Found::with(&shop.client(""), &stoppable);
    assert_eq!(found.0["error"]["kind"], "cancelled", "{found}");
    assert_eq!(shop.calls().len(), sent, "nothing is sent once it is fired");
}

#[test]
fn a_token_of_a_check_is_masked_in_every_step_and_ever_after() {
    let fetched = AtomicUsize::new(0);
    let server = Raw::serve(move |peer| {
        while let Some(request) = peer.request() {
            let body = if request.contains("gettoken") {
                let nth = fetched.fetch_add(1, Ordering::SeqCst);
                format!(r#"{{"errcode":0,"errmsg":"ok","access_token":"tok-{nth}n","expires_in":7200}}"#)
            } else {
                r#"{"errcode":48002,"errmsg":"no: tok-0n s3cret-0f-app"}"#.to_owned()
            };
            peer.answer("200 OK", "", body);
        }
    });
    let client = at(&format!("http://{}", server.address), "");
    let found = Found::by(&client);
    assert_eq!(found.ends_at("permission", "api").0, "no: *** ***");
    assert!(!found.to_string().contains("tok-0n"), "{found}");
    let error = list(&client, "{}").unwrap_err().to_json();
    assert_eq!(json_get(&error, "/errmsg").as_deref(), Some("no: *** ***"));
}
