/*
 * contactway for C++17: what contactway.h says, with objects that free themselves, std::string and exceptions.
 *
 *     #include <contactway.hpp>
 *     #include <iostream>
 *
 *     int main() try {
 *         contactway::client client(R"({"corp_id":"ww…","secret":"…"})");
 *         std::string answer = client.add(R"({"type":1,"scene":2,"user":["zhangsan"]})");
 *         std::cout << contactway::json_get(answer, "/config_id").value() << '\n';
 *     } catch (const contactway::error &error) {
 *         std::cerr << error.kind() << ": " << error.what() << '\n';
 *         return 1;
 *     }
 *
 * Requests and answers are JSON, as in C, in whatever JSON library the program uses; contactway::json_get and
 * contactway::json_quote serve where there is none. Texts are UTF-8. A std::string_view that is passed in is read during the
 * call alone; one that version() or features() returns lasts as long as the program.
 *
 * Errors. What C answers with an errcode other than 0 is thrown as contactway::error. Beside it there are only
 * std::invalid_argument, for a text with a NUL in it, and std::bad_alloc.
 *
 * Threads. Every const function of client, canceller and sandbox may be called from any thread, at the same time, on
 * the same object. Moving, assigning and destroying an object are for one thread alone. Calls that are under way when
 * their client is destroyed end promptly, as "cancelled"; none may begin at that moment.
 *
 * Callbacks. What a function handed in throws never crosses C; each place says what becomes of it. No longjmp may leave
 * one. Inside a callback only canceller::cancel, json_get, errcode and version may be called.
 *
 * Header only; link with libcontactway (pkg-config contactway, or contactway::contactway in CMake).
 */
#ifndef CONTACTWAY_HPP
#define CONTACTWAY_HPP

// MSVC says what it compiles in a macro of its own.
#if (defined(_MSVC_LANG) ? _MSVC_LANG : __cplusplus) < 201703L
#error "contactway.hpp needs C++17: compile with -std=c++17 (MSVC: /std:c++17) or newer; contactway.h takes C++11"
#else

#include <contactway.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace contactway {

namespace detail {

struct string_free {
    void operator()(char *text) const noexcept { contactway_string_free(text); }
};
using c_string = std::unique_ptr<char, string_free>;

// A string_view for C, which ends at a NUL.
inline std::string terminated(std::string_view text)
{
    if (text.find('\0') != std::string_view::npos) throw std::invalid_argument("contactway: a text holds a NUL");
    return std::string(text);
}

}  // namespace detail

// The version of the library, "MAJOR.MINOR.PATCH".
//
//     std::cout << "contactway " << contactway::version() << '\n';
[[nodiscard]] inline std::string_view version() noexcept
{
    return contactway_version();
}

// The version of the C interface that the library has; CONTACTWAY_ABI_VERSION is the one this program was built with.
//
//     if (contactway::abi_version() != CONTACTWAY_ABI_VERSION) std::cerr << "another interface\n";
[[nodiscard]] inline std::uint32_t abi_version() noexcept
{
    return contactway_abi_version();
}

// What this build holds beside the client itself, separated by commas, such as "sqlite,sandbox".
//
//     if (contactway::features().find("sandbox") == std::string_view::npos) std::cerr << "no sandbox\n";
[[nodiscard]] inline std::string_view features() noexcept
{
    return contactway_features();
}

// The value at an RFC 6901 pointer of a JSON text: a string comes unquoted and decoded, anything else as JSON; nothing
// where it is absent or json is not JSON. A string that holds \u0000 ends there; half a surrogate pair comes as
// replacement characters, U+FFFD. JSON's null comes as "null", and so does the string "null" (as 1 and "1" both come as
// "1"): to tell them apart, get the object around them, which comes as JSON.
//
//     std::string config_id = contactway::json_get(answer, "/config_id").value();
inline std::optional<std::string> json_get(std::string_view json, std::string_view pointer)
{
    const detail::c_string found(
        contactway_json_get(detail::terminated(json).c_str(), detail::terminated(pointer).c_str()));
    if (!found) return std::nullopt;
    return std::string(found.get());
}

// A text as a JSON string, quotes and all, to be put into a request. Control characters have their short escapes where
// JSON has one, since WeCom refuses \uXXXX; the others have no form that WeCom takes.
//
//     client.get("{\"config_id\":" + contactway::json_quote(config_id) + "}");
inline std::string json_quote(std::string_view text)
{
    static constexpr std::string_view special = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt";
    static constexpr char digits[] = "0123456789abcdef";
    std::string quoted = "\"";
    for (const char byte : text) {
        if (const auto at = special.find(byte); at != std::string_view::npos) {
            quoted += '\\';
            quoted += letters[at];
        } else if (static_cast<unsigned char>(byte) < 0x20) {
            quoted += "\\u00";
            quoted += digits[byte >> 4];
            quoted += digits[byte & 15];
        } else {
            quoted += byte;
        }
    }
    return quoted += '"';
}

// A rule that a request or a configuration breaks.
struct broken_rule {
    std::string pointer;      // where (RFC 6901), such as /user/0; empty for the whole
    std::string rule;         // its name in docs/rules.md, such as userid_form
    std::string message;      // what it says, and what to do
    std::int64_t line = 0;    // of a file of rows, from 1; 0 where there is no file
    std::int64_t column = 0;  // likewise
};

// A row or contact way at which a job failed.
struct failure {
    std::int64_t line = 0;  // the number of the row, from 1; 0 where there are no rows
    std::string key;        // empty where there is none
    std::string config_id;  // empty where it is not known
    std::int64_t errcode = 0;
    std::string errmsg;
};

namespace detail {

inline std::string text_at(const std::string &json, const char *pointer)
{
    return json_get(json, pointer).value_or("");
}

inline std::int64_t number_at(const std::string &json, const char *pointer)
{
    return std::strtoll(text_at(json, pointer).c_str(), nullptr, 10);
}

// What an array holds, each element read by itself.
template <class Element, class Read>
std::vector<Element> elements(const std::string &json, const std::string &array, Read read)
{
    std::vector<Element> all;
    while (auto element = json_get(json, array + "/" + std::to_string(all.size()))) {
        all.push_back(read(std::move(*element)));
    }
    return all;
}

}  // namespace detail

// What a call answered that did not succeed; what() is its errmsg. Copying it never throws. What the answer does not hold
// is empty, 0 or nothing. References last as long as a copy of the error does.
//
//     try {
//         client.add(request);
//     } catch (const contactway::error &error) {
//         if (error.retry_after()) std::this_thread::sleep_for(*error.retry_after());
//         if (error.retryable()) client.add(request);
//         // WeCom may have carried it out: look before adding again.
//         if (error.effect() == "unknown") throw;
//         for (const auto &broken : error.broken_rules()) std::cerr << broken.pointer << ": " << broken.message << '\n';
//         std::cerr << error.errcode() << ": " << error.advice() << '\n' << error.answer() << '\n';
//     }
//
// What else it says:
//
//     try {
//         client.apply(R"({"path":"codes.csv"})");
//     } catch (const contactway::error &error) {
//         std::cerr << error.endpoint() << ": " << error.kind() << " after " << error.attempts() << " attempts, HTTP "
//                   << error.http_status().value_or(0) << ' ' << error.hint() << ' ' << error.help_url() << '\n';
//         for (const contactway::failure &failed : error.failures()) {
//             std::cerr << "row " << failed.line << ' ' << failed.key << ": " << failed.errmsg << '\n';
//         }
//         if (error.kind() == "conflict") std::cerr << "the key has " << error.config_id() << '\n';
//         if (error.kind() == "unknown") std::cerr << "again with the key " << error.key() << '\n';
//         for (const std::string &candidate : error.candidates()) std::cerr << "it may be " << candidate << '\n';
//         if (error.details() != "[]") std::cerr << error.details() << '\n';
//     }
class error : public std::runtime_error {
public:
    // answer: the whole answer object, as C gives it.
    explicit error(std::string answer)
        : std::runtime_error(json_get(answer, "/errmsg").value_or(answer)),
          said_(std::make_shared<const said>(std::move(answer)))
    {}
    // It is copied where others are moved, so that none is ever empty.
    error(const error &) noexcept = default;
    error &operator=(const error &) noexcept = default;

    // WeCom's code, or one of the negative CONTACTWAY_… ones.
    [[nodiscard]] std::int64_t errcode() const noexcept { return said_->errcode; }
    // "timeout", "api", "partial" (a job of which some rows failed) and so on, see contactway.h; kinds not known to the
    // program may be added.
    [[nodiscard]] const std::string &kind() const noexcept { return said_->kind; }
    // "none", or "unknown" where WeCom may have carried the request out.
    [[nodiscard]] const std::string &effect() const noexcept { return said_->effect; }
    // Whether the same call may be made again without risk of a second contact way.
    [[nodiscard]] bool retryable() const noexcept { return said_->retryable; }
    // How long to wait before another call, where waiting helps; such errors come at once.
    [[nodiscard]] std::optional<std::chrono::milliseconds> retry_after() const noexcept { return said_->retry_after; }
    // Whether nobody was asked this time: WeCom, or a proxy, said it to an earlier call.
    [[nodiscard]] bool remembered() const noexcept { return said_->remembered; }
    // WeCom's name of the endpoint, such as "add_contact_way", or the function's; empty outside of a call.
    [[nodiscard]] const std::string &endpoint() const noexcept { return said_->endpoint; }
    // How often the request was sent, or tried to be.
    [[nodiscard]] std::int64_t attempts() const noexcept { return said_->attempts; }
    // The HTTP status of the last attempt, where there was an answer.
    [[nodiscard]] std::optional<int> http_status() const noexcept { return said_->http_status; }
    // What to do about WeCom's code, in one sentence; empty where it is not known.
    [[nodiscard]] const std::string &advice() const noexcept { return said_->advice; }
    // By what WeCom's support finds the call, where WeCom's text says it.
    [[nodiscard]] const std::string &hint() const noexcept { return said_->hint; }
    // WeCom's page about its code, where its text names one.
    [[nodiscard]] const std::string &help_url() const noexcept { return said_->help_url; }
    // Of a "conflict" the contact way that has the key; of a "bad_response" to an add the one that was made, if it could
    // be read.
    [[nodiscard]] const std::string &config_id() const noexcept { return said_->config_id; }
    // Of an "unknown" add, or one that was cut off: the key with which the same call looks for it before it sends.
    [[nodiscard]] const std::string &key() const noexcept { return said_->key; }
    // Of an "unknown" add: the config_ids that it may be, where several contact ways equal the request.
    [[nodiscard]] std::vector<std::string> candidates() const
    {
        return detail::elements<std::string>(answer(), "/error/candidates", [](std::string id) { return id; });
    }
    // Every rule broken; details() is the same as a JSON array of {"pointer", "rule", "message"}.
    [[nodiscard]] std::vector<broken_rule> broken_rules() const
    {
        return detail::elements<broken_rule>(details(), "", [](const std::string &json) {
            return broken_rule{detail::text_at(json, "/pointer"), detail::text_at(json, "/rule"),
                               detail::text_at(json, "/message"), detail::number_at(json, "/line"),
                               detail::number_at(json, "/column")};
        });
    }
    [[nodiscard]] const std::string &details() const noexcept { return said_->details; }
    // What failed in a job, the first 100. The counts are in answer(), such as /created.
    [[nodiscard]] std::vector<failure> failures() const
    {
        return detail::elements<failure>(answer(), "/failures", [](const std::string &json) {
            return failure{detail::number_at(json, "/line"), detail::text_at(json, "/key"),
                           detail::text_at(json, "/config_id"), detail::number_at(json, "/errcode"),
                           detail::text_at(json, "/errmsg")};
        });
    }
    // The whole answer object: also what a job had done, and what the server sent.
    [[nodiscard]] const std::string &answer() const noexcept { return said_->answer; }

private:
    struct said {
        explicit said(std::string text)
            : answer(std::move(text)), errcode(contactway_errcode(answer.c_str())),
              kind(detail::text_at(answer, "/error/kind")), effect(detail::text_at(answer, "/error/effect")),
              endpoint(detail::text_at(answer, "/error/endpoint")),
              details(json_get(answer, "/error/details").value_or("[]")),
              advice(detail::text_at(answer, "/error/advice")), hint(detail::text_at(answer, "/error/hint")),
              help_url(detail::text_at(answer, "/error/help_url")), config_id(detail::text_at(answer, "/config_id")),
              key(detail::text_at(answer, "/error/key")), attempts(detail::number_at(answer, "/error/attempts")),
              retryable(json_get(answer, "/error/retryable") == "true"),
              remembered(json_get(answer, "/error/remembered") == "true")
        {
            // Of JSON's null the text comes too.
            if (endpoint == "null") endpoint.clear();
            if (const auto status = detail::number_at(answer, "/error/http_status")) {
                http_status = static_cast<int>(status);
            }
            if (json_get(answer, "/error/retry_after_ms")) {
                retry_after.emplace(detail::number_at(answer, "/error/retry_after_ms"));
            }
        }
        std::string answer;
        std::int64_t errcode;
        std::string kind, effect, endpoint, details, advice, hint, help_url, config_id, key;
        std::int64_t attempts;
        bool retryable, remembered;
        std::optional<int> http_status;
        std::optional<std::chrono::milliseconds> retry_after;
    };
    std::shared_ptr<const said> said_;
};

namespace detail {

// The answer, or its error thrown.
inline std::string checked(char *answer)
{
    const c_string owned(answer);
    if (contactway_errcode(answer) != 0) throw error(std::string(answer));
    return std::string(answer);
}

// What C answers where the handle is 0, for the one function that takes 0 for something else.
inline constexpr const char *moved_from =
    R"({"errcode":-1002,"errmsg":"0 is not a client's handle: the client was moved from","error":{"kind":"invalid_handle",)"
    R"("effect":"none","retryable":false,"endpoint":null,"attempts":0,"http_status":null,"details":[]}})";

// A number that stands for an object of the library, and how it is given back.
template <void (*Free)(std::uint64_t)>
class handle {
public:
    explicit handle(std::uint64_t number = 0) noexcept : number_(number) {}
    handle(handle &&other) noexcept : number_(std::exchange(other.number_, 0)) {}
    handle &operator=(handle &&other) noexcept
    {
        // A moved-from handle is 0, which is never one and is ignored.
        handle old(std::exchange(number_, std::exchange(other.number_, 0)));
        return *this;
    }
    ~handle() { Free(number_); }
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

private:
    std::uint64_t number_;
};

// What the library calls once no callback can run with this data.
template <class Function>
void destroy(void *user_data) noexcept
{
    delete static_cast<Function *>(user_data);
}

}  // namespace detail

// Ends calls early, from any thread. Move-only; once it is destroyed it ends no call any more.
//
//     contactway::canceller canceller;
//     std::thread other([&] { canceller.cancel(); });
//     try {
//         client.list("{}", {std::nullopt, &canceller});
//     } catch (const contactway::error &error) {
//         std::cerr << error.kind() << '\n';
//     }
//     other.join();
class canceller {
public:
    canceller() : handle_(contactway_canceller_new())
    {
        if (handle_.number() == 0) throw std::bad_alloc();
    }
    // Ends the calls that were given this canceller, those under way and all later ones, as "cancelled". Callbacks may
    // call it too.
    void cancel() const noexcept { contactway_canceller_cancel(handle_.number()); }
    // The number that stands for it in C.
    //
    //     contactway::canceller canceller;
    //     const std::string options = "{\"canceller\":" + std::to_string(canceller.handle()) + "}";
    [[nodiscard]] contactway_canceller handle() const noexcept { return handle_.number(); }

private:
    detail::handle<contactway_canceller_free> handle_;
};

// How one call is made; what is left out is as the client's configuration says.
//
//     using namespace std::chrono_literals;
//     client.add(request, {5s});                              // C++17: in this order
//     client.add(request, {.timeout = 5s, .key = "desk-1"});  // C++20: by name
struct options {
    // The deadline of the whole call, retries and waits included; at least 1 ms.
    std::optional<std::chrono::milliseconds> timeout = std::nullopt;
    // Ends the call when it is cancelled; it must live until the call has begun, and may be destroyed then.
    const contactway::canceller *canceller = nullptr;
    // For add: the program's own name for the contact way; needs a durable store.
    std::optional<std::string> key = std::nullopt;
    // For add: send again also where that may make a second contact way.
    bool accept_duplicate = false;
    // All of the options as a JSON object instead of the members above, unless empty.
    std::string raw = {};

    // As C takes them.
    //
    //     char *answer = contactway_list(client.handle(), "{}", contactway::options{1s}.json().c_str());
    [[nodiscard]] std::string json() const
    {
        if (!raw.empty()) return detail::terminated(raw);
        std::string members;
        const auto member = [&members](const char *name, const std::string &value) {
            members.append(members.empty() ? "\"" : ",\"").append(name).append("\":").append(value);
        };
        if (timeout) member("timeout_ms", std::to_string(timeout->count()));
        if (canceller != nullptr) member("canceller", std::to_string(canceller->handle()));
        if (key) member("key", json_quote(*key));
        if (accept_duplicate) member("accept_duplicate", "true");
        return "{" + members + "}";
    }
};

// How much a logger is told: each level holds those before it.
enum class log_level : std::int32_t { error = 1, warning, info, debug, trace };

// Is given log lines, each one JSON object, which lasts until the function returns: copy what is to be kept. Several
// threads call it at once, and one of them still may when set_logger or the client's destructor returns: it should own
// what it captures. What it throws is dropped.
using logger = std::function<void(log_level level, std::string_view message)>;

// Hands out an access token, or nothing when it has none; rejected says that WeCom refused the last one. Several threads
// call it at once, and one of them still may when set_token_provider or the client's destructor returns: it should own
// what it captures. What it throws is as if it had none: the call fails as "auth".
using token_provider = std::function<std::optional<std::string>(bool rejected)>;

// Is told how far a job has come, as the JSON object that contactway.h describes, which lasts until the function returns,
// on the calling thread; false stops the job cleanly. What it throws stops the job too, and is thrown from the call.
using progress = std::function<bool(std::string_view progress)>;

namespace detail {

inline void log_line(void *user_data, std::int32_t level, const char *message) noexcept
{
    try {
        (*static_cast<const logger *>(user_data))(static_cast<log_level>(level), message);
    } catch (...) {
    }
}

inline std::int32_t provide_token(void *user_data, std::int32_t rejected, char *buffer, std::size_t capacity) noexcept
{
    try {
        const auto token = (*static_cast<const token_provider *>(user_data))(rejected != 0);
        if (!token || token->size() > std::numeric_limits<std::int32_t>::max()) return -1;
        // More than there is room for is not copied; the library says so.
        if (token->size() <= capacity) std::memcpy(buffer, token->data(), token->size());
        return static_cast<std::int32_t>(token->size());
    } catch (...) {
        return -1;
    }
}

inline void set_logger(contactway_client client, logger log, log_level level)
{
    if (!log) return contactway_set_logger(client, nullptr, nullptr, nullptr, 0);
    contactway_set_logger(client, log_line, new logger(std::move(log)), destroy<logger>,
                          static_cast<std::int32_t>(level));
}

// A progress function for the time of one call.
struct told {
    const progress &tell;
    std::exception_ptr thrown = nullptr;

    static std::int32_t of(void *user_data, const char *json) noexcept
    {
        auto &self = *static_cast<told *>(user_data);
        try {
            return self.tell(json) ? 0 : 1;
        } catch (...) {
            self.thrown = std::current_exception();
            return 1;
        }
    }
};

}  // namespace detail

// Sets what clients made from now on start with as their logger; an empty one turns logging off.
//
//     contactway::set_default_logger([](contactway::log_level, std::string_view line) { std::clog << line << '\n'; });
inline void set_default_logger(logger log, log_level level = log_level::info)
{
    detail::set_logger(0, std::move(log), level);
}

// A client: one company's credentials, connections and limits. Move-only; a moved-from client answers "invalid_handle".
// Every call throws contactway::error where it does not succeed, and answers WeCom's own JSON object where it does.
class client {
public:
    // config: a JSON object such as {"corp_id":"ww…","secret":"…"}, whose members contactway.h lists. Nothing is sent yet.
    // Throws error with every wrong member in details().
    explicit client(std::string_view config) : handle_(made(config)) {}

    // The number that stands for it in C.
    //
    //     contactway_string_free(contactway_list(client.handle(), "{}", nullptr));
    [[nodiscard]] contactway_client handle() const noexcept { return handle_.number(); }

    // Adds a contact way; the answer holds config_id and, for scene 2, qr_code. Where effect() of the error is
    // "unknown" it may have been made. With a key, which needs a durable store, it is made once, however often this is
    // called: the kind is "conflict" where the key stands for another one, and "unknown" where an earlier call may have
    // made it and that cannot be told yet.
    //
    //     client.add(R"({"type":1,"scene":2,"user":["zhangsan"]})");
    //     client.add(R"({"type":1,"scene":2,"user":["zhangsan"]})", {std::nullopt, nullptr, "counter-1"});
    std::string add(std::string_view request, const options &how = {}) const
    {
        return call(contactway_add, request, how);
    }

    // Reads a contact way: {"config_id":"…"}; the answer holds contact_way.
    //
    //     client.get(R"({"config_id":"42b34949e138eb6e027c123cba77fad7"})");
    std::string get(std::string_view request, const options &how = {}) const
    {
        return call(contactway_get, request, how);
    }

    // Lists config_ids, a page at a time: start_time, end_time, cursor, limit; the answer holds contact_way and
    // next_cursor, which is empty on the last page.
    //
    //     std::string page = client.list(R"({"limit":1000})");
    //     std::string cursor = contactway::json_get(page, "/next_cursor").value_or("");
    std::string list(std::string_view request, const options &how = {}) const
    {
        return call(contactway_list, request, how);
    }

    // Changes a contact way: config_id and what is to change; what is left out stays.
    //
    //     client.update("{\"config_id\":" + contactway::json_quote(config_id) + R"(,"remark":"counter 2"})");
    std::string update(std::string_view request, const options &how = {}) const
    {
        return call(contactway_update, request, how);
    }

    // Deletes a contact way: {"config_id":"…"}.
    //
    //     client.del("{\"config_id\":" + contactway::json_quote(config_id) + "}");
    std::string del(std::string_view request, const options &how = {}) const
    {
        return call(contactway_del, request, how);
    }

    // Ends a temporary chat: {"userid":"…","external_userid":"…"}.
    //
    //     client.close_temp_chat(
    //         R"({"userid":"zhangyisheng","external_userid":"woAJ2GCAAAXtWyujaWJHDDGi0mACHAAA"})");
    std::string close_temp_chat(std::string_view request, const options &how = {}) const
    {
        return call(contactway_close_temp_chat, request, how);
    }

    // Uploads a picture for a conclusion: {"path":"a.png"} or {"base64":"…","filename":"a.png"}; the answer holds
    // media_id, which lives for 3 days.
    //
    //     std::string uploaded = client.upload_image(R"({"path":"closing.png"})");
    //     std::string media_id = contactway::json_get(uploaded, "/media_id").value();
    std::string upload_image(std::string_view request, const options &how = {}) const
    {
        return call(contactway_upload_image, request, how);
    }

    // Saves a contact way's QR picture: config_id or qr_code, and path.
    //
    //     client.save_qr_code(R"({"config_id":"42b34949e138eb6e027c123cba77fad7","path":"counter.png"})");
    std::string save_qr_code(std::string_view request, const options &how = {}) const
    {
        return call(contactway_save_qr_code, request, how);
    }

    // Finds out whether everything works: the answer holds steps, each with what was found. Where one failed the error is
    // that step's, and its answer() holds steps too, with a remedy. Nothing changes at WeCom.
    //
    //     try {
    //         client.check();
    //     } catch (const contactway::error &error) {
    //         std::cerr << contactway::json_get(error.answer(), "/steps").value_or(error.what()) << '\n';
    //     }
    std::string check(const options &how = {}) const
    {
        return detail::checked(contactway_check(handle(), how.json().c_str()));
    }

    // Looks contact ways up in the ledger, which needs a durable store; the answer holds entries and next_cursor.
    //
    //     client.ledger(R"({"state":"counter-1"})");
    std::string ledger(std::string_view query, const options &how = {}) const
    {
        return call(contactway_ledger, query, how);
    }

    // Brings the ledger up to what WeCom holds. A job: it has a deadline only if options say so, and its error's answer()
    // holds the counts so far, such as /adopted.
    //
    //     client.sync("{}", {1h});
    std::string sync(std::string_view request, const options &how = {}, const progress &tell = nullptr) const
    {
        return job(contactway_sync, request, how, tell);
    }

    // Makes WeCom hold the contact ways that rows describe. A job, to be run again after whatever stopped it. Where some rows fail the error is "partial", and its
    // answer() holds the counts and failures.
    //
    //     client.apply(R"({"path":"codes.csv"})", {}, [](std::string_view progress) {
    //         std::cerr << progress << '\n';
    //         return true;
    //     });
    std::string apply(std::string_view request, const options &how = {}, const progress &tell = nullptr) const
    {
        return job(contactway_apply, request, how, tell);
    }

    // Replaces one member by others in every contact way of the ledger that names them: {"from":"zhangsan","to":["lisi"]}.
    // A job.
    //
    //     client.replace_user(R"({"from":"zhangsan","to":["lisi"]})");
    std::string replace_user(std::string_view request, const options &how = {}, const progress &tell = nullptr) const
    {
        return job(contactway_replace_user, request, how, tell);
    }

    // Saves the QR pictures of many contact ways: {"query":{…},"directory":"codes/"}. A job.
    //
    //     client.save_qr_codes(R"({"query":{"state":"counter-1"},"directory":"codes/"})");
    std::string save_qr_codes(std::string_view request, const options &how = {}, const progress &tell = nullptr) const
    {
        return job(contactway_save_qr_codes, request, how, tell);
    }

    // Sets what the client's log lines go to; an empty function turns logging off.
    //
    //     client.set_logger([](contactway::log_level, std::string_view line) { std::clog << line << '\n'; });
    void set_logger(logger log, log_level level = log_level::info) const
    {
        // contactway_set_logger takes 0, which a moved-from client has, for all clients made later.
        if (handle() == 0) throw error(detail::moved_from);
        detail::set_logger(handle(), std::move(log), level);
    }

    // Sets what hands out the tokens of a client that was made with "token_provider":true.
    //
    //     client.set_token_provider([](bool rejected) -> std::optional<std::string> {
    //         if (rejected) return std::nullopt;
    //         return "…";
    //     });
    void set_token_provider(token_provider provide) const
    {
        auto given = std::make_unique<token_provider>(std::move(provide));
        const auto function = *given ? detail::provide_token : nullptr;
        // From here on the library sees to it that it is destroyed, also where it refuses it.
        detail::checked(
            contactway_set_token_provider(handle(), function, given.release(), detail::destroy<token_provider>));
    }

    // Renews the suite ticket of a client that was made with "suite".
    //
    //     client.set_suite_ticket("…");
    void set_suite_ticket(std::string_view ticket) const
    {
        detail::checked(contactway_set_suite_ticket(handle(), detail::terminated(ticket).c_str()));
    }

private:
    using call_fn = char *(*)(contactway_client, const char *, const char *);
    using job_fn = char *(*)(contactway_client, const char *, const char *, contactway_progress_fn, void *);

    static contactway_client made(std::string_view config)
    {
        char *refused = nullptr;
        const contactway_client client = contactway_client_new(detail::terminated(config).c_str(), &refused);
        const detail::c_string owned(refused);
        if (client == 0) throw error(std::string(refused));
        return client;
    }

    std::string call(call_fn function, std::string_view request, const options &how) const
    {
        return detail::checked(function(handle(), detail::terminated(request).c_str(), how.json().c_str()));
    }

    std::string job(job_fn function, std::string_view request, const options &how, const progress &tell) const
    {
        detail::told told{tell};
        detail::c_string answer(function(handle(), detail::terminated(request).c_str(), how.json().c_str(),
                                         tell ? detail::told::of : nullptr, &told));
        if (told.thrown) std::rethrow_exception(told.thrown);
        return detail::checked(answer.release());
    }

    detail::handle<contactway_client_free> handle_;
};

// A stand-in for WeCom on a loopback port, for tests and demonstrations. Move-only; its port closes with it.
//
//     contactway::sandbox sandbox;
//     contactway::client client(sandbox.client_config());
class sandbox {
public:
    // config: a JSON object, whose members docs/sandbox.md lists; all may be left out. Throws error where it is wrong, or
    // where the sandbox cannot start.
    explicit sandbox(std::string_view config = "{}") : handle_(started(config, info_)) {}
    sandbox(sandbox &&) noexcept = default;
    sandbox &operator=(sandbox &&other) noexcept
    {
        // A text that is moved to itself may be lost.
        if (this == &other) return *this;
        info_ = std::move(other.info_);
        handle_ = std::move(other.handle_);
        return *this;
    }

    // base_url, corp_id, secret and client_config, as a JSON object.
    //
    //     contactway::sandbox sandbox;
    //     std::cout << sandbox.info() << '\n' << sandbox.base_url() << '\n';
    [[nodiscard]] const std::string &info() const noexcept { return info_; }
    // Where it listens, such as "http://127.0.0.1:49152".
    [[nodiscard]] std::string base_url() const { return json_get(info_, "/base_url").value_or(""); }
    // A configuration that is ready for client.
    [[nodiscard]] std::string client_config() const { return json_get(info_, "/client_config").value_or(""); }
    // The number that stands for it in C.
    //
    //     contactway::sandbox sandbox;
    //     contactway_sandbox_stop(sandbox.handle());  // its port is closed early
    [[nodiscard]] contactway_sandbox handle() const noexcept { return handle_.number(); }

private:
    using number = detail::handle<contactway_sandbox_stop>;

    static number started(std::string_view config, std::string &info)
    {
        char *text = nullptr;
        number sandbox(contactway_sandbox_start(detail::terminated(config).c_str(), &text));
        const detail::c_string owned(text);
        info = text;
        if (sandbox.number() == 0) throw error(std::move(info));
        return sandbox;
    }

    std::string info_;
    number handle_;
};

}  // namespace contactway

#endif  // C++17
#endif
