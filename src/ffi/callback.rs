//! Functions of the host that the library calls.

use std::ffi::{CString, c_char, c_void};

use zeroize::Zeroizing;

use crate::auth::TokenProvider;
use crate::ledger::Progress;
use crate::log::{Level, Logger};

/// Is told how far a job has come: progress_json holds done, total, created, updated, failed, per_second and eta_ms, and
/// lives until the function returns; created and updated are 0 in contactway_sync and contactway_save_qr_codes. Runs on
/// the calling thread, at most ten times a second, and once at the end. Returns 0, or anything else to stop the job
/// cleanly.
pub type contactway_progress_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, progress_json: *const c_char) -> i32>;

/// Is given a log line: one JSON object, described at the top, which lives until the function returns. Levels: 1 error,
/// 2 warning, 3 info, 4 debug, 5 trace. Runs on any thread that works for a call, several at once; the call waits for
/// it, past its deadline if need be.
pub type contactway_log_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, level: i32, message_json: *const c_char)>;

/// Hands out an access token: writes it to buffer, without a NUL, and returns its length, at most capacity; a negative
/// number when it has none. rejected is 1 when WeCom refused the token last handed out. Runs on any thread that works for
/// a call, several at once; the call waits for it, past its deadline if need be.
pub type contactway_token_fn =
    Option<unsafe extern "C" fn(user_data: *mut c_void, rejected: i32, buffer: *mut c_char, capacity: usize) -> i32>;

/// Is told, exactly once, that no callback can still run with user_data, which it may free. Nothing else says so: no
/// function waits for a callback that runs on another thread.
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

// SAFETY: the header says that callbacks run on any thread, several at once, so the host's data must bear it.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}

impl Drop for UserData {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            // SAFETY: the host gave this function for this data, and this is its only call.
            unsafe { destroy(self.data) };
        }
    }
}

/// A log function of the host.
pub struct HostLog {
    pub log: unsafe extern "C" fn(user_data: *mut c_void, level: i32, message_json: *const c_char),
    pub user_data: UserData,
}

impl Logger for HostLog {
    fn line(&self, level: Level, message: &str) {
        if let Ok(message) = CString::new(message) {
            // SAFETY: the host gave this function for this data, which is destroyed only with `self`.
            unsafe { (self.log)(self.user_data.data, level as i32, message.as_ptr()) };
        }
    }
}

/// A progress function of the host, for one job on one thread.
pub struct HostProgress {
    pub progress: unsafe extern "C" fn(user_data: *mut c_void, progress_json: *const c_char) -> i32,
    pub user_data: *mut c_void,
}

impl Progress for HostProgress {
    fn tell(&mut self, progress_json: &str) -> bool {
        let Ok(line) = CString::new(progress_json) else { return true };
        // SAFETY: the host gave this function for this data, to be called on the thread that does the job.
        unsafe { (self.progress)(self.user_data, line.as_ptr()) == 0 }
    }
}

/// A token function of the host.
pub struct HostTokens {
    pub provide:
        unsafe extern "C" fn(user_data: *mut c_void, rejected: i32, buffer: *mut c_char, capacity: usize) -> i32,
    pub user_data: UserData,
}

/// WeCom's tokens have 512 bytes at most.
const TOKEN_CAPACITY: usize = 4096;

impl TokenProvider for HostTokens {
    fn token(&self, rejected: bool) -> Result<String, String> {
        let mut buffer = Zeroizing::new([0_u8; TOKEN_CAPACITY]);
        // SAFETY: the host gave this function for this data, and the buffer is as large as is said.
        let length = unsafe {
            (self.provide)(self.user_data.data, i32::from(rejected), buffer.as_mut_ptr().cast(), TOKEN_CAPACITY)
        };
        let Ok(length) = usize::try_from(length) else {
            return Err("the token provider has none".to_owned());
        };
        let token = match length {
            0 => return Err("the token provider answered 0, which is no token's length".to_owned()),
            length => buffer.get(..length).ok_or_else(|| {
                format!("the token provider answered {length}, which is more than its buffer of {TOKEN_CAPACITY} holds")
            })?,
        };
        // A length beyond what was written shows as NULs.
        if !token.iter().all(u8::is_ascii_graphic) {
            return Err("the token provider's token holds bytes that no token has; check the length".to_owned());
        }
        Ok(String::from_utf8_lossy(token).into_owned())
    }
}
