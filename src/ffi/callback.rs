//! Functions of the host that the library calls.

use std::ffi::{c_char, c_void};

/// Is told how far a job has come: `progress_json` holds `done`, `total`, `created`, `updated`, `failed`,
/// `per_second` and `eta_ms`. Runs on the calling thread, at most ten times a second. Non-zero stops the job cleanly.
pub type contactway_progress_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, progress_json: *const c_char) -> i32>;

/// Is given a log line: one JSON object. Levels: 1 error, 2 warning, 3 info, 4 debug, 5 trace. Runs on any thread that
/// works for a call, several at once.
pub type contactway_log_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, level: i32, message_json: *const c_char)>;

/// Hands out an access token: writes it to `buffer`, without a NUL, and returns its length, at most `capacity`; a
/// negative number when it has none. `rejected` is 1 when WeCom refused the token last handed out. Runs on any thread
/// that works for a call, several at once.
pub type contactway_token_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, rejected: i32, buffer: *mut c_char, capacity: usize) -> i32>;

/// Is told, exactly once, that no callback can still run with `user_data`.
pub type contactway_destroy_fn = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// The host's data for a callback, and how to say that it is no longer needed.
pub struct UserData {
    data: *mut c_void,
    destroy: contactway_destroy_fn,
}

impl UserData {
    pub fn new(data: *mut c_void, destroy: contactway_destroy_fn) -> Self {
        Self { data, destroy }
    }
}

impl Drop for UserData {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            // SAFETY: the host gave this function for this data, and this is its only call.
            unsafe { destroy(self.data) };
        }
    }
}
