#define _POSIX_C_SOURCE 200809L

#include "check.h"

#include <contactway.h>

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECRETS_MAX = 16 };

const char ABSENT[] = "(absent)";

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long checks, failures;
static char *secrets[SECRETS_MAX];
static int told_to = STDERR_FILENO;
static FILE *heard;

static void tell(const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t written = write(told_to, text, length);
        if (written <= 0) return;
        text += written;
        length -= (size_t)written;
    }
}

int check_that(int holds, const char *file, int line, const char *what)
{
    pthread_mutex_lock(&lock);
    checks++;
    if (!holds) {
        char *text = format("%s:%d: %s\n", file, line, what);
        failures++;
        tell(text);
        free(text);
    }
    pthread_mutex_unlock(&lock);
    return holds;
}

void check_secret(const char *secret)
{
    int i = 0;
    while (i < SECRETS_MAX && secrets[i] != NULL && strcmp(secrets[i], secret) != 0) i++;
    if (i == SECRETS_MAX) abort();
    if (secrets[i] == NULL) secrets[i] = format("%s", secret);
}

int check_leaks(const char *text)
{
    int i;
    for (i = 0; i < SECRETS_MAX && secrets[i] != NULL; i++) {
        if (strstr(text, secrets[i]) != NULL) return 1;
    }
    return 0;
}

/* Whether the value at pointer is there, and an integer. */
static int is_integer(const char *answer, const char *pointer)
{
    char *value = contactway_json_get(answer, pointer);
    int is = value != NULL && *value != '\0' && value[strspn(value, "-0123456789")] == '\0';
    contactway_string_free(value);
    return is;
}

static int is_one_of(const char *answer, const char *pointer, const char *first, const char *second)
{
    char *value = contactway_json_get(answer, pointer);
    int is = value != NULL && (strcmp(value, first) == 0 || strcmp(value, second) == 0);
    contactway_string_free(value);
    return is;
}

static int is_there(const char *answer, const char *pointer)
{
    char *value = contactway_json_get(answer, pointer);
    contactway_string_free(value);
    return value != NULL;
}

void check_form(const char *file, int line, const char *answer)
{
    char *whole;
    if (!check_that(answer != NULL, file, line, "an answer is never NULL")) return;
    whole = contactway_json_get(answer, "");
    check_that(whole != NULL && *whole == '{', file, line, "an answer is one JSON object");
    contactway_string_free(whole);
    check_that(is_integer(answer, "/errcode"), file, line, "an answer holds an integer errcode");
    check_that(is_there(answer, "/errmsg"), file, line, "an answer holds errmsg");
    check_that(!check_leaks(answer), file, line, "no secret stands in an answer");
    if (contactway_errcode(answer) != 0) {
        check_that(is_there(answer, "/error/kind"), file, line, "a failure says its kind");
        check_that(is_one_of(answer, "/error/effect", "none", "unknown"), file, line, "a failure says its effect");
        check_that(is_one_of(answer, "/error/retryable", "true", "false"), file, line, "a failure says retryable");
        check_that(is_integer(answer, "/error/attempts"), file, line, "a failure counts its attempts");
        check_that(is_there(answer, "/error/details"), file, line, "a failure holds details");
    }
}

static int is_as_expected(const char *found, const char *wanted)
{
    if (wanted == ABSENT || found == NULL) return wanted == ABSENT && found == NULL;
    if (*wanted == '~') return strstr(found, wanted + 1) != NULL;
    return strcmp(found, wanted) == 0;
}

void check_answer(const char *file, int line, char *answer, ...)
{
    const char *pointer;
    va_list pairs;

    check_form(file, line, answer);
    va_start(pairs, answer);
    while ((pointer = va_arg(pairs, const char *)) != NULL) {
        const char *wanted = va_arg(pairs, const char *);
        char *found = contactway_json_get(answer, pointer);
        int is = is_as_expected(found, wanted);
        char *what = is ? NULL
                        : format("%s is %.300s, not %s, in %.500s", pointer, found == NULL ? ABSENT : found, wanted,
                                 answer == NULL ? "NULL" : answer);
        check_that(is, file, line, is ? "" : what);
        free(what);
        contactway_string_free(found);
    }
    va_end(pairs);
    contactway_string_free(answer);
}

void silence_begin(void)
{
    heard = tmpfile();
    told_to = dup(STDERR_FILENO);
    if (heard == NULL || told_to < 0) abort();
    fflush(stdout);
    fflush(stderr);
    dup2(fileno(heard), STDOUT_FILENO);
    dup2(fileno(heard), STDERR_FILENO);
}

void silence_end(void)
{
    char first[200] = "";
    size_t length;

    rewind(heard);
    length = fread(first, 1, sizeof first - 1, heard);
    if (!CHECK(length == 0)) {
        tell("the library wrote: ");
        tell(first);
        tell("\n");
    }
}

unsigned long check_failures(void)
{
    unsigned long count;
    pthread_mutex_lock(&lock);
    count = failures;
    pthread_mutex_unlock(&lock);
    return count;
}

int check_report(const char *program)
{
    char *text = format("%s: %lu checks, %lu failed\n", program, checks, failures);
    int i;
    for (i = 0; i < SECRETS_MAX; i++) free(secrets[i]);
    tell(text);
    free(text);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

char *format(const char *pattern, ...)
{
    va_list arguments;
    char *text;
    int length;

    va_start(arguments, pattern);
    length = vsnprintf(NULL, 0, pattern, arguments);
    va_end(arguments);
    text = malloc((size_t)length + 1);
    if (length < 0 || text == NULL) abort();
    va_start(arguments, pattern);
    vsnprintf(text, (size_t)length + 1, pattern, arguments);
    va_end(arguments);
    return text;
}
