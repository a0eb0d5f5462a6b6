#include <contactway.h>

#include <stdio.h>

int main(void)
{
    /* A stand-in for WeCom. With a real company: {"corp_id":"ww…","secret":"…"} is the whole configuration. */
    char *info = NULL, *error = NULL;
    contactway_sandbox sandbox = contactway_sandbox_start("{}", &info);
    if (sandbox == 0) {
        fprintf(stderr, "%s\n", info);
        contactway_string_free(info);
        return 1;
    }
    char *config = contactway_json_get(info, "/client_config");

    contactway_client client = contactway_client_new(config, &error);
    if (client == 0) {
        fprintf(stderr, "%s\n", error);
        contactway_string_free(error);
        return 1;
    }

    char *answer = contactway_add(client,
        "{\"type\":2,\"scene\":2,\"user\":[\"zhangsan\",\"lisi\"],\"state\":\"counter-1\"}", NULL);
    if (contactway_errcode(answer) != 0) {
        fprintf(stderr, "%s\n", answer);
        return 1;
    }
    char *config_id = contactway_json_get(answer, "/config_id");
    char *qr_code = contactway_json_get(answer, "/qr_code");
    printf("made %s, its picture is at %s\n", config_id, qr_code);

    contactway_string_free(qr_code);
    contactway_string_free(config_id);
    contactway_string_free(answer);
    contactway_client_free(client);
    contactway_string_free(config);
    contactway_string_free(info);
    contactway_sandbox_stop(sandbox);
    return 0;
}
