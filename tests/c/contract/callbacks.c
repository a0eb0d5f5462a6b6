/* What is promised of user_data: destroy is called exactly once, also where nothing came of it. */
#include "check.h"
#include "parts.h"
#include "world.h"

static void count(void *user_data)
{
    ++*(int *)user_data;
}

static void ignore_line(void *user_data, int32_t level, const char *message_json)
{
    (void)user_data;
    (void)level;
    (void)message_json;
}

static int32_t no_token(void *user_data, int32_t rejected, char *buffer, size_t capacity)
{
    (void)user_data;
    (void)rejected;
    (void)buffer;
    (void)capacity;
    return -1;
}

static int32_t never_told(void *user_data, const char *progress_json)
{
    (void)progress_json;
    ++*(int *)user_data;
    return 0;
}

static void loggers(void)
{
    struct world world = world_begin();
    contactway_client client = world_client(&world, "");
    int first = 0, second = 0, off = 0, nobody = 0, later = 0;

    contactway_set_logger(client, ignore_line, &first, count, 5);
    contactway_set_logger(client, ignore_line, &second, count, 1);
    CHECK(first == 1);
    EXPECT(contactway_list(client, "{}", NULL), "/errcode", "0");
    contactway_set_logger(client, NULL, &off, count, 5);
    CHECK(second == 1);
    contactway_set_logger(client, ignore_line, NULL, NULL, 3);
    contactway_client_free(client);
    CHECK(first == 1 && second == 1 && off == 1);

    contactway_set_logger(client, ignore_line, &nobody, count, 3);
    CHECK(nobody == 1);
    contactway_set_logger(world.sandbox, ignore_line, &nobody, count, 3);
    CHECK(nobody == 2);

    contactway_set_logger(0, ignore_line, &later, count, 1);
    contactway_set_logger(0, NULL, NULL, NULL, 0);
    CHECK(later == 1);
    world_end(world);
}

static void providers(void)
{
    struct world world = world_begin();
    int destroyed = 0;

    /* Not made with "token_provider". */
    EXPECT(contactway_set_token_provider(world.client, no_token, &destroyed, count), "/errcode", "~-10", "/error/kind", "~");
    CHECK(destroyed == 1);
    EXPECT(contactway_set_token_provider(0, no_token, &destroyed, count), "/errcode", "-1002");
    CHECK(destroyed == 2);
    EXPECT(contactway_set_token_provider(world.client, NULL, &destroyed, count), "/errcode", "~-10");
    CHECK(destroyed == 3);
    EXPECT(contactway_set_token_provider(world.client, no_token, NULL, NULL), "/errcode", "~-10");
    /* Not made with "suite". */
    EXPECT(contactway_set_suite_ticket(world.client, "ticket"), "/errcode", "~-10", "/error/kind", "~");
    EXPECT(contactway_set_suite_ticket(world.client, NULL), "/errcode", "~-10");
    EXPECT(contactway_list(world.client, "{}", NULL), "/errcode", "0");
    world_end(world);
}

/* Functions of the ledger, for which the client has no durable store. */
static void ledgers(void)
{
    struct world world = world_begin();
    int told = 0;

    EXPECT(contactway_ledger(world.client, "{}", NULL), "/errcode", "-1013", "/error/kind", "unsupported");
    EXPECT(contactway_sync(world.client, "{}", NULL, never_told, &told), "/errcode", "-1013");
    EXPECT(contactway_apply(world.client, "{\"rows\":[]}", NULL, never_told, &told), "/errcode", "-1013");
    EXPECT(contactway_replace_user(world.client, "{\"from\":\"zhangsan\",\"to\":[\"lisi\"]}", NULL, never_told, &told), "/errcode", "-1013");
    EXPECT(contactway_save_qr_codes(world.client, "{\"query\":{},\"directory\":\".\"}", NULL, never_told, &told), "/errcode", "-1013");
    EXPECT(contactway_add(world.client, "{\"type\":1,\"scene\":2,\"user\":[\"zhangsan\"]}", "{\"key\":\"k\"}"), "/errcode", "-1013",
           "/errmsg", "~key");
    CHECK(told == 0);
    CHECK(world_calls(&world, "*") == 0 && world_calls(&world, "add_contact_way") == 0);
    world_end(world);
}

void test_callbacks(void)
{
    loggers();
    providers();
    ledgers();
}
