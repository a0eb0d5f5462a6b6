#include "callbacks.h"

#include "_cgo_export.h"

static void log_line(void *handle, int32_t level, const char *message)
{
    contactwayGoLog((uintptr_t)handle, level, (char *)message);
}

static int32_t provide_token(void *handle, int32_t rejected, char *buffer, size_t capacity)
{
    return contactwayGoToken((uintptr_t)handle, rejected, buffer, capacity);
}

static int32_t report_progress(void *handle, const char *progress)
{
    return contactwayGoProgress((uintptr_t)handle, (char *)progress);
}

static void release(void *handle)
{
    contactwayGoRelease((uintptr_t)handle);
}

void contactway_go_set_logger(contactway_client client, uintptr_t handle, int32_t level)
{
    contactway_set_logger(client, log_line, (void *)handle, release, level);
}

void contactway_go_unset_logger(contactway_client client)
{
    contactway_set_logger(client, NULL, NULL, NULL, 0);
}

char *contactway_go_set_token_provider(contactway_client client, uintptr_t handle)
{
    return contactway_set_token_provider(client, provide_token, (void *)handle, release);
}

char *contactway_go_run(contactway_go_job job, contactway_client client, const char *request, const char *options,
                        uintptr_t handle)
{
    return job(client, request, options, handle == 0 ? NULL : report_progress, (void *)handle);
}
