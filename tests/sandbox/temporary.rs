//! What the document says of temporary sessions and of `close_temp_chat`.

use serde_json::{Value, json};

use crate::support::{NOW, Wecom, single, with};

const DAY: i64 = 86_400;
const FORTNIGHT: i64 = 14 * DAY;

fn temp(more: Value) -> Value {
    with(with(single(), json!({"is_temp": true})), more)
}

fn scan(wecom: &Wecom, config_id: &str, more: Value) -> Value {
    wecom.sandbox("POST", "scan", with(json!({"config_id": config_id}), more))
}

fn close(wecom: &Wecom, scanned: &Value) -> Value {
    let pair = json!({"userid": scanned["userid"], "external_userid": scanned["external_userid"]});
    wecom.call("close_temp_chat", pair)["errcode"].clone()
}

#[test]
fn only_medical_companies_have_them() {
    let wecom = Wecom::start(json!({"industry": "retail"}));
    assert_eq!(wecom.add(temp(json!({})))["errcode"], 41040);
    wecom.added(single());
}

#[test]
fn they_are_for_one_person() {
    let wecom = Wecom::plain();
    assert_eq!(wecom.add(temp(json!({"type": 2})))["errcode"], 40058);
    let id = wecom.added(temp(json!({})));
    let answer = wecom.call("update_contact_way", json!({"config_id": id, "user": ["lisi", "wangwu"]}));
    assert_eq!(answer["errcode"], 40058);
}

#[test]
fn they_stand_outside_the_quota_and_are_100_000_a_day() {
    let wecom = Wecom::start(json!({"clock": NOW, "quota": 1, "temp_quota_per_day": 2}));
    wecom.added(single());
    let first = wecom.added(temp(json!({})));
    wecom.added(temp(json!({})));
    wecom.call("del_contact_way", json!({"config_id": first}));
    assert_eq!(wecom.add(temp(json!({})))["errcode"], 41045, "deleting does not give the day another");
    // 2026-01-01 08:00 in China: the day has 16 hours left.
    wecom.advance(16 * 3600 - 1);
    assert_eq!(wecom.add(temp(json!({})))["errcode"], 41045);
    wecom.advance(1);
    wecom.added(temp(json!({})));
}

#[test]
fn the_code_is_good_for_7_days_and_at_most_14() {
    let wecom = Wecom::plain();
    let (default, longest) = (wecom.added(temp(json!({}))), wecom.added(temp(json!({"expires_in": FORTNIGHT}))));
    assert_eq!(wecom.got(&default)["expires_in"], 7 * DAY);
    assert_eq!(wecom.add(temp(json!({"expires_in": FORTNIGHT + 1})))["errcode"], 40058);
    assert_eq!(wecom.add(temp(json!({"expires_in": -1})))["errcode"], 40058);
    wecom.advance(7 * DAY - 1);
    assert_eq!(scan(&wecom, &wecom.added(temp(json!({}))), json!({}))["errcode"], 0);
    wecom.advance(1);
    let refused = scan(&wecom, &default, json!({}));
    assert_eq!(refused["errcode"], 41044);
    assert!(refused["errmsg"].as_str().unwrap().contains("run out"), "{refused}");
    assert_eq!(scan(&wecom, &longest, json!({}))["errcode"], 0);
}

#[test]
fn the_chat_lasts_24_hours_from_the_scan_on_and_at_most_14_days() {
    let wecom = Wecom::plain();
    let (default, long) = (wecom.added(temp(json!({}))), wecom.added(temp(json!({"chat_expires_in": FORTNIGHT}))));
    assert_eq!(wecom.add(temp(json!({"chat_expires_in": FORTNIGHT + 1})))["errcode"], 40058);
    wecom.advance(1000);
    let scanned = scan(&wecom, &default, json!({}));
    assert_eq!(scanned["temp_chat"]["expires_at"], NOW + 1000 + DAY);
    assert_eq!(scan(&wecom, &long, json!({}))["temp_chat"]["expires_at"], NOW + 1000 + FORTNIGHT);
    wecom.advance(DAY);
    assert_eq!(close(&wecom, &scanned), 84061, "it has run out");
}

#[test]
fn the_code_is_dead_after_its_first_customer() {
    let wecom = Wecom::plain();
    let id = wecom.added(temp(json!({})));
    assert_eq!(scan(&wecom, &id, json!({}))["errcode"], 0);
    let refused = scan(&wecom, &id, json!({}));
    assert!(refused["errmsg"].as_str().unwrap().contains("had its customer"), "{refused}");
    assert_eq!(refused["errcode"], 41044);
}

#[test]
fn a_dead_one_cannot_be_edited() {
    let wecom = Wecom::plain();
    let change = |id: &str| wecom.call("update_contact_way", json!({"config_id": id, "expires_in": FORTNIGHT}));
    let (used, old) = (wecom.added(temp(json!({}))), wecom.added(temp(json!({"expires_in": 60}))));
    assert_eq!(change(&used)["errcode"], 0);
    assert_eq!(wecom.got(&used)["expires_in"], FORTNIGHT);
    scan(&wecom, &used, json!({}));
    assert_eq!(change(&used)["errcode"], 41044);
    wecom.advance(60);
    assert_eq!(change(&old)["errcode"], 41044);
    assert_eq!(wecom.got(&old)["is_temp"], true, "it can still be read");
    assert_eq!(wecom.call("del_contact_way", json!({"config_id": old}))["errcode"], 0);
}

#[test]
fn what_is_for_temporary_ones_only_counts_for_them() {
    let wecom = Wecom::plain();
    let id = wecom.added(with(
        single(),
        json!({"expires_in": 5, "chat_expires_in": 5, "unionid": "u", "conclusions": {"text": {"content": "bye"}}}),
    ));
    let way = wecom.got(&id);
    for member in ["expires_in", "chat_expires_in", "unionid", "conclusions"] {
        assert_eq!(way.get(member), None, "{member}");
    }
    wecom.advance(6);
    let scanned = scan(&wecom, &id, json!({}));
    assert_eq!((&scanned["errcode"], &scanned["temp_chat"]), (&json!(0), &Value::Null));
}

#[test]
fn unionid_binds_it_to_one_customer() {
    let wecom = Wecom::plain();
    let (bound, free) = (wecom.added(temp(json!({"unionid": "u1"}))), wecom.added(temp(json!({}))));
    assert_eq!(wecom.got(&bound)["unionid"], "u1");
    for other in [json!({}), json!({"unionid": "u2"})] {
        assert_eq!(scan(&wecom, &bound, other)["errcode"], 40096);
    }
    assert_eq!(scan(&wecom, &bound, json!({"unionid": "u1"}))["errcode"], 0);
    assert_eq!(scan(&wecom, &free, json!({"unionid": "u9"}))["errcode"], 0);
}

#[test]
fn unionid_needs_a_developer_account() {
    let wecom = Wecom::start(json!({"developer_account": false}));
    assert_eq!(wecom.add(temp(json!({"unionid": "u"})))["errcode"], 41057);
    wecom.added(temp(json!({})));
    wecom.added(with(single(), json!({"unionid": "u"})));
}

#[test]
fn closing_ends_a_living_chat_and_only_that() {
    let wecom = Wecom::plain();
    let chat = scan(&wecom, &wecom.added(temp(json!({}))), json!({}));
    let friend = scan(&wecom, &wecom.added(single()), json!({}));
    assert_eq!(close(&wecom, &chat), 0);
    assert_eq!(close(&wecom, &chat), 84061, "it is over");
    assert_eq!(close(&wecom, &friend), 84061, "added in another way");
    let stranger = json!({"userid": "lisi", "external_userid": "wmnobody"});
    assert_eq!(wecom.call("close_temp_chat", stranger)["errcode"], 40096);
    let nobody = json!({"userid": "nobody", "external_userid": chat["external_userid"]});
    assert_eq!(wecom.call("close_temp_chat", nobody)["errcode"], 60111);
    assert_eq!(wecom.call("close_temp_chat", json!({"external_userid": "x"}))["errcode"], 41009);
    assert_eq!(wecom.call("close_temp_chat", json!({"userid": "lisi"}))["errcode"], 41035);
}

#[test]
fn where_the_member_must_agree_the_chat_begins_then() {
    let wecom = Wecom::plain();
    let id = wecom.added(temp(json!({"skip_verify": false})));
    let scanned = scan(&wecom, &id, json!({}));
    assert_eq!((&scanned["accepted"], &scanned["temp_chat"]), (&json!(false), &Value::Null));
    wecom.advance(100);
    let pair = json!({"userid": scanned["userid"], "external_userid": scanned["external_userid"]});
    let accepted = wecom.sandbox("POST", "accept", pair.clone());
    assert_eq!((&accepted["accepted"], &accepted["temp_chat"]["expires_at"]), (&json!(true), &json!(NOW + 100 + DAY)));
    assert_eq!(wecom.sandbox("POST", "accept", pair)["errcode"], 84061);
    assert_eq!(scan(&wecom, &id, json!({}))["errcode"], 41044);
    assert_eq!(close(&wecom, &scanned), 0);
}

#[test]
fn who_scans_again_is_not_asked_again_and_a_living_chat_goes_on() {
    let wecom = Wecom::plain();
    let again = json!({"unionid": "u"});
    let chat = scan(&wecom, &wecom.added(temp(json!({"conclusions": {"text": {"content": "first"}}}))), again.clone());
    let friend = scan(&wecom, &wecom.added(with(single(), json!({"skip_verify": false}))), again.clone());
    assert_eq!((&friend["accepted"], &friend["external_userid"]), (&json!(true), &chat["external_userid"]));
    assert_eq!(close(&wecom, &chat), 0, "it still lived");
    for content in ["second", "third"] {
        let way = temp(json!({"conclusions": {"text": {"content": content}}}));
        assert!(scan(&wecom, &wecom.added(way), again.clone())["temp_chat"].is_object());
    }
    assert_eq!(close(&wecom, &chat), 0);
    assert_eq!(close(&wecom, &chat), 84061, "there was one chat at a time");
    let messages = wecom.sandbox("GET", "messages", Value::Null);
    let said: Vec<&Value> = messages["messages"].as_array().unwrap().iter().map(|it| &it["text"]["content"]).collect();
    assert_eq!(said, ["first", "second", "third"]);
}
