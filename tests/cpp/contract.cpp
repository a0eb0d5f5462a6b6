// What contactway.hpp promises beyond contactway.h: ownership, exceptions, options, callbacks.
#include "check.hpp"

#include <chrono>
#include <cstring>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

using contactway::json_get;
using namespace std::chrono_literals;

namespace {

constexpr const char *add = R"({"type":1,"scene":2,"user":["zhangsan"]})";

// What is so at compile time.
template <class Type>
constexpr bool is_move_only = std::is_nothrow_move_constructible_v<Type> && std::is_nothrow_move_assignable_v<Type> &&
                              !std::is_copy_constructible_v<Type> && !std::is_copy_assignable_v<Type> &&
                              std::is_nothrow_destructible_v<Type>;
static_assert(is_move_only<contactway::client> && is_move_only<contactway::canceller> &&
              is_move_only<contactway::sandbox>);
static_assert(std::is_base_of_v<std::runtime_error, contactway::error>);
static_assert(std::is_nothrow_copy_constructible_v<contactway::error> &&
              std::is_nothrow_copy_assignable_v<contactway::error>);
static_assert(!std::is_convertible_v<const char *, contactway::client>);
static_assert(noexcept(contactway::version()) && noexcept(std::declval<const contactway::canceller &>().cancel()));
static_assert(noexcept(std::declval<const contactway::error &>().kind()));

void fault(const contactway::sandbox &sandbox, const std::string &endpoint, const std::string &what)
{
    const std::string rules = R"({"rules":[{"endpoint":")" + endpoint + R"(","do":{)" + what + "}}]}";
    CHECK(json_get(check::ask(sandbox.base_url(), "POST", "/sandbox/faults", rules.c_str()), "/errcode") == "0");
}

// Waits until the sandbox has had a call of the endpoint.
void await(const contactway::sandbox &sandbox, const std::string &endpoint)
{
    while (!json_get(check::ask(sandbox.base_url(), "GET", "/sandbox/calls?endpoint=" + endpoint), "/calls/0")) {
        std::this_thread::sleep_for(5ms);
    }
}

void texts()
{
    CHECK(contactway::version() == CONTACTWAY_VERSION);
    CHECK(contactway::abi_version() == CONTACTWAY_ABI_VERSION);
    CHECK(contactway::features().find("sandbox") != std::string_view::npos);

    CHECK(json_get(R"({"a":{"b":["x"]}})", "/a/b/0") == "x");
    CHECK(json_get(R"({"a":{"b":["x"]}})", "/a") == R"({"b":["x"]})");
    CHECK(!json_get(R"({"a":1})", "/b"));
    CHECK(!json_get("{", ""));
    // A view need not end where its array does.
    const std::string_view longer = R"({"a":1}} and more)";
    CHECK(json_get(longer.substr(0, 7), "/a") == "1");

    const std::string odd("\"\\/\b\f\n\r\t\x01\x1f\x7f \xe4\xbd\xa0", 15);
    CHECK(json_get("{\"a\":" + contactway::json_quote(odd) + "}", "/a") == odd);
    // WeCom refuses \uXXXX, so it stands only where JSON has nothing else.
    CHECK(contactway::json_quote("\"\\/\b\f\n\r\t") == R"("\"\\/\b\f\n\r\t")");
    CHECK(contactway::json_quote(std::string_view("\0\x1f", 2)) == R"("\u0000\u001f")");

    // Cut at its NUL this would be a right one.
    const std::string with_nul("{}\0 and more", 12);
    const auto refused = [](auto &&work) {
        try {
            work();
        } catch (const std::invalid_argument &) {
            return true;
        }
        return false;
    };
    CHECK(refused([&] { json_get(with_nul, ""); }));
    CHECK(refused([&] { contactway::sandbox sandbox(with_nul); }));
    CHECK(refused([&] { contactway::client client(with_nul); }));
}

// Whatever an answer says of a failure has an accessor.
void accessors()
{
    const contactway::error full(
        R"({"errcode":-1014,"errmsg":"m","config_id":"c0","failures":[{"line":2,"key":"b","config_id":"c2","errcode":60111,)"
        R"("errmsg":"userid not found"},{"errcode":1,"errmsg":"second"}],"error":{"kind":"unknown","effect":"unknown",)"
        R"("retryable":true,"endpoint":"apply","attempts":3,"http_status":502,"details":[{"pointer":"","rule":"r",)"
        R"("message":"\u662f","line":4,"column":7}],"key":"shop-1","candidates":["c1","c2"],"retry_after_ms":0,)"
        R"("remembered":true,"advice":"a","hint":"h","help_url":"u"}})");
    CHECK(full.errcode() == -1014 && full.kind() == "unknown" && full.effect() == "unknown" && full.retryable());
    CHECK(full.endpoint() == "apply" && full.attempts() == 3 && full.http_status() == 502 && full.retry_after() == 0ms);
    CHECK(full.remembered());
    CHECK(full.advice() == "a" && full.hint() == "h" && full.help_url() == "u" && full.key() == "shop-1");
    CHECK(full.config_id() == "c0" && full.candidates() == std::vector<std::string>({"c1", "c2"}));
    const auto failed = full.failures();
    CHECK(failed.size() == 2 && failed[0].line == 2 && failed[0].key == "b" && failed[0].config_id == "c2");
    CHECK(failed[0].errcode == 60111 && failed[0].errmsg == "userid not found");
    CHECK(failed[1].line == 0 && failed[1].key.empty() && failed[1].errmsg == "second");
    const auto rules = full.broken_rules();
    CHECK(rules.size() == 1 && rules[0].message == "\xe6\x98\xaf" && rules[0].line == 4 && rules[0].column == 7);

    const contactway::error bare(R"({"errcode":1,"errmsg":"bare","error":{"endpoint":null,"http_status":null}})");
    CHECK(bare.endpoint().empty() && !bare.http_status() && !bare.retry_after() && !bare.remembered());
    CHECK(bare.key().empty() && bare.config_id().empty() && bare.broken_rules().empty() && bare.details() == "[]");
}

void errors()
{
    const contactway::sandbox sandbox;
    const contactway::client client(sandbox.client_config());

    const auto refused = check::error_of([&] { client.add(R"({"type":1,"scene":2,"user":["zhangsan","lisi"]})"); });
    CHECK(refused.kind() == "invalid_request");
    CHECK(refused.errcode() == CONTACTWAY_INVALID_REQUEST);
    CHECK(refused.effect() == "none");
    CHECK(!refused.retryable());
    CHECK(json_get(refused.details(), "/0/pointer") == "/user");
    CHECK(json_get(refused.answer(), "/errmsg") == refused.what());

    const auto api = check::error_of([&] { client.get(R"({"config_id":"there-is-none"})"); });
    CHECK(api.kind() == "api" && api.errcode() > 0 && api.details() == "[]");
    CHECK(json_get(api.answer(), "/error/advice") == api.advice() && !api.advice().empty() && !api.retry_after());
    CHECK(refused.advice().empty());

    const contactway::sandbox another;  // limits are the process's, for each WeCom
    const contactway::client slow(R"({"rate_limit":{"per_minute":3},)" + another.client_config().substr(1));
    slow.list("{}");
    const auto held_back = check::error_of([&] { slow.list("{}", {1s}); });
    CHECK(held_back.kind() == "rate_limited" && held_back.retry_after() > 1s && held_back.retry_after() <= 20s);

    CHECK(api.endpoint() == "get_contact_way" && api.attempts() == 1 && api.http_status() == 200);
    CHECK(api.broken_rules().empty() && api.failures().empty() && api.candidates().empty());
    const auto rules = refused.broken_rules();
    CHECK(rules.size() == 1 && rules[0].pointer == "/user" && rules[0].rule == "type_1_one_user" && rules[0].line == 0);
    CHECK(rules[0].message == json_get(refused.details(), "/0/message") && !refused.http_status());

    fault(sandbox, "add_contact_way", R"("silence":true)");
    const auto late = check::error_of([&] { client.add(add, {1s}); });
    CHECK(late.kind() == "timeout" && late.errcode() == CONTACTWAY_TIMEOUT && late.effect() == "unknown");
    // A copy says the same, when the original is gone.
    const auto copy = std::make_unique<contactway::error>(late);
    contactway::error second = *copy;
    CHECK(second.answer() == late.answer() && std::string(second.what()) == late.what());
    // One that was moved from as well.
    contactway::error third = std::move(second);
    CHECK(second.kind() == "timeout" && second.answer() == third.answer());
    third = std::move(second);
    CHECK(second.errcode() == CONTACTWAY_TIMEOUT && second.details() == third.details());

    const auto config = check::error_of(
        [] { contactway::client client(R"({"corp_id":"ww1","secret":"s","typo":1})"); });
    CHECK(config.kind() == "invalid_argument" && json_get(config.details(), "/0/pointer") == "/typo");
    CHECK(check::error_of([] { contactway::sandbox sandbox(R"({"typo":1})"); }).kind() == "invalid_argument");
    CHECK(check::error_of([&] { client.add("{"); }).kind() == "invalid_argument");
    CHECK(check::error_of([&] { client.set_suite_ticket("ticket"); }).errcode() < 0);
    CHECK(json_get(client.add(add), "/errcode") == "0");
}

void ownership()
{
    const contactway::sandbox sandbox;
    contactway::client first(sandbox.client_config());
    const contactway_client number = first.handle();

    contactway::client second(std::move(first));
    CHECK(second.handle() == number && first.handle() == 0);
    CHECK(check::error_of([&] { first.list("{}"); }).kind() == "invalid_handle");
    CHECK(json_get(second.list("{}"), "/errcode") == "0");

    contactway::client third(sandbox.client_config());
    const contactway_client dropped = third.handle();
    third = std::move(second);
    CHECK(third.handle() == number);
    // What it held before is freed.
    char *answer = contactway_list(dropped, "{}", nullptr);
    CHECK(contactway_errcode(answer) == CONTACTWAY_INVALID_HANDLE);
    contactway_string_free(answer);
    auto &same = third;
    third = std::move(same);
    CHECK(third.handle() == number && json_get(third.list("{}"), "/errcode") == "0");

    contactway::sandbox moved;
    moved = contactway::sandbox();
    CHECK(!moved.base_url().empty() && contactway::client(moved.client_config()).handle() > number);
    auto &itself = moved;
    moved = std::move(itself);
    CHECK(!moved.base_url().empty() && json_get(contactway::client(moved.client_config()).list("{}"), "/errcode") == "0");
}

void option_values()
{
    const contactway::canceller canceller;
    contactway::options options;
    CHECK(options.json() == "{}");
    options = {5s, &canceller, "a\"\\\n键", true};
    CHECK(options.json() == R"({"timeout_ms":5000,"canceller":)" + std::to_string(canceller.handle()) +
                                R"(,"key":"a\"\\\n键","accept_duplicate":true})");
    options.raw = R"({"timeout_ms":1})";
    CHECK(options.json() == options.raw);

    const contactway::sandbox sandbox;
    const contactway::client client(sandbox.client_config());
    CHECK(json_get(client.list("{}", {}), "/errcode") == "0");
    CHECK(json_get(client.list("{}", {1h}), "/errcode") == "0");
    CHECK(check::error_of([&] { client.list("{}", {0ms}); }).kind() == "invalid_argument");
    CHECK(check::error_of([&] { client.get("{}", {std::nullopt, nullptr, std::nullopt, true}); }).kind() ==
          "invalid_argument");
    CHECK(json_get(client.add(add, {std::nullopt, nullptr, std::nullopt, true}), "/errcode") == "0");
#if __cplusplus >= 202002L
    CHECK(json_get(client.add(add, {.timeout = 1h, .accept_duplicate = true}), "/errcode") == "0");
#endif
}

void checking()
{
    const contactway::sandbox sandbox;
    const contactway::client client(sandbox.client_config());
    const std::string well = client.check();
    CHECK(json_get(well, "/steps/0/step") == "configuration" && json_get(well, "/steps/6/ok") == "true");
    CHECK(json_get(well, "/steps/4/skipped") == "true" && !json_get(well, "/steps/4/ok"));

    fault(sandbox, "list_contact_way", R"("errcode":60020,"errmsg":"no, from ip: 203.0.113.7")");
    const auto wrong = check::error_of([&] { client.check({1h}); });
    CHECK(wrong.errcode() == 60020 && wrong.kind() == "api" && wrong.effect() == "none");
    CHECK(json_get(wrong.answer(), "/steps/6/error/kind") == "api");
    CHECK(json_get(wrong.answer(), "/steps/6/remedy").value_or("").find("203.0.113.7") != std::string::npos);
    CHECK(check::error_of([&] { client.check({0ms}); }).kind() == "invalid_argument");
}

void cancelling()
{
    const contactway::sandbox sandbox;
    const contactway::client client(sandbox.client_config());
    const contactway::canceller canceller;

    fault(sandbox, "list_contact_way", R"("silence":true)");
    std::thread other([&] {
        await(sandbox, "list_contact_way");
        canceller.cancel();
    });
    CHECK(check::error_of([&] { client.list("{}", {1h, &canceller}); }).kind() == "cancelled");
    other.join();

    // A client that ends ends its calls.
    auto ending = std::make_unique<contactway::client>(sandbox.client_config());
    check::ask(sandbox.base_url(), "DELETE", "/sandbox/calls");
    fault(sandbox, "list_contact_way", R"("silence":true)");
    std::string kind;
    std::thread caller([&kind, &at = *ending] { kind = check::error_of([&] { at.list("{}", {1h}); }).kind(); });
    await(sandbox, "list_contact_way");
    ending.reset();
    caller.join();
    CHECK(kind == "cancelled");
}

// Says when the function that holds it is destroyed.
struct witness {
    int *destroyed;
    explicit witness(int *count) : destroyed(count) {}
    witness(const witness &) = delete;
    ~witness() { ++*destroyed; }
};

void loggers()
{
    const contactway::sandbox sandbox;
    int destroyed = 0;
    std::mutex lock;
    std::vector<std::string> lines;
    {
        const contactway::client client(sandbox.client_config());
        const auto held = std::make_shared<witness>(&destroyed);
        client.set_logger(
            [&lock, &lines, held](contactway::log_level level, std::string_view line) {
                CHECK(level >= contactway::log_level::error && level <= contactway::log_level::trace);
                const std::lock_guard<std::mutex> locked(lock);
                lines.emplace_back(line);
            },
            contactway::log_level::trace);
        client.list("{}");
        CHECK(!lines.empty());
        for (const auto &line : lines) CHECK(json_get(line, "").value_or("").front() == '{');
        CHECK(destroyed == 0);

        // What a logger throws stays here.
        int thrown = 0;
        client.set_logger(
            [&thrown](contactway::log_level, std::string_view) {
                ++thrown;
                throw std::runtime_error("a full disk");
            },
            contactway::log_level::trace);
        CHECK(json_get(client.list("{}"), "/errcode") == "0");
        CHECK(thrown > 0);
        const auto count = lines.size();
        client.set_logger(nullptr);
        client.list("{}");
        CHECK(lines.size() == count);
    }
    CHECK(destroyed == 1);

    int told = 0;
    contactway::set_default_logger([&told](contactway::log_level, std::string_view) { ++told; },
                                   contactway::log_level::trace);
    contactway::client(sandbox.client_config()).list("{}");
    CHECK(told > 0);
    // A moved-from client's is nobody's, and above all not everybody's.
    contactway::client here(sandbox.client_config());
    const contactway::client there(std::move(here));
    const auto of_nobody = check::error_of([&] { here.set_logger(nullptr); });
    CHECK(of_nobody.kind() == "invalid_handle" && of_nobody.errcode() == CONTACTWAY_INVALID_HANDLE);
    CHECK(of_nobody.effect() == "none" && !of_nobody.retryable() && std::strstr(of_nobody.what(), "moved from"));
    told = 0;
    contactway::client(sandbox.client_config()).list("{}");
    CHECK(told > 0);
    contactway::set_default_logger(nullptr);
    told = 0;
    contactway::client(sandbox.client_config()).list("{}");
    CHECK(told == 0);
}

void token_providers()
{
    const contactway::sandbox sandbox;
    const std::string corp_id = json_get(sandbox.info(), "/corp_id").value();
    const std::string secret = json_get(sandbox.info(), "/secret").value();
    const std::string got = check::ask(sandbox.base_url(), "GET",
                                       "/cgi-bin/gettoken?corpid=" + corp_id + "&corpsecret=" + secret);
    const std::string token = json_get(got, "/access_token").value();
    const std::string config = "{\"base_url\":" + contactway::json_quote(sandbox.base_url()) +
                               ",\"corp_id\":" + contactway::json_quote(corp_id) + ",\"token_provider\":true}";
    int asked = 0, destroyed = 0;
    {
        const contactway::client client(config);
        const auto held = std::make_shared<witness>(&destroyed);
        client.set_token_provider([&asked, token, held](bool) {
            ++asked;
            return token;
        });
        CHECK(json_get(client.list("{}"), "/errcode") == "0");
        CHECK(asked > 0);
    }
    CHECK(destroyed == 1);

    const contactway::client client(config);
    client.set_token_provider([](bool) -> std::optional<std::string> { return std::nullopt; });
    CHECK(check::error_of([&] { client.list("{}"); }).kind() == "auth");
    client.set_token_provider([](bool) -> std::optional<std::string> { throw std::runtime_error("no server"); });
    CHECK(check::error_of([&] { client.list("{}"); }).kind() == "auth");
    client.set_token_provider([](bool) { return std::string(1 << 20, 'x'); });
    CHECK(check::error_of([&] { client.list("{}"); }).kind() == "auth");

    // Where it is refused it is destroyed all the same.
    destroyed = 0;
    const contactway::client other(sandbox.client_config());
    auto held = std::make_shared<witness>(&destroyed);
    CHECK(check::error_of([&] { other.set_token_provider([held](bool) { return std::string(); }); }).errcode() < 0);
    held.reset();
    CHECK(destroyed == 1);
    CHECK(check::error_of([&] { other.set_token_provider(nullptr); }).errcode() < 0);
}

// The ledger needs a durable store, which this client has not.
void ledgers()
{
    const contactway::sandbox sandbox;
    const contactway::client client(sandbox.client_config());
    const auto kind = [](auto &&work) { return check::error_of(work).kind(); };
    const auto go_on = [](std::string_view) { return true; };

    CHECK(kind([&] { client.ledger("{}"); }) == "unsupported");
    CHECK(kind([&] { client.sync("{}"); }) == "unsupported");
    CHECK(kind([&] { client.apply(R"({"rows":[]})", {}, go_on); }) == "unsupported");
    CHECK(kind([&] { client.replace_user(R"({"from":"zhangsan","to":["lisi"]})", {1h}, go_on); }) == "unsupported");
    CHECK(kind([&] { client.save_qr_codes(R"({"query":{},"directory":"."})"); }) == "unsupported");
    CHECK(kind([&] { client.add(add, {std::nullopt, nullptr, "desk-1"}); }) == "unsupported");
}

}  // namespace

int main()
{
    texts();
    accessors();
    errors();
    ownership();
    option_values();
    checking();
    cancelling();
    loggers();
    token_providers();
    ledgers();
    return check::report("contract in C++");
}
