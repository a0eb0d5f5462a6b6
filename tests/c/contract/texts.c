/* Texts at their edges: deep, large, twice, half a character, escaped; and what validate does. */
#include "check.h"
#include "parts.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

enum { DEEP = 300000, LARGE = 30 * 1024 * 1024 };

#define ADD "\"type\":1,\"scene\":2,\"user\":[\"zhangsan\"]"

static char *repeated(char what, size_t times)
{
    char *text = malloc(times + 1);
    if (text == NULL) abort();
    memset(text, what, times);
    text[times] = '\0';
    return text;
}

static void deep(contactway_client client)
{
    char *open = repeated('[', DEEP), *close = repeated(']', DEEP), *objects = malloc(DEEP * 5 + 1), *error = NULL,
         *found;
    char *whole = format("{\"user\":%s%s}", open, close), *half = format("{\"user\":%s", open);
    size_t i;

    EXPECT(contactway_add(client, whole, NULL), "/errcode", "-1001", "/error/kind", "invalid_argument", "/errmsg",
           "~nests");
    EXPECT(contactway_add(client, half, NULL), "/errcode", "-1001");
    EXPECT(contactway_add(client, "{" ADD "}", whole), "/errcode", "-1001", "/errmsg", "~options");
    EXPECT(contactway_upload_image(client, whole, NULL), "/errcode", "-1001");
    CHECK(contactway_client_new(whole, &error) == 0);
    EXPECT(error, "/errcode", "-1001");
    CHECK(contactway_sandbox_start(whole, &error) == 0);
    EXPECT(error, "/errcode", "-1001");
    for (i = 0; i < DEEP; i++) memcpy(objects + i * 5, "{\"a\":", 5);
    objects[DEEP * 5] = '\0';
    EXPECT(contactway_add(client, objects, NULL), "/errcode", "-1001");
    CHECK(contactway_errcode(objects) == -1001);
    found = contactway_json_get(half, "/user");
    CHECK(found == NULL);
    found = contactway_json_get(whole, "/user/0");
    contactway_string_free(found);

    free(open);
    free(close);
    free(objects);
    free(whole);
    free(half);
}

static void large(const struct world *world)
{
    contactway_client off = world_client(world, ",\"validate\":\"off\"");
    char *text = repeated('x', LARGE);
    char *state = format("{" ADD ",\"state\":\"%s\"}", text), *name = format("{\"%s\":1}", text), *found;

    EXPECT(contactway_add(world->client, state, NULL), "/errcode", "-1003", "/error/kind", "invalid_request",
           "/error/details/0/pointer", "/state", "/error/details/1/rule", "body_max_bytes", "/error/details/2", ABSENT);
    EXPECT(contactway_add(world->client, text, NULL), "/errcode", "-1001");
    EXPECT(contactway_list(world->client, "{}", name), "/errcode", "-1001", "/error/details/0/rule", "unknown_member");
    /* Sent all the same: the server's business, but an answer. */
    EXPECT(contactway_add(off, state, NULL), "/errcode", "~");
    found = contactway_json_get(state, "/state");
    CHECK(found != NULL && strlen(found) == LARGE);
    contactway_string_free(found);
    found = contactway_json_get(state, text);
    CHECK(found == NULL);

    free(text);
    free(state);
    free(name);
    contactway_client_free(off);
}

static void refused(contactway_client client)
{
    EXPECT(contactway_add(client, "{" ADD ",\"state\":\"a\",\"state\":\"b\"}", NULL), "/errcode", "-1003",
           "/error/details/0/pointer", "/state", "/error/details/0/rule", "repeated_member", "/error/details/1",
           ABSENT);
    EXPECT(contactway_add(client, "{" ADD ",\"state\":\"\\ud800\"}", NULL), "/errcode", "-1003",
           "/error/details/0/pointer", "/state", "/error/details/0/rule", "lone_surrogate");
    EXPECT(contactway_add(client, "{" ADD ",\"state\":\"\\udc00\\ud800\"}", NULL), "/errcode", "-1003",
           "/error/details/0/rule", "lone_surrogate");
    EXPECT(contactway_add(client, "{" ADD ",\"state\":\"\\u0000\"}", NULL), "/errcode", "-1003",
           "/error/details/0/pointer", "/state");
    EXPECT(contactway_add(client, "{" ADD ",\"state\":null}", NULL), "/errcode", "-1003", "/error/details/0/pointer",
           "/state");
    EXPECT(contactway_add(client, "{\"type\":\"1\",\"scene\":2.0,\"user\":\"zhangsan\"}", NULL), "/errcode", "-1003",
           "/error/details/0/pointer", "/type", "/error/details/1/pointer", "/scene", "/error/details/2/pointer",
           "/user");
    EXPECT(contactway_get(client, "{}", NULL), "/errcode", "-1003", "/error/details/0/pointer", "/config_id");
}

/* Sends request and checks the body that came to the sandbox as its only add. */
static void sent(const char *more, const char *request, const char *body)
{
    struct world world = world_begin();
    contactway_client client = world_client(&world, more);
    char *journal, *found;

    EXPECT(contactway_add(client, request, NULL), "/errcode", "~");
    journal = world_journal(&world, "add_contact_way");
    found = contactway_json_get(journal, "/calls/0/body");
    if (!CHECK(found != NULL && strcmp(found, body) == 0))
        check_that(0, __FILE__, __LINE__, found == NULL ? request : found);
    contactway_string_free(found);
    free(journal);
    contactway_client_free(client);
    world_end(world);
}

static void warned(const struct world *world)
{
    contactway_client warn = world_client(world, ",\"validate\":\"warn\"");
    const char *longer = "{" ADD ",\"remark\":\"0123456789012345678901234567890\"}";

    EXPECT(contactway_add(world->client, longer, NULL), "/errcode", "-1003", "/error/details/0/pointer", "/remark");
    EXPECT(contactway_add(warn, longer, NULL), "/error/kind", "api", "/error/attempts", "1");
    /* A rule that WeCom does not refuse for: the call succeeds, with a warning. */
    EXPECT(contactway_add(warn, "{" ADD ",\"expires_in\":86400}", NULL), "/errcode", "0", "/warnings/0/pointer",
           "/expires_in", "/warnings/0/message", "~", "/warnings/0/code", "~", "/config_id", "~");
    EXPECT(contactway_add(warn, "{" ADD "}", NULL), "/errcode", "0", "/warnings", ABSENT);
    contactway_client_free(warn);
}

void test_texts(void)
{
    struct world world = world_begin();

    deep(world.client);
    refused(world.client);
    CHECK(world_calls(&world, "add_contact_way") == 0);
    warned(&world);
    large(&world);
    EXPECT(contactway_add(world.client, "{" ADD "}", NULL), "/errcode", "0");
    world_end(world);

    /* Escapes become characters; what must stay escaped does; a pair is one character. */
    sent("", "{" ADD ",\"state\":\"\\u4f60\\u0041\\n\\u0022\\ud83d\\ude00\"}",
         "{" ADD ",\"state\":\"\xe4\xbd\xa0"
         "A\\n\\\"\xf0\x9f\x98\x80\"}");
    /* What the library does not know goes out as it was written, spaces and numbers too. */
    sent("", " {" ADD ",  \"of_tomorrow\" : [1.50e2, -0, {\"a\":null}]}",
         " {" ADD ",  \"of_tomorrow\" : [1.50e2, -0, {\"a\":null}]}");
    sent(",\"validate\":\"off\"", "{" ADD ",\"state\":\"\\u4f60\",\"state\":null,\"type\":\"1\"}",
         "{" ADD ",\"state\":\"\\u4f60\",\"state\":null,\"type\":\"1\"}");
}
