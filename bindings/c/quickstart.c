/*
 * The whole life of contact ways, lived against the embedded sandbox: one on a shop's counter, and one of a doctor's
 * for a temporary chat. Against the real WeCom, leave the sandbox out and give your own configuration.
 *
 *     cc quickstart.c sandbox_http.c $(pkg-config --cflags --libs contactway) -o quickstart && ./quickstart
 */
#include <contactway.h>

#include "sandbox_http.h"

#include <stdio.h>
#include <stdlib.h>

/* Prints an answer; where it is an error, ends the program. */
static char *checked(const char *what, char *answer)
{
    printf("%-16s %s\n", what, answer);
    if (contactway_errcode(answer) != 0) exit(EXIT_FAILURE);
    return answer;
}

/* The same for an answer of which nothing more is needed. */
static void done(const char *what, char *answer)
{
    contactway_string_free(checked(what, answer));
}

/* A customer's doings: WeCom has real ones, the sandbox has them played. */
static char *played(const char *base_url, const char *method, const char *path, const char *body)
{
    char *answer = sandbox_request(base_url, method, path, body);
    printf("%-16s %s\n", path, answer == NULL ? "no answer" : answer);
    if (answer == NULL || contactway_errcode(answer) != 0) exit(EXIT_FAILURE);
    return answer;
}

/* A request with one id in the place of %s. */
static const char *with(const char *format, const char *id)
{
    static char request[1024];
    snprintf(request, sizeof request, format, id);
    return request;
}

int main(void)
{
    char *info = NULL, *error = NULL, *answer;
    char *base_url, *config, *config_id, *external_userid;
    contactway_sandbox sandbox = contactway_sandbox_start("{}", &info);
    contactway_client client;

    checked("sandbox", info);
    base_url = contactway_json_get(info, "/base_url");
    config = contactway_json_get(info, "/client_config");
    client = contactway_client_new(config, &error);
    if (client == 0) {
        fprintf(stderr, "%s\n", error);
        return EXIT_FAILURE;
    }

    /* A code for the counter. Its config_id is the only way to change or delete it: keep it. */
    answer = checked("add", contactway_add(client,
        "{\"type\":2,\"scene\":2,\"user\":[\"zhangsan\",\"lisi\"],\"remark\":\"前台\",\"state\":\"counter-1\"}", NULL));
    config_id = contactway_json_get(answer, "/config_id");
    contactway_string_free(answer);

    done("get", contactway_get(client, with("{\"config_id\":\"%s\"}", config_id), NULL));
    done("list", contactway_list(client, "{\"limit\":1000}", NULL));
    /* What an update leaves out stays as it is. */
    done("update", contactway_update(client, with("{\"config_id\":\"%s\",\"user\":[\"wangwu\"]}", config_id), NULL));
    done("get", contactway_get(client, with("{\"config_id\":\"%s\"}", config_id), NULL));
    done("save_qr_code", contactway_save_qr_code(client,
        with("{\"config_id\":\"%s\",\"path\":\"quickstart-qr.png\"}", config_id), NULL));

    /* A temporary chat with a doctor: the code dies with its first customer, the closing words come by themselves. */
    answer = checked("add", contactway_add(client,
        "{\"type\":1,\"scene\":2,\"user\":[\"zhangyisheng\"],\"is_temp\":true,\"expires_in\":86400,"
        "\"conclusions\":{\"text\":{\"content\":\"祝您早日康复\"}}}", NULL));
    {
        char *temporary = contactway_json_get(answer, "/config_id");
        char *scanned = played(base_url, "POST", "/sandbox/scan", with("{\"config_id\":\"%s\"}", temporary));
        external_userid = contactway_json_get(scanned, "/external_userid");
        free(scanned);
        contactway_string_free(temporary);
    }
    contactway_string_free(answer);
    done("close_temp_chat", contactway_close_temp_chat(client,
        with("{\"userid\":\"zhangyisheng\",\"external_userid\":\"%s\"}", external_userid), NULL));
    free(played(base_url, "GET", with("/sandbox/messages?external_userid=%s", external_userid), NULL));

    done("del", contactway_del(client, with("{\"config_id\":\"%s\"}", config_id), NULL));
    printf("The QR picture of the counter's code is quickstart-qr.png.\n");

    contactway_string_free(external_userid);
    contactway_string_free(config_id);
    contactway_client_free(client);
    contactway_string_free(config);
    contactway_string_free(base_url);
    contactway_string_free(info);
    contactway_sandbox_stop(sandbox);
    return EXIT_SUCCESS;
}
