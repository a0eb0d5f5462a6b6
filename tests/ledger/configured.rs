//! How a client comes to its store, and what it is told where it cannot.

use contactway::{Client, Endpoint, Error, Kind, Options, Shared, json_get};

use crate::support::directory::Directory;
use crate::support::{SIMPLE, Shop};

fn with_store(directory: &Directory) -> String {
    format!(r#","store":"{}""#, directory.store())
}

fn refusal(config: &str) -> Error {
    Client::new(config, &Shared::default()).err().expect("a client was made")
}

#[test]
fn an_empty_ledger_has_no_entries() {
    let (shop, directory) = (Shop::open(), Directory::new());
    let answer = shop.client(&with_store(&directory)).ledger("{}", &Options::default()).unwrap();
    assert_eq!(answer, r#"{"errcode":0,"errmsg":"ok","entries":[],"next_cursor":""}"#);
}

#[test]
fn without_a_durable_store_there_is_no_ledger_and_no_key() {
    let client = Shop::open().client("");
    let no_ledger = client.ledger("{}", &Options::default()).unwrap_err();
    let keyed = Options { key: Some("counter-1".to_owned()), ..Options::default() };
    let no_key = client.call(Endpoint::Add, SIMPLE, &keyed).unwrap_err();
    for error in [no_ledger, no_key] {
        assert_eq!(error.kind(), Kind::Unsupported);
        assert!(error.to_string().contains("sqlite:<path>"), "{error}");
    }
}

#[test]
fn another_base_url_is_refused_with_both_addresses() {
    let (shop, other, directory) = (Shop::open(), Shop::open(), Directory::new());
    drop(shop.client(&with_store(&directory)));
    let error = refusal(&other.config(&with_store(&directory)));
    assert_eq!(error.kind(), Kind::Store);
    for address in [shop.sandbox.base_url(), other.sandbox.base_url()] {
        assert!(error.to_string().contains(address), "{error}");
    }
}

#[test]
fn a_store_that_cannot_be_had_is_named_with_what_to_do() {
    let (shop, directory) = (Shop::open(), Directory::new());
    std::fs::write(directory.path().join("ledger.db"), "a note of mine, and not a database at all").unwrap();
    let cases = [
        (with_store(&directory), Kind::Store, "ledger.db"),
        (r#","store":"sqlite:/no/such/directory/ledger.db""#.to_owned(), Kind::Store, "/no/such/directory"),
        (r#","store":"redis://localhost""#.to_owned(), Kind::InvalidArgument, "sqlite:<path>"),
        (r#","settle_s":-1"#.to_owned(), Kind::InvalidArgument, "settle_s"),
    ];
    for (more, kind, named) in cases {
        let error = refusal(&shop.config(&more));
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(named), "{error}");
        assert!(!error.to_string().contains("os error"), "in words: {error}");
    }
    let bare_token =
        format!(r#"{{"access_token":"t","base_url":"{}"{}}}"#, shop.sandbox.base_url(), with_store(&directory));
    assert_eq!(refusal(&bare_token).details()[0].pointer, "/corp_id");
}

#[test]
fn a_store_that_its_text_does_not_name_is_refused_at_its_member() {
    let (shop, directory) = (Shop::open(), Directory::new());
    let folder = format!("sqlite:{}", directory.path().display());
    let files = ["sqlite:", "sqlite::memory:", "sqlite:/no/such/directory/", "sqlite:/dev/null", &folder];
    let servers = [
        "postgres://",
        "postgres://u:MARK@",
        "postgresql://u:MARK@host:port/d",
        "postgres://u:MARK@host/d?sslmode=maybe",
        "postgres://u:MARK@host/d?sslmode=%ff",
    ];
    let servers = if cfg!(feature = "postgres") { &servers[..] } else { &[] };
    for store in files.iter().chain(servers) {
        // Beside another member that is wrong, since every one is named.
        let error = refusal(&shop.config(&format!(r#","store":"{store}","settle_s":-1"#)));
        let told: Vec<_> = error.details().iter().map(|detail| (detail.pointer.as_str(), detail.rule)).collect();
        assert_eq!(told, [("/store", "bad_store"), ("/settle_s", "out_of_range")], "{store}");
        assert_eq!(error.kind(), Kind::InvalidArgument, "{store}");
        assert!(!error.to_string().contains("MARK"), "{error}");
    }
}

#[test]
fn a_query_that_cannot_be_understood_is_refused_with_every_member_named() {
    let (shop, directory) = (Shop::open(), Directory::new());
    let client = shop.client(&with_store(&directory));
    let query = r#"{"status":"lost","limit":0,"party":"3","cursor":"x","user":"","kye":"a"}"#;
    let error = client.ledger(query, &Options::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidRequest);
    let pointers: Vec<_> = error.details().iter().map(|detail| detail.pointer.as_str()).collect();
    assert_eq!(pointers, ["/kye", "/status", "/user", "/party", "/limit", "/cursor"]);
    assert_eq!(json_get(&error.to_json(), "/error/endpoint").as_deref(), Some("ledger"));
    for cursor in ["-1", "0", "+1", "01", " 1"] {
        let error = client.ledger(&format!(r#"{{"cursor":"{cursor}"}}"#), &Options::default()).unwrap_err();
        assert_eq!((error.kind(), &*error.details()[0].pointer), (Kind::InvalidRequest, "/cursor"), "{cursor}");
    }
}

#[test]
fn a_key_is_1_to_128_characters_without_control_characters() {
    let key = |key: &str| Options::parse(&format!(r#"{{"key":{key}}}"#), Some(Endpoint::Add));
    let longest = format!("\"{}\"", "店".repeat(128));
    assert_eq!(key(&longest).unwrap().key.unwrap().chars().count(), 128);
    for wrong in [r#""""#, r#""a\tb""#, "7", &format!("\"{}\"", "店".repeat(129))] {
        let error = key(wrong).err().expect(wrong);
        assert_eq!((error.kind(), error.details()[0].pointer.as_str()), (Kind::InvalidArgument, "/key"));
    }
}
