//! What the store costs, printed: `cargo test --release --lib store::tests::figures -- --ignored --nocapture`.

#![allow(clippy::cast_precision_loss)] // counts of what was done

use std::time::Instant;

use super::*;

const ENTRIES: usize = 500_000;
const WINDOW: usize = 256;

fn window(bench: &Bench, number: usize, done: &[At]) -> Window {
    let changes = done.iter().map(|at| Change { at: *at, event: bench.acked(&format!("wx{:032}", at.id)) }).collect();
    let intents = (0..WINDOW).map(|row| bench.intent(&format!("shop-{number}-{row}"))).collect();
    Window { changes, intents, ..Window::default() }
}

fn percentile(times: &mut [Duration], of: usize) -> Duration {
    times.sort_unstable();
    times[times.len() * of / 1000]
}

#[test]
#[ignore = "takes minutes"]
fn windows_of_256_and_look_ups_in_500_000() {
    each(|bench| {
        let entries = if bench.url.starts_with("sqlite:") { ENTRIES } else { ENTRIES / 20 };
        let (begun, mut done) = (Instant::now(), Vec::new());
        let mut ids = Vec::new();
        for number in 0..entries / WINDOW {
            let settled = bench.store.settle(&call(), window(bench, number, &done)).unwrap();
            done = settled
                .intents
                .iter()
                .map(|it| match it {
                    Intended::New { id, attempt, .. } => At { id: *id, attempt: *attempt },
                    other => panic!("{other:?}"),
                })
                .collect();
            ids.extend(done.iter().map(|at| at.id));
        }
        let kind = bench.url.split(':').next().unwrap();
        let rows = ids.len();
        println!(
            "{kind}: {rows} rows in windows of {WINDOW}: {:.0} rows/s",
            rows as f64 / begun.elapsed().as_secs_f64()
        );
        let mut random = fastrand::Rng::with_seed(1);
        let looks = 20_000;
        let mut times: Vec<_> = (0..looks)
            .map(|_| {
                let id = ids[random.usize(..rows - WINDOW)];
                let query = Query { config_id: Some(format!("wx{id:032}")), ..bench.query() };
                let begun = Instant::now();
                assert_eq!(bench.store.find(&call(), &query, 0, 1).unwrap().len(), 1);
                begun.elapsed()
            })
            .collect();
        println!(
            "{kind}: look-up by config_id: p50 {:?}, p99 {:?}",
            percentile(&mut times, 500),
            percentile(&mut times, 990)
        );
        let begun = Instant::now();
        let by_state = Query { state: Some("s-shop-7-7".to_owned()), ..bench.query() };
        assert_eq!(bench.find(&by_state).len(), 1);
        println!("{kind}: look-up by state, a scan: {:?}", begun.elapsed());
    });
}

#[test]
#[ignore = "takes minutes"]
fn plain_adds_of_many_threads() {
    each(|bench| {
        let kind = bench.url.split(':').next().unwrap();
        for threads in [1, 8, 32] {
            let (begun, each) = (Instant::now(), 50);
            std::thread::scope(|scope| {
                for thread in 0..threads {
                    scope.spawn(move || {
                        for number in 0..each {
                            let name = format!("{threads}.{thread}.{number}");
                            bench.active(&name, &name);
                        }
                    });
                }
            });
            let adds = f64::from(threads * each);
            println!("{kind}: {threads} threads: {:.0} adds/s", adds / begun.elapsed().as_secs_f64());
        }
    });
}
