/* contactway_errcode and contactway_json_get. */
#include "check.h"
#include "parts.h"

#include <contactway.h>

#include <string.h>

/* The examples of RFC 6901, section 5, and what lies at their edges. */
#define DOCUMENT                                                                                                   \
    "{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7," \
    "\"m~n\":8,\"deep\":{\"0\":{\"x\":[ 1 , 2.50 ]}},\"text\":\"a\\u4f60\\n\\\"\",\"null\":null,\"yes\":true,"     \
    "\"big\":123456789012345678901234567890,\"empty\":\"\",\"twice\":1,\"twice\":2,"      \
    "\"nul\":\"a\\u0000b\",\"half\":\"a\\ud800b\"}"

static const struct {
    const char *pointer, *value;
} there[] = {
    {"/foo", "[\"bar\",\"baz\"]"},
    {"/foo/0", "bar"},
    {"/foo/1", "baz"},
    {"/", "0"},
    {"/a~1b", "1"},
    {"/c%d", "2"},
    {"/e^f", "3"},
    {"/g|h", "4"},
    {"/i\\j", "5"},
    {"/k\"l", "6"},
    {"/ ", "7"},
    {"/m~0n", "8"},
    {"/deep/0/x", "[ 1 , 2.50 ]"},
    {"/deep/0/x/1", "2.50"},
    {"/text", "a\xe4\xbd\xa0\n\""},
    {"/null", "null"},
    {"/yes", "true"},
    {"/big", "123456789012345678901234567890"},
    {"/empty", ""},
    /* What C cannot hold, and what UTF-8 cannot. */
    {"/nul", "a"},
    {"/half", "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" "b"},
    {"", DOCUMENT},
};

static const char *const absent[] = {
    "/nothing",
    "/foo/2",
    "/foo/00",
    "/foo/-",
    "/foo/-1",
    "/foo/x",
    "/foo/",
    "/foo/0/0",
    "/a/b",
    "/m~n",
    "foo",
    "#/foo",
    "/yes/0",
    "/null/0",
    "/deep/x",
    "/\xff",
    "/foo/18446744073709551616",
};

static const struct {
    const char *answer;
    int64_t errcode;
} errcodes[] = {
    {"{\"errcode\":0}", 0},
    {"{\"errmsg\":\"\",\"errcode\":-1}", -1},
    {" {\"errcode\" : 40058 } ", 40058},
    {"{\"errcode\":9007199254740993}", 9007199254740993},
    {NULL, -1001},
    {"", -1001},
    {"0", -1001},
    {"[0]", -1001},
    {"{}", -1001},
    {"{\"errcode\":\"0\"}", -1001},
    {"{\"errcode\":null}", -1001},
    {"{\"errcode\":0.5}", -1001},
    {"{\"errcode\":99999999999999999999}", -1001},
    {"{\"error\":{\"errcode\":0}}", -1001},
    {"{\"errcode\":0", -1001},
    {"{\"errcode\":0}\xff", -1001},
};

static void no_value(const char *json, const char *pointer)
{
    char *found = contactway_json_get(json, pointer);
    if (!CHECK(found == NULL)) check_that(0, __FILE__, __LINE__, pointer == NULL ? found : pointer);
    contactway_string_free(found);
}

void test_values(void)
{
    size_t k;

    for (k = 0; k < sizeof there / sizeof *there; k++) {
        char *found = contactway_json_get(DOCUMENT, there[k].pointer);
        CHECK(found != NULL && strcmp(found, there[k].value) == 0);
        contactway_string_free(found);
    }
    for (k = 0; k < sizeof absent / sizeof *absent; k++) no_value(DOCUMENT, absent[k]);
    no_value(NULL, "/a");
    no_value("{\"a\":1}", NULL);
    no_value(NULL, NULL);
    no_value("{\"a\":\"\xff\"}", "/a");
    no_value("{\"a\":1", "/a");
    no_value("{\"a\":1} 2", "/a");
    no_value("", "");
    for (k = 0; k < sizeof errcodes / sizeof *errcodes; k++) {
        CHECK(contactway_errcode(errcodes[k].answer) == errcodes[k].errcode);
    }
    contactway_string_free(NULL);
}
