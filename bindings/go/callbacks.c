#include "callbacks.h"

#include <string.h>

#include "_cgo_export.h"

/* The call that this thread is in. */
static __thread uintptr_t current_call;

static void log_line(void *logger, int32_t level, const char *message)
{
    contactwayGoLog((uintptr_t)logger, current_call, level, (char *)message);
}

static int32_t provide_token(void *provider, int32_t rejected, char *buffer, size_t capacity)
{
    return contactwayGoToken((uintptr_t)provider, current_call, rejected, buffer, capacity);
}

static int32_t report_progress(void *call, const char *progress)
{
    return contactwayGoProgress((uintptr_t)call, (char *)progress);
}

static void release(void *handle)
{
    contactwayGoRelease((uintptr_t)handle);
}

contactway_go_answer contactway_go_measured(char *text)
{
    contactway_go_answer answer = {text, strlen(text), contactway_errcode(text)};
    return answer;
}

contactway_go_answer contactway_go_call(contactway_go_plain plain, contactway_go_job job, contactway_client client,
                                        const char *request, const char *options, uintptr_t call, bool reports)
{
    char *text;
    current_call = call;
    if (job == NULL)
        text = plain(client, request, options);
    else
        text = job(client, request, options, reports ? report_progress : NULL, (void *)call);
    current_call = 0;
    return contactway_go_measured(text);
}

char *contactway_go_check(contactway_client client, const char *request, const char *options)
{
    (void)request;
    return contactway_check(client, options);
}

void contactway_go_set_logger(contactway_client client, uintptr_t logger, int32_t level)
{
    contactway_set_logger(client, log_line, (void *)logger, release, level);
}

void contactway_go_unset_logger(contactway_client client)
{
    contactway_set_logger(client, NULL, NULL, NULL, 0);
}

char *contactway_go_set_token_provider(contactway_client client, uintptr_t provider)
{
    return contactway_set_token_provider(client, provide_token, (void *)provider, release);
}
