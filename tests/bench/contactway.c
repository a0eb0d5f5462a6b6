/* contactway through the C ABI: one client, shared by all threads. */
#include "contactway.h"

#include <stdio.h>

#include "contender.h"

static contactway_client client;
static const char *body;

void contender_start(const struct target *target)
{
    body = target->body;
    char config[1024], ca_file[512] = "", *error;
    if (target->ca_file != NULL) snprintf(ca_file, sizeof ca_file, ",\"ca_file\":\"%s\"", target->ca_file);
    snprintf(config, sizeof config,
             "{\"corp_id\":\"ww0000000000000001\",\"secret\":\"bench\",\"base_url\":\"%s\",\"proxy\":\"\","
             "\"rate_limit\":false,\"max_in_flight\":0%s}",
             target->base_url, ca_file);
    client = contactway_client_new(config, &error);
    if (client == 0) fail(error);
}

void contender_stop(void)
{
    contactway_client_free(client);
}

void *contender_begin(const struct target *target)
{
    (void)target;
    return NULL;
}

void contender_end(void *state)
{
    (void)state;
}

void contender_call(void *state)
{
    (void)state;
    char *answer = contactway_add(client, body, NULL);
    if (contactway_errcode(answer) != 0) fail(answer);
    contactway_string_free(answer);
}
