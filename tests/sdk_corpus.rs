//! What widely used SDKs send, against the sandbox: every file in `tests/sdk-corpus`, whose README says what stands in one.
#![cfg(feature = "sandbox")]
#![allow(clippy::unwrap_used, clippy::panic)] // Tests fail by panicking.
#![allow(clippy::needless_pass_by_value)] // Of the shared client.

#[path = "sandbox/support.rs"]
#[allow(dead_code)] // each test file uses its own part
mod support;

use std::path::Path;
use std::{fs, panic};

use serde_json::{Map, Value, json};
use support::{NOW, Reply, Wecom, with};

/// The members of a file, those of its `before` and of its `after`. A misspelt one must not pass unseen.
const MEMBERS: &[&str] =
    &["sdk", "endpoint", "content_type", "body", "says", "needs", "sandbox", "before", "answer", "rule", "after"];
const BEFORE: &[&str] = &["add", "scan", "list"];
const AFTER: &[&str] = &["get", "list", "scan", "messages", "state"];

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest of a picture";

/// What a file turned out to be wrong about, each with the member's place.
type Wrong = Vec<String>;

/// A sandbox, and what the test fills in for the names that a file writes with a `$`.
struct Case {
    wecom: Wecom,
    names: Vec<(&'static str, String)>,
}

impl Case {
    fn start(config: &Value) -> Self {
        let config = with(json!({"clock": NOW}), config.clone());
        Self { wecom: Wecom::start(config), names: Vec::new() }
    }

    /// The latest value of each name counts. The longest name comes first, for one may begin another.
    fn fill(&self, text: &str) -> String {
        let mut names: Vec<_> = self.names.iter().rev().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    fn fill_value(&self, value: &Value) -> Value {
        serde_json::from_str(&self.fill(&value.to_string())).unwrap()
    }

    /// Takes the names that an answer gives.
    fn learn(&mut self, answer: &Value) {
        const NAMES: [(&str, &str); 6] = [
            ("$CONFIG_ID", "config_id"),
            ("$QR_CODE", "qr_code"),
            ("$USERID", "userid"),
            ("$EXTERNAL_USERID", "external_userid"),
            ("$CURSOR", "next_cursor"),
            ("$MEDIA_ID", "media_id"),
        ];
        for (name, member) in NAMES {
            if let Some(text) = answer[member].as_str() {
                self.names.push((name, text.to_owned()));
            }
        }
    }

    /// Makes what the file says is there already, and a picture where the file names one.
    fn prepare(&mut self, before: &Value, file: &str) {
        if file.contains("$MEDIA_ID") {
            let answer = self.upload();
            self.learn(&answer);
        }
        for way in before["add"].as_array().into_iter().flatten() {
            let answer = self.wecom.add(self.fill_value(way));
            assert_eq!(answer["errcode"], 0, "before/add: {answer}");
            self.learn(&answer);
        }
        if let Some(scan) = before.get("scan") {
            let answer = self.scan(scan);
            assert_eq!(answer["errcode"], 0, "before/scan: {answer}");
            self.learn(&answer);
        }
        if let Some(list) = before.get("list") {
            let answer = self.wecom.call("list_contact_way", list.clone());
            assert_eq!(answer["errcode"], 0, "before/list: {answer}");
            self.learn(&answer);
        }
    }

    fn upload(&self) -> Value {
        let head = b"--XX\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.png\"\r\n\r\n";
        let target = format!("/cgi-bin/media/upload?access_token={}&type=image", self.wecom.token);
        let headers = [("Content-Type", "multipart/form-data; boundary=XX")];
        self.wecom.connect().request("POST", &target, &headers, &[head, PNG, b"\r\n--XX--\r\n"].concat()).json()
    }

    /// Sends the request as the SDK sent it.
    fn send(&self, file: &Value) -> Reply {
        let body = self.fill(file["body"].as_str().unwrap());
        assert!(!body.contains('$'), "a name in the body is not known: {body}");
        let headers: Vec<_> = file["content_type"].as_str().map(|kind| ("Content-Type", kind)).into_iter().collect();
        let target = self.wecom.target(file["endpoint"].as_str().unwrap());
        self.wecom.connect().request("POST", &target, &headers, body.as_bytes())
    }

    /// A scan of the contact way, refused or not.
    fn scan(&self, members: &Value) -> Value {
        let scan = with(json!({"config_id": self.fill("$CONFIG_ID")}), members.clone());
        self.wecom.request("POST", "/sandbox/scan", scan.to_string().as_bytes()).json()
    }

    /// What one of `AFTER` shows.
    fn look(&self, at: &str) -> Value {
        match at {
            "get" => self.wecom.call("get_contact_way", json!({"config_id": self.fill("$CONFIG_ID")})),
            "list" => self.wecom.call("list_contact_way", json!({})),
            "scan" => self.scan(&json!({})),
            "messages" => self.wecom.sandbox("GET", "messages", Value::Null),
            _ => {
                let state = self.wecom.sandbox("GET", "state", Value::Null);
                state["corporations"][self.wecom.info["corp_id"].as_str().unwrap()].clone()
            }
        }
    }
}

/// Runs a file.
fn judge(file: &Value) -> Wrong {
    let mut wrong = unknown_members(file);
    if !wrong.is_empty() {
        return wrong;
    }
    let mut case = Case::start(file.get("sandbox").unwrap_or(&json!({})));
    case.prepare(&file["before"], &file.to_string());
    let reply = case.send(file);
    // Every SDK takes an errcode from a body of status 200, and an SDK may read a body by its type alone.
    compare("answer (status)", &json!(200), Some(&json!(reply.status)), &mut wrong);
    compare(
        "answer (Content-Type)",
        &json!("$HAS application/json"),
        Some(&json!(reply.header("content-type"))),
        &mut wrong,
    );
    if let Some(rule) = file.get("rule") {
        compare("rule", rule, Some(&json!(reply.header("x-sandbox-rule"))), &mut wrong);
    }
    let answer = reply.json();
    compare("answer", &case.fill_value(&file["answer"]), Some(&answer), &mut wrong);
    if !wrong.is_empty() {
        // What follows from another answer says nothing.
        return wrong;
    }
    case.learn(&answer);
    for at in AFTER {
        if let Some(expected) = file["after"].get(at) {
            compare(&format!("after/{at}"), &case.fill_value(expected), Some(&case.look(at)), &mut wrong);
        }
    }
    wrong
}

fn unknown_members(file: &Value) -> Wrong {
    let mut wrong = Vec::new();
    for (object, known) in [(Some(file), MEMBERS), (file.get("before"), BEFORE), (file.get("after"), AFTER)] {
        let names = object.and_then(Value::as_object).into_iter().flat_map(Map::keys);
        wrong.extend(names.filter(|name| !known.contains(&name.as_str())).map(|name| format!("{name} is not known")));
    }
    for name in ["sdk", "endpoint", "body", "says", "answer"] {
        if file.get(name).is_none() {
            wrong.push(format!("{name} is missing"));
        }
    }
    wrong
}

/// Compares what is expected with what was found: of an object the members named, of a list every item.
fn compare(at: &str, expected: &Value, found: Option<&Value>, wrong: &mut Wrong) {
    let holds = match (expected, found) {
        (Value::String(text), found) if text == "$NONE" => found.is_none(),
        (Value::String(text), found) if text == "$ANY" => {
            found.is_some_and(|found| !found.is_null() && found.as_str() != Some(""))
        }
        (Value::String(text), Some(Value::String(found))) => match text.strip_prefix("$HAS ") {
            Some(part) => found.contains(part),
            None => text == found,
        },
        (Value::Object(members), Some(found @ Value::Object(_))) => {
            for (name, expected) in members {
                compare(&format!("{at}/{name}"), expected, found.get(name), wrong);
            }
            true
        }
        (Value::Array(items), Some(Value::Array(found))) if items.len() == found.len() => {
            for (index, (expected, found)) in items.iter().zip(found).enumerate() {
                compare(&format!("{at}/{index}"), expected, Some(found), wrong);
            }
            true
        }
        (expected, found) => found == Some(expected),
    };
    if !holds {
        let found = found.map_or_else(|| "nothing".to_owned(), Value::to_string);
        wrong.push(format!("{at} should be {expected} and is {found}"));
    }
}

/// Runs a file; what is wrong with it, under its name. Of a file that cannot be run, the panic says why.
fn run(file: &Path) -> Option<String> {
    let text = fs::read_to_string(file).unwrap();
    let wrong = panic::catch_unwind(|| judge(&serde_json::from_str(&text).unwrap()));
    let wrong = wrong.unwrap_or_else(|_| vec!["it cannot be run".to_owned()]);
    (!wrong.is_empty()).then(|| format!("{}\n  {}", file.display(), wrong.join("\n  ")))
}

/// Runs the files of a folder, and fails with all that is wrong in any of them.
fn every_request_of(folder: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk-corpus").join(folder);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let wrong: Vec<String> = files.iter().filter_map(|file| run(file)).collect();
    assert!(wrong.is_empty(), "{} of {} files:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}

#[test]
fn go_workwx() {
    every_request_of("go-workwx");
}

#[test]
fn silenceper_wechat() {
    every_request_of("silenceper-wechat");
}

#[test]
fn powerwechat() {
    every_request_of("powerwechat");
}

#[test]
fn wxjava() {
    every_request_of("wxjava");
}

#[test]
fn wechatpy() {
    every_request_of("wechatpy");
}

#[test]
fn node_easywechat() {
    every_request_of("node-easywechat");
}

/// A file that holds.
fn a_file() -> Value {
    json!({
        "sdk": "none", "endpoint": "add_contact_way", "body": r#"{"type":1,"scene":2,"user":["lisi"]}"#, "says": "It is added.",
        "answer": {"errcode": 0, "config_id": "$ANY", "nothing": "$NONE", "errmsg": "$HAS ok"},
        "after": {"get": {"contact_way": {"config_id": "$CONFIG_ID", "user": ["lisi"]}}}
    })
}

#[test]
fn a_file_fails_where_it_expects_something_else() {
    assert_eq!(judge(&a_file()), Wrong::new());
    for (pointer, other) in [
        ("/answer/errcode", json!(1)),
        ("/answer/config_id", json!("$NONE")),
        ("/answer/nothing", json!("$ANY")),
        ("/answer/errmsg", json!("$HAS nothing")),
        ("/after/get/contact_way/user", json!([])),
        ("/after/get/contact_way/user/0", json!("wangwu")),
    ] {
        let mut file = a_file();
        *file.pointer_mut(pointer).unwrap() = other;
        let wrong = judge(&file);
        assert!(wrong.len() == 1 && wrong[0].starts_with(&pointer[1..]), "{pointer}: {wrong:?}");
    }
}

#[test]
fn a_file_with_a_member_that_is_not_known_or_without_one_fails() {
    for (place, name) in [("", "expcet"), ("/after", "gte")] {
        let mut file = a_file();
        file.pointer_mut(place).unwrap()[name] = json!({});
        assert_eq!(judge(&file), [format!("{name} is not known")]);
    }
    let mut file = a_file();
    file.as_object_mut().unwrap().remove("answer");
    assert_eq!(judge(&file), ["answer is missing"]);
}
