//! Every file in `tests/vectors`; its README says what stands in one.

#![allow(clippy::unwrap_used, clippy::panic)] // a test through and through

mod support;

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use contactway::{Client, Endpoint, Options, json_get};
use support::Shop;

const CALLS: [(&str, Endpoint); 6] = [
    ("add", Endpoint::Add),
    ("get", Endpoint::Get),
    ("list", Endpoint::List),
    ("update", Endpoint::Update),
    ("del", Endpoint::Del),
    ("close_temp_chat", Endpoint::CloseTempChat),
];
const CONFIG: &str = r#"{"base_url": "${base_url}", "corp_id": "${corp_id}", "secret": "${secret}"}"#;

struct Saved(HashMap<String, String>);

impl Saved {
    fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${{{name}}}"), value))
    }
}

fn run(vector: &str) {
    let at = |pointer: &str| json_get(vector, pointer);
    let shop = Shop::with(&at("/sandbox").unwrap_or_else(|| "{}".to_owned()));
    let info = shop.sandbox.info_json();
    let names = ["base_url", "corp_id", "secret"];
    let mut saved = Saved(names.map(|name| (name.to_owned(), json_get(&info, &format!("/{name}")).unwrap())).into());
    let config = saved.fill(&at("/config").unwrap_or_else(|| CONFIG.to_owned()));
    let client = Client::new(&config, &shop.shared).unwrap();

    for step in 0.. {
        let step = format!("/steps/{step}");
        if at(&step).is_none() {
            break;
        }
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
    let endpoint = CALLS.iter().find(|(call, _)| *call == name).unwrap().1;
    let options = match options {
        Some(text) => Options::parse(text, Some(endpoint), |_| panic!("vectors have no canceller")),
        None => Ok(Options::default()),
    };
    let answer = options.and_then(|options| client.call(endpoint, request, &options));
    answer.unwrap_or_else(|error| error.to_json())
}

#[test]
fn every_vector_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        println!("{}", file.display());
        run(&fs::read_to_string(&file).unwrap());
    }
}
