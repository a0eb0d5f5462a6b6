/* A program as a user of the installed library has one. */
#include <contactway.h>

#include <stdio.h>
#include <string.h>

int main(void)
{
    char *info = NULL, *error = NULL;
    contactway_sandbox sandbox = contactway_sandbox_start("{}", &info);
    char *config = contactway_json_get(info, "/client_config");
    contactway_client client = contactway_client_new(config, &error);
    char *answer = contactway_add(client, "{\"type\":1,\"scene\":2,\"user\":[\"zhangsan\"]}", NULL);
    int is_well = contactway_errcode(answer) == 0 && strcmp(contactway_version(), CONTACTWAY_VERSION) == 0;

    if (!is_well) fprintf(stderr, "%s\n", answer);
    contactway_string_free(answer);
    contactway_client_free(client);
    contactway_string_free(config);
    contactway_string_free(info);
    contactway_sandbox_stop(sandbox);
    return is_well ? 0 : 1;
}
