/* The library's own share of an add call: what it does without any input or output, through the C ABI.
 *
 *     own_share BODY CALLS
 *
 * Prints nanoseconds of processor time a call, the best of nine rounds, for each part. A call whose canceller was fired
 * goes all the way of a call that is sent (boundary, options, rules, token, place in flight, address) and ends where a
 * connection would be taken; it also reads its options and writes an error, which a call that is sent need not. */
#define _POSIX_C_SOURCE 200809L
#include "contactway.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ANSWER                                                                                                         \
    "{\"errcode\":0,\"errmsg\":\"ok\",\"config_id\":\"42b34949e138eb6e027c123cba77fad7\","                             \
    "\"qr_code\":\"http://p.qpic.cn/wwhead/duc2TvpEgSTPk74IwG7BxqzVbI6ZjFZbYIibqYdVk0h8Rm6sWqFa4TBQ/0\"}"

static contactway_client client;
static const char *body;
static char broken[4096], cancelled[64];

static void expect(char *answer, int64_t errcode)
{
    if (contactway_errcode(answer) != errcode) {
        fprintf(stderr, "expected %lld: %s\n", (long long)errcode, answer);
        exit(1);
    }
    contactway_string_free(answer);
}

static void no_client(void)
{
    contactway_string_free(contactway_add(0, body, NULL));
}

static void refused(void)
{
    contactway_string_free(contactway_add(client, broken, NULL));
}

static void stopped(void)
{
    contactway_string_free(contactway_add(client, body, cancelled));
}

static void decoded(void)
{
    if (contactway_errcode(ANSWER) != 0) exit(1);
}

static void member(void)
{
    contactway_string_free(contactway_json_get(ANSWER, "/config_id"));
}

static double nanoseconds_a_call(void (*part)(void), long calls)
{
    struct timespec start, end;
    double best = 0;
    for (int round = 0; round < 9; round++) {
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
        for (long call = 0; call < calls; call++) part();
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        double taken = (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
        if (round == 0 || taken < best) best = taken;
    }
    return best / (double)calls;
}

int main(int argc, char **argv)
{
    if (argc != 3) return 1;
    long calls = atol(argv[2]);
    body = argv[1];
    char *error;
    client = contactway_client_new("{\"access_token\":\"benchmark\",\"base_url\":\"http://127.0.0.1:9\",\"proxy\":\"\","
                                   "\"rate_limit\":false,\"max_in_flight\":0}", &error);
    if (client == 0) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    contactway_canceller canceller = contactway_canceller_new();
    contactway_canceller_cancel(canceller);
    snprintf(cancelled, sizeof cancelled, "{\"canceller\":%llu}", (unsigned long long)canceller);
    snprintf(broken, sizeof broken, "{\"type\":1,\"scene\":3,%s", strchr(strchr(body, ',') + 1, ',') + 1);
    expect(contactway_add(client, broken, NULL), CONTACTWAY_INVALID_REQUEST);
    expect(contactway_add(client, body, cancelled), CONTACTWAY_CANCELLED);
    printf("no_client %.0f\n", nanoseconds_a_call(no_client, calls));
    printf("refused %.0f\n", nanoseconds_a_call(refused, calls));
    printf("stopped %.0f\n", nanoseconds_a_call(stopped, calls));
    printf("errcode %.0f\n", nanoseconds_a_call(decoded, calls));
    printf("json_get %.0f\n", nanoseconds_a_call(member, calls));
    contactway_canceller_free(canceller);
    contactway_client_free(client);
    return 0;
}
