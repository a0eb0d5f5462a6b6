//! The ledger brought up to what WeCom holds.

use std::sync::Arc;

use contactway::{Client, Endpoint, Options, TokenProvider};
use serde_json::{Value, json};

use crate::bench::{Bench, Told, apply, counts, ledger, plain, read, rows, sync};
use crate::support::{SIMPLE, added};

fn deleted(bench: &Bench, config_id: &str) {
    let request = json!({"config_id": config_id}).to_string();
    bench.other().call(Endpoint::Del, &request, &Options::default()).unwrap();
}

#[test]
fn every_member_of_the_answer_is_there() {
    let bench = Bench::new();
    let expected = json!({"errcode": 0, "errmsg": "ok", "listed": 0, "known": 0, "adopted": 0, "changed": 0, "gone": 0,
        "foreign": 0, "failures": []});
    assert_eq!(sync(&bench.client("")), expected);
}

#[test]
fn strangers_are_adopted_without_a_key_and_only_once() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &rows(3));
    let strangers: Vec<_> = (0..4).map(|_| added(&bench.other())).collect();
    assert_eq!(counts(&sync(&client)), json!({"listed": 7, "known": 3, "adopted": 4}));
    let found = &ledger(&client, &json!({"config_id": strangers[0]}))[0];
    assert_eq!((&found["key"], &found["status"]), (&Value::Null, &json!("active")));
    assert_eq!(found["contact_way"]["user"], json!(["zhangsan"]));
    assert_eq!(counts(&sync(&client)), json!({"listed": 7, "known": 7}));
}

#[test]
fn more_than_a_page_is_walked() {
    let bench = Bench::new();
    let client = bench.client("");
    let way = |nth: usize| {
        serde_json::from_str::<Value>(SIMPLE).map(|mut way| {
            way["state"] = format!("s{nth}").into();
            way
        })
    };
    let wanted: Vec<_> =
        (0..1100).map(|nth| json!({"key": format!("k{nth}"), "contact_way": way(nth).unwrap()})).collect();
    // Made with a store of their own.
    let elsewhere = crate::support::directory::Directory::new();
    let maker = bench.shop.client(&format!(r#","store":"{}""#, elsewhere.store()));
    assert_eq!(counts(&apply(&maker, &wanted)), json!({"created": 1100}));
    let mut told = Told::all();
    let answer = read(client.sync("{}", &Options::default(), Some(&mut told)));
    assert_eq!(counts(&answer), json!({"listed": 1100, "adopted": 1100}), "{answer}");
    let last = told.lines.last().unwrap();
    assert_eq!((&last["done"], &last["total"]), (&json!(1100), &json!(1100)));
}

#[test]
fn what_others_changed_is_counted_once() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &rows(2));
    assert_eq!(sync(&client)["changed"], 0);
    let config_id = ledger(&client, &json!({}))[0]["config_id"].clone();
    let update = json!({"config_id": config_id, "remark": "theirs"}).to_string();
    bench.other().call(Endpoint::Update, &update, &Options::default()).unwrap();
    assert_eq!(sync(&client)["changed"], 1);
    assert_eq!(sync(&client)["changed"], 0);
}

#[test]
fn what_these_credentials_never_read_is_foreign_and_not_gone() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &rows(2));
    deleted(&bench, ledger(&client, &json!({}))[0]["config_id"].as_str().unwrap());
    let answer = sync(&client);
    assert_eq!(counts(&answer), json!({"listed": 1, "known": 1, "foreign": 1}), "{answer}");
    assert_eq!(answer["errcode"], 0);
    assert_eq!(answer.get("warnings"), None, "another app's, as it may be: {answer}");
    assert_eq!(ledger(&client, &json!({"status": "active"})).len(), 2);
}

#[test]
fn gone_takes_two_looks_a_minute_apart_and_a_witness() {
    let bench = Bench::new();
    if !bench.is_sqlite() {
        return;
    }
    let client = bench.client("");
    apply(&client, &rows(2));
    sync(&client);
    let config_id = ledger(&client, &json!({}))[0]["config_id"].as_str().unwrap().to_owned();
    deleted(&bench, &config_id);
    // A job without the time for it leaves the second look to the next one.
    let short = Options { timeout: Some(std::time::Duration::from_secs(20)), ..Options::default() };
    let answer = read(client.sync("{}", &short, None));
    assert_eq!(counts(&answer), json!({"listed": 1, "known": 1}), "{answer}");
    let warning = &answer["warnings"][0];
    assert_eq!(warning["code"], "not_shown", "{answer}");
    assert!(warning["message"].as_str().unwrap().contains("1 of the contact ways that it showed before"), "{answer}");
    assert_eq!(ledger(&client, &json!({"status": "gone"})).len(), 0);
    bench.age_misses(30);
    assert_eq!(read(client.sync("{}", &short, None))["gone"], 0, "half a minute is not enough");
    bench.age_misses(30);
    let answer = read(client.sync("{}", &short, None));
    assert_eq!(counts(&answer), json!({"listed": 1, "known": 1, "gone": 1}), "{answer}");
    assert_eq!(answer.get("warnings"), None, "it is told: {answer}");
    assert_eq!(ledger(&client, &json!({"status": "gone"}))[0]["config_id"], config_id.as_str());
    assert_eq!(apply(&client, &[plain("key-00000")])["failures"][0]["errcode"], 41044);
}

#[test]
fn a_ledger_of_which_wecom_shows_nothing_is_warned_of_and_nothing_is_gone() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &rows(2));
    let forget = || bench.shop.ask("POST", "/sandbox/reset", "{}");
    let short = Options { timeout: Some(std::time::Duration::from_secs(20)), ..Options::default() };
    for is_read_before in [false, true] {
        if is_read_before {
            apply(&client, &[plain("another")]);
            sync(&client);
        }
        forget();
        let answer = read(client.sync("{}", &short, None));
        assert_eq!((&answer["errcode"], &answer["gone"]), (&json!(0), &json!(0)), "{answer}");
        let warning = &answer["warnings"][0];
        assert_eq!(warning["code"], "not_shown", "{answer}");
        let says = format!("none of the ledger's {} contact ways", if is_read_before { 3 } else { 2 });
        let message = warning["message"].as_str().unwrap();
        assert!(message.contains(&says) && message.contains("base_url"), "{answer}");
    }
}

/// Hands out an app's tokens.
struct Handing(String);

impl TokenProvider for Handing {
    fn token(&self, _: bool) -> Result<String, String> {
        Ok(self.0.clone())
    }
}

#[test]
fn what_another_client_with_a_token_provider_read_may_be_another_apps_and_is_not_gone() {
    let bench = Bench::new();
    if !bench.is_sqlite() {
        return;
    }
    let config: Value = serde_json::from_str(&bench.config("")).unwrap();
    let text = |name: &str| config[name].as_str().unwrap();
    let asked = format!("/cgi-bin/gettoken?corpid={}&corpsecret={}", text("corp_id"), text("secret"));
    let token: Value = serde_json::from_str(&bench.shop.ask("GET", &asked, "")).unwrap();
    let provided = json!({"base_url": text("base_url"), "corp_id": text("corp_id"), "token_provider": true,
        "store": text("store"), "settle_s": 0});
    let client = || {
        let client = Client::new(&provided.to_string(), &bench.shop.shared).unwrap();
        client.set_token_provider(Arc::new(Handing(token["access_token"].as_str().unwrap().to_owned()))).unwrap();
        client
    };
    let first = client();
    apply(&first, &rows(2));
    sync(&first);
    let lost = ledger(&first, &json!({}))[0].clone();
    deleted(&bench, lost["config_id"].as_str().unwrap());
    let short = Options { timeout: Some(std::time::Duration::from_secs(20)), ..Options::default() };
    read(first.sync("{}", &short, None));
    bench.age_misses(60);
    let second = client();
    let answer = read(second.sync("{}", &short, None));
    assert_eq!(counts(&answer), json!({"listed": 1, "known": 1, "foreign": 1}), "{answer}");
    let mut row = json!({"key": lost["key"], "contact_way": lost["contact_way"]});
    row["contact_way"]["remark"] = "changed".into();
    let again = json!({"rows": [row], "recreate_gone": true}).to_string();
    let answer = read(second.apply(&again, &Options::default(), None));
    assert_eq!((&answer["created"], &answer["failures"][0]["errcode"]), (&json!(0), &json!(41044)), "{answer}");
}

#[test]
fn one_that_cannot_be_read_is_named_and_the_rest_goes_on() {
    let bench = Bench::new();
    let client = bench.client(r#","max_attempts":1"#);
    (0..5).for_each(|_| drop(added(&bench.other())));
    bench.shop.faults(r#"{"endpoint":"get_contact_way","nth":2,"times":1,"do":{"errcode":40058}}"#);
    let answer = sync(&client);
    assert_eq!((&answer["errcode"], counts(&answer)), (&json!(-1011), json!({"listed": 5, "adopted": 4})), "{answer}");
    let failure = &answer["failures"][0];
    assert_eq!(failure["errcode"], 40058);
    assert!(failure["config_id"].is_string(), "{failure}");
    assert_eq!(counts(&sync(&client)), json!({"listed": 5, "known": 4, "adopted": 1}));
}

#[test]
fn an_unfinished_run_is_gone_on_with() {
    let bench = Bench::new();
    let client = bench.client("");
    (0..600).for_each(|_| drop(added(&bench.other())));
    let mut told = Told { lines: Vec::new(), stop_at: 2 };
    bench.shop.faults(r#"{"endpoint":"get_contact_way","share":1.0,"times":1000,"do":{"delay_ms":5}}"#);
    let stopped = read(client.sync("{}", &Options::default(), Some(&mut told)));
    assert_eq!(stopped["error"]["kind"], "cancelled", "{stopped}");
    let before = stopped["adopted"].as_u64().unwrap();
    assert!(before < 600, "{stopped}");
    bench.forget_calls();
    let answer = sync(&client);
    assert_eq!(answer["adopted"].as_u64().unwrap() + before, 600, "{answer}");
    assert_eq!(bench.shop.count("get_contact_way") as u64 + before, 600, "nothing is read twice");
}

#[test]
fn times_are_seconds() {
    let bench = Bench::new();
    for (request, pointer) in [
        (r#"{"start_time":1625846400000}"#, "/start_time"),
        (r#"{"start_time":20,"end_time":10}"#, "/end_time"),
        (r#"{"concurrency":0}"#, "/concurrency"),
    ] {
        let answer = read(bench.client("").sync(request, &Options::default(), None));
        assert_eq!(answer["error"]["details"][0]["pointer"], pointer, "{answer}");
    }
}

#[test]
fn without_a_witness_nothing_is_gone() {
    let bench = Bench::new();
    if !bench.is_sqlite() {
        return;
    }
    let client = bench.client("");
    apply(&client, &rows(2));
    sync(&client);
    for entry in ledger(&client, &json!({})) {
        deleted(&bench, entry["config_id"].as_str().unwrap());
    }
    let short = Options { timeout: Some(std::time::Duration::from_secs(20)), ..Options::default() };
    read(client.sync("{}", &short, None));
    bench.age_misses(60);
    assert_eq!(read(client.sync("{}", &short, None))["gone"], 0, "the credentials may have lost a right");
}

#[test]
fn an_add_that_nobody_knows_of_is_adopted_or_removed() {
    let bench = Bench::new();
    let client = bench.client(r#","max_attempts":1,"timeout_ms":1000"#);
    let way = |key: &str| plain(key)["contact_way"].to_string();
    let lose = |nth: u32, when: &str| {
        format!(r#"{{"endpoint":"add_contact_way","nth":{nth},"times":1,"when":"{when}","do":{{"reset":true}}}}"#)
    };
    bench.shop.faults(&format!(
        "{},{},{}",
        lose(1, "after"),
        lose(2, "before"),
        r#"{"endpoint":"list_contact_way","times":9,"do":{"errcode":-1}}"#
    ));
    for key in ["made", "lost"] {
        let options = Options { key: Some(key.to_owned()), ..Options::default() };
        let error = client.call(Endpoint::Add, &way(key), &options).unwrap_err();
        assert_eq!(error.errcode(), -1014, "{error}");
    }
    bench.shop.ask("DELETE", "/sandbox/faults", "");
    let answer = sync(&client);
    assert_eq!(
        (&answer["errcode"], &answer["listed"], &answer["known"]),
        (&json!(0), &json!(1), &json!(1)),
        "{answer}"
    );
    let entries = ledger(&client, &json!({}));
    let found: Vec<_> =
        entries.iter().map(|entry| (entry["key"].as_str().unwrap(), entry["status"].as_str().unwrap())).collect();
    assert_eq!(found, [("made", "active")], "what two walks did not find is removed, and its key free");
}
