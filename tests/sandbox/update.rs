//! What the document says of `update_contact_way`.

use serde_json::{Value, json};

use crate::support::{NOW, Wecom, single, with};

/// Makes one, updates it, and answers the update's errcode and what it then is.
fn updated(wecom: &Wecom, made: Value, change: Value) -> (Value, Value) {
    let id = wecom.added(made);
    let answer = wecom.call("update_contact_way", with(json!({"config_id": id}), change));
    (answer["errcode"].clone(), wecom.got(&id))
}

fn several() -> Value {
    json!({"type": 2, "scene": 2, "user": ["lisi", "wangwu"], "party": [2], "remark": "r", "state": "s", "skip_verify": false})
}

#[test]
fn overwrites_users_and_departments_and_leaves_what_is_absent() {
    let wecom = Wecom::plain();
    let id = wecom.added(several());
    let before = wecom.got(&id);
    let answer = wecom.call("update_contact_way", json!({"config_id": id, "user": ["zhangsan"]}));
    assert_eq!(answer, json!({"errcode": 0, "errmsg": "ok"}));
    assert_eq!(wecom.got(&id), with(before.clone(), json!({"user": ["zhangsan"]})));
    wecom.call("update_contact_way", json!({"config_id": id, "party": [3], "remark": "new"}));
    assert_eq!(wecom.got(&id), with(before, json!({"user": ["zhangsan"], "party": [3], "remark": "new"})));
}

#[test]
fn cannot_change_type_scene_or_is_temp() {
    let wecom = Wecom::plain();
    let (errcode, way) = updated(&wecom, single(), json!({"type": 2, "scene": 1, "is_temp": true, "expires_in": 60}));
    assert_eq!(errcode, 0);
    assert_eq!((&way["type"], &way["scene"], &way["is_temp"]), (&json!(1), &json!(2), &json!(false)));
    assert_eq!(way.get("expires_in"), None);
}

#[test]
fn style_only_counts_for_the_button_in_a_mini_program() {
    let wecom = Wecom::plain();
    let button = json!({"type": 1, "scene": 1, "user": ["lisi"]});
    let (errcode, way) = updated(&wecom, button.clone(), json!({"style": 3}));
    assert_eq!((errcode, &way["style"]), (json!(0), &json!(3)));
    let (errcode, way) = updated(&wecom, with(button, json!({"type": 2})), json!({"style": 3}));
    assert_eq!((errcode, &way["style"]), (json!(41042), &json!(1)));
    let (errcode, way) = updated(&wecom, single(), json!({"style": 3}));
    assert_eq!((errcode, way.get("style")), (json!(0), None));
}

#[test]
fn party_only_counts_with_type_2_and_type_1_keeps_one_user() {
    let wecom = Wecom::plain();
    let (errcode, way) = updated(&wecom, single(), json!({"party": [2]}));
    assert_eq!((errcode, &way["party"]), (json!(0), &json!([])));
    assert_eq!(updated(&wecom, single(), json!({"user": ["lisi", "wangwu"]})).0, 40058);
}

#[test]
fn an_empty_value_clears_but_not_the_last_user_and_department() {
    let wecom = Wecom::plain();
    let (errcode, way) = updated(&wecom, several(), json!({"remark": "", "state": "", "user": []}));
    assert_eq!((errcode, &way["remark"], &way["state"]), (json!(0), &json!(""), &json!("")));
    assert_eq!((&way["user"], &way["party"]), (&json!([]), &json!([2])));
    let (errcode, way) = updated(&wecom, several(), json!({"user": [], "party": []}));
    assert_eq!((errcode, &way["user"]), (json!(81012), &json!(["lisi", "wangwu"])));
    assert_eq!(updated(&wecom, single(), json!({"user": []})).0, 81012);
}

#[test]
fn a_refused_update_changes_nothing() {
    let wecom = Wecom::plain();
    for (change, errcode) in [
        (json!({"remark": "new", "user": ["nobody"]}), 60111),
        (json!({"remark": "new", "party": [77]}), 60123),
        (json!({"state": "x".repeat(31)}), 40058),
    ] {
        let (answered, way) = updated(&wecom, several(), change);
        assert_eq!(answered, errcode);
        assert_eq!((&way["remark"], &way["state"]), (&json!("r"), &json!("s")));
    }
}

#[test]
fn at_most_100_members_departments_expanded() {
    let members: Vec<Value> =
        (0..101).map(|number| json!({"userid": format!("m{number}"), "departments": [9]})).collect();
    let wecom = Wecom::start(json!({"clock": NOW, "members": members}));
    let made = json!({"type": 2, "scene": 2, "user": ["m1"]});
    assert_eq!(updated(&wecom, made, json!({"party": [9]})).0, 41041);
}

#[test]
fn mark_source_is_changed_by_the_app_that_made_it_alone() {
    let app = |secret: &str| json!({"corp_id": "ww1", "secret": secret});
    let mut wecom = Wecom::start(json!({"clock": NOW, "apps": [app("a"), app("b")]}));
    let (errcode, way) = updated(&wecom, single(), json!({"mark_source": false}));
    assert_eq!((errcode, &way["mark_source"]), (json!(0), &json!(false)));
    let id = wecom.added(single());
    wecom.log_in("ww1", "b");
    let answer = wecom.call("update_contact_way", json!({"config_id": id, "mark_source": false}));
    assert_eq!(answer["errcode"], 301_002);
    assert_eq!(wecom.call("update_contact_way", json!({"config_id": id, "remark": "b's"}))["errcode"], 0);
    assert_eq!(wecom.got(&id)["mark_source"], true);
}

#[test]
fn the_address_of_the_picture_stays() {
    let wecom = Wecom::plain();
    let answer = wecom.add(single());
    let id = answer["config_id"].as_str().unwrap();
    wecom.call("update_contact_way", json!({"config_id": id, "user": ["wangwu"], "state": "new"}));
    assert_eq!(wecom.got(id)["qr_code"], answer["qr_code"]);
}
