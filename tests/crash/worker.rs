//! Another process that does one thing with the ledger, which a test may stop.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use contactway::{Client, Endpoint, Error, Options, Shared};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::bench::read;

const CONFIG: &str = "CONTACTWAY_WORKER_CONFIG";
const TASK: &str = "CONTACTWAY_WORKER_TASK";
const REQUEST: &str = "CONTACTWAY_WORKER_REQUEST";
/// What a process says before its answer.
const ANSWER: &str = "ANSWER ";
/// Longer than a lease, of which a server does not know that its holder is dead.
const PATIENCE: Duration = Duration::from_secs(20);

/// Does what a test wants done: a job, or an `add`, `update` or `del`; an add's key is its state.
pub fn perform(client: &Client, task: &str, request: &str) -> Value {
    let options = Options::default();
    let begun = Instant::now();
    loop {
        let answer = read(attempt(client, task, request, &options));
        // Another job's lease runs out.
        let is_held = answer["error"]["kind"] == "conflict" && answer["error"]["retryable"] == true;
        if !is_held || begun.elapsed() > PATIENCE {
            return answer;
        }
        thread::sleep(Duration::from_millis(100));
    }
}

fn attempt(client: &Client, task: &str, request: &str, options: &Options) -> Result<String, Error> {
    match task {
        "apply" => client.apply(request, options, None),
        "sync" => client.sync(request, options, None),
        "replace_user" => client.replace_user(request, options, None),
        "save_qr_codes" => client.save_qr_codes(request, options, None),
        "add" => {
            let read: Value = serde_json::from_str(request).unwrap();
            let key = read["state"].as_str().map(str::to_owned);
            client.call(Endpoint::Add, request, &Options { key, ..options.clone() })
        }
        "update" => client.call(Endpoint::Update, request, options),
        "del" => client.call(Endpoint::Del, request, options),
        other => panic!("{other}"),
    }
}

/// A process at its task; it lives no longer than the test.
pub struct Worker(Child);

impl Worker {
    pub fn start(config: &str, task: &str, request: &Value) -> Self {
        Self::start_with(config, task, request, &[])
    }

    /// With more in its environment.
    pub fn start_with(config: &str, task: &str, request: &Value, environment: &[(&str, String)]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["worker::another_process", "--exact", "--ignored", "--nocapture"]);
        command.env(CONFIG, config).env(TASK, task).env(REQUEST, request.to_string());
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        Self(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap())
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// kill -9; whether it had not answered.
    pub fn kill(mut self) -> bool {
        let _may_have_ended = self.0.kill();
        self.end().is_none()
    }

    /// What it answers in the end, unless it is killed before.
    pub fn end(&mut self) -> Option<Value> {
        let mut output = String::new();
        self.0.stdout.take().unwrap().read_to_string(&mut output).unwrap();
        self.0.wait().unwrap();
        let answer = output.lines().find_map(|line| line.strip_prefix(ANSWER))?;
        serde_json::from_str(answer).ok()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _may_have_ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

#[test]
#[ignore = "what other tests start as a process of its own"]
fn another_process() {
    let Ok(config) = std::env::var(CONFIG) else { return };
    let client = Client::new(&config, &Shared::default()).unwrap();
    let answer = perform(&client, &std::env::var(TASK).unwrap(), &std::env::var(REQUEST).unwrap());
    println!("\n{ANSWER}{answer}");
}
