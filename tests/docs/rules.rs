//! The list of the rules of a request.

use std::fmt::Write;
use std::fs;

use contactway::Endpoint;
use contactway::rules::{RULES, Server, Sure};

use crate::page::root;

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
        let of = if rule.endpoints.len() == Endpoint::ALL.len() {
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
