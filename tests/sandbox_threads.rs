//! Threads and descriptors of the sandbox, counted in a process of their own.
#![cfg(all(feature = "sandbox", target_os = "linux"))]
#![allow(clippy::unwrap_used)] // Tests fail by panicking.

use std::fs;
use std::io::Write;
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
}
