//! Other processes, each with a client of its own.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{io, thread};

use contactway::{Client, Level, Logger, Shared};

use crate::support::list;

/// The configuration of the process's client.
const CONFIG: &str = "CONTACTWAY_TEST_CONFIG";

/// Another process, which lives no longer than the test.
pub struct Process {
    child: Child,
    orders: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

/// What came of a call.
#[derive(Debug)]
pub struct Came {
    pub errcode: i64,
    pub wait: Duration,
    pub elapsed: Duration,
    pub text: String,
}

impl Process {
    /// So many, started at once; all have their client when this returns.
    pub fn ready(count: usize, config: &str) -> Vec<Self> {
        let mut processes: Vec<_> = (0..count).map(|_| Self::start(config)).collect();
        for process in &mut processes {
            assert_eq!(process.next(), "ready");
        }
        processes
    }

    fn start(config: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "process::another_process", "--ignored", "--nocapture"])
            .env(CONFIG, config)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (orders, said) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, orders, said: BufReader::new(said).lines() }
    }

    /// What it says next.
    fn next(&mut self) -> String {
        let mut lines = self.said.by_ref().map_while(Result::ok);
        lines.find_map(|line| line.split_once("said ").map(|(_, said)| said.to_owned())).expect("the process ended")
    }

    pub fn order(&mut self, what: &str) {
        writeln!(self.orders, "{what}").unwrap();
    }

    pub fn came(&mut self) -> Came {
        let said = self.next();
        let mut fields = said.splitn(4, ' ');
        let mut number = || fields.next().unwrap().parse::<i64>().unwrap();
        let (errcode, wait, elapsed) = (number(), number().unsigned_abs(), number().unsigned_abs());
        let text = fields.next().unwrap_or_default().to_owned();
        Came { errcode, wait: Duration::from_millis(wait), elapsed: Duration::from_millis(elapsed), text }
    }

    /// How many of the calls of a process at full speed WeCom answered, and how many it refused.
    pub fn counted(&mut self) -> (u32, u32) {
        let said = self.next();
        let (done, refused) = said.split_once(' ').unwrap();
        (done.parse().unwrap(), refused.parse().unwrap())
    }

    /// kill -9
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _may_have_ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// All of them list at once; what came of it.
pub fn list_at_once(processes: &mut [Process]) -> Vec<Came> {
    for process in &mut *processes {
        process.order("list");
    }
    processes.iter_mut().map(Process::came).collect()
}

struct ToStderr;

impl Logger for ToStderr {
    fn line(&self, _: Level, message: &str) {
        if message.contains("\"event\":\"store\"") {
            eprintln!("{message}");
        }
    }
}

#[test]
#[ignore = "what other tests start as a process of its own"]
fn another_process() {
    let Ok(config) = std::env::var(CONFIG) else { return };
    let shared = Shared::default();
    // The test sees why a process that should not did without the store.
    shared.set_logger(Some(Arc::new(ToStderr)), Level::Warning);
    let client = Client::new(&config, &shared).unwrap();
    println!("\nsaid ready");
    for order in io::stdin().lines().map_while(Result::ok) {
        match order.split_once(' ') {
            None => lists(&client),
            Some((_, seconds)) => at_full_speed(&client, Duration::from_secs_f64(seconds.parse().unwrap())),
        }
    }
}

fn lists(client: &Client) {
    let began = Instant::now();
    let (errcode, wait, text) = match list(client, "{}") {
        Ok(_) => (0, Duration::ZERO, "ok".to_owned()),
        Err(error) => (error.errcode(), error.retry_after().unwrap_or_default(), error.to_string()),
    };
    println!("\nsaid {errcode} {} {} {text}", wait.as_millis(), began.elapsed().as_millis());
}

fn at_full_speed(client: &Client, time: Duration) {
    let (done, refused, over) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    match list(client, "{}") {
                        Ok(_) => done.fetch_add(1, Ordering::Relaxed),
                        Err(error) if error.errcode() == -1005 => 0,
                        Err(_) => refused.fetch_add(1, Ordering::Relaxed),
                    };
                }
            });
        }
        thread::sleep(time);
        over.store(true, Ordering::Relaxed);
    });
    println!("\nsaid {} {}", done.into_inner(), refused.into_inner());
}
