//! A call ends when its time is up, its canceller is fired or its client freed, whatever it hangs in.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test

mod support;

use std::any::Any;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use contactway::{Canceller, Client, Effect, Endpoint, Error, Kind, Options, Shared, TokenProvider};
use socket2::{Domain, SockAddr, Socket, Type};
use support::raw::{Peer, Raw};
use support::{SIMPLE, Shop, add, list};

/// Well above what a busy machine needs, well below what a call that hangs would take.
const PROMPT: Duration = Duration::from_secs(4);
/// Long enough for a call to come to where it hangs.
const A_WHILE: Duration = Duration::from_secs(2);

/// A client whose next add hangs.
struct Stuck {
    client: Client,
    /// What the add may have done when it is ended.
    effect: Effect,
    /// How it ends at its deadline, if not as `Timeout`: it is known beforehand that it cannot make it.
    at_deadline: Kind,
    /// Whether the request is at the server.
    is_there: Box<dyn Fn() -> bool + Send + Sync>,
    /// Mends whatever it hangs in.
    mend: Box<dyn FnOnce(&Client)>,
    _kept: Box<dyn Any>,
}

impl Stuck {
    fn new(client: Client, effect: Effect, mend: impl FnOnce(&Client) + 'static, kept: impl Any) -> Self {
        Self {
            client,
            effect,
            at_deadline: Kind::Timeout,
            is_there: Box::new(|| true),
            mend: Box::new(mend),
            _kept: Box::new(kept),
        }
    }

    /// Returns when it hangs; where nothing shows it, its effect is the same a moment earlier.
    fn wait_until_it_hangs(&self) {
        thread::sleep(Duration::from_millis(300));
        while !(self.is_there)() {
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// A shop with a fault that hangs, and the client.
fn at_fault(fault: &str, effect: Effect, more: &str) -> Stuck {
    let shop = Arc::new(Shop::open());
    let client = shop.client(more);
    if !fault.contains("gettoken") {
        // So that there is a token, and the add itself is next.
        list(&client, "{}").unwrap();
    }
    shop.faults(fault);
    let [mended, asked] = [(); 2].map(|()| Arc::clone(&shop));
    let mend = move |_: &Client| {
        mended.ask("DELETE", "/sandbox/faults", "");
    };
    let is_there = move || effect == Effect::None || asked.count("add_contact_way") > 0;
    Stuck { is_there: Box::new(is_there), ..Stuck::new(client, effect, mend, shop) }
}

fn silent_gettoken() -> Stuck {
    at_fault(r#"{"endpoint":"gettoken","share":1,"do":{"silence":true}}"#, Effect::None, "")
}

fn silent_endpoint() -> Stuck {
    at_fault(r#"{"endpoint":"add_contact_way","share":1,"do":{"silence":true}}"#, Effect::Unknown, "")
}

fn dripping_answer() -> Stuck {
    let fault = r#"{"endpoint":"add_contact_way","share":1,"when":"after","do":{"drip_ms":200}}"#;
    at_fault(fault, Effect::Unknown, "")
}

/// Refused at once, each time, and never given up.
fn wait_before_the_next_try() -> Stuck {
    let fault = r#"{"endpoint":"add_contact_way","share":1,"do":{"status":429,"body":""}}"#;
    let stuck = at_fault(fault, Effect::None, r#","max_attempts":1000000"#);
    Stuck { at_deadline: Kind::BadResponse, ..stuck }
}

/// A place where connections are neither taken nor refused.
fn full() -> (Socket, SocketAddr, Vec<TcpStream>) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SockAddr::from(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let mut queued = Vec::new();
    while let Ok(connection) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        queued.push(connection);
    }
    (listener, address, queued)
}

fn full_backlog() -> Stuck {
    let (listener, address, queued) = full();
    let config = format!(r#"{{"base_url":"http://{address}","access_token":"a-token","connect_timeout_ms":60000}}"#);
    let client = Client::new(&config, &Shared::default()).unwrap();
    let mend = move |_: &Client| {
        drop(queued);
        thread::spawn(move || {
            while let Ok((socket, _)) = listener.accept() {
                thread::spawn(move || answer_all(socket.into()));
            }
        });
    };
    Stuck::new(client, Effect::None, mend, ())
}

/// The least of a server: every read is taken for a request.
fn answer_all(mut socket: TcpStream) {
    use std::io::{Read, Write};
    let mut bytes = [0; 4096];
    while socket.read(&mut bytes).is_ok_and(|amount| amount > 0) {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"errcode\":0}";
        if socket.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn silent_tls() -> Stuck {
    let server = Raw::serve(Peer::hang);
    let config = format!(
        r#"{{"base_url":"https://localhost:{}","access_token":"a-token","connect_timeout_ms":60000,"proxy":""}}"#,
        server.address.port()
    );
    let client = Client::new(&config, &Shared::default()).unwrap();
    // It cannot be mended: the next call is made elsewhere.
    Stuck::new(client, Effect::None, |_| {}, server)
}

/// The server reads nothing, and the request is larger than what sockets hold.
fn blocked_write() -> Stuck {
    let begun = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&begun);
    let server = Raw::serve(move |peer| {
        if peer.nth == 0 {
            peer.read_some();
            seen.store(true, Ordering::SeqCst);
            thread::sleep(Duration::from_secs(20));
        } else {
            peer.grant_all();
        }
    });
    let client = server.client(r#","validate":"off""#);
    let stuck = Stuck::new(client, Effect::Unknown, |_| {}, server);
    Stuck { is_there: Box::new(move || begun.load(Ordering::SeqCst)), ..stuck }
}

/// Another call that hangs, until it is let go.
struct Other {
    client: Arc<Client>,
    thread: Option<JoinHandle<()>>,
}

impl Other {
    fn call(client: Client) -> Self {
        let client = Arc::new(client);
        let calling = Arc::clone(&client);
        Self { client, thread: Some(thread::spawn(move || drop(add(&calling, SIMPLE)))) }
    }

    fn end(&mut self) {
        self.client.close();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn behind_another(fault: &str, endpoint: &str, more: &str) -> Stuck {
    let shop = Arc::new(Shop::open());
    let client = shop.client(more);
    shop.faults(fault);
    let mut other = Other::call(shop.client(r#","timeout_ms":60000,"max_in_flight":1"#));
    while shop.count(endpoint) == 0 {
        thread::yield_now();
    }
    let mended = Arc::clone(&shop);
    let mend = move |_: &Client| {
        mended.ask("DELETE", "/sandbox/faults", "");
        other.end();
    };
    Stuck::new(client, Effect::None, mend, shop)
}

fn wait_for_a_place() -> Stuck {
    let fault = r#"{"endpoint":"add_contact_way","times":1,"do":{"silence":true}}"#;
    behind_another(fault, "add_contact_way", r#","max_in_flight":1"#)
}

fn wait_for_the_token_that_another_fetches() -> Stuck {
    behind_another(r#"{"endpoint":"gettoken","times":1,"do":{"silence":true}}"#, "gettoken", "")
}

fn wait_for_the_rate() -> Stuck {
    let shop = Shop::open();
    let client = shop.client(r#","rate_limit":{"per_minute":2}"#);
    add(&client, SIMPLE).unwrap();
    let stuck = Stuck::new(client, Effect::None, |_| {}, shop);
    Stuck { at_deadline: Kind::RateLimited, ..stuck }
}

/// Where a call can hang, and whether the same client is of use afterwards.
type Phase = (&'static str, fn() -> Stuck, bool);

const PHASES: &[Phase] = &[
    ("connect", full_backlog, true),
    ("TLS", silent_tls, false),
    ("gettoken", silent_gettoken, true),
    ("endpoint", silent_endpoint, true),
    ("drip", dripping_answer, true),
    ("write", blocked_write, true),
    ("place", wait_for_a_place, true),
    ("rate", wait_for_the_rate, false),
    ("token of another", wait_for_the_token_that_another_fetches, true),
    ("retry", wait_before_the_next_try, true),
];

/// The add that hangs; of a size that no socket holds where it is the write that does.
fn hanging(phase: &str, client: &Client, options: &Options) -> Error {
    let large = format!(r#"{{"remark":"{}"}}"#, "x".repeat(8_000_000));
    let request = if phase == "write" { &large } else { SIMPLE };
    client.call(Endpoint::Add, request, options).expect_err(phase)
}

fn each_phase(test: impl Fn(&'static str, Stuck, bool) + Sync) {
    thread::scope(|scope| {
        for (phase, stuck, reusable) in PHASES {
            let test = &test;
            scope.spawn(move || test(phase, stuck(), *reusable));
        }
    });
}

#[test]
fn a_deadline_ends_a_call_wherever_it_hangs() {
    each_phase(|phase, stuck, _| {
        let timeout = A_WHILE;
        let began = Instant::now();
        let error = hanging(phase, &stuck.client, &Options { timeout: Some(timeout), ..Options::default() });
        let elapsed = began.elapsed();
        let what = format!("{phase}: {} after {elapsed:?}", error.to_json());
        if error.effect() == Effect::Unknown && phase == "retry" {
            // It waits between two tries, but now and then it is in one.
            return;
        }
        assert_eq!((error.kind(), error.effect()), (stuck.at_deadline, stuck.effect), "{what}");
        assert_eq!(error.is_retryable(), stuck.effect == Effect::None, "{what}");
        assert!(elapsed < timeout + PROMPT, "{what}");
        match stuck.at_deadline {
            Kind::Timeout => assert!(elapsed >= timeout, "{what}"),
            _ => assert!(error.retry_after().is_some(), "{what}"),
        }
    });
}

#[test]
fn a_canceller_ends_a_call_wherever_it_hangs_and_the_next_one_works() {
    each_phase(|phase, stuck, reusable| {
        let canceller = Canceller::new();
        let options = Options {
            timeout: Some(Duration::from_secs(120)),
            canceller: Some(canceller.clone()),
            ..Options::default()
        };
        thread::scope(|scope| {
            let call = scope.spawn(|| (hanging(phase, &stuck.client, &options), Instant::now()));
            stuck.wait_until_it_hangs();
            assert!(!call.is_finished(), "{phase} hangs");
            let fired = Instant::now();
            canceller.cancel();
            let (error, ended) = call.join().unwrap();
            assert_eq!(error.kind(), Kind::Cancelled, "{phase}: {error:?}");
            // Between two waits there is an attempt, which may be what is ended.
            assert!(error.effect() == stuck.effect || phase == "retry", "{phase}: {error:?}");
            assert!(ended.duration_since(fired) < PROMPT, "{phase}");
        });
        (stuck.mend)(&stuck.client);
        if reusable {
            add(&stuck.client, SIMPLE).unwrap_or_else(|error| panic!("after {phase}: {error:?}"));
            list(&stuck.client, "{}").unwrap_or_else(|error| panic!("after {phase}: {error:?}"));
        }
    });
}

#[test]
fn freeing_the_client_ends_its_calls_wherever_they_hang() {
    each_phase(|phase, stuck, _| {
        let options = Options { timeout: Some(Duration::from_secs(120)), ..Options::default() };
        thread::scope(|scope| {
            let call = scope.spawn(|| (hanging(phase, &stuck.client, &options), Instant::now()));
            stuck.wait_until_it_hangs();
            let fired = Instant::now();
            stuck.client.close();
            let (error, ended) = call.join().unwrap();
            assert_eq!(error.kind(), Kind::Cancelled, "{phase}: {error:?}");
            assert!(error.effect() == stuck.effect || phase == "retry", "{phase}: {error:?}");
            assert!(ended.duration_since(fired) < PROMPT, "{phase}");
        });
        (stuck.mend)(&stuck.client);
        assert_eq!(add(&stuck.client, SIMPLE).unwrap_err().kind(), Kind::Cancelled, "{phase}: freed for good");
    });
}

#[test]
fn with_a_canceller_fired_before_nothing_is_sent() {
    let shop = Shop::open();
    let client = shop.client("");
    let canceller = Canceller::new();
    canceller.cancel();
    let options = Options { canceller: Some(canceller), ..Options::default() };
    for round in 0..2 {
        let error = client.call(Endpoint::Add, SIMPLE, &options).unwrap_err();
        assert_eq!((error.kind(), error.effect(), error.is_retryable()), (Kind::Cancelled, Effect::None, true));
        assert_eq!(shop.count("add_contact_way"), 0);
        assert_eq!(shop.count("gettoken"), round);
        // The second time there is a token, so that the add itself is next.
        list(&client, "{}").unwrap();
    }
}

#[test]
fn connecting_has_a_time_of_its_own() {
    let (_listener, address, _queued) = full();
    let config = format!(
        r#"{{"base_url":"http://{address}","access_token":"a-token","connect_timeout_ms":100,"max_attempts":2}}"#
    );
    let client = Client::new(&config, &Shared::default()).unwrap();
    let began = Instant::now();
    let error = add(&client, SIMPLE).unwrap_err();
    let json = error.to_json();
    assert_eq!((error.kind(), error.effect(), error.is_retryable()), (Kind::Timeout, Effect::None, true), "{json}");
    assert!(json.contains("connect_timeout_ms") && json.contains(r#""attempts":2"#), "{json}");
    let elapsed = began.elapsed();
    assert!((Duration::from_millis(200)..PROMPT).contains(&elapsed), "{elapsed:?}");
}

#[test]
fn a_block_longer_than_the_deadline_is_told_at_once() {
    let shop = Shop::open();
    let client = shop.client("");
    shop.faults(r#"{"endpoint":"add_contact_way","times":1,"do":{"errcode":45009}}"#);
    let began = Instant::now();
    let error = add(&client, SIMPLE).unwrap_err();
    assert_eq!((error.kind(), error.errcode(), error.effect()), (Kind::RateLimited, 45009, Effect::None));
    assert!(error.is_retryable() && error.retry_after().unwrap() <= Duration::from_secs(60));
    assert!(began.elapsed() < PROMPT);
}

#[test]
fn a_pool_shared_by_calls_and_their_late_cancellers_stays_sound() {
    let server = Raw::serve(Peer::grant_all);
    let client = server.client(r#","max_in_flight":0,"rate_limit":false,"max_attempts":1"#);
    // Cancellers that come just as their call hands its connection back must not end the next call's.
    thread::scope(|scope| {
        for thread in 0..8_u64 {
            let client = &client;
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(thread);
                for _ in 0..150 {
                    if thread % 2 == 0 {
                        add(client, SIMPLE).expect("nobody cancels this one");
                        continue;
                    }
                    let canceller = Canceller::new();
                    let options = Options { canceller: Some(canceller.clone()), ..Options::default() };
                    let late = Duration::from_micros(random.u64(0..600));
                    let firing = thread::spawn(move || {
                        thread::sleep(late);
                        canceller.cancel();
                    });
                    if let Err(error) = client.call(Endpoint::Add, SIMPLE, &options) {
                        assert_eq!(error.kind(), Kind::Cancelled, "{error:?}");
                    }
                    firing.join().unwrap();
                }
            });
        }
    });
}

#[test]
#[ignore = "a measurement: cargo test --release --test deadlines -- --ignored --nocapture"]
fn how_long_a_cancel_takes() {
    let stuck = silent_endpoint();
    let mut took = Vec::new();
    for _ in 0..300 {
        let canceller = Canceller::new();
        let options = Options { canceller: Some(canceller.clone()), ..Options::default() };
        thread::scope(|scope| {
            let call = scope.spawn(|| {
                assert!(stuck.client.call(Endpoint::Add, SIMPLE, &options).is_err());
                Instant::now()
            });
            thread::sleep(Duration::from_millis(5));
            let fired = Instant::now();
            canceller.cancel();
            took.push(call.join().unwrap().saturating_duration_since(fired));
        });
    }
    took.sort_unstable();
    println!("cancel latency over {} calls: p50 {:?}, p99 {:?}", took.len(), took[150], took[297]);
}

struct Slow;

impl TokenProvider for Slow {
    fn token(&self, _rejected: bool) -> Result<String, String> {
        thread::sleep(Duration::from_millis(100));
        Ok("a-token".to_owned())
    }
}

#[test]
fn a_deadline_that_a_token_provider_let_pass_says_so() {
    let client = Client::new(r#"{"corp_id":"ww1","token_provider":true,"timeout_ms":50}"#, &Shared::default()).unwrap();
    client.set_token_provider(Arc::new(Slow)).unwrap();
    let error = client.call(Endpoint::List, "{}", &Options::default()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (Kind::Timeout, 0));
    assert!(error.to_string().contains("while the call waited for a token"), "{error}");
}
