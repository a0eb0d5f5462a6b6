//! Documentation that comes from the code, or is run: it is compared here, so that it cannot go stale.

#![allow(clippy::unwrap_used)] // a failed unwrap is a failed test

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use contactway::rules::{RULES, Server, Sure};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn server(server: Server) -> String {
    let sure = |sure| match sure {
        Sure::Documented => "documented".to_owned(),
        Sure::Observed => "observed".to_owned(),
        Sure::Seen(sdks) => format!("seen in {sdks} SDKs' requests"),
        Sure::Guessed => "a guess".to_owned(),
    };
    match server {
        Server::Refuses(code, how) => format!("refuses with {code}, {}", sure(how)),
        Server::Ignores(how) => format!("does not look at it, {}", sure(how)),
        Server::TakesFirst(_, how) => format!("takes the first alone, {}", sure(how)),
        Server::StopsReading(how) => format!("takes what stands before it, {}", sure(how)),
        Server::Unknown => "not known".to_owned(),
    }
}

fn rules() -> String {
    let mut page = String::from(
        "# The rules of a request\n\n\
         Generated from `src/rules` by `make docs`; a test compares the two. What breaks one of these is refused before\n\
         anything is sent, as `invalid_request`, with every broken rule in `details`. The last column is what WeCom itself\n\
         does about it, and how sure that is.\n\n\
         | rule | of | where | what it says | WeCom |\n|---|---|---|---|---|\n",
    );
    for rule in RULES {
        let of = if rule.endpoints.len() == 6 {
            "all".to_owned()
        } else {
            rule.endpoints.iter().map(|it| it.function()).collect::<Vec<_>>().join(", ")
        };
        let place = if rule.pointer.is_empty() { "anywhere".to_owned() } else { format!("`{}`", rule.pointer) };
        writeln!(page, "| `{}` | {of} | {place} | {} | {} |", rule.name, rule.message, server(rule.server)).unwrap();
    }
    page
}

/// `CONTACTWAY_WRITE_DOCS=1 cargo test --test docs` writes it; `make docs` does that.
#[test]
fn the_list_of_rules_is_not_stale() {
    let path = root().join("docs/rules.md");
    if std::env::var_os("CONTACTWAY_WRITE_DOCS").is_some() {
        fs::write(&path, rules()).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap_or_default() == rules(), "docs/rules.md is stale: run `make docs`");
}

/// A block of code in a README that follows `<!-- FILE -->` is that file, which the tests build and run.
#[test]
fn the_examples_are_files_that_are_run() {
    for readme in ["README.md", "README.zh-CN.md"] {
        let text = fs::read_to_string(root().join(readme)).unwrap();
        let mut seen = 0;
        for part in text.split("<!-- ").skip(1) {
            let (file, rest) = part.split_once(" -->\n```").unwrap();
            let (_, rest) = rest.split_once('\n').unwrap();
            let (shown, _) = rest.split_once("```").unwrap();
            let whole = fs::read_to_string(root().join(file)).unwrap();
            assert!(whole.contains(shown), "{readme} does not show {file} as it is");
            seen += 1;
        }
        assert!(seen >= 1, "{readme} shows no example");
        assert!(!text.contains("{{"), "{readme} has a gap");
    }
}
