//! A process that sleeps past its deadline, and goes on as if nothing were.

use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use crate::aftermath::must_hold;
use crate::other::Other;
use crate::support::books::{Books, each};
use crate::support::contact_ways;

const CONFIG: &str = r#","timeout_ms":2000,"settle_s":0"#;

/// A process that sleeps once `endpoint` was asked, and in its stead the next run; what the sleeper says in the end.
fn overtaken(books: &Books, endpoint: &str) -> Result<String, String> {
    let mut other = Other::adding(books, "shop-1", CONFIG);
    while books.shop.count(endpoint) == 0 {
        thread::sleep(Duration::from_millis(2));
    }
    other.signal(Signal::STOP);
    thread::sleep(Duration::from_millis(2_200));
    must_hold(books, &["shop-1".to_owned()], &[], CONFIG);
    other.signal(Signal::CONT);
    other.rest().remove(0).config_id
}

#[test]
fn what_was_not_sent_is_not_sent_later() {
    each(|books| {
        books.shop.faults(r#"{"endpoint":"gettoken","nth":1,"times":1,"do":{"delay_ms":300}}"#);
        let said = overtaken(books, "gettoken");
        assert_eq!(said, Err("timeout".to_owned()));
        assert_eq!((books.adds(), contact_ways(&books.stranger())), (1, 1));
    });
}

#[test]
fn what_was_carried_out_meanwhile_is_the_same() {
    each(|books| {
        books.fault("after", r#"{"delay_ms":300}"#);
        // Its answer lay there all the time, and its deadline has passed: it may say either.
        let said = overtaken(books, "add_contact_way");
        assert!(said.is_ok() || said == Err("unknown".to_owned()), "{said:?}");
        must_hold(books, &["shop-1".to_owned()], &[], CONFIG);
        assert_eq!((books.adds(), contact_ways(&books.stranger())), (1, 1));
    });
}
