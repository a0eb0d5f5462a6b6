//! kill -9 at random moments of adds, with equal requests under different keys, lost answers, requests that land late, and
//! a list that lags.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use contactway::Options;

use crate::aftermath::{all_of, must_hold, open};
use crate::other::Other;
use crate::support::books::{Books, each_with};

/// How often, and from which seed, the long form has it.
pub const KILLS: &str = "CONTACTWAY_CRASH_KILLS";
pub const SEED: &str = "CONTACTWAY_CRASH_SEED";
/// The short form's.
pub const FEW: usize = 6;
/// After so many the next run goes over what they left.
const TOGETHER: usize = 10;
const THREADS: usize = 8;
/// More than a process can add before it is killed.
const KEYS: usize = 400;
/// It must exceed the list's lag and the longest delay of a request.
const CONFIG: &str = r#","timeout_ms":1500,"settle_s":2,"rate_limit":false,"max_in_flight":0"#;

/// Of a hundred adds so many are lost before or after they were carried out, or land late.
const FAULTS: &str = r#"
    {"endpoint":"add_contact_way","share":0.03,"when":"before","do":{"reset":true}},
    {"endpoint":"add_contact_way","share":0.04,"when":"after","do":{"reset":true}},
    {"endpoint":"add_contact_way","share":0.05,"when":"before","do":{"delay_ms":400}},
    {"endpoint":"add_contact_way","share":0.20,"when":"after","do":{"delay_ms":15}}"#;

pub fn set<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn nothing_is_lost_and_nothing_doubled() {
    let kills: usize = set(KILLS).unwrap_or(FEW);
    let seed = set(SEED).unwrap_or_else(|| fastrand::u64(..));
    println!("{SEED}={seed} {KILLS}={kills}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let interrupted = AtomicUsize::new(0);
    let mut done = 0;
    while done < kills {
        let some = TOGETHER.min(kills - done);
        let seed = chance.u64(..);
        each_with(&format!(r#","seed":{},"list_lag_s":1"#, seed % 1_000_000), |books| {
            let mut chance = fastrand::Rng::with_seed(seed);
            interrupted.fetch_add(run(books, some, &mut chance), Ordering::Relaxed);
        });
        done += some;
    }
    let interrupted = interrupted.into_inner();
    println!("{interrupted} kills in the midst of an add");
    assert!(interrupted * 2 >= kills, "too few kills interrupted anything: {interrupted} of {kills}");
}

/// Kills so many processes, and says how many of them left more adds open than were open before.
fn run(books: &Books, kills: usize, chance: &mut fastrand::Rng) -> usize {
    let watcher = books.client(CONFIG);
    books.shop.faults(FAULTS);
    let (mut keys, mut told, mut interrupted, mut left) = (Vec::new(), Vec::new(), 0, 0);
    for run in 0..kills {
        // Two and two with equal requests, at once.
        let mine: Vec<_> = (0..KEYS).map(|number| format!("{run}-{}={}", number / 2, number % 2)).collect();
        let other = Other::adds(books, &mine, THREADS, CONFIG);
        let before = books.adds();
        while books.adds() == before {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_micros(chance.u64(0..120_000)));
        told.extend(other.kill());
        let open = open(&watcher);
        interrupted += usize::from(open > left);
        left = open;
        keys.extend(mine);
        // The journal is for tests that count; this one would only make it long.
        books.shop.ask("DELETE", "/sandbox/calls", "");
    }
    books.shop.ask("DELETE", "/sandbox/faults", "");
    println!("{kills} kills: {} adds told, {left} left open", told.len());
    // The next run adds what was begun, and not what no process came to.
    let begun = begun(books, &keys);
    must_hold(books, &begun, &told, CONFIG);
    interrupted
}

/// The keys that the ledger knows.
fn begun(books: &Books, keys: &[String]) -> Vec<String> {
    let client = books.elsewhere(CONFIG);
    let page =
        |cursor: &str| client.ledger(&format!(r#"{{"limit":1000,"cursor":"{cursor}"}}"#), &Options::default()).unwrap();
    let known = all_of(page, "entries", "key");
    keys.iter().filter(|key| known.contains(*key)).cloned().collect()
}
