//! What goes wrong on purpose.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Connection, Reply, Wecom, request, single};

/// Sets one rule for `list_contact_way` that does this.
fn fault(wecom: &Wecom, kind: Value) {
    wecom.fault(json!({"endpoint": "list_contact_way", "do": kind}));
}

/// Sends a list and waits for what comes.
fn list(wecom: &Wecom, connection: &mut Connection) -> std::io::Result<Reply> {
    connection.send(request("POST", &wecom.target("list_contact_way"), &[], b"{}"));
    connection.reply()
}

fn errcode(wecom: &Wecom) -> i64 {
    wecom.call("list_contact_way", json!({}))["errcode"].as_i64().unwrap()
}

/// How many contact ways there are.
fn count(wecom: &Wecom) -> usize {
    wecom.call("list_contact_way", json!({}))["contact_way"].as_array().unwrap().len()
}

#[test]
fn errcode_is_answered_with_wecoms_text_or_ones_own() {
    let wecom = Wecom::plain();
    fault(&wecom, json!({"errcode": 45009}));
    let answer = wecom.call("list_contact_way", json!({}));
    assert_eq!((&answer["errcode"], &answer["contact_way"]), (&json!(45009), &json!([])));
    assert!(answer["errmsg"].as_str().unwrap().starts_with("api freq out of limit, hint: ["), "{answer}");
    fault(&wecom, json!({"errcode": 77, "errmsg": "mine"}));
    assert_eq!(wecom.call("list_contact_way", json!({})), json!({"errcode": 77, "errmsg": "mine"}));
}

#[test]
fn status_headers_and_body_are_sent_exactly() {
    let wecom = Wecom::plain();
    fault(
        &wecom,
        json!({"status": 502, "headers": {"Content-Type": "text/html", "Retry-After": "3"}, "body": "<b>坏</b>"}),
    );
    let reply = wecom.request("POST", &wecom.target("list_contact_way"), b"{}");
    assert_eq!((reply.status, reply.text().as_str()), (502, "<b>坏</b>"));
    assert_eq!((reply.header("content-type"), reply.header("retry-after")), (Some("text/html"), Some("3")));
    assert_eq!((reply.header("content-length"), reply.header("server")), (Some("10"), None));
    fault(&wecom, json!({"body": "not json"}));
    let reply = wecom.request("POST", &wecom.target("list_contact_way"), b"{}");
    assert_eq!((reply.status, reply.text().as_str()), (200, "not json"));
    fault(&wecom, json!({"headers": {"content-length": "100", "Connection": "close"}, "body": "short"}));
    let mut connection = wecom.connect();
    connection.stream().set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    assert!(list(&wecom, &mut connection).is_err(), "the promised bytes never come");
}

#[test]
fn delay_ms_delays_and_the_call_goes_its_way() {
    let wecom = Wecom::plain();
    fault(&wecom, json!({"delay_ms": 120}));
    let begun = Instant::now();
    assert_eq!(errcode(&wecom), 0);
    assert!(begun.elapsed() >= Duration::from_millis(120));
    fault(&wecom, json!({"delay_ms": 120, "status": 503}));
    let begun = Instant::now();
    assert_eq!(list(&wecom, &mut wecom.connect()).unwrap().status, 503);
    assert!(begun.elapsed() >= Duration::from_millis(120));
}

#[test]
fn drip_ms_sends_byte_by_byte() {
    let wecom = Wecom::plain();
    fault(&wecom, json!({"drip_ms": 1, "errcode": -1}));
    let begun = Instant::now();
    let reply = list(&wecom, &mut wecom.connect()).unwrap();
    assert_eq!(reply.json()["errcode"], -1);
    assert!(begun.elapsed() >= Duration::from_millis(reply.body.len() as u64));
}

#[test]
fn reset_resets_the_connection() {
    let wecom = Wecom::plain();
    fault(&wecom, json!({"reset": true}));
    assert_eq!(list(&wecom, &mut wecom.connect()).unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert_eq!(errcode(&wecom), 0);
}

#[test]
fn cut_sends_so_many_bytes_of_the_body_and_closes() {
    let wecom = Wecom::plain();
    wecom.fault(json!({"endpoint": "list_contact_way", "when": "after", "do": {"cut": 10}}));
    let mut connection = wecom.connect();
    connection.send(request("POST", &wecom.target("list_contact_way"), &[], b"{}"));
    let sent = String::from_utf8(connection.rest().unwrap()).unwrap();
    let (head, body) = sent.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, r#"{"errcode""#);
    assert!(head.contains("Content-Length: ") && !head.contains("Content-Length: 10"), "{head}");
    fault(&wecom, json!({"cut": 0}));
    assert!(list(&wecom, &mut wecom.connect()).is_err());
}

#[test]
fn silence_answers_nothing_and_keeps_the_connection() {
    let wecom = Wecom::plain();
    fault(&wecom, json!({"silence": true}));
    let mut connection = wecom.connect();
    connection.stream().set_read_timeout(Some(Duration::from_millis(150))).unwrap();
    assert_eq!(list(&wecom, &mut connection).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(errcode(&wecom), 0, "others are served");
}

#[test]
fn before_leaves_the_work_undone_and_after_does_it() {
    for kind in [json!({"errcode": -1}), json!({"status": 502}), json!({"reset": true}), json!({"cut": 9})] {
        for (when, done) in [("before", 0), ("after", 1)] {
            let wecom = Wecom::plain();
            wecom.fault(json!({"endpoint": "add_contact_way", "when": when, "do": kind}));
            let mut connection = wecom.connect();
            connection.send(request("POST", &wecom.target("add_contact_way"), &[], single().to_string().as_bytes()));
            drop(connection.reply());
            assert_eq!(count(&wecom), done, "{when} {kind}");
        }
    }
    for kind in [json!({"delay_ms": 1}), json!({"drip_ms": 0})] {
        for when in ["before", "after"] {
            let wecom = Wecom::plain();
            wecom.fault(json!({"endpoint": "add_contact_way", "when": when, "do": kind}));
            wecom.added(single());
            assert_eq!(count(&wecom), 1, "slowness alone keeps nothing undone");
        }
    }
}

#[test]
fn a_request_received_whole_is_carried_out_though_its_client_hangs_up() {
    let wecom = Wecom::plain();
    wecom.fault(json!({"endpoint": "add_contact_way", "do": {"delay_ms": 600}}));
    let mut connection = wecom.connect();
    connection.send(request("POST", &wecom.target("add_contact_way"), &[], single().to_string().as_bytes()));
    // Received, but not yet worked on.
    while wecom.calls("add_contact_way").is_empty() {}
    drop(connection);
    assert_eq!(count(&wecom), 0);
    std::thread::sleep(Duration::from_millis(900));
    assert_eq!(count(&wecom), 1);
}

#[test]
fn nth_and_times_say_which_calls() {
    let wecom = Wecom::plain();
    wecom.fault(json!({"endpoint": "list_contact_way", "nth": 3, "times": 2, "do": {"errcode": -1}}));
    let codes: Vec<i64> = (0..6).map(|_| errcode(&wecom)).collect();
    assert_eq!(codes, [0, 0, -1, -1, 0, 0]);
}

#[test]
fn the_first_rule_that_is_about_a_call_acts() {
    let wecom = Wecom::plain();
    let rule = |nth: i64, errcode: i64| json!({"endpoint": "list_contact_way", "nth": nth, "do": {"errcode": errcode}});
    wecom.sandbox("POST", "faults", json!({"rules": [rule(1, 11), rule(2, 12)]}));
    wecom.fault(rule(1, 13));
    let codes: Vec<i64> = (0..4).map(|_| errcode(&wecom)).collect();
    assert_eq!(codes, [11, 12, 13, 0]);
}

#[test]
fn a_share_is_drawn_from_the_seed() {
    let drawn = |seed: i64| -> Vec<i64> {
        let wecom = Wecom::start(json!({"seed": seed}));
        wecom.fault(json!({"endpoint": "list_contact_way", "share": 0.25, "do": {"errcode": -1}}));
        (0..400).map(|_| errcode(&wecom)).collect()
    };
    let first = drawn(1);
    let failed = first.iter().filter(|code| **code != 0).count();
    assert!((70..130).contains(&failed), "{failed} of 400");
    assert_eq!(first, drawn(1));
    assert_ne!(first, drawn(2));
}

#[test]
fn rules_are_by_name_and_a_star_is_every_call() {
    let wecom = Wecom::plain();
    wecom.fault(json!({"endpoint": "gettoken", "do": {"errcode": 40001}}));
    assert_eq!(errcode(&wecom), 0);
    assert_eq!(wecom.gettoken()["errcode"], 40001);
    wecom.fault(json!({"endpoint": "*", "times": 3, "do": {"errcode": -1}}));
    assert_eq!(
        (errcode(&wecom), &wecom.gettoken()["errcode"], &wecom.add(single())["errcode"]),
        (-1, &json!(-1), &json!(-1))
    );
    assert_eq!(errcode(&wecom), 0);
}

#[test]
fn deleting_the_rules_ends_them() {
    let wecom = Wecom::plain();
    wecom.fault(json!({"endpoint": "*", "times": 1000, "do": {"errcode": -1}}));
    assert_eq!(errcode(&wecom), -1);
    wecom.sandbox("DELETE", "faults", Value::Null);
    assert_eq!(errcode(&wecom), 0);
}

#[test]
fn a_wrong_rule_is_refused_with_its_place_and_sets_none() {
    let wecom = Wecom::plain();
    let good = json!({"endpoint": "*", "do": {"errcode": -1}});
    for (rule, pointer) in [
        (json!({"do": {"errcode": 1}}), "/rules/1/endpoint"),
        (json!({"endpoint": "add", "do": {"errcode": 1}}), "/rules/1/endpoint"),
        (json!({"endpoint": "*"}), "/rules/1/do"),
        (json!({"endpoint": "*", "do": {}}), "/rules/1/do"),
        (json!({"endpoint": "*", "do": {"errcod": 1}}), "/rules/1/do/errcod"),
        (json!({"endpoint": "*", "do": {"errcode": 1, "status": 500}}), "/rules/1/do"),
        (json!({"endpoint": "*", "do": {"reset": true, "cut": 1}}), "/rules/1/do"),
        (json!({"endpoint": "*", "do": {"errmsg": "x"}}), "/rules/1/do/errmsg"),
        (json!({"endpoint": "*", "do": {"status": "500"}}), "/rules/1/do/status"),
        (json!({"endpoint": "*", "nth": 0, "do": {"reset": true}}), "/rules/1/nth"),
        (json!({"endpoint": "*", "share": 2, "do": {"reset": true}}), "/rules/1/share"),
        (json!({"endpoint": "*", "when": "during", "do": {"reset": true}}), "/rules/1/when"),
    ] {
        let body = json!({"rules": [good, rule]}).to_string();
        let reply = wecom.request("POST", "/sandbox/faults", body.as_bytes());
        assert_eq!((reply.status, &reply.json()["pointer"]), (400, &json!(pointer)), "{}", reply.text());
    }
    assert_eq!(errcode(&wecom), 0);
}

#[test]
fn a_rule_may_ask_for_what_stands_in_the_body() {
    let wecom = Wecom::plain();
    let add = |body: Value| wecom.add(body)["errcode"].as_i64().unwrap();
    let way = |user: &str, state: &str| json!({"type": 1, "scene": 2, "user": [user], "state": state});
    wecom.fault(json!({"endpoint": "add_contact_way", "times": 9, "body": {"/user/0": "wangwu", "/state": "b"}, "do": {"errcode": 77}}));
    assert_eq!(add(way("wangwu", "a")), 0);
    assert_eq!(add(way("lisi", "b")), 0);
    assert_eq!(add(way("wangwu", "b")), 77, "where all of it stands");
    wecom.sandbox("DELETE", "faults", Value::Null);
    wecom.fault(json!({"endpoint": "add_contact_way", "nth": 2, "body": {"/type": 1}, "do": {"errcode": 78}}));
    assert_eq!(add(json!({"type": 2, "scene": 2, "user": ["lisi"]})), 0, "not counted");
    assert_eq!((add(way("lisi", "")), add(way("lisi", "")), add(way("lisi", ""))), (0, 78, 0));
    wecom.fault(json!({"endpoint": "*", "times": 9, "body": {"": {}}, "do": {"errcode": 79}}));
    assert_eq!((errcode(&wecom), add(single())), (79, 0), "the whole body");
    assert_eq!(wecom.gettoken()["errcode"], 0, "none is not an empty one");
}

#[test]
fn a_rule_may_be_for_any_path() {
    let wecom = Wecom::plain();
    let status = |path: &str| wecom.request("GET", path, b"").status;
    wecom.fault(json!({"path": "/cgi-bin/user/get", "times": 9, "do": {"status": 200, "body": "{\"errcode\":0}"}}));
    assert_eq!(wecom.request("GET", "/cgi-bin/user/get?access_token=x&userid=lisi", b"").text(), "{\"errcode\":0}");
    assert_eq!(status("/cgi-bin/user/list"), 404);
    let both = json!({"endpoint": "get_contact_way", "path": "/cgi-bin/user/get", "do": {"status": 500}});
    wecom.sandbox("DELETE", "faults", Value::Null);
    wecom.fault(both);
    assert_eq!(status("/cgi-bin/user/get"), 404, "both must be so");
    for (rule, pointer) in [
        (json!({"path": "cgi-bin", "do": {"reset": true}}), "/rules/0/path"),
        (json!({"path": "/a?b", "do": {"reset": true}}), "/rules/0/path"),
        (json!({"endpoint": "*", "body": {"user": 1}, "do": {"reset": true}}), "/rules/0/body"),
        (json!({"endpoint": "*", "body": [], "do": {"reset": true}}), "/rules/0/body"),
    ] {
        let reply = wecom.request("POST", "/sandbox/faults", json!({"rules": [rule]}).to_string().as_bytes());
        assert_eq!((reply.status, &reply.json()["pointer"]), (400, &json!(pointer)), "{}", reply.text());
    }
}

#[test]
fn the_rules_in_force_can_be_seen() {
    let wecom = Wecom::plain();
    let rule = json!({"endpoint": "list_contact_way", "nth": 2, "times": 5, "do": {"errcode": -1}});
    wecom.fault(rule.clone());
    for _ in 0..3 {
        errcode(&wecom);
    }
    wecom.fault(json!({"endpoint": "gettoken", "share": 0.5, "do": {"reset": true}}));
    let rules = wecom.sandbox("GET", "faults", Value::Null)["rules"].clone();
    assert_eq!(rules[0], crate::support::with(rule, json!({"id": 1, "seen": 3, "left": 3})));
    assert_eq!((&rules[1]["seen"], &rules[1]["left"]), (&json!(0), &Value::Null), "without end");
}

#[test]
fn one_rule_may_be_taken_back() {
    let wecom = Wecom::plain();
    for code in [45009, 45033] {
        fault(&wecom, json!({"errcode": code}));
    }
    let rules = wecom.sandbox("GET", "faults", Value::Null)["rules"].take();
    wecom.sandbox("DELETE", &format!("faults?id={}", rules[0]["id"]), Value::Null);
    assert_eq!(errcode(&wecom), 45033);
    assert_eq!(errcode(&wecom), 0);
    for wrong in ["nine", "99"] {
        let reply = wecom.request("DELETE", &format!("/sandbox/faults?id={wrong}"), b"");
        assert_eq!((reply.status, &reply.json()["pointer"]), (400, &json!("/id")), "{}", reply.text());
    }
}
