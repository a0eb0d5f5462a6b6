//! No panic crosses the boundary: it becomes an `internal` answer, and nothing is printed. Nor does a thread that is
//! cancelled end in the midst of a call.

use std::cell::Cell;
use std::ffi::c_int;
use std::panic::{self, AssertUnwindSafe};
use std::ptr;
use std::sync::Once;

use crate::answer::{Error, Kind};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// A caught panic would still be printed to the host's stderr. One that is not ours is printed as before.
fn be_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                others(info);
            }
        }));
    });
}

/// Linux's, whichever its C library is.
const PTHREAD_CANCEL_DISABLE: c_int = 1;

// The crate libc has it for other systems only.
unsafe extern "C" {
    fn pthread_setcancelstate(state: c_int, before: *mut c_int) -> c_int;
}

/// While it lives, this thread is not cancelled: glibc would unwind it through Rust, which ends the process.
struct NotCancelled(c_int);

impl NotCancelled {
    fn begin() -> Self {
        let mut before = PTHREAD_CANCEL_DISABLE;
        // SAFETY: it writes to `before`, which outlives the call.
        unsafe { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &raw mut before) };
        Self(before)
    }
}

impl Drop for NotCancelled {
    fn drop(&mut self) {
        // SAFETY: NULL is fine for a state that nobody asks for.
        unsafe { pthread_setcancelstate(self.0, ptr::null_mut()) };
    }
}

/// Does `work`; a panic in it is an error like any other.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    be_quiet();
    let _not_cancelled = NotCancelled::begin();
    let outer = GUARDED.replace(true);
    // What a panic could leave half-done is behind locks whose holders keep it whole at every step.
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    outcome.unwrap_or_else(|_| Err(Error::new(Kind::Internal, "a bug in contactway; the handle may still be used")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_internal_answer() {
        let outcome = guarded::<()>(|| panic!("with a secret in its text"));
        let error = outcome.unwrap_err();
        assert_eq!(error.kind(), Kind::Internal);
        assert!(!error.to_json().contains("secret"));
        assert_eq!(guarded(|| Ok(1)).unwrap(), 1);
    }
}
