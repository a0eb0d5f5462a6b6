//! The page at `/`, in a real browser, as wide as a screen and as narrow as a telephone.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::needless_pass_by_value)] // Tests fail by panicking.

mod browser;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use browser::Browser;
use contactway::sandbox::Sandbox;
use serde_json::{Value, json};

const WIDTHS: [u32; 2] = [1280, 390];

/// A sandbox whose clock stands, with a token.
struct World {
    sandbox: Sandbox,
    token: String,
}

impl World {
    fn start() -> Self {
        Self::with(r#"{"clock": 1767225600}"#)
    }

    fn with(config: &str) -> Self {
        let sandbox = Sandbox::start(config).unwrap();
        let info: Value = serde_json::from_str(&sandbox.info_json()).unwrap();
        let (corp_id, secret) = (info["corp_id"].as_str().unwrap(), info["secret"].as_str().unwrap());
        let world = Self { sandbox, token: String::new() };
        let answer = world.ask("GET", &format!("/cgi-bin/gettoken?corpid={corp_id}&corpsecret={secret}"), json!({}));
        Self { token: answer["access_token"].as_str().unwrap().to_owned(), ..world }
    }

    fn text(&self, method: &str, path: &str, body: Value) -> String {
        let address = self.sandbox.base_url().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        let body = body.to_string();
        write!(stream, "{method} {path} HTTP/1.0\r\nHost: {address}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        serde_json::from_str(self.text(method, path, body).split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    fn call(&self, name: &str, body: Value) -> Value {
        self.ask("POST", &format!("/cgi-bin/externalcontact/{name}?access_token={}", self.token), body)
    }

    fn added(&self, body: Value) -> String {
        let answer = self.call("add_contact_way", body);
        answer["config_id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    fn url(&self) -> String {
        format!("{}/", self.sandbox.base_url())
    }
}

/// Looks at a world's page in both widths; skipped where there is no browser.
fn look(name: &str, at: impl Fn(&mut Browser, &World)) {
    for width in WIDTHS {
        let Some(mut browser) = Browser::start() else {
            eprintln!(
                "skipped: no Chromium here that works, to look at the page with; install it (Debian: apt install chromium)"
            );
            return;
        };
        let world = World::start();
        browser.open(&world.url(), width);
        browser.wait_for("#clock", "2026-01-01 00:00:00 UTC");
        at(&mut browser, &world);
        let widths =
            browser.eval("(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.documentElement)");
        assert!(widths[0].as_u64() <= widths[1].as_u64(), "something sticks out at the side: {widths}");
        browser.screenshot(&format!("{name}-{width}"));
    }
}

#[test]
fn contact_ways_customers_messages_and_calls_are_shown_and_a_text_is_no_markup() {
    look("shown", |browser, world| {
        let way = world.added(json!({
            "type": 1, "scene": 2, "user": ["zhangyisheng"], "is_temp": true, "remark": "<i id=evil>", "state": "clinic",
            "conclusions": {"text": {"content": "早日康复<b id=evil>"}}}));
        let scan = json!({"config_id": way, "corp_name": "<u id=evil>"});
        let customer = world.ask("POST", "/sandbox/scan", scan)["external_userid"].as_str().unwrap().to_owned();
        world.call("close_temp_chat", json!({"userid": "zhangyisheng", "external_userid": customer}));
        browser.wait_for("#messages", "早日康复<b id=evil>");
        for shown in [
            way.as_str(),
            "remark: <i id=evil>",
            "state: clinic",
            "type 1: single",
            "scene 2: QR code",
            "dead",
            "1 scanned",
        ] {
            browser.wait_for("#ways", shown);
        }
        browser.wait_for("#customers", &format!("{customer} (<u id=evil>)"));
        browser.wait_for("#calls", "close_temp_chat");
        browser.wait("document.querySelector('#ways img').naturalWidth > 0");
        assert_eq!(browser.eval("document.querySelector('#evil')"), Value::Null);
        assert_eq!(browser.text("#trouble"), "");
        let calls = world.ask("GET", "/sandbox/calls", json!({}));
        assert_eq!(calls["calls"].as_array().unwrap().len(), 3, "looking is no call");
    });
}

#[test]
fn a_fault_is_set_and_cleared() {
    look("fault", |browser, world| {
        let list = || world.call("list_contact_way", json!({}))["errcode"].clone();
        browser.wait("document.querySelectorAll('#fault-endpoint option').length > 5");
        browser.eval("document.querySelector('#fault-endpoint').value = 'list_contact_way'");
        browser.fill("#fault-times", "3");
        browser.click("#fault button", "Set");
        browser.wait_for("#faults", "list_contact_way");
        browser.wait_for("#faults", "{\"errcode\":45009}");
        assert_eq!(list(), 45009);
        browser.click("#faults button", "Clear");
        browser.wait_for("#faults", "None");
        assert_eq!(list(), 0);
    });
}

#[test]
fn a_customer_is_scanned_accepted_and_leaves() {
    look("accept", |browser, world| {
        world.added(json!({"type": 2, "scene": 2, "user": ["lisi"], "skip_verify": false, "state": "store-42"}));
        browser.click("#ways button", "Scan");
        browser.wait_for("#customers", "has not accepted yet");
        browser.wait_for("#customers", "store-42");
        browser.click("#customers button", "Accept");
        browser.wait("!document.querySelector('#customers').innerText.includes('has not accepted yet')");
        browser.click("#customers button", "Customer leaves");
        browser.wait_for("#customers", "customer has left");
        let state = world.ask("GET", "/sandbox/state", json!({}));
        let customers = &state["corporations"].as_object().unwrap().values().next().unwrap()["customers"];
        let follow = &customers[0]["follow_user"]["lisi"];
        assert_eq!((&follow["accepted"], &follow["customer_left"]), (&json!(true), &json!(true)));
    });
}

#[test]
fn an_answer_and_a_refusal_are_told_apart() {
    look("calls", |browser, world| {
        world.added(json!({"type": 1, "scene": 2, "user": ["lisi"], "remark": "渠道客户"}));
        assert_eq!(world.call("add_contact_way", json!({"type": 1, "scene": 2, "user": ["nobody"]}))["errcode"], 60111);
        browser.wait_for("#calls .bad", "60111 userid not found");
        browser.wait_for("#calls .good", "ok");
        browser.click("#calls summary", r#"{"scene":2,"type":1,"user":["nobody"]}"#);
        browser.wait_for("#calls details[open]", "POST /cgi-bin/externalcontact/add_contact_way");
        browser.wait_for("#calls details[open]", "more info at https://open.work.weixin.qq.com");
    });
}

#[test]
fn address_and_credentials_are_there_to_copy() {
    look("copy", |browser, world| {
        let grant = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
        browser.call("Browser.grantPermissions", grant);
        let info: Value = serde_json::from_str(&world.sandbox.info_json()).unwrap();
        for name in ["base_url", "corp_id", "secret", "client_config"] {
            browser.wait_for("#facts", name);
            let button = format!("#facts [aria-label='Copy {name}']");
            browser.click(&button, "Copy");
            browser.wait_for(&button, "Copied");
            let copied = browser.eval("navigator.clipboard.readText()");
            let copied = copied.as_str().unwrap();
            let expected = &info[name];
            assert!(
                expected == copied || serde_json::from_str::<Value>(copied).is_ok_and(|it| it == *expected),
                "{copied}"
            );
        }
    });
}

#[test]
fn a_button_in_a_mini_program_is_drawn_in_its_style() {
    look("mini-program", |browser, world| {
        for (kind, style) in [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)] {
            let user = if kind == 1 { json!(["lisi"]) } else { json!(["lisi", "wangwu"]) };
            world.added(json!({"type": kind, "scene": 1, "style": style, "user": user}));
        }
        for (style, count) in [(1, 2), (2, 2), (3, 1)] {
            browser.wait(&format!("document.querySelectorAll('.mini.style-{style}').length === {count}"));
        }
        browser.wait_for("#ways", "scene 1: mini-program, style 3");
        browser.wait_for("#ways", "联系我们");
        assert_eq!(browser.eval("document.querySelector('#ways img')"), Value::Null);
    });
}

#[test]
fn a_long_list_is_paged() {
    look("pages", |browser, world| {
        for number in 0..30 {
            let is_temp = number % 2 == 0;
            let remark = format!("number {number} in the list");
            world.added(json!({"type": 1, "scene": 2, "user": ["lisi"], "remark": remark, "is_temp": is_temp}));
        }
        browser.wait_for("#ways-pages", "1 to 20");
        browser.wait_for("#ways", "number 29 in");
        browser.click("#ways-pages button", "›");
        browser.wait_for("#ways-pages", "21 to 30");
        browser.wait_for("#ways", "number 9 in");
        let numbers: Vec<u32> = (0..10).rev().collect();
        let shown = browser.eval("[...document.querySelectorAll('#ways article')].map((it) => Number(it.innerText.match(/number (\\d+)/)[1]))");
        assert_eq!(shown, json!(numbers), "newest first");
        browser.click("#ways-pages button", "‹");
        browser.wait_for("#ways", "number 29 in");
    });
}

#[test]
fn a_token_is_asked_for_where_the_sandbox_wants_one() {
    for width in WIDTHS {
        let Some(mut browser) = Browser::start() else { return };
        let world = World::with(r#"{"clock": 1767225600, "control_token": "the-t0ken-of-testers"}"#);
        let way = world.added(json!({"type": 1, "scene": 2, "user": ["lisi"]}));
        browser.open(&world.url(), width);
        browser.wait("!document.querySelector('#key').hidden");
        browser.screenshot(&format!("token-{width}"));
        assert_eq!(browser.eval("document.querySelector('#all').hidden"), true, "nothing is shown before");
        browser.fill("#token", "wrong");
        browser.click("#key button", "Open");
        browser.wait_for("#trouble", "that is not the token");
        browser.fill("#token", "the-t0ken-of-testers");
        browser.click("#key button", "Open");
        browser.wait_for("#ways", &way);
        browser.wait("document.querySelector('#ways img').naturalWidth > 0");
        browser.click("#ways button", "Scan");
        browser.wait_for("#customers", "lisi");
        assert_eq!(browser.eval("localStorage.length"), 0);
        assert_eq!(browser.eval("document.cookie"), "");
    }
}

#[test]
fn callbacks_are_shown_where_there_are_any() {
    let Some(mut browser) = Browser::start() else { return };
    let key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let callback = json!({"url": format!("http://{nobody}/"), "token": "t", "encoding_aes_key": key});
    let world = World::with(&json!({"callback": callback}).to_string());
    let way = world.added(json!({"type": 1, "scene": 2, "user": ["lisi"], "state": "store-42"}));
    world.ask("POST", "/sandbox/scan", json!({"config_id": way}));
    browser.open(&world.url(), 390);
    browser.wait_for("#callbacks", "add_external_contact");
    browser.wait_for("#callbacks .bad", "no answer, 4 sent");
    browser.screenshot("callback-390");
}

#[test]
fn a_sandbox_that_hangs_is_said_to() {
    look("hangs", |browser, _| {
        browser.call("Network.enable", json!({}));
        let slow = |latency: u32| json!({"offline": false, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1});
        browser.call("Network.emulateNetworkConditions", slow(600_000));
        browser.wait_for("#silence", "no answer for 4 s");
    });
}

#[test]
fn a_sandbox_that_has_ended_is_said_to() {
    let Some(mut browser) = Browser::start() else { return };
    let world = World::start();
    browser.open(&world.url(), 390);
    browser.wait_for("#clock", "2026-01-01");
    drop(world);
    browser.wait_for("#silence", "no answer for 3 s");
}

#[test]
fn nothing_comes_from_elsewhere_and_nobody_may_frame_it() {
    let world = World::start();
    let page = world.text("GET", "/", json!({}));
    let head = page.split_once("\r\n\r\n").unwrap().0;
    assert!(head.contains("Content-Security-Policy: default-src 'none';") && head.contains("frame-ancestors 'none'"));
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("innerHTML"));
}
