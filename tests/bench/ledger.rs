//! How fast rows are applied, every one of them written down durably before it is sent, and how much memory that needs.
//!
//! `cargo bench --bench ledger`, or with numbers behind it to apply so many rows. The sandbox is a process of its own on
//! this machine, limits are off, and the store is SQLite in the build's directory, not on a tmpfs. `CONTACTWAY_BENCH_STORE`
//! names another store, such as `postgres://…`.
// A program of measurements: it ends where something goes wrong.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss)]

mod figures;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use contactway::{Client, Options, Shared, json_get};
use serde_json::{Value, json};

const ROWS: [usize; 2] = [20_000, 100_000];
const ROWS_PER_SECOND_GOAL: f64 = 5_000.0;
const AGAIN_GOAL_S: f64 = 3.0;
const MEMORY_GOAL_MB: f64 = 64.0;

/// A sandbox in its own process.
struct Sandbox {
    process: Child,
    config: Value,
}

impl Sandbox {
    /// Of a corporation of its own, since a store knows each at one address alone.
    fn start(directory: &Path, corp_id: &str) -> Self {
        let world = directory.join("world.json");
        fs::write(&world, json!({"apps": [{"corp_id": corp_id, "secret": "of-the-benchmark"}]}).to_string()).unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_contactway-sandbox"));
        let mut process = program.arg("--config").arg(world).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let config = serde_json::from_str(&json_get(&line, "/client_config").unwrap()).unwrap();
        Self { process, config }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ended = self.process.kill().and_then(|()| self.process.wait());
    }
}

/// A directory of the build, empty.
fn directory() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-ledger");
    let _was_not_there = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

fn write_rows(path: &Path, count: usize) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    for nth in 0..count {
        writeln!(
            file,
            r#"{{"key":"shop-{nth:06}","contact_way":{{"type":2,"scene":2,"remark":"shop {nth}","user":["zhangsan","lisi"],"state":"s{nth}"}}}}"#
        )
        .unwrap();
    }
    file.flush().unwrap();
}

/// The most memory that this process ever held, in MB.
fn peak_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

fn verdict(is_met: bool) -> &'static str {
    if is_met { "met" } else { "NOT MET" }
}

fn main() {
    let counts: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let counts = if counts.is_empty() { ROWS.to_vec() } else { counts };
    println!("load: {}", fs::read_to_string("/proc/loadavg").unwrap().trim());
    println!("rows     new rows/s  again s  peak MB  (goals {ROWS_PER_SECOND_GOAL}, {AGAIN_GOAL_S}, {MEMORY_GOAL_MB})");
    let store = std::env::var("CONTACTWAY_BENCH_STORE").ok();
    let rows = counts.into_iter().map(|count| measure(count, store.as_deref())).collect();
    let kind = store.as_deref().and_then(|store| store.split_once(':')).map_or("sqlite", |(scheme, _)| scheme);
    figures::record(&format!("apply, {kind}"), rows);
}

/// Applies so many rows twice; the line of the table that it printed.
fn measure(count: usize, store: Option<&str>) -> (String, Value) {
    let directory = directory();
    let rows = directory.join("rows.jsonl");
    write_rows(&rows, count);
    let sandbox = Sandbox::start(&directory, &format!("ww{count:016}"));
    let mut config = sandbox.config.clone();
    let sqlite = format!("sqlite:{}", directory.join("ledger.db").display());
    config["store"] = store.unwrap_or(&sqlite).into();
    config["rate_limit"] = false.into();
    config["max_in_flight"] = 0.into();
    let client = Client::new(&config.to_string(), &Shared::default()).unwrap();
    let request = json!({"path": rows}).to_string();
    let apply = |what: &str| {
        let began = Instant::now();
        let answer = client.apply(&request, &Options::default(), None).unwrap();
        let seconds = began.elapsed().as_secs_f64();
        assert_eq!(json_get(&answer, what), Some(count.to_string()), "{answer}");
        seconds
    };
    let (new, again) = (count as f64 / apply("/created"), apply("/unchanged"));
    let peak = peak_mb();
    println!(
        "{count:<8} {new:>10.0}  {again:>7.2}  {peak:>7.1}  {}, {}, {}",
        verdict(new >= ROWS_PER_SECOND_GOAL),
        verdict(again < AGAIN_GOAL_S),
        verdict(peak < MEMORY_GOAL_MB)
    );
    fs::remove_dir_all(&directory).unwrap();
    (count.to_string(), json!({"new_rows_a_second": new, "again_s": again, "peak_mb": peak}))
}
