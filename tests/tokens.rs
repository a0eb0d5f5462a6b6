//! Tokens: fetched once for everybody, renewed early, replaced once, and never hammered for.

#![allow(clippy::unwrap_used)] // a failed unwrap is a failed test

mod support;

use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use contactway::{Client, Effect, Endpoint, Error, Kind, Options, Shared, TokenProvider, json_get};
use support::raw::Raw;
use support::{SIMPLE, Shop, add, list};

fn get_token_calls(shop: &Shop) -> usize {
    shop.count("gettoken")
}

#[test]
fn thirty_two_cold_threads_fetch_one_token() {
    let shop = Shop::open();
    shop.faults(r#"{"endpoint":"gettoken","nth":1,"times":1,"do":{"delay_ms":200}}"#);
    let clients: Vec<_> = (0..32).map(|_| shop.client(r#","max_in_flight":0"#)).collect();
    let start = Barrier::new(32);
    thread::scope(|scope| {
        for client in &clients {
            scope.spawn(|| {
                start.wait();
                list(client, "{}").unwrap();
            });
        }
    });
    assert_eq!(get_token_calls(&shop), 1);
    assert_eq!(shop.count("list_contact_way"), 32);
}

#[test]
fn a_waiter_takes_over_from_a_leader_that_runs_out_of_time() {
    let shop = Shop::open();
    shop.faults(r#"{"endpoint":"gettoken","nth":1,"times":1,"do":{"silence":true}}"#);
    let client = shop.client("");
    thread::scope(|scope| {
        let leader = scope.spawn(|| {
            let options = Options::parse(r#"{"timeout_ms":300}"#, None).unwrap();
            client.call(Endpoint::List, "{}", &options).unwrap_err()
        });
        while get_token_calls(&shop) == 0 {
            thread::yield_now();
        }
        assert!(list(&client, "{}").is_ok());
        let error = leader.join().unwrap();
        assert_eq!((error.kind(), error.effect()), (Kind::Timeout, Effect::None));
    });
    assert_eq!(get_token_calls(&shop), 2);
}

#[test]
fn different_credentials_have_different_tokens() {
    let shop = Shop::with(
        r#"{"apps":[{"corp_id":"ww1","secret":"first-secret","permissions":["contact_way"]},
                    {"corp_id":"ww1","secret":"second-secret","permissions":["contact_way"]}]}"#,
    );
    for secret in ["first-secret", "second-secret"] {
        let config = format!(r#"{{"base_url":"{}","corp_id":"ww1","secret":"{secret}"}}"#, shop.sandbox.base_url());
        list(&Client::new(&config, &shop.shared).unwrap(), "{}").unwrap();
    }
    assert_eq!(get_token_calls(&shop), 2);
}

#[test]
fn one_address_in_two_spellings_has_one_token() {
    let shop = Shop::open();
    let port = shop.sandbox.base_url().rsplit(':').next().unwrap();
    for base_url in [format!("http://localhost:{port}"), format!("HTTP://LocalHost:{port}/")] {
        let config = shop.config("").replace(shop.sandbox.base_url(), &base_url);
        list(&Client::new(&config, &shop.shared).unwrap(), "{}").unwrap();
    }
    assert_eq!(get_token_calls(&shop), 1);
}

#[test]
fn an_expired_token_is_replaced_and_the_call_made_once_more() {
    let shop = Shop::with(r#"{"clock":1767225600,"token_life_s":7200}"#);
    let client = shop.client("");
    list(&client, "{}").unwrap();
    // The sandbox's clock moves, ours does not: WeCom ends the token early.
    shop.ask("POST", "/sandbox/clock", r#"{"advance_s":8000}"#);
    add(&client, SIMPLE).unwrap();
    assert_eq!(get_token_calls(&shop), 2);
    assert_eq!(shop.count("add_contact_way"), 2);
    // Twice within a minute is told, not fetched for.
    shop.ask("POST", "/sandbox/clock", r#"{"advance_s":8000}"#);
    let error = add(&client, SIMPLE).unwrap_err();
    assert_eq!((error.kind(), error.errcode(), error.effect()), (Kind::Auth, 42001, Effect::None));
    assert_eq!(get_token_calls(&shop), 2);
    assert!(error.is_retryable(), "{error}");
    let advice = json_get(&error.to_json(), "/error/advice").unwrap();
    assert!(advice.contains("two tokens") && advice.contains("retry_after_ms"), "{advice}");
    // But not where an earlier attempt may have done the work.
    shop.faults(r#"{"endpoint":"add_contact_way","nth":1,"times":1,"when":"after","do":{"reset":true}}"#);
    let twice = Options { accept_duplicate: true, ..Options::default() };
    let error = client.call(Endpoint::Add, SIMPLE, &twice).unwrap_err();
    assert_eq!((error.errcode(), error.effect(), error.is_retryable()), (42001, Effect::Unknown, false), "{error}");
    assert!(error.retry_after().is_some(), "{error}");
}

#[test]
fn the_same_token_coming_back_is_not_tried_again() {
    let shop = Shop::open();
    let client = shop.client("");
    shop.faults(r#"{"endpoint":"list_contact_way","nth":1,"times":9,"do":{"errcode":40014}}"#);
    let error = list(&client, "{}").unwrap_err();
    assert_eq!((error.kind(), error.errcode()), (Kind::Auth, 40014));
    assert_eq!(shop.count("list_contact_way"), 1);
    assert_eq!(get_token_calls(&shop), 2);
    // No other is asked for within the minute, by this call as by the next.
    assert!(error.is_retryable() && error.retry_after().is_some(), "{}", error.to_json());
}

#[test]
fn a_second_token_that_is_refused_within_one_call_says_when_another_is_asked_for() {
    let shop = Shop::open();
    let client = shop.client("");
    list(&client, "{}").unwrap();
    shop.ask("DELETE", "/sandbox/tokens", "");
    shop.faults(r#"{"endpoint":"list_contact_way","nth":1,"times":9,"do":{"errcode":42001}}"#);
    let error = list(&client, "{}").unwrap_err();
    assert_eq!((error.errcode(), error.attempts()), (42001, 2));
    let minute = Duration::from_secs(50)..=Duration::from_secs(60);
    assert!(error.is_retryable() && minute.contains(&error.retry_after().unwrap()), "{}", error.to_json());
}

#[test]
fn many_threads_with_one_expired_token_fetch_one() {
    let shop = Shop::with(r#"{"clock":1767225600}"#);
    let client = shop.client(r#","max_in_flight":0"#);
    list(&client, "{}").unwrap();
    shop.ask("POST", "/sandbox/clock", r#"{"advance_s":8000}"#);
    let start = Barrier::new(16);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                start.wait();
                list(&client, "{}").unwrap();
            });
        }
    });
    assert_eq!(get_token_calls(&shop), 2);
}

#[test]
fn a_wrong_secret_is_asked_about_once() {
    let shop = Shop::open();
    let corp_id = json_get(&shop.sandbox.info_json(), "/corp_id").unwrap();
    let config =
        format!(r#"{{"base_url":"{}","corp_id":"{corp_id}","secret":"wrong-secret-9"}}"#, shop.sandbox.base_url());
    let client = Arc::new(Client::new(&config, &shop.shared).unwrap());
    for nth in 0..50 {
        let error = add(&client, SIMPLE).unwrap_err();
        assert_eq!((error.kind(), error.errcode(), error.effect()), (Kind::Auth, 40001, Effect::None));
        assert!(!error.is_retryable());
        // Also the first, which is remembered from then on.
        assert!(error.retry_after().is_some_and(|wait| wait <= Duration::from_secs(5)), "{error}");
        assert!(!error.to_json().contains("wrong-secret-9"));
        let remembered = json_get(&error.to_json(), "/error/remembered");
        assert_eq!(remembered.as_deref(), if nth == 0 { None } else { Some("true") }, "WeCom said it once");
    }
    assert_eq!(get_token_calls(&shop), 1);
    assert_eq!(shop.count("add_contact_way"), 0);
    // Another client with the right one is not held up.
    list(&shop.client(""), "{}").unwrap();
}

#[test]
fn a_token_endpoint_that_is_ill_for_a_moment_is_asked_again() {
    let shop = Shop::open();
    shop.faults(
        r#"{"endpoint":"gettoken","nth":1,"times":1,"do":{"status":502,"body":"<html>"}},
           {"endpoint":"gettoken","nth":2,"times":1,"do":{"errcode":-1}}"#,
    );
    list(&shop.client(""), "{}").unwrap();
    assert_eq!(get_token_calls(&shop), 3);
}

#[test]
fn an_answer_without_a_token_is_auth() {
    let shop = Shop::open();
    shop.faults(r#"{"endpoint":"gettoken","nth":1,"times":9,"do":{"status":200,"body":"{\"errcode\":0}"}}"#);
    let error = list(&shop.client(""), "{}").unwrap_err();
    assert_eq!((error.kind(), error.errcode()), (Kind::Auth, -1004));
}

#[test]
fn the_hosts_own_token_is_used_as_it_is() {
    let shop = Shop::open();
    let info = shop.sandbox.info_json();
    let [corp_id, secret] = ["/corp_id", "/secret"].map(|pointer| json_get(&info, pointer).unwrap());
    let fetched = shop.ask("GET", &format!("/cgi-bin/gettoken?corpid={corp_id}&corpsecret={secret}"), "");
    let token = json_get(&fetched, "/access_token").unwrap();
    let client = |token: &str| {
        let config = format!(r#"{{"base_url":"{}","access_token":"{token}"}}"#, shop.sandbox.base_url());
        Client::new(&config, &Shared::default()).unwrap()
    };
    list(&client(&token), "{}").unwrap();
    let error = list(&client("not-a-token"), "{}").unwrap_err();
    assert_eq!((error.kind(), error.errcode()), (Kind::Auth, 40014));
    assert_eq!(get_token_calls(&shop), 1);
}

/// A host's function that has one token, and none where it is asked for another.
#[derive(Default)]
struct Down(Mutex<Vec<bool>>);

impl TokenProvider for Down {
    fn token(&self, rejected: bool) -> Result<String, String> {
        self.0.lock().unwrap().push(rejected);
        if rejected { Err("the token server is down".to_owned()) } else { Ok("a-token".to_owned()) }
    }
}

#[test]
fn a_provider_is_told_of_the_refused_token_until_it_has_another() {
    let shop = Shop::open();
    let config = format!(r#"{{"base_url":"{}","corp_id":"ww1","token_provider":true}}"#, shop.sandbox.base_url());
    let client = Client::new(&config, &Shared::default()).unwrap();
    let down = Arc::new(Down::default());
    client.set_token_provider(down.clone()).unwrap();
    for _ in 0..3 {
        assert_eq!(list(&client, "{}").unwrap_err().kind(), Kind::Auth);
    }
    assert_eq!(*down.0.lock().unwrap(), [false, true, true, true]);
    assert_eq!(shop.count("list_contact_way"), 1, "the dead token is not sent again");
}

#[test]
fn credentials_with_white_space_around_them_are_refused_with_the_configuration() {
    for (config, pointer) in [
        (r#"{"corp_id":"ww1","secret":"s\n"}"#.to_owned(), "/secret"),
        (r#"{"corp_id":" ww1","secret":"s"}"#.to_owned(), "/corp_id"),
        (r#"{"access_token":"t\r\n"}"#.to_owned(), "/access_token"),
        (format!(r#"{{"suite":{}}}"#, SUITE.replace("suite-secret-1", "suite-secret-1 ")), "/suite/suite_secret"),
    ] {
        let error = Client::new(&config, &Shared::default()).err().unwrap();
        assert_eq!((error.details()[0].pointer.as_str(), error.details()[0].rule), (pointer, "surrounding_space"));
    }
}

const SUITE: &str = r#"{"suite_id":"ws1","suite_secret":"suite-secret-1","suite_ticket":"ticket-1",
    "auth_corp_id":"ww1","permanent_code":"permanent-1"}"#;

#[test]
fn a_third_party_app_gets_its_tokens_with_a_ticket_that_the_host_renews() {
    let apps = r#"[{"corp_id":"ww1","secret":"s","permissions":["contact_way"]}]"#;
    let shop = Shop::with(&format!(r#"{{"suites":[{SUITE}],"apps":{apps}}}"#));
    let base_url = shop.sandbox.base_url();
    let config = format!(r#"{{"base_url":"{base_url}","suite":{SUITE}}}"#);
    let client = Client::new(&config, &shop.shared).unwrap();
    list(&client, "{}").unwrap();
    assert_eq!(shop.calls(), ["get_suite_token", "get_corp_token", "list_contact_way"]);

    let stale = Client::new(&config.replace("ticket-1", "ticket-0"), &Shared::default()).unwrap();
    let error = list(&stale, "{}").unwrap_err();
    assert_eq!(error.kind(), Kind::Auth);
    assert!(error.errcode() > 0 && !error.to_json().contains("ticket-0"), "{}", error.to_json());
    stale.set_suite_ticket("ticket-1").unwrap();
    list(&stale, "{}").unwrap();
}

#[test]
fn a_40001_from_an_endpoint_is_a_refused_token() {
    let shop = Shop::open();
    let client = shop.client("");
    list(&client, "{}").unwrap();
    shop.faults(r#"{"endpoint":"list_contact_way","nth":1,"times":1,"do":{"errcode":40001}}"#);
    // The sandbox hands the same token out until it is dropped there too.
    shop.ask("DELETE", "/sandbox/tokens", "");
    list(&client, "{}").unwrap();
    assert_eq!(get_token_calls(&shop), 2);
    // From the token endpoint it is what a wrong secret gets, and no token is fetched again and again for it.
    shop.faults(r#"{"endpoint":"list_contact_way","nth":1,"times":9,"do":{"errcode":40001}}"#);
    for _ in 0..3 {
        let error = list(&client, "{}").unwrap_err();
        assert_eq!((error.kind(), error.errcode(), error.effect()), (Kind::Auth, 40001, Effect::None));
        let minute = Duration::from_secs(50)..=Duration::from_secs(60);
        assert!(error.is_retryable() && minute.contains(&error.retry_after().unwrap()), "{}", error.to_json());
    }
    assert_eq!(get_token_calls(&shop), 2, "one forced fetch a minute");
}

/// A token server of one's own that answers this, and grants all else; what `list` answers, and the requests.
fn with_token_server(answer: &str) -> (Result<String, Error>, Vec<String>) {
    let answer = answer.to_owned();
    let server = Raw::serve(move |peer| {
        while let Some(request) = peer.request() {
            let is_token = request.starts_with("GET /cgi-bin/gettoken");
            let body = if is_token { answer.as_str() } else { r#"{"errcode":0,"errmsg":"ok"}"# };
            if !peer.answer("200 OK", "", body) {
                return;
            }
        }
    });
    let config = format!(r#"{{"base_url":"http://{}","corp_id":"ww1","secret":"s3cret"}}"#, server.address);
    let client = Client::new(&config, &Shared::default()).unwrap();
    let first = list(&client, "{}");
    let second = list(&client, "{}");
    assert_eq!(first.is_ok(), second.is_ok());
    (first, server.requests())
}

#[test]
fn token_servers_of_ones_own_may_answer_loosely() {
    for answer in [
        r#"{"errcode":0,"access_token":"a-token","expires_in":"7200"}"#,
        r#"{"errcode":0,"access_token":"a-token"}"#,
        r#"{"errcode":0,"access_token":"a-token","expires_in":7200}"#,
    ] {
        let (listed, requests) = with_token_server(answer);
        assert!(listed.is_ok(), "{answer}: {listed:?}");
        assert_eq!(requests.iter().filter(|it| it.starts_with("GET")).count(), 1, "{answer} is kept");
    }
}

#[test]
fn what_a_token_server_lacks_is_said() {
    let long = format!(r#"{{"errcode":0,"access_token":"{}","expires_in":7200}}"#, "t".repeat(100_000));
    for (answer, said) in [
        (r#"{"errcode":0,"expires_in":7200}"#, "the answer to gettoken: it holds no access_token"),
        (r#"{"errcode":0,"access_token":"","expires_in":7200}"#, "access_token is empty"),
        (r#"{"errcode":0,"access_token":17,"expires_in":7200}"#, "access_token is not a string"),
        (r#"{"errcode":0,"access_token":"a-token","expires_in":"soon"}"#, "expires_in is not a number of seconds"),
        (r#"{"errcode":0,"access_token":"a-token","expires_in":-1}"#, "expires_in is not a number of seconds"),
        (r#"{"errcode":0,"access_token":"a-token","expires_in":true}"#, "expires_in is not a number of seconds"),
        (long.as_str(), "access_token is longer than 8192 bytes"),
    ] {
        let error = with_token_server(answer).0.unwrap_err();
        assert_eq!((error.kind(), error.errcode(), error.effect()), (Kind::Auth, -1004, Effect::None), "{error}");
        assert!(error.to_string().contains(said), "{said}: {error}");
    }
}

#[test]
fn an_answer_without_a_token_is_asked_for_once_however_many_wait() {
    // A page is asked for again, by the one that asks for all.
    for (answer, asked) in [(r#"{"errcode":0}"#, 1), ("<html>sign in</html>", 3)] {
        let server = Raw::serve(move |peer| {
            while peer.request().is_some() {
                std::thread::sleep(std::time::Duration::from_millis(20));
                if !peer.answer("200 OK", "", answer) {
                    return;
                }
            }
        });
        let config = format!(r#"{{"base_url":"http://{}","corp_id":"ww1","secret":"s3cret"}}"#, server.address);
        let client = Client::new(&config, &Shared::default()).unwrap();
        let errors: Vec<_> = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..50).map(|_| scope.spawn(|| list(&client, "{}").unwrap_err())).collect();
            calls.into_iter().map(|call| call.join().unwrap()).collect()
        });
        for error in errors {
            assert_eq!((error.kind(), error.errcode(), error.attempts()), (Kind::Auth, -1004, 0), "{error}");
        }
        assert_eq!(server.requests().len(), asked, "{answer}");
    }
}

#[test]
fn a_block_of_the_token_endpoint_is_remembered_for_as_long_as_it_lasts() {
    let answer = r#"{"errcode":45009,"errmsg":"reach max api daily quota limit"}"#;
    let server = Raw::serve(move |peer| while peer.request().is_some() && peer.answer("200 OK", "", answer) {});
    let config = format!(r#"{{"base_url":"http://{}","corp_id":"ww1","secret":"s3cret"}}"#, server.address);
    let client = Client::new(&config, &Shared::default()).unwrap();
    for _ in 0..3 {
        let error = list(&client, "{}").unwrap_err();
        assert_eq!((error.kind(), error.errcode()), (Kind::RateLimited, 45009), "{error}");
        let wait = error.retry_after().unwrap();
        assert!((50..=60).contains(&wait.as_secs()), "{wait:?}");
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn credentials_too_long_for_an_address_are_refused_with_the_configuration() {
    let long = "s".repeat(70_000);
    for (config, pointer) in [
        (format!(r#"{{"corp_id":"ww1","secret":"{long}"}}"#), "/secret"),
        (format!(r#"{{"corp_id":"{long}","secret":"s"}}"#), "/corp_id"),
        (format!(r#"{{"access_token":"{long}"}}"#), "/access_token"),
        (format!(r#"{{"suite":{}}}"#, SUITE.replace("permanent-1", &long)), "/suite/permanent_code"),
        (format!(r#"{{"suite":{}}}"#, SUITE.replace("ticket-1", &long)), "/suite/suite_ticket"),
    ] {
        let error = Client::new(&config, &Shared::default()).err().unwrap();
        let json = error.to_json();
        assert_eq!((error.kind(), error.details()[0].pointer.as_str()), (Kind::InvalidArgument, pointer), "{json}");
        assert!(json.len() < 2_000 && error.details()[0].message.contains("8192 bytes"), "{json}");
    }
    let client = Client::new(&format!(r#"{{"suite":{SUITE}}}"#), &Shared::default()).unwrap();
    for wrong in [&long, "", "ticket-2\n"] {
        assert_eq!(client.set_suite_ticket(wrong).unwrap_err().kind(), Kind::InvalidArgument);
    }
}
