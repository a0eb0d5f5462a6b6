//! Every file in `tests/vectors`; its README says what stands in one.

#![allow(clippy::unwrap_used, clippy::panic)] // a failed unwrap is a failed test

mod support;

use std::collections::HashMap;
use std::fs;
use std::panic;
use std::path::{Path, PathBuf};

use contactway::{Client, Endpoint, Options, json_get};
use serde_json::{Map, Value};
use support::Shop;

const MEMBERS: [&str; 5] = ["says", "sandbox", "config", "steps", "wire"];
const STEP_MEMBERS: [&str; 8] = ["call", "request", "options", "http", "path", "body", "expect", "save"];

const CONFIG: &str = r#"{"base_url": "${base_url}", "corp_id": "${corp_id}", "secret": "${secret}"}"#;

struct Saved(HashMap<String, String>);

impl Saved {
    fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value))
    }
}

/// A misspelt member must not pass unseen.
fn only_known(object: &str, known: &[&str]) {
    for name in serde_json::from_str::<Map<String, Value>>(object).unwrap().keys() {
        assert!(known.contains(&name.as_str()), "{name} is not known");
    }
}

fn run(vector: &str, dir: &Path) {
    let at = |pointer: &str| json_get(vector, pointer);
    only_known(vector, &MEMBERS);
    let shop = Shop::with(&at("/sandbox").unwrap_or_else(|| "{}".to_owned()));
    let info = shop.sandbox.info_json();
    let names = ["base_url", "corp_id", "secret"];
    let mut saved = Saved(names.map(|name| (name.to_owned(), json_get(&info, &format!("/{name}")).unwrap())).into());
    saved.0.insert("dir".to_owned(), dir.to_str().unwrap().to_owned());
    let config = saved.fill(&at("/config").unwrap_or_else(|| CONFIG.to_owned()));
    let client = Client::new(&config, &shop.shared).unwrap();

    for step in 0.. {
        let step = format!("/steps/{step}");
        let Some(members) = at(&step) else { break };
        only_known(&members, &STEP_MEMBERS);
        let part = |name: &str| at(&format!("{step}/{name}")).map(|text| saved.fill(&text));
        let answer = match part("http") {
            Some(method) => shop.ask(&method, &part("path").unwrap(), &part("body").unwrap_or_default()),
            None => call(&client, &part("call").unwrap(), &part("request").unwrap(), part("options").as_deref()),
        };
        if at(&format!("{step}/expect")).is_none() {
            assert_eq!(json_get(&answer, "/errcode").as_deref(), Some("0"), "{step}: {answer}");
        }
        for pair in (0..).map(|index| format!("{step}/expect/{index}")).take_while(|pair| at(pair).is_some()) {
            let pointer = saved.fill(&at(&format!("{pair}/0")).unwrap());
            let expected = saved.fill(&at(&format!("{pair}/1")).unwrap());
            let found = json_get(&answer, &pointer).unwrap_or_else(|| "null".to_owned());
            assert_eq!(found, expected, "{step} {pointer}: {answer}");
        }
        for pair in (0..).map(|index| format!("{step}/save/{index}")).take_while(|pair| at(pair).is_some()) {
            let value = json_get(&answer, &at(&format!("{pair}/1")).unwrap()).unwrap();
            saved.0.insert(at(&format!("{pair}/0")).unwrap(), value);
        }
    }

    if at("/wire").is_some() {
        let journal = shop.ask("GET", "/sandbox/calls", "");
        for index in 0.. {
            let (wanted, found) = (format!("/wire/{index}"), format!("/calls/{index}"));
            let endpoint = json_get(&journal, &format!("{found}/endpoint"));
            assert_eq!(endpoint, at(&format!("{wanted}/0")), "wire {index}: {journal}");
            if endpoint.is_none() {
                break;
            }
            let body = json_get(&journal, &format!("{found}/body"));
            assert_eq!(body, at(&format!("{wanted}/1")).map(|text| saved.fill(&text)), "wire {index}");
        }
    }
}

fn call(client: &Client, name: &str, request: &str, options: Option<&str>) -> String {
    let endpoint = Endpoint::ALL.into_iter().find(|endpoint| endpoint.function() == name);
    let options = match options {
        Some(text) => Options::parse(text, endpoint),
        None => Ok(Options::default()),
    };
    let answer = options.and_then(|options| match (name, endpoint) {
        ("upload_image", _) => client.upload_image(request, &options),
        ("save_qr_code", _) => client.save_qr_code(request, &options),
        (_, endpoint) => client.call(endpoint.unwrap(), request, &options),
    });
    answer.unwrap_or_else(|error| error.to_json())
}

/// The vectors of a folder below `tests`.
fn vectors(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Runs a file, with an empty folder of its own.
fn run_file(file: &Path) {
    println!("{}", file.display());
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("vectors").join(file.file_stem().unwrap());
    let _from_before = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    run(&fs::read_to_string(file).unwrap(), &dir);
}

#[test]
fn every_vector_holds() {
    for file in vectors("vectors") {
        run_file(&file);
    }
}

#[test]
fn misspelt_members_are_refused() {
    for file in vectors("vectors/refused") {
        let refusal = panic::catch_unwind(|| run_file(&file)).unwrap_err();
        assert_eq!(refusal.downcast_ref::<String>().unwrap(), "expcet is not known");
    }
}
