/* How calls end before they are answered: a deadline, a canceller, the client's end. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"
#include "parts.h"
#include "world.h"

#include <pthread.h>
#include <stdlib.h>

enum { IN_FLIGHT = 4 };

#define ADD "{\"type\":1,\"scene\":2,\"user\":[\"zhangsan\"]}"

struct call {
    pthread_t thread;
    contactway_client client;
    char *options, *answer;
};

static void *list(void *data)
{
    struct call *call = data;
    call->answer = contactway_list(call->client, "{}", call->options);
    return NULL;
}

static void begin(struct call *call, contactway_client client, contactway_canceller canceller)
{
    call->client = client;
    call->options = canceller == 0 ? NULL : format("{\"canceller\":%llu}", (unsigned long long)canceller);
    if (pthread_create(&call->thread, NULL, list, call) != 0) abort();
}

static char *end(struct call *call)
{
    pthread_join(call->thread, NULL);
    free(call->options);
    return call->answer;
}

static void deadlines(void)
{
    struct world world = world_begin();

    /* No token in time: nothing of the call itself was sent. */
    world_fault(&world, "gettoken", "\"do\":{\"silence\":true}");
    EXPECT(contactway_add(world.client, ADD, "{\"timeout_ms\":300}"), "/errcode", "-1006", "/error/kind", "timeout",
           "/error/effect", "none", "/error/retryable", "true");
    EXPECT(contactway_list(world.client, "{}", NULL), "/errcode", "0");

    world_fault(&world, "add_contact_way", "\"do\":{\"silence\":true}");
    EXPECT(contactway_add(world.client, ADD, "{\"timeout_ms\":1000}"), "/errcode", "-1006", "/error/kind", "timeout",
           "/error/effect", "unknown", "/error/retryable", "false", "/error/attempts", "1");
    /* A byte now and then is no progress that a deadline waits for. */
    world_fault(&world, "get_contact_way", "\"do\":{\"drip_ms\":100}");
    EXPECT(contactway_get(world.client, "{\"config_id\":\"c\"}", "{\"timeout_ms\":500}"), "/errcode", "-1006",
           "/error/kind", "timeout");
    /* One that is slow enough for a deadline and not more is no failure. */
    world_fault(&world, "list_contact_way", "\"do\":{\"delay_ms\":50}");
    EXPECT(contactway_list(world.client, "{}", "{\"timeout_ms\":60000}"), "/errcode", "0");
    world_end(world);
}

static void cancelling(void)
{
    struct world world = world_begin();
    contactway_canceller canceller = contactway_canceller_new(), unused = contactway_canceller_new();
    struct call call;
    char *options;

    world_fault(&world, "list_contact_way", "\"do\":{\"silence\":true}");
    begin(&call, world.client, canceller);
    world_await(&world, "list_contact_way", 1);
    contactway_canceller_cancel(canceller);
    EXPECT(end(&call), "/errcode", "-1010", "/error/kind", "cancelled", "/error/endpoint", "list_contact_way");

    /* Later calls too, which send nothing; those without it go on. */
    begin(&call, world.client, canceller);
    EXPECT(end(&call), "/errcode", "-1010", "/error/effect", "none");
    CHECK(world_calls(&world, "list_contact_way") == 1);
    EXPECT(contactway_list(world.client, "{}", NULL), "/errcode", "0");

    /* A canceller that is freed cancels nothing. */
    world_fault(&world, "list_contact_way", "\"do\":{\"delay_ms\":200}");
    begin(&call, world.client, unused);
    world_await(&world, "list_contact_way", 3);
    contactway_canceller_free(unused);
    EXPECT(end(&call), "/errcode", "0");

    /* One that waits for its token is cancelled as well. */
    contactway_canceller_free(canceller);
    canceller = contactway_canceller_new();
    options = format("{\"canceller\":%llu,\"timeout_ms\":3600000}", (unsigned long long)canceller);
    contactway_canceller_cancel(canceller);
    EXPECT(contactway_add(world.client, ADD, options), "/errcode", "-1010", "/error/effect", "none");
    free(options);
    contactway_canceller_free(canceller);
    world_end(world);
}

/* Frees a client while calls are under way at the endpoint, of which so many are seen there. */
static void freeing(const char *endpoint, int calls_there)
{
    /* Whoever is not seen there may come only when the client is gone. */
    const char *errcode = calls_there == IN_FLIGHT ? "-1010" : "~-10";
    struct world world = world_begin();
    contactway_client client = world_client(&world, "");
    struct call calls[IN_FLIGHT];
    int i;

    world_fault(&world, endpoint, "\"times\":1000,\"do\":{\"silence\":true}");
    for (i = 0; i < IN_FLIGHT; i++) begin(&calls[i], client, 0);
    world_await(&world, endpoint, calls_there);
    contactway_client_free(client);
    for (i = 0; i < IN_FLIGHT; i++) EXPECT(end(&calls[i]), "/errcode", errcode);
    EXPECT(contactway_list(client, "{}", NULL), "/errcode", "-1002", "/errmsg", "~freed");
    world_end(world);
}

/* A sandbox that stops under a call is a network that breaks. */
static void stopping(void)
{
    struct world world = world_begin();
    struct call call;

    world_fault(&world, "list_contact_way", "\"times\":1000,\"do\":{\"silence\":true}");
    begin(&call, world.client, 0);
    world_await(&world, "list_contact_way", 1);
    contactway_sandbox_stop(world.sandbox);
    EXPECT(end(&call), "/errcode", "-1007", "/error/kind", "network");
    EXPECT(contactway_add(world.client, ADD, NULL), "/error/kind", "network", "/error/effect", "none");
    world_end(world);
}

void test_endings(void)
{
    deadlines();
    cancelling();
    freeing("list_contact_way", IN_FLIGHT);
    freeing("gettoken", 1);
    stopping();
}
