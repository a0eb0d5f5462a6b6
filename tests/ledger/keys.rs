//! An add with a key happens once: what it does, by where the key stands.

use std::thread;
use std::time::Duration;

use contactway::{Canceller, Effect, Endpoint, Kind, Options};

use crate::support::books::{
    Books, add, canceller, config_id, each, entries, is_replayed, key, request, statuses, within,
};
use crate::support::contact_ways;

#[test]
fn a_new_key_is_written_down_sent_and_completed() {
    each(|books| {
        let client = books.client("");
        let answer = add(&client, &request("a"), &key("shop-1")).unwrap();
        assert!(!is_replayed(&answer), "{answer}");
        let [entry] = &entries(&client, r#"{"key":"shop-1"}"#)[..] else { panic!("not one entry") };
        assert_eq!((&entry["status"], &entry["config_id"]), (&"active".into(), &config_id(&answer).into()));
        assert_eq!(entry["contact_way"]["state"], "a");
        assert!(entry["qr_code"].as_str().unwrap().starts_with("http"), "{entry}");
    });
}

#[test]
fn an_active_key_answers_what_it_made_and_nothing_is_sent() {
    each(|books| {
        let first = add(&books.client(""), &request("a"), &key("shop-1")).unwrap();
        // The same request, written otherwise, from another process.
        let same = r#"{"state":"a", "scene":2, "user":["zhangsan"], "type":1, "skip_verify":true}"#;
        let again = add(&books.elsewhere(""), same, &key("shop-1")).unwrap();
        assert!(is_replayed(&again), "{again}");
        assert_eq!(config_id(&again), config_id(&first));
        assert!(again.contains("qr_code"), "{again}");
        assert_eq!(books.adds(), 1);
    });
}

#[test]
fn with_a_canceller_fired_before_the_ledger_answers_nothing_either() {
    each(|books| {
        let client = books.client("");
        add(&client, &request("a"), &key("shop-1")).unwrap();
        let fired = Canceller::new();
        fired.cancel();
        for (which, answer) in [
            ("a replay", add(&client, &request("a"), &canceller(&fired, key("shop-1")))),
            ("a conflict", add(&client, &request("b"), &canceller(&fired, key("shop-1")))),
            ("a query", client.ledger("{}", &canceller(&fired, Options::default()))),
        ] {
            let error = answer.expect_err(which);
            assert_eq!((error.kind(), error.effect()), (Kind::Cancelled, Effect::None), "{which}: {error}");
            assert!(error.is_retryable(), "{which}: nothing was done: {error}");
        }
    });
}

#[test]
fn an_active_key_with_another_request_is_a_conflict() {
    each(|books| {
        let client = books.client("");
        let made = config_id(&add(&client, &request("a"), &key("shop-1")).unwrap());
        let error = add(&client, &request("b"), &key("shop-1")).unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (Kind::Conflict, false));
        assert!(error.to_string().contains(&made), "{error}");
        assert_eq!(config_id(&error.to_json()), made);
        assert_eq!(books.adds(), 1);
    });
}

#[test]
fn what_update_changed_is_no_conflict_for_a_program_that_adds_at_every_start() {
    each(|books| {
        let client = books.client("");
        let made = config_id(&add(&client, &request("a"), &key("shop-1")).unwrap());
        let update = format!(r#"{{"config_id":"{made}","remark":"counter 2"}}"#);
        client.call(Endpoint::Update, &update, &Options::default()).unwrap();
        assert!(is_replayed(&add(&client, &request("a"), &key("shop-1")).unwrap()));
    });
}

#[test]
fn a_key_in_flight_elsewhere_is_waited_for() {
    each(|books| {
        books.fault("before", r#"{"delay_ms":700}"#);
        let (one, other) = (books.client(""), books.elsewhere(""));
        thread::scope(|scope| {
            let first = scope.spawn(|| add(&one, &request("a"), &key("shop-1")).unwrap());
            while books.adds() == 0 {
                thread::sleep(Duration::from_millis(5));
            }
            let hasty = add(&other, &request("a"), &within(100, key("shop-1"))).unwrap_err();
            assert_eq!((hasty.kind(), hasty.is_retryable()), (Kind::Conflict, true), "{hasty}");
            assert!(hasty.retry_after().unwrap() > Duration::from_secs(5), "until the first one's deadline: {hasty:?}");
            let second = add(&other, &request("a"), &key("shop-1")).unwrap();
            assert!(is_replayed(&second));
            assert_eq!(config_id(&second), config_id(&first.join().unwrap()));
        });
        assert_eq!(books.adds(), 1);
    });
}

#[test]
fn a_deleted_key_is_a_new_add() {
    each(|books| {
        let client = books.client("");
        let first = config_id(&add(&client, &request("a"), &key("shop-1")).unwrap());
        client.call(Endpoint::Del, &format!(r#"{{"config_id":"{first}"}}"#), &Options::default()).unwrap();
        let second = add(&client, &request("b"), &key("shop-1")).unwrap();
        assert!(!is_replayed(&second));
        assert_eq!(statuses(&client, r#"{"key":"shop-1"}"#), ["deleted", "active"]);
    });
}

#[test]
fn a_temporary_one_that_has_expired_is_a_new_add() {
    each(|books| {
        let client = books.client(r#","timeout_ms":1000"#);
        let fleeting = r#"{"type":1,"scene":2,"user":["zhangyisheng"],"is_temp":true,"expires_in":1,"state":"t"}"#;
        let first = add(&client, fleeting, &key("visit")).unwrap();
        assert!(is_replayed(&add(&client, fleeting, &key("visit")).unwrap()));
        thread::sleep(Duration::from_millis(2_100));
        let second = add(&client, fleeting, &key("visit")).unwrap();
        assert_ne!(config_id(&first), config_id(&second));
        assert_eq!(statuses(&client, r#"{"key":"visit"}"#), ["gone", "active"]);
    });
}

#[test]
fn what_wecom_refuses_leaves_nothing_behind() {
    each(|books| {
        let client = books.client("");
        let nobody = r#"{"type":1,"scene":2,"user":["nobody-here"],"state":"a"}"#;
        let refused = add(&client, nobody, &key("shop-1")).unwrap_err();
        assert_eq!(refused.kind(), Kind::Api);
        assert!(entries(&client, "{}").is_empty());
        add(&client, &request("a"), &key("shop-1")).unwrap();
    });
}

#[test]
fn an_add_without_a_key_is_kept_under_one_of_the_librarys() {
    each(|books| {
        let client = books.client("");
        let answers = [(); 2].map(|()| add(&client, &request("a"), &Options::default()).unwrap());
        assert_ne!(config_id(&answers[0]), config_id(&answers[1]), "each is an add of its own");
        let kept = entries(&client, r#"{"state":"a","status":"active"}"#);
        assert_eq!(kept.len(), 2);
        assert_ne!(kept[0]["key"], kept[1]["key"]);
    });
}

#[test]
fn what_cannot_be_written_down_is_not_sent() {
    let books = Books::of_sqlite("");
    let client = books.client("");
    let (file, away) = (books.directory.path().join("ledger.db"), books.directory.path().join("away.db"));
    std::fs::rename(&file, &away).unwrap();
    let error = add(&client, &request("a"), &key("shop-1")).unwrap_err();
    assert_eq!(error.kind(), Kind::Store, "{error}");
    assert_eq!(books.adds(), 0);
    std::fs::rename(&away, &file).unwrap();
    add(&client, &request("a"), &key("shop-1")).unwrap();
}

#[test]
fn what_wecom_acknowledged_is_answered_though_the_ledger_cannot_be_told() {
    let books = Books::of_sqlite("");
    let client = books.client(r#","timeout_ms":1500"#);
    let (file, away) = (books.directory.path().join("ledger.db"), books.directory.path().join("away.db"));
    books.fault("after", r#"{"delay_ms":400}"#);
    let made = thread::scope(|scope| {
        let adding = scope.spawn(|| add(&client, &request("a"), &key("shop-1")).unwrap());
        while books.adds() == 0 {
            thread::sleep(Duration::from_millis(5));
        }
        std::fs::rename(&file, &away).unwrap();
        adding.join().unwrap()
    });
    assert!(made.contains("ledger_incomplete"), "{made}");
    std::fs::rename(&away, &file).unwrap();
    assert_eq!(statuses(&client, "{}"), ["intended"]);
    thread::sleep(Duration::from_millis(1_500));
    let again = add(&client, &request("a"), &within(8_000, key("shop-1"))).unwrap();
    assert_eq!(config_id(&again), config_id(&made), "the next call finds it");
    assert_eq!(contact_ways(&books.stranger()), 1);
}

#[test]
fn the_largest_numbers_that_can_be_written_are_no_bug() {
    each(|books| {
        let largest = ["timeout_ms", "connect_timeout_ms", "settle_s", "max_attempts", "max_in_flight"];
        let members = largest.map(|name| format!(r#","{name}":{}"#, i64::MAX)).concat();
        let rate = format!(r#","rate_limit":{{"per_minute":{0},"per_hour":{0}}}"#, i64::MAX);
        let client = books.client(&format!("{members}{rate}"));
        add(&client, &request("a"), &key("a")).unwrap();
        books.fault("before", r#"{"reset":true}"#);
        let error = add(&client, &request("b"), &within(300, key("b"))).unwrap_err();
        assert_eq!(error.kind(), Kind::Unknown, "{error}");
        let row = format!(r#"{{"key":"c","contact_way":{}}}"#, request("c"));
        let rows = format!(r#"{{"rows":[{row}],"concurrency":{}}}"#, u32::MAX);
        client.apply(&rows, &Options::default(), None).unwrap();
    });
}
