//! Rows applied to what is there already: changed, claimed, replaced, made anew.

use std::fs;

use contactway::{Client, Endpoint, Options};
use serde_json::{Value, json};

use crate::bench::{Bench, apply, apply_with, counts, entry, ledger, plain, read, row, sync};
use crate::support::books::key;
use crate::support::{add, added};

fn config_id(client: &Client, key: &str) -> String {
    entry(client, key)["config_id"].as_str().unwrap().to_owned()
}

fn change(client: &Client, endpoint: Endpoint, request: &Value) {
    client.call(endpoint, &request.to_string(), &Options::default()).unwrap();
}

#[test]
fn only_changed_members_are_sent() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a")]);
    bench.forget_calls();
    let answer = apply(&client, &[row("a", &json!({"remark": "new"}))]);
    assert_eq!(counts(&answer), json!({"updated": 1}), "{answer}");
    let config_id = config_id(&client, "a");
    assert_eq!(bench.bodies("update_contact_way"), [json!({"config_id": config_id, "remark": "new"})]);
    assert_eq!(bench.shop.calls(), ["get_contact_way", "update_contact_way"], "it is read first");
    assert_eq!(bench.seen(&config_id)["remark"], "new");
    assert_eq!(counts(&apply(&client, &[row("a", &json!({"remark": "new"}))])), json!({"unchanged": 1}));
    assert_eq!(entry(&client, "a")["contact_way"]["remark"], "new");
}

#[test]
fn what_a_row_leaves_out_is_not_managed_and_what_is_empty_clears() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a")]);
    let config_id = config_id(&client, "a");
    let bare = json!({"key": "a", "contact_way": {"type": 2, "scene": 2}});
    assert_eq!(counts(&apply(&client, &[bare])), json!({"unchanged": 1}));
    assert_eq!(bench.seen(&config_id)["remark"], "a");
    let cleared = json!({"key": "a", "contact_way": {"remark": ""}});
    assert_eq!(counts(&apply(&client, &[cleared])), json!({"updated": 1}));
    assert_eq!(bench.seen(&config_id)["remark"], "");
    assert_eq!(bench.seen(&config_id)["state"], "a");
}

#[test]
fn somebody_elses_newer_change_is_a_conflict_unless_overwritten() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a"), plain("b")]);
    let config_id = config_id(&client, "a");
    change(&bench.other(), Endpoint::Update, &json!({"config_id": config_id, "remark": "theirs"}));
    let wanted = [row("a", &json!({"remark": "ours"})), plain("b")];
    let answer = apply(&client, &wanted);
    assert_eq!(counts(&answer), json!({"unchanged": 1, "failed": 1}), "{answer}");
    assert_eq!(answer["failures"][0]["errcode"], -1012, "{answer}");
    assert_eq!(bench.seen(&config_id)["remark"], "theirs");
    let forced = apply_with(&client, &wanted, &json!({"overwrite": true}));
    assert_eq!(counts(&forced), json!({"unchanged": 1, "updated": 1}), "{forced}");
    assert_eq!(bench.seen(&config_id)["remark"], "ours");
}

#[test]
fn a_change_that_sync_found_is_a_conflict_too() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a")]);
    let config_id = config_id(&client, "a");
    change(&bench.other(), Endpoint::Update, &json!({"config_id": config_id, "remark": "theirs"}));
    assert_eq!(counts(&apply(&client, &[plain("a")])), json!({"unchanged": 1}), "nobody knows of it yet");
    assert_eq!(sync(&client)["changed"], 1);
    let own = json!({"config_id": config_id, "skip_verify": false});
    client.call(Endpoint::Update, &own.to_string(), &Options::default()).unwrap();
    let refused = apply(&client, &[plain("a")]);
    assert_eq!(refused["failures"][0]["errcode"], -1012, "an update of ours makes nothing else ours: {refused}");
    assert_eq!(counts(&apply_with(&client, &[plain("a")], &json!({"overwrite": true}))), json!({"updated": 1}));
    assert_eq!(bench.seen(&config_id)["remark"], "a");
}

#[test]
fn what_no_update_changes_is_refused_unless_replaced() {
    let bench = Bench::new();
    let client = bench.client("");
    apply_with(&client, &[plain("a")], &json!({"namespace": "n"}));
    let before = config_id(&client, "a");
    let wanted = [row("a", &json!({"type": 1}))];
    let refused = apply(&client, &wanted);
    assert_eq!(refused["failures"][0]["errcode"], -1003, "{refused}");
    let report = bench.path("report.jsonl");
    let replacing = json!({"replace": true, "namespace": "n", "report_path": report});
    let answer = apply_with(&client, &wanted, &replacing);
    assert_eq!(counts(&answer), json!({"replaced": 1}), "{answer}");
    let after = config_id(&client, "a");
    let line: Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!((&line["result"], &line["config_id"]), (&json!("replaced"), &json!(after)), "{line}");
    assert_eq!(line["qr_code"], entry(&client, "a")["qr_code"], "the code to print anew");
    assert_ne!(before, after);
    assert_eq!(bench.all().len(), 1, "the old one is deleted");
    assert_eq!(bench.seen(&after)["type"], 1);
    assert_eq!(ledger(&client, &json!({"config_id": before}))[0]["status"], "deleted");
    assert_eq!(counts(&apply(&client, &wanted)), json!({"unchanged": 1}));
}

#[test]
fn what_could_not_be_deleted_in_a_replacement_is_by_the_next_run() {
    let bench = Bench::new();
    let client = bench.client(r#","max_attempts":1"#);
    apply(&client, &[plain("a")]);
    bench.shop.faults(r#"{"endpoint":"del_contact_way","times":1,"do":{"errcode":60021}}"#);
    let wanted = [row("a", &json!({"type": 1}))];
    let answer = apply_with(&client, &wanted, &json!({"replace": true}));
    assert_eq!(counts(&answer), json!({"failed": 1}), "{answer}");
    assert_eq!(answer["failures"][0]["errcode"], 60021);
    assert_eq!(answer["error"]["retryable"], true, "the next run deletes it: {answer}");
    assert_eq!(bench.all().len(), 2);
    assert_eq!(counts(&apply(&client, &wanted)), json!({"replaced": 1}));
    assert_eq!(bench.all().len(), 1);
}

#[test]
fn what_others_deleted_after_it_was_replaced_holds_no_row_up_and_lives_if_sync_reads_it() {
    let bench = Bench::new();
    let client = bench.client(r#","max_attempts":1"#);
    apply(&client, &[plain("a")]);
    let before = config_id(&client, "a");
    let deny = r#"{"endpoint":"del_contact_way","times":1,"do":{"errcode":60021}}"#;
    let not_there = r#"{"endpoint":"del_contact_way","nth":2,"times":1,"do":{"errcode":41044}}"#;
    bench.shop.faults(&format!("{deny},{not_there}"));
    let wanted = [row("a", &json!({"type": 1}))];
    let answer = apply_with(&client, &wanted, &json!({"replace": true}));
    assert_eq!(counts(&answer), json!({"failed": 1}), "{answer}");
    assert_eq!(counts(&apply(&client, &wanted)), json!({"replaced": 1}));
    assert_eq!(ledger(&client, &json!({"config_id": before}))[0]["status"], "gone");
    assert_eq!(counts(&apply(&client, &wanted)), json!({"unchanged": 1}));
    // It was another app's credentials that could not see it.
    sync(&client);
    assert_eq!(counts(&apply(&client, &wanted)), json!({"replaced": 1}));
    assert_eq!(bench.all().len(), 1);
}

#[test]
fn a_row_whose_contact_way_is_gone_fails_and_is_made_anew_only_when_asked() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a")]);
    let before = config_id(&client, "a");
    change(&bench.other(), Endpoint::Del, &json!({"config_id": before}));
    let wanted = [row("a", &json!({"remark": "new"}))];
    let answer = apply(&client, &wanted);
    assert_eq!(answer["failures"][0]["errcode"], 41044, "{answer}");
    assert!(answer["failures"][0]["errmsg"].as_str().unwrap().contains("apply with recreate_gone"), "{answer}");
    let anew = apply_with(&client, &wanted, &json!({"recreate_gone": true}));
    assert_eq!(counts(&anew), json!({"created": 1}), "{anew}");
    assert_ne!(config_id(&client, "a"), before);
    assert_eq!(ledger(&client, &json!({"config_id": before}))[0]["status"], "gone");
}

#[test]
fn a_key_whose_contact_way_was_deleted_here_is_made_anew() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a")]);
    change(&client, Endpoint::Del, &json!({"config_id": config_id(&client, "a")}));
    assert_eq!(counts(&apply(&client, &[plain("a")])), json!({"created": 1}));
}

#[test]
fn a_key_that_was_gone_made_anew_and_deleted_here_is_made_anew() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a")]);
    change(&bench.other(), Endpoint::Del, &json!({"config_id": config_id(&client, "a")}));
    let changed = [row("a", &json!({"remark": "new"}))];
    assert_eq!(counts(&apply_with(&client, &changed, &json!({"recreate_gone": true}))), json!({"created": 1}));
    change(&client, Endpoint::Del, &json!({"config_id": config_id(&client, "a")}));
    assert_eq!(counts(&apply(&client, &changed)), json!({"created": 1}));
}

#[test]
fn what_was_claimed_is_found_by_what_no_row_names_though_something_else_was_changed() {
    let bench = Bench::new();
    let client = bench.client("");
    let theirs = added(&bench.other());
    let claimed = |remark: &str| json!({"key": "k", "config_id": theirs, "contact_way": {"remark": remark}});
    for remark in ["new", "newer"] {
        assert_eq!(apply(&client, &[claimed(remark)])["failed"], 0);
        assert_eq!(ledger(&client, &json!({"user": "zhangsan", "remark": remark})).len(), 1, "{remark}");
    }
    assert_eq!(counts(&apply(&client, &[claimed("newer")])), json!({"unchanged": 1}));
    let answer = read(client.replace_user(r#"{"from":"zhangsan","to":["lisi"]}"#, &Options::default(), None));
    assert_eq!(counts(&answer), json!({"matched": 1, "updated": 1}), "{answer}");
}

#[test]
fn an_estate_that_exists_is_claimed() {
    let bench = Bench::new();
    let client = bench.client("");
    let [known, changed, strange] = [added(&bench.other()), added(&bench.other()), added(&bench.other())];
    assert_eq!(sync(&client)["adopted"], 3);
    let claim =
        |key: &str, config_id: &str, way: Value| json!({"key": key, "config_id": config_id, "contact_way": way});
    let wanted = [
        claim("a", &known, json!({})),
        claim("b", &changed, json!({"remark": "ours", "user": ["lisi"]})),
        claim("c", &strange, json!({"type": 2})),
    ];
    let answer = apply_with(&client, &wanted, &json!({"namespace": "n"}));
    assert_eq!(counts(&answer), json!({"claimed": 2, "failed": 1}), "{answer}");
    assert_eq!(answer["failures"][0]["key"], "c");
    assert_eq!(bench.seen(&changed)["remark"], "ours");
    assert_eq!(config_id(&client, "b"), changed);
    assert_eq!(entry(&client, "a")["namespace"], "n");
    assert_eq!(counts(&apply(&client, &wanted[..2])), json!({"unchanged": 2}));
}

#[test]
fn a_claim_needs_no_sync_and_a_contact_way_has_one_key() {
    let bench = Bench::new();
    let client = bench.client("");
    let stranger = added(&bench.other());
    let claim = |key: &str, config_id: &str| json!({"key": key, "config_id": config_id, "contact_way": {}});
    assert_eq!(counts(&apply(&client, &[claim("a", &stranger)])), json!({"claimed": 1}));
    let again = apply(&client, &[claim("b", &stranger), claim("a", "another"), claim("d", "no such")]);
    let errcodes: Vec<_> = again["failures"].as_array().unwrap().iter().map(|it| it["errcode"].as_i64()).collect();
    let mut errcodes: Vec<_> = errcodes.into_iter().flatten().collect();
    errcodes.sort_unstable();
    assert_eq!(errcodes, [-1012, -1012, 41044], "{again}");
}

#[test]
fn a_temporary_ones_unionid_is_sent_always() {
    let bench = Bench::new();
    let client = bench.client("");
    let way = json!({"type": 1, "scene": 2, "user": ["zhangyisheng"], "is_temp": true, "unionid": "u1", "state": "t",
        "remark": "a", "conclusions": {"text": {"content": "bye"}}});
    let mut wanted = json!({"key": "t", "contact_way": way});
    assert_eq!(counts(&apply(&client, &[wanted.clone()])), json!({"created": 1}));
    bench.forget_calls();
    wanted["contact_way"]["remark"] = "b".into();
    assert_eq!(counts(&apply(&client, &[wanted])), json!({"updated": 1}));
    assert_eq!(bench.bodies("update_contact_way")[0]["unionid"], "u1");
}

#[test]
fn a_userid_that_replace_user_took_out_does_not_come_back_by_a_row() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a")]);
    read(client.replace_user(r#"{"from":"ZhangSan","to":["lisi"]}"#, &Options::default(), None));
    let report = bench.path("report.jsonl");
    let answer = apply_with(&client, &[plain("a")], &json!({"report_path": report}));
    assert_eq!(answer["failures"][0]["errcode"], -1012, "{answer}");
    let config_id = config_id(&client, "a");
    let line: Value = serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap();
    for told in [&answer["failures"][0], &line] {
        assert_eq!(told["config_id"], config_id, "the id of the key's contact way is told of a failed row too: {told}");
    }
    assert_eq!(bench.seen(&config_id)["user"], json!(["lisi"]));
    assert_eq!(counts(&apply(&client, &[row("a", &json!({"user": ["lisi"]}))])), json!({"unchanged": 1}));
    assert_eq!(counts(&apply_with(&client, &[plain("a")], &json!({"overwrite": true}))), json!({"updated": 1}));
    assert_eq!(bench.seen(&config_id)["user"], json!(["zhangsan"]));
    let next = apply(&client, &[row("a", &json!({"remark": "b"}))]);
    assert_eq!(counts(&next), json!({"updated": 1}), "who was put back is not out any more: {next}");
    read(client.replace_user(r#"{"from":"zhangsan","to":["lisi"]}"#, &Options::default(), None));
    read(client.replace_user(r#"{"from":"lisi","to":["zhangsan"]}"#, &Options::default(), None));
    let next = apply(&client, &[row("a", &json!({"remark": "c"}))]);
    assert_eq!(counts(&next), json!({"updated": 1}), "nor by another replacement: {next}");
    let lisi = apply(&client, &[row("a", &json!({"user": ["lisi"]}))]);
    assert_eq!(lisi["failures"][0]["errcode"], -1012, "{lisi}");
}

#[test]
fn a_userid_that_replace_user_took_out_stays_out_of_what_replaces_it() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a")]);
    read(client.replace_user(r#"{"from":"zhangsan","to":["lisi"]}"#, &Options::default(), None));
    let single = row("a", &json!({"type": 1, "user": ["lisi"]}));
    assert_eq!(counts(&apply_with(&client, &[single], &json!({"replace": true}))), json!({"replaced": 1}));
    let back = apply(&client, &[row("a", &json!({"type": 1}))]);
    assert_eq!(back["failures"][0]["errcode"], -1012, "an old row names zhangsan: {back}");
}

#[test]
fn an_add_by_hand_under_the_same_key_is_the_rows() {
    let bench = Bench::new();
    let client = bench.client("");
    let options = Options { key: Some("a".to_owned()), ..Options::default() };
    client.call(Endpoint::Add, &plain("a")["contact_way"].to_string(), &options).unwrap();
    assert!(add(&client, &plain("b")["contact_way"].to_string()).is_ok());
    assert_eq!(counts(&apply(&client, &[plain("a")])), json!({"unchanged": 1}));
}

#[test]
fn an_update_whose_answer_is_lost_is_looked_at_by_the_next_run() {
    let bench = Bench::new();
    let client = bench.client(r#","max_attempts":1,"timeout_ms":1000"#);
    apply(&client, &[plain("a")]);
    let fault = r#"{"endpoint":"update_contact_way","times":1,"when":"after","do":{"reset":true}}"#;
    bench.shop.faults(fault);
    let wanted = [row("a", &json!({"remark": "new"}))];
    let lost = apply(&client, &wanted);
    assert_eq!((&lost["error"]["effect"], counts(&lost)), (&json!("unknown"), json!({"failed": 1})), "{lost}");
    bench.forget_calls();
    let found = apply(&client, &wanted);
    assert_eq!(found["failed"], 0, "its own change is no conflict: {found}");
    assert_eq!(bench.seen(&config_id(&client, "a"))["remark"], "new");
    // Until the attempt's time is up it may still land.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(counts(&apply(&client, &wanted)), json!({"unchanged": 1}));
    let plan = apply_with(&client, &wanted, &json!({"dry_run": true}));
    assert_eq!(counts(&plan), json!({"unchanged": 1}), "what was looked at is known: {plan}");
    bench.forget_calls();
    apply(&client, &wanted);
    assert_eq!(bench.shop.calls(), [] as [&str; 0], "and costs no call any more");
}

#[test]
fn a_delete_whose_answer_is_lost_frees_the_key_once_wecom_shows_it_no_more() {
    let bench = Bench::new();
    let client = bench.client(r#","max_attempts":1"#);
    apply(&client, &[plain("a")]);
    let before = config_id(&client, "a");
    bench.shop.faults(r#"{"endpoint":"del_contact_way","times":1,"when":"after","do":{"reset":true}}"#);
    let request = json!({"config_id": before}).to_string();
    assert!(client.call(Endpoint::Del, &request, &Options::default()).is_err());
    assert_eq!(counts(&apply(&client, &[plain("a")])), json!({"created": 1}));
    assert_eq!(ledger(&client, &json!({"config_id": before}))[0]["status"], "deleted");
}

#[test]
fn a_candidate_of_a_lost_add_is_claimed_for_its_key() {
    let bench = Bench::new();
    let client = bench.client(r#","settle_s":0"#);
    let wanted = plain("a");
    let request = wanted["contact_way"].to_string();
    add(&bench.other(), &request).unwrap();
    bench.shop.faults(r#"{"endpoint":"add_contact_way","when":"after","do":{"reset":true}}"#);
    let error = client.call(Endpoint::Add, &request, &key("a")).unwrap_err();
    let candidates = error.candidates();
    assert_eq!(candidates.len(), 2, "{error}");
    let claim = |config_id: &str| json!({"key": "a", "config_id": config_id, "contact_way": {"remark": "mine"}});
    let strange = apply(&client, &[claim("no such")]);
    assert_eq!(strange["failures"][0]["errcode"], -1014, "{strange}");
    assert_eq!(counts(&apply(&client, &[claim(&candidates[1])])), json!({"claimed": 1}));
    assert_eq!(config_id(&client, "a"), candidates[1]);
    assert_eq!(bench.seen(&candidates[1])["remark"], "mine");
    assert_eq!(counts(&apply(&client, &[claim(&candidates[1])])), json!({"unchanged": 1}));
}

#[test]
fn a_row_that_claims_makes_nothing_where_an_add_was_lost_in_vain() {
    let bench = Bench::new();
    let client = bench.client(r#","settle_s":0,"timeout_ms":500"#);
    let stranger = added(&bench.other());
    bench.shop.faults(r#"{"endpoint":"add_contact_way","do":{"silence":true}}"#);
    client.call(Endpoint::Add, &plain("a")["contact_way"].to_string(), &key("a")).unwrap_err();
    bench.forget_calls();
    let claim = json!({"key": "a", "config_id": stranger, "contact_way": {}});
    assert_eq!(counts(&apply(&client, &[claim])), json!({"claimed": 1}));
    assert!(!bench.shop.calls().contains(&"add_contact_way".to_owned()));
    assert_eq!(config_id(&client, "a"), stranger);
}

#[test]
fn a_dry_run_foresees_what_becomes_of_one_that_wecom_did_not_show() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a"), plain("b")]);
    sync(&client);
    change(&bench.other(), Endpoint::Del, &json!({"config_id": config_id(&client, "a")}));
    let short = Options { timeout: Some(std::time::Duration::from_secs(5)), ..Options::default() };
    read(client.sync("{}", &short, None));
    let wanted = [row("a", &json!({"remark": "new"}))];
    let dry = |more: &Value| {
        let mut more = more.clone();
        more["dry_run"] = true.into();
        counts(&apply_with(&client, &wanted, &more))
    };
    assert_eq!(dry(&json!({})), json!({"failed": 1}));
    assert_eq!(dry(&json!({"recreate_gone": true})), json!({"created": 1}));
    assert_eq!(counts(&apply_with(&client, &wanted, &json!({"recreate_gone": true}))), json!({"created": 1}));
}

#[test]
fn a_userid_taken_out_comes_back_neither_by_replacing_nor_by_making_anew() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a")]);
    read(client.replace_user(r#"{"from":"zhangsan","to":["lisi"]}"#, &Options::default(), None));
    let before = config_id(&client, "a");
    let replaced = |more| apply_with(&client, &[row("a", &json!({"type": 1}))], &more);
    for dry_run in [true, false] {
        let answer = replaced(json!({"replace": true, "dry_run": dry_run}));
        assert_eq!(answer["failures"][0]["errcode"], -1012, "{answer}");
    }
    change(&bench.other(), Endpoint::Del, &json!({"config_id": before}));
    let anew = apply_with(&client, &[row("a", &json!({"remark": "b"}))], &json!({"recreate_gone": true}));
    assert_eq!(anew["failures"][0]["errcode"], -1012, "{anew}");
    assert_eq!(bench.all().len(), 0);
}

#[test]
fn a_dry_run_foresees_the_conflicts_that_the_ledger_knows_of() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a")]);
    change(&bench.other(), Endpoint::Update, &json!({"config_id": config_id(&client, "a"), "remark": "theirs"}));
    sync(&client);
    let claim = json!({"key": "b", "config_id": config_id(&client, "a"), "contact_way": {}});
    for wanted in [plain("a"), claim] {
        for dry_run in [true, false] {
            let answer = apply_with(&client, std::slice::from_ref(&wanted), &json!({"dry_run": dry_run}));
            assert_eq!(answer["failures"][0]["errcode"], -1012, "{answer}");
        }
    }
    let ours = apply_with(&client, &[plain("a")], &json!({"dry_run": true, "overwrite": true}));
    assert_eq!(counts(&ours), json!({"updated": 1}), "{ours}");
}

#[test]
fn a_temporary_one_whose_end_was_put_off_is_not_over() {
    let bench = Bench::new();
    let client = bench.client(r#","timeout_ms":300,"max_attempts":1"#);
    let temporary = |key: &str, seconds: u32| {
        let way = json!({"type": 1, "is_temp": true, "expires_in": seconds,
            "conclusions": {"text": {"content": "bye"}}});
        row(key, &way)
    };
    apply(&client, &["by a row", "by hand", "unheard"].map(|key| temporary(key, 2)));
    assert_eq!(counts(&apply(&client, &[temporary("by a row", 600)])), json!({"updated": 1}));
    change(&client, Endpoint::Update, &json!({"config_id": config_id(&client, "by hand"), "expires_in": 600}));
    bench.shop.faults(r#"{"endpoint":"update_contact_way","times":1,"when":"after","do":{"reset":true}}"#);
    assert_eq!(counts(&apply(&client, &[temporary("unheard", 600)])), json!({"failed": 1}));
    std::thread::sleep(std::time::Duration::from_secs(4));
    sync(&client);
    let wanted = ["by a row", "by hand", "unheard"].map(|key| temporary(key, 600));
    let answer = apply_with(&client, &wanted, &json!({"recreate_gone": true}));
    assert_eq!((&answer["failed"], &answer["created"]), (&json!(0), &json!(0)), "{answer}");
    assert_eq!(bench.all().len(), 3);
}
