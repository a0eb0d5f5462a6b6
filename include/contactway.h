/*
 * contactway: WeCom's customer-contact "contact way" endpoints for C.
 *
 * Requests and answers are JSON. A request is the body that WeCom's document describes, without access_token; an
 * answer is WeCom's own. A whole program:
 *
 *     char *error = NULL;
 *     contactway_client client = contactway_client_new("{\"corp_id\":\"ww…\",\"secret\":\"…\"}", &error);
 *     if (client == 0) { fprintf(stderr, "%s\n", error); contactway_string_free(error); return 1; }
 *     char *answer = contactway_add(client, "{\"type\":1,\"scene\":2,\"user\":[\"zhangsan\"]}", NULL);
 *     if (contactway_errcode(answer) != 0) fprintf(stderr, "%s\n", answer);
 *     char *config_id = contactway_json_get(answer, "/config_id");
 *     contactway_string_free(config_id);
 *     contactway_string_free(answer);
 *     contactway_client_free(client);
 *
 * Encoding. Every string is UTF-8 and NUL-terminated. A JSON library that writes \uXXXX for other letters than ASCII's
 * will do: WeCom, which refuses such escapes, is sent the letters themselves.
 *
 * Ownership. Strings that you pass stay yours and are not kept. Every char * that is returned is yours and is freed
 * with contactway_string_free; every const char * that is returned is static and never freed.
 *
 * Threads. Every function may be called from any thread, at the same time, with the same handle. Give a thread
 * that calls at least 128 KiB of stack. One that is cancelled (pthread_cancel) inside a call goes on until the call
 * returns; a canceller of this library ends the call at once.
 *
 * Calls block. A function that asks WeCom returns when it has an answer, its deadline has passed, its canceller was
 * fired or the client was freed; it works on the calling thread, and no thread outlives it (a name lookup that its
 * deadline overtook aside). A token provider or a logger that blocks is waited for, past the deadline.
 *
 * Handles are numbers below 2^53, not pointers. A freed, doubled, forged or wrong handle is an ordinary error answer,
 * invalid_handle; a function that returns nothing ignores it. A number is never issued twice in a process.
 *
 * Answers. A call never returns NULL and always one JSON object with errcode and errmsg; errcode 0 is success. On
 * failure errcode is WeCom's own, or one of the negative codes below, and a member "error" says more:
 *     kind            which of the errors below
 *     effect          "none", or "unknown" where WeCom may have carried the request out
 *     retryable       whether the same call may be made again without risk of a second contact way
 *     endpoint, attempts, http_status
 *     details         every rule broken: [{"pointer":"/user/0","rule":"userid_form","message":"…"}], in a file of rows
 *                     with line and column, from 1
 *     retry_after_ms  how long to wait, where waiting helps; beside it remembered, true, where nobody was asked this time
 *     key, candidates of an add that nobody knows of: the key that finds it, and the config_ids that it may be
 *     advice, hint, help_url   what to do about WeCom's code, and where WeCom tells of it, where they are known
 * On success "warnings" is added only where there is something to warn of: [{"code":"…","message":"…","pointer":"…"}],
 * such as unknown_member for a member of the request that WeCom's document does not know; on a failure these stand in
 * details. A server's own "warnings" and "error" are called server_warnings and server_error. An answer that nests deeper
 * than 128 levels is a bad_response. Members, kinds and codes not known to you may be added.
 *
 * Held back. CONTACTWAY_RATE_LIMITED, and a token of corp_id and secret, or of a suite, that was refused before, come
 * back at once, without a word to WeCom: wait for retry_after_ms before the next call. A loop that does not wait only
 * burns processor time, as does one that makes a CONTACTWAY_CANCELLED call again with the canceller that was fired.
 *
 * Options of a call, all of which may be left out: timeout_ms, the deadline of the whole call in milliseconds, at least
 * 1; canceller, a number from contactway_canceller_new. contactway_add knows two more: key, your own name for the contact
 * way, under which it is made once (1 to 128 characters; it needs a durable store), and accept_duplicate.
 *
 * Configuration of a client, a JSON object; everything but the credentials may be left out:
 *     corp_id, secret      a self-built app, or one developed on a customer's behalf
 *     suite                instead of them, a third-party app: an object with suite_id, suite_secret, suite_ticket,
 *                          auth_corp_id and permanent_code
 *     access_token         instead of them, a token that you manage; corp_id may stand beside it
 *     token_provider       instead of secret, true: see contactway_set_token_provider
 *     base_url             "https://qyapi.weixin.qq.com"; http only to a loopback address
 *     insecure_http        false; true allows http to link-local and private addresses
 *     timeout_ms           10000: the deadline of each call, 1 or more
 *     connect_timeout_ms   3000: how long a connection may take, name, proxy and TLS included, 1 or more
 *     max_attempts         3: how often a request is sent at most, 1 or more
 *     max_in_flight        5: calls at the same time to one endpoint, for all clients of the company in the process; 0
 *                          is no limit. Processes do not count each other's: divide it among them
 *     rate_limit           {"per_minute":10000,"per_hour":150000}, for the same, and with a durable store for all processes
 *                          and machines that share it; false is no limit
 *     proxy                the environment's HTTPS_PROXY and NO_PROXY; "" is none; "http://user:password@host:port"
 *     ca_file              the system's authorities; else those of this file alone, or of this PEM text
 *     extra_ca_file        authorities beside those, a file or a PEM text
 *     store                "memory"; or "sqlite:PATH" or "postgres://…" where the build has them: a durable store, which
 *                          holds the ledger, and which processes and machines share tokens and limits through. A relative
 *                          PATH begins at the working directory when the client is made. Nothing else in the process may
 *                          open that file, not even to read: it would take away the locks of this library
 *     settle_s             60: for how many seconds after an add of unknown outcome a look may not find it yet
 *     validate             "strict": a request that breaks a rule is refused; "warn": it is sent, with warnings; "off":
 *                          nothing is checked, and the bytes go out unchanged
 *
 * Log lines, given to the function of contactway_set_logger: a JSON object with event and the members of that event.
 *     event           level          members
 *     call            3; 2 or 1      endpoint, attempts, elapsed_ms; of one that failed also kind and errcode, and where
 *                                    there are such: hint (WeCom's, for its support), rule and pointer (what the request
 *                                    breaks). Level 1: WeCom refused, or it failed on the way. 2: refused here. 3: it
 *                                    succeeded, or you cancelled it.
 *     wait            2              endpoint, wait_ms, kind, errcode, hint: before another attempt
 *     configuration   2              message: what is to be looked at though the client could be made
 *     store           2              message: what is to be known of the store; also that it failed, and that tokens and
 *                                    limits are the process's own meanwhile
 *     ledger          2              message: WeCom did it, but the store could not be told
 *     token_fetched   3              life_s
 *     attempt         4              endpoint, attempt, http_status, elapsed_ms
 *     connection      4              endpoint: a connection was made, or tried
 * No line holds a body, a secret or a token. New events and members may be added.
 *
 * Callbacks. A callback returns: no C++ exception and no longjmp may leave it. A text that it is given lives until it
 * returns. Inside it only contactway_canceller_cancel, contactway_string_free, contactway_errcode, contactway_json_get and
 * contactway_version may be called.
 *
 * Process. No signal handler is set and none is needed: a connection that breaks raises no SIGPIPE. The environment, the
 * locale and the working directory are left alone, and nothing is written to stdout or stderr. Once loaded, the shared
 * object stays: after dlclose it is still there, since threads of a name lookup and handlers of fork may be.
 *
 * Fork. A child process makes its own clients; a handle from before the fork answers invalid_handle there.
 *
 * Secrets and tokens appear in no answer, no error and no log line.
 */


#ifndef CONTACTWAY_H
#define CONTACTWAY_H

/* Generated from src/ffi by `make header`; a test compares the two. Not to be edited. */

#include <stddef.h>
#include <stdint.h>

// The version of this header, as contactway_version returns it.
#define CONTACTWAY_VERSION "0.1.0"

// The same as a number, 0xMMmmpp, for the preprocessor:
//
//     #if CONTACTWAY_VERSION_NUM < 0x000200
//     #error "contactway 0.2.0 or newer is needed"
//     #endif
#define CONTACTWAY_VERSION_NUM 0x000100

// The version of the interface that this header describes.
#define CONTACTWAY_ABI_VERSION 1

// errcode: an argument is NULL, not UTF-8, not JSON, not an object, or holds something unknown.
#define CONTACTWAY_INVALID_ARGUMENT -1001

// errcode: the handle was freed, forged, or is of another kind.
#define CONTACTWAY_INVALID_HANDLE -1002

// errcode: the request breaks a documented rule; nothing was sent.
#define CONTACTWAY_INVALID_REQUEST -1003

// errcode: no token could be had.
#define CONTACTWAY_AUTH -1004

// errcode: held back here, since the limit leaves no place before the deadline. It comes at once: wait for
// retry_after_ms, and do not call again in a loop.
#define CONTACTWAY_RATE_LIMITED -1005

// errcode: the deadline passed.
#define CONTACTWAY_TIMEOUT -1006

// errcode: name, connection or TLS failed, or the connection was reset.
#define CONTACTWAY_NETWORK -1007

// errcode: the answer is not HTTP 200 with a JSON object that holds an integer errcode, or is too large.
#define CONTACTWAY_BAD_RESPONSE -1008

// errcode: the ledger or the token store failed.
#define CONTACTWAY_STORE -1009

// errcode: the canceller was fired, or the client freed.
#define CONTACTWAY_CANCELLED -1010

// errcode: a bulk job ran to its end and some rows failed.
#define CONTACTWAY_PARTIAL -1011

// errcode: a key stands for something else, or another machine is doing the job.
#define CONTACTWAY_CONFLICT -1012

// errcode: this build lacks the feature.
#define CONTACTWAY_UNSUPPORTED -1013

// errcode: an add with a key whose earlier attempt may have been carried out; error.key says which.
#define CONTACTWAY_UNKNOWN -1014

// errcode: a bug in the library; the handle may still be used.
#define CONTACTWAY_INTERNAL -1099

// A client: one company's credentials, connections and limits. A number, not a pointer; 0 is never a client. It lives
// until contactway_client_free. It can be used from any thread, by several at the same time.
typedef uint64_t contactway_client;

// Is told how far a job has come: progress_json holds done, total, created, updated, failed, per_second and eta_ms, and
// lives until the function returns; created and updated are 0 in contactway_sync and contactway_save_qr_codes. Runs on
// the calling thread, at most ten times a second, and once at the end. Returns 0, or anything else to stop the job
// cleanly.
typedef int32_t (*contactway_progress_fn)(void *user_data, const char *progress_json);

// Ends calls early. A number, not a pointer; 0 is never a canceller. It lives until contactway_canceller_free. It can
// be used from any thread, by several at the same time.
typedef uint64_t contactway_canceller;

// Is given a log line: one JSON object, described at the top, which lives until the function returns. Levels: 1 error,
// 2 warning, 3 info, 4 debug, 5 trace. Runs on any thread that works for a call, several at once; the call waits for
// it, past its deadline if need be.
typedef void (*contactway_log_fn)(void *user_data, int32_t level, const char *message_json);

// Is told, exactly once, that no callback can still run with user_data, which it may free. Nothing else says so: no
// function waits for a callback that runs on another thread.
typedef void (*contactway_destroy_fn)(void *user_data);

// Hands out an access token: writes it to buffer, without a NUL, and returns its length, at most capacity; a negative
// number when it has none. rejected is 1 when WeCom refused the token last handed out. Runs on any thread that works for
// a call, several at once; the call waits for it, past its deadline if need be.
typedef int32_t (*contactway_token_fn)(void *user_data, int32_t rejected, char *buffer, size_t capacity);

// A running stand-in for WeCom. A number, not a pointer; 0 is never a sandbox. It lives until contactway_sandbox_stop.
// It can be used from any thread, by several at the same time.
typedef uint64_t contactway_sandbox;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The version of the library, "MAJOR.MINOR.PATCH". Static, never to be freed. Any thread; never fails.
//
//     printf("contactway %s\n", contactway_version());
const char *contactway_version(void);

// The version of the interface, to be compared with CONTACTWAY_ABI_VERSION by whoever loads the library at run time.
// Additions do not change it. Any thread; never fails.
//
//     if (contactway_abi_version() != CONTACTWAY_ABI_VERSION) { fprintf(stderr, "another interface\n"); }
uint32_t contactway_abi_version(void);

// What this build holds beside the client itself, separated by commas, such as "sqlite,sandbox": of sqlite, postgres
// and sandbox those that there are. Static, never to be freed. Any thread; never fails.
//
//     if (strstr(contactway_features(), "sandbox") == NULL) { fprintf(stderr, "no sandbox\n"); }
const char *contactway_features(void);

// Makes a client from a configuration such as {"corp_id":"ww…","secret":"…"}. Nothing is sent yet.
//
// Returns 0 when the configuration is wrong; then *error_json, unless error_json is NULL, is an answer object that
// names every wrong member, to be freed with contactway_string_free. On success it is set to NULL. The client is to
// be freed with contactway_client_free. Any thread. Errors: invalid_argument, unsupported, store (it cannot be opened,
// as where its directory is missing, or is of another base_url).
//
//     char *error = NULL;
//     contactway_client client = contactway_client_new("{\"corp_id\":\"ww1\",\"secret\":\"s\"}", &error);
//     if (client == 0) { fprintf(stderr, "%s\n", error); contactway_string_free(error); }
contactway_client contactway_client_new(const char *config_json, char **error_json);

// Frees a client. Calls under way on other threads end promptly, as cancelled, and are not waited for. Any other number
// is ignored. Any thread; never fails.
//
//     contactway_client_free(client);
void contactway_client_free(contactway_client client);

// Adds a contact way: request_json is the body of WeCom's add_contact_way, the answer holds config_id and, for scene
// 2, qr_code. Keep the config_id: without it the contact way can be neither changed nor deleted.
//
// options_json may be NULL; it knows timeout_ms, canceller, key, under which the contact way is made once (it needs a
// durable store), and accept_duplicate, with which an add is sent again also where that may make a second one. For a
// key that has its contact way already the answer holds that one's config_id and qr_code, and replayed, true: nothing
// was sent. The answer is never NULL and is to be freed with contactway_string_free. Any thread. Errors: any kind;
// where error.effect is "unknown" the contact way may have been made; conflict where the key stands for another
// request.
//
//     char *answer = contactway_add(client,
//         "{\"type\":1,\"scene\":2,\"user\":[\"zhangsan\"]}", NULL);
//     char *config_id = contactway_json_get(answer, "/config_id");
char *contactway_add(contactway_client client, const char *request_json, const char *options_json);

// Reads a contact way: request_json is {"config_id":"…"}, the answer holds contact_way.
//
// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
// contactway_string_free. Any thread. Errors: any kind.
//
//     char *answer = contactway_get(client, "{\"config_id\":\"42b34949e138eb6e027c123cba77fad7\"}", NULL);
char *contactway_get(contactway_client client, const char *request_json, const char *options_json);

// Lists the config_ids of contact ways, a page at a time: request_json may hold start_time and end_time (seconds since
// 1970), cursor and limit (1 to 1000). The answer holds contact_way, [{"config_id":"…"}], and next_cursor, which is
// empty on the last page. WeCom lists nothing that was made before 2021-07-10, and no temporary ones.
//
// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
// contactway_string_free. Any thread. Errors: any kind.
//
//     char *answer = contactway_list(client, "{\"limit\":1000}", NULL);
char *contactway_list(contactway_client client, const char *request_json, const char *options_json);

// Changes a contact way: request_json holds config_id and the members to change; what is left out stays as it is.
// type, scene and is_temp cannot be changed.
//
// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
// contactway_string_free. Any thread. Errors: any kind.
//
//     char *answer = contactway_update(client, "{\"config_id\":\"42b3…\",\"remark\":\"counter 2\"}", NULL);
char *contactway_update(contactway_client client, const char *request_json, const char *options_json);

// Deletes a contact way: request_json is {"config_id":"…"}. Its code is dead from then on. Where an earlier attempt
// of this call had done it already, the answer warns of that (done_already).
//
// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
// contactway_string_free. Any thread. Errors: any kind.
//
//     char *answer = contactway_del(client, "{\"config_id\":\"42b34949e138eb6e027c123cba77fad7\"}", NULL);
char *contactway_del(contactway_client client, const char *request_json, const char *options_json);

// Ends a temporary chat: request_json holds userid and external_userid. WeCom sends the conclusions first.
//
// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
// contactway_string_free. Any thread. Errors: any kind.
//
//     char *answer = contactway_close_temp_chat(client,
//         "{\"userid\":\"zhangyisheng\",\"external_userid\":\"woAJ2GCAAAXtWyujaWJHDDGi0mACHAAA\"}", NULL);
char *contactway_close_temp_chat(contactway_client client, const char *request_json, const char *options_json);

// Uploads a picture for a conclusion, PNG or JPEG of 6 bytes to 10 MiB: request_json is {"path":"a.png"} or
// {"base64":"…","filename":"a.png"}, the answer holds media_id, which lives for 3 days, type and created_at.
//
// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
// contactway_string_free. Any thread. Errors: any kind.
//
//     char *answer = contactway_upload_image(client, "{\"path\":\"closing.png\"}", NULL);
//     char *media_id = contactway_json_get(answer, "/media_id");
char *contactway_upload_image(contactway_client client, const char *request_json, const char *options_json);

// Saves the QR picture of a contact way: request_json holds config_id or qr_code, and path. The answer holds path,
// bytes and content_type. The file appears whole or not at all; it replaces a file, or a symbolic link to one or to
// nothing, and nothing else.
//
// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
// contactway_string_free. Any thread. Errors: any kind; invalid_request where the file cannot be written.
//
//     char *answer = contactway_save_qr_code(client,
//         "{\"config_id\":\"42b34949e138eb6e027c123cba77fad7\",\"path\":\"counter.png\"}", NULL);
char *contactway_save_qr_code(contactway_client client, const char *request_json, const char *options_json);

// Finds out whether everything works, and if not, what is wrong. Each thing that a call needs is looked at in the
// order in which it needs it: configuration, proxy, resolve (the host's name), connect, tls, token, permission (a list
// of one), clock (this machine's beside WeCom's) and store, where there is one. Nothing remembered (tokens, refusals,
// blocks) is heeded, each step asks once, and nothing changes at WeCom.
//
// The answer holds steps, also where it fails, each such as {"step":"resolve","ok":true,"elapsed_ms":3,"message":"…"}.
// One that failed has ok false, error (as in a failure, with its errcode) and remedy, one sentence on what to do;
// errcode, errmsg and error of the answer are those of the first that did. What could not be looked at has skipped
// true, and no ok: all after a failure, tls over http, clock where the answer tells no Date, and resolve and connect
// behind a proxy, whose step covers them. A clock more than 300 s off fails its step, as network, and ends nothing.
//
// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
// contactway_string_free. Any thread. Errors: any kind but invalid_request.
//
//     char *answer = contactway_check(client, NULL);
//     if (contactway_errcode(answer) != 0) { fprintf(stderr, "%s\n", answer); }
char *contactway_check(contactway_client client,
                       const char *options_json);

// Looks contact ways up in the ledger, which needs a sqlite or postgres store. query_json may hold any of key,
// config_id, state, remark, user (a userid), party (a department), status and namespace, which all must hold; limit (1
// to 1000, 100 if left out) and the cursor of the page before.
//
// The answer holds entries, in the order of their coming, and next_cursor, which is empty on the last page. An entry
// has key, namespace, config_id, qr_code (each null where there is none), status (intended, active, unknown, deleted
// or gone), contact_way as it was last asked for, and created_at and updated_at in seconds since 1970.
//
// options_json may be NULL; it knows timeout_ms and canceller. The answer is never NULL and is to be freed with
// contactway_string_free. Any thread. Errors: invalid_argument, invalid_handle, invalid_request, store, cancelled;
// unsupported without such a store.
//
//     char *answer = contactway_ledger(client, "{\"state\":\"counter-1\"}", NULL);
char *contactway_ledger(contactway_client client, const char *query_json, const char *options_json);

// Brings the ledger up to what WeCom holds: adds of which nobody knows what became are looked for, what list shows is
// adopted, every known contact way read. 500,000 of them take about 3 h 42 min, since WeCom's hour allows no more; a
// run within 24 hours of an unfinished one goes on where that stood.
//
// request_json may hold start_time and end_time (seconds since 1970; all since 2021-07-10 if left out) and
// concurrency. The answer holds listed, known, adopted (without a key), changed (by others), gone, foreign (never read
// by these credentials, and not shown to them) and failures, the first 100. gone is said of what WeCom did not show
// twice, a minute apart, for which a run waits if its deadline lets it; where it does not, or WeCom shows none, the
// answer warns of that (not_shown).
//
// A job: it has a deadline only if options_json (which may be NULL) says timeout_ms; the client's own bounds each call
// inside it. One job at a time is done for a corporation, on all machines that share the store: a second one of the
// same kind waits and takes over, another kind is a conflict. progress (which may be NULL) runs on this thread, and
// stops the job with a number other than 0. Needs a sqlite or postgres store. The answer is never NULL and is to be
// freed with contactway_string_free; one that is partial, cancelled or timed out holds the counts too. Any thread.
// Errors: any kind; partial where some could not be read.
//
//     char *answer = contactway_sync(client, "{}", NULL, NULL, NULL);
char *contactway_sync(contactway_client client,
                      const char *request_json,
                      const char *options_json,
                      contactway_progress_fn progress,
                      void *user_data);

// Makes WeCom hold the contact ways that rows describe, each once; what is so already costs no call.
//
// request_json holds rows, [{"key":"…","contact_way":{…as for add…}}], or the path of a .jsonl or .csv file of them. A
// row with a config_id claims that contact way for its key. It may hold namespace; dry_run (nothing is sent);
// overwrite (what others changed meanwhile); replace (make another contact way where type, scene, is_temp or
// is_exclusive differ: the printed code dies); recreate_gone; delete_missing with namespace and max_delete (delete
// what no row describes any more and apply made or claimed under the namespace); concurrency; and report_path, a file
// of JSON Lines with a line for each row.
//
// The answer holds created, claimed, updated, unchanged, deleted, replaced, failed, and failures, the first 100, each
// such as {"line":3,"key":"…","errcode":40058,"errmsg":"…"}, with config_id where there is one.
//
// A job: it has a deadline only if options_json (which may be NULL) says timeout_ms; the client's own bounds each call
// inside it. One job at a time is done for a corporation, on all machines that share the store: a second one of the
// same kind waits and takes over, another kind is a conflict. progress (which may be NULL) runs on this thread, and
// stops the job with a number other than 0. Needs a sqlite or postgres store. The answer is never NULL and is to be
// freed with contactway_string_free; one that is partial, cancelled or timed out holds the counts too. Any thread.
// Errors: any kind; invalid_request for a file that is refused as a whole, with line and column, and nothing was sent;
// partial where some rows failed.
//
//     static int32_t tell(void *file, const char *progress_json)
//     {
//         return fprintf(file, "%s\n", progress_json) < 0;
//     }
//
//     char *answer = contactway_apply(client, "{\"path\":\"codes.csv\"}", NULL, tell, stderr);
char *contactway_apply(contactway_client client,
                       const char *request_json,
                       const char *options_json,
                       contactway_progress_fn progress,
                       void *user_data);

// Replaces one member by others in every contact way of the ledger that names them; each is read before and after.
//
// request_json holds from, a userid, and to, a list of userids; it may hold dry_run (nothing is sent), concurrency and
// report_path. The answer holds matched, updated, failed and failures, the first 100. No contact way is left without a
// user, with two for type 1, or with more than 100: it fails instead, and the rest goes on.
//
// A job: it has a deadline only if options_json (which may be NULL) says timeout_ms; the client's own bounds each call
// inside it. One job at a time is done for a corporation, on all machines that share the store: a second one of the
// same kind waits and takes over, another kind is a conflict. progress (which may be NULL) runs on this thread, and
// stops the job with a number other than 0. Needs a sqlite or postgres store. The answer is never NULL and is to be
// freed with contactway_string_free; one that is partial, cancelled or timed out holds the counts too. Any thread.
// Errors: any kind; partial where some contact ways could not be changed.
//
//     char *answer = contactway_replace_user(client,
//         "{\"from\":\"zhangsan\",\"to\":[\"lisi\"]}", NULL, NULL, NULL);
char *contactway_replace_user(contactway_client client,
                              const char *request_json,
                              const char *options_json,
                              contactway_progress_fn progress,
                              void *user_data);

// Saves the QR pictures of many contact ways, each in a file named after its key, or its config_id where it has none,
// with what a file name cannot hold percent-encoded. A file of that name is replaced.
//
// request_json holds directory, which is made, and may hold query, as for contactway_ledger (but status is active if
// left out, and without limit there is none), and concurrency. The answer holds saved, failed and failures, the first
// 100. Contact ways without a qr_code are passed over.
//
// A job: it has a deadline only if options_json (which may be NULL) says timeout_ms; the client's own bounds each call
// inside it. One job at a time is done for a corporation, on all machines that share the store: a second one of the
// same kind waits and takes over, another kind is a conflict. progress (which may be NULL) runs on this thread, and
// stops the job with a number other than 0. Needs a sqlite or postgres store. The answer is never NULL and is to be
// freed with contactway_string_free; one that is partial, cancelled or timed out holds the counts too. Any thread.
// Errors: any kind; partial where some pictures could not be saved.
//
//     char *answer = contactway_save_qr_codes(client,
//         "{\"query\":{\"state\":\"counter-1\"},\"directory\":\"codes/\"}", NULL, NULL, NULL);
char *contactway_save_qr_codes(contactway_client client,
                               const char *request_json,
                               const char *options_json,
                               contactway_progress_fn progress,
                               void *user_data);

// Frees a string that this library returned. NULL is ignored. Any thread; never fails. Each string is to be freed
// once, and with no other function.
//
//     char *answer = contactway_list(client, "{}", NULL);
//     contactway_string_free(answer);
void contactway_string_free(char *json);

// The errcode of an answer: 0 is success. CONTACTWAY_INVALID_ARGUMENT for NULL or what is no answer. Any thread; never
// fails.
//
//     if (contactway_errcode(answer) != 0) { fprintf(stderr, "%s\n", answer); }
int64_t contactway_errcode(const char *answer_json);

// The value at an RFC 6901 pointer of a JSON text: a string comes unquoted and decoded, anything else as JSON. NULL if
// it is absent, or an argument is NULL or not UTF-8, or json is not JSON. To be freed with contactway_string_free. Any
// thread; never fails.
//
// A string that holds \u0000 ends there, as C strings do; half a surrogate pair comes as replacement characters,
// U+FFFD. JSON's null comes as "null", and so does the string "null" (as 1 and "1" both come as "1"): to tell them
// apart, get the object around them, which comes as JSON.
//
//     char *first = contactway_json_get(answer, "/contact_way/user/0");
char *contactway_json_get(const char *json, const char *pointer);

// Makes a canceller, to be given to calls as {"canceller":NUMBER} in their options and to be freed with
// contactway_canceller_free. Any thread. Returns 0 only if the library is broken.
//
//     contactway_canceller canceller = contactway_canceller_new();
//     char options[64];
//     snprintf(options, sizeof options, "{\"canceller\":%llu}", (unsigned long long)canceller);
//     char *answer = contactway_list(client, "{}", options);  // ended by contactway_canceller_cancel(canceller)
//     contactway_canceller_free(canceller);
contactway_canceller contactway_canceller_new(void);

// Ends the calls that were given this canceller, those under way and all later ones, as cancelled. Any other number is
// ignored. Any thread, callbacks too; never fails. The example is at contactway_canceller_new.
void contactway_canceller_cancel(contactway_canceller canceller);

// Frees a canceller. Calls that were given it go on. Any other number is ignored. Any thread; never fails. The example
// is at contactway_canceller_new.
void contactway_canceller_free(contactway_canceller canceller);

// Sets the function that a client's log lines go to; NULL turns logging off. Lines above level (1 error to 5 trace)
// are not made. client 0 sets what clients made later start with. destroy, unless NULL, is called exactly once with
// user_data, when log can no longer run; also when client is no client. Any thread; never fails.
//
// The log that was set before may still run on other threads when this or contactway_client_free returns: without a
// destroy its user_data must outlive every call that was under way.
//
//     static void log_line(void *file, int32_t level, const char *message_json)
//     {
//         fprintf(file, "%d %s\n", (int)level, message_json);
//     }
//
//     contactway_set_logger(client, log_line, stderr, NULL, 3);
void contactway_set_logger(contactway_client client,
                           contactway_log_fn log,
                           void *user_data,
                           contactway_destroy_fn destroy,
                           int32_t level);

// Sets the function that hands out a client's tokens; the client was made with "token_provider":true.
//
// destroy, unless NULL, is called exactly once with user_data, when provide can no longer run; also when this fails. The
// provide that was set before may still run on other threads when this or contactway_client_free returns: without a
// destroy its user_data must outlive every call that was under way.
//
// The answer is never NULL and is to be freed with contactway_string_free. Any thread. Errors: invalid_argument,
// invalid_handle.
//
//     static int32_t hand_out(void *token, int32_t rejected, char *buffer, size_t capacity)
//     {
//         size_t length = strlen(token);
//         if (rejected || length > capacity) return -1;
//         memcpy(buffer, token, length);
//         return (int32_t)length;
//     }
//
//     char *answer = contactway_set_token_provider(client, hand_out, "…", NULL);
char *contactway_set_token_provider(contactway_client client,
                                    contactway_token_fn provide,
                                    void *user_data,
                                    contactway_destroy_fn destroy);

// Renews the suite ticket of a client made with "suite".
//
// The answer is never NULL and is to be freed with contactway_string_free. Any thread. Errors: invalid_argument,
// invalid_handle.
//
//     char *answer = contactway_set_suite_ticket(client, "…");
char *contactway_set_suite_ticket(contactway_client client, const char *suite_ticket);

// Starts a stand-in for WeCom on a loopback port; config_json may be "{}".
//
// Returns 0 when it cannot start. *info_json, unless info_json is NULL, always holds an answer object: with base_url,
// corp_id, secret and client_config, which is ready for contactway_client_new; or with the error. It is to be freed
// with contactway_string_free; the sandbox is to be stopped with contactway_sandbox_stop. Any thread. Errors:
// invalid_argument, network, unsupported.
//
//     char *info = NULL;
//     contactway_sandbox sandbox = contactway_sandbox_start("{}", &info);
//     char *config = contactway_json_get(info, "/client_config");
contactway_sandbox contactway_sandbox_start(const char *config_json, char **info_json);

// Stops a sandbox: its port is closed and its threads have ended when this returns. Any other number is ignored. Any
// thread; never fails.
//
//     contactway_sandbox sandbox = contactway_sandbox_start("{}", NULL);
//     contactway_sandbox_stop(sandbox);
void contactway_sandbox_stop(contactway_sandbox sandbox);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CONTACTWAY_H */
