//! The header is what the C boundary's source says.

#![allow(clippy::unwrap_used)] // a failed unwrap is a failed test

use std::fs;
use std::path::Path;

fn generated() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut header = Vec::new();
    cbindgen::Builder::new()
        .with_config(cbindgen::Config::from_root_or_default(root))
        .with_after_include(versions())
        .with_src(root.join("src/ffi/callback.rs"))
        .with_src(root.join("src/ffi/mod.rs"))
        .generate()
        .unwrap()
        .write(&mut header);
    String::from_utf8(header).unwrap()
}

/// The version as a text and as a number, which the preprocessor can compare.
fn versions() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let number = version.split('.').fold(0, |number, part| number << 8 | part.parse::<u32>().unwrap());
    format!(
        "\n// The version of this header, as contactway_version returns it.\n#define CONTACTWAY_VERSION \"{version}\"\n\n\
         // The same as a number, 0xMMmmpp, for the preprocessor:\n//\n\
         //     #if CONTACTWAY_VERSION_NUM < 0x000200\n//     #error \"contactway 0.2.0 or newer is needed\"\n\
         //     #endif\n#define CONTACTWAY_VERSION_NUM 0x{number:06X}"
    )
}

/// `CONTACTWAY_WRITE_HEADER=1 cargo test --test header` writes it; `make header` does that.
#[test]
fn the_header_is_not_stale() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/contactway.h");
    let wanted = generated();
    if std::env::var_os("CONTACTWAY_WRITE_HEADER").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let present = fs::read_to_string(&path).unwrap_or_default();
    assert!(present == wanted, "include/contactway.h is stale: run `make header`");
}
