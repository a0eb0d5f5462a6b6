//! What a durable store costs a call when nothing is fetched.

use std::time::{Duration, Instant};

use contactway::Client;

use crate::bench::each;
use crate::support::list;

fn mean(client: &Client, calls: u32) -> Duration {
    list(client, "{}").unwrap();
    let began = Instant::now();
    for _ in 0..calls {
        list(client, "{}").unwrap();
    }
    began.elapsed() / calls
}

/// Calls so far apart that each takes a permit of its own.
fn mean_apart(client: &Client, calls: u32) -> Duration {
    let mut total = Duration::ZERO;
    for _ in 0..calls {
        std::thread::sleep(Duration::from_millis(120));
        let began = Instant::now();
        list(client, "{}").unwrap();
        total += began.elapsed();
    }
    total / calls
}

#[test]
#[ignore = "figures: cargo test --release --test shared cost -- --ignored --nocapture"]
fn what_a_store_adds_to_a_call() {
    each("", |bench| {
        let fast = r#","rate_limit":{"per_minute":10000000,"per_hour":1000000000}"#;
        let (with, free) = (bench.client(fast), bench.client(r#","rate_limit":false"#));
        let without = contactway::Client::new(
            &bench.config(fast).replace(&bench.store, "memory"),
            &contactway::Shared::default(),
        )
        .unwrap();
        let name = if bench.is_postgres { "postgres" } else { "sqlite" };
        for round in 0..3 {
            let [memory, shared, unrated] = [&without, &with, &free].map(|client| mean(client, 3000));
            println!("{name} {round}, in a row: memory {memory:?}, {name} {shared:?}, no rate {unrated:?}");
        }
        let usual = bench.client("");
        let [memory, shared] = [&without, &usual].map(|client| mean_apart(client, 40));
        println!("{name}, apart: memory {memory:?}, {name} {shared:?}");
    });
}
