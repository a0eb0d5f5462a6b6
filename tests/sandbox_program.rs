//! The program `contactway-sandbox`, run as people run it.
#![cfg(all(feature = "sandbox", unix))]
#![allow(clippy::unwrap_used)] // Tests fail by panicking.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

struct Program {
    child: Child,
    info: Value,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_contactway-sandbox"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start(arguments: &[&str]) -> Program {
    let mut child = command(arguments).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    Program { child, info: serde_json::from_str(&line).unwrap() }
}

impl Program {
    fn ask(&self, method: &str, path: &str, body: &str) -> Value {
        let address = self.info["base_url"].as_str().unwrap().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.0\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    fn add(&self) -> Value {
        let (corp_id, secret) = (self.info["corp_id"].as_str().unwrap(), self.info["secret"].as_str().unwrap());
        let token = self.ask("GET", &format!("/cgi-bin/gettoken?corpid={corp_id}&corpsecret={secret}"), "");
        let token = token["access_token"].as_str().unwrap();
        let path = format!("/cgi-bin/externalcontact/add_contact_way?access_token={token}");
        self.ask("POST", &path, r#"{"type":1,"scene":2,"user":["lisi"]}"#)
    }

    /// Ends it with a signal, as a supervisor does.
    fn end(mut self, signal: &str) {
        let begun = Instant::now();
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
        assert!(begun.elapsed() < Duration::from_secs(2));
        let mut said = String::new();
        self.child.stdout.unwrap().read_to_string(&mut said).unwrap();
        self.child.stderr.unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(said, "", "nothing but its address is printed");
    }
}

fn fails(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = command(arguments).output().unwrap();
    assert!(!status.success() && stdout.is_empty());
    String::from_utf8(stderr).unwrap()
}

#[test]
fn prints_its_address_serves_and_ends_on_either_signal() {
    for signal in ["-TERM", "-INT"] {
        let program = start(&[]);
        assert_eq!(program.info["errcode"], 0);
        assert_eq!(program.add()["errcode"], 0);
        program.end(signal);
    }
}

#[test]
fn options_are_put_over_the_configuration() {
    let file = std::env::temp_dir().join(format!("contactway-sandbox-config-{}.json", std::process::id()));
    fs::write(
        &file,
        r#"{"seed": 5, "limits": false, "apps": [{"corp_id": "wwmine", "secret": "s"}], "clock": 1767225600}"#,
    )
    .unwrap();
    let id = |arguments: &[&str]| {
        let program = start(arguments);
        assert_eq!(program.info["corp_id"], "wwmine");
        let id = program.add()["config_id"].clone();
        program.end("-TERM");
        id
    };
    let config = file.to_str().unwrap();
    let of_file = id(&["--config", config]);
    assert_eq!(id(&["--limits", "--config", config]), of_file);
    assert_ne!(id(&["--seed", "6", "--config", config]), of_file, "also where it stands first");
    fs::remove_file(file).unwrap();
}

#[test]
fn the_state_is_kept_in_a_file() {
    let file = std::env::temp_dir().join(format!("contactway-sandbox-state-{}.json", std::process::id()));
    let path = file.to_str().unwrap();
    let first = start(&["--state", path]);
    let id = first.add()["config_id"].clone();
    first.end("-TERM");
    let second = start(&["--state", path]);
    let scanned = second.ask("POST", "/sandbox/scan", &format!(r#"{{"config_id":{id}}}"#));
    assert_eq!(scanned["userid"], "lisi");
    second.end("-INT");
    fs::write(&file, "rubbish").unwrap();
    assert!(fails(&["--state", path]).contains("cannot be taken up: it is not a state"));
    fs::remove_file(file).unwrap();
}

#[test]
fn what_is_wrong_is_said_in_a_sentence() {
    for (arguments, sentence) in [
        (&["--prot", "1"][..], "--prot is not an option; see --help"),
        (&["--port"], "--port needs a value; see --help"),
        (&["--port", "x"], "--port needs a number, not x"),
        (&["--port", "65536"], "port must be an integer from 0 to 65535"),
        (&["--config", "/nonexistent"], "/nonexistent cannot be read"),
    ] {
        let said = fails(arguments);
        assert!(said.starts_with(&format!("contactway-sandbox: {sentence}")) && said.lines().count() == 1, "{said}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert!(fails(&["--port", &port]).contains("free it, or leave port out"));
}

#[test]
fn help_names_every_option() {
    let help = String::from_utf8(command(&["--help"]).output().unwrap().stdout).unwrap();
    for option in ["--port", "--config", "--seed", "--limits", "--state", "--help"] {
        assert!(help.contains(option), "{option}");
    }
}
