/* What is wrong with a configuration is said and named; nothing is put in its place. */
#include "check.h"
#include "parts.h"

#include <contactway.h>

#include <stdlib.h>

#define APP "\"corp_id\":\"ww1\",\"secret\":\"s3cret-0f-the-app\""

static const struct {
    const char *config, *pointer, *rule;
} wrong[] = {
    {"{}", "/secret", "credentials_required"},
    {"{\"secret\":\"s3cret-0f-the-app\"}", "/corp_id", "corp_id_required"},
    {"{\"access_token\":\"t0ken-0f-the-h0st\"," APP "}", "", "credentials_once"},
    {"{" APP ",\"secrets\":1}", "/secrets", "unknown_member"},
    {"{" APP ",\"timeout_ms\":0}", "/timeout_ms", "out_of_range"},
    {"{" APP ",\"timeout_ms\":\"10\"}", "/timeout_ms", "wrong_type"},
    {"{" APP ",\"connect_timeout_ms\":-1}", "/connect_timeout_ms", "out_of_range"},
    {"{" APP ",\"max_attempts\":0}", "/max_attempts", "out_of_range"},
    {"{" APP ",\"max_in_flight\":true}", "/max_in_flight", "wrong_type"},
    {"{" APP ",\"rate_limit\":true}", "/rate_limit", "wrong_type"},
    {"{" APP ",\"rate_limit\":{\"per_second\":1}}", "/rate_limit/per_second", "unknown_member"},
    {"{" APP ",\"rate_limit\":{\"per_minute\":0}}", "/rate_limit/per_minute", "out_of_range"},
    {"{" APP ",\"base_url\":\"http://qyapi.weixin.qq.com\"}", "/base_url", "bad_url"},
    {"{" APP ",\"base_url\":\"ftp://127.0.0.1\"}", "/base_url", "bad_url"},
    {"{" APP ",\"base_url\":\"\"}", "/base_url", NULL},
    {"{" APP ",\"proxy\":\"socks5://127.0.0.1:1\"}", "/proxy", "bad_proxy"},
    {"{" APP ",\"ca_file\":\"there/is/no.pem\"}", "/ca_file", "bad_ca_file"},
    {"{" APP ",\"store\":\"disk\"}", "/store", "unknown_value"},
    {"{" APP ",\"validate\":\"loose\"}", "/validate", "unknown_value"},
    {"{" APP ",\"validate\":false}", "/validate", "wrong_type"},
    {"{\"corp_id\":\"\",\"secret\":\"s3cret-0f-the-app\"}", "/corp_id", NULL},
    {"{\"corp_id\":1,\"secret\":\"s3cret-0f-the-app\"}", "/corp_id", "wrong_type"},
    {"{" APP ",\"corp_id\":\"ww2\"}", "/corp_id", "repeated_member"},
};

static const struct {
    const char *config, *says;
} none[] = {
    {NULL, "~config_json is NULL"}, {"", "~not JSON"},           {"{" APP, "~not JSON"},
    {"[]", "~not a JSON object"},   {"1", "~not a JSON object"}, {"{\"corp_id\":\"\xff\"}", "~not UTF-8"},
};

static char *error_of(const char *config)
{
    char *error = NULL;
    CHECK(contactway_client_new(config, &error) == 0);
    /* Whoever does not want to know need not. */
    CHECK(contactway_client_new(config, NULL) == 0);
    return error;
}

void test_configurations(void)
{
    char *error = "untouched", *info = NULL;
    contactway_client client;
    size_t k;

    check_secret("s3cret-0f-the-app");
    check_secret("t0ken-0f-the-h0st");
    for (k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        EXPECT(error_of(wrong[k].config), "/errcode", "-1001", "/error/kind", "invalid_argument",
               "/error/details/0/pointer", wrong[k].pointer, "/error/details/0/rule",
               wrong[k].rule == NULL ? "~" : wrong[k].rule, "/error/details/0/message", "~", "/error/effect", "none");
    }
    for (k = 0; k < sizeof none / sizeof *none; k++) {
        EXPECT(error_of(none[k].config), "/errcode", "-1001", "/error/kind", "invalid_argument", "/errmsg",
               none[k].says);
    }
    /* All that is wrong is told at once. */
    EXPECT(error_of("{" APP ",\"timeout_ms\":0,\"validate\":1,\"typo\":1}"), "/errcode", "-1001",
           "/error/details/0/pointer", "/timeout_ms", "/error/details/1/pointer", "/validate",
           "/error/details/2/pointer", "/typo", "/error/details/3", ABSENT);

    client = contactway_client_new("{" APP "}", &error);
    CHECK(client != 0 && error == NULL);
    contactway_client_free(client);
    client = contactway_client_new("{\"access_token\":\"t0ken-0f-the-h0st\"}", NULL);
    CHECK(client != 0);
    contactway_client_free(client);

    /* A sandbox's information is always an answer. */
    CHECK(contactway_sandbox_start(NULL, &info) == 0);
    EXPECT(info, "/errcode", "-1001", "/error/kind", "invalid_argument", "/errmsg", "~NULL");
    CHECK(contactway_sandbox_start("{\"ports\":1}", &info) == 0);
    EXPECT(info, "/errcode", "-1001", "/error/kind", "invalid_argument", "/errmsg", "~ports");
    CHECK(contactway_sandbox_start("{\"port\":-1}", NULL) == 0);
}
