/* A stand-in that answers as fast as it can: a thread a connection, one read and one write a call.
 *
 *     server TOKEN [CERTIFICATE KEY]
 *
 * Listens on a loopback port that it prints, over TLS where it is given a certificate. Answers gettoken with TOKEN,
 * list_contact_way with a page of 1,000, and anything else as add_contact_way. Ends when its standard input does. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* The headers that WeCom sends. */
#define HEAD                                                                                                           \
    "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Mon, 18 Nov 2024 08:00:00 GMT\r\n"                                      \
    "Content-Type: application/json; charset=UTF-8\r\nContent-Length: %zu\r\n"                                       \
    "Connection: keep-alive\r\nError-Code: 0\r\nError-Msg: ok\r\nX-W-No: 4\r\n\r\n%s"
#define ADDED                                                                                                          \
    "{\"errcode\":0,\"errmsg\":\"ok\",\"config_id\":\"42b34949e138eb6e027c123cba77fad7\","                             \
    "\"qr_code\":\"http://p.qpic.cn/wwhead/duc2TvpEgSTPk74IwG7BxqzVbI6ZjFZbYIibqYdVk0h8Rm6sWqFa4TBQ/0\"}"
#define FETCHED "{\"errcode\":0,\"errmsg\":\"ok\",\"access_token\":\"%s\",\"expires_in\":7200}"

static SSL_CTX *tls;
static char add_answer[1024], token_answer[2048], list_answer[64 * 1024];

/* No request is longer, in bytes. */
#define REQUEST_MAX (2 * 1024 * 1024)
#define PAGE 1000

struct connection {
    int socket;
    SSL *tls;
};

static ssize_t take(struct connection *from, char *buffer, size_t capacity)
{
    return from->tls ? SSL_read(from->tls, buffer, (int)capacity) : read(from->socket, buffer, capacity);
}

static ssize_t give(struct connection *to, const char *text, size_t length)
{
    return to->tls ? SSL_write(to->tls, text, (int)length) : write(to->socket, text, length);
}

/* How long the first request in `text` is; 0 while it is not whole. */
static size_t request_length(const char *text)
{
    const char *end = strstr(text, "\r\n\r\n");
    if (end == NULL) return 0;
    size_t head = (size_t)(end - text) + 4;
    const char *length = strcasestr(text, "\r\ncontent-length:");
    if (length == NULL || length > end) return head;
    return head + strtoul(length + strlen("\r\ncontent-length:"), NULL, 10);
}

static int starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static const char *answer_to(const char *request)
{
    if (starts(request, "GET /cgi-bin/gettoken")) return token_answer;
    if (starts(request, "POST /cgi-bin/externalcontact/list_contact_way")) return list_answer;
    return add_answer;
}

static void write_list(void)
{
    static char body[sizeof list_answer - 512];
    int length = snprintf(body, sizeof body, "{\"errcode\":0,\"errmsg\":\"ok\",\"contact_way\":[");
    for (int each = 0; each < PAGE; each++) {
        length += snprintf(body + length, sizeof body - (size_t)length, "%s{\"config_id\":\"42b34949e138eb6e027c%012d\"}",
                           each == 0 ? "" : ",", each);
    }
    snprintf(body + length, sizeof body - (size_t)length, "],\"next_cursor\":\"nc-0001\"}");
    snprintf(list_answer, sizeof list_answer, HEAD, strlen(body), body);
}

static void serve(struct connection *client)
{
    char *request = malloc(REQUEST_MAX);
    size_t held = 0;
    while (request != NULL) {
        ssize_t amount = take(client, request + held, REQUEST_MAX - 1 - held);
        if (amount <= 0) break;
        held += (size_t)amount;
        request[held] = '\0';
        size_t length = request_length(request);
        if (length == 0 || held < length) continue;
        const char *answer = answer_to(request);
        size_t size = strlen(answer);
        if (give(client, answer, size) != (ssize_t)size) break;
        held -= length;
        memmove(request, request + length, held);
    }
    free(request);
}

static void *connection_thread(void *argument)
{
    struct connection client = {(int)(intptr_t)argument, NULL};
    if (tls != NULL) {
        client.tls = SSL_new(tls);
        SSL_set_fd(client.tls, client.socket);
    }
    if (client.tls == NULL || SSL_accept(client.tls) == 1) serve(&client);
    SSL_free(client.tls);
    close(client.socket);
    return NULL;
}

static void *accept_thread(void *argument)
{
    int listener = (int)(intptr_t)argument, on = 1;
    for (;;) {
        int socket = accept(listener, NULL, NULL);
        if (socket < 0) continue;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pthread_t thread;
        if (pthread_create(&thread, NULL, connection_thread, (void *)(intptr_t)socket) != 0) exit(1);
        pthread_detach(thread);
    }
}

int main(int argc, char **argv)
{
    char fetched[1024];
    signal(SIGPIPE, SIG_IGN);
    if (argc != 2 && argc != 4) {
        fprintf(stderr, "usage: server TOKEN [CERTIFICATE KEY]\n");
        return 1;
    }
    snprintf(fetched, sizeof fetched, FETCHED, argv[1]);
    snprintf(token_answer, sizeof token_answer, HEAD, strlen(fetched), fetched);
    snprintf(add_answer, sizeof add_answer, HEAD, strlen(ADDED), ADDED);
    write_list();
    if (argc == 4) {
        tls = SSL_CTX_new(TLS_server_method());
        if (SSL_CTX_use_certificate_chain_file(tls, argv[2]) != 1 ||
            SSL_CTX_use_PrivateKey_file(tls, argv[3], SSL_FILETYPE_PEM) != 1) {
            fprintf(stderr, "server: the certificate or its key cannot be used\n");
            return 1;
        }
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 64) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        perror("server");
        return 1;
    }
    pthread_t thread;
    if (pthread_create(&thread, NULL, accept_thread, (void *)(intptr_t)listener) != 0) return 1;
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    char ignored;
    while (read(0, &ignored, 1) > 0) continue;
    return 0;
}
