/* Log lines, tokens, and user_data: destroy is called exactly once, when nothing can run any more. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"
#include "parts.h"
#include "world.h"

#include "../../../bindings/c/sandbox_http.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, CALLS = 20, LISTENERS = 30 };

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

/* What a callback is given for its user_data, and what it saw. */
struct listener {
    pthread_mutex_t lock;
    contactway_client client;
    contactway_canceller cancels;
    const char *token;
    int32_t length, level_max;
    int is_alive, calls, rejected, broken;
};

static void begin(struct listener *listener)
{
    memset(listener, 0, sizeof *listener);
    pthread_mutex_init(&listener->lock, NULL);
    listener->is_alive = 1;
}

static void end(void *user_data)
{
    struct listener *listener = user_data;
    pthread_mutex_lock(&listener->lock);
    listener->broken |= !listener->is_alive;
    listener->is_alive = 0;
    pthread_mutex_unlock(&listener->lock);
}

/* Whatever may be called inside a callback is. */
static int is_whole_object(const char *json)
{
    char *whole = contactway_json_get(json, "");
    int is = whole != NULL && *whole == '{' && !check_leaks(json) && contactway_errcode(json) != 1 &&
             *contactway_version() != '\0';
    contactway_string_free(whole);
    return is;
}

static void hear(void *user_data, int32_t level, const char *message_json)
{
    struct listener *listener = user_data;
    int is_whole = is_whole_object(message_json);
    if (listener->cancels != 0) contactway_canceller_cancel(listener->cancels);
    pthread_mutex_lock(&listener->lock);
    listener->calls++;
    listener->broken |= !listener->is_alive || !is_whole || level < 1 || level > listener->level_max;
    pthread_mutex_unlock(&listener->lock);
}

static int32_t provide(void *user_data, int32_t rejected, char *buffer, size_t capacity)
{
    struct listener *listener = user_data;
    pthread_mutex_lock(&listener->lock);
    listener->calls++;
    listener->rejected += rejected;
    listener->broken |= !listener->is_alive || rejected < 0 || rejected > 1;
    pthread_mutex_unlock(&listener->lock);
    if (listener->token == NULL || strlen(listener->token) > capacity) return listener->length;
    memcpy(buffer, listener->token, strlen(listener->token));
    return (int32_t)strlen(listener->token);
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

static void lines(void)
{
    struct world world = world_begin();
    contactway_client client = world_client(&world, ""), after;
    struct listener all, errors, defaults, stops;
    char *config;

    begin(&all);
    begin(&errors);
    begin(&defaults);
    begin(&stops);
    all.level_max = 5;
    errors.level_max = 1;
    defaults.level_max = 3;
    contactway_set_logger(client, hear, &all, end, 5);
    EXPECT(contactway_list(client, "{}", NULL), "/errcode", "0");
    CHECK(all.calls > 0 && !all.broken && all.is_alive);
    contactway_set_logger(client, hear, &errors, end, 1);
    CHECK(!all.is_alive);
    EXPECT(contactway_list(client, "{}", NULL), "/errcode", "0");
    CHECK(errors.calls == 0);

    /* The client 0 stands for those made later, and for no other. */
    contactway_set_logger(0, hear, &defaults, end, 3);
    EXPECT(contactway_list(client, "{}", NULL), "/errcode", "0");
    EXPECT(contactway_list(world.client, "{}", NULL), "/errcode", "0");
    CHECK(defaults.calls == 0);
    config = format("{\"base_url\":\"%s\",\"corp_id\":\"%s\",\"secret\":\"wr0ng-secret\"}", world.base_url,
                    world.corp_id);
    check_secret("wr0ng-secret");
    after = contactway_client_new(config, NULL);
    EXPECT(contactway_list(after, "{}", NULL), "/error/kind", "auth");
    CHECK(defaults.calls > 0);
    contactway_set_logger(0, NULL, NULL, NULL, 0);
    CHECK(defaults.is_alive);
    contactway_client_free(after);
    CHECK(!defaults.is_alive && !defaults.broken);
    free(config);

    /* A line may be the reason to stop. */
    stops.cancels = contactway_canceller_new();
    stops.level_max = 5;
    config = format("{\"canceller\":%llu}", (unsigned long long)stops.cancels);
    contactway_set_logger(client, hear, &stops, end, 5);
    world_fault(&world, "list_contact_way", "\"times\":9,\"do\":{\"reset\":true}");
    EXPECT(contactway_list(client, "{}", config), "/errcode", "-1010");
    contactway_canceller_free(stops.cancels);
    free(config);

    contactway_client_free(client);
    CHECK(!stops.is_alive && !all.broken && !errors.broken && !stops.broken);
    world_end(world);
}

static void *list_often(void *data)
{
    struct listener *listener = data;
    int i;
    for (i = 0; i < CALLS; i++) EXPECT(contactway_list(listener->client, "{}", NULL), "/errcode", "0");
    return NULL;
}

/* No callback runs with user_data that was destroyed, also where others call meanwhile. */
static void replaced_under_load(void)
{
    struct world world = world_begin();
    struct listener listeners[LISTENERS];
    pthread_t threads[THREADS];
    int i;

    for (i = 0; i < LISTENERS; i++) {
        begin(&listeners[i]);
        listeners[i].level_max = 5;
        listeners[i].client = world.client;
    }
    for (i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, list_often, &listeners[0]) != 0) abort();
    }
    for (i = 0; i < LISTENERS; i++) contactway_set_logger(world.client, hear, &listeners[i], end, 5);
    for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    contactway_set_logger(world.client, NULL, NULL, NULL, 0);
    for (i = 0; i < LISTENERS; i++) CHECK(!listeners[i].is_alive && !listeners[i].broken);
    world_end(world);
}

/* The sandbox's own token, to be freed with contactway_string_free. */
static char *token_of(const struct world *world)
{
    char *path = format("/cgi-bin/gettoken?corpid=%s&corpsecret=%s", world->corp_id, world->secret);
    char *answer = sandbox_request(world->base_url, "GET", path, NULL),
         *token = contactway_json_get(answer, "/access_token");
    free(answer);
    free(path);
    return token;
}

static void tokens(void)
{
    struct world world = world_begin();
    char *config = format("{\"base_url\":\"%s\",\"corp_id\":\"%s\",\"token_provider\":true}", world.base_url,
                          world.corp_id);
    char *token = token_of(&world);
    contactway_client client = contactway_client_new(config, NULL);
    struct listener good, bad;

    begin(&good);
    begin(&bad);
    EXPECT(contactway_list(client, "{}", NULL), "/error/kind", "auth", "/error/effect", "none");
    good.token = token;
    EXPECT(contactway_set_token_provider(client, provide, &good, end), "/errcode", "0");
    EXPECT(contactway_list(client, "{}", NULL), "/errcode", "0");
    CHECK(good.calls > 0 && good.rejected == 0);

    /* A token that WeCom refuses is asked for again, with that said. */
    EXPECT(contactway_set_token_provider(client, provide, &bad, end), "/errcode", "0");
    CHECK(!good.is_alive && !good.broken);
    bad.token = "n0-such-t0ken";
    check_secret(bad.token);
    EXPECT(contactway_list(client, "{}", NULL), "/error/kind", "auth");
    CHECK(bad.rejected > 0);

    /* None, an empty one, one that does not fit. */
    bad.token = NULL;
    bad.length = -1;
    EXPECT(contactway_list(client, "{}", NULL), "/error/kind", "auth", "/error/effect", "none");
    bad.length = 0;
    EXPECT(contactway_list(client, "{}", NULL), "/error/kind", "auth");
    bad.length = INT32_MAX;
    EXPECT(contactway_list(client, "{}", NULL), "/error/kind", "auth");
    contactway_client_free(client);
    CHECK(!bad.is_alive && !bad.broken);
    contactway_string_free(token);
    free(config);
    world_end(world);
}

static void providers(void)
{
    struct world world = world_begin();
    int destroyed = 0;

    /* Not made with "token_provider". */
    EXPECT(contactway_set_token_provider(world.client, no_token, &destroyed, count), "/errcode", "~-10", "/error/kind",
           "~");
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
    EXPECT(contactway_replace_user(world.client, "{\"from\":\"zhangsan\",\"to\":[\"lisi\"]}", NULL, never_told, &told),
           "/errcode", "-1013");
    EXPECT(contactway_save_qr_codes(world.client, "{\"query\":{},\"directory\":\".\"}", NULL, never_told, &told),
           "/errcode", "-1013");
    EXPECT(contactway_add(world.client, "{\"type\":1,\"scene\":2,\"user\":[\"zhangsan\"]}", "{\"key\":\"k\"}"),
           "/errcode", "-1013", "/errmsg", "~key");
    CHECK(told == 0);
    CHECK(world_calls(&world, "*") == 0 && world_calls(&world, "add_contact_way") == 0);
    world_end(world);
}

void test_callbacks(void)
{
    loggers();
    lines();
    replaced_under_load();
    providers();
    tokens();
    ledgers();
}
