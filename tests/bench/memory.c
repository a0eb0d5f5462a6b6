/* What a client holds, and what it holds more once it has an idle connection:
 *
 *     MEMORY BASE_URL TOKEN BODY [CA_FILE]
 *
 * Prints bytes of heap a client before its first call, and more bytes after it, over so many clients that one-time costs
 * do not show. */
#define _GNU_SOURCE
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "contender.h"

#define CLIENTS 200

static size_t heap(void)
{
    struct mallinfo2 held = mallinfo2();
    return held.uordblks + held.hblkhd;
}

int main(int argc, char **argv)
{
    if (argc < 4) fail("usage: MEMORY BASE_URL TOKEN BODY [CA_FILE]");
    char *body = body_of(argv[3]);
    struct target target = {argv[1], argv[2], "add", body, argc > 4 ? argv[4] : NULL, 1};
    void *clients[CLIENTS];
    contender_start(&target);
    /* What the first one costs the process is no other's. */
    void *first = contender_begin(&target);
    contender_call(first);
    size_t before = heap();
    for (int each = 0; each < CLIENTS; each++) clients[each] = contender_begin(&target);
    size_t made = heap();
    for (int each = 0; each < CLIENTS; each++) contender_call(clients[each]);
    size_t connected = heap();
    printf("%zu %zu\n", (made - before) / CLIENTS, (connected - made) / CLIENTS);
    for (int each = 0; each < CLIENTS; each++) contender_end(clients[each]);
    contender_end(first);
    contender_stop();
    free(body);
    return 0;
}
