/* A check says what works and what does not, step by step. */
#include "check.h"
#include "parts.h"
#include "world.h"

#include <stdlib.h>

static void what_is_wrong(const struct world *world)
{
    char *config = format("{\"base_url\":\"%s\",\"corp_id\":\"%s\",\"secret\":\"wr0ng-secret\"}", world->base_url,
                          world->corp_id);
    contactway_client client = contactway_client_new(config, NULL);
    contactway_canceller canceller = contactway_canceller_new();
    char *options = format("{\"canceller\":%llu}", (unsigned long long)canceller);

    check_secret("wr0ng-secret");
    EXPECT(contactway_check(client, NULL), "/errcode", "40001", "/error/kind", "auth", "/error/endpoint", "check",
           "/error/effect", "none", "/steps/5/step", "token", "/steps/5/ok", "false", "/steps/5/error/kind", "auth",
           "/steps/5/error/errcode", "40001", "/steps/5/remedy", "~secret", "/steps/6/skipped", "true", "/steps/6/ok",
           ABSENT);
    contactway_client_free(client);
    free(config);

    world_fault(world, "list_contact_way", "\"do\":{\"errcode\":60020,\"errmsg\":\"no, from ip: 203.0.113.7\"}");
    EXPECT(contactway_check(world->client, NULL), "/errcode", "60020", "/steps/6/remedy", "~203.0.113.7");

    world_fault(world, "list_contact_way", "\"do\":{\"silence\":true}");
    EXPECT(contactway_check(world->client, "{\"timeout_ms\":300}"), "/errcode", "-1006", "/steps/6/error/kind",
           "timeout");
    contactway_canceller_cancel(canceller);
    EXPECT(contactway_check(world->client, options), "/errcode", "-1010", "/error/kind", "cancelled");
    contactway_canceller_free(canceller);
    free(options);
}

void test_check(void)
{
    struct world world = world_begin();
    int adds = world_calls(&world, "add_contact_way");

    EXPECT(contactway_check(world.client, NULL), "/errcode", "0", "/errmsg", "ok", "/error", ABSENT, "/steps/0/step",
           "configuration", "/steps/0/ok", "true", "/steps/1/step", "proxy", "/steps/2/step", "resolve", "/steps/2/ok",
           "true", "/steps/2/skipped", ABSENT, "/steps/3/step", "connect", "/steps/4/step", "tls", "/steps/4/skipped",
           "true", "/steps/4/ok", ABSENT, "/steps/5/step", "token", "/steps/6/step", "permission", "/steps/7/step",
           "clock", "/steps/7/ok", "true", "/steps/8", ABSENT);
    EXPECT(contactway_check(world.client, "{\"accept_duplicate\":true}"), "/errcode", "-1001", "/steps", ABSENT,
           "/error/endpoint", "check");
    EXPECT(contactway_check(world.client, "{"), "/errcode", "-1001");
    what_is_wrong(&world);
    CHECK(world_calls(&world, "add_contact_way") == adds);
    world_end(world);
}
