//! A stop before and after each write and each send of an add.

use std::thread;
use std::time::{Duration, Instant};

use crate::aftermath;
use crate::other::Other;
use crate::support::books::{Books, each, statuses};

/// So little that the next run need not wait for long.
const QUICK: &str = r#","timeout_ms":1500,"settle_s":0"#;

fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Keeps everybody else from writing to the store.
fn lock(books: &Books) -> rusqlite::Connection {
    let lock = rusqlite::Connection::open(books.store.strip_prefix("sqlite:").unwrap()).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    lock
}

/// What is left of the process: the entries' statuses, how many contact ways were made, and, after the next run, how many
/// adds were sent in all.
fn is_left(books: &Books, entries: &[&str], sent: usize) {
    assert_eq!(statuses(&books.client(""), "{}"), entries);
    aftermath::must_hold(books, &["shop-1".to_owned()], &[], QUICK);
    assert_eq!(books.adds(), sent);
}

#[test]
fn before_the_intent() {
    let books = Books::of_sqlite("");
    drop(books.client(QUICK));
    let lock = lock(&books);
    let other = Other::adding(&books, "shop-1", QUICK);
    // It has nothing else to wait for.
    thread::sleep(Duration::from_millis(500));
    other.kill();
    drop(lock);
    is_left(&books, &[], 1);
}

#[test]
fn after_the_intent_and_before_the_send() {
    each(|books| {
        books.shop.faults(r#"{"endpoint":"gettoken","nth":1,"times":1,"do":{"silence":true}}"#);
        let other = Other::adding(books, "shop-1", QUICK);
        until("it asks for a token", || books.shop.count("gettoken") > 0);
        other.kill();
        is_left(books, &["intended"], 1);
    });
}

#[test]
fn after_the_send_and_before_it_is_carried_out() {
    each(|books| {
        books.fault("before", r#"{"silence":true}"#);
        let other = Other::adding(books, "shop-1", QUICK);
        until("it adds", || books.adds() > 0);
        other.kill();
        is_left(books, &["intended"], 2);
    });
}

#[test]
fn after_the_send_and_carried_out_only_when_it_is_dead() {
    each(|books| {
        books.fault("before", r#"{"delay_ms":500}"#);
        let other = Other::adding(books, "shop-1", QUICK);
        until("it adds", || books.adds() > 0);
        other.kill();
        is_left(books, &["intended"], 1);
    });
}

#[test]
fn after_it_was_carried_out_and_before_the_answer() {
    each(|books| {
        books.fault("after", r#"{"silence":true}"#);
        let other = Other::adding(books, "shop-1", QUICK);
        until("it adds", || books.adds() > 0);
        other.kill();
        is_left(books, &["intended"], 1);
    });
}

#[test]
fn after_the_answer_and_before_the_completion() {
    let books = Books::of_sqlite("");
    books.fault("after", r#"{"delay_ms":300}"#);
    let other = Other::adding(&books, "shop-1", QUICK);
    until("it adds", || books.adds() > 0);
    let lock = lock(&books);
    // The answer comes, and cannot be written down.
    thread::sleep(Duration::from_millis(600));
    other.kill();
    drop(lock);
    is_left(&books, &["intended"], 1);
}

#[test]
fn after_the_completion() {
    each(|books| {
        let mut other = Other::adding(books, "shop-1", QUICK);
        let told = other.rest();
        assert!(told[0].config_id.is_ok(), "{told:?}");
        assert_eq!(statuses(&books.client(""), "{}"), ["active"]);
        aftermath::must_hold(books, &["shop-1".to_owned()], &told, QUICK);
        assert_eq!(books.adds(), 1);
    });
}

#[test]
fn after_an_unknown_outcome_was_written_down() {
    each(|books| {
        books.fault("after", r#"{"reset":true}"#);
        books.shop.faults(
            r#"{"endpoint":"add_contact_way","nth":1,"times":1,"when":"after","do":{"reset":true}},
               {"endpoint":"list_contact_way","nth":1,"times":1,"do":{"silence":true}}"#,
        );
        let other = Other::adding(books, "shop-1", QUICK);
        until("it looks", || books.shop.count("list_contact_way") > 0);
        other.kill();
        is_left(books, &["unknown"], 1);
    });
}
