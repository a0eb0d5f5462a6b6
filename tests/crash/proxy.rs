//! A proxy between clients and WeCom that holds some requests, and delivers them though whoever sent them is gone.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::bench::Bench;

/// Requests that change something; nothing else is held.
const CHANGES: [&str; 3] = ["/add_contact_way", "/update_contact_way", "/del_contact_way"];

/// Which requests are held, and for how long.
#[derive(Clone, Copy)]
pub struct Hold {
    /// Of a hundred.
    pub share: u32,
    pub time: Duration,
    pub seed: u64,
}

pub struct Proxy(Arc<Inner>);

struct Inner {
    /// The port of WeCom.
    target: u16,
    hold: Hold,
    chance: Mutex<fastrand::Rng>,
    held: AtomicUsize,
    is_over: AtomicBool,
}

impl Proxy {
    /// A proxy, and a bench whose WeCom is behind it. It runs until the tests have ended.
    pub fn before_bench(hold: Hold, more: &str) -> (Self, Bench) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let target = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let bench = Bench::with(&format!(r#","port":{target},"public_url":"http://127.0.0.1:{port}"{more}"#));
        let chance = Mutex::new(fastrand::Rng::with_seed(hold.seed));
        let inner =
            Arc::new(Inner { target, hold, chance, held: AtomicUsize::new(0), is_over: AtomicBool::new(false) });
        let proxy = Self(Arc::clone(&inner));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let inner = Arc::clone(&inner);
                thread::spawn(move || inner.serve(client));
            }
        });
        (proxy, bench)
    }

    /// From now on it holds nothing more.
    pub fn hold_no_more(&self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }

    /// How many requests it has held.
    pub fn held(&self) -> usize {
        self.0.held.load(Ordering::Relaxed)
    }
}

impl Inner {
    fn serve(&self, mut client: TcpStream) {
        let Ok(mut server) = TcpStream::connect(("127.0.0.1", self.target)) else { return };
        let (Ok(mut answers), Ok(mut to_client)) = (server.try_clone(), client.try_clone()) else { return };
        thread::spawn(move || {
            // Whoever asked may be gone.
            let _copied = std::io::copy(&mut answers, &mut to_client);
            let _closed = to_client.shutdown(Shutdown::Both);
        });
        let mut buffer = vec![0; 65_536];
        while let Ok(length @ 1..) = client.read(&mut buffer) {
            let request = String::from_utf8_lossy(&buffer[..length]);
            if CHANGES.iter().any(|change| request.contains(change)) {
                self.may_hold();
            }
            if server.write_all(&buffer[..length]).is_err() {
                return;
            }
        }
        let _closed = server.shutdown(Shutdown::Write);
    }

    fn may_hold(&self) {
        let is_over = self.is_over.load(Ordering::Relaxed);
        if !is_over && self.chance.lock().unwrap().u32(0..100) < self.hold.share {
            self.held.fetch_add(1, Ordering::Relaxed);
            thread::sleep(self.hold.time);
        }
    }
}
