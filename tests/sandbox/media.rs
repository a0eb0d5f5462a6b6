//! Uploaded pictures.

use serde_json::{Value, json};

use crate::support::{NOW, Wecom, single, with};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest of a picture";

fn upload(wecom: &Wecom, kind: &str, field: &str, file: &[u8]) -> Value {
    let mut body =
        b"preamble\r\n--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--XX\r\n".to_vec();
    body.extend(
        format!("Content-Disposition: form-data; name=\"{field}\"; filename=\"a.png\"; filelength=9\r\n").bytes(),
    );
    body.extend(b"Content-Type: image/png\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--XX--\r\n");
    let target = format!("/cgi-bin/media/upload?access_token={}&type={kind}", wecom.token);
    wecom.connect().request("POST", &target, &[("Content-Type", "multipart/form-data; boundary=XX")], &body).json()
}

fn temp(media_id: &Value) -> Value {
    with(single(), json!({"is_temp": true, "conclusions": {"image": {"media_id": media_id}}}))
}

#[test]
fn an_upload_answers_a_media_id_that_is_good_for_3_days() {
    let wecom = Wecom::start(json!({"clock": NOW, "check_media": true}));
    let answer = upload(&wecom, "image", "media", PNG);
    assert_eq!(
        (&answer["errcode"], &answer["type"], &answer["created_at"]),
        (&json!(0), &json!("image"), &json!(NOW.to_string()))
    );
    wecom.added(temp(&answer["media_id"]));
    assert_eq!(wecom.add(temp(&json!("never uploaded")))["errcode"], 40007);
    wecom.advance(3 * 86_400 - 1);
    let id = wecom.added(temp(&answer["media_id"]));
    wecom.advance(1);
    assert_eq!(wecom.add(temp(&answer["media_id"]))["errcode"], 40007);
    let update = json!({"config_id": id, "conclusions": {"image": {"media_id": answer["media_id"]}}});
    assert_eq!(wecom.call("update_contact_way", update)["errcode"], 40007);
}

#[test]
fn unless_asked_to_check_any_media_id_will_do_but_an_expired_one() {
    let wecom = Wecom::plain();
    wecom.added(temp(&json!("never uploaded")));
    let answer = upload(&wecom, "image", "media", PNG);
    wecom.advance(3 * 86_400);
    assert_eq!(wecom.add(temp(&answer["media_id"]))["errcode"], 40007);
}

#[test]
fn a_mini_programs_picture_is_checked_too_and_one_that_does_not_count_is_not() {
    let wecom = Wecom::start(json!({"check_media": true}));
    let errcode = |conclusions: Value| {
        wecom.add(with(single(), json!({"is_temp": true, "conclusions": conclusions})))["errcode"].clone()
    };
    let program = json!({"title": "t", "pic_media_id": "unknown", "appid": "wx1", "page": "/p"});
    assert_eq!(errcode(json!({"miniprogram": program})), 40007);
    assert_eq!(errcode(json!({"miniprogram": program, "link": {"url": "u"}})), 0);
}

#[test]
fn what_is_no_picture_is_refused() {
    let wecom = Wecom::plain();
    assert_eq!(upload(&wecom, "picture", "media", PNG)["errcode"], 40005);
    assert_eq!(upload(&wecom, "image", "file", PNG)["errcode"], 44001);
    assert_eq!(upload(&wecom, "image", "media", b"\x89PNG")["errcode"], 44001, "more than 5 bytes");
    assert_eq!(upload(&wecom, "image", "media", b"not a picture")["errcode"], 40123);
    assert_eq!(upload(&wecom, "file", "media", b"not a picture")["errcode"], 0);
    assert_eq!(upload(&wecom, "image", "media", &[PNG, &vec![0; 10 * 1024 * 1024]].concat())["errcode"], 45001);
    let target = format!("/cgi-bin/media/upload?access_token={}&type=image", wecom.token);
    assert_eq!(wecom.request("POST", &target, PNG).json()["errcode"], 44001);
    assert_eq!(wecom.request("POST", "/cgi-bin/media/upload?type=image", PNG).json()["errcode"], 41001);
}
