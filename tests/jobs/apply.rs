//! Rows applied: what is made, what is refused, and what a job tells.

use std::os::unix::fs::PermissionsExt;

use contactway::{Endpoint, Options};
use serde_json::{Value, json};

use crate::bench::{Bench, Told, apply, apply_to, apply_with, counts, entry, ledger, plain, read, row, rows};
use crate::support::{SIMPLE, add, added};

#[test]
fn rows_are_made_once_and_the_second_run_sends_nothing() {
    let bench = Bench::new();
    let client = bench.client("");
    let answer = apply(&client, &rows(700));
    assert_eq!((&answer["errcode"], counts(&answer)), (&json!(0), json!({"created": 700})), "{answer}");
    assert_eq!(answer["failures"], json!([]));
    assert_eq!(bench.all().len(), 700);
    bench.forget_calls();
    let again = apply(&client, &rows(700));
    assert_eq!(counts(&again), json!({"unchanged": 700}), "{again}");
    assert_eq!(bench.shop.calls(), [""; 0], "known rows cost a look-up and nothing else");
    let entry = entry(&client, "key-00042");
    assert_eq!(entry["contact_way"]["state"], "key-00042");
    assert_eq!(bench.seen(entry["config_id"].as_str().unwrap())["state"], "key-00042");
}

#[test]
fn every_member_of_the_answer_is_there() {
    let bench = Bench::new();
    let answer = apply(&bench.client(""), &[]);
    let expected = json!({"errcode": 0, "errmsg": "ok", "created": 0, "claimed": 0, "updated": 0, "unchanged": 0,
        "deleted": 0, "replaced": 0, "failed": 0, "failures": []});
    assert_eq!(answer, expected);
}

#[test]
fn one_bad_row_fails_alone_by_its_line() {
    let bench = Bench::new();
    let file = format!("{}\nnot a row\n{}\n{}\n", plain("a"), row("b", &json!({"type": 7})), plain("c"));
    let path = bench.write("codes.jsonl", &file);
    let report = bench.path("report.jsonl");
    let answer = apply_to(&bench.client(""), &json!({"path": path, "report_path": report}));
    assert_eq!(answer["errcode"], -1011, "{answer}");
    assert_eq!(answer["error"]["kind"], "partial");
    assert_eq!(counts(&answer), json!({"created": 2, "failed": 2}));
    let failures = answer["failures"].as_array().unwrap();
    assert_eq!(failures.iter().map(|failure| &failure["line"]).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((&failures[1]["key"], &failures[1]["errcode"]), (&json!("b"), &json!(-1003)), "{answer}");
    let report_text = std::fs::read_to_string(&report).unwrap();
    let mut lines: Vec<Value> = report_text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.sort_by_key(|line| line["line"].as_u64());
    let results: Vec<_> = lines.iter().map(|line| line["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["created", "failed", "failed", "created"]);
    assert_eq!(lines[0]["errcode"], 0);
    assert!(lines[0]["qr_code"].as_str().unwrap().starts_with("http"));
    assert_eq!(std::fs::metadata(&report).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn what_wecom_refuses_is_told_with_its_own_code_and_frees_the_key() {
    let bench = Bench::new();
    let client = bench.client("");
    let stranger = row("a", &json!({"user": ["nobody"]}));
    let answer = apply(&client, &[stranger, plain("b")]);
    assert_eq!(counts(&answer), json!({"created": 1, "failed": 1}), "{answer}");
    assert!(answer["failures"][0]["errcode"].as_i64().unwrap() > 0);
    assert_eq!(ledger(&client, &json!({"key": "a"})), [json!(null); 0]);
    assert_eq!(counts(&apply(&client, &[plain("a")])), json!({"created": 1}));
}

#[test]
fn nothing_is_sent_for_a_file_that_is_refused_as_a_whole() {
    let bench = Bench::new();
    let client = bench.client("");
    let twice = bench.write("twice.jsonl", &format!("{}\n{}\n{}\n", plain("a"), plain("b"), plain("a")));
    let column = bench.write("column.csv", "key,type,scene,colour\na,2,2,red\n");
    let gbk = bench.path("gbk.csv");
    std::fs::write(&gbk, b"key,remark\na,\xc4\xe3\xba\xc3\n").unwrap();
    let cases = [
        (json!({"path": twice}), "repeated_key", json!(3)),
        (json!({"path": column}), "unknown_column", json!(1)),
        (json!({"path": gbk}), "encoding", json!(2)),
    ];
    for (request, rule, line) in cases {
        let answer = apply_to(&client, &request);
        assert_eq!(answer["error"]["kind"], "invalid_request", "{answer}");
        let detail = &answer["error"]["details"][0];
        assert_eq!((&detail["rule"], &detail["line"]), (&json!(rule), &line), "{answer}");
        assert!(detail["column"].is_u64(), "{answer}");
    }
    assert_eq!(bench.shop.calls(), [""; 0]);
}

#[test]
fn a_request_that_cannot_be_understood_names_every_member() {
    let bench = Bench::new();
    let path = bench.write("codes.jsonl", &plain("a").to_string());
    std::os::unix::fs::symlink(&path, bench.path("link")).unwrap();
    let cases = [
        (json!({}), "one_of_two"),
        (json!({"rows": [], "path": path}), "one_of_two"),
        (json!({"rows": [], "delete_missing": true, "namespace": "n"}), "max_delete_required"),
        (json!({"rows": [], "delete_missing": true, "max_delete": 1}), "namespace_required"),
        (json!({"path": path, "report_path": path}), "report_is_input"),
        (json!({"path": path, "report_path": bench.path("link")}), "report_is_input"),
        (json!({"rows": {}}), "wrong_type"),
        (json!({"rows": [], "concurency": 1}), "unknown_member"),
    ];
    for (request, rule) in cases {
        let answer = apply_to(&bench.client(""), &request);
        assert_eq!(answer["error"]["kind"], "invalid_request", "{request}: {answer}");
        assert_eq!(answer["error"]["details"][0]["rule"], rule, "{request}: {answer}");
    }
}

#[test]
fn a_dry_run_counts_and_sends_nothing() {
    let bench = Bench::new();
    let client = bench.client("");
    apply_with(&client, &[plain("a"), plain("b"), plain("d")], &json!({"namespace": "n"}));
    bench.forget_calls();
    let claimed = json!({"key": "e", "config_id": "c", "contact_way": {}});
    let wanted = [plain("a"), row("b", &json!({"remark": "new"})), plain("c"), row("f", &json!({"type": 9})), claimed];
    let answer = apply_with(&client, &wanted, &json!({"dry_run": true}));
    let expected = json!({"created": 1, "unchanged": 1, "updated": 1, "claimed": 1, "failed": 1});
    assert_eq!(counts(&answer), expected, "{answer}");
    let missing = json!({"dry_run": true, "namespace": "n", "delete_missing": true, "max_delete": 5});
    assert_eq!(counts(&apply_with(&client, &[plain("a")], &missing)), json!({"unchanged": 1, "deleted": 2}));
    assert_eq!(bench.shop.calls(), [""; 0]);
    assert_eq!(bench.all().len(), 3);
    assert_eq!(ledger(&client, &json!({})).len(), 3);
}

#[test]
fn the_report_of_a_dry_run_tells_each_change() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a"), plain("b"), plain("d")]);
    let wanted = [plain("a"), row("b", &json!({"remark": "new"})), plain("c"), row("d", &json!({"scene": 1}))];
    let report = bench.path("report.jsonl");
    apply_with(&client, &wanted, &json!({"dry_run": true, "replace": true, "report_path": report}));
    let report = std::fs::read_to_string(report).unwrap();
    let changes = |key: &str| {
        let mut lines = report.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines.find(|line| line["key"] == key).unwrap()["changes"].clone()
    };
    assert_eq!(changes("a"), json!(null));
    assert_eq!(changes("b"), json!({"remark": {"from": "a", "to": "new"}}), "{report}");
    assert_eq!(changes("c")["scene"], json!({"to": 2}), "{report}");
    assert_eq!(changes("d")["scene"], json!({"from": 2, "to": 1}), "{report}");
}

#[test]
fn rows_that_are_equal_but_for_the_key_are_warned_of() {
    let bench = Bench::new();
    let twin = json!({"key": "b", "contact_way": plain("a")["contact_way"]});
    let answer = apply(&bench.client(""), &[plain("a"), twin]);
    assert_eq!(counts(&answer), json!({"created": 2}));
    let warning = &answer["warnings"][0];
    assert_eq!(warning["code"], "alike_rows", "{answer}");
    assert!(warning["message"].as_str().unwrap().starts_with("a row equals another one"), "{answer}");
}

#[test]
fn a_spreadsheet_is_applied_and_its_notes_are_passed_over() {
    let bench = Bench::new();
    let sheet = "\u{feff}key,type,scene,user,state,remark,#who\r\na,2,2,zhangsan; lisi,s-a,\"one, two\",me\r\nb,1,2,lisi,s-b,,\r\n";
    let path = bench.write("codes.csv", sheet);
    let client = bench.client("");
    assert_eq!(counts(&apply_to(&client, &json!({"path": path}))), json!({"created": 2}));
    let seen = bench.seen(entry(&client, "a")["config_id"].as_str().unwrap());
    assert_eq!((&seen["user"], &seen["remark"]), (&json!(["zhangsan", "lisi"]), &json!("one, two")));
    assert_eq!(counts(&apply_to(&client, &json!({"path": path}))), json!({"unchanged": 2}));
}

#[test]
fn progress_comes_and_its_last_line_says_that_all_is_done() {
    let bench = Bench::new();
    let mut told = Told::all();
    let request = json!({"rows": rows(300)}).to_string();
    read(bench.client("").apply(&request, &Options::default(), Some(&mut told)));
    let last = told.lines.last().unwrap();
    assert_eq!((&last["done"], &last["total"], &last["created"]), (&json!(300), &json!(300), &json!(300)), "{last}");
    for member in ["updated", "failed", "per_second", "eta_ms"] {
        assert!(last[member].is_u64(), "{last}");
    }
    let mut told = Told::all();
    let nothing = read(bench.client("").apply(r#"{"rows":[]}"#, &Options::default(), Some(&mut told)));
    assert_eq!((&nothing["errcode"], told.lines.len()), (&json!(0), 1), "it is told once: {:?}", told.lines);
    assert_eq!((&told.lines[0]["done"], &told.lines[0]["total"]), (&json!(0), &json!(0)));
}

#[test]
fn keys_of_another_namespace_are_warned_of_and_stay_in_it() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a")]);
    apply_with(&client, &[plain("b")], &json!({"namespace": "b"}));
    let answer = apply_with(&client, &[plain("c"), plain("a"), plain("b")], &json!({"namespace": "c"}));
    assert_eq!(counts(&answer), json!({"created": 1, "unchanged": 2}), "{answer}");
    let warning = answer["warnings"].as_array().unwrap().iter().find(|it| it["code"] == "other_namespace").unwrap();
    assert_eq!(warning["line"], 2, "{warning}");
    assert!(warning["message"].as_str().unwrap().contains("namespace: 2, line 2 first (of none)"), "{warning}");
    assert_eq!(ledger(&client, &json!({"namespace": "b"})).len(), 1);
    for same in [json!({"namespace": "b"}), json!({})] {
        let answer = apply_with(&client, &[plain("b")], &same);
        assert!(answer.get("warnings").is_none(), "{answer}");
    }
}

#[test]
fn delete_missing_touches_only_what_apply_made_under_its_namespace() {
    let bench = Bench::new();
    let client = bench.client("");
    add(&client, SIMPLE).unwrap();
    apply_with(&client, &[plain("other")], &json!({"namespace": "other"}));
    apply_with(&client, &[plain("none")], &json!({}));
    apply_with(&client, &rows(5), &json!({"namespace": "n"}));
    let with = |max_delete| json!({"namespace": "n", "delete_missing": true, "max_delete": max_delete});
    let too_many = apply_with(&client, &rows(2), &with(2));
    assert_eq!((&too_many["errcode"], counts(&too_many)), (&json!(-1011), json!({"unchanged": 2})), "{too_many}");
    assert_eq!(bench.all().len(), 8);
    let failed = apply_with(&client, &[plain("key-00000"), row("x", &json!({"type": 9}))], &with(9));
    assert_eq!(counts(&failed), json!({"unchanged": 1, "failed": 1}), "with a bad row nothing is deleted");
    let answer = apply_with(&client, &rows(2), &with(3));
    assert_eq!(counts(&answer), json!({"unchanged": 2, "deleted": 3}), "{answer}");
    assert_eq!(bench.all().len(), 5);
    assert_eq!(counts(&apply_with(&client, &rows(5), &with(0))), json!({"unchanged": 2, "created": 3}));
}

#[test]
fn delete_missing_takes_what_others_deleted_as_done() {
    let bench = Bench::new();
    let client = bench.client("");
    apply_with(&client, &rows(3), &json!({"namespace": "n"}));
    let deleted = ledger(&client, &json!({"key": "key-00002"}))[0]["config_id"].clone();
    bench.other().call(Endpoint::Del, &json!({"config_id": deleted}).to_string(), &Options::default()).unwrap();
    let with = json!({"namespace": "n", "delete_missing": true, "max_delete": 9});
    let answer = apply_with(&client, &rows(1), &with);
    assert_eq!((&answer["errcode"], counts(&answer)), (&json!(0), json!({"unchanged": 1, "deleted": 2})), "{answer}");
    assert_eq!(ledger(&client, &json!({"config_id": deleted}))[0]["status"], "gone");
    assert_eq!(counts(&apply_with(&client, &rows(1), &with)), json!({"unchanged": 1}));
}

#[test]
fn a_member_that_the_document_does_not_know_is_sent_and_warned_of_once() {
    let bench = Bench::new();
    let client = bench.client("");
    let closing = json!({"txt": {}, "text": {"content": "bye"}});
    let temporary = json!({"remrak": "y", "type": 1, "is_temp": true, "conclusions": closing});
    let wanted = [plain("a"), row("b", &json!({"remrak": "x"})), row("c", &temporary)];
    let expected = json!([
        {"code": "unknown_member", "pointer": "/contact_way/remrak", "line": 2,
            "message": "remrak: did you mean remark? WeCom's document knows no such member here"},
        {"code": "unknown_member", "pointer": "/contact_way/conclusions/txt", "line": 3,
            "message": "txt: did you mean text? WeCom's document knows no such member here"},
    ]);
    let answer = apply(&client, &wanted);
    assert_eq!((counts(&answer), &answer["warnings"]), (json!({"created": 3}), &expected), "{answer}");
    assert!(bench.bodies("add_contact_way").iter().any(|body| body["remrak"] == "x"));
    let lines: Vec<_> = wanted.iter().map(ToString::to_string).collect();
    let path = bench.write("codes.jsonl", &lines.join("\n"));
    assert_eq!(apply_to(&client, &json!({"path": path, "dry_run": true}))["warnings"], expected);
    let failed = apply(&client, &[row("d", &json!({"remrak": "x", "type": 9}))]);
    let details = failed["error"]["details"].as_array().unwrap();
    assert_eq!((&details[0]["rule"], &details[0]["line"]), (&json!("unknown_member"), &json!(1)), "{failed}");
    let many: serde_json::Map<_, _> = (0..300).map(|nth| (format!("none{nth}"), json!(1))).collect();
    let flood = apply(&client, &[row("e", &Value::Object(many))]);
    assert_eq!(flood["warnings"].as_array().unwrap().len(), 100, "{flood}");
    let unlooked = apply(&bench.client(r#","validate":"off""#), &[row("f", &json!({"remrak": "x"}))]);
    assert_eq!(unlooked.get("warnings"), None, "{unlooked}");
}

#[test]
fn a_broken_rule_that_refuses_no_row_is_warned_of() {
    let bench = Bench::new();
    let client = bench.client(r#","validate":"warn""#);
    let wanted = [plain("a"), row("b", &json!({"style": 1})), row("c", &json!({"style": 2, "remark": "r".repeat(31)}))];
    let answer = apply(&client, &wanted);
    assert_eq!(counts(&answer), json!({"created": 2, "failed": 1}), "WeCom refuses the last: {answer}");
    let told = |list: &Value, name: &str| -> Value {
        list.as_array().unwrap().iter().map(|it| json!([it[name], it["pointer"], it["line"]])).collect()
    };
    let first =
        json!([["style_needs_scene_1", "/contact_way/style", 2], ["remark_max_chars", "/contact_way/remark", 3],]);
    assert_eq!(told(&answer["error"]["details"], "rule"), first, "each where it stands first: {answer}");
    let claimed = added(&bench.other());
    let partial = json!({"key": "d", "config_id": claimed, "contact_way": {"style": 1, "remark": "b"}});
    let answer = apply(&client, &[partial, row("b", &json!({"style": 1}))]);
    assert_eq!(answer["errcode"], 0, "{answer}");
    let given = json!([["style_needs_scene_1", "/contact_way/style", 2]]);
    assert_eq!(told(&answer["warnings"], "code"), given, "what a row leaves as it is breaks no rule: {answer}");
}

#[test]
fn a_report_that_cannot_be_written_on_stops_the_job_and_denies_nothing() {
    let bench = Bench::new();
    let client = bench.client("");
    let report = bench.path("report.jsonl");
    let folder = bench.path("report.jsonl");
    let mut spoil = |_: &str| {
        // A folder stands where the report is to be at the end.
        std::fs::create_dir_all(folder.join("in the way")).unwrap();
        true
    };
    let request = json!({"rows": rows(5), "report_path": report}).to_string();
    let answer = read(client.apply(&request, &Options::default(), Some(&mut spoil)));
    assert_eq!((&answer["errcode"], &answer["error"]["kind"]), (&json!(-1009), &json!("store")), "{answer}");
    assert_eq!((counts(&answer), &answer["failures"]), (json!({"created": 5}), &json!([])), "{answer}");
    assert!(answer["errmsg"].as_str().unwrap().contains("report"), "{answer}");
}
