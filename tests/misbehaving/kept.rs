//! Connections that are kept: what goes over them, and who closes them.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use contactway::{Client, Effect, Kind, Shared};

use super::support::raw::{Peer, Raw};
use super::support::{SIMPLE, add, list};
use super::tls::{authority, ca_file, client, server};

#[test]
fn any_call_closes_what_other_clients_left_behind() {
    const CLIENTS: usize = 20;
    let gone = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&gone);
    let closing = Raw::serve(move |peer| {
        peer.request();
        peer.grant();
        peer.close();
        // Returns when the client has closed its end too.
        peer.hang();
        seen.fetch_add(1, Ordering::SeqCst);
    });
    let shared = Shared::default();
    let make = |server: &Raw| {
        let config = format!(r#"{{"base_url":"http://{}","access_token":"a-token"}}"#, server.address);
        Client::new(&config, &shared).unwrap()
    };
    let idle: Vec<_> = (0..CLIENTS).map(|_| make(&closing)).collect();
    for client in &idle {
        list(client, "{}").unwrap();
    }
    thread::sleep(Duration::from_millis(1100));
    let other = Raw::serve(Peer::grant_all);
    let began = Instant::now();
    list(&make(&other), "{}").unwrap();
    while gone.load(Ordering::SeqCst) < CLIENTS {
        assert!(began.elapsed() < Duration::from_secs(5), "{} of {CLIENTS}", gone.load(Ordering::SeqCst));
        thread::sleep(Duration::from_millis(10));
    }
}

/// A relay that notes what the client sent, read by read.
fn relay(to: std::net::SocketAddr) -> (u16, Arc<Mutex<Vec<Vec<u8>>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let sent: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let notes = Arc::clone(&sent);
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut server = TcpStream::connect(to).unwrap();
        server.set_nodelay(true).unwrap();
        let (mut back, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        thread::spawn(move || std::io::copy(&mut back, &mut to_client));
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(amount) = client.read(&mut bytes)
            && amount > 0
        {
            notes.lock().unwrap().push(bytes[..amount].to_vec());
            server.write_all(&bytes[..amount]).unwrap();
        }
    });
    (port, sent)
}

#[test]
fn a_request_leaves_in_one_write_and_one_tls_record() {
    let ours = authority();
    let file = ca_file(&ours, "one-write");
    let request = format!(r#"{{"type":1,"scene":2,"user":["zhangsan"],"unknown":"{}"}}"#, "x".repeat(10_000));
    for (scheme, server) in
        [("http", Raw::serve(Peer::grant_all)), ("https", server(&ours, "localhost", Peer::grant_all))]
    {
        let (port, sent) = relay(server.address);
        let config = format!(
            r#"{{"base_url":"{scheme}://localhost:{port}","access_token":"a-token","proxy":"","validate":"off","ca_file":"{}"}}"#,
            file.display()
        );
        let client = Client::new(&config, &Shared::default()).unwrap();
        add(&client, SIMPLE).unwrap();
        sent.lock().unwrap().clear();
        add(&client, &request).unwrap();
        let writes = sent.lock().unwrap().clone();
        assert_eq!(writes.len(), 1, "{scheme}: one write");
        if scheme == "https" {
            let record = &writes[0];
            let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
            assert_eq!((record[0], record.len()), (23, 5 + length), "one record of application data");
        }
    }
    fs::remove_file(file).unwrap();
}

#[test]
fn bytes_behind_an_answer_in_the_same_tls_record_are_not_the_next_one() {
    let ours = authority();
    let file = ca_file(&ours, "behind");
    let server = server(&ours, "localhost", |peer| {
        peer.request();
        // An answer of 8 KiB, as much as is read at once, and another behind it.
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 8000\r\nX-Padding: ";
        let padding = "x".repeat(8192 - 8000 - head.len() - 4);
        let granted = format!("{:<8000}", r#"{"errcode":0,"errmsg":"ok"}"#);
        let forged = r#"{"errcode":0,"config_id":"forged"}"#;
        let behind = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{forged}", forged.len());
        peer.send(format!("{head}{padding}\r\n\r\n{granted}{behind}"));
        peer.hang();
    });
    let client = client(&server, &file, "");
    for _ in 0..3 {
        assert!(!add(&client, SIMPLE).unwrap().contains("forged"));
    }
    assert_eq!(server.connections(), 3);
    fs::remove_file(file).unwrap();
}

#[test]
fn whatever_stands_in_a_head_is_read_as_the_standard_says() {
    // Each answer leaves the connection in its own state; the second call shows which.
    let cases: [(&str, usize); 5] = [
        ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 13\r\n\r\n{\"errcode\":0}", 2),
        ("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{\"errcode\":0}", 1),
        ("HTTP/1.0 200 OK\r\nContent-Length: 13\r\n\r\n{\"errcode\":0}", 2),
        ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 13\r\n\r\n{\"errcode\":0}", 1),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd;a=b\r\n{\"errcode\":0}\r\n0\r\nX: y\r\n\r\n", 1),
    ];
    for (answer, connections) in cases {
        let server = Raw::serve(move |peer| while peer.request().is_some() && peer.send(answer) {});
        let client = server.client("");
        add(&client, SIMPLE).unwrap();
        add(&client, SIMPLE).unwrap();
        assert_eq!(server.connections(), connections, "{answer}");
    }
}

#[test]
#[ignore = "the child of the test below"]
fn a_process_without_descriptors() {
    let config = env::var("CONTACTWAY_TEST_CONFIG").unwrap();
    let client = Client::new(&config, &Shared::default()).unwrap();
    let mut taken = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        taken.push(file);
    }
    let error = add(&client, SIMPLE).unwrap_err();
    assert_eq!((error.kind(), error.effect(), error.is_retryable()), (Kind::Network, Effect::None, true));
    drop(taken);
    println!("{}", error.to_json());
    add(&client, SIMPLE).unwrap();
}

#[test]
fn a_process_without_descriptors_is_told_so() {
    let server = Raw::serve(Peer::grant_all);
    for host in ["127.0.0.1", "localhost"] {
        let config = format!(
            r#"{{"base_url":"http://{host}:{}","access_token":"a-token","max_attempts":1}}"#,
            server.address.port()
        );
        let mut child = Command::new("sh");
        let command = r#"ulimit -n 64; exec "$0" --exact kept::a_process_without_descriptors --ignored --nocapture"#;
        child.args(["-c", command]).arg(env::current_exe().unwrap()).env("CONTACTWAY_TEST_CONFIG", config);
        let output = child.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("no file descriptors left"), "{host}: {text}");
    }
}
