/* Times one contender:
 *
 *     CONTENDER BASE_URL TOKEN BODY THREADS CALLS [CA_FILE [FUNCTION]]
 *
 * BODY is the request or @FILE, an empty CA_FILE is none, and FUNCTION, which only the contenders in C take, is add or list.
 * After a warm-up of a tenth of CALLS, prints nanoseconds of wall time and of processor time (user and system, of this
 * process alone) for CALLS calls spread over THREADS threads, and the most memory it held, in KiB. */
#define _GNU_SOURCE
#include "contender.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static struct target target;
static long calls_a_thread;
static pthread_barrier_t start, end;

static void *work(void *unused)
{
    void *state = contender_begin(&target);
    for (long call = 0; call < calls_a_thread / 10 + 1; call++) contender_call(state);
    pthread_barrier_wait(&start);
    for (long call = 0; call < calls_a_thread; call++) contender_call(state);
    pthread_barrier_wait(&end);
    contender_end(state);
    return unused;
}

static long long nanoseconds(long long seconds, long long rest)
{
    return seconds * 1000000000LL + rest;
}

static long long wall(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return nanoseconds(now.tv_sec, now.tv_nsec);
}

static long long processor(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return nanoseconds(used.ru_utime.tv_sec + used.ru_stime.tv_sec,
                       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000LL);
}

/* Not getrusage's, which counts what the process was before it became this program. */
static long peak_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) sscanf(line, "VmHWM: %ld", &kib);
    if (status != NULL) fclose(status);
    return kib;
}

int main(int argc, char **argv)
{
    if (argc < 6) fail("usage: CONTENDER BASE_URL TOKEN BODY THREADS CALLS [CA_FILE [FUNCTION]]");
    char *body = body_of(argv[3]);
    target.base_url = argv[1];
    target.token = argv[2];
    target.body = body;
    target.ca_file = argc > 6 && argv[6][0] != '\0' ? argv[6] : NULL;
    target.function = argc > 7 ? argv[7] : "add";
    int threads = atoi(argv[4]);
    pthread_t thread[64];
    if (threads < 1 || threads > 64) fail("THREADS is 1 to 64");
    calls_a_thread = atol(argv[5]) / threads;
    pthread_barrier_init(&start, NULL, (unsigned)threads + 1);
    pthread_barrier_init(&end, NULL, (unsigned)threads + 1);
    contender_start(&target);
    for (int each = 0; each < threads; each++) {
        if (pthread_create(&thread[each], NULL, work, NULL) != 0) fail("no thread could be made");
    }
    pthread_barrier_wait(&start);
    long long wall_start = wall(), processor_start = processor();
    pthread_barrier_wait(&end);
    long long wall_time = wall() - wall_start, processor_time = processor() - processor_start;
    for (int each = 0; each < threads; each++) pthread_join(thread[each], NULL);
    contender_stop();
    free(body);
    printf("%lld %lld %ld\n", wall_time, processor_time, peak_kib());
    return 0;
}
