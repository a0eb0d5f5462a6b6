/* A sandbox and a client of it, which most tests begin with. */
#ifndef WORLD_H
#define WORLD_H

#include <contactway.h>

struct world {
    contactway_sandbox sandbox;
    contactway_client client;
    char *base_url, *corp_id, *secret;
};

/* Starts both; ends the program where that fails. The client waits for ever rather than run out of time. */
struct world world_begin(void);
void world_end(struct world world);

/* Another client of the same sandbox; more is more members of its configuration, such as ",\"validate\":\"off\"". */
contactway_client world_client(const struct world *world, const char *more);

/* What the sandbox does wrong at the endpoint's next call: rule is such as "\"do\":{\"silence\":true}". */
void world_fault(const struct world *world, const char *endpoint, const char *rule);

/* How many calls of an endpoint the sandbox has had. */
int world_calls(const struct world *world, const char *endpoint);

/* Waits until the sandbox has had so many calls of an endpoint. */
void world_await(const struct world *world, const char *endpoint, int calls);

/* What stands in the sandbox's journal of an endpoint, to be freed with free. */
char *world_journal(const struct world *world, const char *endpoint);

#endif
