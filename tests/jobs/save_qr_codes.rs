//! The QR pictures of many contact ways, each in a file.

use contactway::{Client, Options};
use serde_json::{Value, json};

use crate::bench::{Bench, Told, apply, counts, plain, read, row, sync};
use crate::support::added;

fn save(client: &Client, request: &Value) -> Value {
    read(client.save_qr_codes(&request.to_string(), &Options::default(), None))
}

fn files(bench: &Bench, directory: &str) -> Vec<String> {
    let found = std::fs::read_dir(bench.path(directory)).unwrap();
    let mut names: Vec<_> = found.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn each_picture_is_named_after_its_key() {
    let bench = Bench::new();
    let client = bench.client("");
    let stranger = added(&bench.other());
    sync(&client);
    apply(&client, &[plain("north/1"), plain("门店"), row("applet", &json!({"scene": 1}))]);
    let mut told = Told::all();
    let request = json!({"directory": bench.path("deep/codes")}).to_string();
    let answer = read(client.save_qr_codes(&request, &Options::default(), Some(&mut told)));
    assert_eq!((&answer["errcode"], counts(&answer)), (&json!(0), json!({"saved": 3})), "{answer}");
    assert_eq!((&answer["failed"], &answer["failures"]), (&json!(0), &json!([])));
    let mut expected = ["%E9%97%A8%E5%BA%97.png".to_owned(), "north%2F1.png".to_owned(), format!("{stranger}.png")];
    expected.sort();
    assert_eq!(files(&bench, "deep/codes"), expected);
    let picture = std::fs::read(bench.path("deep/codes/north%2F1.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
    let last = told.lines.last().unwrap();
    assert_eq!((&last["done"], &last["total"]), (&json!(3), &json!(3)), "{last}");
}

#[test]
fn a_query_says_which() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a"), plain("b")]);
    let directory = bench.path("codes");
    assert_eq!(counts(&save(&client, &json!({"query": {"state": "a"}, "directory": directory}))), json!({"saved": 1}));
    assert_eq!(files(&bench, "codes"), ["a.png"]);
    let wrong = save(&client, &json!({"query": {"stat": "a"}, "directory": directory}));
    assert_eq!(wrong["error"]["details"][0]["pointer"], "/query/stat", "{wrong}");
    let first = json!({"query": {"limit": 1}, "directory": bench.path("first")});
    assert_eq!(counts(&save(&client, &first)), json!({"saved": 1}));
    assert_eq!(files(&bench, "first"), ["a.png"]);
    let page = read(client.ledger(r#"{"limit":1}"#, &Options::default()));
    let next = json!({"query": {"limit": 1, "cursor": page["next_cursor"]}, "directory": bench.path("next")});
    let mut told = Told::all();
    let answer = read(client.save_qr_codes(&next.to_string(), &Options::default(), Some(&mut told)));
    assert_eq!((counts(&answer), &told.lines[0]["total"]), (json!({"saved": 1}), &json!(1)));
    assert_eq!(files(&bench, "next"), ["b.png"]);
    let nowhere = save(&client, &json!({}));
    assert_eq!(nowhere["error"]["details"][0]["pointer"], "/directory", "{nowhere}");
}

#[test]
fn a_picture_that_cannot_be_had_is_named_and_the_rest_is_saved() {
    let bench = Bench::new();
    let client = bench.client("");
    apply(&client, &[plain("a"), plain("b")]);
    std::fs::create_dir_all(bench.path("codes/a.png")).unwrap();
    let answer = save(&client, &json!({"directory": bench.path("codes")}));
    assert_eq!((&answer["errcode"], counts(&answer)), (&json!(-1011), json!({"saved": 1, "failed": 1})), "{answer}");
    assert_eq!(answer["failures"][0]["key"], "a", "{answer}");
    let file = bench.write("file", "");
    let answer = save(&client, &json!({"directory": file}));
    assert_eq!(answer["error"]["details"][0]["pointer"], "/directory", "{answer}");
}
