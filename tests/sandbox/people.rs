//! Members, departments, and members who leave.

use serde_json::{Value, json};

use crate::support::{NOW, Wecom, single};

fn scan(wecom: &Wecom, config_id: &str) -> Value {
    wecom.sandbox("POST", "scan", json!({"config_id": config_id}))
}

#[test]
fn departments_are_a_tree() {
    let wecom = Wecom::start(json!({"clock": NOW,
        "members": [{"userid": "a", "departments": [22]}, {"userid": "b", "departments": [3]}],
        "departments": [{"id": 2, "parent": 1}, {"id": 22, "parent": 2}, {"id": 3, "parent": 1}],
    }));
    let of = |department: i64| wecom.added(json!({"type": 2, "scene": 2, "party": [department]}));
    assert_eq!(scan(&wecom, &of(2))["userid"], "a");
    assert_eq!(scan(&wecom, &of(3))["userid"], "b");
    let all = of(1);
    let mut served = [scan(&wecom, &all)["userid"].clone(), scan(&wecom, &all)["userid"].clone()];
    served.sort_by_key(ToString::to_string);
    assert_eq!(served, ["a", "b"]);
}

#[test]
fn a_ring_of_departments_harms_nobody() {
    let wecom = Wecom::start(json!({"departments": [{"id": 7, "parent": 8}, {"id": 8, "parent": 7}],
        "members": [{"userid": "a", "departments": [7]}]}));
    let id = wecom.added(json!({"type": 2, "scene": 2, "party": [8]}));
    assert_eq!(scan(&wecom, &id)["userid"], "a");
}

#[test]
fn several_are_served_in_turn() {
    let wecom = Wecom::plain();
    let id = wecom.added(json!({"type": 2, "scene": 2, "user": ["lisi"], "party": [3]}));
    let served: Vec<Value> = (0..4).map(|_| scan(&wecom, &id)["userid"].clone()).collect();
    assert_eq!(served, ["lisi", "wangwu", "lisi", "wangwu"]);
}

#[test]
fn who_leaves_is_unknown_and_gets_no_customers() {
    let wecom = Wecom::plain();
    let (alone, both) =
        (wecom.added(single()), wecom.added(json!({"type": 2, "scene": 2, "user": ["lisi", "wangwu"]})));
    wecom.sandbox("DELETE", "members?userid=lisi", Value::Null);
    assert_eq!(wecom.add(single())["errcode"], 60111);
    assert_eq!(wecom.got(&alone)["user"], json!(["lisi"]), "the contact way still names who left");
    assert_eq!(scan(&wecom, &alone)["errcode"], 84074);
    for _ in 0..3 {
        assert_eq!(scan(&wecom, &both)["userid"], "wangwu");
    }
    // An update that does not speak of users goes through; one that names who left does not.
    let update = |more: Value| wecom.call("update_contact_way", crate::support::with(json!({"config_id": both}), more));
    assert_eq!(update(json!({"remark": "r"}))["errcode"], 0);
    assert_eq!(update(json!({"user": ["lisi", "wangwu"]}))["errcode"], 60111);
    assert_eq!(update(json!({"user": ["wangwu"]}))["errcode"], 0);
    assert_eq!(wecom.sandbox("DELETE", "members?userid=lisi", Value::Null)["errcode"], 60111);
}

#[test]
fn members_come_and_change() {
    let wecom = Wecom::plain();
    let new = json!({"type": 1, "scene": 2, "user": ["new"]});
    assert_eq!(wecom.add(new.clone())["errcode"], 60111);
    wecom.sandbox("POST", "members", json!({"userid": "new", "departments": [9]}));
    let id = wecom.added(new.clone());
    wecom.added(json!({"type": 2, "scene": 2, "party": [9]}));
    wecom.sandbox("POST", "members", json!({"userid": "new", "active": false}));
    assert_eq!(wecom.add(new)["errcode"], 41054);
    assert_eq!(scan(&wecom, &id)["errcode"], 84074);
    let directory = wecom.sandbox("GET", "members", Value::Null);
    let members = &directory["corporations"][wecom.info["corp_id"].as_str().unwrap()]["members"];
    let changed = members.as_array().unwrap().iter().find(|member| member["userid"] == "new").unwrap();
    assert_eq!((&changed["active"], &changed["departments"]), (&json!(false), &json!([9])), "what is left out stays");
    wecom.sandbox("POST", "departments", json!({"id": 9, "visible": false}));
    assert_eq!(wecom.add(json!({"type": 2, "scene": 2, "party": [9]}))["errcode"], 60011);
}

#[test]
fn a_member_can_be_of_one_corporation() {
    let app = |corp: &str| json!({"corp_id": corp, "secret": "s"});
    let mut wecom = Wecom::start(json!({"apps": [app("ww1"), app("ww2")],
        "members": [{"userid": "lisi"}, {"userid": "only2", "corp_id": "ww2"}]}));
    let only = json!({"type": 1, "scene": 2, "user": ["only2"]});
    wecom.added(single());
    assert_eq!(wecom.add(only.clone())["errcode"], 60111);
    wecom.log_in("ww2", "s");
    wecom.added(single());
    wecom.added(only);
}

#[test]
fn a_customer_stays_with_who_has_them() {
    let wecom = Wecom::plain();
    let id = wecom.added(json!({"type": 2, "scene": 2, "user": ["lisi", "wangwu", "zhangsan"]}));
    let first = wecom.sandbox("POST", "scan", json!({"config_id": id, "unionid": "u1"}));
    let again = wecom.sandbox("POST", "scan", json!({"config_id": id, "unionid": "u1"}));
    assert_eq!(again["external_userid"], first["external_userid"]);
    assert_eq!(again["userid"], first["userid"]);
    let named = wecom.sandbox("POST", "scan", json!({"config_id": id, "external_userid": "wmchosen"}));
    assert_eq!(named["external_userid"], "wmchosen");
}
