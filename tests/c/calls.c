/*
 * Makes calls of every kind, well and badly, as often as its argument says. Under a leak checker what is left at the end
 * must not depend on that number.
 */
#include "check.h"
#include "world.h"

#include <stdlib.h>

static void once(const struct world *world)
{
    contactway_client client = world_client(world, "");
    contactway_canceller canceller = contactway_canceller_new();
    char *answer = contactway_add(client, "{\"type\":1,\"scene\":2,\"user\":[\"zhangsan\"],\"state\":\"\\u4f60\"}",
                                  NULL);
    char *config_id = contactway_json_get(answer, "/config_id");
    char *request = format("{\"config_id\":\"%s\"}", config_id);
    char *options = format("{\"canceller\":%llu}", (unsigned long long)canceller), *error;

    EXPECT(answer, "/errcode", "0");
    EXPECT(contactway_get(client, request, options), "/errcode", "0");
    EXPECT(contactway_update(client, request, NULL), "/errcode", "0");
    EXPECT(contactway_list(client, "{\"limit\":1}", NULL), "/errcode", "0");
    EXPECT(contactway_del(client, request, NULL), "/errcode", "0");
    EXPECT(contactway_get(client, request, NULL), "/error/kind", "api");
    EXPECT(contactway_get(client, NULL, NULL), "/errcode", "-1001");
    EXPECT(contactway_check(client, options), "/errcode", "0");
    EXPECT(contactway_add(client, "{\"type\":\"\"}", NULL), "/errcode", "-1003");
    EXPECT(contactway_close_temp_chat(client, "{}", "{\"a\":1}"), "/errcode", "-1001");
    world_fault(world, "list_contact_way", "\"do\":{\"reset\":true}");
    EXPECT(contactway_list(client, "{}", NULL), "/errcode", "0");
    world_fault(world, "add_contact_way", "\"do\":{\"silence\":true}");
    EXPECT(contactway_add(client, "{\"type\":1,\"scene\":2,\"user\":[\"lisi\"]}", "{\"timeout_ms\":100}"), "/errcode",
           "-1006");
    contactway_canceller_cancel(canceller);
    EXPECT(contactway_list(client, "{}", options), "/errcode", "-1010");
    CHECK(contactway_client_new("{}", &error) == 0);
    contactway_string_free(error);

    contactway_canceller_free(canceller);
    contactway_string_free(config_id);
    contactway_client_free(client);
    EXPECT(contactway_list(client, "{}", NULL), "/errcode", "-1002");
    free(options);
    free(request);
}

int main(int argc, char **argv)
{
    struct world world = world_begin();
    int i, times = argc > 1 ? atoi(argv[1]) : 1;

    for (i = 0; i < times; i++) once(&world);
    world_end(world);
    return check_report("calls");
}
