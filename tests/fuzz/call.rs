//! Any text as the request and the options of a call: a digit for the endpoint, one for `validate`, and then a line each.

#![no_main]

mod checks;

use std::sync::LazyLock;

use contactway::{Client, Endpoint, Options, Shared};
use libfuzzer_sys::fuzz_target;

static CLIENTS: LazyLock<[Client; 3]> = LazyLock::new(|| ["strict", "warn", "off"].map(client));

/// Nobody listens where it calls: what is right comes to an error of the network.
fn client(validate: &str) -> Client {
    let config = format!(
        r#"{{"base_url":"http://127.0.0.1:1","corp_id":"ww1","access_token":"never-to-be-told","max_attempts":1,"rate_limit":false,"validate":"{validate}"}}"#
    );
    Client::new(&config, &Shared::default()).unwrap()
}

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(3, '\n');
    let which = lines.next().unwrap_or_default().as_bytes();
    let digit = |place: usize| usize::from(which.get(place).copied().unwrap_or_default());
    let endpoint = Endpoint::ALL[digit(0) % Endpoint::ALL.len()];
    let options = Options::parse(lines.next().unwrap_or_default(), Some(endpoint));
    let request = lines.next().unwrap_or_default();
    let answer = match options {
        Ok(options) => CLIENTS[digit(1) % 3].call(endpoint, request, &options),
        Err(error) => Err(error),
    };
    let error = answer.expect_err("nobody listens");
    checks::is_told(&error);
    assert!(!error.to_json().contains("never-to-be-told") || text.contains("never"), "{error:?}");
});
