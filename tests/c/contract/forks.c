/*
 * After fork(): a handle from before answers invalid_handle and says why, freeing it does nothing, nothing hangs on a
 * lock that the parent held, and the child makes clients of its own.
 */
#define _GNU_SOURCE

#include "check.h"
#include "parts.h"
#include "world.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FORKS = 10, CALLERS = 3 };

static volatile sig_atomic_t is_over;

/* A fork that the C library does not know of. */
static pid_t fork_by_system_call(void)
{
    return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
}

static void in_child(const struct world *world, contactway_canceller canceller)
{
    contactway_client client;

    EXPECT(contactway_list(world->client, "{}", NULL), "/errcode", "-1002", "/error/kind", "invalid_handle", "/errmsg",
           "~fork");
    EXPECT(contactway_upload_image(world->client, "{}", NULL), "/errcode", "-1002", "/errmsg", "~fork");
    EXPECT(contactway_sync(world->client, "{}", NULL, NULL, NULL), "/errcode", "-1002", "/errmsg", "~fork");
    contactway_canceller_cancel(canceller);
    contactway_canceller_free(canceller);
    contactway_client_free(world->client);
    contactway_sandbox_stop(world->sandbox);
    EXPECT(contactway_list(world->client, "{}", NULL), "/errcode", "-1002", "/errmsg", "~fork");

    client = world_client(world, "");
    CHECK(client > world->client && client > canceller);
    EXPECT(contactway_list(client, "{}", NULL), "/errcode", "0");
    contactway_client_free(client);
    EXPECT(contactway_list(client, "{}", NULL), "/errcode", "-1002", "/errmsg", "~freed");
}

/* Does in_child in a child process that fork_it makes. */
static void forked(const struct world *world, contactway_canceller canceller, pid_t (*fork_it)(void))
{
    char verdict = 'x';
    int ends[2];
    pid_t child;

    if (pipe(ends) != 0) abort();
    child = fork_it();
    if (child == 0) {
        unsigned long before = check_failures();
        ssize_t written;
        in_child(world, canceller);
        verdict = check_failures() == before ? 'y' : 'n';
        written = write(ends[1], &verdict, 1);
        (void)written;
        /* An orderly exit would have a leak checker count what belongs to the parent. */
        raise(SIGKILL);
    }
    close(ends[1]);
    CHECK(child > 0 && read(ends[0], &verdict, 1) == 1 && verdict == 'y');
    close(ends[0]);
    waitpid(child, NULL, 0);
}

/* Calls without end, so that a fork finds every lock taken now and then. Checks nothing: the child must not find the
   checks' own lock taken. */
static void *call(void *data)
{
    const struct world *world = data;
    void *failed = NULL;

    while (!is_over) {
        char *answer = contactway_list(world->client, "{}", NULL);
        if (contactway_errcode(answer) != 0) failed = data;
        contactway_string_free(answer);
    }
    return failed;
}

/* The connection that the nth list came over, as text. */
static char *connection(const struct world *world, int nth)
{
    char *journal = world_journal(world, "list_contact_way"), *pointer = format("/calls/%d/connection", nth);
    char *found = contactway_json_get(journal, pointer);
    free(pointer);
    free(journal);
    return found;
}

static void undisturbed(void)
{
    struct world world = world_begin();
    contactway_canceller canceller = contactway_canceller_new();
    char *options = format("{\"canceller\":%llu}", (unsigned long long)canceller);
    char *before, *after;
    int calls;

    EXPECT(contactway_list(world.client, "{}", options), "/errcode", "0");
    forked(&world, canceller, fork);
    forked(&world, canceller, fork_by_system_call);
    calls = world_calls(&world, "list_contact_way");
    EXPECT(contactway_list(world.client, "{}", options), "/errcode", "0");
    before = connection(&world, 0);
    after = connection(&world, calls);
    CHECK(before != NULL && after != NULL && strcmp(before, after) == 0);
    contactway_string_free(before);
    contactway_string_free(after);
    free(options);
    contactway_canceller_free(canceller);
    world_end(world);
}

static void under_load(void)
{
    struct world world = world_begin();
    contactway_canceller canceller = contactway_canceller_new();
    pthread_t threads[CALLERS];
    int i;

    for (i = 0; i < CALLERS; i++) {
        if (pthread_create(&threads[i], NULL, call, &world) != 0) abort();
    }
    for (i = 0; i < FORKS; i++) forked(&world, canceller, fork);
    is_over = 1;
    for (i = 0; i < CALLERS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        CHECK(failed == NULL);
    }
    contactway_canceller_free(canceller);
    world_end(world);
}

void test_forks(void)
{
    undisturbed();
    under_load();
}
