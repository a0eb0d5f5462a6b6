//! Every documented rule: a request that breaks it alone is refused by its name, and the nearest one that keeps it goes
//! out.

mod support;

use contactway::rules::RULES;
use contactway::{Client, Endpoint, Kind, Options};
use support::Shop;

use Endpoint::{Add, CloseTempChat, Del, Get, List, Update};

/// An add request with `more` members.
fn way(more: &str) -> String {
    format!(r#"{{"type":1,"scene":2,"user":["zhangsan"]{more}}}"#)
}

fn temporary(more: &str) -> String {
    way(&format!(r#","is_temp":true{more}"#))
}

fn concluded(conclusions: &str) -> String {
    temporary(&format!(r#","conclusions":{conclusions}"#))
}

fn update(more: &str) -> String {
    format!(r#"{{"config_id":"42b34949e138eb6e027c123cba77fad7"{more}}}"#)
}

/// Endpoint, a request that breaks one rule, where, which, and a request that keeps it.
#[allow(clippy::too_many_lines)] // a table
fn cases() -> Vec<(Endpoint, String, &'static str, &'static str, String)> {
    let han = |count: usize| "汉".repeat(count);
    let users = |count: usize| {
        let list: Vec<_> = (0..count).map(|index| format!("\"user{index}\"")).collect();
        format!(r#"{{"type":2,"scene":2,"user":[{}]}}"#, list.join(","))
    };
    let text = |bytes: usize| concluded(&format!(r#"{{"text":{{"content":"{}"}}}}"#, "a".repeat(bytes)));
    let link = |title: usize, desc: usize| {
        let (title, desc) = ("t".repeat(title), "d".repeat(desc));
        concluded(&format!(r#"{{"link":{{"title":"{title}","desc":"{desc}","url":"https://a.example"}}}}"#))
    };
    let mini =
        |title: usize| concluded(&format!(r#"{{"miniprogram":{{"title":"{}","appid":"wx1"}}}}"#, "m".repeat(title)));
    let plain = way("");
    vec![
        (Add, way(&format!(r#","x":"{}""#, "y".repeat(1 << 20))), "", "body_max_bytes", plain.clone()),
        (Add, way(r#","remark":"\ud800""#), "/remark", "lone_surrogate", way(r#","remark":"\ud83d\ude00""#)),
        (Add, way(r#","deep":[{"a":"\udc00"}]"#), "/deep/0/a", "lone_surrogate", plain.clone()),
        (Add, way(r#","remark":"\u0001""#), "/remark", "control_character", way(r#","remark":"\u000a""#)),
        (Add, way(r#","a\u0001b":1"#), "/a\u{1}b", "control_character", way(r#","a\u4f60b":1"#)),
        (Add, way(r#","user":["lisi"]"#), "/user", "repeated_member", plain.clone()),
        (Add, way(r#","x":{"a/b":1,"a/b":2}"#), "/x/a~1b", "repeated_member", way(r#","x":{"a/b":1}"#)),
        (Add, way(r#","is_temp":"true""#), "/is_temp", "wrong_type", way(r#","is_temp":false"#)),
        (Add, way(r#","remark":null"#), "/remark", "wrong_type", way(r#","remark":"""#)),
        (Add, way(r#","skip_verify":1"#), "/skip_verify", "wrong_type", way(r#","skip_verify":false"#)),
        (Add, r#"{"type":1.0,"scene":2,"user":["a"]}"#.into(), "/type", "wrong_type", plain.clone()),
        (
            Add,
            r#"{"type":2,"scene":2,"party":["2"]}"#.into(),
            "/party/0",
            "wrong_type",
            r#"{"type":2,"scene":2,"party":[2,4294967297]}"#.into(),
        ),
        (
            Add,
            r#"{"type":2,"scene":2,"user":"a"}"#.into(),
            "/user",
            "wrong_type",
            r#"{"type":2,"scene":2,"user":["a"]}"#.into(),
        ),
        (Get, "{}".into(), "/config_id", "config_id_required", r#"{"config_id":"a"}"#.into()),
        (Del, r#"{"config_id":""}"#.into(), "/config_id", "config_id_required", r#"{"config_id":"a"}"#.into()),
        (Update, r#"{"remark":"a"}"#.into(), "/config_id", "config_id_required", update("")),
        (Add, r#"{"scene":2,"user":["a"]}"#.into(), "/type", "type_required", plain.clone()),
        (Add, r#"{"type":1,"user":["a"]}"#.into(), "/scene", "scene_required", plain.clone()),
        (Add, r#"{"type":3,"scene":2,"user":["a"]}"#.into(), "/type", "type_range", plain.clone()),
        (Add, r#"{"type":1,"scene":0,"user":["a"]}"#.into(), "/scene", "scene_range", plain.clone()),
        (
            Add,
            r#"{"type":1,"scene":1,"style":4,"user":["a"]}"#.into(),
            "/style",
            "style_range",
            r#"{"type":1,"scene":1,"style":3,"user":["a"]}"#.into(),
        ),
        (
            Add,
            r#"{"type":2,"scene":1,"style":3,"user":["a"]}"#.into(),
            "/style",
            "style_range",
            r#"{"type":2,"scene":1,"style":2,"user":["a"]}"#.into(),
        ),
        (Update, update(r#","style":4"#), "/style", "style_range", update(r#","style":3"#)),
        (Add, way(r#","style":1"#), "/style", "style_needs_scene_1", plain.clone()),
        (Add, r#"{"type":1,"scene":2}"#.into(), "/user", "type_1_needs_user", plain.clone()),
        (Add, r#"{"type":1,"scene":2,"user":["a","b"]}"#.into(), "/user", "type_1_one_user", plain.clone()),
        (
            Add,
            r#"{"type":2,"scene":2,"user":[]}"#.into(),
            "/user",
            "type_2_needs_user_or_party",
            r#"{"type":2,"scene":2,"party":[1]}"#.into(),
        ),
        (Add, users(101), "/user", "user_max_items", users(100)),
        (
            Add,
            r#"{"type":1,"scene":2,"user":["张三"]}"#.into(),
            "/user/0",
            "userid_form",
            r#"{"type":1,"scene":2,"user":["zhang-san_1.2@x"]}"#.into(),
        ),
        (
            Update,
            update(&format!(r#","user":["a","{}"]"#, "b".repeat(65))),
            "/user/1",
            "userid_form",
            update(&format!(r#","user":["{}"]"#, "b".repeat(64))),
        ),
        (Add, way(r#","party":[2]"#), "/party", "party_needs_type_2", way(r#","party":[]"#)),
        (
            Add,
            r#"{"type":2,"scene":2,"user":["a"],"is_temp":true}"#.into(),
            "/is_temp",
            "temp_needs_type_1",
            temporary(""),
        ),
        (
            Add,
            temporary(r#","expires_in":1209601"#),
            "/expires_in",
            "expires_in_range",
            temporary(r#","expires_in":1209600"#),
        ),
        (Update, update(r#","expires_in":0"#), "/expires_in", "expires_in_range", update(r#","expires_in":1"#)),
        (
            Add,
            temporary(r#","chat_expires_in":0"#),
            "/chat_expires_in",
            "chat_expires_in_range",
            temporary(r#","chat_expires_in":1"#),
        ),
        (Add, way(r#","expires_in":1"#), "/expires_in", "expires_in_needs_temp", plain.clone()),
        (
            Add,
            way(r#","is_temp":false,"chat_expires_in":1"#),
            "/chat_expires_in",
            "chat_expires_in_needs_temp",
            plain.clone(),
        ),
        (Add, way(r#","unionid":"o""#), "/unionid", "unionid_needs_temp", temporary(r#","unionid":"o""#)),
        (Add, way(r#","conclusions":{"text":{"content":"a"}}"#), "/conclusions", "conclusions_needs_temp", text(1)),
        (
            Add,
            way(&format!(r#","remark":"{}""#, han(31))),
            "/remark",
            "remark_max_chars",
            way(&format!(r#","remark":"{}""#, han(30))),
        ),
        (
            Update,
            update(&format!(r#","state":"{}""#, han(31))),
            "/state",
            "state_max_chars",
            update(&format!(r#","state":"{}""#, han(30))),
        ),
        (Add, concluded("{}"), "/conclusions", "conclusions_not_empty", text(1)),
        (Add, concluded(r#"{"text":{"content":""}}"#), "/conclusions", "conclusions_not_empty", text(1)),
        (
            Add,
            concluded(r#"{"image":{"media_id":"m"},"link":{"title":"t"}}"#),
            "/conclusions",
            "one_attachment",
            concluded(r#"{"text":{"content":"a"},"image":{"media_id":"m"}}"#),
        ),
        (Add, text(4001), "/conclusions/text/content", "text_max_bytes", text(4000)),
        (
            Add,
            concluded(r#"{"text":{"content":"a"},"image":{}}"#),
            "/conclusions/image/media_id",
            "image_media_id_required",
            concluded(r#"{"image":{"media_id":"m"}}"#),
        ),
        (
            Add,
            concluded(r#"{"image":{"media_id":"m","pic_url":"u"}}"#),
            "/conclusions/image/pic_url",
            "image_pic_url_read_only",
            concluded(r#"{"image":{"media_id":"m"}}"#),
        ),
        (Add, link(129, 0), "/conclusions/link/title", "link_title_max_bytes", link(128, 0)),
        (Add, link(1, 513), "/conclusions/link/desc", "link_desc_max_bytes", link(1, 512)),
        (Add, mini(65), "/conclusions/miniprogram/title", "miniprogram_title_max_bytes", mini(64)),
        (List, r#"{"limit":1001}"#.into(), "/limit", "limit_range", r#"{"limit":1000}"#.into()),
        (List, r#"{"start_time":-1}"#.into(), "/start_time", "start_time_range", r#"{"start_time":0}"#.into()),
        (List, r#"{"end_time":-1}"#.into(), "/end_time", "end_time_range", r#"{"end_time":0}"#.into()),
        (
            List,
            r#"{"start_time":1625068800000}"#.into(),
            "/start_time",
            "start_time_in_seconds",
            r#"{"start_time":1625068800}"#.into(),
        ),
        (
            List,
            r#"{"end_time":100000000001}"#.into(),
            "/end_time",
            "end_time_in_seconds",
            r#"{"end_time":100000000000}"#.into(),
        ),
        (
            List,
            r#"{"start_time":2,"end_time":1}"#.into(),
            "/start_time",
            "start_not_after_end",
            r#"{"start_time":2,"end_time":2}"#.into(),
        ),
        (
            CloseTempChat,
            r#"{"external_userid":"w"}"#.into(),
            "/userid",
            "userid_required",
            r#"{"userid":"a","external_userid":"w"}"#.into(),
        ),
        (
            CloseTempChat,
            r#"{"userid":"a"}"#.into(),
            "/external_userid",
            "external_userid_required",
            r#"{"userid":"a","external_userid":"w"}"#.into(),
        ),
        (
            CloseTempChat,
            r#"{"userid":"a b","external_userid":"w"}"#.into(),
            "/userid",
            "userid_form",
            r#"{"userid":"a","external_userid":"w"}"#.into(),
        ),
    ]
}

fn refusal(client: &Client, endpoint: Endpoint, request: &str) -> Vec<(String, &'static str)> {
    match client.call(endpoint, request, &Options::default()) {
        Ok(_) => Vec::new(),
        Err(error) if error.kind() == Kind::InvalidRequest => {
            assert!(error.details().iter().all(|detail| !detail.message.is_empty()));
            // A member that the document does not know breaks no rule, and is told of beside them.
            let rules = error.details().iter().filter(|detail| detail.rule != "unknown_member");
            rules.map(|detail| (detail.pointer.clone(), detail.rule)).collect()
        }
        Err(error) => {
            assert_eq!(error.kind(), Kind::Api, "{error}");
            Vec::new()
        }
    }
}

#[test]
fn a_broken_rule_is_named_alone_and_its_neighbour_goes_out() {
    let shop = Shop::open();
    let client = shop.client("");
    for (endpoint, broken, pointer, rule, kept) in cases() {
        let shown = broken.chars().take(120).collect::<String>();
        assert_eq!(refusal(&client, endpoint, &broken), [(pointer.to_owned(), rule)], "{shown}");
        assert_eq!(shop.calls(), Vec::<String>::new(), "{shown} was sent");
        assert_eq!(refusal(&client, endpoint, &kept), [], "{kept}");
        assert_eq!(shop.calls().iter().filter(|call| *call != "gettoken").count(), 1, "{kept} was not sent once");
        shop.ask("DELETE", "/sandbox/calls", "");
    }
}

#[test]
fn no_rule_is_without_a_case() {
    let cases = cases();
    for rule in RULES {
        assert!(cases.iter().any(|case| case.3 == rule.name), "{} has no case", rule.name);
    }
}

#[test]
fn all_broken_rules_are_told_at_once_in_one_answer() {
    let shop = Shop::open();
    let client = shop.client("");
    let request = r#"{"type":9,"scene":"2","user":["a","a b"],"remark":null,"limit":1,"limit":2,"style":7}"#;
    let found = refusal(&client, Add, request);
    let named: Vec<_> = found.iter().map(|(pointer, rule)| (pointer.as_str(), *rule)).collect();
    assert_eq!(
        named,
        [
            ("/limit", "repeated_member"),
            ("/scene", "wrong_type"),
            ("/remark", "wrong_type"),
            ("/type", "type_range"),
            ("/style", "style_range"),
            ("/user/1", "userid_form"),
        ]
    );
}

#[test]
fn validate_warn_sends_and_tells_and_validate_off_sends_as_it_is() {
    let shop = Shop::open();
    let request = r#" {"type":1,"scene":2,"user":["zhangsan"],"remark":"\u4f60\u597d","style":1} "#;
    let warned = support::add(&shop.client(r#","validate":"warn""#), request).unwrap();
    assert_eq!(contactway::json_get(&warned, "/warnings/0/code").as_deref(), Some("style_needs_scene_1"));
    assert_eq!(contactway::json_get(&warned, "/warnings/0/pointer").as_deref(), Some("/style"));
    let too_long = format!(r#"{{"type":1,"scene":2,"user":["zhangsan"],"remark":"{}","x":1}}"#, "r".repeat(31));
    let refused = support::add(&shop.client(r#","validate":"warn""#), &too_long).unwrap_err();
    let rules: Vec<_> = refused.details().iter().map(|detail| detail.rule).collect();
    assert_eq!((refused.errcode(), &rules[..]), (40058, &["remark_max_chars", "unknown_member"][..]), "{refused}");
    let unwarned = support::add(&shop.client(r#","validate":"off""#), request);
    assert!(unwarned.is_err(), "the sandbox refuses \\u escapes, as WeCom does");
    let journal = shop.ask("GET", "/sandbox/calls?endpoint=add_contact_way", "");
    let body = |index| contactway::json_get(&journal, &format!("/calls/{index}/body")).unwrap();
    assert_eq!(body(0), request.replace("\\u4f60\\u597d", "你好"));
    assert_eq!(body(2), request);
}

#[test]
fn an_answer_repeats_no_name_that_is_as_long_as_a_request() {
    let shop = Shop::open();
    let client = shop.client("");
    let long = "x".repeat(3_000_000);
    let request = format!(r#"{{"type":1,"scene":2,"user":["a"],"{long}":1,"{long}":2}}"#);
    let error = client.call(Add, &request, &Options::default()).unwrap_err();
    assert!(error.details().iter().any(|detail| detail.rule == "repeated_member" && detail.pointer.is_empty()));
    assert!(error.to_json().len() < 10_000);
    let error = Options::parse(&format!(r#"{{"{long}":1}}"#), None).err().unwrap();
    assert!(error.to_json().len() < 10_000);
}
