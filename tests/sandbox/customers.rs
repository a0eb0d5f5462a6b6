//! `externalcontact/get`: what an app learns of a customer who scanned.

use serde_json::{Value, json};

use crate::support::{NOW, Wecom, single, with};

impl Wecom {
    fn customer(&self, external_userid: &str) -> Value {
        let target = format!("{}&external_userid={external_userid}", self.target("get"));
        let reply = self.request("GET", &target, b"");
        assert_eq!(reply.status, 200);
        reply.json()
    }

    /// A customer who scans a contact way of this kind, and whose scan has these members.
    fn scanned(&self, way: Value, scan: Value) -> String {
        let id = self.added(way);
        let answer = self.sandbox("POST", "scan", with(scan, json!({"config_id": id})));
        answer["external_userid"].as_str().unwrap().to_owned()
    }

    fn end(&self, by: &str, external_userid: &str) -> Value {
        let end = json!({"userid": "lisi", "external_userid": external_userid, "by": by});
        self.sandbox("POST", "end_contact", end)
    }
}

#[test]
fn a_customer_comes_with_the_state_of_the_code() {
    let wecom = Wecom::plain();
    let id = wecom.scanned(with(single(), json!({"state": "store-42"})), json!({"unionid": "oU"}));
    let expected = json!({
        "errcode": 0, "errmsg": "ok",
        "external_contact": {"external_userid": id, "name": id, "type": 1, "avatar": "", "gender": 0, "unionid": "oU"},
        "follow_user": [{
            "userid": "lisi", "remark": id, "description": "", "createtime": NOW, "tags": [], "remark_mobiles": [],
            "state": "store-42", "oper_userid": id, "add_way": 1,
        }],
    });
    assert_eq!(wecom.customer(&id), expected);
}

#[test]
fn a_state_that_is_not_set_is_not_there() {
    let wecom = Wecom::plain();
    let customer = wecom.customer(&wecom.scanned(single(), json!({})));
    assert_eq!(customer["follow_user"][0].get("state"), None);
    assert_eq!(customer["external_contact"].get("unionid"), None);
}

#[test]
fn a_customer_of_another_company_is_of_type_2_and_has_no_unionid() {
    let wecom = Wecom::plain();
    let id = wecom.scanned(single(), json!({"corp_name": "Acme", "unionid": "oU"}));
    let contact = wecom.customer(&id)["external_contact"].take();
    assert_eq!((&contact["type"], &contact["corp_name"], contact.get("unionid")), (&json!(2), &json!("Acme"), None));
}

#[test]
fn each_member_has_a_tie_and_a_state_of_its_own_which_a_friends_scan_leaves_alone() {
    let wecom = Wecom::plain();
    let way = |user: &str, state: &str| json!({"type": 1, "scene": 2, "user": [user], "state": state});
    let id = wecom.scanned(way("lisi", "a"), json!({}));
    wecom.advance(5);
    wecom.scanned(way("wangwu", "b"), json!({"external_userid": id}));
    wecom.scanned(way("lisi", "c"), json!({"external_userid": id}));
    let follows = wecom.customer(&id)["follow_user"].take();
    let ties: Vec<_> =
        follows.as_array().unwrap().iter().map(|it| (&it["userid"], &it["state"], &it["createtime"])).collect();
    let (lisi, wangwu) = (json!("lisi"), json!("wangwu"));
    assert_eq!(ties, [(&lisi, &json!("a"), &json!(NOW)), (&wangwu, &json!("b"), &json!(NOW + 5))]);
}

#[test]
fn refusals_keep_the_shape_of_the_answer() {
    let mut wecom = Wecom::start(json!({"clock": NOW, "apps": [
        {"corp_id": "ww1", "secret": "s1"}, {"corp_id": "ww1", "secret": "s2", "permissions": []}]}));
    let id = wecom.scanned(single(), json!({}));
    let waiting = wecom.scanned(with(single(), json!({"skip_verify": false})), json!({}));
    assert_eq!(wecom.customer("")["errcode"], 41035);
    let unknown = wecom.customer("wmnobody");
    assert_eq!(unknown["errcode"], 40096);
    assert_eq!((&unknown["external_contact"], &unknown["follow_user"]), (&json!({}), &json!([])));
    assert_eq!(wecom.customer(&waiting)["errcode"], 84061, "the member has not agreed yet");
    wecom.sandbox("POST", "members", json!({"userid": "lisi", "visible": false}));
    assert_eq!(wecom.customer(&id)["errcode"], 60011);
    wecom.log_in("ww1", "s2");
    assert_eq!(wecom.customer(&id)["errcode"], 48002);
    wecom.token = "wrong".to_owned();
    assert_eq!(wecom.customer(&id)["errcode"], 40014);
}

#[test]
fn a_deleted_customer_is_gone_and_one_who_deleted_the_member_is_still_there() {
    let wecom = Wecom::plain();
    let way = with(single(), json!({"is_temp": true}));
    let (gone, left) = (wecom.scanned(way.clone(), json!({})), wecom.scanned(way, json!({})));
    assert_eq!(wecom.end("member", &gone)["errcode"], 0);
    assert_eq!(wecom.end("customer", &left)["errcode"], 0);
    assert_eq!(wecom.customer(&gone)["errcode"], 84061);
    assert_eq!(wecom.customer(&left)["errcode"], 0);
    for id in [&gone, &left] {
        let pair = json!({"userid": "lisi", "external_userid": id});
        assert_eq!(wecom.call("close_temp_chat", pair)["errcode"], 84061, "the chat is over");
    }
    assert_eq!(wecom.sandbox("GET", "messages", Value::Null)["messages"], json!([]));

    wecom.advance(9);
    wecom.scanned(with(single(), json!({"state": "again"})), json!({"external_userid": left}));
    let follow = wecom.customer(&left)["follow_user"][0].take();
    assert_eq!((&follow["state"], &follow["createtime"]), (&json!("again"), &json!(NOW + 9)));
}

#[test]
fn more_than_five_hundred_members_come_in_pages() {
    let wecom = Wecom::plain();
    let mut follow_user = serde_json::Map::new();
    let way = wecom.added(single());
    for number in 0..501 {
        let userid = format!("user{number:03}");
        wecom.sandbox("POST", "members", json!({"userid": userid}));
        follow_user.insert(userid, json!({"config_id": way, "state": "", "added_at": NOW, "accepted": true}));
    }
    let mut state = wecom.sandbox("GET", "state", Value::Null);
    let corp = state["corporations"].as_object_mut().unwrap().values_mut().next().unwrap();
    corp["customers"] = json!([{"external_userid": "wm1", "follow_user": follow_user}]);
    wecom.sandbox("PUT", "state", state);
    let first = wecom.customer("wm1");
    assert_eq!(first["follow_user"].as_array().unwrap().len(), 500);
    let rest = wecom.customer(&format!("wm1&cursor={}", first["next_cursor"].as_str().unwrap()));
    assert_eq!((&rest["follow_user"][0]["userid"], rest.get("next_cursor")), (&json!("user500"), None));
}

#[test]
fn who_ended_it_must_be_said() {
    let wecom = Wecom::plain();
    let reply = wecom.request("POST", "/sandbox/end_contact", br#"{"userid": "lisi", "by": "nobody"}"#);
    assert_eq!((reply.status, &reply.json()["pointer"]), (400, &json!("/external_userid")));
    assert!(reply.text().contains("by must be one of member, customer"));
    assert_eq!(wecom.end("member", "wmnobody")["errcode"], 84061);
}
