//! Starting, stopping, and HTTP as the sandbox speaks it, also with those who do not.

use std::io::Write;
use std::net::{Shutdown, TcpListener};
use std::time::{Duration, Instant};

use contactway::sandbox::{Sandbox, StartError};
use serde_json::{Value, json};

use crate::support::{Connection, Wecom, request, single};

fn fails(config: &str) -> StartError {
    Sandbox::start(config).unwrap_err()
}

#[test]
fn info_is_ready_for_a_client() {
    let sandbox = Sandbox::start("{}").unwrap();
    let info: Value = serde_json::from_str(&sandbox.info_json()).unwrap();
    assert_eq!((&info["errcode"], &info["errmsg"]), (&json!(0), &json!("ok")));
    assert_eq!(info["base_url"], sandbox.base_url());
    assert!(sandbox.base_url().starts_with("http://127.0.0.1:"));
    let config = json!({"base_url": info["base_url"], "corp_id": info["corp_id"], "secret": info["secret"]});
    assert_eq!(info["client_config"], config);
}

#[test]
fn a_wrong_configuration_is_named() {
    for (config, pointer, sentence) in [
        ("", "", "the configuration cannot be read: it is not JSON"),
        ("[]", "", "the configuration cannot be read: it is not a JSON object; give one JSON object"),
        (r#"{"prot":1}"#, "/prot", "prot is not known here; did you mean port? Correct or remove it"),
        (r#"{"colour":1}"#, "/colour", "colour is not known here; correct or remove it (known: "),
        (
            r#"{"apps":[{"corp_id":"a","secrt":"b"}]}"#,
            "/apps/0/secrt",
            "apps.0.secrt is not known here; did you mean secret?",
        ),
        (r#"{"port":"80"}"#, "/port", "port must be an integer from 0 to 65535"),
        (r#"{"port":65536}"#, "/port", "port must be an integer from 0 to 65535"),
        (r#"{"limits":1}"#, "/limits", "limits must be true, false, or an object"),
        (r#"{"limits":{"per_day":1}}"#, "/limits/per_day", "limits.per_day is not known here"),
        (r#"{"apps":[]}"#, "/apps", "apps must name at least one app"),
        (r#"{"apps":[{"corp_id":"a"}]}"#, "/apps/0/secret", "apps.0.secret is required"),
        (r#"{"apps":[7]}"#, "/apps/0", "apps.0 must be an object"),
        (
            r#"{"apps":[{"corp_id":"a","secret":"b","permissions":[1]}]}"#,
            "/apps/0/permissions",
            "apps.0.permissions must be",
        ),
        (r#"{"members":[{"userid":"a","active":1}]}"#, "/members/0/active", "members.0.active must be true or false"),
        (
            r#"{"members":[{"userid":"a","corp_id":"x"}]}"#,
            "/members/0/corp_id",
            "members.0.corp_id names no corporation",
        ),
        (r#"{"departments":[{"parent":1}]}"#, "/departments/0/id", "departments.0.id is required"),
        (r#"{"suites":[{"suite_id":"a"}]}"#, "/suites/0/suite_secret", "suites.0.suite_secret is required"),
        (r#"{"industry":5}"#, "/industry", "industry must be a string"),
        (r#"{"clock":-1}"#, "/clock", "clock must be an integer from 0"),
    ] {
        let error = fails(config);
        assert_eq!(error.wrong().first().map(|wrong| wrong.pointer.as_str()), Some(pointer), "{error}");
        assert!(error.to_string().starts_with(sentence), "{error}");
    }
}

#[test]
fn all_that_is_wrong_is_named_at_once() {
    let error = fails(
        r#"{"port":-1,"limits":{"per_hour":0,"per_day":1},"apps":[{"corp_id":""},{"corp_id":"a","secret":"b"},7],"prot":1,"seed":1,"seed":2,
            "members":[{"active":1}]}"#,
    );
    let pointers: Vec<&str> = error.wrong().iter().map(|wrong| wrong.pointer.as_str()).collect();
    let expected = [
        "/prot",
        "/port",
        "/limits/per_hour",
        "/limits/per_day",
        "/apps/0/corp_id",
        "/apps/0/secret",
        "/apps/2",
        "/members/0/userid",
        "/members/0/active",
        "/seed",
    ];
    assert_eq!(pointers, expected);
    assert_eq!(error.to_string().matches("; ").count(), 2 * expected.len() - 1, "{error}");
    let error = fails(r#"{"members":[{"userid":"a","corp_id":"x"}],"departments":[{"id":2,"corp_id":"y"}]}"#);
    assert_eq!(error.wrong().len(), 2, "{error}");
}

#[test]
fn a_port_in_use_is_no_wrong_argument() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = fails(&json!({"port": port}).to_string());
    assert!(error.wrong().is_empty(), "{error}");
    assert!(error.to_string().starts_with(&format!("port {port} of 127.0.0.1 cannot be listened on")), "{error}");
    drop(taken);
    let sandbox = Sandbox::start(&json!({"port": port}).to_string()).unwrap();
    assert!(sandbox.base_url().ends_with(&format!(":{port}")));
}

#[test]
fn stopping_is_prompt_whatever_goes_on_and_frees_the_port() {
    let wecom = Wecom::start(json!({}));
    let base_url = wecom.sandbox.base_url().to_owned();
    let list = request("POST", &wecom.target("list_contact_way"), &[], b"{}");
    let add = request("POST", &wecom.target("add_contact_way"), &[], single().to_string().as_bytes());
    let mut guests: Vec<Connection> = (0..8).map(|_| wecom.connect()).collect();
    let rules = [json!({"delay_ms": 60_000}), json!({"silence": true}), json!({"drip_ms": 10_000})];
    for (guest, rule) in guests.iter_mut().zip(rules) {
        wecom.fault(json!({"endpoint": "list_contact_way", "do": rule}));
        guest.send(&list);
        let seen = wecom.calls("list_contact_way").len();
        while wecom.calls("list_contact_way").len() == seen && seen == 0 {}
    }
    // One has been idle since its answer, one is half through its request, the rest have said nothing.
    guests[3].send(&add);
    guests[3].reply().unwrap();
    guests[4].send(&add[..add.len() / 2]);
    std::thread::sleep(Duration::from_millis(50));
    let begun = Instant::now();
    drop(wecom);
    assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    assert!(
        guests
            .iter_mut()
            .all(|guest| !matches!(guest.rest(), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock))
    );
    TcpListener::bind(base_url.trim_start_matches("http://")).unwrap();
}

#[test]
fn a_connection_serves_many_calls_and_pipelined_ones_in_order() {
    let wecom = Wecom::plain();
    let mut connection = wecom.connect();
    let add = request("POST", &wecom.target("add_contact_way"), &[], single().to_string().as_bytes());
    let unknown = request("GET", "/nowhere", &[], b"");
    connection.send([&add[..], &unknown, &add].concat());
    let statuses: Vec<u16> = (0..3).map(|_| connection.reply().unwrap().status).collect();
    assert_eq!(statuses, [200, 404, 200]);
    // Byte by byte, too.
    for byte in &add {
        connection.send([*byte]);
    }
    assert_eq!(connection.reply().unwrap().json()["errcode"], 0);
}

#[test]
fn chunked_bodies_are_read() {
    let wecom = Wecom::plain();
    let mut connection = wecom.connect();
    let body = single().to_string();
    let (first, second) = body.split_at(7);
    let head = format!("POST {} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", wecom.target("add_contact_way"));
    let chunks =
        format!("{:x};ext=1\r\n{first}\r\n{:X}\r\n{second}\r\n0\r\nTrailer: x\r\n\r\n", first.len(), second.len());
    for _ in 0..2 {
        connection.send(&head);
        connection.send(&chunks);
        assert_eq!(connection.reply().unwrap().json()["errcode"], 0);
    }
}

#[test]
fn expect_100_continue_is_answered() {
    let wecom = Wecom::plain();
    let mut connection = wecom.connect();
    let body = single().to_string();
    let bytes = request("POST", &wecom.target("add_contact_way"), &[("Expect", "100-continue")], body.as_bytes());
    connection.send(&bytes[..bytes.len() - body.len()]);
    assert_eq!(connection.reply().unwrap().status, 100);
    connection.send(&body);
    assert_eq!(connection.reply().unwrap().json()["errcode"], 0);
}

#[test]
fn http_1_0_and_connection_close_end_after_the_answer() {
    let wecom = Wecom::plain();
    for head in ["GET /x HTTP/1.0\r\n\r\n", "GET /x HTTP/1.1\r\nConnection: close\r\n\r\n"] {
        let mut connection = wecom.connect();
        connection.send(head);
        let reply = connection.reply().unwrap();
        assert_eq!((reply.status, reply.header("connection")), (404, Some("close")));
        assert_eq!(connection.rest().unwrap(), b"");
    }
    let mut connection = wecom.connect();
    connection.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_eq!(connection.reply().unwrap().header("connection"), Some("keep-alive"));
}

#[test]
fn what_is_no_http_is_refused_and_others_are_served_on() {
    let wecom = Wecom::plain();
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(70_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(200));
    for (bytes, status) in [
        ("\0\0\0\r\n\r\n", 400),
        ("nonsense\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nbad header\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabcd", 400),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", 413),
        (&long, 431),
        (&many, 431),
    ] {
        let mut connection = wecom.connect();
        connection.send(bytes);
        let reply = connection.reply().unwrap_or_else(|error| panic!("{error} for {bytes:.60}"));
        assert_eq!((reply.status, reply.header("connection")), (status, Some("close")), "{bytes:.60}");
        assert_eq!(connection.rest().unwrap(), b"");
    }
    wecom.added(single());
}

#[test]
fn a_state_may_be_longer_than_any_request_of_wecoms() {
    let wecom = Wecom::plain();
    let state = wecom.sandbox("GET", "state", Value::Null).to_string() + &" ".repeat(40 * 1024 * 1024);
    assert_eq!(wecom.request("PUT", "/sandbox/state", state.as_bytes()).json()["errcode"], 0);
}

#[test]
fn a_client_that_goes_in_the_middle_harms_nobody() {
    let wecom = Wecom::plain();
    let bytes = request("POST", &wecom.target("add_contact_way"), &[], single().to_string().as_bytes());
    for cut in (0..bytes.len()).step_by(9) {
        let mut connection = wecom.connect();
        connection.send(&bytes[..cut]);
        connection.stream().shutdown(Shutdown::Both).unwrap();
    }
    let answer = wecom.call("list_contact_way", json!({}));
    assert_eq!(answer["contact_way"], json!([]), "half a request does nothing");
}

#[test]
fn a_connection_that_says_nothing_is_dropped() {
    let wecom = Wecom::start(json!({"idle_timeout_s": 1}));
    let (mut silent, mut half) = (wecom.connect(), wecom.connect());
    half.send("POST /x HTTP/1.1\r\nContent-Le");
    let begun = Instant::now();
    assert_eq!(silent.rest().unwrap(), b"");
    assert_eq!(half.rest().unwrap(), b"");
    assert!((900..10_000).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
}

#[test]
fn rubbish_of_every_kind_gets_an_answer_or_an_end() {
    let wecom = Wecom::plain();
    let good = request("POST", &wecom.target("update_contact_way"), &[], single().to_string().as_bytes());
    // Each byte in turn made another, by a fixed rule.
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] = bytes[at].wrapping_mul(31).wrapping_add(7);
        let mut connection = wecom.connect();
        connection.stream().set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        connection.send(&bytes);
        connection.stream().shutdown(Shutdown::Write).unwrap();
        connection.rest().unwrap();
    }
    wecom.added(single());
}

#[test]
fn a_head_request_is_answered_without_a_body() {
    let wecom = Wecom::plain();
    let mut connection = wecom.connect();
    let id = wecom.added(single());
    connection.stream().write_all(&request("HEAD", &format!("/qr/{id}"), &[], b"")).unwrap();
    connection.stream().shutdown(Shutdown::Write).unwrap();
    let sent = String::from_utf8(connection.rest().unwrap()).unwrap();
    assert!(sent.starts_with("HTTP/1.1 200 OK\r\n") && sent.ends_with("\r\n\r\n"), "{sent}");
}
