use std::cell::Cell;

use super::*;
use crate::answer::Kind;
use crate::clock::advance as wait;

const DAY: Duration = Duration::from_secs(86_400);
const HOUR: Duration = Duration::from_secs(3600);

fn tokens_and_owner() -> (Tokens, Owner) {
    let credentials = Credentials::App { corp_id: "ww1".to_owned(), secret: Secret::new("secret".to_owned()) };
    (Tokens::default(), Owner::App(credentials))
}

#[allow(clippy::unnecessary_wraps)] // as `refused` has it
fn fetched(text: &str) -> Result<Fetched, Error> {
    Ok(Fetched { text: Secret::new(text.to_owned()), life: 2 * HOUR })
}

fn refused() -> Result<Fetched, Error> {
    Err(Error::new(Kind::Auth, "wrong secret"))
}

fn ask(slot: &Slot, fetch: impl Fn() -> Result<Fetched, Error>) -> Result<Token, NoToken> {
    slot.token(&Call::new(HOUR), None, fetch, |_| true)
}

/// The token requests that so many calls, evenly spread over an hour, make with a wrong secret.
fn requests(calls: u32, mut slot: impl FnMut() -> Arc<Slot>) -> u32 {
    let asked = Cell::new(0);
    for _ in 0..calls {
        let none = ask(&slot(), || {
            asked.set(asked.get() + 1);
            refused()
        });
        assert!(none.is_err());
        wait(HOUR / calls);
    }
    asked.get()
}

#[test]
fn ten_thousand_calls_with_a_wrong_secret_make_fewer_than_twenty_token_requests_an_hour() {
    let (tokens, owner) = tokens_and_owner();
    let slot = tokens.slot("https://wecom", owner);
    let first_hour = requests(10_000, || Arc::clone(&slot));
    assert!((2..20).contains(&first_hour), "{first_hour}");
    assert!(requests(10_000, || Arc::clone(&slot)) <= 6);
}

#[test]
fn a_client_for_every_call_is_no_way_around_it() {
    let (tokens, owner) = tokens_and_owner();
    let asked = requests(10_000, || tokens.slot("https://wecom", owner.clone()));
    assert!((2..20).contains(&asked), "{asked}");
    let other = |n| Owner::Suite(Suite { id: format!("{n}"), secret: Secret::new(String::new()) });
    wait(DAY);
    for n in 0..1000 {
        drop(tokens.slot("https://wecom", other(n)));
    }
    assert!(lock(&tokens.0).len() < 1000, "what is of no use any more is not kept");
}

#[test]
fn a_secret_that_was_changed_while_its_token_lives_is_asked_about_as_seldom() {
    let (tokens, owner) = tokens_and_owner();
    let slot = tokens.slot("https://wecom", owner);
    assert!(ask(&slot, || fetched("one")).is_ok());
    wait(2 * HOUR / 10 * 9);
    let asked = Cell::new(0);
    // The last tenth of the token's life, and the rest of an hour.
    for call in 0..10_000 {
        let token = ask(&slot, || {
            asked.set(asked.get() + 1);
            refused()
        });
        assert_eq!(token.is_ok(), call < 2000, "{call}: the old token is good to its end");
        wait(HOUR / 10_000);
    }
    assert!((2..20).contains(&asked.get()), "{}", asked.get());
}

#[test]
fn a_token_is_renewed_ahead_of_its_end_and_the_old_one_used_when_that_fails() {
    let (tokens, owner) = tokens_and_owner();
    let slot = tokens.slot("https://wecom", owner);
    let text = |token: Result<Token, NoToken>| token.map_or("none".to_owned(), |it| it.text.expose().to_owned());
    assert_eq!(text(ask(&slot, || fetched("one"))), "one");
    wait(HOUR);
    assert_eq!(text(ask(&slot, || unreachable!())), "one");
    wait(Duration::from_secs(3600 - 700));
    assert_eq!(text(ask(&slot, refused)), "one");
    assert_eq!(text(ask(&slot, || unreachable!())), "one");
    wait(RENEWAL_PAUSE);
    assert_eq!(text(ask(&slot, || fetched("two"))), "two");
    wait(HOUR);
    assert_eq!(text(ask(&slot, || unreachable!())), "two");
}

#[test]
fn whatever_becomes_of_the_one_that_fetches_another_takes_over() {
    let (tokens, owner) = tokens_and_owner();
    let slot = tokens.slot("https://wecom", owner);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ask(&slot, || panic!("no memory"))));
    assert!(panicked.is_err());
    assert!(ask(&slot, || fetched("one")).is_ok());
}

#[test]
fn a_token_dropped_early_is_replaced_seldom_and_ever_more_so() {
    let (tokens, owner) = tokens_and_owner();
    let slot = tokens.slot("https://wecom", owner);
    let (mut replaced, mut told) = (0, 0);
    // WeCom refuses every token at once, for an hour.
    for _ in 0..3600 {
        let Ok(token) = ask(&slot, || fetched("one")) else { unreachable!() };
        match slot.reject(&Call::new(HOUR), None, &token) {
            Ok(()) => replaced += 1,
            Err(pause) => told += u32::from(pause <= FORCED_MOST),
        }
        wait(Duration::from_secs(1));
    }
    assert!((2..10).contains(&replaced), "{replaced}");
    assert_eq!(replaced + told, 3600);
}

#[test]
fn a_life_that_no_clock_can_hold_is_cut() {
    let answer = r#"{"access_token":"one","expires_in":9223372036854775807}"#;
    let life = Fetched::read(answer, "access_token").map(|fetched| fetched.life);
    assert_eq!(life, Ok(LONGEST_LIFE));
}
