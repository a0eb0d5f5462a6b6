//! Any bytes as what a program sends to the sandbox, over one connection.

#![no_main]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use contactway::sandbox::Sandbox;
use libfuzzer_sys::fuzz_target;

/// A fault that was asked for may hold an answer back.
const PATIENCE: Duration = Duration::from_millis(200);

fuzz_target!(|bytes: &[u8]| {
    let sandbox = Sandbox::start("{}").unwrap();
    let info: serde_json::Value = serde_json::from_str(&sandbox.info_json()).unwrap();
    let address = info["base_url"].as_str().unwrap().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut answer = Vec::new();
    // It may end the connection at any time.
    let _ = stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write));
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1."), "{}", String::from_utf8_lossy(&answer));
    // It is still there for everybody else.
    serde_json::from_str::<serde_json::Value>(&sandbox.info_json()).unwrap();
});
