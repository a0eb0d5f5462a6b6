/* contactway through the C ABI: one client, shared by all threads. */
#include "contactway.h"

#include <stdio.h>

#include <stdlib.h>
#include <string.h>

#include "contender.h"

typedef char *(*function)(contactway_client, const char *, const char *);

/* No body that WeCom takes is longer, in bytes: the rules would refuse it. */
#define LONGEST_BODY 65536

struct state {
    contactway_client client;
};

static contactway_client shared;
static function call;
static const char *body;

static contactway_client new_client(const struct target *target)
{
    char config[1024], ca_file[512] = "", *error;
    if (target->ca_file != NULL) snprintf(ca_file, sizeof ca_file, ",\"ca_file\":\"%s\"", target->ca_file);
    snprintf(config, sizeof config,
             "{\"corp_id\":\"ww0000000000000001\",\"secret\":\"bench\",\"base_url\":\"%s\",\"proxy\":\"\","
             "\"rate_limit\":false,\"max_in_flight\":0,\"validate\":\"%s\"%s}",
             target->base_url, strlen(target->body) > LONGEST_BODY ? "off" : "strict", ca_file);
    contactway_client client = contactway_client_new(config, &error);
    if (client == 0) fail(error);
    return client;
}

void contender_start(const struct target *target)
{
    body = target->body;
    call = strcmp(target->function, "list") == 0 ? contactway_list : contactway_add;
    if (!target->apart) shared = new_client(target);
}

void contender_stop(void)
{
    contactway_client_free(shared);
}

void *contender_begin(const struct target *target)
{
    struct state *state = malloc(sizeof *state);
    if (state == NULL) fail("out of memory");
    state->client = target->apart ? new_client(target) : shared;
    return state;
}

void contender_end(void *state)
{
    if (shared == 0) contactway_client_free(((struct state *)state)->client);
    free(state);
}

void contender_call(void *state)
{
    char *answer = call(((struct state *)state)->client, body, NULL);
    if (contactway_errcode(answer) != 0) fail(answer);
    contactway_string_free(answer);
}
