//! What the document says of `add_contact_way`, a test to each sentence.

use serde_json::{Value, json};

use crate::support::{NOW, Wecom, single, with};

fn refused(more: Value) -> Value {
    Wecom::plain().add(with(single(), more))["errcode"].clone()
}

#[test]
fn answers_a_config_id_and_for_scene_2_a_qr_code() {
    let wecom = Wecom::plain();
    let answer = wecom.add(single());
    assert_eq!((&answer["errcode"], &answer["errmsg"]), (&json!(0), &json!("ok")));
    let id = answer["config_id"].as_str().unwrap();
    assert!(id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{id}");
    assert!(answer["qr_code"].as_str().unwrap().starts_with(wecom.sandbox.base_url()));
    assert_eq!(wecom.got(id)["qr_code"], answer["qr_code"]);

    let button = wecom.add(json!({"type": 1, "scene": 1, "user": ["lisi"]}));
    assert_eq!(button["errcode"], 0);
    assert_eq!(button.get("qr_code"), None);
}

#[test]
fn no_two_config_ids_are_alike_and_the_seed_decides_them() {
    let ids = |seed: i64| -> Vec<String> {
        let wecom = Wecom::start(json!({"seed": seed, "clock": NOW}));
        (0..20).map(|_| wecom.added(single())).collect()
    };
    let first = ids(1);
    let mut distinct = first.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), first.len());
    assert_eq!(first, ids(1));
    assert_ne!(first, ids(2));
}

#[test]
fn type_and_scene_are_required_and_1_or_2() {
    let wecom = Wecom::plain();
    assert_eq!(wecom.add(json!({"scene": 2, "user": ["lisi"]}))["errcode"], 41037);
    assert_eq!(wecom.add(json!({"type": 1, "user": ["lisi"]}))["errcode"], 41038);
    assert_eq!(refused(json!({"type": 3})), 41039);
    assert_eq!(refused(json!({"scene": 0})), 41040);
}

#[test]
fn style_is_1_to_3_for_one_person_and_1_to_2_for_several() {
    assert_eq!(refused(json!({"scene": 1, "style": 3})), 0);
    assert_eq!(refused(json!({"scene": 1, "style": 4})), 41042);
    assert_eq!(refused(json!({"type": 2, "scene": 1, "style": 2})), 0);
    assert_eq!(refused(json!({"type": 2, "scene": 1, "style": 3})), 41042);
}

#[test]
fn style_is_for_the_button_in_a_mini_program() {
    let wecom = Wecom::plain();
    let button = wecom.added(json!({"type": 1, "scene": 1, "style": 2, "user": ["lisi"]}));
    assert_eq!(wecom.got(&button)["style"], 2);
    let code = wecom.added(with(single(), json!({"style": 2})));
    assert_eq!(wecom.got(&code).get("style"), None);
}

#[test]
fn remark_and_state_are_at_most_30_characters() {
    let (most, more) = ("好".repeat(30), "好".repeat(31));
    for member in ["remark", "state"] {
        assert_eq!(refused(json!({member: most})), 0);
        assert_eq!(refused(json!({member: more})), 40058);
    }
}

#[test]
fn skip_verify_is_true_unless_said_otherwise() {
    let wecom = Wecom::plain();
    assert_eq!(wecom.got(&wecom.added(single()))["skip_verify"], true);
    assert_eq!(wecom.got(&wecom.added(with(single(), json!({"skip_verify": false}))))["skip_verify"], false);
}

#[test]
fn type_1_needs_exactly_one_user() {
    let wecom = Wecom::plain();
    assert_eq!(wecom.add(json!({"type": 1, "scene": 2}))["errcode"], 81012);
    assert_eq!(refused(json!({"user": []})), 81012);
    assert_eq!(refused(json!({"user": ["lisi", "wangwu"]})), 40058);
}

#[test]
fn party_only_counts_with_type_2() {
    let wecom = Wecom::plain();
    let single = wecom.added(with(single(), json!({"party": [2]})));
    assert_eq!(wecom.got(&single)["party"], json!([]));
    let several = wecom.added(json!({"type": 2, "scene": 2, "party": [2]}));
    assert_eq!(wecom.got(&several)["party"], json!([2]));
    assert_eq!(wecom.add(json!({"type": 1, "scene": 2, "party": [2]}))["errcode"], 81012);
    assert_eq!(wecom.add(json!({"type": 2, "scene": 2}))["errcode"], 81012);
}

#[test]
fn at_most_100_members_departments_expanded() {
    let member =
        |number: usize| json!({"userid": format!("m{number}"), "departments": [if number < 60 { 10 } else { 11 }]});
    let wecom = Wecom::start(json!({
        "clock": NOW,
        "members": (0..101).map(member).collect::<Vec<_>>(),
        "departments": [{"id": 10}, {"id": 11, "parent": 10}, {"id": 12, "parent": 11}],
    }));
    let several = |more: Value| wecom.add(with(json!({"type": 2, "scene": 2}), more))["errcode"].clone();
    // Department 10 holds department 11: 101 in all.
    assert_eq!(several(json!({"party": [10]})), 41041);
    assert_eq!(several(json!({"party": [11]})), 0);
    let fifty_nine: Vec<String> = (0..59).map(|number| format!("m{number}")).collect();
    assert_eq!(several(json!({"party": [11], "user": fifty_nine})), 0, "59 and 41 are 100");
    let sixty: Vec<String> = (0..60).map(|number| format!("m{number}")).collect();
    assert_eq!(several(json!({"party": [11], "user": sixty})), 41041);
    // A member who is named and in the department too counts once.
    let with_one_of_them: Vec<String> = (0..59).chain([60]).map(|number| format!("m{number}")).collect();
    assert_eq!(several(json!({"party": [11], "user": with_one_of_them})), 0);
    let all: Vec<String> = (0..101).map(|number| format!("m{number}")).collect();
    assert_eq!(several(json!({"user": all})), 41041);
}

#[test]
fn at_most_500_000_by_the_endpoint_and_deleting_makes_room() {
    let wecom = Wecom::start(json!({"clock": NOW, "quota": 2}));
    let first = wecom.added(single());
    wecom.added(single());
    assert_eq!(wecom.add(single())["errcode"], 41045);
    assert_eq!(wecom.call("del_contact_way", json!({"config_id": first}))["errcode"], 0);
    wecom.added(single());
}

#[test]
fn mark_source_is_true_by_default_and_counts_for_acquisition_apps_alone() {
    let app = |secret: &str, acquisition: bool| json!({"corp_id": "ww1", "secret": secret, "acquisition": acquisition});
    let mut wecom = Wecom::start(json!({"clock": NOW, "apps": [app("a", true), app("b", false)]}));
    assert_eq!(wecom.got(&wecom.added(single()))["mark_source"], true);
    let unmarked = with(single(), json!({"mark_source": false}));
    assert_eq!(wecom.got(&wecom.added(unmarked.clone()))["mark_source"], false);
    wecom.log_in("ww1", "b");
    assert_eq!(wecom.got(&wecom.added(unmarked))["mark_source"], true);
}

#[test]
fn is_exclusive_gives_customers_of_one_company_to_one_member() {
    let wecom = Wecom::plain();
    let several = json!({"type": 2, "scene": 2, "user": ["zhangsan", "lisi", "wangwu"]});
    let who = |id: &str, corp_name: &str| {
        wecom.sandbox("POST", "scan", json!({"config_id": id, "corp_name": corp_name}))["userid"].clone()
    };
    let exclusive = wecom.added(with(several.clone(), json!({"is_exclusive": true})));
    let first = who(&exclusive, "Acme");
    assert_ne!(who(&exclusive, "Other"), first);
    assert_eq!(who(&exclusive, "Acme"), first);
    assert_eq!(who(&exclusive, "Acme"), first);

    let plain = wecom.added(several);
    assert_ne!(who(&plain, "Third"), who(&plain, "Third"));
}

#[test]
fn the_users_must_be_ready_to_serve() {
    let wecom = Wecom::start(json!({"clock": NOW, "members": [
        {"userid": "ready"}, {"userid": "inactive", "active": false}, {"userid": "unverified", "verified": false},
        {"userid": "rightless", "contact_right": false}, {"userid": "hidden", "visible": false},
    ], "departments": [{"id": 5, "visible": false}]}));
    for (userid, errcode) in [
        ("ready", 0),
        ("inactive", 41054),
        ("unverified", 40098),
        ("rightless", 84074),
        ("hidden", 60011),
        ("nobody", 60111),
        ("not a userid", 40003),
    ] {
        assert_eq!(wecom.add(json!({"type": 1, "scene": 2, "user": [userid]}))["errcode"], errcode, "{userid}");
        let several = json!({"type": 2, "scene": 2, "user": ["ready", userid]});
        assert_eq!(wecom.add(several)["errcode"], errcode, "one bad member fails the whole call");
    }
    for (department, errcode) in [(1, 0), (5, 60011), (6, 60123)] {
        assert_eq!(
            wecom.add(json!({"type": 2, "scene": 2, "party": [department]}))["errcode"],
            errcode,
            "{department}"
        );
    }
}

#[test]
fn the_documents_own_example_is_refused_for_its_three_users() {
    let example = json!({
        "type": 1, "scene": 1, "style": 1, "remark": "渠道客户", "skip_verify": true, "state": "teststate",
        "user": ["zhangsan", "lisi", "wangwu"], "party": [2, 3], "is_temp": true, "expires_in": 86400,
        "chat_expires_in": 86400, "unionid": "oxTWIuGaIt6gTKsQRLau2M0AAAA", "is_exclusive": true, "mark_source": true,
    });
    assert_eq!(Wecom::plain().add(example.clone())["errcode"], 40058);
    assert_eq!(Wecom::plain().add(with(example, json!({"user": ["zhangsan"]})))["errcode"], 0);
}
