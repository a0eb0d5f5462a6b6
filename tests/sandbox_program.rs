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
    command
        .args(arguments)
        .env_remove("CONTACTWAY_SANDBOX_TOKEN")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
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

/// What it says of wrong usage.
fn fails(arguments: &[&str]) -> String {
    fails_with(2, arguments)
}

fn fails_with(code: i32, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = command(arguments).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert!(status.code() == Some(code) && stdout.is_empty(), "{status}: {said}");
    said
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
    assert!(fails_with(1, &["--port", &port]).contains("free it, or leave port out"), "the machine refuses");
}

#[test]
fn help_names_every_option() {
    let help = String::from_utf8(command(&["--help"]).output().unwrap().stdout).unwrap();
    for option in [
        "--port",
        "--host",
        "--public-url",
        "--token-file",
        "--tls",
        "--config",
        "--seed",
        "--limits",
        "--state",
        "--version",
        "--help",
    ] {
        assert!(help.contains(option), "{option}");
    }
}

#[test]
fn version_is_shown() {
    let version = String::from_utf8(command(&["--version"]).output().unwrap().stdout).unwrap();
    assert_eq!(version, format!("contactway-sandbox {}\n", env!("CARGO_PKG_VERSION")));
}

/// The status of a call under `/sandbox/`, sent with this Host and with or without a token.
fn status(port: u16, host: &str, token: Option<&str>) -> u16 {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    write!(stream, "GET /sandbox/clock HTTP/1.1\r\nHost: {host}\r\n{bearer}Connection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

/// A program at every address of a port that it says nothing of, with what it printed. Somebody else may take the port
/// first: then another one is tried.
fn on_a_free_port(arguments: &[&str], token: Option<&str>) -> (Child, String, u16) {
    loop {
        let port = std::net::TcpListener::bind("0.0.0.0:0").unwrap().local_addr().unwrap().port();
        let mut command = command(arguments);
        command.args(["--port", &port.to_string()]);
        command.envs(token.map(|token| ("CONTACTWAY_SANDBOX_TOKEN", token)));
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        if !line.is_empty() {
            return (child, line, port);
        }
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("cannot be listened on"), "{said}");
    }
}

#[test]
fn other_addresses_need_a_token_which_comes_from_a_file_the_command_line_or_the_environment() {
    let said = fails(&["--host", "0.0.0.0"]);
    assert!(said.contains("control_token is required") && said.contains("CONTACTWAY_SANDBOX_TOKEN"), "{said}");
    let file = std::env::temp_dir().join(format!("contactway-sandbox-token-{}", std::process::id()));
    fs::write(&file, "of-the-file\n").unwrap();
    let arguments =
        ["--host", "0.0.0.0", "--public-url", "http://sandbox:8080", "--token-file", file.to_str().unwrap()];
    let mut of_the_line = arguments;
    of_the_line[4..].copy_from_slice(&["--token", "of-the-line"]);
    for (arguments, of_environment, token) in [
        (&arguments[..], None, "of-the-file"),
        (&of_the_line[..], None, "of-the-line"),
        (&arguments[..4], Some("of-the-environment"), "of-the-environment"),
    ] {
        let (mut child, line, port) = on_a_free_port(arguments, of_environment);
        let info: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            (&info["base_url"], &info["client_config"]["insecure_http"]),
            (&"http://sandbox:8080".into(), &true.into())
        );
        assert!(!line.contains(token));
        assert_eq!(status(port, "sandbox:8080", Some(token)), 200);
        assert_eq!(status(port, "sandbox:8080", None), 401);
        assert_eq!(status(port, "elsewhere", Some(token)), 200);
        assert_eq!(status(port, "elsewhere", None), 403);
        child.kill().unwrap();
        child.wait().unwrap();
        let mut warning = String::new();
        child.stderr.unwrap().read_to_string(&mut warning).unwrap();
        assert!(warning.starts_with("contactway-sandbox: warning: others can reach it"), "{warning}");
    }
    fs::write(&file, "two words").unwrap();
    assert!(fails(&["--token-file", file.to_str().unwrap()]).contains("must hold the token on one line"));
    fs::remove_file(file).unwrap();
}

#[test]
fn tls_is_spoken_where_it_is_asked_for() {
    let program = start(&["--tls"]);
    assert!(program.info["base_url"].as_str().unwrap().starts_with("https://127.0.0.1:"));
    assert!(program.info["client_config"]["extra_ca_file"].as_str().unwrap().starts_with("-----BEGIN CERTIFICATE"));
    program.end("-TERM");
}
