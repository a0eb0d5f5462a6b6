//! The log and the token provider through C: every event a JSON line, every host's data destroyed exactly once, and
//! whatever a provider answers it overruns nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test
#![allow(unsafe_code)] // the functions under test are C's

mod support;

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use contactway::ffi::{
    contactway_canceller_cancel, contactway_canceller_free, contactway_canceller_new, contactway_client_free,
    contactway_client_new, contactway_list, contactway_set_logger, contactway_set_token_provider,
    contactway_string_free,
};
use contactway::json_get;
use serde_json::Value;
use support::Shop;
use support::raw::{Peer, Raw};

/// What new clients start with belongs to the process, so these tests take turns.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// What a logger was given, and how often it was destroyed.
#[derive(Default)]
struct Heard {
    lines: Mutex<Vec<(i32, Value)>>,
    destroyed: AtomicUsize,
}

impl Heard {
    /// What a logger is given; [`destroy`] takes it back.
    fn data(self: &Arc<Self>) -> *mut c_void {
        Arc::into_raw(Arc::clone(self)).cast_mut().cast()
    }

    fn destroyed(&self) -> usize {
        self.destroyed.load(Ordering::SeqCst)
    }

    fn events(&self) -> Vec<(i32, String)> {
        let lines = self.lines.lock().unwrap();
        lines.iter().map(|(level, line)| (*level, line["event"].as_str().unwrap().to_owned())).collect()
    }

    fn highest(&self) -> i32 {
        self.lines.lock().unwrap().iter().map(|(level, _)| *level).max().unwrap_or(0)
    }
}

unsafe extern "C" fn hear(data: *mut c_void, level: i32, message: *const c_char) {
    // SAFETY: the data of a [`Heard`] that was not destroyed yet, and a C string.
    let (heard, message) = unsafe { (&*data.cast::<Heard>(), CStr::from_ptr(message)) };
    assert_eq!(heard.destroyed(), 0, "it was destroyed already");
    let message = message.to_str().unwrap();
    assert!(!message.contains('\n'), "one line");
    heard.lines.lock().unwrap().push((level, serde_json::from_str(message).unwrap()));
}

unsafe extern "C" fn destroy(data: *mut c_void) {
    // SAFETY: it came from [`Heard::data`], and is taken back once.
    let heard = unsafe { Arc::from_raw(data.cast::<Heard>()) };
    heard.destroyed.fetch_add(1, Ordering::SeqCst);
}

fn listen(client: u64, heard: &Arc<Heard>, level: i32) {
    // SAFETY: functions and data that fit each other.
    unsafe { contactway_set_logger(client, Some(hear), heard.data(), Some(destroy), level) };
}

fn new_client(config: &str) -> u64 {
    let config = CString::new(config).unwrap();
    // SAFETY: a C string.
    let client = unsafe { contactway_client_new(config.as_ptr(), ptr::null_mut()) };
    assert_ne!(client, 0);
    client
}

/// The text of an answer, which is freed.
fn taken(answer: *mut c_char) -> String {
    // SAFETY: a C string that the library gave, and that is freed once.
    unsafe {
        let text = CStr::from_ptr(answer).to_str().unwrap().to_owned();
        contactway_string_free(answer);
        text
    }
}

fn listed(client: u64) -> String {
    // SAFETY: a C string.
    taken(unsafe { contactway_list(client, c"{}".as_ptr(), ptr::null()) })
}

#[test]
fn each_level_lets_through_what_matters_as_much_or_more() {
    let _turn = alone();
    for level in [-1, 0, 1, 2, 3, 4, 5, i32::MAX] {
        let shop = Shop::open();
        let client = new_client(&shop.config(r#","timeout_ms":5000"#));
        let heard = Arc::default();
        listen(client, &heard, level);
        shop.faults(r#"{"endpoint":"list_contact_way","times":1,"do":{"status":503,"body":""}}"#);
        listed(client);
        shop.faults(r#"{"endpoint":"list_contact_way","times":1,"do":{"errcode":48002}}"#);
        listed(client);
        contactway_client_free(client);
        let all = [
            (4, "connection"),
            (4, "attempt"),
            (3, "token_fetched"),
            (4, "attempt"),
            (2, "wait"),
            (4, "attempt"),
            (3, "call"),
            (4, "attempt"),
            (1, "call"),
        ];
        let expected: Vec<_> =
            all.into_iter().filter(|(of, _)| *of <= level).map(|(of, it)| (of, it.to_owned())).collect();
        // Whether the second attempt needs another connection is the server's affair.
        let mut events = heard.events();
        let mut connections = 0;
        events.retain(|(_, event)| event != "connection" || std::mem::replace(&mut connections, 1) == 0);
        assert_eq!(events, expected, "level {level}");
        assert_eq!(heard.destroyed(), 1);
    }
}

#[test]
fn a_line_says_what_failed_and_where_and_who_is_to_act() {
    let _turn = alone();
    let shop = Shop::open();
    let client = new_client(&shop.config(""));
    let heard = Arc::<Heard>::default();
    listen(client, &heard, 3);
    let call = |request: &CStr, options: Option<&CStr>| {
        let options = options.map_or(ptr::null(), CStr::as_ptr);
        // SAFETY: C strings.
        taken(unsafe { contactway_list(client, request.as_ptr(), options) });
        let (level, line) = heard.lines.lock().unwrap().last().unwrap().clone();
        assert_eq!((line["event"].as_str(), line["endpoint"].as_str()), (Some("call"), Some("list_contact_way")));
        (level, line)
    };
    let (level, line) = call(c"{\"limit\":0}", None);
    assert_eq!((level, line["kind"].as_str()), (2, Some("invalid_request")), "{line}");
    assert_eq!((line["rule"].as_str(), line["pointer"].as_str()), (Some("limit_range"), Some("/limit")), "{line}");
    let (level, line) = call(c"{}", Some(c"{\"timeout\":1}"));
    assert_eq!((level, line["rule"].as_str(), line["pointer"].as_str()), (2, Some("unknown_member"), Some("/timeout")));
    shop.faults(r#"{"endpoint":"list_contact_way","times":1,"do":{"errcode":48002}}"#);
    let (level, line) = call(c"{}", None);
    assert_eq!((level, line["errcode"].as_i64()), (1, Some(48002)));
    assert!(!line["hint"].as_str().unwrap().is_empty() && !line.to_string().contains("127.0.0.1"), "{line}");
    let canceller = contactway_canceller_new();
    contactway_canceller_cancel(canceller);
    let options = CString::new(format!("{{\"canceller\":{canceller}}}")).unwrap();
    let (level, line) = call(c"{}", Some(&options));
    assert_eq!((level, line["kind"].as_str()), (3, Some("cancelled")), "the host wanted it so");
    contactway_client_free(client);
    contactway_canceller_free(canceller);
}

/// What the header says of log lines.
fn documented() -> String {
    let header = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/include/contactway.h")).unwrap();
    let (_, section) = header.split_once("Log lines, given to").unwrap();
    section.split_once("No line holds").unwrap().0.to_owned()
}

#[test]
fn every_event_and_every_member_stands_in_the_header() {
    let _turn = alone();
    let shop = Shop::open();
    let client = new_client(&shop.config(r#","max_attempts":2"#));
    let heard = Arc::<Heard>::default();
    listen(client, &heard, 5);
    listed(client);
    shop.faults(r#"{"endpoint":"list_contact_way","times":9,"do":{"errcode":-1}}"#);
    listed(client);
    // SAFETY: C strings.
    taken(unsafe { contactway_list(client, c"{\"limit\":0}".as_ptr(), ptr::null()) });
    contactway_client_free(client);
    let documented = documented();
    let lines = heard.lines.lock().unwrap();
    for (level, line) in lines.iter() {
        let event = line["event"].as_str().unwrap();
        assert!(documented.contains(&format!("     {event} ")), "{line}");
        assert!((1..=4).contains(level));
        for member in line.as_object().unwrap().keys() {
            let words = documented.split(|character: char| !(character.is_alphanumeric() || character == '_'));
            assert!(words.into_iter().any(|word| word == member), "{member} of {line}");
        }
    }
    assert!(lines.iter().any(|(_, line)| line["event"] == "wait" && line["errcode"] == -1));
}

#[test]
fn null_turns_logging_off_and_each_user_data_is_destroyed_once() {
    let _turn = alone();
    let shop = Shop::open();
    let client = new_client(&shop.config(""));
    let [first, second, third] = [(); 3].map(|()| Arc::<Heard>::default());
    listen(client, &first, 4);
    listed(client);
    let lines = first.events().len();
    assert!(lines > 0);
    listen(client, &second, 4);
    assert_eq!((first.destroyed(), second.destroyed()), (1, 0));
    listed(client);
    assert_eq!(first.events().len(), lines);
    // Off; its user_data is destroyed all the same.
    // SAFETY: no function, and data that fits its destroyer.
    unsafe { contactway_set_logger(client, None, third.data(), Some(destroy), 4) };
    assert_eq!((second.destroyed(), third.destroyed()), (1, 1));
    let lines = second.events().len();
    listed(client);
    assert_eq!(second.events().len(), lines);
    // Without a destroyer nothing is called.
    let kept = Arc::<Heard>::default();
    // SAFETY: the data outlives the client.
    unsafe { contactway_set_logger(client, Some(hear), Arc::as_ptr(&kept).cast_mut().cast(), None, 4) };
    listed(client);
    contactway_client_free(client);
    assert!(kept.destroyed() == 0 && !kept.events().is_empty());
    // No client: it can never be called.
    for wrong in [client, u64::MAX, 1 << 52] {
        let heard = Arc::default();
        listen(wrong, &heard, 4);
        assert_eq!(heard.destroyed(), 1, "{wrong}");
    }
}

#[test]
fn client_0_is_what_later_clients_start_with() {
    let _turn = alone();
    let shop = Shop::open();
    let before = new_client(&shop.config(""));
    let heard = Arc::<Heard>::default();
    listen(0, &heard, 3);
    let after = new_client(&shop.config(""));
    listed(before);
    assert!(heard.events().is_empty());
    listed(after);
    assert!(heard.highest() == 3);
    let lines = heard.events().len();
    // SAFETY: nothing is given.
    unsafe { contactway_set_logger(0, None, ptr::null_mut(), None, 0) };
    assert_eq!(heard.destroyed(), 0, "a client has it still");
    listed(after);
    assert!(heard.events().len() > lines);
    contactway_client_free(after);
    assert_eq!(heard.destroyed(), 1);
    contactway_client_free(before);
}

#[test]
fn several_threads_log_at_once_and_a_logger_changes_under_them() {
    let _turn = alone();
    let shop = Shop::open();
    let client = new_client(&shop.config(r#","max_in_flight":0"#));
    let loggers: Vec<Arc<Heard>> = (0..50).map(|_| Arc::default()).collect();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..30 {
                    assert_eq!(json_get(&listed(client), "/errcode").as_deref(), Some("0"));
                }
            });
        }
        for heard in &loggers {
            listen(client, heard, 4);
            thread::sleep(Duration::from_millis(2));
        }
    });
    contactway_client_free(client);
    assert!(loggers.iter().all(|heard| heard.destroyed() == 1));
    assert!(loggers.iter().any(|heard| !heard.events().is_empty()));
}

#[test]
fn freeing_a_client_under_a_call_destroys_its_logger_only_behind_it() {
    let _turn = alone();
    let server = Raw::serve(Peer::hang);
    let client = new_client(&format!(r#"{{"base_url":"http://{}","access_token":"t"}}"#, server.address));
    let heard = Arc::<Heard>::default();
    listen(client, &heard, 4);
    let call = thread::spawn(move || listed(client));
    while server.connections() == 0 {
        thread::yield_now();
    }
    contactway_client_free(client);
    assert_eq!(json_get(&call.join().unwrap(), "/error/kind").as_deref(), Some("cancelled"));
    assert_eq!(heard.events().last().map(|(_, event)| event.as_str()), Some("call"));
    assert_eq!(heard.destroyed(), 1);
}

/// A provider that answers so.
struct Answers {
    /// What it writes.
    writes: &'static [u8],
    /// What it says it wrote.
    length: AtomicI32,
    asked: AtomicUsize,
    asked_again: AtomicUsize,
}

unsafe extern "C" fn provide(data: *mut c_void, rejected: i32, buffer: *mut c_char, capacity: usize) -> i32 {
    // SAFETY: the data of an [`Answers`] that outlives the client.
    let answers = unsafe { &*data.cast::<Answers>() };
    assert!(answers.writes.len() <= capacity);
    // SAFETY: the library says how much fits.
    unsafe { ptr::copy_nonoverlapping(answers.writes.as_ptr(), buffer.cast(), answers.writes.len()) };
    answers.asked.fetch_add(1, Ordering::SeqCst);
    answers.asked_again.fetch_add(usize::from(rejected == 1), Ordering::SeqCst);
    answers.length.load(Ordering::SeqCst)
}

fn provider(writes: &'static [u8], length: i32) -> Answers {
    Answers { writes, length: AtomicI32::new(length), asked: AtomicUsize::new(0), asked_again: AtomicUsize::new(0) }
}

/// What a list answers with such a provider, at a server that refuses the token so often.
fn listed_with(answers: &Answers, refusals: usize, code: i32) -> (String, usize) {
    let refused = AtomicUsize::new(0);
    let server = Raw::serve(move |peer| {
        while peer.request().is_some() {
            let refuse = refused.fetch_add(1, Ordering::SeqCst) < refusals;
            let code = if refuse { code } else { 0 };
            peer.answer("200 OK", "", format!(r#"{{"errcode":{code},"errmsg":"token"}}"#));
        }
    });
    let config = format!(r#"{{"base_url":"http://{}","corp_id":"ww1","token_provider":true}}"#, server.address);
    let client = new_client(&config);
    // SAFETY: a function and data that fit each other; the client is freed before the data.
    let set =
        unsafe { contactway_set_token_provider(client, Some(provide), ptr::from_ref(answers).cast_mut().cast(), None) };
    assert_eq!(json_get(&taken(set), "/errcode").as_deref(), Some("0"));
    let answer = listed(client);
    contactway_client_free(client);
    (answer, server.requests().len())
}

#[test]
fn a_provider_that_fails_or_lies_is_auth_and_overruns_nothing() {
    let _turn = alone();
    let full: &[u8] = &[b't'; 4096];
    for (writes, length) in [
        (&b""[..], -1),
        (b"", i32::MIN),
        (b"token", 0),
        (b"token", 6),
        (b"token", 4096),
        (b"token", 4097),
        (full, 4097),
        (full, i32::MAX),
        (b"tok\0n", 5),
        (b"tok n", 5),
        (b"tok\nn", 5),
        (b"\xff\xfe\xfd", 3),
        ("tökn".as_bytes(), 5),
    ] {
        let answers = provider(writes, length);
        let (answer, requests) = listed_with(&answers, 0, 0);
        let what = format!("{writes:?} {length}: {answer}");
        assert_eq!(json_get(&answer, "/errcode").as_deref(), Some("-1004"), "{what}");
        assert_eq!(json_get(&answer, "/error/kind").as_deref(), Some("auth"), "{what}");
        assert_eq!(json_get(&answer, "/error/effect").as_deref(), Some("none"), "{what}");
        assert_eq!(requests, 0, "{what}");
        assert!(!answer.contains("tok") || answer.contains("token provider"), "{what}");
    }
    let (answer, requests) = listed_with(&provider(full, 4096), 0, 0);
    assert_eq!((json_get(&answer, "/errcode").as_deref(), requests), (Some("0"), 1));
}

#[test]
fn a_provider_is_told_of_a_refusal_and_the_call_repeated_once() {
    let _turn = alone();
    for code in [40014, 42001] {
        // The same token again is still refused: no repeat.
        let answers = provider(b"token", 5);
        let (answer, requests) = listed_with(&answers, 9, code);
        assert_eq!((json_get(&answer, "/errcode"), requests), (Some(code.to_string()), 1));
        assert_eq!(json_get(&answer, "/error/kind").as_deref(), Some("auth"));
        assert_eq!((answers.asked.into_inner(), answers.asked_again.into_inner()), (2, 1));
        for (refusals, expected) in [(1, 0), (9, code)] {
            let answers = Fresh::default();
            let (answer, requests) = answers.listed(refusals, code);
            assert_eq!((json_get(&answer, "/errcode"), requests), (Some(expected.to_string()), 2), "{answer}");
            assert_eq!(answers.asked.into_inner(), 2);
        }
    }
}

/// A provider with another token each time.
#[derive(Default)]
struct Fresh {
    asked: AtomicUsize,
}

unsafe extern "C" fn provide_fresh(data: *mut c_void, rejected: i32, buffer: *mut c_char, _: usize) -> i32 {
    // SAFETY: the data of a [`Fresh`] that outlives the client.
    let asked = unsafe { &*data.cast::<Fresh>() }.asked.fetch_add(1, Ordering::SeqCst);
    assert_eq!(usize::from(rejected == 1), asked, "the second time because the first was refused");
    let token = format!("token-{asked}");
    // SAFETY: there is room for more.
    unsafe { ptr::copy_nonoverlapping(token.as_ptr().cast(), buffer, token.len()) };
    i32::try_from(token.len()).unwrap()
}

impl Fresh {
    fn listed(&self, refusals: usize, code: i32) -> (String, usize) {
        let seen = AtomicUsize::new(0);
        let server = Raw::serve(move |peer| {
            while let Some(request) = peer.request() {
                let nth = seen.fetch_add(1, Ordering::SeqCst);
                assert!(request.contains(&format!("access_token=token-{nth}")), "{request}");
                let code = if nth < refusals { code } else { 0 };
                peer.answer("200 OK", "", format!(r#"{{"errcode":{code},"errmsg":""}}"#));
            }
        });
        let config = format!(r#"{{"base_url":"http://{}","corp_id":"ww1","token_provider":true}}"#, server.address);
        let client = new_client(&config);
        // SAFETY: a function and data that fit each other; the client is freed before the data.
        taken(unsafe {
            contactway_set_token_provider(client, Some(provide_fresh), ptr::from_ref(self).cast_mut().cast(), None)
        });
        let answer = listed(client);
        contactway_client_free(client);
        (answer, server.requests().len())
    }
}

#[test]
fn without_a_provider_a_call_says_what_is_missing() {
    let _turn = alone();
    let shop = Shop::open();
    let config = format!(r#"{{"base_url":"{}","corp_id":"ww1","token_provider":true}}"#, shop.sandbox.base_url());
    let client = new_client(&config);
    let answer = listed(client);
    assert_eq!(json_get(&answer, "/errcode").as_deref(), Some("-1004"), "{answer}");
    assert!(answer.contains("set_token_provider"), "{answer}");
    contactway_client_free(client);
    assert!(shop.calls().is_empty());
}

#[test]
fn a_provider_that_cannot_be_set_is_destroyed_all_the_same() {
    let _turn = alone();
    let shop = Shop::open();
    let with_secret = new_client(&shop.config(""));
    let with_provider = new_client(r#"{"base_url":"http://127.0.0.1:1","corp_id":"ww1","token_provider":true}"#);
    let data = Arc::<Heard>::default();
    let set = |client: u64, provide: contactway::ffi::contactway_token_fn| {
        // SAFETY: the data fits its destroyer, and the function is never called.
        taken(unsafe { contactway_set_token_provider(client, provide, data.data(), Some(destroy)) })
    };
    for (client, function, kind) in [
        (with_secret, Some(provide as _), "invalid_argument"),
        (with_provider, None, "invalid_argument"),
        (0, Some(provide as _), "invalid_handle"),
        (u64::MAX, Some(provide as _), "invalid_handle"),
    ] {
        let before = data.destroyed();
        assert_eq!(json_get(&set(client, function), "/error/kind").as_deref(), Some(kind));
        assert_eq!(data.destroyed(), before + 1, "{client}");
    }
    // One that was set is destroyed when another takes its place, and that when the client goes.
    let before = data.destroyed();
    for _ in 0..2 {
        assert_eq!(json_get(&set(with_provider, Some(provide)), "/errcode").as_deref(), Some("0"));
    }
    assert_eq!(data.destroyed(), before + 1);
    contactway_client_free(with_provider);
    assert_eq!(data.destroyed(), before + 2);
    contactway_client_free(with_secret);
}

#[test]
fn what_a_configuration_is_warned_of_is_logged_with_every_client_made() {
    let _alone = alone();
    let heard = Arc::default();
    listen(0, &heard, 2);
    let authority = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem();
    let pem = authority + include_str!("misbehaving/version_1.pem");
    let configs = [
        r#"{"access_token":"a-token","base_url":"http://10.0.0.1","insecure_http":true}"#.to_owned(),
        serde_json::json!({"access_token": "a-token", "extra_ca_file": pem}).to_string(),
    ];
    for (config, says) in configs.iter().zip(["unencrypted", "extra_ca_file: certificate number 2"]) {
        for nth in 1..=2 {
            let client = new_client(config);
            contactway_client_free(client);
            let lines = heard.lines.lock().unwrap().clone();
            let warned = lines.iter().filter(|(level, line)| {
                *level == 2 && line["event"] == "configuration" && line["message"].as_str().unwrap().contains(says)
            });
            assert_eq!(warned.count(), nth, "{lines:?}");
        }
    }
    // SAFETY: turned off again; nothing is given that would be called.
    unsafe { contactway_set_logger(0, None, ptr::null_mut(), None, 0) };
}
