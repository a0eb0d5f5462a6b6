#define _POSIX_C_SOURCE 200809L

#include "sandbox_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int connect_to(const char *base_url)
{
    struct sockaddr_in address = {0};
    char host[16];
    unsigned port;
    int fd;

    if (sscanf(base_url, "http://%15[0-9.]:%u", host, &port) != 2) return -1;
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)port);
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) return -1;
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static int write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written <= 0) return -1;
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

/* Everything up to the end of the connection, NUL-terminated. */
static char *read_all(int fd)
{
    size_t length = 0, capacity = 4096;
    char *text = malloc(capacity);

    while (text != NULL) {
        ssize_t got = read(fd, text + length, capacity - length - 1);
        if (got <= 0) break;
        length += (size_t)got;
        if (capacity - length < 2) {
            char *larger = realloc(text, capacity *= 2);
            if (larger == NULL) free(text);
            text = larger;
        }
    }
    if (text != NULL) text[length] = '\0';
    return text;
}

char *sandbox_request(const char *base_url, const char *method, const char *path, const char *body)
{
    static const char format[] = "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n";
    char head[1024];
    char *answer = NULL, *end;
    size_t length = body == NULL ? 0 : strlen(body);
    int written = snprintf(head, sizeof head, format, method, path, base_url + strlen("http://"), length);
    int fd = connect_to(base_url);

    if (fd < 0) return NULL;
    if (written > 0 && (size_t)written < sizeof head && write_all(fd, head, (size_t)written) == 0
        && (length == 0 || write_all(fd, body, length) == 0)) {
        answer = read_all(fd);
    }
    close(fd);
    if (answer == NULL || (end = strstr(answer, "\r\n\r\n")) == NULL) {
        free(answer);
        return NULL;
    }
    memmove(answer, end + 4, strlen(end + 4) + 1);
    return answer;
}
