#define _POSIX_C_SOURCE 200809L

#include "world.h"

#include "../../bindings/c/sandbox_http.h"
#include "check.h"

#include <stdlib.h>
#include <time.h>

struct world world_begin(void)
{
    struct world world;
    char *info = NULL;

    world.sandbox = contactway_sandbox_start("{}", &info);
    if (!CHECK(world.sandbox != 0 && contactway_errcode(info) == 0)) exit(EXIT_FAILURE);
    world.base_url = contactway_json_get(info, "/base_url");
    world.corp_id = contactway_json_get(info, "/corp_id");
    world.secret = contactway_json_get(info, "/secret");
    contactway_string_free(info);
    check_secret(world.secret);
    world.client = world_client(&world, "");
    if (!CHECK(world.client != 0)) exit(EXIT_FAILURE);
    return world;
}

void world_end(struct world world)
{
    contactway_client_free(world.client);
    contactway_sandbox_stop(world.sandbox);
    contactway_string_free(world.base_url);
    contactway_string_free(world.corp_id);
    contactway_string_free(world.secret);
}

contactway_client world_client(const struct world *world, const char *more)
{
    char *config = format("{\"base_url\":\"%s\",\"corp_id\":\"%s\",\"secret\":\"%s\",\"timeout_ms\":3600000%s}",
                          world->base_url, world->corp_id, world->secret, more);
    char *error = "untouched";
    contactway_client client = contactway_client_new(config, &error);

    CHECK(client != 0);
    CHECK(error == NULL);
    free(config);
    return client;
}

void world_fault(const struct world *world, const char *endpoint, const char *rule)
{
    char *rules = format("{\"rules\":[{\"endpoint\":\"%s\",%s}]}", endpoint, rule);
    char *answer = sandbox_request(world->base_url, "POST", "/sandbox/faults", rules);

    CHECK(contactway_errcode(answer) == 0);
    free(answer);
    free(rules);
}

char *world_journal(const struct world *world, const char *endpoint)
{
    char *path = format("/sandbox/calls?endpoint=%s", endpoint);
    char *answer = sandbox_request(world->base_url, "GET", path, NULL);

    CHECK(contactway_errcode(answer) == 0);
    free(path);
    return answer;
}

int world_calls(const struct world *world, const char *endpoint)
{
    char *journal = world_journal(world, endpoint);
    int count = 0;

    for (;;) {
        char *pointer = format("/calls/%d/endpoint", count);
        char *found = contactway_json_get(journal, pointer);
        free(pointer);
        contactway_string_free(found);
        if (found == NULL) break;
        count++;
    }
    free(journal);
    return count;
}

void world_await(const struct world *world, const char *endpoint, int calls)
{
    const struct timespec moment = {0, 5000000};
    while (world_calls(world, endpoint) < calls) nanosleep(&moment, NULL);
}
