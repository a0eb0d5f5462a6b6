//! The C interface. What the functions promise is said here and generated into `include/contactway.h`.

#![allow(unsafe_code)]
// The names are C's.
#![allow(non_camel_case_types)]
// What a C caller must keep to is said at the top of the header, once.
#![allow(clippy::missing_safety_doc)]
// The comments of exported items are a C header's, not rustdoc's.
#![allow(clippy::doc_markdown, rustdoc::invalid_html_tags)]

mod callback;
mod guard;
mod handle;
mod options;
mod text;

use std::ffi::{c_char, c_void};
use std::ptr;
use std::sync::Arc;

use crate::answer::{Error, Kind};
use crate::client::{Canceller, Client, Options};
use crate::endpoint::Endpoint;
use crate::json;
use crate::ledger::Progress;
use crate::log::Logger;
use callback::{HostLog, HostProgress, HostTokens, UserData};
pub use callback::{contactway_destroy_fn, contactway_log_fn, contactway_progress_fn, contactway_token_fn};
use guard::guarded;
use handle::{Object, Process};

/// A client: one company's credentials, connections and limits. A number, not a pointer; 0 is never a client. It lives
/// until contactway_client_free. It can be used from any thread, by several at the same time.
pub type contactway_client = u64;
/// Ends calls early. A number, not a pointer; 0 is never a canceller. It lives until contactway_canceller_free. It can
/// be used from any thread, by several at the same time.
pub type contactway_canceller = u64;
/// A running stand-in for WeCom. A number, not a pointer; 0 is never a sandbox. It lives until contactway_sandbox_stop.
/// It can be used from any thread, by several at the same time.
pub type contactway_sandbox = u64;

/// The version of the interface that this header describes.
pub const CONTACTWAY_ABI_VERSION: u32 = 1;

/// errcode: an argument is NULL, not UTF-8, not JSON, not an object, or holds something unknown.
pub const CONTACTWAY_INVALID_ARGUMENT: i32 = -1001;
/// errcode: the handle was freed, forged, or is of another kind.
pub const CONTACTWAY_INVALID_HANDLE: i32 = -1002;
/// errcode: the request breaks a documented rule; nothing was sent.
pub const CONTACTWAY_INVALID_REQUEST: i32 = -1003;
/// errcode: no token could be had.
pub const CONTACTWAY_AUTH: i32 = -1004;
/// errcode: held back here, since the limit leaves no place before the deadline. It comes at once: wait for
/// retry_after_ms, and do not call again in a loop.
pub const CONTACTWAY_RATE_LIMITED: i32 = -1005;
/// errcode: the deadline passed.
pub const CONTACTWAY_TIMEOUT: i32 = -1006;
/// errcode: name, connection or TLS failed, or the connection was reset.
pub const CONTACTWAY_NETWORK: i32 = -1007;
/// errcode: the answer is not HTTP 200 with a JSON object that holds an integer errcode, or is too large.
pub const CONTACTWAY_BAD_RESPONSE: i32 = -1008;
/// errcode: the ledger or the token store failed.
pub const CONTACTWAY_STORE: i32 = -1009;
/// errcode: the canceller was fired, or the client freed.
pub const CONTACTWAY_CANCELLED: i32 = -1010;
/// errcode: a bulk job ran to its end and some rows failed.
pub const CONTACTWAY_PARTIAL: i32 = -1011;
/// errcode: a key stands for something else, or another machine is doing the job.
pub const CONTACTWAY_CONFLICT: i32 = -1012;
/// errcode: this build lacks the feature.
pub const CONTACTWAY_UNSUPPORTED: i32 = -1013;
/// errcode: an add with a key whose earlier attempt may have been carried out; error.key says which.
pub const CONTACTWAY_UNKNOWN: i32 = -1014;
/// errcode: a bug in the library; the handle may still be used.
pub const CONTACTWAY_INTERNAL: i32 = -1099;

/// The header's errcodes are the kinds' own.
const _: () = {
    let pairs = [
        (Kind::InvalidArgument, CONTACTWAY_INVALID_ARGUMENT),
        (Kind::InvalidHandle, CONTACTWAY_INVALID_HANDLE),
        (Kind::InvalidRequest, CONTACTWAY_INVALID_REQUEST),
        (Kind::Auth, CONTACTWAY_AUTH),
        (Kind::RateLimited, CONTACTWAY_RATE_LIMITED),
        (Kind::Timeout, CONTACTWAY_TIMEOUT),
        (Kind::Network, CONTACTWAY_NETWORK),
        (Kind::BadResponse, CONTACTWAY_BAD_RESPONSE),
        (Kind::Store, CONTACTWAY_STORE),
        (Kind::Cancelled, CONTACTWAY_CANCELLED),
        (Kind::Partial, CONTACTWAY_PARTIAL),
        (Kind::Conflict, CONTACTWAY_CONFLICT),
        (Kind::Unsupported, CONTACTWAY_UNSUPPORTED),
        (Kind::Unknown, CONTACTWAY_UNKNOWN),
        (Kind::Internal, CONTACTWAY_INTERNAL),
    ];
    let mut index = 0;
    while index < pairs.len() {
        assert!(pairs[index].0.errcode() == pairs[index].1 as i64);
        index += 1;
    }
};

/// The version of the library, "MAJOR.MINOR.PATCH". Static, never to be freed. Any thread; never fails.
///
///     printf("contactway %s\n", contactway_version());
#[unsafe(no_mangle)]
pub extern "C" fn contactway_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The version of the interface, to be compared with CONTACTWAY_ABI_VERSION by whoever loads the library at run time.
/// Additions do not change it. Any thread; never fails.
///
///     if (contactway_abi_version() != CONTACTWAY_ABI_VERSION) { fprintf(stderr, "another interface\n"); }
#[unsafe(no_mangle)]
pub extern "C" fn contactway_abi_version() -> u32 {
    CONTACTWAY_ABI_VERSION
}

/// What this build holds beside the client itself, separated by commas, such as "sqlite,sandbox": of sqlite, postgres
/// and sandbox those that there are. Static, never to be freed. Any thread; never fails.
///
///     if (strstr(contactway_features(), "sandbox") == NULL) { fprintf(stderr, "no sandbox\n"); }
#[unsafe(no_mangle)]
pub extern "C" fn contactway_features() -> *const c_char {
    let names = match (cfg!(feature = "sqlite"), cfg!(feature = "postgres"), cfg!(feature = "sandbox")) {
        (false, false, false) => c"",
        (false, false, true) => c"sandbox",
        (false, true, false) => c"postgres",
        (false, true, true) => c"postgres,sandbox",
        (true, false, false) => c"sqlite",
        (true, false, true) => c"sqlite,sandbox",
        (true, true, false) => c"sqlite,postgres",
        (true, true, true) => c"sqlite,postgres,sandbox",
    };
    names.as_ptr()
}

/// Makes a client from a configuration such as {"corp_id":"ww…","secret":"…"}. Nothing is sent yet.
///
/// Returns 0 when the configuration is wrong; then *error_json, unless error_json is NULL, is an answer object that
/// names every wrong member, to be freed with contactway_string_free. On success it is set to NULL. The client is to
/// be freed with contactway_client_free. Any thread. Errors: invalid_argument, unsupported, store (it cannot be opened,
/// as where its directory is missing, or is of another base_url).
///
///     char *error = NULL;
///     contactway_client client = contactway_client_new("{\"corp_id\":\"ww1\",\"secret\":\"s\"}", &error);
///     if (client == 0) { fprintf(stderr, "%s\n", error); contactway_string_free(error); }
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_client_new(
    config_json: *const c_char,
    error_json: *mut *mut c_char,
) -> contactway_client {
    let made = guarded(|| {
        // SAFETY: a C string or NULL, as the header asks.
        let config = unsafe { text::required(config_json, "config_json") }?;
        let process = Process::current();
        let client = Client::new(config, &process.shared)?;
        Ok(process.insert(Object::Client(Arc::new(client))))
    });
    // SAFETY: writable or NULL, as the header asks.
    unsafe { handle_or_error(made, error_json) }
}

/// Frees a client. Calls under way on other threads end promptly, as cancelled, and are not waited for. Any other number
/// is ignored. Any thread; never fails.
///
///     contactway_client_free(client);
#[unsafe(no_mangle)]
pub extern "C" fn contactway_client_free(client: contactway_client) {
    ignoring(|| {
        if let Some(Object::Client(client)) =
            Process::current().remove(client, |object| matches!(object, Object::Client(_)))
        {
            client.close();
        }
    });
}

/// Adds a contact way: request_json is the body of WeCom's add_contact_way, the answer holds config_id and, for scene
/// 2, qr_code. Keep the config_id: without it the contact way can be neither changed nor deleted.
///
/// options_json may be NULL; it knows timeout_ms, canceller, key, under which the contact way is made once (it needs a
/// durable store), and accept_duplicate, with which an add is sent again also where that may make a second one. For a
/// key that has its contact way already the answer holds that one's config_id and qr_code, and replayed, true: nothing
/// was sent. The answer is never NULL and is to be freed with contactway_string_free. Any thread. Errors: any kind;
/// where error.effect is "unknown" the contact way may have been made; conflict where the key stands for another
/// request.
///
///     char *answer = contactway_add(client,
///         "{\"type\":1,\"scene\":2,\"user\":[\"zhangsan\"]}", NULL);
///     char *config_id = contactway_json_get(answer, "/config_id");
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_add(
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
) -> *mut c_char {
    // SAFETY: C strings or NULL, as the header asks.
    unsafe { call(Endpoint::Add, client, request_json, options_json) }
}

/// Reads a contact way: request_json is {"config_id":"…"}, the answer holds contact_way.
///
/// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
/// contactway_string_free. Any thread. Errors: any kind.
///
///     char *answer = contactway_get(client, "{\"config_id\":\"42b34949e138eb6e027c123cba77fad7\"}", NULL);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_get(
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
) -> *mut c_char {
    // SAFETY: C strings or NULL, as the header asks.
    unsafe { call(Endpoint::Get, client, request_json, options_json) }
}

/// Lists the config_ids of contact ways, a page at a time: request_json may hold start_time and end_time (seconds since
/// 1970), cursor and limit (1 to 1000). The answer holds contact_way, [{"config_id":"…"}], and next_cursor, which is
/// empty on the last page. WeCom lists nothing that was made before 2021-07-10, and no temporary ones.
///
/// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
/// contactway_string_free. Any thread. Errors: any kind.
///
///     char *answer = contactway_list(client, "{\"limit\":1000}", NULL);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_list(
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
) -> *mut c_char {
    // SAFETY: C strings or NULL, as the header asks.
    unsafe { call(Endpoint::List, client, request_json, options_json) }
}

/// Changes a contact way: request_json holds config_id and the members to change; what is left out stays as it is.
/// type, scene and is_temp cannot be changed.
///
/// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
/// contactway_string_free. Any thread. Errors: any kind.
///
///     char *answer = contactway_update(client, "{\"config_id\":\"42b3…\",\"remark\":\"counter 2\"}", NULL);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_update(
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
) -> *mut c_char {
    // SAFETY: C strings or NULL, as the header asks.
    unsafe { call(Endpoint::Update, client, request_json, options_json) }
}

/// Deletes a contact way: request_json is {"config_id":"…"}. Its code is dead from then on. Where an earlier attempt
/// of this call had done it already, the answer warns of that (done_already).
///
/// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
/// contactway_string_free. Any thread. Errors: any kind.
///
///     char *answer = contactway_del(client, "{\"config_id\":\"42b34949e138eb6e027c123cba77fad7\"}", NULL);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_del(
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
) -> *mut c_char {
    // SAFETY: C strings or NULL, as the header asks.
    unsafe { call(Endpoint::Del, client, request_json, options_json) }
}

/// Ends a temporary chat: request_json holds userid and external_userid. WeCom sends the conclusions first.
///
/// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
/// contactway_string_free. Any thread. Errors: any kind.
///
///     char *answer = contactway_close_temp_chat(client,
///         "{\"userid\":\"zhangyisheng\",\"external_userid\":\"woAJ2GCAAAXtWyujaWJHDDGi0mACHAAA\"}", NULL);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_close_temp_chat(
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
) -> *mut c_char {
    // SAFETY: C strings or NULL, as the header asks.
    unsafe { call(Endpoint::CloseTempChat, client, request_json, options_json) }
}

/// Uploads a picture for a conclusion, PNG or JPEG of 6 bytes to 10 MiB: request_json is {"path":"a.png"} or
/// {"base64":"…","filename":"a.png"}, the answer holds media_id, which lives for 3 days, type and created_at.
///
/// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
/// contactway_string_free. Any thread. Errors: any kind.
///
///     char *answer = contactway_upload_image(client, "{\"path\":\"closing.png\"}", NULL);
///     char *media_id = contactway_json_get(answer, "/media_id");
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_upload_image(
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
) -> *mut c_char {
    // SAFETY: C strings or NULL, as the header asks.
    unsafe { work("upload_image", None, client, request_json, options_json, Client::upload_image) }
}

/// Saves the QR picture of a contact way: request_json holds config_id or qr_code, and path. The answer holds path,
/// bytes and content_type. The file appears whole or not at all; it replaces a file, or a symbolic link to one or to
/// nothing, and nothing else.
///
/// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
/// contactway_string_free. Any thread. Errors: any kind; invalid_request where the file cannot be written.
///
///     char *answer = contactway_save_qr_code(client,
///         "{\"config_id\":\"42b34949e138eb6e027c123cba77fad7\",\"path\":\"counter.png\"}", NULL);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_save_qr_code(
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
) -> *mut c_char {
    // SAFETY: C strings or NULL, as the header asks.
    unsafe { work("save_qr_code", None, client, request_json, options_json, Client::save_qr_code) }
}

/// Finds out whether everything works, and if not, what is wrong. Each thing that a call needs is looked at in the
/// order in which it needs it: configuration, proxy, resolve (the host's name), connect, tls, token, permission (a list
/// of one), clock (this machine's beside WeCom's) and store, where there is one. Nothing remembered (tokens, refusals,
/// blocks) is heeded, each step asks once, and nothing changes at WeCom.
///
/// The answer holds steps, also where it fails, each such as {"step":"resolve","ok":true,"elapsed_ms":3,"message":"…"}.
/// One that failed has ok false, error (as in a failure, with its errcode) and remedy, one sentence on what to do;
/// errcode, errmsg and error of the answer are those of the first that did. What could not be looked at has skipped
/// true, and no ok: all after a failure, tls over http, clock where the answer tells no Date, and resolve and connect
/// behind a proxy, whose step covers them. A clock more than 300 s off fails its step, as network, and ends nothing.
///
/// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
/// contactway_string_free. Any thread. Errors: any kind but invalid_request.
///
///     char *answer = contactway_check(client, NULL);
///     if (contactway_errcode(answer) != 0) { fprintf(stderr, "%s\n", answer); }
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_check(client: contactway_client, options_json: *const c_char) -> *mut c_char {
    let no_request = c"{}".as_ptr();
    // SAFETY: C strings or NULL, as the header asks.
    unsafe { work("check", None, client, no_request, options_json, |client, _, options| client.check(options)) }
}

/// Looks contact ways up in the ledger, which needs a sqlite or postgres store. query_json may hold any of key,
/// config_id, state, remark, user (a userid), party (a department), status and namespace, which all must hold; limit (1
/// to 1000, 100 if left out) and the cursor of the page before.
///
/// The answer holds entries, in the order of their coming, and next_cursor, which is empty on the last page. An entry
/// has key, namespace, config_id, qr_code (each null where there is none), status (intended, active, unknown, deleted
/// or gone), contact_way as it was last asked for, and created_at and updated_at in seconds since 1970.
///
/// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
/// contactway_string_free. Any thread. Errors: invalid_argument, invalid_handle, invalid_request, store, cancelled;
/// unsupported without such a store.
///
///     char *answer = contactway_ledger(client, "{\"state\":\"counter-1\"}", NULL);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_ledger(
    client: contactway_client,
    query_json: *const c_char,
    options_json: *const c_char,
) -> *mut c_char {
    // SAFETY: C strings or NULL, as the header asks.
    unsafe { work("ledger", None, client, query_json, options_json, Client::ledger) }
}

/// Brings the ledger up to what WeCom holds: adds of which nobody knows what became are looked for, what list shows is
/// adopted, every known contact way read. 500,000 of them take about 3 h 42 min, since WeCom's hour allows no more; a
/// run within 24 hours of an unfinished one goes on where that stood.
///
/// request_json may hold start_time and end_time (seconds since 1970; all since 2021-07-10 if left out) and
/// concurrency. The answer holds listed, known, adopted (without a key), changed (by others), gone, foreign (never read
/// by these credentials, and not shown to them) and failures, the first 100. gone is said of what WeCom did not show
/// twice, a minute apart, for which a run waits if its deadline lets it; where it does not, or WeCom shows none, the
/// answer warns of that (not_shown).
///
/// A job: it has a deadline only if options_json (which may be NULL) says timeout_ms; the client's own bounds each call
/// inside it. One job at a time is done for a corporation, on all machines that share the store: a second one of the
/// same kind waits and takes over, another kind is a conflict. progress (which may be NULL) runs on this thread, and
/// stops the job with a number other than 0. Needs a sqlite or postgres store. The answer is never NULL and is to be
/// freed with contactway_string_free; one that is partial, cancelled or timed out holds the counts too. Any thread.
/// Errors: any kind; partial where some could not be read.
///
///     char *answer = contactway_sync(client, "{}", NULL, NULL, NULL);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_sync(
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
    progress: contactway_progress_fn,
    user_data: *mut c_void,
) -> *mut c_char {
    // SAFETY: C strings or NULL, and a function of the host with its own data, as the header asks.
    unsafe { job("sync", client, request_json, options_json, progress, user_data, Client::sync) }
}

/// Makes WeCom hold the contact ways that rows describe, each once; what is so already costs no call.
///
/// request_json holds rows, [{"key":"…","contact_way":{…as for add…}}], or the path of a .jsonl or .csv file of them. A
/// row with a config_id claims that contact way for its key. It may hold namespace; dry_run (nothing is sent);
/// overwrite (what others changed meanwhile); replace (make another contact way where type, scene, is_temp or
/// is_exclusive differ: the printed code dies); recreate_gone; delete_missing with namespace and max_delete (delete
/// what no row describes any more and apply made or claimed under the namespace); concurrency; and report_path, a file
/// of JSON Lines with a line for each row.
///
/// The answer holds created, claimed, updated, unchanged, deleted, replaced, failed, and failures, the first 100, each
/// such as {"line":3,"key":"…","errcode":40058,"errmsg":"…"}, with config_id where there is one.
///
/// A job: it has a deadline only if options_json (which may be NULL) says timeout_ms; the client's own bounds each call
/// inside it. One job at a time is done for a corporation, on all machines that share the store: a second one of the
/// same kind waits and takes over, another kind is a conflict. progress (which may be NULL) runs on this thread, and
/// stops the job with a number other than 0. Needs a sqlite or postgres store. The answer is never NULL and is to be
/// freed with contactway_string_free; one that is partial, cancelled or timed out holds the counts too. Any thread.
/// Errors: any kind; invalid_request for a file that is refused as a whole, with line and column, and nothing was sent;
/// partial where some rows failed.
///
///     static int32_t tell(void *file, const char *progress_json)
///     {
///         return fprintf(file, "%s\n", progress_json) < 0;
///     }
///
///     char *answer = contactway_apply(client, "{\"path\":\"codes.csv\"}", NULL, tell, stderr);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_apply(
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
    progress: contactway_progress_fn,
    user_data: *mut c_void,
) -> *mut c_char {
    // SAFETY: C strings or NULL, and a function of the host with its own data, as the header asks.
    unsafe { job("apply", client, request_json, options_json, progress, user_data, Client::apply) }
}

/// Replaces one member by others in every contact way of the ledger that names them; each is read before and after.
///
/// request_json holds from, a userid, and to, a list of userids; it may hold dry_run (nothing is sent), concurrency and
/// report_path. The answer holds matched, updated, failed and failures, the first 100. No contact way is left without a
/// user, with two for type 1, or with more than 100: it fails instead, and the rest goes on.
///
/// A job: it has a deadline only if options_json (which may be NULL) says timeout_ms; the client's own bounds each call
/// inside it. One job at a time is done for a corporation, on all machines that share the store: a second one of the
/// same kind waits and takes over, another kind is a conflict. progress (which may be NULL) runs on this thread, and
/// stops the job with a number other than 0. Needs a sqlite or postgres store. The answer is never NULL and is to be
/// freed with contactway_string_free; one that is partial, cancelled or timed out holds the counts too. Any thread.
/// Errors: any kind; partial where some contact ways could not be changed.
///
///     char *answer = contactway_replace_user(client,
///         "{\"from\":\"zhangsan\",\"to\":[\"lisi\"]}", NULL, NULL, NULL);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_replace_user(
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
    progress: contactway_progress_fn,
    user_data: *mut c_void,
) -> *mut c_char {
    // SAFETY: C strings or NULL, and a function of the host with its own data, as the header asks.
    unsafe { job("replace_user", client, request_json, options_json, progress, user_data, Client::replace_user) }
}

/// Saves the QR pictures of many contact ways, each in a file named after its key, or its config_id where it has none,
/// with what a file name cannot hold percent-encoded. A file of that name is replaced.
///
/// request_json holds directory, which is made, and may hold query, as for contactway_ledger (but status is active if
/// left out, and without limit there is none), and concurrency. The answer holds saved, failed and failures, the first
/// 100. Contact ways without a qr_code are passed over.
///
/// A job: it has a deadline only if options_json (which may be NULL) says timeout_ms; the client's own bounds each call
/// inside it. One job at a time is done for a corporation, on all machines that share the store: a second one of the
/// same kind waits and takes over, another kind is a conflict. progress (which may be NULL) runs on this thread, and
/// stops the job with a number other than 0. Needs a sqlite or postgres store. The answer is never NULL and is to be
/// freed with contactway_string_free; one that is partial, cancelled or timed out holds the counts too. Any thread.
/// Errors: any kind; partial where some pictures could not be saved.
///
///     char *answer = contactway_save_qr_codes(client,
///         "{\"query\":{\"state\":\"counter-1\"},\"directory\":\"codes/\"}", NULL, NULL, NULL);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_save_qr_codes(
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
    progress: contactway_progress_fn,
    user_data: *mut c_void,
) -> *mut c_char {
    // SAFETY: C strings or NULL, and a function of the host with its own data, as the header asks.
    unsafe { job("save_qr_codes", client, request_json, options_json, progress, user_data, Client::save_qr_codes) }
}

/// Frees a string that this library returned. NULL is ignored. Any thread; never fails. Each string is to be freed
/// once, and with no other function.
///
///     char *answer = contactway_list(client, "{}", NULL);
///     contactway_string_free(answer);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_string_free(json: *mut c_char) {
    // SAFETY: a string of ours that was not freed yet, or NULL, as the header asks.
    ignoring(|| unsafe { text::free(json) });
}

/// The errcode of an answer: 0 is success. CONTACTWAY_INVALID_ARGUMENT for NULL or what is no answer. Any thread; never
/// fails.
///
///     if (contactway_errcode(answer) != 0) { fprintf(stderr, "%s\n", answer); }
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_errcode(answer_json: *const c_char) -> i64 {
    let errcode = guarded(|| {
        // SAFETY: a C string or NULL, as the header asks.
        let answer = unsafe { text::required(answer_json, "answer_json") }?;
        Ok(json::member(answer, "errcode").and_then(|raw| raw.parse().ok()))
    });
    errcode.ok().flatten().unwrap_or(i64::from(CONTACTWAY_INVALID_ARGUMENT))
}

/// The value at an RFC 6901 pointer of a JSON text: a string comes unquoted and decoded, anything else as JSON. NULL if
/// it is absent, or an argument is NULL or not UTF-8, or json is not JSON. To be freed with contactway_string_free. Any
/// thread; never fails.
///
/// A string that holds \u0000 ends there, as C strings do; half a surrogate pair comes as replacement characters,
/// U+FFFD. JSON's null comes as "null", and so does the string "null" (as 1 and "1" both come as "1"): to tell them
/// apart, get the object around them, which comes as JSON.
///
///     char *first = contactway_json_get(answer, "/contact_way/user/0");
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_json_get(json: *const c_char, pointer: *const c_char) -> *mut c_char {
    let found = guarded(|| {
        // SAFETY: C strings or NULL, as the header asks.
        let (json, pointer) = unsafe { (text::required(json, "json")?, text::required(pointer, "pointer")?) };
        Ok(json::get(json, pointer))
    });
    found.ok().flatten().map_or(ptr::null_mut(), text::give)
}

/// Makes a canceller, to be given to calls as {"canceller":NUMBER} in their options and to be freed with
/// contactway_canceller_free. Any thread. Returns 0 only if the library is broken.
///
///     contactway_canceller canceller = contactway_canceller_new();
///     char options[64];
///     snprintf(options, sizeof options, "{\"canceller\":%llu}", (unsigned long long)canceller);
///     char *answer = contactway_list(client, "{}", options);  // ended by contactway_canceller_cancel(canceller)
///     contactway_canceller_free(canceller);
#[unsafe(no_mangle)]
pub extern "C" fn contactway_canceller_new() -> contactway_canceller {
    guarded(|| Ok(Process::current().insert(Object::Canceller(Canceller::new())))).unwrap_or(0)
}

/// Ends the calls that were given this canceller, those under way and all later ones, as cancelled. Any other number is
/// ignored. Any thread, callbacks too; never fails. The example is at contactway_canceller_new.
#[unsafe(no_mangle)]
pub extern "C" fn contactway_canceller_cancel(canceller: contactway_canceller) {
    ignoring(|| {
        if let Ok(canceller) = Process::current().canceller(canceller) {
            canceller.cancel();
        }
    });
}

/// Frees a canceller. Calls that were given it go on. Any other number is ignored. Any thread; never fails. The example
/// is at contactway_canceller_new.
#[unsafe(no_mangle)]
pub extern "C" fn contactway_canceller_free(canceller: contactway_canceller) {
    ignoring(|| {
        Process::current().remove(canceller, |object| matches!(object, Object::Canceller(_)));
    });
}

/// Sets the function that a client's log lines go to; NULL turns logging off. Lines above level (1 error to 5 trace)
/// are not made. client 0 sets what clients made later start with. destroy, unless NULL, is called exactly once with
/// user_data, when log can no longer run; also when client is no client. Any thread; never fails.
///
/// The log that was set before may still run on other threads when this or contactway_client_free returns: without a
/// destroy its user_data must outlive every call that was under way.
///
///     static void log_line(void *file, int32_t level, const char *message_json)
///     {
///         fprintf(file, "%d %s\n", (int)level, message_json);
///     }
///
///     contactway_set_logger(client, log_line, stderr, NULL, 3);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_set_logger(
    client: contactway_client,
    log: contactway_log_fn,
    user_data: *mut c_void,
    destroy: contactway_destroy_fn,
    level: i32,
) {
    let user_data = UserData::new(user_data, destroy);
    ignoring(|| {
        let sink: Option<Arc<dyn Logger>> = match log {
            Some(log) => Some(Arc::new(HostLog { log, user_data })),
            None => None,
        };
        let process = Process::current();
        if client == 0 {
            process.shared.log.set(sink, level);
        } else if let Ok(client) = process.client(client) {
            client.log().set(sink, level);
        }
    });
}

/// Sets the function that hands out a client's tokens; the client was made with "token_provider":true.
///
/// destroy, unless NULL, is called exactly once with user_data, when provide can no longer run; also when this fails. The
/// provide that was set before may still run on other threads when this or contactway_client_free returns: without a
/// destroy its user_data must outlive every call that was under way.
///
/// The answer is never NULL and is to be freed with contactway_string_free. Any thread. Errors: invalid_argument,
/// invalid_handle.
///
///     static int32_t hand_out(void *token, int32_t rejected, char *buffer, size_t capacity)
///     {
///         size_t length = strlen(token);
///         if (rejected || length > capacity) return -1;
///         memcpy(buffer, token, length);
///         return (int32_t)length;
///     }
///
///     char *answer = contactway_set_token_provider(client, hand_out, "…", NULL);
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_set_token_provider(
    client: contactway_client,
    provide: contactway_token_fn,
    user_data: *mut c_void,
    destroy: contactway_destroy_fn,
) -> *mut c_char {
    let user_data = UserData::new(user_data, destroy);
    give_answer(guarded(|| {
        let client = Process::current().client(client)?;
        let Some(provide) = provide else {
            return Err(Error::new(Kind::InvalidArgument, "provide is NULL; give the function that hands tokens out"));
        };
        client.set_token_provider(Arc::new(HostTokens { provide, user_data }))?;
        Ok(OK.to_owned())
    }))
}

/// Renews the suite ticket of a client made with "suite".
///
/// The answer is never NULL and is to be freed with contactway_string_free. Any thread. Errors: invalid_argument,
/// invalid_handle.
///
///     char *answer = contactway_set_suite_ticket(client, "…");
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_set_suite_ticket(
    client: contactway_client,
    suite_ticket: *const c_char,
) -> *mut c_char {
    give_answer(guarded(|| {
        let client = Process::current().client(client)?;
        // SAFETY: a C string or NULL, as the header asks.
        client.set_suite_ticket(unsafe { text::required(suite_ticket, "suite_ticket") }?)?;
        Ok(OK.to_owned())
    }))
}

/// Starts a stand-in for WeCom on a loopback port; config_json may be "{}".
///
/// Returns 0 when it cannot start. *info_json, unless info_json is NULL, always holds an answer object: with base_url,
/// corp_id, secret and client_config, which is ready for contactway_client_new; or with the error. It is to be freed
/// with contactway_string_free; the sandbox is to be stopped with contactway_sandbox_stop. Any thread. Errors:
/// invalid_argument, network, unsupported.
///
///     char *info = NULL;
///     contactway_sandbox sandbox = contactway_sandbox_start("{}", &info);
///     char *config = contactway_json_get(info, "/client_config");
#[unsafe(no_mangle)]
pub unsafe extern "C" fn contactway_sandbox_start(
    config_json: *const c_char,
    info_json: *mut *mut c_char,
) -> contactway_sandbox {
    let started = guarded(|| {
        // SAFETY: a C string or NULL, as the header asks.
        start_sandbox(unsafe { text::required(config_json, "config_json") }?)
    });
    let (handle, info) = match started {
        Ok((handle, info)) => (handle, info),
        Err(error) => (0, error.to_json()),
    };
    if !info_json.is_null() {
        // SAFETY: writable, as the header asks of what is not NULL.
        unsafe { *info_json = text::give(info) };
    }
    handle
}

/// Stops a sandbox: its port is closed and its threads have ended when this returns. Any other number is ignored. Any
/// thread; never fails.
///
///     contactway_sandbox sandbox = contactway_sandbox_start("{}", NULL);
///     contactway_sandbox_stop(sandbox);
#[unsafe(no_mangle)]
pub extern "C" fn contactway_sandbox_stop(sandbox: contactway_sandbox) {
    ignoring(|| {
        #[cfg(feature = "sandbox")]
        drop(Process::current().remove(sandbox, |object| matches!(object, Object::Sandbox(_))));
        #[cfg(not(feature = "sandbox"))]
        let _ = sandbox;
    });
}

#[cfg(feature = "sandbox")]
fn start_sandbox(config: &str) -> Result<(u64, String), Error> {
    let sandbox = crate::sandbox::Sandbox::start(config).map_err(|error| match error.wrong() {
        [] => Error::new(Kind::Network, error.to_string()),
        wrong => Error::with_details(Kind::InvalidArgument, "the sandbox's configuration", wrong.to_vec()),
    })?;
    let info = sandbox.info_json();
    let process = Process::current();
    process.shared.forget(sandbox.base_url());
    Ok((process.insert(Object::Sandbox(sandbox)), info))
}

#[cfg(not(feature = "sandbox"))]
fn start_sandbox(_: &str) -> Result<(u64, String), Error> {
    Err(Error::new(Kind::Unsupported, "this build has no sandbox; build with the feature `sandbox`"))
}

/// The answer where there is nothing else to say.
const OK: &str = r#"{"errcode":0,"errmsg":"ok"}"#;

/// One call of one of the six endpoints.
///
/// # Safety
/// The pointers are NULL or C strings.
unsafe fn call(
    endpoint: Endpoint,
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
) -> *mut c_char {
    let name = endpoint.name();
    // SAFETY: as the caller promises.
    unsafe {
        work(name, Some(endpoint), client, request_json, options_json, |client, request, options| {
            client.call(endpoint, request, options)
        })
    }
}

/// What a function with a request and options does: `name` stands in its errors.
///
/// # Safety
/// The pointers are NULL or C strings.
unsafe fn work(
    name: &'static str,
    endpoint: Option<Endpoint>,
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
    work: impl FnOnce(&Client, &str, &Options) -> Result<String, Error>,
) -> *mut c_char {
    let outcome = guarded(|| {
        let process = Process::current();
        let client = process.client(client)?;
        // SAFETY: C strings or NULL, as the caller promises.
        let (request, options) =
            unsafe { (text::required(request_json, "request_json")?, text::optional(options_json, "options_json")?) };
        let options = options::read(options, endpoint, process).map_err(|error| client.refuse(name, error))?;
        work(&client, request, &options)
    });
    give_answer(outcome.map_err(|error| error.of_endpoint(name)))
}

/// What a job's method is.
type JobOf = fn(&Client, &str, &Options, Option<&mut dyn Progress>) -> Result<String, Error>;

/// One job.
///
/// # Safety
/// The pointers are NULL or C strings, and `progress` may be called with `user_data` on this thread.
unsafe fn job(
    name: &'static str,
    client: contactway_client,
    request_json: *const c_char,
    options_json: *const c_char,
    progress: contactway_progress_fn,
    user_data: *mut c_void,
    does: JobOf,
) -> *mut c_char {
    let mut host = progress.map(|progress| HostProgress { progress, user_data });
    // SAFETY: as the caller promises.
    unsafe {
        work(name, None, client, request_json, options_json, |client, request, options| {
            does(client, request, options, host.as_mut().map(|host| host as &mut dyn Progress))
        })
    }
}

fn give_answer(outcome: Result<String, Error>) -> *mut c_char {
    text::give(outcome.unwrap_or_else(|error| error.to_json()))
}

/// # Safety
/// `error_json` is NULL or writable.
unsafe fn handle_or_error(made: Result<u64, Error>, error_json: *mut *mut c_char) -> u64 {
    let (handle, error) = match made {
        Ok(handle) => (handle, ptr::null_mut()),
        Err(error) => (0, if error_json.is_null() { ptr::null_mut() } else { text::give(error.to_json()) }),
    };
    if !error_json.is_null() {
        // SAFETY: writable, as the caller promises.
        unsafe { *error_json = error };
    }
    handle
}

/// Does the work of a function that returns nothing.
fn ignoring(work: impl FnOnce()) {
    let _nobody_to_tell = guarded(|| {
        work();
        Ok(())
    });
}
