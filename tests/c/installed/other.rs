//! Another library in Rust that a program may hold beside ours, with a standard library of its own.

/// Whether a panic is caught in here.
#[unsafe(no_mangle)]
pub extern "C" fn other_catches() -> i32 {
    std::panic::set_hook(Box::new(|_| ()));
    i32::from(std::panic::catch_unwind(|| std::panic::resume_unwind(Box::new(1))).is_err())
}
