//! Several processes at one store.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::*;

/// What a process started by a test is to do.
const ROLE: &str = "CONTACTWAY_TEST_ROLE";
const URL: &str = "CONTACTWAY_TEST_URL";
const CORP_ID: &str = "CONTACTWAY_TEST_CORP_ID";

/// Another process, which lives no longer than the test.
pub struct Other(pub Child);

impl Other {
    pub fn new(role: &str, url: &str, corp_id: &str) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::tests::processes::another_process", "--ignored", "--nocapture"])
            .envs([(ROLE, role), (URL, url), (CORP_ID, corp_id)])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// The lines that it prints after `said `.
    pub fn said(&mut self) -> impl Iterator<Item = String> + use<> {
        let lines = BufReader::new(self.0.stdout.take().unwrap()).lines();
        lines.map_while(Result::ok).filter_map(|line| line.split_once("said ").map(|(_, said)| said.to_owned()))
    }

    /// kill -9
    pub fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _may_have_ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

#[test]
#[ignore = "what other tests start as a process of its own"]
fn another_process() {
    let of = |name: &str| std::env::var(name).unwrap_or_default();
    let (role, url, corp_id) = (of(ROLE), of(URL), of(CORP_ID));
    if role.is_empty() {
        return;
    }
    let store = match open(&url) {
        Ok(store) => store,
        Err(error) => return println!("\nsaid {error}"),
    };
    store.corp(&call(), &corp_id, "https://wecom").unwrap();
    let bench = Bench { store, url, corp_id };
    match role.as_str() {
        "opens" => println!("\nsaid open"),
        "takes the lease" => {
            let leased = bench.store.take_lease(&call(), &bench.corp_id, "sync").unwrap();
            println!("\nsaid {}", matches!(leased, Leased::Ours { .. }));
            std::thread::park();
        }
        "holds the lock" => {
            let hold = |sql: &mut dyn Sql| {
                sql.change("DELETE FROM contactway_lease WHERE corp_id = 'nobody'", &[])?;
                println!("\nsaid locked");
                std::thread::park();
                Ok(())
            };
            bench.store.with(&call(), Need::Durable, hold).unwrap();
        }
        "adds" => {
            for number in 0.. {
                let name = format!("{}-{number}", std::process::id());
                let at = bench.begun(&name);
                println!("\nsaid intended {name}");
                bench.change(at, bench.acked(&name));
                println!("\nsaid completed {name}");
            }
        }
        "fetches" => println!("\nsaid {}", fetches(&bench)),
        other => panic!("{other}"),
    }
}

/// Gets a token, as processes that share one do, and says whether it fetched it itself.
fn fetches(bench: &Bench) -> bool {
    let (call, owner) = (call(), bench.corp_id.as_bytes());
    loop {
        let row = bench.store.token(&call, owner).unwrap();
        if row.token.is_some() {
            return false;
        }
        let now = bench.store.now(&call).unwrap();
        if now < row.fetch_until {
            std::thread::sleep(Duration::from_millis(20));
            continue;
        }
        let me = Some(std::process::id().to_string());
        if !bench.store.swap_token(&call, owner, &TokenRow { fetcher: me, fetch_until: now + 5000, ..row }).unwrap() {
            continue;
        }
        std::thread::sleep(Duration::from_millis(100));
        let row = bench.store.token(&call, owner).unwrap();
        let token = Some(crate::secret::Secret::new("token".to_owned()));
        let row = TokenRow { version: row.version + 1, token, fetcher: None, fetch_until: 0, ..row };
        assert!(bench.store.swap_token(&call, owner, &row).unwrap());
        return true;
    }
}

#[test]
fn twenty_processes_fetch_one_token() {
    each(|bench| {
        let mut others: Vec<_> = (0..20).map(|_| Other::new("fetches", &bench.url, &bench.corp_id)).collect();
        let fetched = others.iter_mut().filter_map(|other| other.said().next()).filter(|said| said == "true").count();
        assert_eq!(fetched, 1);
    });
}

#[cfg(feature = "sqlite")]
#[test]
fn twenty_processes_open_one_fresh_file_at_once() {
    for _ in 0..3 {
        let directory = Directory::new();
        let mut others: Vec<_> = (0..20).map(|_| Other::new("opens", &directory.url(), "ww1")).collect();
        for other in &mut others {
            assert_eq!(other.said().next().as_deref(), Some("open"));
        }
    }
}

#[test]
fn nothing_that_was_told_is_lost_when_its_process_is_killed() {
    each(|bench| {
        let mut told = Vec::new();
        for round in 0..3 {
            let mut others: Vec<_> = (0..3).map(|_| Other::new("adds", &bench.url, &bench.corp_id)).collect();
            let mut said: Vec<_> = others.iter_mut().map(Other::said).collect();
            told.extend(said.iter_mut().filter_map(Iterator::next));
            std::thread::sleep(Duration::from_millis(100 + 70 * round));
            others.iter_mut().for_each(Other::kill);
            told.extend(said.into_iter().flatten());
        }
        let entries = bench.find(&bench.query());
        assert!(told.len() > 9, "{}", told.len());
        for line in &told {
            let (what, key) = line.split_once(' ').unwrap();
            let status = entries.iter().find(|entry| entry.key.as_deref() == Some(key)).map(|entry| entry.status);
            match what {
                "completed" => assert_eq!(status, Some(Status::Active), "{line}"),
                _ => assert!(status.is_some(), "{line}"),
            }
        }
        assert!(entries.iter().filter(|entry| entry.status == Status::Intended).count() <= 9);
    });
}

#[cfg(all(feature = "sqlite", target_os = "linux"))]
#[test]
fn the_lease_of_a_process_that_was_killed_is_free_at_once() {
    let directory = Directory::new();
    let store = open(&directory.url()).unwrap();
    let mut other = Other::new("takes the lease", &directory.url(), "ww1");
    assert_eq!(other.said().next().as_deref(), Some("true"));
    let take = || store.take_lease(&call(), "ww1", "apply").unwrap();
    assert!(matches!(take(), Leased::Held { .. }));
    other.kill();
    assert!(matches!(take(), Leased::Ours { .. }));
}

#[cfg(all(feature = "sqlite", target_os = "linux"))]
#[test]
fn a_lock_that_a_stopped_process_holds_is_told_with_its_number() {
    let directory = Directory::new();
    let store = open(&directory.url()).unwrap();
    store.corp(&call(), "ww1", "https://wecom").unwrap();
    let bench = Bench { store, url: directory.url(), corp_id: "ww1".to_owned() };
    let mut other = Other::new("holds the lock", &bench.url, "ww1");
    assert_eq!(other.said().next().as_deref(), Some("locked"));
    let process = other.0.id().to_string();
    assert!(Command::new("kill").args(["-STOP", &process]).status().unwrap().success());
    let patience = Duration::from_millis(300);
    let begun = std::time::Instant::now();
    let error = bench.store.intend(&Call::new(patience), vec![bench.intent("a")]).unwrap_err();
    assert!((patience..patience * 4).contains(&begun.elapsed()), "{:?}", begun.elapsed());
    assert_eq!(error.kind(), Kind::Store);
    for part in ["ledger.db", &process, "stopped", "timeout_ms"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    assert_eq!(bench.store.count(&call(), &bench.query()).unwrap(), 0, "looking needs no lock");
    other.kill();
    bench.begun("a");
}

#[cfg(unix)]
#[test]
fn a_store_from_before_a_fork_says_so() {
    each(|bench| {
        // As a child would find it.
        let store = Store { process: 1, ..Store::new(Box::new(Nowhere)) };
        let error = store.find(&call(), &bench.query(), 0, 1).unwrap_err();
        assert!(error.to_string().contains("fork"), "{error}");
    });
}

struct Nowhere;

impl Home for Nowhere {
    fn transact(&self, _: &Call, _: Need, _: Work) -> Result<(), Error> {
        panic!("a child must not use its parent's connection")
    }

    fn holder(&self) -> String {
        String::new()
    }

    fn is_dead(&self) -> fn(&str) -> bool {
        |_| false
    }
}
