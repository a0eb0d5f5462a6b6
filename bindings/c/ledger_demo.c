/*
 * A spreadsheet applied, killed with SIGKILL in the middle, and applied again, against the embedded sandbox: nothing is
 * doubled and nothing is lost. It leaves ledger-demo.csv, ledger-demo.db and ledger-demo.jsonl to look at.
 *
 *     cc ledger_demo.c sandbox_http.c $(pkg-config --cflags --libs contactway) -o ledger_demo && ./ledger_demo
 */
#define _POSIX_C_SOURCE 200809L

#include <contactway.h>

#include "sandbox_http.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROWS 2000
#define KILLED_AT (ROWS / 2)

/* Each shop's key is its state too, by which an add whose answer was lost is found again. */
#define SHOP "shop-%04d"

/* The sandbox has no limits and lists at once, so the client keeps no rate and settle_s may be short. With WeCom leave
 * the last three members out. */
static const char client_format[] =
    "{\"base_url\":\"%s\",\"corp_id\":\"%s\",\"secret\":\"%s\",\"store\":\"sqlite:ledger-demo.db\","
    "\"rate_limit\":false,\"timeout_ms\":1000,\"settle_s\":1}";

static const char apply_request[] =
    "{\"path\":\"ledger-demo.csv\",\"namespace\":\"shops\",\"report_path\":\"ledger-demo.jsonl\"}";

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why == NULL ? "no answer" : why);
    exit(EXIT_FAILURE);
}

static char *checked(const char *what, char *answer)
{
    if (contactway_errcode(answer) != 0) fail(what, answer);
    return answer;
}

/* What an answer holds at a pointer; there must be something. */
static char *member(const char *answer, const char *pointer)
{
    char *text = contactway_json_get(answer, pointer);
    if (text == NULL) fail(pointer, answer);
    return text;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void write_sheet(void)
{
    FILE *sheet = fopen("ledger-demo.csv", "w");
    int shop;

    if (sheet == NULL) fail("ledger-demo.csv", "cannot be written");
    fputs("key,type,scene,user,remark,state,#manager\r\n", sheet);
    for (shop = 1; shop <= ROWS; shop++)
        fprintf(sheet, SHOP ",2,2,zhangsan;lisi,门店 %d," SHOP ",\"Wang, floor %d\"\r\n", shop, shop, shop, shop % 9);
    if (fclose(sheet) != 0) fail("ledger-demo.csv", "cannot be written");
    printf("%-16s %d rows in ledger-demo.csv\n", "spreadsheet", ROWS);
}

static contactway_client open_client(const char *config)
{
    char *error = NULL;
    contactway_client client = contactway_client_new(config, &error);
    if (client == 0) fail("client", error);
    return client;
}

/* How many contact ways the sandbox holds. */
static long made_at_wecom(const char *base_url)
{
    char *answer = sandbox_request(base_url, "GET", "/sandbox/recent", NULL);
    char *count;
    long made;

    if (answer == NULL) fail("/sandbox/recent", NULL);
    count = member(answer, "/counts/ways");
    made = strtol(count, NULL, 10);
    contactway_string_free(count);
    free(answer);
    return made;
}

/* Applies the sheet in a process of its own, which is killed as soon as WeCom has made half of it. */
static void apply_and_kill(const char *config, const char *base_url)
{
    const struct timespec pause = {0, 1000000};
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child < 0) fail("fork", "there can be no other process");
    if (child == 0) {
        contactway_string_free(contactway_apply(open_client(config), apply_request, NULL, NULL, NULL));
        _exit(EXIT_SUCCESS);
    }
    while (made_at_wecom(base_url) < KILLED_AT) {
        if (waitpid(child, &status, WNOHANG) != 0) fail("apply", "it ended before it could be killed");
        nanosleep(&pause, NULL);
    }
    kill(child, SIGKILL);
    if (waitpid(child, &status, 0) != child || !WIFSIGNALED(status)) fail("apply", "it ended before it was killed");
    printf("%-16s kill -9, when %d contact ways were made and others were on their way\n", "apply", KILLED_AT);
}

static void apply_again(contactway_client client)
{
    char *answer;

    printf("%-16s waits, at its end, until nothing of the killed run can reach WeCom any more: some 12 s\n", "apply");
    fflush(stdout);
    answer = checked("apply", contactway_apply(client, apply_request, NULL, NULL, NULL));
    printf("%-16s %s\n", "apply", answer);
    contactway_string_free(answer);
}

/* What there is at the end. */
struct tally {
    int of_shop[ROWS + 1]; /* contact ways with this shop's state */
    long at_wecom, doubled, lost, in_ledger;
};

/* Counts a contact way that WeCom lists: whose it is, and whether the ledger knows it. */
static void count_one(contactway_client client, const char *config_id, struct tally *tally)
{
    char request[128], *answer, *state, *status;
    int shop = 0;

    snprintf(request, sizeof request, "{\"config_id\":\"%s\"}", config_id);
    answer = checked("get", contactway_get(client, request, NULL));
    state = member(answer, "/contact_way/state");
    if (sscanf(state, SHOP, &shop) != 1 || shop < 1 || shop > ROWS) fail("a state of no row", state);
    contactway_string_free(state);
    contactway_string_free(answer);
    tally->at_wecom++;
    if (++tally->of_shop[shop] > 1) tally->doubled++;

    answer = checked("ledger", contactway_ledger(client, request, NULL));
    status = contactway_json_get(answer, "/entries/0/status");
    if (status == NULL || strcmp(status, "active") != 0) tally->lost++;
    contactway_string_free(status);
    contactway_string_free(answer);
}

static void count_at_wecom(contactway_client client, struct tally *tally)
{
    char *cursor = NULL;

    do {
        char request[1024], pointer[64], *page, *config_id;
        int place = 0;

        snprintf(request, sizeof request, "{\"limit\":100,\"cursor\":\"%s\"}", cursor == NULL ? "" : cursor);
        contactway_string_free(cursor);
        page = checked("list", contactway_list(client, request, NULL));
        for (;;) {
            snprintf(pointer, sizeof pointer, "/contact_way/%d/config_id", place++);
            config_id = contactway_json_get(page, pointer);
            if (config_id == NULL) break;
            count_one(client, config_id, tally);
            contactway_string_free(config_id);
        }
        cursor = contactway_json_get(page, "/next_cursor");
        contactway_string_free(page);
    } while (cursor != NULL && cursor[0] != '\0');
    contactway_string_free(cursor);
}

/* The rows for whose key the ledger has a living contact way. */
static void count_in_ledger(contactway_client client, struct tally *tally)
{
    int shop;

    for (shop = 1; shop <= ROWS; shop++) {
        char query[128], *answer, *config_id;

        snprintf(query, sizeof query, "{\"key\":\"" SHOP "\",\"status\":\"active\"}", shop);
        answer = checked("ledger", contactway_ledger(client, query, NULL));
        config_id = contactway_json_get(answer, "/entries/0/config_id");
        if (config_id != NULL) tally->in_ledger++;
        contactway_string_free(config_id);
        contactway_string_free(answer);
    }
}

int main(void)
{
    static struct tally tally;
    char *info = NULL, *base_url, *corp_id, *secret;
    char config[1024];
    double began, seconds;
    contactway_client client;
    contactway_sandbox sandbox = contactway_sandbox_start("{}", &info);

    checked("sandbox", info);
    base_url = member(info, "/base_url");
    corp_id = member(info, "/corp_id");
    secret = member(info, "/secret");
    snprintf(config, sizeof config, client_format, base_url, corp_id, secret);

    /* What an earlier run left belongs to a sandbox that is no more. */
    remove("ledger-demo.db");
    remove("ledger-demo.db-wal");
    remove("ledger-demo.db-shm");
    write_sheet();

    began = now_s();
    apply_and_kill(config, base_url);
    client = open_client(config);
    apply_again(client);
    seconds = now_s() - began;

    count_at_wecom(client, &tally);
    count_in_ledger(client, &tally);
    printf("\n%8s  %13s  %8s  %7s  %4s  %7s\n", "rows", "in the ledger", "at WeCom", "doubled", "lost", "seconds");
    printf("%8d  %13ld  %8ld  %7ld  %4ld  %7.1f\n\n", ROWS, tally.in_ledger, tally.at_wecom, tally.doubled, tally.lost,
        seconds);

    contactway_client_free(client);
    contactway_string_free(secret);
    contactway_string_free(corp_id);
    contactway_string_free(base_url);
    contactway_string_free(info);
    contactway_sandbox_stop(sandbox);
    return tally.in_ledger == ROWS && tally.at_wecom == ROWS && tally.doubled == 0 && tally.lost == 0
        ? EXIT_SUCCESS : EXIT_FAILURE;
}
