//! Link settings of the shared object that cargo has no key for.

fn main() {
    // What is built from: cargo's list of it tells `make install` whether the library is older.
    for file in ["build.rs", "Cargo.toml", "../Cargo.toml", "../Cargo.lock"] {
        println!("cargo:rerun-if-changed={file}");
    }
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // The interface's version, not the library's: it changes only when programs must be built anew.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libcontactway.so.1");
        // Unloading a Rust library while a thread of the host lives would crash it.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete,-z,relro,-z,now");
    }
}
