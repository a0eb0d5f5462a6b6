//! Any bytes as a file of rows, of which a dry run makes a plan: a spreadsheet where the first byte is even, else JSON
//! Lines.

#![no_main]

mod checks;

use std::fs;
use std::sync::LazyLock;

use contactway::{Client, Options, Shared};
use libfuzzer_sys::fuzz_target;
use serde_json::json;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());
static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    // Nobody listens where it calls, which a plan never does.
    let store = format!("sqlite:{}", FOLDER.path().join("ledger.db").display());
    let config = json!({"base_url": "http://127.0.0.1:1", "corp_id": "ww1", "secret": "secret", "store": store});
    Client::new(&config.to_string(), &Shared::default()).unwrap()
});

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rows)) = bytes.split_first() else { return };
    let file = FOLDER.path().join(if kind % 2 == 0 { "rows.csv" } else { "rows.jsonl" });
    fs::write(&file, rows).unwrap();
    let request = json!({"path": file, "dry_run": true, "namespace": "shops"});
    match CLIENT.apply(&request.to_string(), &Options::default(), None) {
        Ok(plan) => assert_eq!(checks::is_an_answer(&plan)["errcode"], 0),
        Err(error) => checks::is_told(&error),
    }
});
