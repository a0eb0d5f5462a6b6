/* Hands Go's functions to the library. A handle is a cgo.Handle; the library lets go of it through its destroy function. */
#ifndef CONTACTWAY_GO_CALLBACKS_H
#define CONTACTWAY_GO_CALLBACKS_H

#include "library.h"

typedef char *(*contactway_go_job)(contactway_client, const char *, const char *, contactway_progress_fn, void *);

void contactway_go_set_logger(contactway_client client, uintptr_t handle, int32_t level);
void contactway_go_unset_logger(contactway_client client);
char *contactway_go_set_token_provider(contactway_client client, uintptr_t handle);

/* Runs one of the four jobs; without a handle nobody is told how far it has come. */
char *contactway_go_run(contactway_go_job job, contactway_client client, const char *request, const char *options,
                        uintptr_t handle);

#endif
