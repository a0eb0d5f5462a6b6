/*
 * An add that happens once, however often it is asked for: a store and a key. With it two functions for a program without a
 * JSON library: one makes a JSON string of any text, the other adds members to an object.
 *
 *     cc keyed_add.c $(pkg-config --cflags --libs contactway) -o keyed_add && ./keyed_add
 */
#include <contactway.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A UTF-8 text as a JSON string, quotes included; to be freed with free. NULL where there is no memory. */
static char *json_string(const char *text)
{
    static const char special[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    char *quoted = malloc(6 * strlen(text) + 3), *end = quoted;

    if (quoted == NULL) return NULL;
    for (*end++ = '"'; *text != '\0'; text++) {
        const char *found = strchr(special, *text);
        if (found != NULL) end += sprintf(end, "\\%c", letters[found - special]);
        else if ((unsigned char)*text < 0x20) end += sprintf(end, "\\u%04x", (unsigned)*text);
        else *end++ = *text;
    }
    strcpy(end, "\"");
    return quoted;
}

/* An object that has members already, and more before them: json_with("{\"a\":1}", "\"b\":2"); to be freed with free. */
static char *json_with(const char *object, const char *members)
{
    char *both = malloc(strlen(object) + strlen(members) + 2);

    if (both != NULL) sprintf(both, "{%s,%s", members, object + 1);
    return both;
}

/* Adds the contact way of a shop, or answers what was made when this was called before. */
static int add_shop(contactway_client client, const char *remark)
{
    char request[512], *quoted = json_string(remark);

    if (quoted == NULL) return 1;
    snprintf(request, sizeof request,
             "{\"type\":1,\"scene\":2,\"user\":[\"zhangsan\"],\"state\":\"shop-42\",\"remark\":%s}", quoted);
    free(quoted);

    char *answer = contactway_add(client, request, "{\"key\":\"shop-42\"}");
    int errcode = (int)contactway_errcode(answer);
    char *config_id = contactway_json_get(answer, "/config_id");
    char *replayed = contactway_json_get(answer, "/replayed"); /* "true" where it was made before */
    if (errcode == 0) printf("%s %s\n", replayed == NULL ? "made" : "was there:", config_id);
    else if (errcode == CONTACTWAY_UNKNOWN) printf("it cannot be told yet; call again later with this key: %s\n", answer);
    else fprintf(stderr, "%s\n", answer);

    contactway_string_free(replayed);
    contactway_string_free(config_id);
    contactway_string_free(answer);
    return errcode != 0;
}

int main(void)
{
    char *info = NULL, *error = NULL;
    contactway_sandbox sandbox = contactway_sandbox_start("{}", &info);
    char *client_config = contactway_json_get(info, "/client_config");
    char *config = client_config == NULL ? NULL : json_with(client_config, "\"store\":\"sqlite:keyed-add.db\"");
    contactway_client client;
    int failed;

    if (config == NULL) {
        fprintf(stderr, "%s\n", info);
        return 1;
    }
    /* What an earlier run left belongs to a sandbox that is no more. With WeCom a ledger is kept for ever. */
    remove("keyed-add.db");
    remove("keyed-add.db-wal");
    remove("keyed-add.db-shm");
    client = contactway_client_new(config, &error);
    if (client == 0) {
        fprintf(stderr, "%s\n", error);
        contactway_string_free(error);
        return 1;
    }
    failed = add_shop(client, "\"42\"号店");
    failed += add_shop(client, "\"42\"号店");

    contactway_client_free(client);
    free(config);
    contactway_string_free(client_config);
    contactway_string_free(info);
    contactway_sandbox_stop(sandbox);
    return failed;
}
