//! C strings in and out.

use std::ffi::{CStr, CString, c_char};
use std::ptr;

use crate::answer::{Error, Kind};

/// The text at `pointer`, called `name` in the error.
///
/// # Safety
/// `pointer` is NULL, or points to a NUL-terminated string that outlives `'a`.
pub unsafe fn required<'a>(pointer: *const c_char, name: &str) -> Result<&'a str, Error> {
    // SAFETY: the caller's promise is this function's own.
    unsafe { optional(pointer, name) }?
        .ok_or_else(|| Error::new(Kind::InvalidArgument, format!("{name} is NULL; give a text")))
}

/// The text at `pointer`, or nothing where it is NULL.
///
/// # Safety
/// `pointer` is NULL, or points to a NUL-terminated string that outlives `'a`.
pub unsafe fn optional<'a>(pointer: *const c_char, name: &str) -> Result<Option<&'a str>, Error> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: it is not NULL, so it is a NUL-terminated string, as the caller promises.
    let text = unsafe { CStr::from_ptr(pointer) }.to_str();
    text.map(Some).map_err(|error| {
        Error::new(Kind::InvalidArgument, format!("{name} is not UTF-8 from byte {} on", error.valid_up_to()))
    })
}

/// `text` for C, which gives it back to [`free`].
pub fn give(text: String) -> *mut c_char {
    // JSON writes a NUL as an escape; a text that holds one all the same ends before it.
    let text = CString::new(text).or_else(|error| {
        let before = error.nul_position();
        let mut bytes = error.into_vec();
        bytes.truncate(before);
        CString::new(bytes)
    });
    text.map_or(ptr::null_mut(), CString::into_raw)
}

/// Frees what [`give`] gave.
///
/// # Safety
/// `pointer` is NULL, or came from [`give`] and was not freed yet.
pub unsafe fn free(pointer: *mut c_char) {
    if !pointer.is_null() {
        // SAFETY: it came from `CString::into_raw`, and is freed once, as the caller promises.
        drop(unsafe { CString::from_raw(pointer) });
    }
}
