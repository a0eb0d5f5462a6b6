//! The QR pictures, read by a decoder of other authors.

use serde_json::json;

use crate::support::{Wecom, single};

fn picture(wecom: &Wecom, config_id: &str) -> Vec<u8> {
    let reply = wecom.request("GET", &format!("/qr/{config_id}"), b"");
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("image/png")));
    reply.body
}

/// What a scanner reads in a PNG.
fn read(png: &[u8]) -> String {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let (width, height) = (info.width as usize, info.height as usize);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1);
    grids[0].decode().unwrap().1
}

#[test]
fn a_scanner_reads_each_and_it_holds_the_config_id() {
    let wecom = Wecom::plain();
    for userid in ["zhangsan", "lisi", "wangwu", "zhangyisheng"] {
        for kind in [1, 2] {
            let id = wecom.added(json!({"type": kind, "scene": 2, "user": [userid]}));
            assert_eq!(read(&picture(&wecom, &id)), format!("https://work.weixin.qq.com/ca/{id}"));
        }
    }
}

#[test]
fn the_picture_for_one_person_keeps_its_first_member() {
    let wecom = Wecom::plain();
    let id = wecom.added(single());
    let before = picture(&wecom, &id);
    for user in ["wangwu", "zhangsan", "lisi"] {
        wecom.call("update_contact_way", json!({"config_id": id, "user": [user]}));
        assert_eq!(wecom.got(&id)["user"], json!([user]));
        assert_eq!(picture(&wecom, &id), before);
    }
}

#[test]
fn the_picture_shows_the_member() {
    // The same seed gives the same config_id, so that only the member differs.
    let of = |user: &str| {
        let wecom = Wecom::plain();
        picture(&wecom, &wecom.added(json!({"type": 1, "scene": 2, "user": [user]})))
    };
    assert_eq!(of("lisi"), of("lisi"));
    assert_ne!(of("lisi"), of("wangwu"));
}

#[test]
fn a_button_and_an_unknown_one_have_none() {
    let wecom = Wecom::plain();
    let button = wecom.added(json!({"type": 1, "scene": 1, "user": ["lisi"]}));
    for name in [button, "0".repeat(32), "x".to_owned(), String::new()] {
        assert_eq!(wecom.request("GET", &format!("/qr/{name}"), b"").status, 404);
    }
    assert_eq!(wecom.calls("qr_code").len(), 4);
}
