//! The table "Again, or not", cell by cell: what happened to the first attempt, and what becomes of the call.

#![allow(clippy::unwrap_used)] // a failed unwrap is a failed test

mod support;

use contactway::{Client, Effect, Endpoint, Error, Kind, Options, Shared, json_get};
use support::{SIMPLE, Shop, add, added, contact_ways, get};

use Endpoint::{Add, CloseTempChat, Del, Get, List, Update};

/// A request that the sandbox would grant.
fn request(shop: &Shop, client: &Client, endpoint: Endpoint) -> String {
    match endpoint {
        Add => SIMPLE.to_owned(),
        List => "{}".to_owned(),
        Get | Update | Del => format!("{{\"config_id\":\"{}\"}}", added(client)),
        CloseTempChat => {
            let temporary = add(client, r#"{"type":1,"scene":2,"user":["zhangsan"],"is_temp":true}"#).unwrap();
            let config_id = json_get(&temporary, "/config_id").unwrap();
            let scanned = shop.ask("POST", "/sandbox/scan", &format!("{{\"config_id\":\"{config_id}\"}}"));
            let customer = json_get(&scanned, "/external_userid").unwrap();
            format!("{{\"userid\":\"zhangsan\",\"external_userid\":\"{customer}\"}}")
        }
    }
}

/// Whether a cell of the table says "again".
#[derive(Clone, Copy, PartialEq)]
enum Cell {
    Again,
    No,
}
use Cell::{Again, No};

struct Row {
    /// What the sandbox does instead of answering.
    fault: &'static str,
    repeatable: Cell,
    add: Cell,
    kind: Kind,
    effect: Effect,
    /// Whether another try later is worth while where it does no harm.
    transient: bool,
}

const fn row(fault: &'static str, repeatable: Cell, add: Cell, kind: Kind, effect: Effect, transient: bool) -> Row {
    Row { fault, repeatable, add, kind, effect, transient }
}

const ROWS: &[Row] = &[
    row(r#"{"reset":true}"#, Again, No, Kind::Network, Effect::Unknown, true),
    row(r#"{"cut":20}"#, Again, No, Kind::Network, Effect::Unknown, true),
    row(r#"{"status":200,"body":"<html>"}"#, Again, No, Kind::BadResponse, Effect::Unknown, true),
    row(r#"{"status":200,"body":"{\"errcode\":\"0\"}"}"#, Again, No, Kind::BadResponse, Effect::Unknown, true),
    row(r#"{"status":200,"body":"[0]"}"#, Again, No, Kind::BadResponse, Effect::Unknown, true),
    row(r#"{"status":429,"body":""}"#, Again, Again, Kind::BadResponse, Effect::None, true),
    row(r#"{"status":502,"body":"<html>"}"#, Again, No, Kind::BadResponse, Effect::Unknown, true),
    row(r#"{"status":503,"body":""}"#, Again, No, Kind::BadResponse, Effect::Unknown, true),
    row(r#"{"status":504,"body":""}"#, Again, No, Kind::BadResponse, Effect::Unknown, true),
    row(r#"{"status":500,"body":""}"#, No, No, Kind::BadResponse, Effect::Unknown, true),
    row(
        r#"{"status":302,"headers":{"Location":"http://127.0.0.1:1/"},"body":""}"#,
        No,
        No,
        Kind::BadResponse,
        Effect::Unknown,
        true,
    ),
    row(r#"{"errcode":-1}"#, Again, No, Kind::Api, Effect::Unknown, true),
    row(r#"{"errcode":6000}"#, Again, Again, Kind::Api, Effect::None, true),
    row(r#"{"errcode":45035}"#, Again, Again, Kind::Api, Effect::None, true),
    row(r#"{"errcode":45033}"#, Again, Again, Kind::RateLimited, Effect::None, true),
    // The minute that WeCom blocks for is longer than the deadline.
    row(r#"{"errcode":45009}"#, No, No, Kind::RateLimited, Effect::None, true),
    row(r#"{"errcode":48002}"#, No, No, Kind::Api, Effect::None, false),
    row(r#"{"errcode":12345}"#, No, No, Kind::Api, Effect::None, false),
];

fn fault(endpoint: &str, times: u32, what: &str) -> String {
    format!(r#"{{"endpoint":"{endpoint}","nth":1,"times":{times},"when":"before","do":{what}}}"#)
}

/// A shop of its own for each cell, since a refusal for too many calls holds back those that follow.
fn in_each_cell(test: impl Fn(&Row, Endpoint, &str, Cell, &Shop)) {
    for row in ROWS {
        for (endpoint, name) in Endpoint::ALL.map(|endpoint| (endpoint, endpoint.name())) {
            let cell = if endpoint == Add { row.add } else { row.repeatable };
            test(row, endpoint, name, cell, &Shop::open());
        }
    }
}

#[test]
fn a_fault_that_passes_is_survived_where_the_table_says_again() {
    in_each_cell(|row, endpoint, name, cell, shop| {
        let client = shop.client("");
        let request = request(shop, &client, endpoint);
        let before = shop.count(name);
        shop.faults(&fault(name, 1, row.fault));
        let outcome = client.call(endpoint, &request, &Options::default());
        assert_eq!(outcome.is_ok(), cell == Again, "{name} {}: {outcome:?}", row.fault);
        let sent = if cell == Again { 2 } else { 1 };
        assert_eq!(shop.count(name) - before, sent, "{name} {}", row.fault);
    });
}

#[test]
fn a_fault_that_stays_is_told_as_it_is() {
    in_each_cell(|row, endpoint, name, cell, shop| {
        let client = shop.client("");
        let request = request(shop, &client, endpoint);
        // Else the first attempt finds the connection gone, which is free of charge.
        let fresh = shop.client("");
        shop.faults(&fault(name, 100, row.fault));
        let error = fresh.call(endpoint, &request, &Options::default()).unwrap_err();
        let what = format!("{name} {}: {}", row.fault, error.to_json());
        assert_eq!(error.kind(), row.kind, "{what}");
        assert_eq!(error.effect(), row.effect, "{what}");
        let harmless = endpoint != Add || row.effect == Effect::None;
        assert_eq!(error.is_retryable(), row.transient && harmless, "{what}");
        let attempts = if cell == Again { "3" } else { "1" };
        assert_eq!(json_get(&error.to_json(), "/error/attempts").as_deref(), Some(attempts), "{what}");
        assert_eq!(json_get(&error.to_json(), "/error/endpoint").as_deref(), Some(name), "{what}");
    });
}

#[test]
fn no_connection_is_tried_again_by_all_and_nothing_was_sent() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let config = format!(r#"{{"base_url":"http://127.0.0.1:{port}","access_token":"token"}}"#);
    let client = Client::new(&config, &Shared::default()).unwrap();
    for (endpoint, request) in [(Add, SIMPLE), (Get, r#"{"config_id":"a"}"#)] {
        let error = client.call(endpoint, request, &Options::default()).unwrap_err();
        assert_eq!((error.kind(), error.effect()), (Kind::Network, Effect::None));
        assert!(error.is_retryable());
        assert_eq!(json_get(&error.to_json(), "/error/attempts").as_deref(), Some("3"));
        assert_eq!(json_get(&error.to_json(), "/error/http_status").as_deref(), Some("null"));
    }
}

#[test]
fn max_attempts_caps_all_of_it() {
    let shop = Shop::open();
    let client = shop.client(r#","max_attempts":1"#);
    shop.faults(&fault("list_contact_way", 1, r#"{"errcode":-1}"#));
    assert!(client.call(List, "{}", &Options::default()).is_err());
    let patient = shop.client(r#","max_attempts":5"#);
    shop.faults(&fault("list_contact_way", 4, r#"{"status":503,"body":""}"#));
    assert!(patient.call(List, "{}", &Options::default()).is_ok());
    shop.ask("DELETE", "/sandbox/faults", "");
    // A busy WeCom asks for three tries at most.
    shop.faults(&fault("list_contact_way", 3, r#"{"errcode":-1}"#));
    assert!(patient.call(List, "{}", &Options::default()).is_err());
}

#[test]
fn an_unknown_add_is_sent_again_only_when_a_duplicate_is_accepted() {
    let shop = Shop::open();
    let client = shop.client("");
    // The work is done, and the answer lost.
    let lost = r#"{"endpoint":"add_contact_way","nth":1,"times":1,"when":"after","do":{"reset":true}}"#;
    shop.faults(lost);
    let error = add(&client, SIMPLE).unwrap_err();
    assert_eq!((error.effect(), error.is_retryable()), (Effect::Unknown, false));
    assert!(error.to_string().contains("list"), "{error}");
    assert_eq!(contact_ways(&client), 1);
    shop.faults(lost);
    let options = Options { accept_duplicate: true, ..Options::default() };
    assert!(client.call(Add, SIMPLE, &options).is_ok());
    assert_eq!(contact_ways(&client), 3);
}

fn warning(answer: &Result<String, Error>) -> Option<String> {
    json_get(answer.as_ref().ok()?, "/warnings/0/code")
}

#[test]
fn work_that_a_lost_attempt_has_done_is_success_with_a_warning() {
    let shop = Shop::open();
    let client = shop.client("");
    for (endpoint, name) in [(Del, "del_contact_way"), (CloseTempChat, "close_temp_chat")] {
        let request = request(&shop, &client, endpoint);
        shop.faults(&format!(
            r#"{{"endpoint":"{name}","nth":1,"times":1,"when":"after","do":{{"status":502,"body":""}}}}"#
        ));
        let answer = client.call(endpoint, &request, &Options::default());
        assert_eq!(warning(&answer).as_deref(), Some("done_already"), "{answer:?}");
        // Without a lost attempt it is what it is.
        let error = client.call(endpoint, &request, &Options::default()).unwrap_err();
        assert_eq!(error.kind(), Kind::Api);
    }
}

#[test]
fn a_connection_that_the_server_closed_while_it_lay_idle_costs_nothing() {
    let shop = Shop::open();
    let client = shop.client(r#","max_attempts":1"#);
    let config_id = added(&client);
    // In use a moment ago, it says that the server is ill: that counts.
    shop.faults(&fault("get_contact_way", 1, r#"{"reset":true}"#));
    assert_eq!(get(&client, &config_id).unwrap_err().kind(), Kind::Network);
    assert!(get(&client, &config_id).is_ok());
    // As long as it takes to count as idle.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    shop.faults(&fault("get_contact_way", 1, r#"{"reset":true}"#));
    assert!(get(&client, &config_id).is_ok());
}
