//! No request stops the sandbox, however odd its values.

use contactway::rules::MEMBERS;
use serde_json::{Value, json};

use crate::support::{NOW, Wecom, single, with};

/// Values that code trips over.
fn odd_values() -> Vec<Value> {
    let huge: Value = serde_json::from_str("1e300").unwrap();
    let nested = (0..100).fold(json!(1), |inner, _| json!([inner]));
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(2),
        json!(255),
        json!(256),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(0.5),
        huge,
        json!(""),
        json!("x"),
        json!("\u{10ffff}\"\\\n"),
        json!("é".repeat(5_000)),
        json!([]),
        json!({}),
        json!([[]]),
        json!([null]),
        json!([i64::MIN, i64::MAX]),
        json!(["lisi", "lisi"]),
        nested,
    ]
}

/// Puts `value` where an RFC 6901 pointer of object members points, making objects on the way.
fn put(body: &mut Value, pointer: &str, value: Value) {
    let mut place = body;
    for name in pointer.trim_start_matches('/').split('/') {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[name];
    }
    *place = value;
}

#[test]
fn any_value_of_any_member_gets_an_answer() {
    let wecom = Wecom::plain();
    let id = wecom.added(with(single(), json!({"is_temp": true})));
    let several = wecom.added(json!({"type": 2, "scene": 1, "user": ["lisi"]}));
    let mut connection = wecom.connect();
    let bases = [
        ("add_contact_way", with(single(), json!({"is_temp": true}))),
        ("add_contact_way", json!({"type": 2, "scene": 1, "party": [2]})),
        ("update_contact_way", json!({"config_id": id})),
        ("update_contact_way", json!({"config_id": several})),
        ("get_contact_way", json!({})),
        ("list_contact_way", json!({})),
        ("close_temp_chat", json!({"userid": "lisi", "external_userid": "wm"})),
    ];
    for (name, base) in &bases {
        for member in MEMBERS {
            for value in odd_values() {
                let mut body = base.clone();
                put(&mut body, member.pointer, value);
                let reply = connection.request("POST", &wecom.target(name), &[], body.to_string().as_bytes());
                assert!(reply.status == 200 && reply.json()["errcode"].is_i64(), "{name} {body}");
            }
        }
    }
    // What came of it can be shown, scanned and taken out.
    for page in [wecom.sandbox("GET", "recent", Value::Null), wecom.sandbox("GET", "state", Value::Null)] {
        assert_eq!(page["errcode"], 0);
    }
    let made = wecom.sandbox("GET", "recent", Value::Null)["contact_ways"].clone();
    for way in made.as_array().unwrap() {
        wecom.sandbox("POST", "scan", json!({"config_id": way["config_id"]}));
    }
}

#[test]
fn any_value_under_sandbox_gets_an_answer() {
    let wecom = Wecom::plain();
    let calls = [
        ("clock", vec!["/advance_s", "/set"]),
        ("scan", vec!["/config_id", "/external_userid", "/unionid", "/corp_name"]),
        ("accept", vec!["/userid", "/external_userid"]),
        ("faults", vec!["/rules"]),
        ("members", vec!["/userid", "/departments", "/active", "/corp_id"]),
        ("departments", vec!["/id", "/parent", "/visible"]),
        ("suite_ticket", vec!["/suite_id", "/suite_ticket"]),
    ];
    for (name, pointers) in calls {
        for pointer in pointers {
            for value in odd_values() {
                let mut body = json!({"config_id": "x", "userid": "u", "external_userid": "e", "id": 7});
                body.as_object_mut().unwrap().retain(|member, _| match name {
                    "scan" => member == "config_id",
                    "accept" => member == "userid" || member == "external_userid",
                    "members" => member == "userid",
                    "departments" => member == "id",
                    _ => false,
                });
                put(&mut body, pointer, value);
                let reply = wecom.request("POST", &format!("/sandbox/{name}"), body.to_string().as_bytes());
                assert!(matches!(reply.status, 200 | 400) && reply.json()["errcode"].is_i64(), "{name} {body}");
            }
        }
    }
    for rule in ["endpoint", "nth", "times", "share", "when", "do"] {
        for value in odd_values() {
            let mut rules = json!({"rules": [{"endpoint": "*", "do": {"errcode": 1}}]});
            rules["rules"][0][rule] = value;
            assert!(matches!(wecom.request("POST", "/sandbox/faults", rules.to_string().as_bytes()).status, 200 | 400));
        }
    }
    wecom.sandbox("POST", "reset", Value::Null);
    assert_eq!(wecom.gettoken()["errcode"], 0);
}

#[test]
fn any_number_in_a_state_is_borne() {
    let wecom = Wecom::plain();
    let temp = with(single(), json!({"is_temp": true, "conclusions": {"text": {"content": "bye"}}}));
    let (used, id) = (wecom.added(temp.clone()), wecom.added(temp));
    wecom.added(single());
    wecom.sandbox("POST", "scan", json!({"config_id": used}));
    let state = wecom.sandbox("GET", "state", Value::Null).to_string();
    // Each number in turn made very great and very small.
    let numbers: Vec<(usize, usize)> = numbers(&state);
    assert!(numbers.len() > 20);
    for (start, end) in numbers {
        for odd in [i64::MAX.to_string(), i64::MIN.to_string(), u64::MAX.to_string()] {
            let changed = [&state[..start], &odd, &state[end..]].concat();
            let status = wecom.request("PUT", "/sandbox/state", changed.as_bytes()).status;
            assert!(matches!(status, 200 | 400), "{changed}");
            for (method, name, body) in [
                ("POST", "scan", json!({"config_id": id})),
                ("GET", "recent", Value::Null),
                ("GET", "state", Value::Null),
                ("GET", "messages", Value::Null),
            ] {
                wecom.sandbox(method, name, body);
            }
            assert!(wecom.gettoken()["errcode"].is_i64());
            for (name, body) in [
                ("add_contact_way", single()),
                ("list_contact_way", json!({"start_time": 0})),
                ("update_contact_way", json!({"config_id": id, "remark": "r"})),
            ] {
                assert!(wecom.call(name, body)["errcode"].is_i64());
            }
        }
    }
}

/// Where numbers stand in a JSON text.
fn numbers(text: &str) -> Vec<(usize, usize)> {
    let is_digit = |at: &usize| text.as_bytes()[*at].is_ascii_digit();
    let begins = |at: &usize| is_digit(at) && matches!(text.as_bytes()[at - 1], b':' | b',' | b'[');
    let starts = (1..text.len()).filter(begins);
    starts.map(|start| (start, (start..text.len()).find(|at| !is_digit(at)).unwrap_or(text.len()))).collect()
}

#[test]
fn any_number_in_the_configuration_is_borne() {
    for (member, most) in [
        ("seed", i64::MAX),
        ("token_life_s", 315_360_000),
        ("quota", 4_294_967_295),
        ("temp_quota_per_day", 4_294_967_295),
        ("clock", 253_402_300_799),
        ("list_lag_s", 315_360_000),
        ("idle_timeout_s", 86_400),
    ] {
        for value in [1, most] {
            let wecom = Wecom::start(with(json!({"clock": NOW}), json!({member: value})));
            assert_eq!(wecom.add(single())["errcode"], 0, "{member} {value}");
            assert_eq!(wecom.call("list_contact_way", json!({}))["errcode"], 0, "{member} {value}");
        }
        let beyond = json!({member: most.checked_add(1).map_or(json!(u64::MAX), |more| json!(more))});
        assert!(contactway::sandbox::Sandbox::start(&beyond.to_string()).is_err(), "{member}");
    }
}
