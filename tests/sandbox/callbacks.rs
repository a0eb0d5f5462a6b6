//! What happens to customers is told to the company's own server: sealed, signed, in order, again where need be.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use aes::Aes256;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use contactway::sandbox::Sandbox;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use crate::support::{NOW, Wecom, single, with};

const TOKEN: &str = "t0kenOfTheCallback";
const KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
const PATIENCE: Duration = Duration::from_secs(30);

/// The company's server: it answers each callback with the next of these, and the last of them ever after.
struct Company {
    url: String,
    requests: Receiver<String>,
}

impl Company {
    fn answering(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/wecom?app=7", listener.local_addr().unwrap());
        let (sender, requests) = channel();
        // Ends with the test's process.
        thread::spawn(move || serve(&listener, answers, &sender));
        Self { url, requests }
    }

    fn open() -> Self {
        Self::answering(&["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"])
    }

    /// A sandbox that calls back here.
    fn sandbox(&self) -> Wecom {
        Wecom::start(json!({"clock": NOW, "callback": callback(&self.url)}))
    }

    fn next(&self) -> String {
        self.requests.recv_timeout(PATIENCE).unwrap()
    }

    fn event(&self, corp_id: &str) -> Vec<(String, String)> {
        opened(&self.next(), corp_id)
    }
}

fn callback(url: &str) -> Value {
    json!({"url": url, "token": TOKEN, "encoding_aes_key": KEY})
}

/// An empty answer says nothing and keeps the connection open.
fn serve(listener: &TcpListener, answers: &[&str], seen: &Sender<String>) {
    let mut kept = Vec::new();
    for nth in 0.. {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = seen.send(read(&mut stream));
        let answer = answers[nth.min(answers.len() - 1)];
        if answer.is_empty() {
            kept.push(stream);
        } else {
            stream.write_all(answer.as_bytes()).unwrap();
        }
    }
}

fn read(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    while !text.ends_with("</xml>") {
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).unwrap();
        text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
    text
}

/// The value of a parameter of the request's query.
fn query<'r>(request: &'r str, name: &str) -> &'r str {
    let target = request.split(' ').nth(1).unwrap();
    let pairs = target.split_once('?').unwrap().1.split('&');
    pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).unwrap().1
}

/// The members of a flat document, in their order.
fn members(xml: &str) -> Vec<(String, String)> {
    let mut rest = xml.strip_prefix("<xml>").unwrap().strip_suffix("</xml>").unwrap();
    let mut members = Vec::new();
    while let Some((name, after)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        let (value, after) = after.split_once(&format!("</{name}>")).unwrap();
        members.push((name.to_owned(), character_data(value)));
        rest = after;
    }
    members
}

/// A number, or sections that each end where XML ends them.
fn character_data(value: &str) -> String {
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return value.to_owned();
    }
    let (mut rest, mut text) = (value, String::new());
    while !rest.is_empty() {
        let (section, after) = rest.strip_prefix("<![CDATA[").unwrap().split_once("]]>").unwrap();
        text.push_str(section);
        rest = after;
    }
    text
}

/// The sealed event of a callback, its signature and its addressee looked at.
fn opened(request: &str, corp_id: &str) -> Vec<(String, String)> {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /wecom?app=7&msg_signature="), "{head}");
    let envelope = members(body);
    let names: Vec<&str> = envelope.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names, envelope[0].1.as_str()), (vec!["ToUserName", "AgentID", "Encrypt"], corp_id));
    let sealed = envelope[2].1.as_str();
    let mut signed = [TOKEN, query(head, "timestamp"), query(head, "nonce"), sealed];
    signed.sort_unstable();
    let signature = query(head, "msg_signature");
    assert_eq!((signature.len(), signature), (40, signature.to_lowercase().as_str()));
    let byte = |at: usize| u8::from_str_radix(&signature[at..at + 2], 16).unwrap();
    let signature: Vec<u8> = (0..40).step_by(2).map(byte).collect();
    assert_eq!(signature, Sha1::digest(signed.concat()).to_vec());

    let key = STANDARD.decode(format!("{}A=", &KEY[..42])).unwrap();
    let mut bytes = STANDARD.decode(sealed).unwrap();
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(&key, &key[..16]).unwrap();
    let plain = cipher.decrypt_padded::<NoPadding>(&mut bytes).unwrap();
    let padding = usize::from(*plain.last().unwrap());
    assert!(plain.len().is_multiple_of(32) && (1..=32).contains(&padding));
    let length = u32::from_be_bytes(plain[16..20].try_into().unwrap()) as usize;
    let text = &plain[20..20 + length];
    assert_eq!(&plain[20 + length..plain.len() - padding], corp_id.as_bytes());
    members(std::str::from_utf8(text).unwrap())
}

fn value<'e>(event: &'e [(String, String)], name: &str) -> Option<&'e str> {
    event.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
}

fn corp_id(wecom: &Wecom) -> &str {
    wecom.info["corp_id"].as_str().unwrap()
}

fn scan(wecom: &Wecom, config_id: &str) -> Value {
    wecom.sandbox("POST", "scan", json!({"config_id": config_id}))
}

/// Waits until nothing is left to be told.
fn report(wecom: &Wecom) -> Value {
    let until = Instant::now() + PATIENCE;
    loop {
        let report = wecom.sandbox("GET", "callbacks", Value::Null);
        if report["waiting"] == 0 {
            return report;
        }
        assert!(Instant::now() < until, "{report}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_new_customer_is_told_with_state_and_welcome_code() {
    let company = Company::open();
    let wecom = company.sandbox();
    let customer = scan(&wecom, &wecom.added(with(single(), json!({"state": "store-42"}))));
    let event = company.event(corp_id(&wecom));
    let code = value(&event, "WelcomeCode").unwrap().to_owned();
    let expected = [
        ("ToUserName", corp_id(&wecom)),
        ("FromUserName", "sys"),
        ("CreateTime", "1767225600"),
        ("MsgType", "event"),
        ("Event", "change_external_contact"),
        ("ChangeType", "add_external_contact"),
        ("UserID", "lisi"),
        ("ExternalUserID", customer["external_userid"].as_str().unwrap()),
        ("State", "store-42"),
        ("WelcomeCode", &code),
    ];
    assert_eq!(event, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let told = report(&wecom)["callbacks"].take();
    let expected = json!([{
        "change_type": "add_external_contact", "corp_id": corp_id(&wecom), "userid": "lisi",
        "external_userid": customer["external_userid"], "state": "store-42", "welcome_code": code,
        "at": NOW, "attempts": 1, "status": 200,
    }]);
    assert_eq!(told, expected);
}

#[test]
fn who_must_agree_is_told_of_then_and_friends_not_again() {
    let company = Company::open();
    let wecom = company.sandbox();
    let way = wecom.added(with(single(), json!({"skip_verify": false})));
    let customer = scan(&wecom, &way);
    wecom.advance(60);
    let pair = json!({"userid": "lisi", "external_userid": customer["external_userid"]});
    wecom.sandbox("POST", "accept", pair);
    let again = json!({"config_id": way, "external_userid": customer["external_userid"]});
    wecom.sandbox("POST", "scan", again);
    let event = company.event(corp_id(&wecom));
    assert_eq!((value(&event, "CreateTime"), value(&event, "State")), (Some("1767225660"), None));
    assert_eq!(report(&wecom)["callbacks"].as_array().unwrap().len(), 1);
}

#[test]
fn both_ways_of_parting_are_told() {
    let company = Company::open();
    let wecom = company.sandbox();
    let way = wecom.added(single());
    for (by, change_type) in [("member", "del_external_contact"), ("customer", "del_follow_user")] {
        let customer = scan(&wecom, &way)["external_userid"].take();
        assert_eq!(value(&company.event(corp_id(&wecom)), "ChangeType"), Some("add_external_contact"));
        let end = json!({"userid": "lisi", "external_userid": customer, "by": by});
        assert_eq!(wecom.sandbox("POST", "end_contact", end.clone())["errcode"], 0);
        assert_eq!(wecom.sandbox("POST", "end_contact", end)["errcode"], 84061);
        let event = company.event(corp_id(&wecom));
        assert_eq!((value(&event, "ChangeType"), value(&event, "UserID")), (Some(change_type), Some("lisi")));
        assert_eq!((value(&event, "State"), value(&event, "WelcomeCode")), (None, None));
        assert_eq!(value(&event, "ExternalUserID"), customer.as_str());
    }
}

#[test]
fn what_an_app_does_itself_is_not_told() {
    let company = Company::open();
    let wecom = company.sandbox();
    let chat = scan(&wecom, &wecom.added(with(single(), json!({"is_temp": true}))));
    let pair = json!({"userid": "lisi", "external_userid": chat["external_userid"]});
    assert_eq!(wecom.call("close_temp_chat", pair)["errcode"], 0);
    assert_eq!(report(&wecom)["callbacks"].as_array().unwrap().len(), 1, "the scan alone");
}

#[test]
fn a_state_that_xml_has_to_be_careful_with_arrives() {
    let company = Company::open();
    let wecom = company.sandbox();
    scan(&wecom, &wecom.added(with(single(), json!({"state": "<a>&]]>\u{8}渠道"}))));
    let event = company.event(corp_id(&wecom));
    assert_eq!(value(&event, "State"), Some("<a>&]]>\u{FFFD}渠道"));
}

#[test]
fn what_is_not_taken_is_sent_three_times_more_and_then_the_next_has_its_turn() {
    let company = Company::answering(&[
        "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno",
        "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
        "this is no HTTP\r\n\r\n",
        "HTTP/1.1 201 Created\r\n\r\n",
        "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ]);
    let wecom = company.sandbox();
    let way = wecom.added(single());
    let (first, second) = (scan(&wecom, &way), scan(&wecom, &way));
    let sent: Vec<String> = (0..6).map(|_| company.next()).collect();
    assert!(sent[..4].iter().all(|request| *request == sent[0]), "the same again, and to the same place");
    assert_eq!(sent[4], sent[5]);
    for (request, customer) in [(&sent[0], first), (&sent[4], second)] {
        let event = opened(request, corp_id(&wecom));
        assert_eq!(value(&event, "ExternalUserID"), customer["external_userid"].as_str());
    }
    let told = report(&wecom)["callbacks"].take();
    let outcome = |at: usize| (told[at]["attempts"].clone(), told[at]["status"].clone());
    assert_eq!((outcome(0), outcome(1)), ((json!(4), json!(201)), (json!(2), json!(200))));
}

#[test]
fn five_seconds_without_an_answer_are_one_attempt() {
    let company = Company::answering(&["", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]);
    let wecom = company.sandbox();
    let way = wecom.added(single());
    let begun = Instant::now();
    scan(&wecom, &way);
    company.next();
    assert!(begun.elapsed() < Duration::from_secs(4), "the call was not held up");
    company.next();
    assert!(begun.elapsed() >= Duration::from_secs(5));
    assert_eq!(report(&wecom)["callbacks"][0]["attempts"], 2);
}

#[test]
fn a_sandbox_whose_company_says_nothing_ends_at_once() {
    let company = Company::answering(&[""]);
    let wecom = company.sandbox();
    scan(&wecom, &wecom.added(single()));
    company.next();
    let begun = Instant::now();
    drop(wecom);
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[test]
fn nobody_there_is_said_and_a_reset_forgets_what_waits() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let wecom = Wecom::start(json!({"callback": callback(&format!("http://{nobody}"))}));
    scan(&wecom, &wecom.added(single()));
    let told = report(&wecom)["callbacks"][0].take();
    assert_eq!((&told["attempts"], &told["status"]), (&json!(4), &Value::Null));

    let silent = Company::answering(&[""]);
    let wecom = silent.sandbox();
    let way = wecom.added(single());
    scan(&wecom, &way);
    scan(&wecom, &way);
    silent.next();
    assert_eq!(wecom.sandbox("GET", "callbacks", Value::Null)["waiting"], 2);
    wecom.sandbox("POST", "reset", Value::Null);
    let empty = json!({"errcode": 0, "errmsg": "ok", "callbacks": [], "waiting": 0, "lost": 0});
    assert_eq!(wecom.sandbox("GET", "callbacks", Value::Null), empty);
}

#[test]
fn its_keys_are_told_to_nobody_and_come_from_the_start_alone() {
    let company = Company::open();
    let wecom = company.sandbox();
    scan(&wecom, &wecom.added(single()));
    report(&wecom);
    let mut kept = Vec::new();
    wecom.sandbox.write_state(&mut kept).unwrap();
    let mut said = format!("{}{}{:?}", wecom.info, String::from_utf8(kept).unwrap(), wecom.sandbox);
    for path in [
        "/",
        "/sandbox/info",
        "/sandbox/state",
        "/sandbox/calls",
        "/sandbox/recent",
        "/sandbox/callbacks",
        "/sandbox/members",
    ] {
        said += &wecom.request("GET", path, b"").text();
    }
    assert!(!said.contains(TOKEN) && !said.contains(KEY));

    let mut state = wecom.sandbox("GET", "state", Value::Null);
    state["callback"] = callback("http://127.0.0.1:1/");
    let reply = wecom.request("PUT", "/sandbox/state", state.to_string().as_bytes());
    assert_eq!(reply.status, 400);
    assert!(!reply.text().contains(KEY) && !reply.text().contains(TOKEN));
}

#[test]
fn mistakes_in_the_configuration_are_all_named_and_none_tells_a_key() {
    let wrong = json!({"url": "https://example.com/", "token": "not good!", "encoding_aes_key": "short", "app": 1});
    let error = Sandbox::start(&json!({"callback": wrong}).to_string()).unwrap_err().to_string();
    for part in
        ["callback.url must be http://", "callback.token must", "callback.encoding_aes_key must", "callback.app is"]
    {
        assert!(error.contains(part), "{part} is not in {error}");
    }
    assert!(!error.contains("short") && !error.contains("not good"));
    let missing = Sandbox::start(r#"{"callback": {}}"#).unwrap_err().to_string();
    for member in ["url", "token", "encoding_aes_key"] {
        assert!(missing.contains(&format!("callback.{member} is required")), "{missing}");
    }
    for url in [
        "http://127.0.0.1:0/",
        "http://",
        "http://:80/",
        "http://u@127.0.0.1/",
        "ftp://127.0.0.1/",
        "http://127.0.0.1:70000/",
    ] {
        assert!(Sandbox::start(&json!({"callback": callback(url)}).to_string()).is_err(), "{url}");
    }
}

#[test]
fn of_a_crowd_before_a_silent_company_ten_thousand_wait_and_the_others_are_counted() {
    let company = Company::answering(&[""]);
    let wecom = company.sandbox();
    let scan = json!({"config_id": wecom.added(single())}).to_string();
    let mut connection = wecom.connect();
    for _ in 0..10_003 {
        assert_eq!(connection.request("POST", "/sandbox/scan", &[], scan.as_bytes()).json()["errcode"], 0);
    }
    let report = wecom.sandbox("GET", "callbacks", Value::Null);
    assert_eq!((&report["waiting"], &report["lost"]), (&json!(10_000), &json!(3)));
}
