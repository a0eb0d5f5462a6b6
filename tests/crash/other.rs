//! Another process that adds contact ways, which a test may stop.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;

use contactway::{Client, Shared};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::books::{Books, add, config_id, key, request};

/// What the process is to do: a client's configuration, and keys between spaces. Each thread adds its share of them.
const CONFIG: &str = "CONTACTWAY_TEST_CONFIG";
const KEYS: &str = "CONTACTWAY_TEST_KEYS";
const THREADS: &str = "CONTACTWAY_TEST_THREADS";

/// What is added for a key: keys that differ only behind a `=` have equal requests.
pub fn request_of(key: &str) -> String {
    request(key.split('=').next().unwrap_or_default())
}

/// It lives no longer than the test.
pub struct Other {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

/// What the process said of one add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub key: String,
    /// Or the kind of its error.
    pub config_id: Result<String, String>,
}

impl Other {
    /// Starts a process that adds these keys, with `more` in its configuration.
    pub fn adds(books: &Books, keys: &[String], threads: usize, more: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "other::another_process", "--ignored", "--nocapture"])
            .envs([(CONFIG, books.config(more)), (KEYS, keys.join(" ")), (THREADS, threads.to_string())])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, said }
    }

    /// The same for one key.
    pub fn adding(books: &Books, key: &str, more: &str) -> Self {
        Self::adds(books, &[key.to_owned()], 1, more)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// kill -9; what it had said.
    pub fn kill(mut self) -> Vec<Told> {
        self.child.kill().unwrap();
        self.rest()
    }

    /// What it said, to its end.
    pub fn rest(&mut self) -> Vec<Told> {
        let lines = self.said.by_ref().map_while(Result::ok);
        let told = lines.filter_map(|line| {
            let (_, told) = line.split_once("told ")?;
            let (key, outcome) = told.split_once(' ')?;
            // A line may have been cut in the midst.
            let config_id = match outcome.strip_suffix('.')?.split_once(' ')? {
                ("made", config_id) => Ok(config_id.to_owned()),
                (_, kind) => Err(kind.to_owned()),
            };
            Some(Told { key: key.to_owned(), config_id })
        });
        let told = told.collect();
        self.child.wait().unwrap();
        told
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _may_have_ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

#[test]
#[ignore = "what other tests start as a process of its own"]
fn another_process() {
    let of = |name: &str| std::env::var(name).unwrap_or_default();
    let (config, keys, threads) = (of(CONFIG), of(KEYS), of(THREADS).parse().unwrap_or(1));
    if config.is_empty() {
        return;
    }
    let client = Client::new(&config, &Shared::default()).unwrap();
    let keys: Vec<_> = keys.split(' ').collect();
    thread::scope(|scope| {
        for first in 0..threads {
            let (client, keys) = (&client, &keys);
            scope.spawn(move || {
                for name in keys.iter().skip(first).step_by(threads) {
                    match add(client, &request_of(name), &key(name)) {
                        Ok(answer) => println!("\ntold {name} made {}.", config_id(&answer)),
                        Err(error) => println!("\ntold {name} failed {}.", error.kind().name()),
                    }
                }
            });
        }
    });
}
