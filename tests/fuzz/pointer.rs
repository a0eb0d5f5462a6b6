//! Any text as JSON, and its first line as a pointer into the rest.

#![no_main]

use contactway::json_get;
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;

fuzz_target!(|text: &str| {
    let (pointer, json) = text.split_once('\n').unwrap_or(("", text));
    let found = json_get(json, pointer);
    if pointer.is_empty() {
        // Its root is the whole text, if that is JSON at all, which another author's reader decides.
        assert_eq!(found.is_some(), serde_json::from_str::<&RawValue>(json).is_ok(), "{json}");
    }
});
