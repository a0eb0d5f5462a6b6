#include "vector_members.h"

#include <string.h>

static const char *const of_vector[] = {"says", "sandbox", "config", "steps", "wire", NULL};
static const char *const of_step[] = {"call", "request", "options", "http", "path", "body", "expect", "save", NULL};

/* Where a string ends that begins at text: at its quote, or with the text. */
static const char *string_end(const char *text)
{
    while (*text != '\0' && *text != '"') text += *text == '\\' && text[1] != '\0' ? 2 : 1;
    return text;
}

static int is_one_of(const char *name, size_t length, const char *const *known)
{
    for (; *known != NULL; known++) {
        if (strlen(*known) == length && memcmp(*known, name, length) == 0) return 1;
    }
    return 0;
}

static const char *unknown(const char *object, const char *const *known)
{
    const char *name = object, *end = object, *at;
    int depth = 0;

    for (at = object; *at != '\0'; at++) {
        if (*at == '"') {
            name = at + 1;
            at = end = string_end(name);
            if (*at == '\0') return NULL;
        } else if (*at == '{' || *at == '[') {
            depth++;
        } else if (*at == '}' || *at == ']') {
            depth--;
        } else if (*at == ':' && depth == 1 && !is_one_of(name, (size_t)(end - name), known)) {
            return name;
        }
    }
    return NULL;
}

const char *unknown_vector_member(const char *vector_json)
{
    return unknown(vector_json, of_vector);
}

const char *unknown_step_member(const char *step_json)
{
    return unknown(step_json, of_step);
}
