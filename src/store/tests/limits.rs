//! Leases, tokens and permits.

use super::*;

#[test]
fn one_job_at_a_time_by_a_lease_that_ends_by_itself() {
    each(|bench| {
        let other = |job: &str| {
            // A holder of another machine, which nobody can look at.
            bench.store.with(&call(), Need::Lasting, |sql| {
                let now = bench.store.now_in(sql)?;
                lease::take(sql, &bench.corp_id, job, "elsewhere", now, bench.store.home.is_dead())
            })
        };
        let take = |job: &str| bench.store.take_lease(&call(), &bench.corp_id, job).unwrap();
        let Leased::Ours { number } = take("sync") else { panic!() };
        assert!(matches!(other("apply").unwrap(), Leased::Held { job, .. } if job == "sync"));
        assert!(matches!(take("apply"), Leased::Held { .. }), "also within one process");
        bench.wait(LEASE_MS - 1000);
        assert!(bench.store.renew_lease(&call(), &bench.corp_id, number).unwrap());
        bench.wait(LEASE_MS - 1000);
        assert!(matches!(other("apply").unwrap(), Leased::Held { .. }));
        bench.wait(1001);
        assert_eq!(other("apply").unwrap(), Leased::Ours { number: number + 1 });
        assert!(!bench.store.renew_lease(&call(), &bench.corp_id, number).unwrap(), "it is another's");
        bench.store.release_lease(&call(), &bench.corp_id, number).unwrap();
        assert!(matches!(take("sync"), Leased::Held { .. }), "what is another's is not given back");
        bench.store.release_lease(&call(), &bench.corp_id, number + 1).unwrap();
        assert_eq!(take("sync"), Leased::Ours { number: number + 2 });
    });
}

#[test]
fn a_token_is_changed_by_whoever_read_it_last() {
    each(|bench| {
        let owner = bench.corp_id.as_bytes();
        let read = || bench.store.token(&call(), owner).unwrap();
        let swap = |row: &TokenRow| bench.store.swap_token(&call(), owner, row).unwrap();
        assert_eq!(read(), TokenRow::default());
        let fetching = TokenRow { fetcher: Some("me".to_owned()), fetch_until: 5, ..read() };
        assert!(swap(&fetching));
        assert!(!swap(&fetching), "one alone fetches");
        let row = TokenRow {
            version: 1,
            token: Some(crate::secret::Secret::new("t0ken".to_owned())),
            renew_at: 7,
            ends_at: 8,
            fetcher: None,
            refusal: Some("{}".to_owned()),
            refused_until: 9,
            refused_pause: 10,
            forced_not_before: 11,
            forced_pause: 12,
            ..read()
        };
        assert!(swap(&row));
        assert_eq!(read(), TokenRow { revision: 2, ..row.clone() });
        assert!(!swap(&row));
        assert!(!format!("{row:?}").contains("t0ken"));
    });
}

const WECOM: Wanted = Wanted { per_minute: 10_000, per_hour: 150_000, most: 16, leave: 0 };

fn permits(bench: &Bench, wanted: &Wanted) -> Grant {
    bench.store.permits(&call(), &bench.corp_id, "add_contact_way", wanted).unwrap()
}

/// The permits that somebody gets who asks for them all the time, by the begin of each block in milliseconds.
fn granted(gate: &mut gate::Gate, wanted: &Wanted, lasts_ms: i64) -> Vec<(i64, u32)> {
    let (mut now, mut granted) = (0, Vec::new());
    while now < lasts_ms {
        match gate.take(wanted, now * 1000) {
            Grant::Permits(count) => granted.push((now, count)),
            Grant::After { wait_ms, .. } => now += wait_ms,
            Grant::Probe => panic!("nothing was blocked"),
        }
    }
    granted
}

fn most_within(granted: &[(i64, u32)], span_ms: i64) -> u32 {
    let (mut first, mut within, mut most) = (0, 0, 0);
    for (at, count) in granted {
        within += count;
        while granted[first].0 <= at - span_ms {
            within -= granted[first].1;
            first += 1;
        }
        most = most.max(within);
    }
    most
}

#[test]
fn no_minute_and_no_hour_gets_more_than_its_limit_and_nearly_all_of_it() {
    let granted = granted(&mut gate::Gate::default(), &Wanted { per_hour: 0, ..WECOM }, 600_000);
    assert!(most_within(&granted, 60_000) <= 10_000);
    let total: u32 = granted.iter().map(|(_, count)| count).sum();
    assert!(total > 95_000, "{total}");
    let few = Wanted { per_minute: 600, per_hour: 1000, ..WECOM };
    let granted = self::granted(&mut gate::Gate::default(), &few, 4 * 3_600_000);
    assert!(most_within(&granted, 3_600_000) <= 1000);
    let total: u32 = granted.iter().map(|(_, count)| count).sum();
    assert!(total >= 3900, "{total}");
}

#[test]
fn a_bulk_job_leaves_a_tenth_to_single_calls() {
    let mut gate = gate::Gate::default();
    let bulk = Wanted { leave: 100, ..WECOM };
    while matches!(gate.take(&bulk, 0), Grant::Permits(_)) {}
    let mut singles = 0;
    while let Grant::Permits(count) = gate.take(&Wanted { most: 1, ..WECOM }, 0) {
        singles += count;
    }
    assert!((14..=20).contains(&singles), "{singles}");
}

#[test]
fn permits_are_shared() {
    each(|bench| {
        let slow = Wanted { per_minute: 62, per_hour: 3, most: 1, leave: 0 };
        assert_eq!(permits(bench, &slow), Grant::Permits(1));
        assert_eq!(permits(bench, &slow), Grant::Permits(1));
        let Grant::After { wait_ms, blocked: false } = permits(bench, &slow) else { panic!() };
        assert!((1..=1000).contains(&wait_ms), "{wait_ms}");
        bench.wait(wait_ms);
        assert_eq!(permits(bench, &slow), Grant::Permits(1));
        bench.wait(2000);
        assert!(
            matches!(permits(bench, &slow), Grant::After { wait_ms, .. } if wait_ms > 3_500_000),
            "the hour's three"
        );
        assert_eq!(permits(bench, &Wanted { per_minute: 0, per_hour: 0, ..slow }), Grant::Permits(1), "no limit");
    });
}

#[test]
fn after_a_block_one_call_probes_for_all() {
    each(|bench| {
        let heed = |verdict| bench.store.heed(&call(), &bench.corp_id, "add_contact_way", verdict).unwrap();
        heed(Heard::Blocked { for_ms: 60_000 });
        assert!(matches!(permits(bench, &WECOM), Grant::After { wait_ms, blocked: true } if wait_ms > 50_000));
        bench.wait(60_000);
        assert_eq!(permits(bench, &WECOM), Grant::Probe);
        assert!(matches!(permits(bench, &WECOM), Grant::After { blocked: true, .. }), "one at a time");
        heed(Heard::Lost);
        assert_eq!(permits(bench, &WECOM), Grant::Probe);
        bench.wait(20_000);
        assert_eq!(permits(bench, &WECOM), Grant::Probe, "whoever probed died");
        heed(Heard::Blocked { for_ms: 60_000 });
        assert!(matches!(permits(bench, &WECOM), Grant::After { blocked: true, .. }));
        bench.wait(60_000);
        assert_eq!(permits(bench, &WECOM), Grant::Probe);
        heed(Heard::Passed);
        assert_eq!(permits(bench, &WECOM), Grant::Permits(16));
    });
}
