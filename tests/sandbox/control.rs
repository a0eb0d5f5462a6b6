//! The calls under `/sandbox/`.

use serde_json::{Value, json};

use crate::support::{NOW, Wecom, single, with};

/// What a call of those under `/sandbox/` is refused with: the status and the sentence.
fn refused(wecom: &Wecom, method: &str, name: &str, body: &str) -> (u16, String) {
    let reply = wecom.request(method, &format!("/sandbox/{name}"), body.as_bytes());
    let answer = reply.json();
    assert!(answer["errcode"].as_i64().is_some_and(|code| code != 0), "{answer}");
    (reply.status, answer["errmsg"].as_str().unwrap().to_owned())
}

#[test]
fn the_clock_stands_where_it_was_set_and_moves_when_told() {
    let wecom = Wecom::plain();
    let now = |answer: Value| {
        assert_eq!((&answer["errcode"], &answer["errmsg"]), (&json!(0), &json!("ok")));
        answer["now"].as_i64().unwrap()
    };
    assert_eq!(now(wecom.sandbox("GET", "clock", Value::Null)), NOW);
    assert_eq!(now(wecom.sandbox("POST", "clock", json!({"advance_s": 3600}))), NOW + 3600);
    assert_eq!(now(wecom.sandbox("POST", "clock", json!({"set": 5}))), 5);
    assert_eq!(now(wecom.sandbox("GET", "clock", Value::Null)), 5);
}

#[test]
fn a_clock_that_runs_goes_on_running_when_moved() {
    let wecom = Wecom::start(json!({}));
    let now = || wecom.sandbox("GET", "clock", Value::Null)["now"].as_i64().unwrap();
    let machine = || i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    assert!((0..=1).contains(&(machine() - now())));
    wecom.sandbox("POST", "clock", json!({"set": 1_000}));
    let begun = now();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert!((1..10).contains(&(now() - begun)));
    assert!((1_000..1_010).contains(&now()));
}

#[test]
fn calls_show_what_was_sent() {
    let wecom = Wecom::plain();
    let mut connection = wecom.connect();
    let target = wecom.target("get_contact_way");
    connection.request("POST", &target, &[("X-Mine", "a"), ("x-mine", "b")], "{\"config_id\":\"ü\"}".as_bytes());
    connection.request("POST", &target, &[], b"\xff");
    wecom.call("get_contact_way", json!({}));
    let calls = wecom.calls("get_contact_way");
    assert_eq!(calls.len(), 3);
    let first = &calls[0];
    assert_eq!(
        (&first["endpoint"], &first["method"], &first["target"]),
        (&json!("get_contact_way"), &json!("POST"), &json!(target))
    );
    assert_eq!((&first["body"], &first["at"]), (&json!("{\"config_id\":\"ü\"}"), &json!(NOW)));
    assert_eq!((&first["headers"]["x-mine"], &first["headers"]["host"]), (&json!("a, b"), &json!("localhost")));
    assert_eq!(calls[1]["body"], "\u{fffd}");
    assert_eq!(first["connection"], calls[1]["connection"]);
    assert_ne!(first["connection"], calls[2]["connection"]);
    assert_eq!(calls[2]["body"], "{}");
}

#[test]
fn calls_are_in_order_by_endpoint_or_all_and_can_be_forgotten() {
    let wecom = Wecom::plain();
    wecom.sandbox("DELETE", "calls", Value::Null);
    wecom.added(single());
    wecom.call("list_contact_way", json!({}));
    wecom.request("GET", "/nowhere", b"");
    let names = |query: &str| -> Vec<String> {
        let calls = wecom.sandbox("GET", &format!("calls{query}"), Value::Null);
        calls["calls"].as_array().unwrap().iter().map(|call| call["endpoint"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(""), ["add_contact_way", "list_contact_way", "unknown"]);
    assert_eq!(names("?endpoint="), names(""));
    assert_eq!(names("?last=2"), ["list_contact_way", "unknown"]);
    assert_eq!(names("?endpoint=add_contact_way"), ["add_contact_way"]);
    wecom.sandbox("DELETE", "calls", Value::Null);
    assert_eq!(names(""), [""; 0]);
}

#[test]
fn calls_that_were_made_to_fail_are_there_too() {
    let wecom = Wecom::plain();
    wecom.fault(json!({"endpoint": "list_contact_way", "do": {"status": 502}}));
    wecom.request("POST", &wecom.target("list_contact_way"), b"{}");
    assert_eq!(wecom.calls("list_contact_way").len(), 1);
}

#[test]
fn the_latest_100_000_calls_are_kept() {
    let wecom = Wecom::plain();
    let mut connection = wecom.connect();
    let request = crate::support::request("GET", "/x", &[], b"");
    for _ in 0..1_000 {
        connection.send(request.repeat(101));
        (0..101).for_each(|_| drop(connection.reply().unwrap()));
    }
    let recent = wecom.sandbox("GET", "recent", Value::Null);
    assert_eq!(recent["counts"]["calls"], 100_000);
}

#[test]
fn a_scan_answers_who_got_the_customer() {
    let wecom = Wecom::plain();
    let id = wecom.added(with(single(), json!({"state": "s"})));
    let scanned = wecom.sandbox("POST", "scan", json!({"config_id": id}));
    let customer = scanned["external_userid"].as_str().unwrap();
    assert!(customer.starts_with("wm") && customer.len() == 32, "{customer}");
    let expected = json!({
        "errcode": 0, "errmsg": "ok", "external_userid": customer, "userid": "lisi", "state": "s",
        "accepted": true, "temp_chat": null,
    });
    assert_eq!(scanned, expected);
    let careful = wecom.added(with(single(), json!({"skip_verify": false})));
    assert_eq!(wecom.sandbox("POST", "scan", json!({"config_id": careful}))["accepted"], false);
    let unknown = wecom.sandbox("POST", "scan", json!({"config_id": "nothing"}));
    assert_eq!(unknown["errcode"], 41044);
    assert!(unknown["errmsg"].as_str().unwrap().contains("there is no contact way nothing"), "{unknown}");
}

#[test]
fn the_state_comes_out_and_goes_in() {
    let wecom = Wecom::plain();
    let temp = with(
        single(),
        json!({"is_temp": true, "conclusions": {"text": {"content": "bye"}, "image": {"media_id": "M"}}}),
    );
    let (lasting, chat, used) = (wecom.added(single()), wecom.added(temp.clone()), wecom.added(temp));
    wecom.call("update_contact_way", json!({"config_id": lasting, "user": ["wangwu"]}));
    let scanned = wecom.sandbox("POST", "scan", json!({"config_id": used, "unionid": "u", "corp_name": "c"}));
    wecom.sandbox("POST", "members", json!({"userid": "new", "visible": false}));
    let picture = wecom.request("GET", &format!("/qr/{lasting}"), b"").body;
    let state = wecom.sandbox("GET", "state", Value::Null);

    // Into another sandbox, started the same way.
    let other = Wecom::start(json!({"clock": 0}));
    other.sandbox("PUT", "state", state.clone());
    let token = wecom.token.clone();
    let other = Wecom { token, ..other };
    assert_eq!(other.sandbox("GET", "state", Value::Null), state);
    assert_eq!(other.sandbox("GET", "clock", Value::Null)["now"], NOW);
    assert_eq!(other.got(&lasting)["user"], json!(["wangwu"]));
    assert_eq!(other.request("GET", &format!("/qr/{lasting}"), b"").body, picture);
    assert_eq!(other.call("list_contact_way", json!({}))["contact_way"], json!([{"config_id": lasting}]));
    let pair = json!({"userid": "lisi", "external_userid": scanned["external_userid"]});
    assert_eq!(other.call("close_temp_chat", pair)["errcode"], 0);
    let messages = other.sandbox("GET", "messages", Value::Null);
    assert_eq!(messages["messages"].as_array().unwrap().len(), 2);
    assert_eq!(other.sandbox("POST", "scan", json!({"config_id": used}))["errcode"], 41044, "it is used up");
    assert_eq!(other.sandbox("POST", "scan", json!({"config_id": chat}))["errcode"], 0);
    assert_ne!(other.added(single()), lasting, "ids go on where they were");
    assert_eq!(wecom.got(&lasting)["user"], json!(["wangwu"]), "the first is untouched");
}

#[test]
fn a_large_state_comes_in_pieces_and_holds_nobody_up() {
    const WAYS: usize = 3_000;
    let wecom = Wecom::plain();
    let add = crate::support::request("POST", &wecom.target("add_contact_way"), &[], single().to_string().as_bytes());
    let mut connection = wecom.connect();
    for _ in 0..WAYS / 100 {
        connection.send(add.repeat(100));
        (0..100).for_each(|_| drop(connection.reply().unwrap()));
    }
    // One reads the state slowly; who adds meanwhile is not held up, and what it reads is whole.
    let mut reader = wecom.connect();
    reader.send(crate::support::request("GET", "/sandbox/state", &[], b""));
    for _ in 0..50 {
        connection.send(&add);
        assert_eq!(connection.reply().unwrap().json()["errcode"], 0);
    }
    let reply = reader.reply().unwrap();
    assert_eq!(reply.header("transfer-encoding"), Some("chunked"));
    let state = reply.json();
    let ways = state["corporations"][wecom.info["corp_id"].as_str().unwrap()]["contact_ways"].as_array().unwrap().len();
    assert!((WAYS..=WAYS + 50).contains(&ways), "{ways}");
    let other = Wecom::plain();
    other.sandbox("PUT", "state", state.clone());
    assert_eq!(other.sandbox("GET", "state", Value::Null), state);
    // Without chunks, for who knows none.
    connection.send("GET /sandbox/state HTTP/1.0\r\n\r\n");
    let rest = String::from_utf8(connection.rest().unwrap()).unwrap();
    let (head, body) = rest.split_once("\r\n\r\n").unwrap();
    assert!(!head.contains("chunked") && !head.contains("Content-Length"), "{head}");
    serde_json::from_str::<Value>(body).unwrap();
}

#[test]
fn what_is_no_state_is_refused_and_changes_nothing() {
    let wecom = Wecom::plain();
    let id = wecom.added(single());
    let state = wecom.sandbox("GET", "state", Value::Null);
    let mut foreign = state.clone();
    foreign["corporations"]["wwother"] = foreign["corporations"][wecom.info["corp_id"].as_str().unwrap()].clone();
    for (body, why) in [
        ("{}".to_owned(), "missing field"),
        (with(state, json!({"extra": 1})).to_string(), "unknown field `extra`"),
        (foreign.to_string(), "the corporation wwother"),
        ("nonsense".to_owned(), "expected"),
    ] {
        let (status, sentence) = refused(&wecom, "PUT", "state", &body);
        assert!(status == 400 && sentence.contains(why), "{sentence}");
    }
    wecom.got(&id);
}

#[test]
fn reset_goes_back_to_the_start() {
    let wecom = Wecom::start(json!({"clock": NOW, "limits": {"per_minute": 3}}));
    let mut start = wecom.sandbox("GET", "state", Value::Null);
    // The token handed out before stays good.
    start["ids_made"] = 0.into();
    let id = wecom.added(single());
    wecom.sandbox("POST", "scan", json!({"config_id": id}));
    wecom.fault(json!({"endpoint": "*", "times": 99, "do": {"errcode": -1}}));
    wecom.sandbox("DELETE", "members?userid=lisi", Value::Null);
    wecom.advance(50);
    wecom.sandbox("POST", "reset", Value::Null);
    assert_eq!(wecom.sandbox("GET", "calls", Value::Null)["calls"], json!([]));
    assert_eq!(wecom.sandbox("GET", "state", Value::Null), start);
    assert_eq!(wecom.gettoken()["access_token"], json!(wecom.token));
    for _ in 0..3 {
        assert_eq!(wecom.call("list_contact_way", json!({}))["contact_way"], json!([]));
    }
}

#[test]
fn tokens_can_be_made_void_early() {
    let wecom = Wecom::plain();
    wecom.sandbox("DELETE", "tokens", Value::Null);
    assert_eq!(wecom.call("list_contact_way", json!({}))["errcode"], 40014);
    assert_ne!(wecom.gettoken()["access_token"], json!(wecom.token));
}

#[test]
fn what_is_wrong_is_400_with_a_sentence() {
    let wecom = Wecom::plain();
    for (method, name, body, sentence) in [
        ("POST", "clock", "{", "the body cannot be read: it is not JSON"),
        ("POST", "clock", "{}", "either advance_s or set says how the clock moves; give one of them"),
        ("POST", "clock", r#"{"advance_s":-1}"#, "advance_s must be an integer from 0 to 253402300799"),
        (
            "POST",
            "clock",
            r#"{"advance":1}"#,
            "advance is not known here; did you mean advance_s? Correct or remove it",
        ),
        ("POST", "scan", "{}", "config_id is required and must be a string that is not empty; give it"),
        (
            "POST",
            "scan",
            r#"{"config_id":"x","unionid":5}"#,
            "unionid must be a string; put it in quotes, or leave it out",
        ),
        ("POST", "scan", r#"{"config_id":"x","config_id":"y"}"#, "config_id stands here twice; keep one"),
        ("POST", "faults", "[]", "the body cannot be read: it is not a JSON object; send one JSON object"),
        ("POST", "members", r#"{"userid":"a","corp_id":"x"}"#, "corp_id names no corporation"),
        ("DELETE", "members", "", "userid is required in the query"),
        ("GET", "calls?last=x", "", "last must be a number"),
    ] {
        let (status, said) = refused(&wecom, method, name, body);
        assert_eq!(status, 400, "{said}");
        assert!(said.starts_with(sentence), "{said}");
    }
    assert_eq!(refused(&wecom, "GET", "nothing", "").0, 404);
    let (status, said) = refused(&wecom, "PUT", "clock", "");
    assert_eq!((status, said.as_str()), (405, "/sandbox/clock takes GET, POST"));
}
