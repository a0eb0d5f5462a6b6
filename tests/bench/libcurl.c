/* A careful program on libcurl: one easy handle a thread, kept; everything that stays the same is set once. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contender.h"

struct thread {
    CURL *easy;
    struct curl_slist *headers;
    char *answer;
    size_t length, capacity;
};

static size_t take(char *data, size_t size, size_t count, void *to)
{
    struct thread *thread = to;
    size_t amount = size * count;
    if (thread->length + amount + 1 > thread->capacity) {
        thread->capacity = (thread->length + amount + 1) * 2;
        thread->answer = realloc(thread->answer, thread->capacity);
        if (thread->answer == NULL) return 0;
    }
    memcpy(thread->answer + thread->length, data, amount);
    thread->length += amount;
    thread->answer[thread->length] = '\0';
    return amount;
}

void contender_start(const struct target *target)
{
    (void)target;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) fail("libcurl does not start");
}

void contender_stop(void)
{
    curl_global_cleanup();
}

void *contender_begin(const struct target *target)
{
    struct thread *thread = calloc(1, sizeof *thread);
    char url[1024];
    if (thread == NULL || (thread->easy = curl_easy_init()) == NULL) fail("out of memory");
    snprintf(url, sizeof url, "%s/cgi-bin/externalcontact/%s_contact_way?access_token=%s", target->base_url,
             target->function, target->token);
    thread->headers = curl_slist_append(NULL, "Content-Type: application/json");
    thread->headers = curl_slist_append(thread->headers, "Expect:");
    curl_easy_setopt(thread->easy, CURLOPT_URL, url);
    curl_easy_setopt(thread->easy, CURLOPT_HTTPHEADER, thread->headers);
    curl_easy_setopt(thread->easy, CURLOPT_POSTFIELDSIZE, (long)strlen(target->body));
    curl_easy_setopt(thread->easy, CURLOPT_POSTFIELDS, target->body);
    curl_easy_setopt(thread->easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(thread->easy, CURLOPT_WRITEDATA, thread);
    curl_easy_setopt(thread->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(thread->easy, CURLOPT_TIMEOUT_MS, 10000L);
    curl_easy_setopt(thread->easy, CURLOPT_CONNECTTIMEOUT_MS, 3000L);
    curl_easy_setopt(thread->easy, CURLOPT_PROXY, "");
    if (target->ca_file != NULL) curl_easy_setopt(thread->easy, CURLOPT_CAINFO, target->ca_file);
    return thread;
}

void contender_end(void *state)
{
    struct thread *thread = state;
    curl_easy_cleanup(thread->easy);
    curl_slist_free_all(thread->headers);
    free(thread->answer);
    free(thread);
}

void contender_call(void *state)
{
    struct thread *thread = state;
    thread->length = 0;
    CURLcode outcome = curl_easy_perform(thread->easy);
    if (outcome != CURLE_OK) fail(curl_easy_strerror(outcome));
    if (strstr(thread->answer, "\"errcode\":0") == NULL) fail(thread->answer);
}
