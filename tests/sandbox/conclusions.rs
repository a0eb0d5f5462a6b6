//! What the document says of conclusions.

use serde_json::{Value, json};

use crate::support::{NOW, Wecom, single, with};

fn link() -> Value {
    json!({"title": "t", "picurl": "p", "desc": "d", "url": "u"})
}

fn miniprogram() -> Value {
    json!({"title": "t", "pic_media_id": "P", "appid": "wx8bd80126147dfAAA", "page": "/path/index"})
}

fn temp(conclusions: Value) -> Value {
    with(single(), json!({"is_temp": true, "chat_expires_in": 60, "conclusions": conclusions}))
}

/// What the customer has got, each as its kind and its content.
fn messages(wecom: &Wecom, external_userid: &Value) -> Vec<(String, Value)> {
    let external_userid = external_userid.as_str().unwrap();
    let answer = wecom.sandbox("GET", &format!("messages?external_userid={external_userid}"), Value::Null);
    let message = |message: &Value| {
        assert_eq!(message["external_userid"], json!(external_userid));
        let kind = message["msgtype"].as_str().unwrap().to_owned();
        let content = message[&kind].clone();
        (kind, content)
    };
    answer["messages"].as_array().unwrap().iter().map(message).collect()
}

/// What a customer gets at the end of a chat with these conclusions.
fn said(conclusions: Value) -> Vec<(String, Value)> {
    let wecom = Wecom::plain();
    let id = wecom.added(temp(conclusions));
    let scanned = wecom.sandbox("POST", "scan", json!({"config_id": id}));
    assert_eq!(messages(&wecom, &scanned["external_userid"]), []);
    let pair = json!({"userid": "lisi", "external_userid": scanned["external_userid"]});
    assert_eq!(wecom.call("close_temp_chat", pair)["errcode"], 0);
    messages(&wecom, &scanned["external_userid"])
}

#[test]
fn text_and_one_other_arrive_as_two_messages() {
    let said = said(json!({"link": link(), "text": {"content": "再见"}}));
    assert_eq!(said, [("text".to_owned(), json!({"content": "再见"})), ("link".to_owned(), link())]);
}

#[test]
fn image_goes_before_link_before_miniprogram_and_one_is_sent() {
    let kinds = |conclusions| said(conclusions).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    let image = json!({"media_id": "M"});
    assert_eq!(kinds(json!({"miniprogram": miniprogram(), "link": link(), "image": image})), ["image"]);
    assert_eq!(kinds(json!({"miniprogram": miniprogram(), "link": link()})), ["link"]);
    assert_eq!(said(json!({"miniprogram": miniprogram()})), [("miniprogram".to_owned(), miniprogram())]);
}

#[test]
fn an_image_is_written_as_media_id_and_read_as_pic_url() {
    let wecom = Wecom::plain();
    let id = wecom.added(temp(json!({"image": {"media_id": "M"}, "link": link()})));
    let conclusions = wecom.got(&id)["conclusions"].clone();
    let pic_url = conclusions["image"]["pic_url"].as_str().unwrap();
    assert_eq!(conclusions, json!({"image": {"pic_url": pic_url}}), "of image and link only the image counts");
    let picture = wecom.request("GET", pic_url.trim_start_matches(wecom.sandbox.base_url()), b"");
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/png")));
    let without = json!({"text": {"content": "bye"}, "image": {"pic_url": "https://x/y"}});
    assert_eq!(wecom.add(temp(without))["errcode"], 41006);
}

#[test]
fn they_cannot_all_be_empty() {
    let wecom = Wecom::plain();
    for empty in [json!({}), json!({"image": {"pic_url": "https://x/y"}})] {
        assert_eq!(wecom.add(temp(empty))["errcode"], 40058);
    }
}

#[test]
fn they_are_bounded_in_bytes() {
    let wecom = Wecom::plain();
    let bytes = |count: usize| "é".repeat(count / 2);
    let errcode = |conclusions| wecom.add(temp(conclusions))["errcode"].clone();
    for (more, expected) in [(0, 0), (2, 40058)] {
        assert_eq!(errcode(json!({"text": {"content": bytes(4000 + more)}})), expected);
        assert_eq!(errcode(json!({"link": with(link(), json!({"title": bytes(128 + more)}))})), expected);
        assert_eq!(errcode(json!({"link": with(link(), json!({"desc": bytes(512 + more)}))})), expected);
        assert_eq!(errcode(json!({"miniprogram": with(miniprogram(), json!({"title": bytes(64 + more)}))})), expected);
    }
}

#[test]
fn they_are_sent_when_the_chat_runs_out_too() {
    let wecom = Wecom::plain();
    let id = wecom.added(temp(json!({"text": {"content": "bye"}})));
    let scanned = wecom.sandbox("POST", "scan", json!({"config_id": id}));
    wecom.advance(59);
    assert_eq!(messages(&wecom, &scanned["external_userid"]), []);
    wecom.advance(100);
    let answer = wecom.sandbox("GET", "messages", Value::Null);
    let expected = json!([{
        "userid": "lisi", "external_userid": scanned["external_userid"], "msgtype": "text",
        "text": {"content": "bye"}, "sent_at": NOW + 60,
    }]);
    assert_eq!(answer["messages"], expected);
}

#[test]
fn update_overwrites_them_and_only_for_temporary_ones() {
    let wecom = Wecom::plain();
    let id = wecom.added(temp(json!({"text": {"content": "a"}, "link": link()})));
    let change = json!({"config_id": id, "conclusions": {"text": {"content": "b"}}});
    assert_eq!(wecom.call("update_contact_way", change)["errcode"], 0);
    assert_eq!(wecom.got(&id)["conclusions"], json!({"text": {"content": "b"}}));
    let lasting = wecom.added(single());
    let change = json!({"config_id": lasting, "conclusions": {"text": {"content": "b"}}});
    assert_eq!(wecom.call("update_contact_way", change)["errcode"], 0);
    assert_eq!(wecom.got(&lasting).get("conclusions"), None);
}
