//! Any JSON and any bytes as configuration, request and options: an answer comes out, and what is refused is not sent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test
#![allow(unsafe_code)] // bytes that are no text can only come through C

mod support;

use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::LazyLock;

use contactway::ffi::{
    contactway_add, contactway_client_free, contactway_client_new, contactway_close_temp_chat, contactway_del,
    contactway_errcode, contactway_get, contactway_json_get, contactway_list, contactway_string_free,
    contactway_update,
};
use contactway::{Client, Endpoint, Error, Kind, Options, Shared, json_get};
use proptest::prelude::*;
use serde_json::Value;
use support::raw::{Peer, Raw};

/// Names that mean something, so that some values get past the first look.
const NAMES: &[&str] = &[
    "type",
    "scene",
    "style",
    "remark",
    "skip_verify",
    "state",
    "user",
    "party",
    "is_temp",
    "expires_in",
    "chat_expires_in",
    "unionid",
    "is_exclusive",
    "mark_source",
    "conclusions",
    "text",
    "content",
    "image",
    "media_id",
    "pic_url",
    "link",
    "title",
    "desc",
    "url",
    "miniprogram",
    "pic_media_id",
    "appid",
    "page",
    "config_id",
    "cursor",
    "limit",
    "start_time",
    "end_time",
    "userid",
    "external_userid",
    "timeout_ms",
    "canceller",
    "accept_duplicate",
    "key",
    "corp_id",
    "secret",
    "access_token",
    "suite",
    "suite_id",
    "suite_ticket",
    "suite_secret",
    "auth_corp_id",
    "permanent_code",
    "token_provider",
    "base_url",
    "proxy",
    "ca_file",
    "store",
    "validate",
    "rate_limit",
    "per_minute",
    "per_hour",
    "max_in_flight",
    "max_attempts",
    "connect_timeout_ms",
    "settle_s",
];

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z_]{0,12}",
        Just("zhangsan".to_owned()),
        Just("strict".to_owned()),
        Just("off".to_owned()),
        Just("http://127.0.0.1:1".to_owned()),
        Just("/dev/null".to_owned()),
        "\\PC{0,70}",
    ]
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![9 => proptest::sample::select(NAMES).prop_map(str::to_owned), 1 => any::<String>()]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_i64..4).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 8, |inner| {
        prop_oneof![proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from), objects(inner),]
    })
}

fn objects(values: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let members = proptest::collection::vec((names(), values), 0..8);
    members.prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// JSON, JSON with a byte gone wrong, and what is no JSON at all.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => objects(any_value()).prop_map(|value| value.to_string()),
        2 => any_value().prop_map(|value| value.to_string()),
        2 => (objects(any_value()), any::<prop::sample::Index>(), any::<char>()).prop_map(|(value, place, char)| {
            let mut characters: Vec<char> = value.to_string().chars().collect();
            let place = place.index(characters.len());
            characters[place] = char;
            characters.into_iter().collect()
        }),
        1 => any::<String>(),
        1 => "[\\[{]{0,300}",
    ]
}

/// A server that grants everything, and the requests it got.
static SERVER: LazyLock<Raw> = LazyLock::new(|| Raw::serve(Peer::grant_all));

fn is_an_answer(text: &str) -> i64 {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"));
    assert!(value["errmsg"].is_string(), "{text}");
    value["errcode"].as_i64().unwrap_or_else(|| panic!("no errcode: {text}"))
}

fn is_a_refusal(error: &Error) -> bool {
    is_an_answer(&error.to_json());
    assert_ne!(error.kind(), Kind::Internal, "{error:?}");
    let refusal = matches!(error.kind(), Kind::InvalidArgument | Kind::InvalidRequest | Kind::Unsupported);
    assert!(!refusal || json_get(&error.to_json(), "/error/attempts").as_deref() == Some("0"), "{error:?}");
    refusal
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_request_is_granted_or_refused_before_it_is_sent(
        request in any_text(), endpoint in 0..6_usize, validate in 0..3_usize,
    ) {
        let validate = ["strict", "warn", "off"][validate];
        let client = SERVER.client(&format!(r#","validate":"{validate}""#));
        let mark = format!("/cgi-bin/externalcontact/{}", Endpoint::ALL[endpoint].name());
        let count = || SERVER.requests().iter().filter(|request| request.contains(&mark)).count();
        let before = count();
        let sent = match client.call(Endpoint::ALL[endpoint], &request, &Options::default()) {
            Ok(answer) => {
                prop_assert_eq!(is_an_answer(&answer), 0);
                1
            }
            Err(error) => {
                prop_assert!(is_a_refusal(&error), "{:?}", error);
                0
            }
        };
        // The other test's requests are for an interface of their own.
        prop_assert_eq!(count() - before, sent, "{}", request);
        if sent == 1 && validate == "off" {
            let last = SERVER.requests().into_iter().rfind(|request| request.contains(&mark)).unwrap();
            prop_assert!(last.ends_with(&request), "as it is");
        }
    }

    #[test]
    fn any_options_and_any_configuration_are_taken_or_refused(text in any_text()) {
        if let Err(error) = Options::parse(&text, Some(Endpoint::Add)) {
            prop_assert!(is_a_refusal(&error), "{:?}", error);
        }
        match Client::new(&text, &Shared::default()) {
            Ok(client) => client.close(),
            Err(error) => prop_assert!(is_a_refusal(&error), "{:?}", error),
        }
    }

    #[test]
    fn any_bytes_through_c_get_an_answer(
        bytes in prop_oneof![proptest::collection::vec(1..=255_u8, 0..300), any_text().prop_map(String::into_bytes)],
        options in prop_oneof![proptest::collection::vec(1..=255_u8, 0..60), Just(b"{}".to_vec())],
        function in 0..6_usize,
    ) {
        type Function = unsafe extern "C" fn(u64, *const c_char, *const c_char) -> *mut c_char;
        let functions: [Function; 6] = [
            contactway_add, contactway_get, contactway_list, contactway_update, contactway_del,
            contactway_close_temp_chat,
        ];
        let c_string = |bytes: Vec<u8>| CString::new(bytes.into_iter().take_while(|byte| *byte != 0).collect::<Vec<_>>());
        let (bytes, options) = (c_string(bytes).unwrap(), c_string(options).unwrap());
        // Nobody listens there: what is right comes to a network error.
        let config = c"{\"base_url\":\"http://127.0.0.1:1\",\"access_token\":\"t\",\"max_attempts\":1}";
        // SAFETY: C strings, and answers that are freed once.
        unsafe {
            let client = contactway_client_new(config.as_ptr(), ptr::null_mut());
            for (request, options) in [(bytes.as_ptr(), options.as_ptr()), (bytes.as_ptr(), ptr::null())] {
                let answer = functions[function](client, request, options);
                let text = CStr::from_ptr(answer).to_str().unwrap();
                prop_assert_eq!(is_an_answer(text), contactway_errcode(answer));
                prop_assert!(text.contains("\"kind\""), "{}", text);
                prop_assert!(!text.contains("\"internal\""), "{}", text);
                let member = contactway_json_get(answer, bytes.as_ptr());
                contactway_string_free(member);
                contactway_string_free(answer);
            }
            contactway_client_free(client);
            let mut error = ptr::null_mut();
            let client = contactway_client_new(bytes.as_ptr(), &raw mut error);
            prop_assert_eq!(client == 0, !error.is_null());
            if !error.is_null() {
                is_an_answer(CStr::from_ptr(error).to_str().unwrap());
            }
            contactway_errcode(bytes.as_ptr());
            contactway_string_free(contactway_json_get(bytes.as_ptr(), c"/errcode".as_ptr()));
            contactway_string_free(error);
            contactway_client_free(client);
        }
    }
}
