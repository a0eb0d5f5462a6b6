//! Secrets appear in nothing that comes out, though the server echoes them in every way it can think of.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test
#![allow(unsafe_code)] // the logger and the token provider are C's

mod support;

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr;
use std::sync::Mutex;

use contactway::ffi::{
    contactway_add, contactway_client_free, contactway_client_new, contactway_list, contactway_set_logger,
    contactway_set_suite_ticket, contactway_set_token_provider, contactway_string_free,
};
use contactway::{Client, Options, Shared};
use support::raw::{Peer, Raw};
use support::{SIMPLE, add, list};

/// Each with characters that JSON or a URL may spell in another way.
const SECRETS: [&str; 7] = [
    "MARK-secret/of-app=1",
    "MARK-access.token-2",
    "MARK-suite-secret+3",
    "MARK-suite ticket-4",
    "MARK-permanent-code\"5",
    "MARK-suite-token_6",
    "MARK-proxy-pass:7",
];
/// As WeCom's errmsg holds it.
const CALLERS_ADDRESS: &str = "203.0.113.77";

fn percent(text: &str, every: bool, upper: bool) -> String {
    let spell = |byte: u8| match (every || !byte.is_ascii_alphanumeric(), upper) {
        (false, _) => char::from(byte).to_string(),
        (true, true) => format!("%{byte:02X}"),
        (true, false) => format!("%{byte:02x}"),
    };
    text.bytes().map(spell).collect()
}

fn escaped(text: &str, every: bool) -> String {
    let spell = |char: char| {
        if every || !char.is_ascii_alphanumeric() { format!("\\u{:04x}", u32::from(char)) } else { char.to_string() }
    };
    text.chars().map(spell).collect()
}

/// All secrets in each spelling that may stand in a JSON string.
fn spellings() -> Vec<String> {
    let all = SECRETS.join(" ");
    let json = serde_json::to_string(&all).unwrap();
    let json = json[1..json.len() - 1].to_owned();
    vec![
        json.replace('/', "\\/"),
        json,
        escaped(&all, false),
        escaped(&all, true),
        percent(&all, false, true),
        percent(&all, false, false),
        percent(&all, true, true),
        SECRETS.map(|secret| percent(secret, false, true)).join("+").replace("%20", "+"),
    ]
}

/// Whether a text holds a secret in any spelling: found by undoing the spellings, not by knowing them.
fn leaks(text: &str) -> bool {
    let mut plain = text.to_owned();
    for _ in 0..3 {
        plain = undone(&plain);
        if plain.contains("MARK") || plain.contains("TUFSSy") {
            return true;
        }
    }
    text.contains("MARK")
}

fn undone(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut plain = String::new();
    let mut at = 0;
    while at < characters.len() {
        let hex = |from: usize, length: usize| {
            let digits: String = characters.get(from..from + length)?.iter().collect();
            char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
        };
        let (undone, length) = match (characters[at], characters.get(at + 1)) {
            ('%', _) => (hex(at + 1, 2), 3),
            ('\\', Some('u')) => (hex(at + 2, 4), 6),
            ('\\', Some(other)) => (Some(*other), 2),
            _ => (None, 1),
        };
        plain.push(undone.unwrap_or(characters[at]));
        at += if undone.is_some() { length } else { 1 };
    }
    plain
}

/// Answers that tell all that a server knows.
fn echoes() -> Vec<(&'static str, String)> {
    let mut answers = Vec::new();
    for secret in spellings() {
        let message = format!("invalid {secret}, hint: [1], from ip: {CALLERS_ADDRESS}");
        for code in [0, 40013, 40014, 40082, 42001, 45009, 48002, -1] {
            answers.push(("200 OK", format!(
                r#"{{"errcode":{code},"errmsg":"{message}","echo":{{"{secret}":["{secret}"]}},"x{secret}":"?t={secret}&"}}"#
            )));
        }
        answers.push(("200 OK", format!("<html>{secret}</html>")));
        answers.push(("200 OK", format!(r#"{{"errcode":"{secret}"}}"#)));
        answers.push(("200 OK", format!(r#"{{"{secret}":1"#)));
        answers.push(("502 Bad Gateway", secret.clone()));
        answers.push(("302 Found", secret));
    }
    answers
}

fn tokens() -> [(&'static str, String); 3] {
    let [_, access, _, _, _, suite, _] = SECRETS;
    [
        ("gettoken", format!(r#"{{"errcode":0,"errmsg":"ok","access_token":"{access}","expires_in":7200}}"#)),
        ("get_suite_token", format!(r#"{{"suite_access_token":"{suite}","expires_in":7200}}"#)),
        ("get_corp_token", format!(r#"{{"access_token":"{access}","expires_in":7200}}"#)),
    ]
}

/// A server that echoes, at one step of the way, and is well behaved before it.
fn server(echo_at: &'static str, status: &'static str, body: String) -> Raw {
    Raw::serve(move |peer: &mut Peer| {
        while let Some(request) = peer.request() {
            let path = request.split(['?', ' ']).nth(1).unwrap().to_owned();
            let token = tokens().into_iter().find(|(name, _)| path.ends_with(name));
            let headers = format!("Location: http://127.0.0.1:1/?t={}\r\n", percent(SECRETS[1], false, true));
            let sent = match token {
                Some((name, token)) if name != echo_at => peer.answer("200 OK", "", token),
                None if echo_at != "endpoint" => peer.grant(),
                _ => peer.answer(status, &headers, &body),
            };
            if !sent {
                return;
            }
        }
    })
}

fn config(base_url: &str, suite: bool) -> String {
    let [secret, _, suite_secret, ticket, code, ..] = SECRETS;
    let more = r#""max_attempts":2,"timeout_ms":1500,"rate_limit":false"#;
    let credentials = if suite {
        let suite = serde_json::json!({"suite_id": "ws1", "suite_secret": suite_secret, "suite_ticket": ticket,
            "auth_corp_id": "ww1", "permanent_code": code});
        format!(r#""suite":{suite}"#)
    } else {
        format!(r#""corp_id":"ww1","secret":"{secret}""#)
    };
    format!(r#"{{"base_url":"{base_url}",{more},{credentials}}}"#)
}

/// What two calls say, in every way that they say it.
fn everything(client: &Client) -> String {
    let mut said = String::new();
    for outcome in [add(client, SIMPLE), list(client, "{}")] {
        match outcome {
            Ok(answer) => {
                let value: serde_json::Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{answer}"));
                assert_eq!(value["errcode"], 0, "{answer}");
                said += &answer;
            }
            Err(error) => {
                let json = error.to_json();
                let value: serde_json::Value = serde_json::from_str(&json).unwrap_or_else(|_| panic!("{json}"));
                assert!(value["errcode"].is_i64() && value["error"]["kind"].is_string(), "{json}");
                said += &[json, format!("{error} {error:?} {error:#?} {:?}", error.details())].concat();
            }
        }
    }
    said
}

#[test]
fn a_secret_that_is_a_members_name_leaves_an_answer_an_answer() {
    for name in ["errcode", "errmsg", "error"] {
        let server = Raw::serve(move |peer| {
            while peer.request().is_some()
                && peer.answer("200 OK", "", format!(r#"{{"errcode":0,"errmsg":"ok","error":"","x-{name}":"{name}"}}"#))
            {
            }
        });
        let config = format!(r#"{{"base_url":"http://{}","access_token":"{name}"}}"#, server.address);
        let answer = list(&Client::new(&config, &Shared::default()).unwrap(), "{}").unwrap();
        assert_eq!(answer, r#"{"errcode":0,"errmsg":"ok","server_error":"","x-***":"***"}"#);
    }
}

#[test]
fn an_errcode_that_is_no_number_hides_no_secret() {
    let server = Raw::serve(|peer| {
        let body = r#"{"errcode":"MARK-token","errcode":0,"errmsg":"ok"}"#;
        while peer.request().is_some() && peer.answer("200 OK", "", body) {}
    });
    let config = format!(r#"{{"base_url":"http://{}","access_token":"MARK-token"}}"#, server.address);
    let error = list(&Client::new(&config, &Shared::default()).unwrap(), "{}").unwrap_err();
    assert!(!error.to_json().contains("MARK"), "{error}");
}

/// A server that hands out numbered tokens and tells every one of them, and every ticket, in all its answers.
#[test]
fn what_a_client_held_before_is_masked_too() {
    const SAID: &str =
        "MARK-suite-token/1 MARK-suite-token/2 MARK-token/1 MARK-token/2 MARK-ticket/1 MARK-ticket/2 MARK-ticket/3";
    let fetched = [0, 1].map(|_| std::sync::atomic::AtomicUsize::new(0));
    let server = Raw::serve(move |peer| {
        while let Some(request) = peer.request() {
            let next = |of: usize| fetched[of].fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
            let body = if request.contains("get_suite_token") {
                format!(r#"{{"suite_access_token":"MARK-suite-token/{}","expires_in":7200}}"#, next(0))
            } else if request.contains("get_corp_token") {
                format!(r#"{{"access_token":"MARK-token/{}","expires_in":7200}}"#, next(1))
            } else if request.contains("MARK-token%2F1") && request.contains("get_contact_way") {
                format!(r#"{{"errcode":42001,"errmsg":"{SAID}"}}"#)
            } else {
                format!(r#"{{"errcode":0,"errmsg":"ok","said":"{SAID}"}}"#)
            };
            if !peer.answer("200 OK", "", body) {
                return;
            }
        }
    });
    let suite = r#"{"suite_id":"s","suite_secret":"MARK-secret","suite_ticket":"MARK-ticket/1","auth_corp_id":"ww1","permanent_code":"MARK-code"}"#;
    let config = format!(r#"{{"base_url":"http://{}","suite":{suite}}}"#, server.address);
    let client = Client::new(&config, &Shared::default()).unwrap();
    let said = |answer: String| contactway::json_get(&answer, "/said").unwrap();
    let first = said(list(&client, "{}").unwrap());
    assert_eq!(first, "*** MARK-suite-token/2 *** MARK-token/2 *** MARK-ticket/2 MARK-ticket/3");
    client.set_suite_ticket("MARK-ticket/2").unwrap();
    client.set_suite_ticket("MARK-ticket/3").unwrap();
    support::get(&client, "id").unwrap();
    let last = said(list(&client, "{}").unwrap());
    assert_eq!(last, "*** MARK-suite-token/2 *** *** *** *** ***");
}

#[test]
fn no_answer_and_no_error_holds_a_secret() {
    for (status, body) in echoes() {
        for (suite, steps) in [(false, ["gettoken", "endpoint"]), (true, ["get_corp_token", "endpoint"])] {
            for step in steps {
                let server = server(step, status, body.clone());
                let base_url = format!("http://{}", server.address);
                let shared = Shared::default();
                let client = Client::new(&config(&base_url, suite), &shared).unwrap();
                let said = everything(&client);
                // What a server may know at this step: the password of a proxy is not among it.
                let [secret, access, suite_secret, ticket, code, suite_token, _] = SECRETS;
                let known = match (suite, step) {
                    (false, "gettoken") => vec![secret],
                    (false, _) => vec![secret, access],
                    (true, "get_corp_token") => vec![suite_secret, ticket, code, suite_token],
                    (true, _) => vec![suite_secret, ticket, code, access],
                };
                let plain = undone(&undone(&said));
                for secret in known {
                    let spelled = secret.replace(' ', "+");
                    let found = [&said, &plain].iter().any(|text| text.contains(secret) || text.contains(&spelled));
                    assert!(!found, "{secret} after {body} at {step}: {said}");
                }
            }
        }
    }
}

#[test]
fn a_suite_token_that_is_refused_is_not_told() {
    let body = r#"{"suite_access_token":"MARK-suite-token_6","errcode":95000,"errmsg":"MARK-suite ticket-4"}"#;
    let server = server("get_suite_token", "200 OK", body.to_owned());
    let client = Client::new(&config(&format!("http://{}", server.address), true), &Shared::default()).unwrap();
    let said = everything(&client);
    assert!(!leaks(&said), "{said}");
}

#[test]
fn wrong_configurations_and_options_do_not_repeat_what_they_hold() {
    let [secret, token, suite_secret, ticket, code, ..] = SECRETS.map(|it| serde_json::json!(it).to_string());
    for config in [
        format!(r#"{{"corp_id":"ww1","secret":{secret},"nonsense":{token}}}"#),
        format!(r#"{{"corp_id":"ww1","secret":{secret},"access_token":{token}}}"#),
        format!(r#"{{"secret":{secret}}}"#),
        format!(r#"{{"corp_id":7,"secret":[{secret}]}}"#),
        format!(r#"{{"suite":{{"suite_id":1,"suite_secret":{suite_secret},"suite_ticket":{ticket}}}}}"#),
        format!(r#"{{"suite":{{"permanent_code":{code},"more":{code}}}}}"#),
        format!(r#"{{"access_token":{token},"base_url":"http://example.com/?t=MARK-1"}}"#),
        format!(r#"{{"access_token":{token},"base_url":"https://MARK:MARK@example.com"}}"#),
        r#"{"access_token":"t","proxy":"http://u:MARK 7@h:1"}"#.to_owned(),
        r#"{"access_token":"t","proxy":"socks9://u:MARK-7@h:1"}"#.to_owned(),
        r#"{"access_token":"t","proxy":"http://u:MARK-7@h:notaport"}"#.to_owned(),
        r#"{"access_token":"t","store":"postgres://u:MARK-8@h/d"}"#.to_owned(),
        r#"{"access_token":"t","store":"mysql://u:MARK-8@h/d"}"#.to_owned(),
        r#"{"access_token":"t","validate":"MARK-9"}"#.to_owned(),
        format!(r#"{{"access_token":{token}"#),
        format!("[{token}]"),
    ] {
        let Err(error) = Client::new(&config, &Shared::default()) else { panic!("{config} was accepted") };
        let said = format!("{} {error} {error:?}", error.to_json());
        assert!(!leaks(&said), "{config}: {said}");
    }
    let error = Options::parse(r#"{"timeout_ms":"MARK-1","canceller":"MARK-2"}"#, None);
    let error = error.err().unwrap();
    assert!(!leaks(&format!("{} {error:?}", error.to_json())));
}

/// Every log line of this process's clients.
static LOGGED: Mutex<String> = Mutex::new(String::new());

unsafe extern "C" fn log(_: *mut c_void, _: i32, message: *const c_char) {
    // SAFETY: the library gives a C string.
    let message = unsafe { CStr::from_ptr(message) }.to_str().unwrap();
    let line: serde_json::Value = serde_json::from_str(message).unwrap();
    assert!(line.is_object());
    let mut logged = LOGGED.lock().unwrap();
    logged.push_str(message);
    logged.push('\n');
}

unsafe extern "C" fn provide(_: *mut c_void, rejected: i32, buffer: *mut c_char, capacity: usize) -> i32 {
    let token = if rejected == 0 { "MARK-provided-1" } else { "MARK-provided-2" };
    assert!(token.len() <= capacity);
    // SAFETY: the library says how much fits.
    unsafe { ptr::copy_nonoverlapping(token.as_ptr().cast(), buffer, token.len()) };
    i32::try_from(token.len()).unwrap()
}

/// The text of an answer, which is freed.
unsafe fn taken(answer: *mut c_char) -> String {
    // SAFETY: the library gives a C string.
    let text = unsafe { CStr::from_ptr(answer) }.to_str().unwrap().to_owned();
    // SAFETY: it came from the library, and is freed once.
    unsafe { contactway_string_free(answer) };
    text
}

#[test]
#[cfg(all(feature = "sqlite", feature = "sandbox"))]
fn what_the_host_wrote_into_its_requests_shows_no_secret_either() {
    let secret = SECRETS[0];
    let shop = support::Shop::with(&format!(r#"{{"apps":[{{"corp_id":"ww1","secret":"{secret}"}}]}}"#));
    let directory = support::directory::Directory::new();
    let client = shop.client(&format!(r#","store":"{}""#, directory.store()));
    let way = format!(r#"{{"type":2,"scene":2,"user":["lisi"],"state":"{secret}","{secret}":1}}"#);
    let report = directory.path().join("report.jsonl");
    let rows = |keys: [&str; 2]| {
        let rows = keys.map(|key| format!(r#"{{"key":"{key}","contact_way":{way}}}"#)).join(",");
        format!(r#"{{"rows":[{rows}],"namespace":"{secret}","report_path":"{}"}}"#, report.display())
    };
    let none = Options::default();
    let mut said = add(&client, &way).unwrap();
    said += &client.apply(&rows(["a", secret]), &none, None).unwrap();
    said += &std::fs::read_to_string(&report).unwrap();
    let other = rows(["a", secret]).replacen(r#""type":2"#, r#""type":1"#, 2);
    let dry = other.replacen('{', r#"{"dry_run":true,"replace":true,"#, 1);
    said += &client.apply(&dry, &none, None).unwrap();
    said += &std::fs::read_to_string(&report).unwrap();
    said += &client.apply(&other, &none, None).unwrap_err().to_json();
    said += &std::fs::read_to_string(&report).unwrap();
    said += &client.ledger("{}", &none).unwrap();
    shop.faults(r#"{"endpoint":"add_contact_way","do":{"silence":true}}"#);
    let keyed =
        Options { key: Some(format!("of {secret}")), timeout: Some(std::time::Duration::from_millis(300)), ..none };
    said += &client.call(contactway::Endpoint::Add, &way, &keyed).unwrap_err().to_json();
    assert!(!leaks(&said), "{said}");
    for told in
        [r#""created""#, r#""changes""#, r#""failed""#, r#""unknown_member""#, r#""entries""#, r#""key":"of ***""#]
    {
        assert!(said.contains(told), "{told}: {said}");
    }
}

#[test]
fn no_log_line_holds_a_secret_a_body_or_the_callers_address() {
    let request = CString::new(r#"{"type":1,"scene":2,"user":["zhangsan"],"remark":"BODY-remark"}"#).unwrap();
    let empty = CString::new("{}").unwrap();
    let mut answers = String::new();
    for (status, body) in echoes() {
        for step in ["gettoken", "endpoint", "provided"] {
            let server = server(step, status, body.replace("MARK-access.token-2", "MARK-provided-1"));
            let base_url = format!("http://{}", server.address);
            let config = match step {
                "provided" => {
                    format!(r#"{{"base_url":"{base_url}","corp_id":"ww1","token_provider":true,"timeout_ms":1500}}"#)
                }
                _ => config(&base_url, false),
            };
            let config = CString::new(config).unwrap();
            // SAFETY: C strings, and functions that take them.
            unsafe {
                let client = contactway_client_new(config.as_ptr(), ptr::null_mut());
                assert_ne!(client, 0);
                contactway_set_logger(client, Some(log), ptr::null_mut(), None, 5);
                let provider = contactway_set_token_provider(client, Some(provide), ptr::null_mut(), None);
                taken(provider);
                taken(contactway_set_suite_ticket(client, c"MARK-ticket".as_ptr()));
                let said = taken(contactway_add(client, request.as_ptr(), ptr::null()));
                if step == "provided" {
                    answers += &said;
                }
                answers += &taken(contactway_list(client, c"{\"cursor\":1}".as_ptr(), empty.as_ptr()));
                taken(contactway_list(client, empty.as_ptr(), empty.as_ptr()));
                contactway_client_free(client);
            }
        }
    }
    let logged = LOGGED.lock().unwrap();
    assert!(logged.contains("\"event\":\"call\"") && logged.contains("\"event\":\"attempt\""), "{logged}");
    assert!(!leaks(&logged), "{logged}");
    for kept_out in ["BODY-remark", CALLERS_ADDRESS, "zhangsan", "access_token", "http:", "cgi-bin"] {
        assert!(!logged.contains(kept_out), "{kept_out}");
    }
    assert!(!answers.contains("MARK-provided"), "{answers}");
}
