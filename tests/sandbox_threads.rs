//! Threads and descriptors of the sandbox, counted in a process of their own.
#![cfg(all(feature = "sandbox", target_os = "linux"))]
#![allow(clippy::unwrap_used)] // Tests fail by panicking.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use contactway::sandbox::Sandbox;

/// How many threads and how many descriptors this process has.
fn count() -> (usize, usize) {
    let entries = |directory: &str| fs::read_dir(directory).unwrap().count();
    (entries("/proc/self/task"), entries("/proc/self/fd"))
}

/// A thread that was joined is listed for a moment more.
fn becomes(expected: (usize, usize)) -> bool {
    (0..100).any(|_| {
        let is_so = count() == expected;
        if !is_so {
            thread::sleep(Duration::from_millis(10));
        }
        is_so
    })
}

// One test, so that nothing else runs beside it.
#[test]
fn no_thread_and_no_descriptor_outlives_what_it_was_for() {
    let before = count();
    for _ in 0..50 {
        let sandbox = Sandbox::start("{}").unwrap();
        let address = sandbox.base_url().trim_start_matches("http://");
        let mut guests: Vec<TcpStream> = (0..5).map(|_| TcpStream::connect(address).unwrap()).collect();
        guests[0].write_all(b"GET /half HTTP/1.1\r\n").unwrap();
    }
    assert!(becomes(before), "{:?} before, {:?} after", before, count());

    let sandbox = Sandbox::start("{}").unwrap();
    let running = count();
    let address = sandbox.base_url().trim_start_matches("http://");
    for _ in 0..200 {
        drop(TcpStream::connect(address).unwrap());
    }
    assert!(becomes(running), "{:?} before, {:?} after", running, count());
    idle_connections_cost_next_to_nothing(address, running);
    many_at_once_take_turns(address, running);
}

/// Memory of this process in KiB, the guests' part included.
fn resident_kib() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn idle_connections_cost_next_to_nothing(address: &str, (threads, _): (usize, usize)) {
    const GUESTS: usize = 400;
    let before = resident_kib();
    let mut guests: Vec<TcpStream> = (0..GUESTS).map(|_| TcpStream::connect(address).unwrap()).collect();
    let ask = |guest: &mut TcpStream| {
        guest.write_all(b"GET /nowhere HTTP/1.1\r\n\r\n").unwrap();
        let mut answer = [0; 1024];
        assert!(guest.read(&mut answer).unwrap() > 0);
    };
    // Each has been served once, and half of them have begun to say something.
    guests.iter_mut().for_each(ask);
    guests.iter_mut().step_by(2).for_each(|guest| guest.write_all(b"GET /half").unwrap());
    assert!((0..100).any(|_| {
        thread::sleep(Duration::from_millis(20));
        count().0 <= threads + 1
    }));
    let grown = resident_kib().saturating_sub(before);
    assert!(grown < GUESTS * 30, "{grown} KiB for {GUESTS} connections");
    // Who speaks is served, though all the others wait.
    guests.iter_mut().skip(1).step_by(2).for_each(ask);
}

/// So many requests are worked on at once.
const WORKERS: usize = 256;

/// Every call of WeCom's takes 20 ms from now on.
fn slow_down(address: &str) {
    let rule = r#"{"rules":[{"endpoint":"*","times":1000000,"do":{"delay_ms":20}}]}"#;
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "POST /sandbox/faults HTTP/1.0\r\nContent-Length: {}\r\n\r\n{rule}", rule.len()).unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
}

/// More at once than are worked on at once: no more threads than these, and everybody has a turn before the first has had
/// all of theirs.
fn many_at_once_take_turns(address: &str, (threads, _): (usize, usize)) {
    const EACH: usize = 40;
    slow_down(address);
    let mut guests: Vec<TcpStream> = (0..WORKERS + 60).map(|_| TcpStream::connect(address).unwrap()).collect();
    for guest in &mut guests {
        guest.write_all(&b"GET /nowhere HTTP/1.1\r\n\r\n".repeat(EACH)).unwrap();
    }
    let last = guests.last_mut().unwrap();
    assert!(last.read(&mut [0; 1024]).unwrap() > 0);
    let (now, _) = count();
    assert!((threads..=threads + WORKERS).contains(&now), "{now} threads, {threads} before");
    let first = &mut guests[0];
    first.set_nonblocking(true).unwrap();
    let mut answers = vec![0; 64 * 1024];
    let length = first.read(&mut answers).unwrap();
    let had = answers[..length].windows(9).filter(|window| window == b"HTTP/1.1 ").count();
    assert!(had < EACH, "the first had all its turns before the last had one");
}
