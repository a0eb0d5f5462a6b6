/* Every function from any thread, at the same time, on the same handle. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"
#include "parts.h"
#include "world.h"

#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 8, ROUNDS = 12 };

#define ADD "{\"type\":1,\"scene\":2,\"user\":[\"zhangsan\"]}"

static struct world shared;
static contactway_client short_lived;

/* The life of a contact way, with mistakes in between. */
static void *live(void *unused)
{
    int round;
    for (round = 0; round < ROUNDS; round++) {
        char *answer = contactway_add(shared.client, ADD, NULL);
        char *config_id = contactway_json_get(answer, "/config_id");
        char *request = format("{\"config_id\":\"%s\"}", config_id == NULL ? "" : config_id);
        contactway_canceller canceller = contactway_canceller_new();

        EXPECT(answer, "/errcode", "0");
        EXPECT(contactway_get(shared.client, request, NULL), "/errcode", "0", "/contact_way/config_id", config_id);
        EXPECT(contactway_update(shared.client, "{\"config_id\":1}", NULL), "/errcode", "-1003");
        EXPECT(contactway_list(shared.client, "{}", "{\"timeout_ms\":\"\"}"), "/errcode", "-1001");
        EXPECT(contactway_list(canceller, "{}", NULL), "/errcode", "-1002");
        EXPECT(contactway_del(shared.client, request, NULL), "/errcode", "0");
        contactway_canceller_free(canceller);
        contactway_string_free(config_id);
        free(request);
    }
    return unused;
}

/* Calls on a client that another thread frees: carried out, ended, or too late, and nothing else. */
static void *outlive(void *unused)
{
    int64_t errcode;
    do {
        char *answer = contactway_list(short_lived, "{}", NULL);
        check_form(__FILE__, __LINE__, answer);
        errcode = contactway_errcode(answer);
        CHECK(errcode == 0 || errcode == CONTACTWAY_CANCELLED || errcode == CONTACTWAY_INVALID_HANDLE);
        contactway_string_free(answer);
    } while (errcode != CONTACTWAY_INVALID_HANDLE);
    contactway_client_free(short_lived);
    return unused;
}

static void together(void *(*work)(void *), void (*meanwhile)(void))
{
    pthread_t threads[THREADS];
    int i;
    for (i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, work, NULL) != 0) abort();
    }
    meanwhile();
    for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
}

/* Clients come and go, and share the token. */
static void come_and_go(void)
{
    int i;
    for (i = 0; i < ROUNDS; i++) {
        contactway_client client = world_client(&shared, "");
        EXPECT(contactway_list(client, "{}", NULL), "/errcode", "0");
        contactway_client_free(client);
    }
}

static void free_it(void)
{
    world_await(&shared, "list_contact_way", world_calls(&shared, "list_contact_way") + THREADS);
    contactway_client_free(short_lived);
}

/* A call that is waiting when its thread is cancelled comes to its own end first. */
static void *be_cancelled(void *answer)
{
    *(char **)answer = contactway_list(shared.client, "{}", "{\"timeout_ms\":2000}");
    pthread_testcancel();
    return NULL;
}

static void cancel_in_a_call(void)
{
    int calls = world_calls(&shared, "list_contact_way");
    char *answer = NULL;
    void *ended = NULL;
    pthread_t thread;

    world_fault(&shared, "list_contact_way", "\"do\":{\"silence\":true}");
    if (pthread_create(&thread, NULL, be_cancelled, &answer) != 0) abort();
    world_await(&shared, "list_contact_way", calls + 1);
    CHECK(pthread_cancel(thread) == 0 && pthread_join(thread, &ended) == 0);
    CHECK(ended == PTHREAD_CANCELED);
    EXPECT(answer, "/error/kind", "timeout");
}

void test_threads(void)
{
    shared = world_begin();
    cancel_in_a_call();
    together(live, come_and_go);
    CHECK(world_calls(&shared, "gettoken") == 1);
    CHECK(world_calls(&shared, "add_contact_way") == THREADS * ROUNDS);
    CHECK(world_calls(&shared, "del_contact_way") == THREADS * ROUNDS);
    short_lived = world_client(&shared, "");
    together(outlive, free_it);
    world_end(shared);
}
