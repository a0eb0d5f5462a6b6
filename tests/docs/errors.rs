//! The page of errors: the kinds are the header's, the warnings those of the code, and its example is what is answered.

use std::fs;

use contactway::{Endpoint, Options};

use crate::page::{json_blocks, page, quoted, root, rows, section, sources};
use crate::support::Shop;
use crate::support::directory::Directory;

/// The kinds and errcodes that a table tells of, by their first two columns; of `api` WeCom's alone count.
fn kinds(rows: &[Vec<&str>]) -> Vec<(String, String)> {
    let kind = |row: &Vec<&str>| {
        let own = row[1].split(' ').find(|word| word.starts_with("-1"))?;
        Some((quoted(row[0])[0].to_owned(), own.to_owned()))
    };
    rows.iter().filter_map(kind).collect()
}

#[test]
fn every_kind_has_a_row_with_its_errcode() {
    let header = fs::read_to_string(root().join("include/contactway.h")).unwrap();
    let defined = header.lines().filter_map(|line| {
        let (name, errcode) = line.strip_prefix("#define CONTACTWAY_")?.split_once(" -1")?;
        Some((name.to_lowercase(), format!("-1{errcode}")))
    });
    let defined: Vec<_> = defined.collect();
    let errors = page("errors.md");
    assert_eq!(kinds(&rows(section(&errors, "Kinds"))), defined);
    assert!(errors.contains("\n| `api` | WeCom's |"));
    for (readme, heading) in [("README.md", "Errors"), ("README.zh-CN.md", "错误")] {
        let readme = fs::read_to_string(root().join(readme)).unwrap();
        let told = kinds(&rows(section(&readme, heading)));
        assert!(told.iter().all(|kind| defined.contains(kind)), "{told:?}");
        assert_eq!(told.len(), defined.len(), "{told:?}");
    }
}

#[test]
fn the_example_is_what_a_call_answers() {
    let errors = page("errors.md");
    let [request, answer] = json_blocks(&errors)[..] else { panic!("not a request and an answer") };
    let error = Shop::open().client("").call(Endpoint::Add, request, &Options::default()).unwrap_err();
    let [shown, given]: [serde_json::Value; 2] =
        [answer, &error.to_json()].map(|text| serde_json::from_str(text).unwrap());
    assert_eq!(given, shown);
}

#[test]
fn every_warning_has_a_row() {
    let errors = page("errors.md");
    let table = rows(section(&errors, "Warnings"));
    let told: Vec<_> = table.iter().flat_map(|row| quoted(row[0])).collect();
    let mut seen = 0;
    for source in sources() {
        for call in source.split("Warning::new(").skip(1) {
            if let Some(code) = call.trim_start().strip_prefix('"') {
                let code = code.split('"').next().unwrap();
                assert!(told.contains(&code), "{code} is not in docs/errors.md");
                seen += 1;
            }
        }
    }
    assert!(seen >= 4);
}

#[test]
fn what_a_job_warns_of_has_a_row() {
    let errors = page("errors.md");
    let table = rows(section(&errors, "Warnings"));
    let (shop, directory) = (Shop::open(), Directory::new());
    let client = shop.client(&format!(r#","store":"{}""#, directory.store()));
    let row = |key| format!(r#"{{"key":"{key}","contact_way":{{"type":1,"scene":2,"user":["zhangsan"]}}}}"#);
    let request = format!(r#"{{"dry_run":true,"rows":[{},{}]}}"#, row("a"), row("b"));
    let answer = client.apply(&request, &Options::default(), None).unwrap();
    let code = contactway::json_get(&answer, "/warnings/0/code").unwrap();
    assert!(table.iter().any(|row| quoted(row[0]) == [code.as_str()]), "{code} is not in docs/errors.md");
}
