/* A server that hangs up on a large request is an error, and no SIGPIPE, which would end a host that leaves it alone. */
#define _POSIX_C_SOURCE 200809L

#include "check.h"
#include "parts.h"

#include <contactway.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* More than the system takes from a writer whom nobody reads. */
enum { LARGE = 9 * 1024 * 1024 };

/* Reads a little of one request, says that no answer comes, and closes with the rest unread. */
static void *hang_up(void *data)
{
    const int *listener = data;
    int connection = accept(*listener, NULL, NULL);
    char some[1024];

    CHECK(connection >= 0 && read(connection, some, sizeof some) > 0);
    shutdown(connection, SHUT_WR);
    close(connection);
    return NULL;
}

/* Listens on a port of its own, with room for little; answers the socket. */
static int listen_for_little(int *port)
{
    struct sockaddr_in address = {0};
    socklen_t length = sizeof address;
    int room = 4096, listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) != 0
        || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1) != 0
        || getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        abort();
    }
    *port = ntohs(address.sin_port);
    return listener;
}

void test_signals(void)
{
    int port, listener = listen_for_little(&port);
    char *config = format("{\"base_url\":\"http://127.0.0.1:%d\",\"access_token\":\"signals-token\",\"max_attempts\":1,"
                          "\"timeout_ms\":3600000,\"validate\":\"off\"}", port);
    contactway_client client = contactway_client_new(config, NULL);
    char *filler = malloc(LARGE + 1), *update, *upload;
    struct sigaction before, after;
    pthread_t server;

    if (filler == NULL || client == 0) abort();
    memset(filler, 'A', LARGE);
    filler[LARGE] = '\0';
    update = format("{\"config_id\":\"c\",\"remark\":\"%s\"}", filler);
    /* The beginning of a PNG file, in base64. */
    upload = format("{\"filename\":\"a.png\",\"base64\":\"iVBORw0KGgoA%s\"}", filler);
    signal(SIGPIPE, SIG_DFL);
    sigaction(SIGPIPE, NULL, &before);

    if (pthread_create(&server, NULL, hang_up, &listener) != 0) abort();
    EXPECT(contactway_update(client, update, NULL), "/errcode", "-1007", "/error/kind", "network");
    pthread_join(server, NULL);
    if (pthread_create(&server, NULL, hang_up, &listener) != 0) abort();
    EXPECT(contactway_upload_image(client, upload, NULL), "/errcode", "-1007", "/error/kind", "network");
    pthread_join(server, NULL);
    sigaction(SIGPIPE, NULL, &after);
    CHECK(before.sa_handler == SIG_DFL && after.sa_handler == SIG_DFL);

    close(listener);
    contactway_client_free(client);
    free(config);
    free(filler);
    free(update);
    free(upload);
}
