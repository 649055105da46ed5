/* From nothing to ready: connect, upgrade, say hello, wait for the welcome; at most options.opening at a time. A server
 * that answers 503 (its admission control) is asked again after its Retry-After. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

static int next_unopened, opening, postponed;

static void bind_address(int fd, int index) {
    int on = 1;
    struct sockaddr_in from = {.sin_family = AF_INET};
    if (options.addresses <= 1) return;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)(index % options.addresses));
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&from, sizeof from)) fail("bind: %s", strerror(errno));
}

static void open_one(struct connection *c) {
    int on = 1;
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)options.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = c};
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) fail("socket: %s", strerror(errno));
    bind_address(c->fd, c->index);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) fail("connect: %s", strerror(errno));
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
    c->state = CONNECTING;
    opening++;
}

static void open_postponed(uint64_t now) {
    for (int i = 0; i < next_unopened && opening < options.opening; i++) {
        struct connection *c = &connections[i];
        if (c->state != UNOPENED || c->retry_at > now) continue;
        postponed--;
        open_one(c);
    }
}

void open_some(uint64_t now) {
    if (postponed) open_postponed(now);
    while (opening < options.opening && next_unopened < options.connections) open_one(&connections[next_unopened++]);
}

void advance(struct connection *c) {
    char request[HEADERS_MAX + 512];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    int error = 0;
    socklen_t size = sizeof error;
    if (c->state == CONNECTING) {
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error) fail("connect: %s", strerror(error));
        int length = snprintf(request, sizeof request,
                              "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                              "Sec-WebSocket-Key: %08xbench01234567w==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
                              options.path, options.port, (unsigned)c->index, options.headers);
        /* The key is 16 bytes in base64: 22 characters and the padding. */
        if (send(c->fd, request, (size_t)length, MSG_NOSIGNAL) != length) fail("the upgrade could not be sent");
        epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
        c->state = UPGRADING;
        return;
    }
    opening--;
    c->state = READY;
    ready_count++;
}

void refused(struct connection *c, const char *data) {
    const char *field = strcasestr(data, "Retry-After:");
    if (strncmp(data, "HTTP/1.1 503", 12)) fail("the upgrade was answered with: %.*s", (int)strcspn(data, "\r\n"), data);
    close(c->fd);
    c->state = UNOPENED;
    c->retry_at = now_ns() + (uint64_t)(field ? atof(field + 12) * 1e9 : 1e9);
    opening--;
    postponed++;
}

size_t upgrade(struct connection *c, char *data, size_t length) {
    char *end = memmem(data, length, "\r\n\r\n", 4);
    if (!end) return 0;
    *end = 0;
    if (strncmp(data, "HTTP/1.1 101", 12)) {
        refused(c, data);
        return length;
    }
    c->state = GREETING;
    if (c->hello) send_frame(c, 1, c->hello, strlen(c->hello));
    if (!options.ready) advance(c);
    return (size_t)(end + 4 - data);
}
