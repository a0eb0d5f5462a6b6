//! What the document says of `get_contact_way` and `del_contact_way`.

use serde_json::json;

use crate::support::{Wecom, single, with};

#[test]
fn answers_the_contact_way_with_its_defaults_filled_in() {
    let wecom = Wecom::plain();
    let id = wecom.added(with(single(), json!({"remark": "渠道", "state": "s", "is_exclusive": true})));
    let qr_code = format!("{}/qr/{id}", wecom.sandbox.base_url());
    let expected = json!({
        "config_id": id, "type": 1, "scene": 2, "remark": "渠道", "skip_verify": true, "state": "s", "qr_code": qr_code,
        "user": ["lisi"], "party": [], "is_temp": false, "mark_source": true,
    });
    assert_eq!(wecom.got(&id), expected);
}

#[test]
fn style_is_answered_in_scene_1_alone_and_qr_code_in_scene_2_alone() {
    let wecom = Wecom::plain();
    let button = wecom.got(&wecom.added(json!({"type": 2, "scene": 1, "user": ["lisi", "wangwu"], "party": [2]})));
    assert_eq!(button["style"], 1);
    assert_eq!(button.get("qr_code"), None);
    assert_eq!((&button["user"], &button["party"]), (&json!(["lisi", "wangwu"]), &json!([2])));
}

#[test]
fn config_id_is_required_and_must_be_known() {
    let wecom = Wecom::plain();
    for name in ["get_contact_way", "update_contact_way", "del_contact_way"] {
        assert_eq!(wecom.call(name, json!({}))["errcode"], 41043, "{name}");
        assert_eq!(wecom.call(name, json!({"config_id": ""}))["errcode"], 41043, "{name}");
        for id in ["0".repeat(32), "x".to_owned(), "Z".repeat(32)] {
            assert_eq!(wecom.call(name, json!({"config_id": id}))["errcode"], 41044, "{name}");
        }
    }
}

#[test]
fn a_deleted_contact_way_is_gone() {
    let wecom = Wecom::plain();
    let (id, other) = (wecom.added(single()), wecom.added(single()));
    assert_eq!(wecom.call("del_contact_way", json!({"config_id": id})), json!({"errcode": 0, "errmsg": "ok"}));
    for name in ["get_contact_way", "update_contact_way", "del_contact_way"] {
        assert_eq!(wecom.call(name, json!({"config_id": id}))["errcode"], 41044, "{name}");
    }
    assert_eq!(wecom.request("GET", &format!("/qr/{id}"), b"").status, 404);
    let list = wecom.call("list_contact_way", json!({}));
    assert_eq!(list["contact_way"], json!([{"config_id": other}]));
}

#[test]
fn apps_of_one_corporation_share_and_corporations_do_not() {
    let app = |corp: &str, secret: &str| json!({"corp_id": corp, "secret": secret});
    let mut wecom = Wecom::start(json!({"apps": [app("ww1", "a"), app("ww1", "b"), app("ww2", "c")]}));
    let id = wecom.added(single());
    wecom.log_in("ww1", "b");
    assert_eq!(wecom.got(&id)["config_id"], json!(id));
    wecom.log_in("ww2", "c");
    assert_eq!(wecom.call("get_contact_way", json!({"config_id": id}))["errcode"], 41044);
    assert_eq!(wecom.call("list_contact_way", json!({}))["contact_way"], json!([]));
    assert_eq!(wecom.gettoken_for("ww2", "a")["errcode"], 40001);
}
