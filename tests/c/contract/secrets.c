/* Secrets and tokens stand in no answer, not even where the server itself says them. check_form looks at each. */
#include "check.h"
#include "parts.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define LIST_CODE(client) contactway_list((client), "{}", NULL)

static void servers_words(const struct world *world)
{
    char *journal, *target, *token, *rule;

    EXPECT(LIST_CODE(world->client), "/errcode", "0");
    journal = world_journal(world, "list_contact_way");
    target = contactway_json_get(journal, "/calls/0/target");
    token = target == NULL ? NULL : strstr(target, "access_token=");
    if (!CHECK(token != NULL)) return;
    token += strlen("access_token=");
    token[strcspn(token, "&")] = '\0';
    check_secret(token);

    rule = format("\"do\":{\"errcode\":40058,\"errmsg\":\"bad: %s and %s\"}", token, world->secret);
    world_fault(world, "list_contact_way", rule);
    EXPECT(LIST_CODE(world->client), "/errcode", "40058", "/errmsg", "~bad: ", "/error/kind", "api");
    free(rule);
    rule = format("\"do\":{\"status\":500,\"body\":\"<p>%s</p>\"}", token);
    world_fault(world, "list_contact_way", rule);
    EXPECT(LIST_CODE(world->client), "/error/kind", "bad_response", "/error/http_status", "500");
    free(rule);
    rule = format("\"do\":{\"errcode\":0,\"errmsg\":\"ok %s\"}", token);
    world_fault(world, "get_contact_way", rule);
    EXPECT(contactway_get(world->client, "{\"config_id\":\"c\"}", NULL), "/errcode", "0", "/errmsg", "~ok");
    free(rule);
    free(journal);
    contactway_string_free(target);
}

static void of_the_configuration(const struct world *world)
{
    char *config = format("{\"base_url\":\"%s\",\"access_token\":\"t0ken-0f-the-h0st\"}", world->base_url);
    contactway_client client;

    check_secret("t0ken-0f-the-h0st");
    check_secret("pr0xy-passw0rd");
    check_secret("wr0ng-secret");
    client = contactway_client_new(config, NULL);
    EXPECT(LIST_CODE(client), "/errcode", "40014", "/error/kind", "auth");
    contactway_client_free(client);
    free(config);

    config = format("{\"base_url\":\"%s\",\"corp_id\":\"%s\",\"secret\":\"wr0ng-secret\"}", world->base_url,
                    world->corp_id);
    client = contactway_client_new(config, NULL);
    EXPECT(LIST_CODE(client), "/errcode", "40001", "/error/kind", "auth", "/error/effect", "none");
    contactway_client_free(client);
    free(config);

    /* Port 9 discards, and nobody listens there. */
    config = format("{\"base_url\":\"%s\",\"corp_id\":\"ww1\",\"secret\":\"wr0ng-secret\","
                    "\"proxy\":\"http://user:pr0xy-passw0rd@127.0.0.1:9\",\"max_attempts\":1}",
                    world->base_url);
    client = contactway_client_new(config, NULL);
    EXPECT(LIST_CODE(client), "/error/kind", "network");
    contactway_client_free(client);
    free(config);
}

void test_secrets(void)
{
    struct world world = world_begin();
    servers_words(&world);
    of_the_configuration(&world);
    world_end(world);
}
