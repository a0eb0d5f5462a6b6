/* What the programs of the benchmark share. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contender.h"

void fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

char *body_of(const char *argument)
{
    if (argument[0] != '@') {
        char *copy = malloc(strlen(argument) + 1);
        if (copy == NULL) fail("out of memory");
        return strcpy(copy, argument);
    }
    FILE *file = fopen(argument + 1, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) fail("the file of the body cannot be read");
    long length = ftell(file);
    char *body = malloc((size_t)length + 1);
    rewind(file);
    if (body == NULL || fread(body, 1, (size_t)length, file) != (size_t)length) fail("the body cannot be read");
    body[length] = '\0';
    fclose(file);
    return body;
}
