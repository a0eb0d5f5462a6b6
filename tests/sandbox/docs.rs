//! The documentation says all that there is.

use serde_json::json;

use crate::support::Wecom;

const DOCS: &str = include_str!("../../docs/sandbox.md");

/// What a sentence of the sandbox names after `mark`.
fn named(sentence: &str, mark: &str) -> Vec<String> {
    let list = sentence.split_once(mark).unwrap().1.trim_end_matches(')');
    list.split(", ").map(str::to_owned).collect()
}

#[test]
fn every_call_under_sandbox_is_documented() {
    let wecom = Wecom::plain();
    let errmsg = |method: &str, name: &str| {
        let reply = wecom.request(method, &format!("/sandbox/{name}"), b"");
        reply.json()["errmsg"].as_str().unwrap().to_owned()
    };
    let names = named(&errmsg("GET", "nothing"), "there are ");
    assert!(names.len() > 10);
    for name in names {
        for method in named(&errmsg("PATCH", &name), " takes ") {
            let line =
                DOCS.lines().find(|line| line.starts_with("### ") && line.contains(&format!("`{method} {name}`")));
            assert!(line.is_some(), "{method} {name} has no heading");
        }
    }
}

#[test]
fn every_member_of_the_configuration_is_documented() {
    let error = contactway::sandbox::Sandbox::start(&json!({"?": 1}).to_string()).unwrap_err().to_string();
    for member in named(&error, "(known: ") {
        assert!(DOCS.contains(&format!("\n| `{member}` |")), "{member}");
    }
}
