/*
 * Runs the vectors, one file a case: see tests/vectors/README.md.
 *
 *     vectors add_and_get.json …
 */
#define _XOPEN_SOURCE 700

#include "../../bindings/c/sandbox_http.h"
#include "check.h"
#include "vector_members.h"

#include <contactway.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_MAX = 64 };

/* A vector under way. */
struct run {
    const char *file;
    char *text, *base_url, *dir;
    contactway_client client;
    struct {
        char *name, *value;
    } saved[NAMES_MAX];
    int saved_count;
};

static const struct {
    const char *name;
    char *(*call)(contactway_client, const char *, const char *);
} calls[] = {
    {"add", contactway_add},
    {"get", contactway_get},
    {"list", contactway_list},
    {"update", contactway_update},
    {"del", contactway_del},
    {"close_temp_chat", contactway_close_temp_chat},
    {"upload_image", contactway_upload_image},
    {"save_qr_code", contactway_save_qr_code},
};

static void fail(const struct run *run, const char *where, const char *what, const char *found)
{
    char *text = format("%s: %s: %s, but there is %.2000s", run->file, where, what, found == NULL ? ABSENT : found);
    check_that(0, __FILE__, __LINE__, text);
    free(text);
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text;
    long length;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    rewind(file);
    text = format("%*s", (int)length, "");
    if (fread(text, 1, (size_t)length, file) != (size_t)length) exit(EXIT_FAILURE);
    fclose(file);
    return text;
}

/* A folder of the vector's own, to be freed with free. */
static char *make_dir(void)
{
    const char *temporary = getenv("TMPDIR");
    char *path = format("%s/contactway-XXXXXX", temporary == NULL ? "/tmp" : temporary);
    if (mkdtemp(path) == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    return path;
}

/* Removes a folder with the files in it. */
static void remove_dir(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        char *file = format("%s/%s", path, entry->d_name);
        unlink(file);
        free(file);
    }
    if (folder != NULL) closedir(folder);
    rmdir(path);
}

static void save(struct run *run, char *name, char *value)
{
    if (run->saved_count == NAMES_MAX) abort();
    run->saved[run->saved_count].name = name;
    run->saved[run->saved_count].value = value;
    run->saved_count++;
}

/* The latest value of a name, given by its beginning and length; NULL if there is none. */
static const char *value_of(const struct run *run, const char *name, size_t length)
{
    int i;
    for (i = run->saved_count - 1; i >= 0; i--) {
        if (strlen(run->saved[i].name) == length && memcmp(run->saved[i].name, name, length) == 0)
            return run->saved[i].value;
    }
    return NULL;
}

/* text with every ${name} replaced, to be freed with free. */
static char *filled(const struct run *run, const char *text)
{
    char *done = format("%s", "");
    for (;;) {
        const char *open = strstr(text, "${"), *close = open == NULL ? NULL : strchr(open, '}');
        const char *value = close == NULL ? NULL : value_of(run, open + 2, (size_t)(close - open - 2));
        char *longer;
        if (open != NULL && value == NULL) fail(run, open, "a name that was saved", NULL);
        longer = value == NULL ? format("%s%s", done, text) : format("%s%.*s%s", done, (int)(open - text), text, value);
        free(done);
        done = longer;
        if (value == NULL) return done;
        text = close + 1;
    }
}

/* The value of the vector at pointer, names replaced, to be freed with free; NULL if it is absent. */
static char *at(const struct run *run, const char *pointer)
{
    char *raw = contactway_json_get(run->text, pointer), *done = raw == NULL ? NULL : filled(run, raw);
    contactway_string_free(raw);
    return done;
}

/* The same below a place: `at_in(run, "/steps/0", "/call")`. */
static char *at_in(const struct run *run, const char *place, const char *member)
{
    char *pointer = format("%s%s", place, member), *found = at(run, pointer);
    free(pointer);
    return found;
}

/* One pair of expect: a pointer into the answer, and the value there. */
static void expect_value(const struct run *run, const char *answer, const char *pointer, const char *wanted)
{
    char *found = contactway_json_get(answer, pointer);
    const char *value = found == NULL ? "null" : found;
    if (strcmp(value, wanted) != 0) {
        char *what = format("%s is %s", pointer, wanted);
        fail(run, pointer, what, answer);
        free(what);
    }
    CHECK(1);
    contactway_string_free(found);
}

static void expect(const struct run *run, const char *step, const char *answer)
{
    char *all = at_in(run, step, "/expect");
    int i;
    if (all == NULL) expect_value(run, answer, "/errcode", "0");
    for (i = 0; all != NULL; i++) {
        char *pair = format("%s/expect/%d", step, i);
        char *pointer = at_in(run, pair, "/0"), *wanted = at_in(run, pair, "/1");
        if (pointer != NULL) expect_value(run, answer, pointer, wanted == NULL ? "null" : wanted);
        free(pair);
        free(wanted);
        free(pointer);
        if (pointer == NULL) break;
    }
    free(all);
}

static void save_all(struct run *run, const char *step, const char *answer)
{
    int i;
    for (i = 0;; i++) {
        char *pair = format("%s/save/%d", step, i);
        char *name = at_in(run, pair, "/0"), *pointer = at_in(run, pair, "/1");
        char *value = pointer == NULL ? NULL : contactway_json_get(answer, pointer);
        free(pair);
        if (pointer != NULL && value == NULL) fail(run, step, pointer, answer);
        free(pointer);
        if (value == NULL) {
            free(name);
            return;
        }
        save(run, name, format("%s", value));
        contactway_string_free(value);
    }
}

/* The answer of a step, to be freed with free; NULL if it has none, which is told. */
static char *answer_of(const struct run *run, const char *step)
{
    char *call = at_in(run, step, "/call"), *method = at_in(run, step, "/http"), *answer = NULL;
    size_t i;

    if (method != NULL) {
        char *path = at_in(run, step, "/path"), *body = at_in(run, step, "/body");
        answer = sandbox_request(run->base_url, method, path, body);
        free(path);
        free(body);
    }
    for (i = 0; call != NULL && i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(call, calls[i].name) == 0) {
            char *request = at_in(run, step, "/request"), *options = at_in(run, step, "/options");
            char *own = calls[i].call(run->client, request, options);
            check_form(__FILE__, __LINE__, own);
            answer = format("%s", own);
            contactway_string_free(own);
            free(request);
            free(options);
        }
    }
    if (answer == NULL) fail(run, step, "an answer", call);
    free(call);
    free(method);
    return answer;
}

static void run_steps(struct run *run)
{
    int i, more = 1;
    for (i = 0; more; i++) {
        char *step = format("/steps/%d", i), *text = contactway_json_get(run->text, step);
        const char *unknown = text == NULL ? NULL : unknown_step_member(text);
        char *answer = text == NULL ? NULL : answer_of(run, step);
        if (unknown != NULL) fail(run, step, "a member that is known", unknown);
        if (text == NULL && i == 0) fail(run, run->file, "steps", NULL);
        if (answer != NULL) {
            expect(run, step, answer);
            save_all(run, step, answer);
        }
        more = text != NULL;
        free(answer);
        contactway_string_free(text);
        free(step);
    }
}

/* The sandbox's journal against wire: every call in its order. */
static void check_wire(const struct run *run)
{
    char *wire = at(run, "/wire"), *journal;
    int i, more = wire != NULL;

    journal = more ? sandbox_request(run->base_url, "GET", "/sandbox/calls", NULL) : NULL;
    for (i = 0; more; i++) {
        char *wanted = format("/wire/%d", i), *came = format("/calls/%d", i);
        char *names[2], *bodies[2];
        char *came_name = format("%s/endpoint", came), *came_body = format("%s/body", came);
        names[0] = at_in(run, wanted, "/0");
        bodies[0] = at_in(run, wanted, "/1");
        names[1] = contactway_json_get(journal, came_name);
        bodies[1] = contactway_json_get(journal, came_body);
        more = names[0] != NULL || names[1] != NULL;
        if (more && (names[0] == NULL || names[1] == NULL || strcmp(names[0], names[1]) != 0)) {
            fail(run, wanted, names[0] == NULL ? "no further call" : names[0], names[1]);
        } else if (more && strcmp(bodies[0], bodies[1]) != 0) {
            fail(run, wanted, bodies[0], bodies[1]);
        }
        CHECK(1);
        free(names[0]);
        free(bodies[0]);
        contactway_string_free(names[1]);
        contactway_string_free(bodies[1]);
        free(came_name);
        free(came_body);
        free(wanted);
        free(came);
    }
    free(journal);
    free(wire);
}

static void run_vector(const char *path)
{
    struct run run = {0};
    static const char *const given[] = {"base_url", "corp_id", "secret"};
    const char *unknown;
    char *sandbox_config, *config, *info = NULL, *error = NULL;
    contactway_sandbox sandbox;
    size_t i;

    run.file = path;
    run.text = read_file(path);
    unknown = unknown_vector_member(run.text);
    if (unknown != NULL) fail(&run, path, "a member that is known", unknown);
    run.dir = make_dir();
    save(&run, format("dir"), format("%s", run.dir));
    sandbox_config = at(&run, "/sandbox");
    sandbox = contactway_sandbox_start(sandbox_config == NULL ? "{}" : sandbox_config, &info);
    if (sandbox == 0) fail(&run, "/sandbox", "a sandbox", info);
    for (i = 0; i < sizeof given / sizeof *given; i++) {
        char *pointer = format("/%s", given[i]), *value = contactway_json_get(info, pointer);
        save(&run, format("%s", given[i]), format("%s", value == NULL ? "" : value));
        contactway_string_free(value);
        free(pointer);
    }
    run.base_url = format("%s", value_of(&run, "base_url", strlen("base_url")));
    config = at(&run, "/config");
    if (config == NULL) {
        config = filled(&run, "{\"base_url\":\"${base_url}\",\"corp_id\":\"${corp_id}\",\"secret\":\"${secret}\"}");
    }
    run.client = contactway_client_new(config, &error);
    if (run.client == 0) fail(&run, "/config", "a client", error);

    run_steps(&run);
    check_wire(&run);

    contactway_client_free(run.client);
    contactway_sandbox_stop(sandbox);
    contactway_string_free(error);
    contactway_string_free(info);
    while (run.saved_count > 0) {
        run.saved_count--;
        free(run.saved[run.saved_count].name);
        free(run.saved[run.saved_count].value);
    }
    free(config);
    free(sandbox_config);
    free(run.base_url);
    free(run.text);
    remove_dir(run.dir);
    free(run.dir);
}

int main(int argc, char **argv)
{
    int i;
    for (i = 1; i < argc; i++) run_vector(argv[i]);
    CHECK(argc > 1);
    return check_report("vectors");
}
