//! A server that breaks every rule of HTTP and TLS: the call ends as the table says, and the next one works.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test

mod kept;
mod proxy;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod trust;

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use contactway::{Effect, Kind, json_get};
use flate2::{Compression, write::GzEncoder};
use support::raw::{Peer, Raw};
use support::{SIMPLE, add, list};

const GRANTED: &str = r#"{"errcode":0,"errmsg":"ok"}"#;
/// More than the 8 MiB that are read.
const TOO_MUCH: usize = 20 * 1024 * 1024;

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An answer that is granted, but for a member of so many bytes.
fn large(bytes: usize) -> String {
    format!(r#"{{"errcode":0,"errmsg":"ok","padding":"{}"}}"#, "x".repeat(bytes))
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut bytes = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for chunk in body.chunks(65_536) {
        write!(bytes, "{:x}\r\n", chunk.len()).unwrap();
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

/// What a server does once the request is there.
type Act = fn(&mut Peer);

/// Such an act, and the kind of error it comes to.
struct Case {
    name: &'static str,
    does: Act,
    kind: Kind,
}

const fn case(name: &'static str, kind: Kind, does: Act) -> Case {
    Case { name, does, kind }
}

fn send(peer: &mut Peer, text: &str) {
    peer.send(text);
    peer.close();
}

const CASES: &[Case] = &[
    case("reset", Kind::Network, Peer::reset),
    case("closed without a byte", Kind::Network, Peer::close),
    case("half a status line", Kind::Network, |peer| send(peer, "HTTP/1.1 2")),
    case("half the headers", Kind::Network, |peer| send(peer, "HTTP/1.1 200 OK\r\nContent-Len")),
    case("cut body", Kind::Network, |peer| send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"errcode\":0")),
    case("cut chunk", Kind::Network, |peer| {
        send(peer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1b\r\n{\"errcode\":0");
    }),
    case("length shorter than the body", Kind::BadResponse, |peer| {
        send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{\"errcode\":0}");
    }),
    case("nested as deep as a stack is high", Kind::BadResponse, |peer| {
        let body = format!("{{\"errcode\":0,\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
        peer.answer("200 OK", "", body);
        peer.close();
    }),
    case("two lengths", Kind::BadResponse, |peer| {
        send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 13\r\nContent-Length: 5\r\n\r\n{\"errcode\":0}");
    }),
    case("a length that is no number", Kind::BadResponse, |peer| {
        send(peer, "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{\"errcode\":0}");
    }),
    case("a length beyond all bounds", Kind::BadResponse, |peer| {
        send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{\"errcode\":0}");
    }),
    case("a chunk size that is none", Kind::BadResponse, |peer| {
        send(peer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{\"errcode\":0}\r\n0\r\n\r\n");
    }),
    case("a chunk size beyond all bounds", Kind::BadResponse, |peer| {
        send(peer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{\"errcode\":0}");
    }),
    case("a chunk extension of 100 KB", Kind::BadResponse, |peer| {
        let extension = "x".repeat(100_000);
        send(
            peer,
            &format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd;{extension}\r\n{{\"errcode\":0}}\r\n0\r\n\r\n"
            ),
        );
    }),
    case("a gzip that is large before it is unpacked", Kind::BadResponse, |peer| {
        peer.send(format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {TOO_MUCH}\r\n\r\n"));
        peer.hang();
    }),
    case("a transfer encoding that nobody knows", Kind::BadResponse, |peer| {
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
        peer.hang();
    }),
    case("a content encoding that was not asked for", Kind::BadResponse, |peer| {
        peer.send("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 13\r\n\r\n");
        peer.hang();
    }),
    case("not HTTP", Kind::BadResponse, |peer| send(peer, "SSH-2.0-OpenSSH_9.9\r\n\r\n\r\n")),
    case("another protocol's noise", Kind::BadResponse, |peer| {
        peer.send([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x28, 0x0d, 0x0a, 0x0d, 0x0a]);
        peer.close();
    }),
    case("endless headers", Kind::BadResponse, |peer| {
        peer.send("HTTP/1.1 200 OK\r\n");
        while peer.send("X-Padding: 0123456789012345678901234567890123456789\r\n".repeat(50)) {}
    }),
    case("one endless header", Kind::BadResponse, |peer| {
        peer.send("HTTP/1.1 200 OK\r\nX-Padding: ");
        while peer.send("x".repeat(4096)) {}
    }),
    case("more headers than there are", Kind::BadResponse, |peer| {
        send(peer, &format!("HTTP/1.1 200 OK\r\n{}\r\n{GRANTED}", "A: b\r\n".repeat(3000)));
    }),
    case("20 MB", Kind::BadResponse, |peer| {
        peer.answer("200 OK", "", large(TOO_MUCH));
    }),
    case("20 MB in chunks", Kind::BadResponse, |peer| {
        peer.send(chunked(large(TOO_MUCH).as_bytes()));
    }),
    case("20 MB to the end of the connection", Kind::BadResponse, |peer| {
        send(peer, &format!("HTTP/1.1 200 OK\r\n\r\n{}", large(TOO_MUCH)));
    }),
    case("a gzip that unpacks to 20 MB", Kind::BadResponse, |peer| {
        peer.answer("200 OK", "Content-Encoding: gzip\r\n", gzipped(large(TOO_MUCH).as_bytes()));
    }),
    case("a gzip that is none", Kind::BadResponse, |peer| {
        peer.answer("200 OK", "Content-Encoding: gzip\r\n", GRANTED);
    }),
    case("a gzip that is damaged", Kind::BadResponse, |peer| {
        let mut body = gzipped(large(10_000).as_bytes());
        let middle = body.len() / 2;
        body[middle..].fill(0xff);
        peer.answer("200 OK", "Content-Encoding: gzip\r\n", body);
    }),
    case("a gzip that is cut", Kind::BadResponse, |peer| {
        let body = gzipped(large(10_000).as_bytes());
        peer.answer("200 OK", "Content-Encoding: gzip\r\n", &body[..body.len() - 12]);
    }),
    case("an empty body", Kind::BadResponse, |peer| {
        peer.answer("200 OK", "", "");
    }),
    case("HTML with 200", Kind::BadResponse, |peer| {
        peer.answer("200 OK", "Content-Type: text/html\r\n", "<html>please log in</html>");
    }),
    case("HTML with 502", Kind::BadResponse, |peer| {
        peer.answer("502 Bad Gateway", "Content-Type: text/html\r\n", "<html>502</html>");
    }),
    case("204", Kind::BadResponse, |peer| {
        peer.send("HTTP/1.1 204 No Content\r\n\r\n");
    }),
    case("a JSON array", Kind::BadResponse, |peer| {
        peer.answer("200 OK", "", "[]");
    }),
    case("no errcode", Kind::BadResponse, |peer| {
        peer.answer("200 OK", "", r#"{"errmsg":"ok"}"#);
    }),
    case("an errcode that is no integer", Kind::BadResponse, |peer| {
        peer.answer("200 OK", "", r#"{"errcode":0.5}"#);
    }),
    case("an errcode beyond all bounds", Kind::BadResponse, |peer| {
        peer.answer("200 OK", "", r#"{"errcode":99999999999999999999}"#);
    }),
    case("not UTF-8", Kind::BadResponse, |peer| {
        peer.answer("200 OK", "", b"{\"errcode\":0,\"errmsg\":\"\xff\"}");
    }),
];

#[test]
fn whatever_a_server_answers_it_is_an_error_of_the_right_kind_and_the_next_call_works() {
    for Case { name, does, kind } in CASES {
        for once in [true, false] {
            let server = Raw::serve(move |peer| {
                if peer.nth == 0 && peer.request().is_some() {
                    does(peer);
                } else {
                    peer.grant_all();
                }
            });
            let client = server.client(r#","max_attempts":1,"timeout_ms":20000"#);
            let error = if once { add(&client, SIMPLE) } else { list(&client, "{}") }.unwrap_err();
            let what = format!("{name}: {}", error.to_json());
            assert_eq!(error.kind(), *kind, "{what}");
            assert_eq!(error.effect(), Effect::Unknown, "{what}");
            assert_eq!(error.is_retryable(), !once, "{what}");
            assert_eq!(server.requests().len(), 1, "{what}");
            // Where the connection was kept all the same, one attempt may find it gone.
            list(&client, "{}")
                .or_else(|_| list(&client, "{}"))
                .unwrap_or_else(|error| panic!("after {name}: {error:?}"));
            assert_eq!(server.connections(), 2, "{what}");
        }
    }
}

#[test]
fn what_is_unusual_but_right_is_understood() {
    let cases: [(&str, Act); 8] = [
        ("gzip", |peer| {
            peer.answer("200 OK", "Content-Encoding: gzip\r\n", gzipped(large(100_000).as_bytes()));
        }),
        ("chunks", |peer| {
            peer.send(chunked(large(100_000).as_bytes()));
        }),
        ("to the end of the connection", |peer| send(peer, &format!("HTTP/1.0 200 OK\r\n\r\n{GRANTED}"))),
        ("100 Continue first", |peer| {
            peer.send("HTTP/1.1 100 Continue\r\n\r\n");
            peer.answer("200 OK", "", GRANTED);
        }),
        ("one byte at a time", |peer| {
            for byte in format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{GRANTED}", GRANTED.len()).bytes() {
                peer.send([byte]);
            }
        }),
        ("almost 8 MiB", |peer| {
            peer.answer("200 OK", "", large(8 * 1024 * 1024 - 100));
        }),
        ("another type", |peer| {
            peer.answer("200 OK", "Content-Type: text/plain; charset=gbk\r\n", r#"{"errcode":0,"errmsg":"好"}"#);
        }),
        ("blanks around", |peer| {
            peer.answer("200 OK", "", format!("\r\n \t{GRANTED}\r\n\r\n"));
        }),
    ];
    for (name, does) in cases {
        let server = Raw::serve(move |peer| {
            if peer.request().is_some() {
                does(peer);
                peer.hang();
            }
        });
        let answer = add(&server.client(r#","timeout_ms":20000"#), SIMPLE);
        let answer = answer.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(json_get(&answer, "/errcode").as_deref(), Some("0"), "{name}");
    }
}

#[test]
fn a_body_that_was_read_in_part_is_a_success_with_a_warning() {
    let server = Raw::serve(|peer| {
        peer.request();
        peer.answer("200 OK", "", r#"{"errcode":0,"errmsg":"ok. Warning: wrong json format. ","config_id":"id"} "#);
    });
    let answer = add(&server.client(""), SIMPLE).unwrap();
    let member = |pointer| json_get(&answer, pointer);
    assert_eq!((member("/errcode").as_deref(), member("/config_id").as_deref()), (Some("0"), Some("id")), "{answer}");
    assert_eq!(member("/warnings/0/code").as_deref(), Some("wrong_json_format"), "{answer}");
    assert_eq!(member("/warnings/1"), None);
}

#[test]
fn a_refusal_comes_with_what_to_do_about_it() {
    let url = "https://open.work.weixin.qq.com/devtool/query?e=41044";
    let server = Raw::serve(move |peer| {
        peer.request();
        let errmsg =
            format!("contact way not found, hint: [1700000000_8_abc], from ip: 203.0.113.7, more info at {url}");
        peer.answer("200 OK", "", format!(r#"{{"errcode":41044,"errmsg":"{errmsg}","other":[1.50]}}"#));
    });
    let answer = list(&server.client(""), "{}").unwrap_err().to_json();
    let member = |pointer| json_get(&answer, pointer);
    assert!(member("/errmsg").unwrap().ends_with(url), "WeCom's words: {answer}");
    assert_eq!(member("/error/help_url").as_deref(), Some(url), "{answer}");
    assert_eq!(member("/error/hint").as_deref(), Some("1700000000_8_abc"), "{answer}");
    assert!(member("/error/advice").unwrap().contains("config_id"), "{answer}");
    assert_eq!(member("/other").as_deref(), Some("[1.50]"), "as it was sent: {answer}");
}

#[test]
fn a_reset_while_the_request_is_written_may_have_made_a_contact_way() {
    let server = Raw::serve(|peer| {
        peer.read_some();
        peer.reset();
    });
    // More than any socket buffers, so that the write is under way.
    let client = server.client(r#","max_attempts":1,"validate":"off""#);
    let request = format!(r#"{{"remark":"{}"}}"#, "x".repeat(30_000_000));
    let error = add(&client, &request).unwrap_err();
    assert_eq!((error.kind(), error.effect(), error.is_retryable()), (Kind::Network, Effect::Unknown, false));
}

#[test]
fn a_redirect_is_not_followed() {
    let other = Raw::serve(Peer::grant_all);
    for status in ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent"] {
        let location = format!("Location: http://{}/elsewhere?access_token=a-token\r\n", other.address);
        let server = Raw::serve(move |peer| {
            peer.request();
            peer.answer(status, &location, "");
        });
        let error = list(&server.client(""), "{}").unwrap_err();
        assert_eq!(error.kind(), Kind::BadResponse, "{status}");
        assert!(!error.to_json().contains("a-token"), "{}", error.to_json());
    }
    assert_eq!(other.connections(), 0);
}

#[test]
fn a_kept_connection_that_was_closed_silently_is_never_noticed() {
    // Each connection serves one request, and is gone.
    for close in [Peer::close, Peer::reset] {
        let server = Raw::serve(move |peer| {
            peer.request();
            peer.grant();
            close(peer);
        });
        let client = server.client(r#","max_attempts":1"#);
        for _ in 0..5 {
            list(&client, "{}").unwrap();
            // The end of the connection has time to arrive.
            thread::sleep(Duration::from_millis(20));
            add(&client, SIMPLE).unwrap();
            thread::sleep(Duration::from_millis(20));
        }
        assert_eq!((server.connections(), server.requests().len()), (10, 10));
    }
}

#[test]
fn connections_that_die_on_the_next_request_cost_idempotent_calls_nothing() {
    // The first answers one request and resets at the second: nothing shows before.
    let server = Raw::serve(|peer| {
        peer.request();
        peer.grant();
        if peer.nth < 4 {
            peer.request();
            peer.reset();
        } else {
            peer.grant_all();
        }
    });
    let client = server.client(r#","max_attempts":2"#);
    // Four kept connections, all of which die: the second attempt trusts none of them.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| list(&client, "{}").unwrap());
        }
    });
    // Idle for long enough that their death is nobody's fault.
    thread::sleep(Duration::from_millis(1500));
    list(&client, "{}").unwrap();
    list(&client, "{}").unwrap();
}

#[test]
fn an_add_goes_only_over_a_connection_used_a_moment_ago() {
    let server = Raw::serve(Peer::grant_all);
    let client = server.client("");
    list(&client, "{}").unwrap();
    add(&client, SIMPLE).unwrap();
    assert_eq!(server.connections(), 1);
    thread::sleep(Duration::from_millis(5100));
    // A list still would.
    let idle = server.client("");
    list(&idle, "{}").unwrap();
    assert_eq!(server.connections(), 2);
    add(&client, SIMPLE).unwrap();
    assert_eq!(server.connections(), 3);
    add(&client, SIMPLE).unwrap();
    assert_eq!(server.connections(), 3);
}

#[test]
fn bytes_behind_an_answer_are_not_the_next_one() {
    let server = Raw::serve(|peer| {
        peer.request();
        let granted = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{GRANTED}", GRANTED.len());
        let forged = r#"{"errcode":0,"config_id":"forged"}"#;
        peer.send(format!("{granted}HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{forged}", forged.len()));
        peer.hang();
    });
    let client = server.client("");
    for _ in 0..3 {
        assert!(!add(&client, SIMPLE).unwrap().contains("forged"));
    }
    assert_eq!(server.connections(), 3);
}

#[test]
fn a_drip_ends_at_the_deadline() {
    let drips: [fn(&mut Peer); 3] = [
        |peer| {
            peer.send("HTTP/1.1 200 OK\r\n");
            while peer.send("A: b\r\n") {
                thread::sleep(Duration::from_millis(20));
            }
        },
        |peer| {
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{");
            while peer.send(" ") {
                thread::sleep(Duration::from_millis(20));
            }
        },
        |peer| {
            while peer.send("HTTP/1.1 100 Continue\r\n\r\n") {
                thread::sleep(Duration::from_millis(20));
            }
        },
    ];
    for (index, drip) in drips.into_iter().enumerate() {
        let server = Raw::serve(move |peer| {
            peer.request();
            drip(peer);
        });
        let client = server.client(r#","timeout_ms":300"#);
        let began = Instant::now();
        let error = add(&client, SIMPLE).unwrap_err();
        assert_eq!((error.kind(), error.effect()), (Kind::Timeout, Effect::Unknown), "{index}");
        let elapsed = began.elapsed();
        assert!((Duration::from_millis(300)..Duration::from_secs(5)).contains(&elapsed), "{index}: {elapsed:?}");
    }
}
