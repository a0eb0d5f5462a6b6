//! What becomes of WeCom's answers, and what an answer warns of.

#![allow(clippy::unwrap_used)] // a failed unwrap is a failed test

mod support;

use contactway::{Effect, Endpoint, Kind, Options, json_get};
use support::raw::Raw;
use support::{SIMPLE, Shop, add, get};

/// What `endpoint` answers where WeCom answers `body`.
fn answer(endpoint: Endpoint, body: impl Into<Vec<u8>>) -> String {
    answer_of_status(endpoint, "200 OK", body)
}

fn answer_of_status(endpoint: Endpoint, status: &'static str, body: impl Into<Vec<u8>>) -> String {
    let body = body.into();
    let server = Raw::serve(move |peer| while peer.request().is_some() && peer.answer(status, "", &body) {});
    let client = server.client(r#","max_attempts":1"#);
    let request = if endpoint == Endpoint::Add { SIMPLE } else { r#"{"config_id":"42b3"}"# };
    client.call(endpoint, request, &Options::default()).unwrap_or_else(|error| error.to_json())
}

/// The value at a pointer; "none" where there is none.
fn at(answer: &str, pointer: &str) -> String {
    json_get(answer, pointer).unwrap_or_else(|| "none".to_owned())
}

#[test]
fn an_answer_nested_deeper_than_128_levels_is_refused() {
    let nested = |levels: usize| {
        format!(r#"{{"errcode":0,"errmsg":"]]","deep":{}{}}}"#, "[".repeat(levels - 1), "]".repeat(levels - 1))
    };
    assert_eq!(at(&answer(Endpoint::Get, nested(128)), "/errcode"), "0");
    for levels in [129, 200_000] {
        let answer = answer(Endpoint::Get, nested(levels));
        assert_eq!(at(&answer, "/errcode"), "-1008", "{levels}");
        assert!(at(&answer, "/errmsg").contains("128 levels"), "{answer}");
    }
    let wide = format!(r#"{{"errcode":0,"errmsg":"{}","list":[{}{{}}]}}"#, "[".repeat(500), "{},[],".repeat(500));
    assert_eq!(at(&answer(Endpoint::Get, wide), "/errcode"), "0", "wide, and not deep");
}

#[test]
fn an_answer_that_contradicts_itself_is_refused() {
    for body in [
        r#"{"errcode":0,"errcode":41044,"errmsg":"ok"}"#,
        r#"{"errcode":40058,"errmsg":"x","err\u0063ode":0}"#,
        r#"{"errcode":0,"errmsg":"ok","errcode":0}"#,
        r#"{"errcode":-1001,"errmsg":"x"}"#,
        r#"{"errcode":-1014,"errmsg":"x"}"#,
        r#"{"errcode":-1099,"errmsg":"x"}"#,
    ] {
        let answer = answer(Endpoint::Add, body);
        assert_eq!(at(&answer, "/errcode"), "-1008", "{body}: {answer}");
        assert_eq!(at(&answer, "/error/kind"), "bad_response");
        assert_eq!(at(&answer, "/error/effect"), "unknown");
    }
    for body in [r#"{"errcode":-1,"errmsg":"busy"}"#, r#"{"errcode":-1000,"errmsg":"x"}"#, r#"{"errcode":-1100}"#] {
        assert_eq!(at(&answer(Endpoint::Get, body), "/error/kind"), "api", "{body}");
    }
}

#[test]
fn half_a_surrogate_pair_is_mended_with_a_warning() {
    let answer = answer(
        Endpoint::Get,
        r#"{"errcode":0,"errmsg":"ok","contact_way":{"remark":"a\ud83dz \\ud83d \ud83d\ude00 \uDE00"},"\ud83d":1.0}"#,
    );
    assert_eq!(at(&answer, "/contact_way/remark"), "a\u{FFFD}z \\ud83d 😀 \u{FFFD}");
    assert_eq!(at(&answer, "/\u{FFFD}"), "1.0");
    assert_eq!(at(&answer, "/warnings/0/code"), "lone_surrogate");
    assert_eq!(at(&answer, "/warnings/1"), "none");
    assert!(answer.contains(r"\\ud83d \ud83d\ude00"), "what is whole is untouched: {answer}");
    let refused = self::answer(Endpoint::Get, r#"{"errcode":40058,"errmsg":"\ud83d bad"}"#);
    assert_eq!(at(&refused, "/errmsg"), "\u{FFFD} bad");
    assert_eq!(at(&refused, "/error/details/0/rule"), "lone_surrogate");
    assert_eq!(at(&refused, "/error/kind"), "api");
}

#[test]
fn what_a_server_calls_as_we_do_is_renamed() {
    let body = r#"{"errcode":0,"errmsg":"ok","warnings":[1.50],"x":2e1,"error":{"kind":"theirs"}}"#;
    let got = answer(Endpoint::Get, body);
    assert_eq!(got, r#"{"errcode":0,"errmsg":"ok","server_warnings":[1.50],"x":2e1,"server_error":{"kind":"theirs"}}"#);
    let refused = answer(Endpoint::Get, r#"{"errcode":41044,"errmsg":"gone","error":"theirs","w\u0061rnings":"too"}"#);
    assert_eq!(at(&refused, "/server_error"), "theirs");
    assert_eq!(at(&refused, "/server_warnings"), "too");
    assert_eq!(at(&refused, "/error/kind"), "api");
    let half_read = r#"{"errcode":0,"errmsg":"ok Warning: wrong json format.","warnings":["theirs"]}"#;
    let got = answer(Endpoint::Get, half_read);
    assert_eq!(
        (at(&got, "/server_warnings/0"), at(&got, "/warnings/0/code")),
        ("theirs".into(), "wrong_json_format".into())
    );
    let both = r#"{"errcode":0,"errmsg":"ok","server_error":1,"error":2,"server_server_error":3,"server_warnings":4}"#;
    let got = answer(Endpoint::Get, both);
    let told = r#"{"errcode":0,"errmsg":"ok","server_server_error":1,"server_error":2,"server_server_server_error":3,"server_warnings":4}"#;
    assert_eq!(got, told, "no two members of one name");
}

#[test]
fn a_broken_answer_to_an_add_shows_the_config_id_that_can_be_read() {
    const ID: &str = "42b34949e138eb6e027c123cba77fad7";
    for body in [
        format!(r#"{{"config_id":"{ID}","qr_code":"x"}}"#),
        format!(r#"{{"errcode":"0","config_id" : "{ID}"}}"#),
        format!(r#"{{"errcode":0,"errmsg":"ok","config_id":"{ID}","qr_cod"#),
        format!(r#"{{"errcode":0,"errcode":0,"config_id":"{ID}"}}"#),
    ] {
        let got = answer(Endpoint::Add, body.as_str());
        assert_eq!((at(&got, "/errcode"), at(&got, "/config_id")), ("-1008".into(), ID.into()), "{body}: {got}");
        assert_eq!(at(&answer(Endpoint::Get, body), "/config_id"), "none", "only an add makes one");
    }
    let got =
        answer(Endpoint::Add, [format!(r#"{{"errmsg":"{{","config_id":"{ID}","x":""#).as_bytes(), b"\xff\"}"].concat());
    assert_eq!(at(&got, "/config_id"), ID);
    let got = answer_of_status(Endpoint::Add, "502 Bad Gateway", format!(r#"{{"errcode":0,"config_id":"{ID}"}}"#));
    assert_eq!((at(&got, "/error/http_status"), at(&got, "/config_id")), ("502".into(), ID.into()));
    for body in [r#"{"config_id":"42b3"#, r#"{"config_id":7}"#, r#"{"config_id":""}"#, "<html>", r#"{"x":"config_id"}"#]
    {
        assert_eq!(at(&answer(Endpoint::Add, body), "/config_id"), "none", "{body}");
    }
}

#[test]
fn an_add_cut_off_behind_its_config_id_shows_it() {
    const ID: &str = "42b34949e138eb6e027c123cba77fad7";
    let whole = format!(r#"{{"errcode":0,"errmsg":"ok","config_id":"{ID}","#);
    let length = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n".to_owned();
    let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n".to_owned();
    let too_many = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4a\r\n".to_owned();
    for (sent, hangs, kind) in [
        (length.clone() + &whole, false, "network"),
        (length.clone() + &whole, true, "timeout"),
        (chunk + &whole, false, "network"),
        (too_many + &whole + "nonsense\r\n", false, "bad_response"),
    ] {
        let server = Raw::serve({
            let sent = sent.clone();
            move |peer| {
                peer.request();
                peer.send(&sent);
                if hangs { peer.hang() } else { peer.close() }
            }
        });
        let client = server.client(r#","timeout_ms":300"#);
        let cut = add(&client, SIMPLE).unwrap_err().to_json();
        assert_eq!(
            (at(&cut, "/error/kind"), at(&cut, "/config_id")),
            (kind.to_owned(), ID.to_owned()),
            "{sent}: {cut}"
        );
        assert_eq!(at(&cut, "/error/effect"), "unknown");
        assert_eq!(at(&get(&client, ID).unwrap_err().to_json(), "/config_id"), "none", "only an add makes one");
    }
    let half = &whole[..whole.len() - 5];
    let server = Raw::serve({
        let sent = length + half;
        move |peer| {
            peer.request();
            peer.send(&sent);
            peer.close();
        }
    });
    assert_eq!(at(&add(&server.client(""), SIMPLE).unwrap_err().to_json(), "/config_id"), "none", "half of it");
}

#[test]
fn an_encoding_that_is_not_known_is_named_at_once() {
    for (field, named) in [
        ("Transfer-Encoding: gzip, chunked", "Transfer-Encoding is gzip"),
        ("Transfer-Encoding: snappy", "Transfer-Encoding is snappy"),
        ("Content-Encoding: br", "Content-Encoding is br"),
        ("Content-Encoding: gzip, zstd", "Content-Encoding is zstd"),
    ] {
        for (status, says) in [("200 OK", named), ("503 Unavailable", "HTTP status 503")] {
            let head = format!("HTTP/1.1 {status}\r\n{field}\r\n\r\n");
            let server = Raw::serve(move |peer| {
                peer.request();
                peer.send(&head);
                peer.hang();
            });
            let error = add(&server.client(r#","max_attempts":1"#), SIMPLE).unwrap_err();
            assert_eq!((error.kind(), error.effect()), (Kind::BadResponse, Effect::Unknown), "{field}: {error}");
            assert!(error.to_string().contains(says), "{field}: {error}");
        }
    }
    assert_eq!(
        at(&answer_of_status(Endpoint::Get, "200 OK\r\nContent-Encoding: identity", "{\"errcode\":0}"), "/errcode"),
        "0"
    );
}

#[test]
fn a_member_that_the_document_does_not_know_is_warned_of_and_sent() {
    let shop = Shop::open();
    let client = shop.client("");
    let request = r#"{"type":1,"scene":2,"user":["zhangsan"],"remrak":"x","zzz":{"type":1},"conclusions":{"txet":1}}"#;
    let answer = add(&client, request).unwrap_err().to_json();
    assert_eq!(at(&answer, "/error/kind"), "invalid_request", "conclusions need is_temp");
    let request = r#"{"type":1,"scene":2,"user":["zhangsan"],"is_temp":true,"remrak":"x","zzz":{"type":1},"conclusions":
        {"text":{"content":"bye","contnet":"hm"},"Image":{}}}"#;
    let answer = add(&client, request).unwrap();
    let warned: Vec<_> = (0..5)
        .map(|index| {
            let part = |name: &str| at(&answer, &format!("/warnings/{index}/{name}"));
            (part("code"), part("pointer"), part("message").split(';').next().unwrap().to_owned())
        })
        .collect();
    let unknown = |pointer: &str, message: &str| ("unknown_member".to_owned(), pointer.to_owned(), message.to_owned());
    assert_eq!(
        warned[0],
        unknown("/remrak", "remrak: did you mean remark? WeCom's document knows no such member here")
    );
    assert_eq!(warned[1], unknown("/zzz", "zzz: WeCom's document knows no such member here"));
    assert_eq!(warned[2].1, "/conclusions/text/contnet");
    assert!(warned[2].2.starts_with("contnet: did you mean content?"), "{warned:?}");
    assert!(warned[3].2.starts_with("Image: did you mean image?"), "{warned:?}");
    assert_eq!(warned[4].0, "none");
    let journal = shop.ask("GET", "/sandbox/calls", "");
    assert_eq!(at(&journal, "/calls/1/body"), request, "sent as it was");
}

#[test]
fn a_member_of_another_endpoint_is_no_misspelling() {
    let shop = Shop::open();
    let client = shop.client("");
    let config_id = at(&add(&client, SIMPLE).unwrap(), "/config_id");
    let warning = |endpoint, request: &str| {
        at(&client.call(endpoint, request, &Options::default()).unwrap(), "/warnings/0/message")
    };
    let update = format!(r#"{{"config_id":"{config_id}","type":2}}"#);
    for member in [r#""type":2"#, r#""scene":1"#, r#""is_temp":true"#] {
        let update = update.replace(r#""type":2"#, member);
        let told = warning(Endpoint::Update, &update);
        let name = member.split('"').nth(1).unwrap();
        assert!(told.starts_with(&format!("{name}: only an add takes it, and it cannot be changed later")), "{told}");
        assert!(told.contains("add anew and delete this one") && !told.contains("did you mean"), "{told}");
    }
    let list = r#"{"state":"a"}"#;
    assert!(warning(Endpoint::List, list).starts_with("state: add_contact_way or update_contact_way takes it."));
}

#[test]
fn on_a_failure_unknown_members_stand_in_the_details() {
    let shop = Shop::open();
    let client = shop.client("");
    let request = r#"{"type":1,"scene":2,"user":["nobody-there"],"remrak":"x"}"#;
    let refused = add(&client, request).unwrap_err();
    let json = refused.to_json();
    assert_eq!((refused.kind(), at(&json, "/error/details/0/rule")), (Kind::Api, "unknown_member".into()), "{json}");
    assert_eq!(at(&json, "/error/details/0/pointer"), "/remrak");
    let request = r#"{"type":1,"scene":2,"user":[],"remrak":"x"}"#;
    let refused = add(&client, request).unwrap_err().to_json();
    assert_eq!(at(&refused, "/error/kind"), "invalid_request");
    assert_eq!(at(&refused, "/error/details/1/rule"), "unknown_member", "{refused}");
    assert!(at(&refused, "/errmsg").starts_with("a rule is broken"), "it is no rule: {refused}");
    let server = Raw::serve(|peer| {
        peer.request();
        peer.reset();
    });
    let lost = server.client("").call(Endpoint::Add, &SIMPLE.replace("type", "typ"), &Options::default()).unwrap_err();
    assert_eq!(lost.effect(), Effect::None, "nothing was sent");
    assert_eq!(lost.details().iter().filter(|detail| detail.rule == "unknown_member").count(), 1);
}

#[test]
fn unknown_members_are_warned_of_unless_nothing_is_looked_at() {
    let shop = Shop::open();
    for (validate, warned) in [("strict", "unknown_member"), ("warn", "unknown_member"), ("off", "none")] {
        let client = shop.client(&format!(r#","validate":"{validate}""#));
        let answer = add(&client, r#"{"type":1,"scene":2,"user":["zhangsan"],"colour":1}"#).unwrap();
        assert_eq!(at(&answer, "/warnings/0/code"), warned, "{validate}: {answer}");
        let config_id = at(&answer, "/config_id");
        assert_eq!(at(&get(&client, &config_id).unwrap(), "/warnings"), "none");
    }
}

#[test]
fn a_time_in_milliseconds_is_refused() {
    let shop = Shop::open();
    let client = shop.client("");
    for (request, pointer) in [
        (r#"{"start_time":1625068800000}"#, "/start_time"),
        (r#"{"start_time":1625068800,"end_time":1625068800000}"#, "/end_time"),
        (r#"{"end_time":100000000001}"#, "/end_time"),
    ] {
        let error = client.call(Endpoint::List, request, &Options::default()).unwrap_err();
        assert_eq!((error.kind(), error.details().len()), (Kind::InvalidRequest, 1), "{request}: {error}");
        assert_eq!(error.details()[0].pointer, pointer);
        assert!(error.details()[0].message.contains("milliseconds"), "{error}");
    }
    client.call(Endpoint::List, r#"{"end_time":100000000000}"#, &Options::default()).unwrap();
}

#[test]
fn a_misspelt_member_of_a_configuration_or_of_options_is_told_before_what_is_missing_for_it() {
    let first = |error: contactway::Error| {
        let told = error.to_json();
        (at(&told, "/error/details/0/pointer"), at(&told, "/error/details/0/message"))
    };
    let config = r#"{"corp_id":"a","secert":"b"}"#;
    let (pointer, message) = first(contactway::Client::new(config, &contactway::Shared::default()).err().unwrap());
    assert_eq!(pointer, "/secert");
    assert_eq!(message, "secert is not known here; did you mean secret? Correct or remove it");
    let (pointer, message) = first(contactway::Options::parse(r#"{"timeoutMs":5}"#, None).err().unwrap());
    assert_eq!(pointer, "/timeoutMs");
    assert_eq!(message, "timeoutMs is not known here; did you mean timeout_ms? Correct or remove it");
}
