//! Any text as a client's configuration.

#![no_main]

mod checks;

use contactway::{Client, Shared};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|config: &str| {
    // A store is made where the configuration says, which may be anywhere on this machine.
    if config.contains("sqlite") || config.contains("postgres") || config.contains('\\') {
        return;
    }
    match Client::new(config, &Shared::default()) {
        Ok(client) => client.close(),
        Err(error) => checks::is_told(&error),
    }
});
