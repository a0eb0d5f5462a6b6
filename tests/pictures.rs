//! Pictures: saved whole from WeCom's hosts alone, and uploaded for a conclusion.

#![allow(clippy::unwrap_used)] // a failed unwrap is a failed test

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::thread;

use contactway::{Client, Error, Kind, Options, Shared, json_get};
use support::raw::Raw;
use support::{SIMPLE, Shop, add, added};

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _from_before = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn save(client: &Client, source: &str, path: &str) -> Result<String, Error> {
    client.save_qr_code(&format!("{{{source},\"path\":{}}}", serde_json::Value::from(path)), &Options::default())
}

#[test]
fn a_picture_is_saved_by_config_id_and_by_address() {
    let shop = Shop::open();
    let client = shop.client("");
    let answer = add(&client, SIMPLE).unwrap();
    let [config_id, qr_code] = ["/config_id", "/qr_code"].map(|pointer| json_get(&answer, pointer).unwrap());
    let folder = folder("saved");
    for (name, source) in
        [("a.png", format!("\"config_id\":\"{config_id}\"")), ("b.png", format!("\"qr_code\":\"{qr_code}\""))]
    {
        let path = folder.join(name);
        let answer = save(&client, &source, path.to_str().unwrap()).unwrap();
        let picture = fs::read(&path).unwrap();
        assert!(picture.starts_with(b"\x89PNG"));
        assert_eq!(json_get(&answer, "/bytes").unwrap(), picture.len().to_string());
        assert_eq!(json_get(&answer, "/content_type").as_deref(), Some("image/png"));
        assert_eq!(json_get(&answer, "/path").as_deref(), path.to_str());
    }
    // Nothing beside the two is left behind, and no token went along.
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn what_cannot_be_saved_is_told_and_leaves_nothing() {
    let shop = Shop::open();
    let client = shop.client("");
    let config_id = added(&client);
    let folder = folder("unsaved");
    let path = folder.join("a.png");
    let path = path.to_str().unwrap();
    let by_id = format!("\"config_id\":\"{config_id}\"");
    let missing = folder.join("not/there.png");
    let button = add(&client, r#"{"type":1,"scene":1,"user":["lisi"]}"#).unwrap();
    let button = format!("\"config_id\":\"{}\"", json_get(&button, "/config_id").unwrap());
    let cases = [
        (by_id.as_str(), missing.to_str().unwrap(), Kind::InvalidRequest),
        (button.as_str(), path, Kind::InvalidRequest),
        ("\"config_id\":\"unknown\"", path, Kind::Api),
        ("\"qr_code\":\"https://example.com/a.png\"", path, Kind::InvalidRequest),
        ("\"qr_code\":\"http://169.254.169.254/latest\"", path, Kind::InvalidRequest),
        ("\"qr_code\":\"https://evilqpic.cn/a\"", path, Kind::InvalidRequest),
        ("\"qr_code\":\"https://p.qpic.cn@example.com/a\"", path, Kind::InvalidRequest),
        // Another service of the host that base_url names.
        ("\"qr_code\":\"http://127.0.0.1:1/a.png\"", path, Kind::InvalidRequest),
        ("\"qr_code\":\"https://p.qpic.cn:+443/a\"", path, Kind::InvalidRequest),
        ("\"qr_code\":\"file:///etc/passwd\"", path, Kind::InvalidRequest),
        ("\"qr_code\":\"a b\"", path, Kind::InvalidRequest),
    ];
    for (source, path, kind) in cases {
        let error = save(&client, source, path).unwrap_err();
        assert_eq!(error.kind(), kind, "{source}: {error}");
    }
    for request in ["{}", r#"{"path":"a"}"#, r#"{"config_id":"a","qr_code":"b","path":"c"}"#, r#"{"config_id":"a"}"#] {
        let error = client.save_qr_code(request, &Options::default()).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidRequest, "{request}");
        assert!(!error.details().is_empty());
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn each_member_that_is_wrong_is_named_once() {
    let shop = Shop::open();
    let client = shop.client("");
    for (uploads, request, pointer, rule) in [
        (false, r#"{"config_id":"a","path":""}"#, "/path", "empty"),
        (false, r#"{"config_id":"a","path":1}"#, "/path", "wrong_type"),
        (false, r#"{"config_id":"","path":"a"}"#, "/config_id", "empty"),
        (false, r#"{"path":"a"}"#, "", "one_of_two"),
        (true, r#"{"path":""}"#, "/path", "empty"),
        (true, r#"{"base64":"","filename":"a"}"#, "/base64", "empty"),
        (true, r#"{"base64":1,"filename":"a"}"#, "/base64", "wrong_type"),
        (true, r#"{"base64":"iVBORw0KGgoAAAAN","filename":""}"#, "/filename", "empty"),
        (true, "{}", "", "one_of_two"),
    ] {
        let options = Options::default();
        let answer =
            if uploads { client.upload_image(request, &options) } else { client.save_qr_code(request, &options) };
        let error = answer.unwrap_err();
        let told: Vec<_> = error.details().iter().map(|detail| (detail.pointer.as_str(), detail.rule)).collect();
        assert_eq!((error.kind(), told.as_slice()), (Kind::InvalidRequest, [(pointer, rule)].as_slice()), "{request}");
        // At the root there is no place to name.
        let place = if pointer.is_empty() { "give either " } else { pointer };
        assert!(error.to_string().contains(&format!("a rule is broken in the request: {place}")), "{error}");
    }
    assert!(shop.calls().is_empty());
}

#[test]
fn what_is_no_file_is_not_replaced_and_nothing_is_asked_for() {
    let shop = Shop::open();
    let client = shop.client("");
    let config_id = added(&client);
    let folder = folder("no-file");
    symlink("/dev/null", folder.join("device")).unwrap();
    fs::create_dir(folder.join("folder")).unwrap();
    let calls = shop.calls().len();
    for name in ["device", "folder"] {
        let path = folder.join(name);
        let before = fs::symlink_metadata(&path).unwrap().file_type();
        let error = save(&client, &format!("\"config_id\":\"{config_id}\""), path.to_str().unwrap()).unwrap_err();
        assert_eq!((error.kind(), error.details()[0].rule), (Kind::InvalidRequest, "unwritable"), "{name}");
        assert_eq!(error.details()[0].pointer, "/path", "{name}");
        assert_eq!(fs::symlink_metadata(&path).unwrap().file_type(), before, "{name}");
    }
    assert_eq!(shop.calls().len(), calls);
}

#[test]
fn a_file_or_a_link_is_replaced_however_long_its_name_is() {
    let shop = Shop::open();
    let client = shop.client("");
    let by_id = format!("\"config_id\":\"{}\"", added(&client));
    let folder = folder("replaced");
    let long = format!("{}.png", "x".repeat(251));
    for name in ["file", "link", "nowhere", &long] {
        fs::write(folder.join("file"), "before").unwrap();
        if name == "link" || name == "nowhere" {
            symlink(if name == "link" { "file" } else { "no such file" }, folder.join(name)).unwrap();
        }
        let path = folder.join(name);
        save(&client, &by_id, path.to_str().unwrap()).unwrap();
        assert!(fs::symlink_metadata(&path).unwrap().is_file(), "{name}");
        assert!(fs::read(&path).unwrap().starts_with(b"\x89PNG"), "{name}");
        assert_eq!(fs::read(folder.join("file")).unwrap() == b"before", name != "file", "{name}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 4);
}

#[test]
fn what_is_no_picture_is_not_saved_and_no_token_is_sent_for_it() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", server.local_addr().unwrap());
    let client = Client::new(
        &format!(r#"{{"base_url":"{base_url}","access_token":"token-1234","max_attempts":1}}"#),
        &Shared::default(),
    )
    .unwrap();
    let path = folder("no-picture").join("a.png");
    let seen = thread::spawn(move || {
        let (mut stream, _) = server.accept().unwrap();
        let mut request = [0; 4096];
        let length = stream.read(&mut request).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>").unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let error = save(&client, &format!("\"qr_code\":\"{base_url}/qr\""), path.to_str().unwrap()).unwrap_err();
    assert_eq!(error.kind(), Kind::BadResponse);
    assert!(!path.exists());
    assert!(!seen.join().unwrap().contains("token-1234"));
}

#[test]
fn an_uploaded_picture_can_be_a_conclusion() {
    let shop = Shop::with(r#"{"check_media":true}"#);
    let client = shop.client("");
    let concluded = |media_id: &str| {
        let conclusions = format!(r#"{{"image":{{"media_id":"{media_id}"}}}}"#);
        format!(r#"{{"type":1,"scene":2,"user":["lisi"],"is_temp":true,"conclusions":{conclusions}}}"#)
    };
    assert_eq!(add(&client, &concluded("never-uploaded")).unwrap_err().errcode(), 40007);

    let path = folder("upload").join("a \"b\".png");
    let config_id = added(&client);
    save(&client, &format!("\"config_id\":\"{config_id}\""), path.to_str().unwrap()).unwrap();
    let request = serde_json::json!({"path": path.to_str().unwrap()}).to_string();
    let uploaded = client.upload_image(&request, &Options::default()).unwrap();
    assert_eq!(json_get(&uploaded, "/type").as_deref(), Some("image"));
    add(&client, &concluded(&json_get(&uploaded, "/media_id").unwrap())).unwrap();

    // The smallest PNG there is.
    let pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let uploaded =
        client.upload_image(&format!(r#"{{"base64":"{pixel}","filename":"pixel.png"}}"#), &Options::default()).unwrap();
    add(&client, &concluded(&json_get(&uploaded, "/media_id").unwrap())).unwrap();
}

#[test]
fn what_cannot_be_uploaded_is_told_before_anything_is_sent() {
    let shop = Shop::open();
    let client = shop.client("");
    let cases = [
        (r#"{"path":"/not/there.png"}"#, Kind::InvalidRequest),
        (r#"{"base64":"????","filename":"a.png"}"#, Kind::InvalidRequest),
        (r#"{"base64":"aGVsbG8gd29ybGQ="}"#, Kind::InvalidRequest),
        (r#"{"base64":"aGVsbG8gd29ybGQ=","filename":"a.png"}"#, Kind::InvalidRequest),
        (r#"{"base64":"aGk=","filename":"a.png"}"#, Kind::InvalidRequest),
        (r#"{"path":"/dev/zero"}"#, Kind::InvalidRequest),
        ("[]", Kind::InvalidArgument),
        ("{}", Kind::InvalidRequest),
        (r#"{"path":"a","url":"b"}"#, Kind::InvalidRequest),
    ];
    for (request, kind) in cases {
        let error = client.upload_image(request, &Options::default()).unwrap_err();
        assert_eq!(error.kind(), kind, "{request}");
        assert_eq!(error.details().is_empty(), kind == Kind::InvalidArgument, "{request}");
    }
    assert!(shop.calls().is_empty());
}

#[test]
fn an_uploaded_picture_has_the_suffix_of_what_it_is() {
    let server = Raw::serve(|peer| {
        while peer.request().is_some()
            && peer.answer("200 OK", "", r#"{"errcode":0,"errmsg":"ok","type":"image","media_id":"m"}"#)
        {}
    });
    let client = server.client("");
    let (png, jpeg) = ("iVBORw0KGgoAAAAA", "/9j/4AAQSkZJRg==");
    for (picture, filename, sent) in [
        (png, "a.png", "a.png"),
        (png, "A.PNG", "A.PNG"),
        (png, "closing", "closing.png"),
        (png, "a.txt", "a.png"),
        (png, "a.jpg", "a.png"),
        (jpeg, "a.jpg", "a.jpg"),
        (jpeg, "a.JPEG", "a.JPEG"),
        (jpeg, "a.png", "a.jpg"),
        (jpeg, "结束语", "结束语.jpg"),
    ] {
        let request = serde_json::json!({"base64": picture, "filename": filename}).to_string();
        client.upload_image(&request, &Options::default()).unwrap();
        let requests = server.requests();
        assert!(requests[requests.len() - 1].contains(&format!("filename=\"{sent}\"")), "{filename}: {requests:?}");
    }
    let path = folder("no-suffix").join("picture");
    fs::write(&path, b"\x89PNG\r\n\x1a\nrest").unwrap();
    client.upload_image(&serde_json::json!({"path": path}).to_string(), &Options::default()).unwrap();
    assert!(server.requests().last().unwrap().contains("filename=\"picture.png\""));
}

#[test]
fn a_file_that_cannot_be_read_or_written_is_told_of_in_words() {
    let shop = Shop::open();
    let client = shop.client("");
    let folder = folder("in-words");
    fs::write(folder.join("file"), "x").unwrap();
    for (path, words) in
        [("missing.png", "there is no such file or folder"), ("file/a.png", "one of its folders is no folder")]
    {
        let path = folder.join(path);
        let error =
            client.upload_image(&serde_json::json!({"path": path}).to_string(), &Options::default()).unwrap_err();
        assert!(error.details()[0].message.contains(words), "{error}");
    }
    let error =
        save(&client, &format!("\"config_id\":\"{}\"", added(&client)), folder.join("no/a.png").to_str().unwrap());
    let error = error.unwrap_err();
    let missing = format!("there is no folder {}", folder.join("no").display());
    assert!(error.to_string().contains(&missing), "{error}");
}
