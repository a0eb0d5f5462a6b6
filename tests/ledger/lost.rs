//! An add whose answer is lost: it is looked for, and never made twice.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use contactway::{Canceller, Kind, Options, json_get};

use crate::support::books::{
    add, canceller, config_id, each, each_with, entries, is_replayed, key, request, statuses, within,
};
use crate::support::{Shop, added, contact_ways};

const RESET: &str = r#"{"reset":true}"#;
const SILENCE: &str = r#"{"silence":true}"#;

#[test]
fn it_is_found_within_the_deadline() {
    each(|books| {
        let client = books.client("");
        books.fault("after", RESET);
        let answer = add(&client, &request("a"), &key("shop-1")).unwrap();
        assert!(!is_replayed(&answer), "it is this call's own: {answer}");
        let [entry] = &entries(&client, "{}")[..] else { panic!("not one entry") };
        assert_eq!((&entry["status"], &entry["config_id"]), (&"active".into(), &config_id(&answer).into()));
        assert_eq!((books.adds(), contact_ways(&client)), (1, 1));
    });
}

#[test]
fn it_is_found_though_the_list_lags() {
    each_with(r#","list_lag_s":1"#, |books| {
        books.fault("after", RESET);
        add(&books.client(""), &request("a"), &key("shop-1")).unwrap();
        assert_eq!(books.adds(), 1);
    });
}

#[test]
fn a_busy_wecom_may_have_made_it() {
    each(|books| {
        books.fault("after", r#"{"errcode":-1}"#);
        add(&books.client(""), &request("a"), &key("shop-1")).unwrap();
        assert_eq!(books.adds(), 1);
    });
}

#[test]
fn what_a_broken_answer_names_is_not_withheld() {
    // A list that lags behind for long: only the broken answer can tell.
    each_with(r#","list_lag_s":3600"#, |books| {
        // The first id of every sandbox with this seed.
        let id = added(&Shop::open().client(""));
        let body = serde_json::Value::from(format!(r#"{{"config_id":"{id}","errco"#));
        books.fault("after", &format!(r#"{{"status":502,"body":{body}}}"#));
        let client = books.client("");
        assert_eq!(config_id(&add(&client, &request("a"), &key("shop-1")).unwrap()), id);
        assert_eq!((books.adds(), statuses(&client, "{}")), (1, vec!["active".to_owned()]));
    });
}

#[test]
fn without_time_to_look_it_is_unknown_and_the_same_call_finds_it() {
    each(|books| {
        let client = books.client("");
        books.fault("after", SILENCE);
        let error = add(&client, &request("a"), &within(600, key("shop-1"))).unwrap_err();
        assert_eq!((error.kind(), error.errcode(), error.is_retryable()), (Kind::Unknown, -1014, true));
        assert_eq!(error.key(), Some("shop-1"));
        assert!(error.retry_after().unwrap() > Duration::from_secs(50), "{error:?}");
        assert_eq!(json_get(&error.to_json(), "/error/effect").as_deref(), Some("unknown"));
        assert_eq!(json_get(&error.to_json(), "/error/key").as_deref(), Some("shop-1"));
        assert_eq!(statuses(&client, "{}"), ["unknown"]);
        let answer = add(&client, &request("a"), &key("shop-1")).unwrap();
        assert!(is_replayed(&answer), "an earlier call made it: {answer}");
        assert_eq!(books.adds(), 1);
    });
}

#[test]
fn where_the_list_is_held_back_it_says_for_how_long() {
    each(|books| {
        let client = books.client("");
        books.fault("after", SILENCE);
        add(&client, &request("a"), &within(600, key("shop-1"))).unwrap_err();
        books.shop.faults(r#"{"endpoint":"list_contact_way","do":{"errcode":45009}}"#);
        // The first is WeCom's refusal, the second one's of this client.
        for _ in 0..2 {
            let error = add(&client, &request("a"), &within(600, key("shop-1"))).unwrap_err();
            assert_eq!((error.kind(), error.is_retryable()), (Kind::Unknown, true), "{error}");
            assert!(error.retry_after().unwrap() > Duration::from_secs(30), "{error:?}");
        }
    });
}

#[test]
fn without_a_key_the_error_names_one_that_finds_it() {
    each(|books| {
        let client = books.client("");
        books.fault("after", SILENCE);
        let error = add(&client, &request("a"), &within(600, Options::default())).unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (Kind::Unknown, false), "unchanged it would add a second one");
        let answer = add(&client, &request("a"), &key(error.key().unwrap())).unwrap();
        assert!(is_replayed(&answer));
        assert_eq!(books.adds(), 1);
    });
}

#[test]
fn what_was_not_carried_out_is_sent_again_once_it_cannot_land_any_more() {
    each(|books| {
        let client = books.client(r#","settle_s":1"#);
        books.fault("before", SILENCE);
        let error = add(&client, &request("a"), &within(600, key("shop-1"))).unwrap_err();
        assert_eq!(error.kind(), Kind::Unknown);
        let early = add(&client, &request("a"), &within(300, key("shop-1"))).unwrap_err();
        assert_eq!((early.kind(), books.adds()), (Kind::Unknown, 1), "absence from one list proves nothing");
        let answer = add(&client, &request("a"), &key("shop-1")).unwrap();
        assert!(!is_replayed(&answer));
        assert_eq!((books.adds(), contact_ways(&client)), (2, 1));
        assert_eq!(statuses(&client, "{}"), ["active"]);
    });
}

#[test]
fn with_another_request_it_is_looked_for_all_the_same() {
    each(|books| {
        let client = books.client(r#","settle_s":0"#);
        books.fault("after", SILENCE);
        add(&client, &request("a"), &within(600, key("shop-1"))).unwrap_err();
        let error = add(&client, &request("b"), &key("shop-1")).unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict, "it was found: {error}");
        books.fault("before", SILENCE);
        add(&client, &request("c"), &within(600, key("shop-2"))).unwrap_err();
        add(&client, &request("d"), &key("shop-2")).unwrap();
        assert_eq!(contact_ways(&client), 2, "the one for c was never made");
    });
}

#[test]
fn accept_duplicate_sends_without_waiting() {
    each(|books| {
        let client = books.client("");
        books.fault("before", SILENCE);
        add(&client, &request("a"), &within(600, key("shop-1"))).unwrap_err();
        let insisting = Options { accept_duplicate: true, ..key("shop-1") };
        add(&client, &request("a"), &insisting).unwrap();
        assert_eq!(books.adds(), 2);
    });
}

#[test]
fn beside_a_strangers_equal_one_nobody_can_tell() {
    each(|books| {
        let client = books.client("");
        let strangers = config_id(&add(&books.stranger(), &request("a"), &Options::default()).unwrap());
        books.fault("after", SILENCE);
        add(&client, &request("a"), &within(600, key("shop-1"))).unwrap_err();
        let error = add(&client, &request("a"), &key("shop-1")).unwrap_err();
        assert_eq!((error.kind(), error.candidates().len()), (Kind::Unknown, 2), "{error}");
        assert!(error.candidates().contains(&strangers));
        assert!(json_get(&error.to_json(), "/error/candidates/1").is_some());
        assert_eq!(contact_ways(&client), 2);
    });
}

#[test]
fn one_that_looks_like_anybodys_is_neither_taken_nor_made_again() {
    each(|books| {
        let client = books.client(r#","settle_s":0"#);
        let unmarked = r#"{"type":1,"scene":2,"user":["zhangsan"]}"#;
        books.fault("after", SILENCE);
        add(&client, unmarked, &within(600, key("shop-1"))).unwrap_err();
        let error = add(&client, unmarked, &key("shop-1")).unwrap_err();
        assert_eq!((error.kind(), error.candidates().len()), (Kind::Unknown, 1), "{error}");
        assert_eq!(contact_ways(&client), 1);
    });
}

#[test]
fn equal_ones_under_different_keys_each_get_one() {
    each(|books| {
        let client = books.client(r#","settle_s":1"#);
        for (name, when) in [("one", "after"), ("two", "after"), ("three", "before")] {
            books.fault(when, SILENCE);
            add(&client, &request("a"), &within(600, key(name))).unwrap_err();
        }
        let ids: Vec<_> =
            ["one", "two", "three"].map(|name| config_id(&add(&client, &request("a"), &key(name)).unwrap())).into();
        assert_eq!((books.adds(), contact_ways(&client)), (4, 3), "only what had not landed was sent again");
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
    });
}

#[test]
fn equal_ones_that_are_looked_for_at_once_do_not_take_each_others_for_strangers() {
    each(|books| {
        let client = books.client(r#","settle_s":0"#);
        let names: Vec<_> = (0..8).map(|number| format!("shop-{number}")).collect();
        for name in &names {
            books.fault("after", SILENCE);
            add(&client, &request("a"), &within(600, key(name))).unwrap_err();
        }
        let ids: BTreeSet<_> = thread::scope(|scope| {
            let adds = names.iter().map(|name| scope.spawn(|| add(&client, &request("a"), &key(name)).unwrap()));
            let adds: Vec<_> = adds.collect();
            adds.into_iter().map(|add| config_id(&add.join().unwrap())).collect()
        });
        assert_eq!((ids.len(), books.adds(), contact_ways(&client)), (8, 8, 8));
    });
}

#[test]
fn the_walk_goes_by_wecoms_clock() {
    // Hours behind and hours ahead of this machine's.
    for clock in [1_767_225_600_i64, 4_102_444_800] {
        each_with(&format!(r#","clock":{clock}"#), |books| {
            books.fault("after", RESET);
            add(&books.client(""), &request("a"), &key("shop-1")).unwrap();
            assert_eq!(books.adds(), 1);
        });
    }
}

#[test]
fn a_temporary_one_is_unknown_until_it_has_expired() {
    each(|books| {
        let client = books.client("");
        let fleeting = r#"{"type":1,"scene":2,"user":["zhangyisheng"],"is_temp":true,"expires_in":2,"state":"t"}"#;
        books.fault("after", RESET);
        for _ in 0..2 {
            let error = add(&client, fleeting, &within(500, key("visit"))).unwrap_err();
            assert_eq!(error.kind(), Kind::Unknown, "{error}");
            assert!(error.retry_after().unwrap() <= Duration::from_millis(2_500));
        }
        assert_eq!(books.adds(), 1);
        thread::sleep(Duration::from_millis(2_600));
        add(&client, fleeting, &key("visit")).unwrap();
        books.fault("after", RESET);
        add(&client, fleeting, &within(500, key("other"))).unwrap_err();
        let insisting = Options { accept_duplicate: true, ..key("other") };
        add(&client, fleeting, &insisting).unwrap();
        assert_eq!(books.adds(), 4);
    });
}

#[test]
fn one_that_is_cancelled_says_so_and_names_its_key() {
    each(|books| {
        let (client, cancel) = (books.client(""), Canceller::new());
        books.fault("after", SILENCE);
        let error = thread::scope(|scope| {
            let adding = scope.spawn(|| add(&client, &request("a"), &canceller(&cancel, key("shop-1"))).unwrap_err());
            while books.adds() == 0 {
                thread::sleep(Duration::from_millis(5));
            }
            cancel.cancel();
            adding.join().unwrap()
        });
        assert_eq!((error.kind(), error.key(), error.is_retryable()), (Kind::Cancelled, Some("shop-1"), true));
        assert_eq!(json_get(&error.to_json(), "/error/effect").as_deref(), Some("unknown"));
        assert!(is_replayed(&add(&client, &request("a"), &key("shop-1")).unwrap()));
    });
}
