//! What the crates below us tell a host's logger through the crate `log`, at its most talkative: no token, no secret, no
//! body; and the host's own lines come through.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a failed unwrap is a failed test

mod support;

use std::sync::Mutex;

use contactway::{Client, Shared};
use log::{LevelFilter, Log, Metadata, Record};
use support::raw::Raw;
use support::{SIMPLE, add, list};

const SECRET: &str = "SECRET-of-the-app-0123456789";
const TOKEN: &str = "TOKEN-of-the-company-0123456789";
const REMARK: &str = "REMARK-in-the-body-0123456789";
/// As much of it as would give it away: lines may hold a piece, in letters or in hexadecimal.
const PIECE: usize = 6;

struct Lines(Mutex<Vec<String>>);

static LINES: Lines = Lines(Mutex::new(Vec::new()));

impl Log for Lines {
    fn enabled(&self, _: &Metadata) -> bool {
        true
    }

    fn log(&self, record: &Record) {
        self.0.lock().unwrap().push(format!("{} {} {}", record.level(), record.target(), record.args()));
    }

    fn flush(&self) {}
}

#[test]
fn a_host_that_logs_all_of_every_crate_sees_no_secret_and_loses_no_line_of_its_own() {
    log::set_logger(&LINES).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let server = Raw::serve(|peer| {
        while let Some(request) = peer.request() {
            if request.contains("/gettoken") {
                let answer = format!(r#"{{"errcode":0,"errmsg":"ok","access_token":"{TOKEN}","expires_in":7200}}"#);
                let chunk = format!("{:x}\r\n{answer}\r\n0\r\n\r\n", answer.len());
                peer.send(format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}"));
            } else if request.starts_with("POST") && request.contains("add_contact_way") {
                peer.answer("200 OK", "", format!(r#"{{"errcode":0,"errmsg":"ok","remark":"{REMARK}"}}"#));
            } else {
                peer.answer("302 Found", &format!("Location: http://127.0.0.1/?access_token={TOKEN}\r\n"), TOKEN);
            }
        }
    });
    let config = format!(r#"{{"base_url":"http://{}","corp_id":"ww1","secret":"{SECRET}"}}"#, server.address);
    let client = Client::new(&config, &Shared::default()).unwrap();
    add(&client, &SIMPLE.replace('}', &format!(r#","remark":"{REMARK}"}}"#))).unwrap();
    list(&client, "{}").unwrap_err();
    log::trace!("the host's own line");
    let lines = LINES.0.lock().unwrap();
    assert!(lines.iter().any(|line| line.contains("the host's own line")), "a feature of `log` silences the host");
    for secret in [SECRET, TOKEN, REMARK] {
        for piece in secret.as_bytes().windows(PIECE) {
            let hex: Vec<_> = piece.chunks(2).map(|two| format!("{:02x}{:02x}", two[0], two[1])).collect();
            let (letters, hex) = (str::from_utf8(piece).unwrap(), hex.join(" "));
            let told = lines.iter().find(|line| line.contains(letters) || line.contains(&hex));
            assert_eq!(told, None, "{letters} was logged");
        }
    }
}
