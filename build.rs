//! Link settings of the shared object that cargo has no key for.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // The interface's version, not the library's: it changes only when programs must be built anew.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libcontactway.so.1");
        // Unloading a Rust library while a thread of the host lives would crash it.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete,-z,relro,-z,now");
    }
}
