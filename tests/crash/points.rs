//! A stop before and after each send, each answer and each write of everything that changes the ledger. The points are
//! not listed here: a run that is not stopped counts them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use contactway::Client;
use serde_json::{Value, json};

use crate::aftermath::open;
use crate::bench::{Bench, apply_with, entry, ledger, row};
use crate::kills::{KILLS, SEED, set};
use crate::support::added;
use crate::support::books::postgres;
use crate::support::directory::Directory;
use crate::worker::{Worker, perform};

/// So little that the next run need not wait for long.
const TIMES: &str = r#","timeout_ms":2000,"settle_s":0,"rate_limit":false"#;
/// As many stops are tried at once: they wait more than they work.
const AT_ONCE: usize = 8;

/// Of so many points one is tried, with a random one to begin with.
fn step() -> usize {
    let is_long = set::<usize>(KILLS).is_some();
    // PostgreSQL's are many, and of a dead holder's lease it waits for the end.
    match (is_long, postgres().is_some()) {
        (true, false) => 1,
        (true, true) | (false, false) => 8,
        (false, true) => 50,
    }
}

/// Something that is stopped.
struct Scene {
    task: &'static str,
    /// What there is before.
    prepare: fn(&Bench, &Client),
    /// The request, and once more for the next run.
    request: fn(&Client) -> Value,
    /// The `state`, `remark` and users of every contact way in the end.
    wanted: &'static [(&'static str, &'static str, &'static str)],
}

const SCENES: [Scene; 6] = [
    Scene {
        task: "add",
        prepare: |_, _| {},
        request: |_| row("a", &json!({}))["contact_way"].clone(),
        wanted: &[("a", "a", "zhangsan")],
    },
    Scene {
        task: "update",
        prepare: |_, client| made(client, &["a", "b"]),
        request: |client| json!({"config_id": id(client, "a"), "remark": "new"}),
        wanted: &[("a", "new", "zhangsan"), ("b", "a", "zhangsan")],
    },
    Scene {
        task: "del",
        prepare: |_, client| made(client, &["a", "b"]),
        request: |client| json!({"config_id": id(client, "a")}),
        wanted: &[("b", "a", "zhangsan")],
    },
    Scene {
        task: "sync",
        prepare: |bench, client| {
            made(client, &["a"]);
            added(&bench.other());
            added(&bench.other());
        },
        request: |_| json!({}),
        wanted: &[("a", "a", "zhangsan"), ("", "", "zhangsan"), ("", "", "zhangsan")],
    },
    Scene {
        task: "replace_user",
        prepare: |_, client| made(client, &["a", "b"]),
        request: |_| json!({"from": "zhangsan", "to": ["lisi"]}),
        wanted: &[("a", "a", "lisi"), ("b", "a", "lisi")],
    },
    Scene {
        task: "apply",
        prepare: |_, client| made(client, &["same", "changed", "replaced", "missing"]),
        request: |_| {
            let rows = [
                row("same", &json!({})),
                row("changed", &json!({"remark": "new"})),
                row("replaced", &json!({"type": 1})),
                row("new", &json!({})),
            ];
            json!({"rows": rows, "namespace": "n", "replace": true, "delete_missing": true, "max_delete": 1, "concurrency": 1})
        },
        wanted: &[
            ("same", "a", "zhangsan"),
            ("changed", "new", "zhangsan"),
            ("replaced", "a", "zhangsan"),
            ("new", "a", "zhangsan"),
        ],
    },
];

fn made(client: &Client, keys: &[&str]) {
    let rows: Vec<_> = keys.iter().map(|key| row(key, &json!({}))).collect();
    let answer = apply_with(client, &rows, &json!({"namespace": "n"}));
    assert_eq!(answer["created"], keys.len(), "{answer}");
}

/// Also of one that the next run finds deleted.
fn id(client: &Client, key: &str) -> Value {
    ledger(client, &json!({"key": key}))[0]["config_id"].clone()
}

/// What is preloaded, made once.
struct Stopper(Directory);

impl Stopper {
    fn new() -> Self {
        let directory = Directory::new();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/crash/stop.c");
        let made = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()))
            .args(["-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", source, "-ldl", "-o"])
            .arg(directory.path().join("stop.so"))
            .status();
        assert!(made.unwrap().success());
        Self(directory)
    }

    /// Runs a scene in a process that is stopped at a point, if there is one; the points that it passed.
    fn stopped(&self, scene: &Scene, at: Option<usize>) -> Vec<String> {
        let bench = Bench::new();
        let client = bench.client("");
        (scene.prepare)(&bench, &client);
        let request = (scene.request)(&client);
        let file = bench.path("points");
        let environment = [
            ("LD_PRELOAD", self.0.path().join("stop.so").display().to_string()),
            ("CONTACTWAY_STOP_FILE", file.display().to_string()),
            ("CONTACTWAY_STOP_AT", at.unwrap_or(0).to_string()),
        ];
        let answer = Worker::start_with(&bench.config(TIMES), scene.task, &request, &environment).end();
        let passed = points(&file);
        match at {
            None => assert_eq!(answer.as_ref().map(|answer| &answer["errcode"]), Some(&json!(0)), "{answer:?}"),
            // Threads take turns, so that there may be some points less.
            Some(at) => assert_eq!(answer.is_none(), passed.len() >= at, "{}: {answer:?}", scene.task),
        }
        must_hold(&bench, scene, &format!("{} at {at:?}, after {:?}", scene.task, passed.last()));
        passed
    }
}

fn points(file: &PathBuf) -> Vec<String> {
    fs::read_to_string(file).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// The next run, and what must hold after it.
fn must_hold(bench: &Bench, scene: &Scene, place: &str) {
    let client = bench.client(r#","timeout_ms":20000,"settle_s":0,"rate_limit":false"#);
    let answer = perform(&client, scene.task, &(scene.request)(&client).to_string());
    let is_done = answer["errcode"] == 0 || (scene.task == "del" && answer["errcode"] == 41044);
    assert!(is_done && answer["failed"].as_u64().unwrap_or(0) == 0, "{place}: {answer}");
    let all = bench.all();
    let there: BTreeMap<_, usize> = all.iter().fold(BTreeMap::new(), |mut there, way| {
        let text = |name: &str| way[name].as_str().unwrap_or_default().to_owned();
        *there.entry((text("state"), text("remark"), way["user"][0].as_str().unwrap().to_owned())).or_default() += 1;
        there
    });
    let wanted = scene.wanted.iter().fold(BTreeMap::new(), |mut wanted, (state, remark, user)| {
        *wanted.entry(((*state).to_owned(), (*remark).to_owned(), (*user).to_owned())).or_default() += 1;
        wanted
    });
    assert_eq!(there, wanted, "{place}");
    assert_eq!(open(&client), 0, "{place}");
    let active = ledger(&client, &json!({"status": "active", "limit": 1000}));
    let ids =
        |ways: &[Value]| ways.iter().map(|way| way["config_id"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(ids(&active), ids(&all), "{place}");
    for (key, _, _) in scene.wanted.iter().filter(|(key, _, _)| !key.is_empty()) {
        let its = all.iter().find(|way| way["state"] == *key).unwrap();
        assert_eq!(entry(&client, key)["config_id"], its["config_id"], "{place}");
    }
}

#[test]
fn a_stop_at_any_point_loses_and_doubles_nothing() {
    let seed = set(SEED).unwrap_or_else(|| fastrand::u64(..));
    println!("{SEED}={seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let stopper = Stopper::new();
    let mut stops = Vec::new();
    for scene in &SCENES {
        let points = stopper.stopped(scene, None);
        let of = |name: &str| points.iter().filter(|point| *point == name).count();
        let (sends, writes) = (of("before send"), of("before write"));
        println!("{}: {} points, {sends} sends and {writes} writes to SQLite among them", scene.task, points.len());
        assert!(sends > 0, "{}: {points:?}", scene.task);
        stops.extend((1 + chance.usize(..step())..=points.len()).step_by(step()).map(|at| (scene, at)));
    }
    let (next, done) = (Mutex::new(stops.iter()), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some((scene, at)) = next.lock().unwrap().next() else { return };
                    stopper.stopped(scene, Some(*at));
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    println!("{} stops of 1 in {} points", done.into_inner(), step());
}
