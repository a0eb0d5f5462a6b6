//! The page at `/`, in a real browser.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::panic)] // Tests fail by panicking.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use contactway::sandbox::Sandbox;
use serde_json::{Value, json};

fn ask(sandbox: &Sandbox, method: &str, path: &str, body: &Value) -> Value {
    let mut stream = TcpStream::connect(sandbox.base_url().trim_start_matches("http://")).unwrap();
    let body = body.to_string();
    write!(stream, "{method} {path} HTTP/1.0\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// What the browser makes of a page after some seconds of its own time; nothing where no browser works.
fn rendered(url: &str) -> Option<String> {
    const ARGUMENTS: &[&str] = &[
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--virtual-time-budget=5000",
        "--dump-dom",
    ];
    let profile = std::env::temp_dir().join(format!("contactway-page-{}", std::process::id()));
    let run = |browser: &str| {
        // A browser that hangs must not hang the test.
        let mut command = Command::new("timeout");
        command.args(["60", browser]).args(ARGUMENTS).arg(format!("--user-data-dir={}", profile.display())).arg(url);
        command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok().filter(|output| output.status.success())
    };
    let output = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(run);
    let _ = std::fs::remove_dir_all(&profile);
    output.map(|output| String::from_utf8(output.stdout).unwrap())
}

#[test]
fn shows_contact_ways_with_pictures_customers_messages_and_calls() {
    let sandbox = Sandbox::start(r#"{"clock": 1767225600}"#).unwrap();
    let info: Value = serde_json::from_str(&sandbox.info_json()).unwrap();
    let (corp_id, secret) = (info["corp_id"].as_str().unwrap(), info["secret"].as_str().unwrap());
    let token = ask(&sandbox, "GET", &format!("/cgi-bin/gettoken?corpid={corp_id}&corpsecret={secret}"), &json!({}));
    let token = token["access_token"].as_str().unwrap();
    let call = |name: &str, body: Value| {
        let answer = ask(&sandbox, "POST", &format!("/cgi-bin/externalcontact/{name}?access_token={token}"), &body);
        assert_eq!(answer["errcode"], 0, "{answer}");
        answer
    };
    let way = call(
        "add_contact_way",
        json!({"type": 1, "scene": 2, "user": ["zhangyisheng"], "is_temp": true, "remark": "<i id=evil>", "state": "clinic",
               "conclusions": {"text": {"content": "早日康复"}}}),
    );
    let scanned = ask(&sandbox, "POST", "/sandbox/scan", &json!({"config_id": way["config_id"], "corp_name": "Acme"}));
    let customer = scanned["external_userid"].as_str().unwrap();
    call("close_temp_chat", json!({"userid": "zhangyisheng", "external_userid": customer}));

    let Some(page) = rendered(&format!("{}/", sandbox.base_url())) else {
        eprintln!(
            "skipped: no Chromium here that works, to look at the page with; install it (Debian: apt install chromium)"
        );
        return;
    };
    let id = way["config_id"].as_str().unwrap();
    for shown in [
        id,
        &format!("src=\"/sandbox/qr/{id}\""),
        "&lt;i id=evil&gt; · clinic",
        "temporary · dead · 1 scanned · 2026-01-01 00:00:00",
        &format!("<td>{customer} (Acme)</td>"),
        "早日康复",
        "<td>close_temp_chat</td>",
        "2026-01-01 00:00:00 UTC",
        "<span id=\"trouble\" role=\"status\"></span>",
    ] {
        assert!(page.contains(shown), "{shown} is not in\n{page}");
    }
    let calls = ask(&sandbox, "GET", "/sandbox/calls", &json!({}));
    assert_eq!(calls["calls"].as_array().unwrap().len(), 3, "looking is no call");
}
