//! kill -9 at random moments of jobs of every kind, one after the other on one estate, with lost answers, requests that
//! land when their sender is dead, and a list that lags.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::AddAssign;
use std::thread;
use std::time::{Duration, Instant};

use contactway::{Client, Options};
use serde_json::{Value, json};

use crate::aftermath::open;
use crate::bench::{Bench, counts, ledger, read, row};
use crate::jobs::wait_until;
use crate::kills::{FEW, KILLS, SEED, set};
use crate::proxy::{Hold, Proxy};
use crate::support::{SIMPLE, add};
use crate::worker::{Worker, perform};

/// It settles later than what the proxy holds has landed and is listed.
const TIMES: &str = r#","timeout_ms":1500,"settle_s":3,"rate_limit":false"#;
const HOLD: Hold = Hold { share: 5, time: Duration::from_millis(1_400), seed: 0 };
/// The next run's, which nobody kills.
const PATIENT: &str = r#","timeout_ms":30000,"settle_s":3,"rate_limit":false"#;
/// Nothing of a killed job can land any more, and no right of its holds.
const SETTLED: Duration = Duration::from_secs(7);
const LOSSES: &str = r#"
    {"endpoint":"add_contact_way","share":0.03,"when":"before","do":{"reset":true}},
    {"endpoint":"add_contact_way","share":0.03,"when":"after","do":{"reset":true}},
    {"endpoint":"update_contact_way","share":0.03,"when":"after","do":{"reset":true}},
    {"endpoint":"*","share":1.0,"when":"after","do":{"delay_ms":20}}"#;

/// As many kills happen to one estate, and as many estates are at work at once.
const TOGETHER: usize = 25;
const AT_ONCE: usize = 6;
/// Each `apply` brings so many rows, and changes as many of before.
const ROWS: usize = 30;
const STRANGERS: usize = 10;
/// `apply` twice as often.
const JOBS: [&str; 5] = ["apply", "apply", "replace_user", "sync", "save_qr_codes"];

/// What is wanted of the contact ways, and known of them.
struct Estate {
    bench: Bench,
    proxy: Proxy,
    client: Client,
    /// Each key's remark.
    remarks: BTreeMap<String, String>,
    /// How many members have been replaced, one by the next.
    member: usize,
    /// The ids that the ledger has told of.
    told: BTreeMap<String, String>,
}

/// What became of the kills.
#[derive(Clone, Copy, Default)]
struct Tally {
    kills: usize,
    /// The job had not answered, and something of it was left to do.
    interrupted: usize,
    /// What was left to do of those.
    left: usize,
    /// Adds of which nobody knew what became.
    open: usize,
    held: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.kills += other.kills;
        self.interrupted += other.interrupted;
        self.left += other.left;
        self.open += other.open;
        self.held += other.held;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        let Self { kills, interrupted, left, open, held } = self;
        write!(
            to,
            "{kills} kills of jobs: {interrupted} in the midst of work, which left {left} rows, {open} adds among them \
             open; {held} requests were held"
        )
    }
}

fn member(number: usize) -> String {
    format!("member-{number}")
}

impl Estate {
    fn new(seed: u64) -> Self {
        let members = (0..=TOGETHER).map(|number| json!({"userid": member(number)}));
        let members: Vec<_> = members.chain([json!({"userid": "zhangsan"}), json!({"userid": "wangwu"})]).collect();
        let sandbox = format!(r#","list_lag_s":1,"seed":{},"members":{}"#, seed % 1_000_000, json!(members));
        let (proxy, bench) = Proxy::before_bench(Hold { seed, ..HOLD }, &sandbox);
        let client = bench.client(TIMES);
        bench.shop.faults(LOSSES);
        let (remarks, told) = (BTreeMap::new(), BTreeMap::new());
        Self { bench, proxy, client, remarks, member: 0, told }
    }

    fn rows(&self) -> Vec<Value> {
        let users = json!([member(self.member), "wangwu"]);
        self.remarks.iter().map(|(key, remark)| row(key, &json!({"remark": remark, "user": users}))).collect()
    }

    /// Wants something new, and names the request that has it done.
    fn next(&mut self, job: &str, run: usize) -> Value {
        match job {
            "apply" => {
                let before = self.remarks.values_mut().rev().take(ROWS);
                before.for_each(|remark| *remark = format!("since {run}"));
                let new = (0..ROWS).map(|nth| (format!("{run:04}-{nth:02}"), "new".to_owned()));
                self.remarks.extend(new);
                json!({"rows": self.rows()})
            }
            "replace_user" => {
                self.member += 1;
                json!({"from": member(self.member - 1), "to": [member(self.member)]})
            }
            "sync" => {
                let other = self.bench.other();
                // Whether their answers are lost is the strangers' affair.
                (0..STRANGERS).for_each(|_| drop(add(&other, SIMPLE)));
                json!({})
            }
            _ => json!({"directory": self.bench.path("codes"), "query": {"status": "active"}}),
        }
    }

    /// How much of a job is left to do.
    fn left(&self, job: &str) -> usize {
        let all = self.bench.all();
        match job {
            "apply" => self.rows().iter().filter(|row| !all.iter().any(|way| is_as_wanted(way, row))).count(),
            "replace_user" => {
                let before = json!(member(self.member - 1));
                all.iter().filter(|way| way["user"].as_array().unwrap().contains(&before)).count()
            }
            "sync" => all.len().saturating_sub(self.active().len()),
            _ => self.active().len().saturating_sub(self.pictures().len()),
        }
    }

    fn pictures(&self) -> Vec<Vec<u8>> {
        let Ok(files) = std::fs::read_dir(self.bench.path("codes")) else { return Vec::new() };
        // One that was being written when its process was killed has no name of its own yet.
        let named =
            files.map(|file| file.unwrap()).filter(|file| !file.file_name().as_encoded_bytes().starts_with(b"."));
        named.map(|file| std::fs::read(file.path()).unwrap()).collect()
    }

    fn active(&self) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), json!(""));
        loop {
            let query = json!({"limit": 1000, "status": "active", "cursor": cursor});
            let page = read(self.client.ledger(&query.to_string(), &Options::default()));
            all.extend(page["entries"].as_array().unwrap().clone());
            cursor = page["next_cursor"].clone();
            if cursor == "" {
                return all;
            }
        }
    }

    /// Kills a job at a random moment.
    fn kill(&mut self, run: usize, chance: &mut fastrand::Rng) -> Tally {
        let job = JOBS[chance.usize(..JOBS.len())];
        let request = self.next(job, run);
        self.bench.forget_calls();
        let mut worker = Worker::start(&self.bench.config(TIMES), job, &request);
        let begun = Instant::now();
        while self.bench.shop.calls().iter().all(|call| call == "gettoken") && !worker.has_ended() {
            assert!(begun.elapsed() < Duration::from_secs(60), "{job} does not begin");
            thread::sleep(Duration::from_millis(2));
        }
        thread::sleep(Duration::from_micros(chance.u64(..150_000)));
        let had_not_answered = worker.kill();
        let left = if had_not_answered { self.left(job) } else { 0 };
        self.nothing_told_is_lost();
        Tally { kills: 1, interrupted: usize::from(left > 0), left, ..Tally::default() }
    }

    fn nothing_told_is_lost(&mut self) {
        let now: BTreeMap<_, _> =
            self.active().iter().filter_map(|entry| Some((text(&entry["key"])?, text(&entry["config_id"])?))).collect();
        for (key, config_id) in &self.told {
            assert_eq!(now.get(key), Some(config_id), "an id that was told is lost: {key}");
        }
        self.told = now;
    }

    /// The next run of everything, and what must hold after it.
    fn must_hold(&mut self) {
        self.bench.shop.ask("DELETE", "/sandbox/faults", "");
        self.proxy.hold_no_more();
        thread::sleep(SETTLED);
        self.client = self.bench.client(PATIENT);
        let rows = json!({"rows": self.rows()});
        for (job, request) in [("apply", &rows), ("sync", &json!({})), ("apply", &rows)] {
            let answer = perform(&self.client, job, &request.to_string());
            assert_eq!((&answer["errcode"], answer["failed"].as_u64().unwrap_or(0)), (&json!(0), 0), "{job}: {answer}");
        }
        self.nothing_told_is_lost();
        let all = self.bench.all();
        for row in self.rows() {
            let its = all.iter().filter(|way| way["state"] == row["contact_way"]["state"]).collect::<Vec<_>>();
            assert!(its.len() == 1 && is_as_wanted(its[0], &row), "not as wanted, or twice: {its:?}, {row}");
        }
        let strangers = all.iter().filter(|way| way["state"] == "").count();
        assert_eq!(all.len(), self.remarks.len() + strangers, "one a key");
        let ids = |ways: &[Value]| ways.iter().filter_map(|way| text(&way["config_id"])).collect::<BTreeSet<_>>();
        assert_eq!(ids(&all), ids(&self.active()), "all that WeCom has is in the ledger, and nothing else");
        assert_eq!(open(&self.client), 0);
        assert_eq!(
            counts(&perform(&self.client, "apply", &rows.to_string())),
            json!({"unchanged": self.remarks.len()})
        );
        let codes = json!({"directory": self.bench.path("codes"), "query": {"status": "active"}});
        let saved = perform(&self.client, "save_qr_codes", &codes.to_string());
        assert_eq!((&saved["errcode"], &saved["saved"]), (&json!(0), &json!(all.len())), "{saved}");
        let pictures = self.pictures();
        assert_eq!(pictures.len(), all.len(), "each has its picture");
        assert!(pictures.iter().all(|picture| picture.starts_with(b"\x89PNG") && picture.ends_with(b"IEND\xaeB`\x82")));
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn is_as_wanted(way: &Value, row: &Value) -> bool {
    ["state", "remark", "user"].iter().all(|name| way[*name] == row["contact_way"][*name])
}

fn estate(seed: u64, kills: usize) -> Tally {
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut estate = Estate::new(seed);
    let mut tally = Tally::default();
    for run in 0..kills {
        tally += estate.kill(run, &mut chance);
    }
    tally += Tally { open: open(&estate.client), held: estate.proxy.held(), ..Tally::default() };
    estate.must_hold();
    tally
}

#[test]
fn jobs_of_every_kind_that_are_killed_lose_double_and_undo_nothing() {
    let kills: usize = set(KILLS).unwrap_or(FEW);
    let seed = set(SEED).unwrap_or_else(|| fastrand::u64(..));
    println!("{SEED}={seed} {KILLS}={kills}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let estates: Vec<_> =
        (0..kills).step_by(TOGETHER).map(|done| (chance.u64(..), TOGETHER.min(kills - done))).collect();
    let (begun, mut tally) = (Instant::now(), Tally::default());
    for some in estates.chunks(AT_ONCE) {
        thread::scope(|scope| {
            let at_work: Vec<_> = some.iter().map(|(seed, kills)| scope.spawn(|| estate(*seed, *kills))).collect();
            for work in at_work {
                tally += work.join().unwrap();
            }
        });
        println!("{tally}, in {} s", begun.elapsed().as_secs());
    }
    // Of a few it may be that none does.
    assert!(kills < 100 || tally.interrupted * 4 >= kills, "too few kills interrupted anything");
}

/// What a proxy holds for longer than `settle_s` may make a second contact way: no key has it, and `sync` takes it in.
#[test]
fn what_lands_later_than_settle_s_is_a_second_one_that_sync_takes_in() {
    let (proxy, bench) = Proxy::before_bench(Hold { share: 100, time: Duration::from_secs(4), seed: 0 }, "");
    let worker =
        Worker::start(&bench.config(r#","timeout_ms":500,"settle_s":0"#), "add", &row("a", &json!({}))["contact_way"]);
    wait_until(|| proxy.held() == 1);
    worker.kill();
    // By another way than through the proxy's patience.
    let client = bench.client(r#","timeout_ms":20000,"settle_s":0"#);
    let answer = perform(&client, "add", &row("a", &json!({}))["contact_way"].to_string());
    assert_eq!(answer["errcode"], 0, "{answer}");
    wait_until(|| bench.all().len() == 2);
    let answer = perform(&client, "sync", "{}");
    assert_eq!(counts(&answer), json!({"listed": 2, "known": 1, "adopted": 1}), "{answer}");
    let keys: Vec<_> = ledger(&client, &json!({"status": "active"})).iter().map(|entry| entry["key"].clone()).collect();
    assert_eq!(keys, [json!("a"), Value::Null]);
}
