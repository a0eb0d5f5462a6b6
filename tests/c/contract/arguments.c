/* What is wrong with an argument is said, named and nothing is sent; the client goes on. */
#include "check.h"
#include "parts.h"
#include "world.h"

typedef char *(*call_fn)(contactway_client, const char *, const char *);

/* Every function that takes a request and options, and a request that breaks no rule of it. */
static const struct {
    call_fn call;
    const char *endpoint, *request;
} calls[] = {
    {contactway_add, "add_contact_way", "{\"type\":1,\"scene\":2,\"user\":[\"zhangsan\"]}"},
    {contactway_get, "get_contact_way", "{\"config_id\":\"c\"}"},
    {contactway_list, "list_contact_way", "{}"},
    {contactway_update, "update_contact_way", "{\"config_id\":\"c\"}"},
    {contactway_del, "del_contact_way", "{\"config_id\":\"c\"}"},
    {contactway_close_temp_chat, "close_temp_chat", "{\"userid\":\"zhangsan\",\"external_userid\":\"wm1\"}"},
    {contactway_upload_image, "upload_image", "{\"path\":\"there/is/no.png\"}"},
    {contactway_save_qr_code, "save_qr_code", "{\"config_id\":\"c\",\"path\":\"there/is/no.png\"}"},
};
enum { CALLS = sizeof calls / sizeof *calls };

/* No request at all: what is said of it. */
static const struct {
    const char *request, *says;
} no_requests[] = {
    {NULL, "~request_json is NULL"},
    {"", "~not JSON"},
    {"{", "~not JSON"},
    {"{\"config_id\":\"c\"} {}", "~not JSON"},
    {"{\"config_id\":'c'}", "~not JSON"},
    {"NaN", "~not JSON"},
    {"[]", "~not a JSON object"},
    {"null", "~not a JSON object"},
    {"\"text\"", "~not a JSON object"},
    {"{\"config_id\":\"\xff\"}", "~not UTF-8"},
    {"{\"config_id\":\"\xed\xa0\x80\"}", "~not UTF-8"},
    {"{\"config_id\":\"\xc0\x80\"}", "~not UTF-8"},
};

/* Options that are wrong: which member, and which rule. */
static const struct {
    const char *options, *pointer, *rule;
} wrong_options[] = {
    {"{\"timeout\":1}", "/timeout", "unknown_member"},
    {"{\"a/b~\":1}", "/a~1b~0", "unknown_member"},
    {"{\"timeout_ms\":0}", "/timeout_ms", "out_of_range"},
    {"{\"timeout_ms\":-1}", "/timeout_ms", "out_of_range"},
    {"{\"timeout_ms\":1.5}", "/timeout_ms", "wrong_type"},
    {"{\"timeout_ms\":\"1\"}", "/timeout_ms", "wrong_type"},
    {"{\"timeout_ms\":null}", "/timeout_ms", "wrong_type"},
    {"{\"timeout_ms\":1000,\"timeout_ms\":2000}", "/timeout_ms", "repeated_member"},
    {"{\"canceller\":\"1\"}", "/canceller", "wrong_type"},
    {"{\"canceller\":1.5}", "/canceller", "wrong_type"},
};

static const struct {
    const char *options, *says;
} no_options[] = {
    {"", "~not JSON"},
    {"{", "~not JSON"},
    {"[]", "~not a JSON object"},
    {"1", "~not a JSON object"},
    {"{\"timeout_ms\":1000}\xff", "~not UTF-8"},
};

static void wrong_requests(contactway_client client, int i)
{
    size_t k;
    for (k = 0; k < sizeof no_requests / sizeof *no_requests; k++) {
        EXPECT(calls[i].call(client, no_requests[k].request, NULL), "/errcode", "-1001", "/error/kind",
               "invalid_argument", "/error/endpoint", calls[i].endpoint, "/error/effect", "none", "/error/attempts",
               "0", "/error/http_status", "null", "/errmsg", no_requests[k].says);
    }
}

static void wrong_option(contactway_client client, int i)
{
    size_t k;
    for (k = 0; k < sizeof wrong_options / sizeof *wrong_options; k++) {
        EXPECT(calls[i].call(client, calls[i].request, wrong_options[k].options), "/errcode", "-1001", "/error/kind",
               "invalid_argument", "/error/endpoint", calls[i].endpoint, "/error/effect", "none",
               "/error/details/0/pointer", wrong_options[k].pointer, "/error/details/0/rule", wrong_options[k].rule,
               "/error/details/1", ABSENT);
    }
    for (k = 0; k < sizeof no_options / sizeof *no_options; k++) {
        EXPECT(calls[i].call(client, calls[i].request, no_options[k].options), "/errcode", "-1001", "/error/kind",
               "invalid_argument", "/errmsg", "~options", "/errmsg", no_options[k].says);
    }
    /* A number that is no canceller's is a handle like any other. */
    EXPECT(calls[i].call(client, calls[i].request, "{\"canceller\":-1}"), "/errcode", "-1002", "/error/kind",
           "invalid_handle", "/errmsg", "~-1 is not a canceller's");
    /* All that is wrong is told at once. */
    EXPECT(calls[i].call(client, calls[i].request, "{\"timeout_ms\":0,\"canceller\":[],\"deadline\":1}"), "/errcode",
           "-1001", "/error/details/0/pointer", "/timeout_ms", "/error/details/1/pointer", "/canceller",
           "/error/details/2/pointer", "/deadline", "/error/details/3", ABSENT);
}

/* What only add knows. */
static void options_of_add(contactway_client client)
{
    int i;
    EXPECT(contactway_add(client, calls[0].request, "{\"accept_duplicate\":1}"), "/errcode", "-1001",
           "/error/details/0/pointer", "/accept_duplicate", "/error/details/0/rule", "wrong_type");
    EXPECT(contactway_add(client, calls[0].request, "{\"accept_duplicate\":true}"), "/errcode", "0");
    for (i = 1; i < CALLS; i++) {
        EXPECT(calls[i].call(client, calls[i].request, "{\"accept_duplicate\":true,\"key\":\"k\"}"), "/errcode",
               "-1001", "/error/details/0/pointer", "/accept_duplicate", "/error/details/1/pointer", "/key");
    }
}

void test_arguments(void)
{
    struct world world = world_begin();
    int i;

    for (i = 0; i < CALLS; i++) {
        wrong_requests(world.client, i);
        wrong_option(world.client, i);
    }
    CHECK(world_calls(&world, "gettoken") == 0);
    options_of_add(world.client);
    CHECK(world_calls(&world, "add_contact_way") == 1);
    EXPECT(contactway_add(world.client, calls[0].request, "{}"), "/errcode", "0", "/error", ABSENT);
    world_end(world);
}
