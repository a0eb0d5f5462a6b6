//! No panic crosses the boundary: it becomes an `internal` answer, and nothing is printed.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
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

/// Does `work`; a panic in it is an error like any other.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    be_quiet();
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
