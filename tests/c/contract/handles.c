/* A handle that stands for nothing, or for something else, is an error answer that says why, or is ignored. */
#include "check.h"
#include "parts.h"
#include "world.h"

#include <stdlib.h>

#define NO_CLIENT(handle, why)                                                                          \
    EXPECT(contactway_get((handle), "{\"config_id\":\"c\"}", NULL), "/errcode", "-1002", "/error/kind", \
           "invalid_handle", "/error/effect", "none", "/errmsg", why)

/* Every function, with a handle that is no client's. */
static void nobody_takes(contactway_client handle)
{
    EXPECT(contactway_add(handle, "{}", NULL), "/errcode", "-1002");
    EXPECT(contactway_get(handle, NULL, NULL), "/errcode", "-1002");
    EXPECT(contactway_list(handle, "{}", "{"), "/errcode", "-1002");
    EXPECT(contactway_update(handle, "{}", NULL), "/errcode", "-1002");
    EXPECT(contactway_del(handle, "{}", NULL), "/errcode", "-1002");
    EXPECT(contactway_close_temp_chat(handle, "{}", NULL), "/errcode", "-1002");
    EXPECT(contactway_upload_image(handle, "{}", NULL), "/errcode", "-1002");
    EXPECT(contactway_save_qr_code(handle, "{}", NULL), "/errcode", "-1002");
    EXPECT(contactway_check(handle, NULL), "/errcode", "-1002", "/error/endpoint", "check", "/steps", ABSENT);
    EXPECT(contactway_ledger(handle, "{}", NULL), "/errcode", "-1002", "/error/endpoint", "ledger");
    EXPECT(contactway_sync(handle, "{}", NULL, NULL, NULL), "/errcode", "-1002", "/error/endpoint", "sync");
    EXPECT(contactway_apply(handle, "{}", NULL, NULL, NULL), "/errcode", "-1002", "/error/endpoint", "apply");
    EXPECT(contactway_replace_user(handle, "{}", NULL, NULL, NULL), "/errcode", "-1002", "/error/endpoint",
           "replace_user");
    EXPECT(contactway_save_qr_codes(handle, "{}", NULL, NULL, NULL), "/errcode", "-1002", "/error/endpoint",
           "save_qr_codes");
    EXPECT(contactway_set_token_provider(handle, NULL, NULL, NULL), "/errcode", "-1002");
    EXPECT(contactway_set_suite_ticket(handle, "ticket"), "/errcode", "-1002");
    contactway_set_logger(handle, NULL, NULL, NULL, 5);
    contactway_client_free(handle);
    contactway_canceller_cancel(handle);
    contactway_canceller_free(handle);
    contactway_sandbox_stop(handle);
}

static void canceller_of_another_kind(const struct world *world, contactway_canceller handle, const char *why)
{
    char *options = format("{\"canceller\":%llu}", (unsigned long long)handle);
    EXPECT(contactway_list(world->client, "{}", options), "/errcode", "-1002", "/error/kind", "invalid_handle",
           "/errmsg", "~canceller", "/errmsg", why);
    free(options);
}

void test_handles(void)
{
    struct world world = world_begin();
    contactway_client client = world_client(&world, "");
    contactway_canceller canceller = contactway_canceller_new();
    contactway_sandbox sandbox = contactway_sandbox_start("{}", NULL);
    contactway_canceller later;

    CHECK(client != 0 && canceller != 0 && sandbox != 0);
    CHECK(client != canceller && canceller != sandbox && client != sandbox);
    CHECK(client < (uint64_t)1 << 53 && canceller < (uint64_t)1 << 53 && sandbox < (uint64_t)1 << 53);

    NO_CLIENT(0, "~contactway_client_new");
    NO_CLIENT(client + 1000000, "~never issued");
    NO_CLIENT(UINT64_MAX, "~never issued");
    NO_CLIENT((uint64_t)1 << 53, "~never issued");
    NO_CLIENT(canceller, "~canceller");
    NO_CLIENT(sandbox, "~sandbox");

    /* What frees another kind leaves this one alone. */
    contactway_client_free(canceller);
    contactway_client_free(sandbox);
    contactway_canceller_free(client);
    contactway_canceller_cancel(client);
    contactway_sandbox_stop(client);
    contactway_sandbox_stop(canceller);
    EXPECT(contactway_list(client, "{}", NULL), "/errcode", "0");
    NO_CLIENT(canceller, "~canceller");
    NO_CLIENT(sandbox, "~sandbox");

    canceller_of_another_kind(&world, client, "~client");
    canceller_of_another_kind(&world, canceller + 1000000, "~never issued");
    canceller_of_another_kind(&world, 0, "~contactway_canceller_new");

    contactway_canceller_free(canceller);
    contactway_canceller_free(canceller);
    contactway_canceller_cancel(canceller);
    canceller_of_another_kind(&world, canceller, "~freed");
    contactway_client_free(client);
    contactway_client_free(client);
    NO_CLIENT(client, "~freed");
    contactway_sandbox_stop(sandbox);
    contactway_sandbox_stop(sandbox);
    NO_CLIENT(sandbox, "~freed");

    nobody_takes(client);
    nobody_takes(0);
    nobody_takes(UINT64_MAX);

    /* A number is never issued twice. */
    later = contactway_canceller_new();
    CHECK(later > sandbox);
    contactway_canceller_free(later);
    EXPECT(contactway_list(world.client, "{}", NULL), "/errcode", "0");
    world_end(world);
}
