use super::*;

const NONE: Limits = Limits { max_in_flight: 0, per_minute: 0, per_hour: 0 };
const FIVE: Limits = Limits { max_in_flight: 5, per_minute: 1_000_000, per_hour: 0 };
const SINGLE: Caller = Caller { counted: true, rated: true, job: false };
const JOB: Caller = Caller { job: true, ..SINGLE };

fn call() -> Arc<Call> {
    Call::new(Duration::from_secs(3600))
}

fn traffic(limits: Limits) -> Traffic {
    Traffic { asked: vec![limits], ..Traffic::default() }
}

fn admitted(traffic: &mut Traffic, call: &Arc<Call>, caller: Caller, now: Instant) -> Option<bool> {
    match traffic.admit(call, caller, now) {
        Admitted::Yes { probe, .. } => Some(probe),
        Admitted::NotBefore(..) | Admitted::Asks(..) => None,
    }
}

#[test]
fn places_are_given_in_the_order_of_coming() {
    let now = Instant::now();
    let mut traffic = traffic(Limits { max_in_flight: 1, ..FIVE });
    let [first, second, third] = [(); 3].map(|()| call());
    assert_eq!(admitted(&mut traffic, &first, SINGLE, now), Some(false));
    assert_eq!(admitted(&mut traffic, &second, SINGLE, now), None);
    assert_eq!(admitted(&mut traffic, &third, SINGLE, now), None);
    traffic.in_flight -= 1;
    assert_eq!(admitted(&mut traffic, &third, SINGLE, now), None, "the second was there before");
    assert_eq!(admitted(&mut traffic, &second, SINGLE, now), Some(false));
    assert_eq!(traffic.waiting.len(), 1);
}

#[test]
fn one_whose_question_was_the_end_of_it_stands_in_nobodys_way() {
    let gate = Gate(Mutex::new(traffic(FIVE)));
    let asker = call();
    lock(&gate.0).permits.asking = true;
    lock(&gate.0).waiting.push(Waiting { call: Arc::clone(&asker), caller: SINGLE });
    let question = std::panic::AssertUnwindSafe(|| {
        let _asking = Asking { gate: &gate, call: &asker, job: false, grant: None };
        std::panic::resume_unwind(Box::new("a bug in the store"));
    });
    std::panic::catch_unwind(question).unwrap_err();
    assert!(!lock(&gate.0).permits.asking && lock(&gate.0).waiting.is_empty());
}

#[test]
fn those_that_a_place_is_missing_for_are_not_told_of_the_rate() {
    let now = Instant::now();
    let mut traffic = traffic(Limits { per_minute: 600, ..FIVE });
    let mut waits_for = |lasts: Duration| match traffic.admit(&Call::new(lasts), SINGLE, now) {
        Admitted::NotBefore(_, what) => Some(what),
        _ => None,
    };
    let told: Vec<_> = (0..100).map(|_| waits_for(Duration::from_secs(60))).collect();
    assert!(told[..5].iter().all(Option::is_none));
    assert!(told[5..].iter().all(|what| *what == Some(WaitsFor::CallsInFlight(5))), "{told:?}");
    let hopeless = waits_for(Duration::from_secs(1));
    assert!(matches!(hopeless, Some(WaitsFor::Rate { .. })), "places or not, the rate alone is too slow");
}

#[test]
fn single_calls_go_before_jobs() {
    let now = Instant::now();
    let mut traffic = traffic(Limits { max_in_flight: 1, ..FIVE });
    let [first, job, other_job, single] = [(); 4].map(|()| call());
    assert_eq!(admitted(&mut traffic, &first, JOB, now), Some(false));
    for (call, caller) in [(&job, JOB), (&other_job, JOB), (&single, SINGLE)] {
        assert_eq!(admitted(&mut traffic, call, caller, now), None);
    }
    traffic.in_flight -= 1;
    assert_eq!(admitted(&mut traffic, &job, JOB, now), None, "a single call waits");
    assert_eq!(admitted(&mut traffic, &single, SINGLE, now), Some(false));
    traffic.in_flight -= 1;
    assert_eq!(admitted(&mut traffic, &other_job, JOB, now), None, "the other was there before");
    assert_eq!(admitted(&mut traffic, &job, JOB, now), Some(false));
}

#[test]
fn a_client_without_limits_neither_waits_for_those_of_others_nor_adds_to_them() {
    let now = Instant::now();
    let slow = Limits { max_in_flight: 1, per_minute: 1, per_hour: 0 };
    let mut traffic = traffic(slow);
    let without_rate = Caller { rated: false, ..SINGLE };
    let without_any = Caller::of(&NONE, false);
    assert_eq!(admitted(&mut traffic, &call(), SINGLE, now), Some(false));
    assert_eq!(admitted(&mut traffic, &call(), SINGLE, now), None);
    for _ in 0..3 {
        assert_eq!(admitted(&mut traffic, &call(), without_any, now), Some(false));
    }
    traffic.in_flight -= 1;
    assert_eq!(admitted(&mut traffic, &call(), without_rate, now), Some(false), "there is room in flight");
    assert_eq!(admitted(&mut traffic, &call(), without_rate, now), None, "there is none");
    traffic.in_flight -= 1;
    traffic.waiting.clear();
    traffic.blocked = Some(Blocked { until: now + BLOCK, probing: false });
    assert_eq!(admitted(&mut traffic, &call(), without_rate, now), Some(false), "no block holds it back");
    let limits = traffic.strictest();
    let next = traffic.rate.earliest(&limits, false, 0, now);
    assert!(next < now + Duration::from_secs(63), "one call filled the rate");
}

#[test]
fn after_a_block_one_call_probes_and_only_an_answer_ends_it() {
    let gate = Arc::new(Gate(Mutex::new(traffic(FIVE))));
    let enter = |gate: &Arc<Gate>| gate.enter(&Call::new(Duration::from_millis(20)), SINGLE);
    let mut refused = enter(&gate).unwrap_or_else(|_| unreachable!());
    refused.blocked();
    drop(refused);
    let probing = |gate: &Gate| lock(&gate.0).blocked.as_ref().map(|blocked| blocked.probing);
    assert!(matches!(enter(&gate), Err(NoPass::After(wait, WaitsFor::Block)) if wait > BLOCK / 2));
    // The block's time is over.
    let over = |gate: &Gate| {
        if let Some(blocked) = &mut lock(&gate.0).blocked {
            blocked.until = Instant::now();
        }
    };
    over(&gate);
    let lost = enter(&gate).unwrap_or_else(|_| unreachable!());
    assert!(lost.probe && probing(&gate) == Some(true));
    assert_eq!(enter(&gate).err(), Some(NoPass::Stopped(Stop::Deadline, WaitsFor::Block)), "one at a time");
    // A probe whose answer was lost has shown nothing; the next one probes too.
    drop(lost);
    let mut refused = enter(&gate).unwrap_or_else(|_| unreachable!());
    assert!(refused.probe);
    refused.heed(Happened::Code(Class::TooMany));
    drop(refused);
    assert!(enter(&gate).is_err(), "blocked for another minute");
    over(&gate);
    let mut passed = enter(&gate).unwrap_or_else(|_| unreachable!());
    passed.heed(Happened::Code(Class::NotThere));
    assert_eq!(probing(&gate), None);
    assert!(enter(&gate).is_ok());
}

#[test]
fn too_many_at_once_halves_once_for_all_that_were_under_way() {
    let gate = Arc::new(Gate(Mutex::new(traffic(Limits { max_in_flight: 8, ..FIVE }))));
    let mut places: Vec<_> = (0..8).map_while(|_| gate.enter(&call(), SINGLE).ok()).collect();
    assert_eq!(places.len(), 8);
    for place in &mut places {
        place.too_many_at_once();
    }
    let now = Instant::now();
    assert_eq!(lock(&gate.0).most_in_flight(now), 4);
    assert_eq!(lock(&gate.0).most_in_flight(now + RECOVERY), 5);
    drop(places);
    gate.enter(&call(), SINGLE).unwrap_or_else(|_| unreachable!()).too_many_at_once();
    assert_eq!(lock(&gate.0).most_in_flight(now), 2);
    assert_eq!(lock(&gate.0).most_in_flight(now + 9 * RECOVERY), 8);
}

#[test]
fn gates_that_count_nothing_any_more_are_not_kept() {
    let gates = Gates::default();
    for number in 0..1000 {
        let key = Key { base_url: String::new(), owner: format!("{number}"), endpoint: "add_contact_way" };
        let gate = gates.gate(&key, NONE, None);
        assert!(gate.enter(&call(), SINGLE).is_ok());
        gate.forget(NONE);
    }
    assert!(lock(&gates.0).len() < 1000);
}
