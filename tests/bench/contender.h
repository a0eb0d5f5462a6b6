/* What a contender is made of; contender.c runs and times it. */
#ifndef BENCH_CONTENDER_H
#define BENCH_CONTENDER_H

struct target {
    const char *base_url;
    const char *token;
    const char *function; /* "add" or "list" */
    const char *body;     /* of its request */
    const char *ca_file;  /* NULL without TLS */
    int apart;            /* whether each that begins has a client, and so a connection, of its own */
};

/* Before the threads and after them. */
void contender_start(const struct target *target);
void contender_stop(void);
/* What one thread needs for its calls, and gives back. */
void *contender_begin(const struct target *target);
void contender_end(void *state);
/* One call, its answer whole in memory. A failure ends the process. */
void contender_call(void *state);

void fail(const char *what);
/* BODY of a command line: the request itself, or @FILE. To be freed. */
char *body_of(const char *argument);

#endif
