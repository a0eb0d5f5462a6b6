//! What programs send that work with the real server, though the document does not say that it may be sent.

use serde_json::{Value, json};

use crate::support::{NOW, Wecom, single, with};

const DAY: i64 = 86_400;

/// A temporary contact way, with more of its members.
fn temp(more: Value) -> Value {
    with(json!({"type": 1, "scene": 2, "user": ["zhangyisheng"], "is_temp": true}), more)
}

/// The contact way that a request makes.
fn made(wecom: &Wecom, body: Value) -> Value {
    let id = wecom.added(body);
    wecom.got(&id)
}

/// The rule that a request is refused by, as the header names it.
fn rule(wecom: &Wecom, endpoint: &str, body: &str) -> Option<String> {
    wecom.request("POST", &wecom.target(endpoint), body.as_bytes()).header("x-sandbox-rule").map(str::to_owned)
}

#[test]
fn style_is_looked_at_in_scene_1_alone() {
    let wecom = Wecom::plain();
    for style in [0, 9, -1] {
        wecom.added(with(single(), json!({"style": style})));
        let id = wecom.added(single());
        let update = json!({"config_id": id, "style": style, "remark": "r"});
        assert_eq!(wecom.call("update_contact_way", update)["errcode"], 0);
        let button = json!({"type": 1, "scene": 1, "user": ["lisi"], "style": style});
        assert_eq!(wecom.add(button)["errcode"], 41042, "there it counts");
    }
    let several = wecom.added(json!({"type": 2, "scene": 1, "user": ["lisi"], "style": 1}));
    let update = json!({"config_id": several, "style": 3}).to_string();
    assert_eq!(rule(&wecom, "update_contact_way", &update).as_deref(), Some("style_range"), "of type 2 there are two");
}

#[test]
fn what_is_for_temporary_sessions_is_looked_at_in_them_alone() {
    let wecom = Wecom::start(json!({"clock": NOW, "developer_account": false}));
    for more in [
        json!({"expires_in": -5}),
        json!({"chat_expires_in": 99 * DAY}),
        json!({"unionid": "o"}),
        json!({"conclusions": {}}),
        json!({"conclusions": {"text": {"content": "x".repeat(5000)}}}),
    ] {
        let id = wecom.added(with(single(), more.clone()));
        let update = with(json!({"config_id": id, "remark": "r"}), more.clone());
        assert_eq!(wecom.call("update_contact_way", update)["errcode"], 0, "{more}");
        assert_eq!(wecom.got(&id)["remark"], "r");
        assert_ne!(wecom.add(temp(more.clone()))["errcode"], 0, "there it counts: {more}");
        let temporary = wecom.added(temp(json!({})));
        let update = with(json!({"config_id": temporary}), more.clone());
        assert_ne!(wecom.call("update_contact_way", update)["errcode"], 0, "there too: {more}");
    }
}

#[test]
fn attachments_that_are_not_sent_are_not_looked_at() {
    let wecom = Wecom::plain();
    let long = "x".repeat(600);
    let way = made(
        &wecom,
        temp(json!({"conclusions": {
            "image": {"media_id": "M"}, "link": {"title": long, "desc": long}, "miniprogram": {"title": long}}})),
    );
    assert_eq!(way["conclusions"].as_object().unwrap().keys().collect::<Vec<_>>(), ["image"]);
    let without_image = json!({"conclusions": {"link": {"title": "t", "url": "u"}, "miniprogram": {"title": long}}});
    assert_eq!(made(&wecom, temp(without_image))["conclusions"]["link"]["title"], "t");
}

#[test]
fn blank_members_of_conclusions_are_absent() {
    let wecom = Wecom::plain();
    let image = json!({"media_id": "", "pic_url": ""});
    let link = json!({"title": "t", "picurl": "", "desc": "", "url": "u"});
    let program = json!({"title": "", "pic_media_id": "", "appid": "", "page": ""});
    let blank = json!({"text": {"content": ""}, "image": image, "link": null, "miniprogram": program});
    let way = made(&wecom, temp(json!({"conclusions": with(blank.clone(), json!({"link": link}))})));
    assert_eq!(way["conclusions"], json!({"link": link}), "an image that is blank does not stand before a link");
    assert_eq!(made(&wecom, temp(json!({"conclusions": blank})))["conclusions"], Value::Null);
    let body = temp(json!({"conclusions": {}})).to_string();
    assert_eq!(rule(&wecom, "add_contact_way", &body).as_deref(), Some("conclusions_not_empty"));
    // And of an update they leave what there is.
    let id = wecom.added(temp(json!({"conclusions": {"text": {"content": "bye"}}})));
    assert_eq!(wecom.call("update_contact_way", json!({"config_id": id, "conclusions": blank}))["errcode"], 0);
    assert_eq!(wecom.got(&id)["conclusions"], json!({"text": {"content": "bye"}}));
}

#[test]
fn null_is_absent_everywhere() {
    let wecom = Wecom::plain();
    let members = ["remark", "skip_verify", "state", "party", "expires_in", "unionid", "is_exclusive", "mark_source"];
    for (name, base) in members.into_iter().map(|name| (name, temp(json!({})))).chain([("is_temp", single())]) {
        let answer = wecom.add(with(base.clone(), json!({name: null})));
        assert_eq!((&answer["errcode"], &answer["errmsg"]), (&json!(0), &json!("ok")), "{name}");
        let (with_null, without) = (wecom.got(answer["config_id"].as_str().unwrap()), made(&wecom, base));
        for member in ["remark", "skip_verify", "state", "party", "is_temp", "expires_in", "mark_source"] {
            assert_eq!(with_null[member], without[member], "{name}");
        }
    }
    for (body, missing) in [
        (json!({"type": null, "scene": 2, "user": ["lisi"]}), "type_required"),
        (json!({"type": 1, "scene": null, "user": ["lisi"]}), "scene_required"),
        (json!({"type": 1, "scene": 2, "user": null}), "type_1_needs_user"),
    ] {
        assert_eq!(rule(&wecom, "add_contact_way", &body.to_string()).as_deref(), Some(missing));
    }
    assert_eq!(made(&wecom, json!({"type": 2, "scene": 2, "user": [null, "lisi", null]}))["user"], json!(["lisi"]));
    let list = json!({"cursor": null, "start_time": null, "end_time": null, "limit": null});
    assert_eq!(
        wecom.call("list_contact_way", list)["contact_way"],
        wecom.call("list_contact_way", json!({}))["contact_way"]
    );
    // The temporary session that a program in Go asks for is one.
    let body = r#"{"type":1,"scene":2,"user":["zhangyisheng"],"party":null,"is_temp":true}"#;
    let answer = wecom.call_text("add_contact_way", body);
    assert_eq!(wecom.got(answer["config_id"].as_str().unwrap())["is_temp"], true);
}

#[test]
fn a_number_written_as_a_string_is_that_number() {
    let wecom = Wecom::plain();
    let way = made(&wecom, json!({"type": "2", "scene": "2", "user": ["lisi"], "party": ["3", 2]}));
    assert_eq!((&way["type"], &way["scene"], &way["party"]), (&json!(2), &json!(2), &json!([3, 2])));
    let way = made(&wecom, temp(json!({"type": "1", "expires_in": "3600"})));
    assert_eq!(way["expires_in"], 3600);
    for number in ["", "x", "1.5", "1x"] {
        let body = format!(r#"{{"type":1,"scene":2,"user":["lisi"],"style":"{number}"}}"#);
        let answer = wecom.call_text("add_contact_way", &body);
        assert_eq!(answer["errmsg"], "ok. Warning: wrong json format. ", "{number}");
    }
    let answer = wecom.add(json!({"type": "3", "scene": 2, "user": ["lisi"]}));
    assert_eq!(answer["errcode"], 41039);
}

#[test]
fn zero_in_list_takes_the_default() {
    let wecom = Wecom::plain();
    let old = wecom.added(single());
    wecom.advance(91 * DAY);
    for _ in 0..101 {
        wecom.added(single());
    }
    let zeros = json!({"start_time": 0, "end_time": 0, "limit": 0, "cursor": ""});
    let page = wecom.call("list_contact_way", zeros);
    assert_eq!(page, wecom.call("list_contact_way", json!({})));
    let ids = page["contact_way"].as_array().unwrap();
    assert!(ids.len() == 100 && ids.iter().all(|listed| listed["config_id"] != json!(old)));
}

#[test]
fn zero_in_a_temporary_session_takes_the_default_and_in_an_update_leaves_what_there_is() {
    let wecom = Wecom::plain();
    let zeros = json!({"expires_in": 0, "chat_expires_in": 0, "unionid": ""});
    let way = made(&wecom, temp(zeros.clone()));
    assert_eq!((&way["expires_in"], &way["chat_expires_in"]), (&json!(7 * DAY), &json!(DAY)));
    let id = wecom.added(temp(json!({"expires_in": 5, "chat_expires_in": 6})));
    assert_eq!(wecom.call("update_contact_way", with(json!({"config_id": id}), zeros))["errcode"], 0);
    assert_eq!((&wecom.got(&id)["expires_in"], &wecom.got(&id)["chat_expires_in"]), (&json!(5), &json!(6)));
}

#[test]
fn the_size_of_a_body_is_looked_at_before_the_body() {
    let wecom = Wecom::plain();
    let body = "{".repeat(1024 * 1024 + 1);
    assert_eq!(wecom.call_text("add_contact_way", &body)["errcode"], 40206);
    assert_eq!(rule(&wecom, "add_contact_way", &body).as_deref(), Some("body_max_bytes"));
    assert_eq!(rule(&wecom, "add_contact_way", &body[1..]).as_deref(), Some("not_json"), "just as long as may be");
}

#[test]
fn userids_are_compared_without_regard_to_case_and_shown_as_the_member_spells_them() {
    let wecom = Wecom::start(json!({"clock": NOW, "members": [{"userid": "ZhangSan"}, {"userid": "lisi"}]}));
    let id = wecom.added(json!({"type": 1, "scene": 2, "user": ["zhangsan"], "is_temp": true}));
    assert_eq!(wecom.got(&id)["user"], json!(["ZhangSan"]));
    let scanned = wecom.sandbox("POST", "scan", json!({"config_id": id}));
    assert_eq!(scanned["userid"], "ZhangSan");
    let customer = &scanned["external_userid"];
    let close = json!({"userid": "ZHANGSAN", "external_userid": customer});
    assert_eq!(wecom.call("close_temp_chat", close)["errcode"], 0);

    let lasting = wecom.added(json!({"type": 2, "scene": 2, "user": ["LISI", "lisi"], "skip_verify": false}));
    assert_eq!(wecom.call("update_contact_way", json!({"config_id": lasting, "user": ["Lisi"]}))["errcode"], 0);
    assert_eq!(wecom.got(&lasting)["user"], json!(["lisi"]));
    let scanned = wecom.sandbox("POST", "scan", json!({"config_id": lasting}));
    let accept = json!({"userid": "LiSi", "external_userid": scanned["external_userid"]});
    assert_eq!(wecom.sandbox("POST", "accept", accept)["userid"], "lisi");

    // The same member, told apart by nothing.
    wecom.sandbox("POST", "members", json!({"userid": "LISI", "active": false}));
    assert_eq!(wecom.add(single())["errcode"], 41054);
    wecom.sandbox("DELETE", "members?userid=LiSi", Value::Null);
    assert_eq!(wecom.add(single())["errcode"], 60111);
}

#[test]
fn a_hundred_members_are_a_hundred_however_they_are_spelled() {
    let member = |number: usize| json!({"userid": format!("user{number}"), "departments": [2]});
    let wecom = Wecom::start(json!({"clock": NOW, "members": (0..100).map(member).collect::<Vec<_>>()}));
    let users: Vec<String> = (0..100).map(|number| format!("USER{number}")).collect();
    wecom.added(json!({"type": 2, "scene": 2, "user": users, "party": [2]}));
}

#[test]
fn unicode_escapes_are_refused_unless_the_configuration_takes_them() {
    let body = r#"{"type":1,"scene":2,"user":["lisi"],"remark":"\u4f60\u0001","state":"x"}"#;
    let wecom = Wecom::start(json!({"unicode_escapes": "refuse"}));
    assert_eq!(wecom.call_text("add_contact_way", body)["errcode"], 40033);
    assert_eq!(rule(&wecom, "add_contact_way", body).as_deref(), Some("unicode_escape"));
    let wecom = Wecom::start(json!({"unicode_escapes": "accept"}));
    let answer = wecom.call_text("add_contact_way", body);
    assert_eq!(wecom.got(answer["config_id"].as_str().unwrap())["remark"], "你\u{1}");
    let long = body.replace(r#""x""#, &format!("{:?}", "x".repeat(31)));
    assert_eq!(rule(&wecom, "add_contact_way", &long).as_deref(), Some("state_max_chars"), "the other rules hold");
}

#[test]
fn every_refusal_by_a_rule_says_which_and_nothing_else_does() {
    let wecom = Wecom::plain();
    let id = wecom.added(single());
    for (endpoint, body, expected) in [
        ("add_contact_way", json!({}), Some("type_required")),
        ("add_contact_way", with(single(), json!({"remark": "x".repeat(31)})), Some("remark_max_chars")),
        ("add_contact_way", with(single(), json!({"user": ["no one"]})), Some("userid_form")),
        ("get_contact_way", json!({}), Some("config_id_required")),
        ("list_contact_way", json!({"limit": 1001}), Some("limit_range")),
        ("close_temp_chat", json!({"userid": "lisi"}), Some("external_userid_required")),
        ("update_contact_way", json!({"config_id": id, "user": ["lisi", "wangwu"]}), Some("type_1_one_user")),
        ("get_contact_way", json!({"config_id": "unknown"}), None),
        ("get_contact_way", json!({"config_id": id}), None),
        ("add_contact_way", with(single(), json!({"user": ["nobody"]})), None),
    ] {
        assert_eq!(rule(&wecom, endpoint, &body.to_string()).as_deref(), expected, "{endpoint} {body}");
    }
}

#[test]
fn targets_are_taken_in_every_form() {
    let wecom = Wecom::plain();
    let id = wecom.added(single());
    let get = wecom.target("get_contact_way");
    let encoded = get.replace("get_contact_way", "get%5fcontact%5Fway").replace("/cgi-bin", "/%63gi-bin");
    for target in [format!("http://qyapi.weixin.qq.com{get}"), format!("HTTPS://x:1{get}"), encoded] {
        let reply = wecom.request("POST", &target, json!({"config_id": id}).to_string().as_bytes());
        assert_eq!(reply.json()["errcode"], 0, "{target}");
        assert_eq!(wecom.calls("get_contact_way").pop().unwrap()["target"], json!(target), "kept as it came");
    }
    assert_eq!(wecom.request("GET", "http://127.0.0.1/sandbox/clock", b"").json()["now"], NOW);
    let token = wecom.token.replace('-', "%2d").replace('_', "%5F");
    let target = format!("/cgi-bin/externalcontact/list_contact_way?access_token={token}");
    assert_eq!(wecom.request("POST", &target, b"{}").json()["errcode"], 0);
}

#[test]
fn head_is_get_without_a_body() {
    let wecom = Wecom::plain();
    let id = wecom.added(single());
    for path in [format!("/qr/{id}"), "/".to_owned(), "/sandbox/clock".to_owned(), "/nowhere".to_owned()] {
        let mut connection = wecom.connect();
        let get = connection.request("GET", &path, &[], b"");
        connection.send(crate::support::request("HEAD", &path, &[], b""));
        connection.stream().shutdown(std::net::Shutdown::Write).unwrap();
        let head = String::from_utf8(connection.rest().unwrap()).unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {} ", get.status)) && head.ends_with("\r\n\r\n"), "{head}");
        assert!(head.contains(&format!("Content-Length: {}\r\n", get.body.len())), "{head}");
    }
}
