/* Runs the library's calls, and hands Go's functions to it. A handle is a cgo.Handle; the library lets go of those of a
 * logger and a token provider through its destroy function. */
#ifndef CONTACTWAY_GO_CALLBACKS_H
#define CONTACTWAY_GO_CALLBACKS_H

#include <stdbool.h>

#include "library.h"

typedef char *(*contactway_go_plain)(contactway_client, const char *, const char *);
typedef char *(*contactway_go_job)(contactway_client, const char *, const char *, contactway_progress_fn, void *);

/* An answer with what Go would otherwise have to ask for in calls of its own. */
typedef struct {
    char *text;
    size_t length;
    int64_t errcode;
} contactway_go_answer;

contactway_go_answer contactway_go_measured(char *text);

/* Makes a call: the job, unless it is NULL, else the plain function. Callbacks on this thread are given the handle of
 * the call, which may be 0, and a job tells it how far it has come if it is to. */
contactway_go_answer contactway_go_call(contactway_go_plain plain, contactway_go_job job, contactway_client client,
                                        const char *request, const char *options, uintptr_t call, bool reports);

/* contactway_check as a plain function: there is no request, and none is looked at. */
char *contactway_go_check(contactway_client client, const char *request, const char *options);

void contactway_go_set_logger(contactway_client client, uintptr_t logger, int32_t level);
void contactway_go_unset_logger(contactway_client client);
char *contactway_go_set_token_provider(contactway_client client, uintptr_t provider);

#endif
