/* What a contender is made of; contender.c runs and times it. */
#ifndef BENCH_CONTENDER_H
#define BENCH_CONTENDER_H

struct target {
    const char *base_url;
    const char *token;
    const char *body;    /* of an add request */
    const char *ca_file; /* NULL without TLS */
};

/* Before the threads and after them. */
void contender_start(const struct target *target);
void contender_stop(void);
/* What one thread needs for its calls, and gives back. */
void *contender_begin(const struct target *target);
void contender_end(void *state);
/* One add call, its answer whole in memory. A failure ends the process. */
void contender_call(void *state);

void fail(const char *what);

#endif
