/* The floor: one packet written, one read, on a socket of its own a thread. No library has less to do. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contender.h"

struct thread {
    int socket;
    int length;
    char request[4096];
    char answer[4096];
};

void contender_start(const struct target *target)
{
    if (target->ca_file != NULL) fail("the raw socket knows no TLS");
}

void contender_stop(void)
{
}

void *contender_begin(const struct target *target)
{
    struct thread *thread = malloc(sizeof *thread);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int on = 1;
    if (thread == NULL) fail("out of memory");
    int port = atoi(strrchr(target->base_url, ':') + 1);
    address.sin_port = htons((unsigned short)port);
    thread->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(thread->socket, (struct sockaddr *)&address, sizeof address) != 0) fail("no connection");
    setsockopt(thread->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    thread->length = snprintf(thread->request, sizeof thread->request,
                              "POST /cgi-bin/externalcontact/add_contact_way?access_token=%s HTTP/1.1\r\n"
                              "Host: 127.0.0.1:%d\r\nAccept: */*\r\nContent-Type: application/json\r\n"
                              "Content-Length: %zu\r\n\r\n%s",
                              target->token, port, strlen(target->body), target->body);
    return thread;
}

void contender_end(void *state)
{
    struct thread *thread = state;
    close(thread->socket);
    free(thread);
}

void contender_call(void *state)
{
    struct thread *thread = state;
    if (write(thread->socket, thread->request, (size_t)thread->length) != thread->length) fail("the request broke off");
    ssize_t amount = read(thread->socket, thread->answer, sizeof thread->answer - 1);
    if (amount <= 0) fail("no answer");
    thread->answer[amount] = '\0';
    if (strstr(thread->answer, "\"errcode\":0") == NULL) fail(thread->answer);
}
