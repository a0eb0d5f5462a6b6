//! What keeps web pages, and whoever has no token, from ruling the sandbox.

use serde_json::{Value, json};

use crate::support::{Reply, Wecom, single};

/// What the sandbox says to a GET with these headers.
fn get(wecom: &Wecom, path: &str, headers: &[(&str, &str)]) -> Reply {
    wecom.connect().request("GET", path, headers, b"")
}

#[test]
fn a_page_that_rebinds_its_name_gets_nothing() {
    let wecom = Wecom::plain();
    let id = wecom.added(single());
    for path in ["/", "/sandbox/calls", "/sandbox/state", "/sandbox/nothing", &format!("/sandbox/qr/{id}")] {
        for host in
            ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "localhost@evil.example", "[::2]"]
        {
            let reply = get(&wecom, path, &[("Host", host)]);
            assert_eq!(reply.status, 403, "{path} for {host}");
            assert!(!reply.text().contains(&wecom.token));
        }
    }
    let reply = wecom.connect().request("POST", "/sandbox/reset", &[("Host", "evil.example")], b"");
    assert_eq!(reply.status, 403);
    assert!(reply.json()["errmsg"].as_str().unwrap().contains("the Host of this request is not the sandbox's own"));
    wecom.got(&id);
}

#[test]
fn its_own_names_are_loopback_and_the_address_connected_to() {
    let wecom = Wecom::plain();
    for host in [
        "localhost",
        "LOCALHOST:1",
        "127.0.0.1",
        "127.9.8.7:80",
        "[::1]:8080",
        "sandbox.localhost",
        "[::ffff:127.0.0.1]",
    ] {
        for path in ["/", "/sandbox/clock"] {
            assert_eq!(get(&wecom, path, &[("Host", host)]).status, 200, "{path} for {host}");
        }
    }
    let mut connection = wecom.connect();
    connection.send("GET /sandbox/clock HTTP/1.0\r\n\r\n");
    assert_eq!(connection.reply().unwrap().status, 200, "who names no host is no browser");
}

#[test]
fn a_page_of_another_origin_gets_nothing_whatever_it_sends() {
    let wecom = Wecom::plain();
    let id = wecom.added(single());
    for origin in ["https://evil.example", "null", "http://evil.example:8080", "nonsense", ""] {
        for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded"] {
            let headers = [("Origin", origin), ("Content-Type", kind)];
            assert_eq!(wecom.connect().request("POST", "/sandbox/reset", &headers, b"").status, 403, "{origin}");
        }
        assert_eq!(get(&wecom, "/sandbox/calls", &[("Origin", origin)]).status, 403, "{origin}");
    }
    wecom.got(&id);
    for origin in ["http://localhost:8080", "http://127.0.0.1", "https://[::1]:1"] {
        assert_eq!(get(&wecom, "/sandbox/calls", &[("Origin", origin)]).status, 200, "{origin}");
    }
}

#[test]
fn body_types_are_not_looked_at() {
    let wecom = Wecom::plain();
    for kind in ["text/plain", "application/xml", "nonsense"] {
        let reply = wecom.connect().request("POST", "/sandbox/clock", &[("Content-Type", kind)], br#"{"set": 5}"#);
        assert_eq!(reply.json()["now"], 5, "{kind}");
    }
}

#[test]
fn wecoms_own_paths_are_open_to_every_host() {
    let wecom = Wecom::plain();
    let headers = [("Host", "qyapi.weixin.qq.com"), ("Origin", "https://example.com")];
    let reply = wecom.connect().request("POST", &wecom.target("list_contact_way"), &headers, b"{}");
    assert_eq!(reply.json()["errcode"], 0);
}

#[test]
fn no_page_may_frame_or_read_it() {
    let wecom = Wecom::plain();
    for path in ["/", "/sandbox/clock", "/sandbox/state", "/sandbox/nothing"] {
        let reply = get(&wecom, path, &[]);
        assert_eq!(reply.header("x-frame-options"), Some("DENY"), "{path}");
        // A page may have a policy of its own beside; a browser heeds both.
        let forbids = |(name, value): &(String, String)| {
            name.eq_ignore_ascii_case("content-security-policy") && value.contains("frame-ancestors 'none'")
        };
        assert!(reply.headers.iter().any(forbids), "{path}");
        assert_eq!(reply.header("cross-origin-resource-policy"), Some("same-origin"), "{path}");
        assert_eq!(reply.header("access-control-allow-origin"), None, "{path}");
    }
}

const TOKEN: &str = "a-t0ken-of-the-testers";

#[test]
fn a_token_is_asked_for_where_there_is_one() {
    let wecom = Wecom::start(json!({"control_token": TOKEN}));
    let bearer = format!("Bearer {TOKEN}");
    for wrong in [
        None,
        Some(String::new()),
        Some(TOKEN.to_owned()),
        Some(format!("Basic {TOKEN}")),
        Some(format!("{bearer}x")),
        Some(bearer[..bearer.len() - 1].to_owned()),
        Some("Bearer ".to_owned()),
    ] {
        let headers: Vec<_> = wrong.iter().map(|wrong| ("Authorization", wrong.as_str())).collect();
        for path in ["/sandbox/calls", "/sandbox/state", "/sandbox/qr/x", "/sandbox/nothing"] {
            let reply = get(&wecom, path, &headers);
            assert_eq!((reply.status, reply.header("www-authenticate")), (401, Some("Bearer")), "{wrong:?} {path}");
            assert!(reply.json()["errmsg"].as_str().unwrap().contains("Authorization: Bearer"));
        }
    }
    for bearer in [bearer.clone(), format!("bearer  {TOKEN}")] {
        assert_eq!(get(&wecom, "/sandbox/clock", &[("Authorization", &bearer)]).status, 200);
    }
    assert_eq!(get(&wecom, "/", &[]).status, 200, "the page asks for it");
    assert_eq!(wecom.call("list_contact_way", json!({}))["errcode"], 0, "WeCom knows no such token");
}

#[test]
fn with_the_right_token_any_host_will_do() {
    let wecom = Wecom::start(json!({"control_token": TOKEN}));
    let bearer = format!("Bearer {TOKEN}");
    let status = |headers: &[(&str, &str)]| get(&wecom, "/sandbox/clock", headers).status;
    assert_eq!(status(&[("Host", "sandbox:8080"), ("Authorization", &bearer)]), 200);
    assert_eq!(status(&[("Host", "sandbox:8080"), ("Authorization", "Bearer wrong")]), 403);
    let own_page = [("Host", "sandbox:8080"), ("Origin", "http://sandbox:8080"), ("Authorization", &*bearer)];
    assert_eq!(status(&own_page), 200, "its own page, as it is called there");
    let foreign = [("Host", "sandbox:8080"), ("Origin", "http://evil.example"), ("Authorization", &*bearer)];
    assert_eq!(status(&foreign), 403);
}

#[test]
fn the_token_is_shown_nowhere() {
    let wecom = Wecom::start(json!({"control_token": TOKEN}));
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Authorization", &*bearer), ("X-Also", TOKEN)];
    let target = format!("{}&also={TOKEN}", wecom.target("list_contact_way"));
    wecom.connect().request("POST", &target, &headers, format!(r#"{{"cursor":"{TOKEN}"}}"#).as_bytes());
    let mut shown = vec![wecom.info.to_string(), format!("{:?}", wecom.sandbox)];
    for path in ["/", "/sandbox/calls", "/sandbox/state", "/sandbox/recent", "/sandbox/faults", "/sandbox/nothing"] {
        shown.push(get(&wecom, path, &[("Authorization", &bearer)]).text());
    }
    for text in shown {
        assert!(!text.contains(TOKEN), "{text}");
    }
}

#[test]
fn the_public_host_is_its_own() {
    let wecom = Wecom::start(json!({"public_url": "http://Sandbox.test:8080/"}));
    assert_eq!(wecom.info["base_url"], json!("http://Sandbox.test:8080"));
    for (host, status) in [("sandbox.test:8080", 200), ("sandbox.test", 200), ("test", 403)] {
        let mut connection = wecom.connect();
        let reply = connection.request("GET", "/sandbox/clock", &[("Host", host)], b"");
        assert_eq!(
            reply.status,
            status,
            "{host}: {}",
            reply.json()["errmsg"].as_str().map_or(Value::Null, Value::from)
        );
    }
}
