use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::endpoint::Endpoint;
use crate::rules::{MEMBERS, Type};

fn of(text: &str) -> Object<'_> {
    Object::parse(text).unwrap()
}

fn are_alike(look: fn(&Object) -> Hash, one: &str, other: &str) -> bool {
    look(&of(one)) == look(&of(other))
}

/// A full request for a QR code, and what `get` answers about it.
const REQUEST: &str =
    r#"{"type":2,"scene":2,"state":"shop-1","user":["ZhangSan","lisi"],"party":[3,2],"is_exclusive":true}"#;
const GOT: &str = r#"{"config_id":"c1","type":2,"scene":2,"remark":"","skip_verify":true,"state":"shop-1",
    "qr_code":"https://p.qpic.cn/1","user":["lisi","zhangsan"],"party":[2,3],"is_temp":false,"mark_source":true}"#;

#[test]
fn every_member_of_add_has_a_row() {
    fn leads_somewhere(members: &'static [Member], pointer: &[&str]) -> bool {
        let [name, rest @ ..] = pointer else { return true };
        find(members, name).is_some_and(|member| match member.how {
            How::Within(inner) => leads_somewhere(inner, rest),
            How::ByPresence => true,
            _ => rest.is_empty(),
        })
    }
    for member in MEMBERS.iter().filter(|member| member.endpoints.contains(&Endpoint::Add)) {
        let pointer: Vec<_> = member.pointer[1..].split('/').collect();
        assert!(leads_somewhere(CONTACT_WAY, &pointer), "{}", member.pointer);
    }
}

#[test]
fn what_no_update_changes_is_what_update_does_not_have_and_is_exclusive() {
    let has = |endpoint, name: &str| crate::rules::wire_type(endpoint, &format!("/{name}")).is_some();
    for member in CONTACT_WAY {
        let expected = !has(Endpoint::Update, member.name) || member.name == "is_exclusive";
        assert_eq!(is_fixed(member.name), expected, "{}", member.name);
    }
    assert!(!is_fixed("a_newer_member"));
}

#[test]
fn the_same_request_is_the_same_however_it_is_written() {
    let plain =
        r#"{"type":2,"scene":2,"remark":"门店","user":["lisi","wangwu"],"party":[2,30],"x":[1,{"a":0.5,"b":1}]}"#;
    let others = [
        // Order, white space, escapes and numbers.
        r#" { "x":[1.0,{"b":1e0,"a":5E-1}], "party":[3.0e1,2], "user":["wangwu","lisi"],
            "remark":"\u95e8\u5e97", "scene":2, "type":2 } "#,
        // Defaults written out, case and repetitions in a list of users.
        r#"{"type":2,"scene":2,"remark":"门店","user":["LiSi","wangwu","lisi"],"party":[2,30,2],"x":[1,{"a":0.5,"b":1}],
            "state":"","skip_verify":true,"style":1,"is_temp":false,"expires_in":604800,"chat_expires_in":86400,
            "unionid":"","is_exclusive":false,"mark_source":true,"conclusions":{"text":{"content":""},"link":{}}}"#,
        // A member that is null is none.
        r#"{"type":2,"scene":2,"remark":"门店","user":["lisi","wangwu"],"party":[2,30],"x":[1,{"a":0.5,"b":1}],"state":null}"#,
    ];
    for other in others {
        assert!(are_alike(fingerprint, plain, other), "{other}");
    }
}

#[test]
fn every_member_counts_for_a_replay() {
    let full = json!({
        "type": 1, "scene": 1, "style": 2, "remark": "r", "skip_verify": false, "state": "s", "user": ["lisi"],
        "party": [2], "is_temp": true, "expires_in": 60, "chat_expires_in": 61, "unionid": "u", "is_exclusive": true,
        "mark_source": false, "a_newer_member": 1,
        "conclusions": {"text": {"content": "t"}, "image": {"media_id": "m"}, "link": {"title": "l"},
            "miniprogram": {"title": "t", "pic_media_id": "m", "appid": "a", "page": "p"}}
    });
    let whole = full.to_string();
    let without = |pointer: &str| {
        let mut part = full.clone();
        let (above, name) = pointer.rsplit_once('/').unwrap();
        part.pointer_mut(above).unwrap().as_object_mut().unwrap().remove(name);
        part.to_string()
    };
    let known = MEMBERS.iter().filter(|member| member.endpoints.contains(&Endpoint::Add)).map(|member| member.pointer);
    for pointer in known.chain(["/a_newer_member"]).filter(|pointer| full.pointer(pointer).is_some()) {
        // A picture counts by its being there, which an image without its id still does not.
        assert!(
            !are_alike(fingerprint, &whole, &without(pointer)) || pointer == "/conclusions/image/media_id",
            "{pointer}"
        );
    }
}

#[test]
fn a_picture_that_was_uploaded_anew_is_the_same_request() {
    let with = |image: &str, program: &str| {
        json!({"conclusions": {"image": {"media_id": image}, "miniprogram": {"pic_media_id": program}}}).to_string()
    };
    assert!(are_alike(fingerprint, &with("m1", "p1"), &with("m2", "p2")));
    // But one that has to be applied.
    assert_eq!(changed(&of(&with("m2", "p1")), &of(&with("m1", "p1"))), ["conclusions"]);
    assert!(changed(&of(&with("m1", "p1")), &of(&with("m1", "p1"))).is_empty());
}

#[test]
fn fingerprints_are_for_ever() {
    // Kept in every ledger there is: never change what is expected here.
    let hex = |hash: Hash| format!("{:032x}", u128::from_be_bytes(hash));
    assert_eq!(hex(fingerprint(&of(REQUEST))), "4457edec17f38671ad7e3c9764b5946a");
    assert_eq!(hex(likeness(&of(REQUEST))), "24ef497cf0c1672242e94b0dd425154b");
}

#[test]
fn a_request_is_like_what_get_answers_about_it() {
    assert!(are_alike(likeness, REQUEST, GOT));
    assert!(differing(&of(REQUEST), &of(GOT)).is_empty());
    // A temporary one, with pictures that come back otherwise.
    let request = r#"{"type":1,"scene":1,"style":2,"user":["lisi"],"is_temp":true,"unionid":"u","remark":"r","conclusions":
        {"text":{"content":"bye"},"image":{"media_id":"m"}}}"#;
    let got = r#"{"config_id":"c","type":1,"scene":1,"style":2,"remark":"r","skip_verify":true,"state":"","user":["lisi"],
        "party":[],"is_temp":true,"expires_in":604800,"chat_expires_in":86400,"unionid":"u","mark_source":false,
        "conclusions":{"text":{"content":"bye"},"image":{"pic_url":"https://p.qpic.cn/2"}}}"#;
    assert!(are_alike(likeness, request, got));
    assert!(differing(&of(request), &of(got)).is_empty());
}

#[test]
fn what_does_not_count_is_not_looked_at() {
    let plain = r#"{"type":1,"scene":2,"user":["lisi"]}"#;
    let blown_up = r#"{"type":1,"scene":2,"user":["lisi"],"style":2,"party":[2],"expires_in":5,"chat_expires_in":5,
        "unionid":"u","conclusions":{"text":{"content":"x"}},"is_exclusive":true,"mark_source":false,"newer":1}"#;
    assert!(are_alike(likeness, plain, blown_up));
    assert!(differing(&of(blown_up), &of(plain)).is_empty());
    // Of several attachments only the first is kept.
    let conclusions = |text: &str| format!(r#"{{"type":1,"scene":2,"is_temp":true,"conclusions":{text}}}"#);
    let given = conclusions(r#"{"miniprogram":{"title":"t"},"link":{"title":"l"},"image":{"media_id":"m"}}"#);
    assert!(are_alike(likeness, &given, &conclusions(r#"{"image":{"pic_url":"p"}}"#)));
    let given = conclusions(r#"{"miniprogram":{"title":"t"},"link":{"title":"l"}}"#);
    assert!(are_alike(likeness, &given, &conclusions(r#"{"link":{"title":"l","picurl":"","desc":"","url":""}}"#)));
}

#[test]
fn each_difference_is_named() {
    let seen = r#"{"type":2,"scene":1,"style":1,"remark":"r","skip_verify":true,"state":"s","user":["lisi","wangwu"],
        "party":[2],"is_temp":false,"mark_source":true,"newer":1}"#;
    let cases: [(&str, &[&str]); 9] = [
        (r#"{"type":1,"scene":2}"#, &["type", "scene"]),
        (r#"{"user":["LISI"]}"#, &["user"]),
        (r#"{"user":["WangWu","LISI"],"party":[2]}"#, &[]),
        (r#"{"remark":"","state":"s"}"#, &["remark"]),
        (r#"{"party":[],"style":2}"#, &["party", "style"]),
        (r#"{"mark_source":false,"is_exclusive":true}"#, &[]),
        (r#"{"newer":2}"#, &["newer"]),
        // What `get` does not answer nobody can compare.
        (r#"{"newest":2}"#, &[]),
        (r#"{"is_temp":true,"skip_verify":false}"#, &["is_temp", "skip_verify"]),
    ];
    for (wanted, expected) in cases {
        assert_eq!(differing(&of(wanted), &of(seen)), expected, "{wanted}");
    }
}

#[test]
fn conclusions_are_wanted_as_a_whole() {
    let seen = r#"{"is_temp":true,"conclusions":{"text":{"content":"bye"},"image":{"pic_url":"p"}}}"#;
    assert_eq!(differing(&of(r#"{"conclusions":{"text":{"content":"bye"}}}"#), &of(seen)), ["conclusions"]);
    let both = r#"{"conclusions":{"image":{"media_id":"m"},"text":{"content":"bye"}}}"#;
    assert!(differing(&of(both), &of(seen)).is_empty());
}

#[test]
fn what_was_applied_is_not_applied_again() {
    let applied =
        r#"{"type":2,"scene":2,"remark":"r","user":["lisi","wangwu"],"is_exclusive":true,"mark_source":false}"#;
    let cases: [(&str, &[&str]); 6] = [
        (r#"{"user":["WANGWU","lisi"],"type":2,"is_exclusive":true,"mark_source":false}"#, &[]),
        (r#"{"mark_source":true,"is_exclusive":false}"#, &["mark_source", "is_exclusive"]),
        // Never applied, so WeCom may have anything, unless no update could have changed it.
        (r#"{"state":"","is_temp":false}"#, &["state"]),
        (r#"{"is_temp":true}"#, &["is_temp"]),
        (r#"{"newer":1}"#, &["newer"]),
        (r#"{"remark":""}"#, &["remark"]),
    ];
    for (wanted, expected) in cases {
        assert_eq!(changed(&of(wanted), &of(applied)), expected, "{wanted}");
    }
}

#[test]
fn a_state_or_a_remark_tells_it_from_strangers() {
    let cases = [
        (r#"{"state":"s"}"#, true),
        (r#"{"remark":"r"}"#, true),
        (r#"{"state":"","remark":""}"#, false),
        ("{}", false),
    ];
    for (way, expected) in cases {
        assert_eq!(has_marker(&of(way)), expected, "{way}");
    }
}

#[test]
fn numbers_are_compared_by_what_they_are_worth() {
    let equal: [&[&str]; 5] = [
        &["0", "-0", "0.000", "0e7", "-0.0E-3"],
        &["7", "7.0", "70e-1"],
        &["100", "1e2", "100.0", "1000e-1", "0.1E+3"],
        &["-0.25", "-25e-2", "-0.250"],
        &["123456789012345678901234567890", "12345678901234567890123456789e1"],
    ];
    for (place, group) in equal.iter().enumerate() {
        for raw in *group {
            assert_eq!(worth(raw), worth(group[0]), "{raw}");
            assert!(equal.iter().enumerate().all(|(other, them)| (other == place) == (worth(them[0]) == worth(raw))));
        }
    }
    assert_ne!(worth("1e99999999999999999999"), worth("1e99999999999999999998"));
}

/// Any request, with one value of each kind for every member, or none.
fn any_request() -> impl Strategy<Value = serde_json::Value> {
    let known =
        MEMBERS.iter().filter(|member| member.endpoints.contains(&Endpoint::Add) && member.wire_type != Type::Object);
    let values: Vec<_> = known
        .map(|member| {
            let value = match member.wire_type {
                Type::Integer => (0..5i64).prop_map(|it| json!(it)).boxed(),
                Type::Bool => any::<bool>().prop_map(|it| json!(it)).boxed(),
                Type::Texts => prop::collection::vec("[a-cA-C]{1,2}", 0..4).prop_map(|it| json!(it)).boxed(),
                Type::Integers => prop::collection::vec(0..5i64, 0..4).prop_map(|it| json!(it)).boxed(),
                Type::Text | Type::Object => "[a门\"\\\\\n/]{0,3}".prop_map(|it| json!(it)).boxed(),
            };
            (Just(member.pointer), prop::option::of(value))
        })
        .collect();
    values.prop_map(|members| {
        let mut request = json!({});
        for (pointer, value) in members {
            if let Some(value) = value {
                let mut place = &mut request;
                for name in pointer[1..].split('/') {
                    place = &mut place[name];
                }
                *place = value;
            }
        }
        request
    })
}

/// Writes a value in another way: members and users in another order and case, characters escaped, space between.
fn reworth(value: &serde_json::Value, name: &str, random: &mut fastrand::Rng) -> String {
    let space = |random: &mut fastrand::Rng| [" ", "\n", "\t", ""][random.usize(0..4)];
    let mut parts: Vec<String> = match value {
        serde_json::Value::Object(members) => {
            members.iter().map(|(name, value)| format!("{}:{}", escaped(name), reworth(value, name, random))).collect()
        }
        serde_json::Value::Array(items) => items.iter().map(|item| reworth(item, name, random)).collect(),
        serde_json::Value::String(text) if name == "user" => return escaped(&text.to_uppercase()),
        serde_json::Value::String(text) => return escaped(text),
        // WeCom takes no other spelling of these.
        serde_json::Value::Number(number) if matches!(name, "type" | "scene") => return number.to_string(),
        serde_json::Value::Number(number) => return format!("{number}.0e+0"),
        other => return other.to_string(),
    };
    random.shuffle(&mut parts);
    let inner = parts.join(&format!("{},{}", space(random), space(random)));
    if value.is_object() { format!("{{{inner}}}") } else { format!("[{inner}]") }
}

fn escaped(text: &str) -> String {
    let units: Vec<_> = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
    format!("\"{}\"", units.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_fingerprint_does_not_hang_on_the_writing(request in any_request(), seed in any::<u64>()) {
        let other = reworth(&request, "", &mut fastrand::Rng::with_seed(seed));
        prop_assert!(are_alike(fingerprint, &request.to_string(), &other), "{} {}", request, other);
        prop_assert!(are_alike(likeness, &request.to_string(), &other));
        prop_assert!(changed(&of(&request.to_string()), &of(&other)).is_empty());
    }

    #[test]
    fn a_hash_and_a_comparison_agree(mut one in any_request(), mut other in any_request()) {
        for request in [&mut one, &mut other] {
            for (name, value) in [("type", 2), ("scene", 1)] {
                request[name] = json!(value);
            }
        }
        let (one, other) = (one.to_string(), other.to_string());
        let is_alike = are_alike(likeness, &one, &other);
        let differs = |a: &str, b: &str| !differing(&of(a), &of(b)).is_empty();
        // What is left out of the one is not compared, so both ways.
        prop_assert!(!is_alike || !(differs(&one, &other) || differs(&other, &one)), "{one} {other}");
    }
}

/// What the sandbox answers about a contact way is like the request that made it, whatever the request left to defaults.
#[cfg(feature = "sandbox")]
#[test]
fn what_was_asked_for_is_what_is_there() {
    use base64::Engine;

    let sandbox = crate::sandbox::Sandbox::start("{}").unwrap();
    let info: serde_json::Value = serde_json::from_str(&sandbox.info_json()).unwrap();
    let client = crate::Client::new(&info["client_config"].to_string(), &crate::wire::Shared::default()).unwrap();
    let png = base64::prelude::BASE64_STANDARD.encode(b"\x89PNG\r\n\x1a\n............");
    let options = crate::Options::default();
    let upload = client.upload_image(&json!({"base64": png, "filename": "a.png"}).to_string(), &options).unwrap();
    let media_id: serde_json::Value = crate::json_get(&upload, "/media_id").into();

    let mut random = fastrand::Rng::with_seed(1);
    for round in 0..200 {
        let (several, temporary, button) = (random.bool(), random.bool(), random.bool());
        let mut request = json!({"type": 1, "scene": if button { 1 } else { 2 }, "user": ["lisi"]});
        let mut maybe = |name: &str, value: serde_json::Value| {
            if random.bool() {
                request[name] = value;
            }
        };
        maybe("remark", json!("门店"));
        maybe("state", json!(format!("s{round}")));
        maybe("skip_verify", json!(round % 3 == 0));
        maybe("is_exclusive", json!(true));
        maybe("mark_source", json!(false));
        if button {
            maybe("style", json!(2));
        }
        if temporary {
            maybe("expires_in", json!(60 + round));
            maybe("chat_expires_in", json!(60 + round));
            maybe("unionid", json!("u"));
            let attachments = [
                json!({"text": {"content": "bye"}}),
                json!({"image": {"media_id": media_id}, "text": {"content": "bye"}}),
                json!({"link": {"title": "t", "url": "https://example.com"}}),
                json!({"miniprogram": {"title": "t", "appid": "wx1", "pic_media_id": media_id, "page": "/"}}),
            ];
            maybe("conclusions", attachments[round % 4].clone());
            request["is_temp"] = json!(true);
        } else if several {
            maybe("party", json!([3, 2]));
            request["type"] = json!(2);
            request["user"] = json!(["wangwu", "zhangsan", "lisi"]);
        }
        let request = request.to_string();
        let added = client.call(Endpoint::Add, &request, &options).unwrap();
        let config_id = crate::json_get(&added, "/config_id").unwrap();
        let got = client.call(Endpoint::Get, &json!({"config_id": config_id}).to_string(), &options).unwrap();
        let got = crate::json::member(&got, "contact_way").unwrap();
        assert!(are_alike(likeness, &request, got), "{request} {got}");
        assert!(differing(&of(&request), &of(got)).is_empty(), "{request} {got}");
    }
}
