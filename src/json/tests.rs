use super::*;

#[test]
fn unicode_escapes_become_characters_or_short_escapes() {
    let cases = [
        (r#"{"a":"\u4f60\u597d"}"#, r#"{"a":"你好"}"#),
        (r#"{"a":"\ud83d\ude00 \u000a\u0022\u005c"}"#, r#"{"a":"😀 \n\"\\"}"#),
        (r#"{"a":"\\u4f60"}"#, r#"{"a":"\\u4f60"}"#),
        (r#"{"a":"\u0001 \ud83d"}"#, r#"{"a":"\u0001 \ud83d"}"#),
        (r#"{"a":"\ud83d\u0041"}"#, r#"{"a":"\ud83dA"}"#),
        (r#"{"\u0061":"\u007f\/"}"#, "{\"a\":\"\u{7f}\\/\"}"),
    ];
    for (given, expected) in cases {
        assert_eq!(without_unicode_escapes(given), expected);
    }
}

#[test]
fn numbers_keep_their_spelling_and_members_their_order() {
    let object = Object::parse(r#"{"b":1e2,"a":-0,"b":"x"}"#).unwrap();
    let names: Vec<_> = object.0.iter().map(|(name, _)| name.as_ref()).collect();
    assert_eq!(names, ["b", "a", "b"]);
    assert!(matches!(object.get("b"), Some(Value::Number("1e2"))));
    assert_eq!(object.get("a").and_then(Value::as_integer), Some(0));
}

#[test]
fn pointers_are_those_of_rfc_6901() {
    let text = r#" {"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"d":1,"d":2} "#;
    let cases = [
        ("", Some(text.trim())),
        ("/foo", Some(r#"["bar","baz"]"#)),
        ("/foo/0", Some("\"bar\"")),
        ("/foo/01", None),
        ("/foo/-", None),
        ("/foo/2", None),
        ("/", Some("0")),
        ("/a~1b", Some("1")),
        ("/m~0n", Some("8")),
        ("/m~n", None),
        ("/m~", None),
        ("/d", Some("2")),
        ("/d/x", None),
        ("foo", None),
    ];
    for (pointer, expected) in cases {
        assert_eq!(at_pointer(text, pointer), expected, "{pointer}");
    }
    assert_eq!(at_pointer("{", ""), None);
    assert_eq!(unquoted(r#""a\u4f60\n""#), "a你\n");
}

#[test]
fn depth_is_bounded_and_lone_surrogates_are_seen() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(300_000), "]".repeat(300_000));
    assert!(matches!(Object::parse(&deep), Err(Error::TooDeep)));
    assert!(is_object(&deep));
    let object = Object::parse(r#"{"a":"x\udc00"}"#).unwrap();
    assert!(matches!(object.get("a"), Some(Value::Text(text)) if text.lone_surrogate));
    assert!(matches!(Object::parse("[1]"), Err(Error::NotAnObject)));
    assert!(matches!(Object::parse("{\"a\":"), Err(Error::Syntax(_))));
}
