//! What the document says of `list_contact_way`.

use serde_json::{Value, json};

use crate::support::{NOW, Wecom, single, with};

const DAY: i64 = 86_400;

fn ids(page: &Value) -> Vec<String> {
    let ways = page["contact_way"].as_array().unwrap_or_else(|| panic!("{page}"));
    ways.iter().map(|way| way["config_id"].as_str().unwrap().to_owned()).collect()
}

fn list(wecom: &Wecom, body: Value) -> Vec<String> {
    ids(&wecom.call("list_contact_way", body))
}

#[test]
fn holds_no_temporary_ones() {
    let wecom = Wecom::plain();
    wecom.added(with(single(), json!({"is_temp": true})));
    let lasting = wecom.added(single());
    assert_eq!(list(&wecom, json!({})), [lasting]);
}

#[test]
fn shows_the_last_90_days_until_now_unless_asked_otherwise() {
    let wecom = Wecom::plain();
    let old = wecom.added(single());
    wecom.advance(DAY);
    let young = wecom.added(single());
    wecom.advance(89 * DAY);
    assert_eq!(list(&wecom, json!({})), [&*old, &*young], "just 90 days");
    wecom.advance(1);
    assert_eq!(list(&wecom, json!({})), [&*young]);
    assert_eq!(list(&wecom, json!({"start_time": NOW})), [&*old, &*young]);
    assert_eq!(list(&wecom, json!({"start_time": 1, "end_time": NOW + DAY - 1})), [&*old]);
    assert_eq!(list(&wecom, json!({"start_time": NOW + 1, "end_time": NOW + DAY})), [&*young]);
    assert_eq!(wecom.call("list_contact_way", json!({"start_time": 5, "end_time": 4}))["errcode"], 40058);
}

#[test]
fn knows_none_from_before_10_july_2021() {
    let wecom = Wecom::start(json!({"clock": 1_625_846_399}));
    wecom.added(single());
    wecom.advance(1);
    let first = wecom.added(single());
    assert_eq!(list(&wecom, json!({"start_time": 1})), [first]);
}

#[test]
fn a_page_is_100_and_at_most_1000() {
    let wecom = Wecom::plain();
    let mut connection = wecom.connect();
    for _ in 0..101 {
        let body = single().to_string();
        connection.request("POST", &wecom.target("add_contact_way"), &[], body.as_bytes());
    }
    assert_eq!(list(&wecom, json!({})).len(), 100);
    assert_eq!(list(&wecom, json!({"limit": 1000})).len(), 101);
    assert_eq!(wecom.call("list_contact_way", json!({"limit": 1001}))["errcode"], 40058);
    assert_eq!(wecom.call("list_contact_way", json!({"limit": -1}))["errcode"], 40058);
}

#[test]
fn next_cursor_is_empty_when_there_is_no_more() {
    let wecom = Wecom::plain();
    assert_eq!(wecom.call("list_contact_way", json!({}))["next_cursor"], "");
    for _ in 0..4 {
        wecom.added(single());
    }
    let first = wecom.call("list_contact_way", json!({"limit": 2}));
    assert_ne!(first["next_cursor"], "");
    let second = wecom.call("list_contact_way", json!({"limit": 2, "cursor": first["next_cursor"]}));
    assert_eq!((second["next_cursor"].clone(), ids(&second).len()), (json!(""), 2), "a full page can be the last");
    let beyond = wecom.call("list_contact_way", json!({"cursor": "7fffffffffffffffffffffffffffffff"}));
    assert_eq!((&beyond["errcode"], &beyond["contact_way"]), (&json!(0), &json!([])));
    let last = wecom.call("list_contact_way", json!({"cursor": format!("0000000000000000{}", "f".repeat(16))}));
    assert_eq!(ids(&last).len(), 4);
    for cursor in ["rubbish", "ü2345678901234567890123456789012"] {
        assert_eq!(wecom.call("list_contact_way", json!({"cursor": cursor}))["errcode"], 40058);
    }
}

#[test]
fn the_cursor_neither_skips_nor_repeats_while_others_add_and_delete() {
    let wecom = Wecom::plain();
    let before: Vec<String> = (0..10).map(|_| wecom.added(single())).collect();
    let (mut seen, mut cursor, mut added) = (Vec::new(), json!(""), Vec::new());
    for step in 0.. {
        let page = wecom.call("list_contact_way", json!({"limit": 2, "cursor": cursor}));
        seen.extend(ids(&page));
        cursor = page["next_cursor"].clone();
        if cursor == "" {
            break;
        }
        if step < 3 {
            // The one just seen, on which the cursor stands, and one that is still to come.
            for id in [&before[step * 2 + 1], &before[9 - step]] {
                wecom.call("del_contact_way", json!({"config_id": id}));
            }
            added.push(wecom.added(single()));
        }
    }
    let still_there: Vec<String> = before[..7].to_vec();
    assert_eq!(seen, [still_there, added].concat());
}

#[test]
fn a_new_one_stays_out_for_list_lag_s() {
    let wecom = Wecom::start(json!({"clock": NOW, "list_lag_s": 10}));
    let id = wecom.added(single());
    wecom.advance(9);
    assert_eq!(list(&wecom, json!({})), [""; 0]);
    assert_eq!(wecom.got(&id)["config_id"], json!(id));
    wecom.advance(1);
    assert_eq!(list(&wecom, json!({})), [id]);
}
