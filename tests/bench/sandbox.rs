//! How fast the sandbox is, and how much it needs, filled to WeCom's quota over 8 kept connections.
//!
//! `cargo bench --bench sandbox`, or with a number behind it to fill it with fewer. What is measured is the whole
//! round trip on loopback; the client's own work runs on the same machine.
// A program of measurements: it ends where something goes wrong.
#![allow(clippy::unwrap_used, clippy::panic, clippy::cast_precision_loss)]

mod figures;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use contactway::sandbox::Sandbox;
use serde_json::{Value, json};

const CONNECTIONS: usize = 8;
const QUOTA: usize = 500_000;
const GETS: usize = 400_000;
const PAGES: usize = 200;
/// Adds, and gets, a second.
const CALLS_GOAL: f64 = 60_000.0;
const GUESTS: usize = 1_000;

/// A kept connection that sends what is ready and reads what comes.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    fn to(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: vec![0; 256 * 1024] }
    }

    /// Sends a request; the body of the answer.
    fn call(&mut self, request: &[u8]) -> &[u8] {
        self.stream.write_all(request).unwrap();
        let mut filled = 0;
        loop {
            let count = self.stream.read(&mut self.buffer[filled..]).unwrap();
            assert!(count > 0, "the sandbox closed the connection");
            filled += count;
            if let Some((start, length)) = body(&self.buffer[..filled])
                && filled >= start + length
            {
                return &self.buffer[start..start + length];
            }
        }
    }
}

/// Where the body of an answer begins and how long it is, once the head is there.
fn body(answer: &[u8]) -> Option<(usize, usize)> {
    let find = |bytes: &[u8], wanted: &[u8]| bytes.windows(wanted.len()).position(|window| window == wanted);
    let start = find(answer, b"\r\n\r\n")? + 4;
    let name = b"Content-Length: ";
    let digits = &answer[find(&answer[..start], name)? + name.len()..];
    let digits = &digits[..find(digits, b"\r")?];
    Some((start, std::str::from_utf8(digits).unwrap().parse().unwrap()))
}

fn request(name: &str, token: &str, body: &str) -> Vec<u8> {
    let target = format!("/cgi-bin/externalcontact/{name}?access_token={token}");
    format!("POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Resident memory of this process in MB, the client's part included.
fn resident_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}

/// Seconds of processor time that this process has used, the client's part included. Unlike the time on the clock,
/// it hardly depends on what else the machine does.
fn processor_s() -> f64 {
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let ticks = |at: usize| after_name.split(' ').nth(at).and_then(|field| field.parse::<f64>().ok());
    ticks(11).zip(ticks(12)).map_or(f64::NAN, |(user, system)| (user + system) / TICKS)
}

/// Lets each connection do its share of `count` calls at once; how long it took, and what each gave.
fn at_once<T: Send>(
    address: &str,
    count: usize,
    work: impl Fn(&mut Connection, usize) -> T + Sync,
) -> (Duration, Vec<T>) {
    let begun = Instant::now();
    let all = thread::scope(|scope| {
        let share = |first: usize| {
            let mut connection = Connection::to(address);
            (first..count).step_by(CONNECTIONS).map(|number| work(&mut connection, number)).collect::<Vec<T>>()
        };
        let threads: Vec<_> = (0..CONNECTIONS).map(|first| scope.spawn(move || share(first))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    (begun.elapsed(), all)
}

/// The lines of the table that were printed.
struct Table(Vec<(String, Value)>);

impl Table {
    /// One line, against its goal.
    fn say(&mut self, what: &str, measured: f64, unit: &str, goal: f64, is_met: bool) {
        println!("{what:<44} {measured:>10.1} {unit:<7} goal {goal:>7} {}", if is_met { "met" } else { "MISSED" });
        self.0.push((what.into(), json!({unit: measured, "goal": goal})));
    }

    /// One line without a goal.
    fn mention(&mut self, what: &str, measured: f64, unit: &str) {
        println!("{what:<44} {measured:>10.1} {unit}");
        self.0.push((what.into(), json!({unit: measured})));
    }
}

fn main() {
    // Cargo adds its own arguments; a number is ours.
    let fill = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(QUOTA);
    let before_mb = resident_mb();
    let sandbox = Sandbox::start("{}").unwrap();
    let address = sandbox.base_url().trim_start_matches("http://");
    let info: serde_json::Value = serde_json::from_str(&sandbox.info_json()).unwrap();
    let (corp_id, secret) = (info["corp_id"].as_str().unwrap(), info["secret"].as_str().unwrap());
    let get = format!("GET /cgi-bin/gettoken?corpid={corp_id}&corpsecret={secret} HTTP/1.1\r\n\r\n");
    let mut connection = Connection::to(address);
    let token: serde_json::Value = serde_json::from_slice(connection.call(get.as_bytes())).unwrap();
    let token = token["access_token"].as_str().unwrap();

    println!("{fill} contact ways, {CONNECTIONS} connections");
    let mut table = Table(Vec::new());
    let mut ids: Vec<[u8; 32]> = Vec::with_capacity(fill);
    let (mut slowest, mut time) = (f64::INFINITY, Duration::ZERO);
    let begun_s = processor_s();
    let step = fill.div_ceil(10);
    while ids.len() < fill {
        let count = step.min(fill - ids.len());
        let (elapsed, added) = at_once(address, count, |connection, number| {
            let users = ["zhangsan", "lisi", "wangwu"];
            let (user, other) = (users[number % 3], users[(number + 1) % 3]);
            let body = format!(
                r#"{{"type":2,"scene":2,"remark":"channel {number}","state":"state-{number:012}","user":["{user}","{other}"]}}"#
            );
            let answer = connection.call(&request("add_contact_way", token, &body));
            let at = after(answer, br#""config_id":""#);
            <[u8; 32]>::try_from(&answer[at..at + 32]).unwrap()
        });
        ids.extend(added);
        time += elapsed;
        let rate = count as f64 / elapsed.as_secs_f64();
        slowest = slowest.min(rate);
        println!("  {:>7} held: {rate:>8.0} adds/s, {:>6.1} MB", ids.len(), resident_mb() - before_mb);
    }
    let adds = fill as f64 / time.as_secs_f64();
    let per_call = |begun_s: f64, calls: usize| (processor_s() - begun_s) * 1e6 / calls as f64;
    table.mention("processor time of an add and its client", per_call(begun_s, fill), "µs");
    table.say("adds a second", adds, "/s", CALLS_GOAL, adds >= CALLS_GOAL);
    table.say("adds a second, slowest tenth of the way", slowest, "/s", CALLS_GOAL, slowest >= CALLS_GOAL);

    let begun_s = processor_s();
    let (elapsed, _) = at_once(address, GETS, |connection, number| {
        // Far from the order in which they were made.
        let id = ids[number.wrapping_mul(7_919) % ids.len()];
        let get = request("get_contact_way", token, &one(&id));
        assert!(connection.call(&get).starts_with(br#"{"errcode":0,"#));
    });
    let gets = GETS as f64 / elapsed.as_secs_f64();
    table.mention("processor time of a get and its client", per_call(begun_s, GETS), "µs");
    table.say("gets a second", gets, "/s", CALLS_GOAL, gets >= CALLS_GOAL);

    let mut cursor = String::new();
    let mut times: Vec<f64> = (0..PAGES)
        .map(|_| {
            let list = request("list_contact_way", token, &format!(r#"{{"limit":1000,"cursor":"{cursor}"}}"#));
            let begun = Instant::now();
            let answer = connection.call(&list);
            let elapsed = begun.elapsed();
            let page: serde_json::Value = serde_json::from_slice(answer).unwrap();
            cursor = page["next_cursor"].as_str().unwrap().into();
            elapsed.as_secs_f64() * 1_000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let (median, ninth) = (times[PAGES / 2], times[PAGES * 9 / 10]);
    table.say("a page of 1,000, median", median, "ms", 1.0, median < 1.0);
    table.say("a page of 1,000, nine in ten", ninth, "ms", 1.0, ninth < 1.0);
    let held = resident_mb() - before_mb;
    table.say("memory, with the journal and this client", held, "MB", 400.0, held < 400.0);
    let (state, held_up) =
        state_beside_gets(address, &mut connection, &request("get_contact_way", token, &one(&ids[0])));
    table.mention("GET state, while gets go on", state, "ms");
    table.say("a get meanwhile, the longest", held_up, "ms", 20.0, held_up <= 20.0);
    let (memory, threads) = idle_guests(address);
    table.say("memory of 1,000 idle connections, both ends", memory, "MB", 30.0, memory < 30.0);
    table.say("threads beside them", threads, "threads", 20.0, threads <= 20.0);
    let begun = Instant::now();
    drop(connection);
    drop(sandbox);
    table.mention("stopped in", begun.elapsed().as_secs_f64() * 1_000.0, "ms");
    figures::record("sandbox", table.0);
}

fn one(id: &[u8; 32]) -> String {
    format!(r#"{{"config_id":"{}"}}"#, std::str::from_utf8(id).unwrap())
}

/// How long `GET state` takes, and the longest of the calls that another makes meanwhile, in milliseconds.
fn state_beside_gets(address: &str, connection: &mut Connection, get: &[u8]) -> (f64, f64) {
    let millis = |begun: Instant| begun.elapsed().as_secs_f64() * 1_000.0;
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut stream = TcpStream::connect(address).unwrap();
            let begun = Instant::now();
            stream.write_all(b"GET /sandbox/state HTTP/1.0\r\n\r\n").unwrap();
            let read = std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
            is_over.store(true, Ordering::Relaxed);
            assert!(read > 1_000_000, "{read} bytes are no state");
            millis(begun)
        });
        let mut longest: f64 = 0.0;
        while !is_over.load(Ordering::Relaxed) {
            let begun = Instant::now();
            assert!(connection.call(get).starts_with(br#"{"errcode":0,"#));
            longest = longest.max(millis(begun));
        }
        (reading.join().unwrap(), longest)
    })
}

/// What connections cost that were served once and then say nothing: memory in MB, and threads of this process.
fn idle_guests(address: &str) -> (f64, f64) {
    let before = resident_mb();
    let mut guests: Vec<TcpStream> = (0..GUESTS).map(|_| TcpStream::connect(address).unwrap()).collect();
    for guest in &mut guests {
        guest.write_all(b"GET /nowhere HTTP/1.1\r\n\r\n").unwrap();
        assert!(guest.read(&mut [0; 1024]).unwrap() > 0);
    }
    thread::sleep(Duration::from_secs(1));
    let threads = fs::read_dir("/proc/self/task").map_or(f64::NAN, |threads| threads.count() as f64);
    (resident_mb() - before, threads)
}

/// Where what follows `name` begins. A measurement of refusals would be none.
fn after(answer: &[u8], name: &[u8]) -> usize {
    let at = answer.windows(name.len()).position(|window| window == name);
    at.unwrap_or_else(|| panic!("refused: {}", String::from_utf8_lossy(answer))) + name.len()
}
