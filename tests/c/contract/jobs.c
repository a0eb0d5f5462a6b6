/* A job through C: what it tells, how it is stopped, and that it is done once. */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <contactway.h>

#include "../check.h"
#include "../world.h"
#include "parts.h"

struct told {
    int lines, stop;
    char last[256];
};

static int32_t tell(void *user_data, const char *progress_json)
{
    struct told *told = user_data;

    ++told->lines;
    snprintf(told->last, sizeof told->last, "%s", progress_json);
    return told->stop;
}

void test_jobs(void)
{
    static const char rows[] =
        "{\"rows\":[{\"key\":\"a\",\"contact_way\":{\"type\":1,\"scene\":2,\"user\":[\"lisi\"],\"state\":\"a\"}},"
        "{\"key\":\"b\",\"contact_way\":{\"type\":9}}]}";
    struct world world = world_begin();
    char directory[] = "/tmp/contactway-jobs-XXXXXX", more[128], path[64];
    contactway_client client;
    struct told told = {0, 0, ""};

    if (strstr(contactway_features(), "sqlite") == NULL) {
        world_end(world);
        return;
    }
    CHECK(mkdtemp(directory) != NULL);
    snprintf(more, sizeof more, ",\"store\":\"sqlite:%s/ledger.db\"", directory);
    client = world_client(&world, more);
    EXPECT(contactway_apply(client, rows, NULL, tell, &told), "/errcode", "-1011", "/error/kind", "partial", "/created",
           "1", "/failed", "1", "/failures/0/line", "2", "/failures/0/key", "b");
    CHECK(told.lines > 0 && strstr(told.last, "\"done\":2") != NULL && strstr(told.last, "\"total\":2") != NULL);
    EXPECT(contactway_apply(client, rows, NULL, NULL, NULL), "/created", "0", "/unchanged", "1");
    told.stop = 1;
    EXPECT(contactway_sync(client, "{}", NULL, tell, &told), "/errcode", "-1010", "/error/kind", "cancelled", "/listed",
           "~");
    CHECK(world_calls(&world, "add_contact_way") == 1);
    contactway_client_free(client);
    for (size_t nth = 0; nth < 3; ++nth) {
        snprintf(path, sizeof path, "%s/ledger.db%s", directory, nth == 0 ? "" : nth == 1 ? "-wal" : "-shm");
        unlink(path);
    }
    rmdir(directory);
    world_end(world);
}
