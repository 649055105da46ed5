/* The peer that shows the machine's limit: a WebSocket server in C on epoll. Each text that any client sends goes to
 * every client, the frame encoded once.
 *
 *   server [--gather]      prints the port that it listens on, serves until its standard input is closed
 *
 * Without --gather each message costs one send(2) per member; with it, all messages that one turn of the loop read go
 * to a member in one send(2). No authentication, no database, no pressure ladder: a client that doesn't read within
 * 4 MiB is dropped. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "accept.h"
#include "frames.h"

enum { MAX_FDS = 20000, READ_SIZE = 65536, WAITING_MAX = 4 << 20, EVENTS = 256 };

struct buffer {
    uint8_t *data;
    size_t length, capacity;
};

struct member {
    int open;    /* the handshake is done */
    int blocked; /* bytes are waiting for the socket */
    size_t place; /* in members[] */
    struct buffer in, waiting;
};

static struct member table[MAX_FDS]; /* by file descriptor */
static int members[MAX_FDS];
static size_t member_count;
static struct buffer turn; /* --gather: the frames of this turn of the loop */
static int gather, poller;

static void append(struct buffer *b, const void *data, size_t length) {
    if (b->length + length > b->capacity) {
        b->capacity = (b->length + length) * 2;
        b->data = realloc(b->data, b->capacity);
        if (!b->data) abort();
    }
    memcpy(b->data + b->length, data, length);
    b->length += length;
}

static void consume(struct buffer *b, size_t length) {
    b->length -= length;
    if (b->length) {
        memmove(b->data, b->data + length, b->length);
        return;
    }
    free(b->data); /* an idle connection holds no buffer */
    memset(b, 0, sizeof *b);
}

static void watch(int fd, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.fd = fd};
    epoll_ctl(poller, operation, fd, &event);
}

static void leave(int fd) {
    struct member *m = &table[fd];
    if (m->open) {
        members[m->place] = members[--member_count];
        table[members[m->place]].place = m->place;
    }
    consume(&m->in, m->in.length);
    consume(&m->waiting, m->waiting.length);
    memset(m, 0, sizeof *m);
    close(fd);
}

/* Returns 0 when the connection is gone. */
static int push(int fd, const uint8_t *data, size_t length) {
    struct member *m = &table[fd];
    ssize_t sent = 0;
    if (!m->blocked) {
        sent = send(fd, data, length, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN) return 0;
        if (sent < 0) sent = 0;
        if ((size_t)sent == length) return 1;
        m->blocked = 1;
        watch(fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    }
    append(&m->waiting, data + sent, length - (size_t)sent);
    return m->waiting.length < WAITING_MAX;
}

static void push_all(const uint8_t *data, size_t length) {
    for (size_t i = member_count; i-- > 0;) { /* downwards: leave() moves the last one into the gap */
        if (!push(members[i], data, length)) leave(members[i]);
    }
}

static void flush(int fd) {
    struct member *m = &table[fd];
    ssize_t sent = send(fd, m->waiting.data, m->waiting.length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) return;
    consume(&m->waiting, (size_t)sent);
    if (m->waiting.length) return;
    m->blocked = 0;
    watch(fd, EPOLL_CTL_MOD, EPOLLIN);
}

static void broadcast(const uint8_t *payload, size_t length) {
    static struct buffer frame;
    uint8_t head[FRAME_HEAD_MAX];
    size_t head_length = frame_head(head, OP_TEXT, length, NULL);
    struct buffer *out = gather ? &turn : &frame;
    append(out, head, head_length);
    append(out, payload, length);
    if (gather) return;
    push_all(frame.data, frame.length);
    frame.length = 0;
}

static void end_turn(void) {
    if (!turn.length) return;
    push_all(turn.data, turn.length);
    turn.length = 0;
}

static int handshake(int fd) {
    struct member *m = &table[fd];
    char accept[32], key[64], answer[256];
    append(&m->in, "", 1);
    m->in.length--;
    char *text = (char *)m->in.data, *end = strstr(text, "\r\n\r\n");
    if (!end) return m->in.length < 8192;
    char *field = strcasestr(text, "Sec-WebSocket-Key:");
    if (!field || sscanf(field + 18, " %60[^\r]", key) != 1) return 0;
    accept_value(key, accept);
    int length = snprintf(answer, sizeof answer,
                          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: %s\r\n\r\n", accept);
    m->open = 1;
    m->place = member_count;
    members[member_count++] = fd;
    consume(&m->in, (size_t)(end + 4 - text));
    return push(fd, (uint8_t *)answer, (size_t)length);
}

static int control(int fd, const struct frame *frame) {
    uint8_t out[FRAME_HEAD_MAX + 125];
    if (frame->opcode == OP_PONG) return 1;
    if (frame->opcode != OP_PING || frame->length > 125) return 0;
    size_t head = frame_head(out, OP_PONG, frame->length, NULL);
    memcpy(out + head, frame->payload, frame->length);
    return push(fd, out, head + frame->length);
}

static int frames(int fd) {
    struct frame frame;
    struct member *m = &table[fd];
    while (m->open && frame_read(m->in.data, m->in.length, &frame)) {
        if (frame.mask) frame_mask(frame.payload, frame.length, frame.mask);
        if (frame.opcode == OP_TEXT) broadcast(frame.payload, frame.length);
        else if (!control(fd, &frame)) return 0;
        if (m->open) consume(&m->in, frame.size); /* the broadcast may have dropped this very member */
    }
    return 1;
}

static void readable(int fd) {
    static uint8_t chunk[READ_SIZE];
    struct member *m = &table[fd];
    ssize_t got = recv(fd, chunk, sizeof chunk, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        leave(fd);
        return;
    }
    append(&m->in, chunk, (size_t)got);
    if (!m->open && !handshake(fd)) {
        leave(fd);
        return;
    }
    if (m->open && !frames(fd)) leave(fd);
}

static void accept_one(int listener) {
    int on = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (fd >= MAX_FDS) {
        close(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(fd, EPOLL_CTL_ADD, EPOLLIN);
}

static int listen_on_loopback(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 4096)) {
        perror("listen");
        exit(1);
    }
    getsockname(fd, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(int argc, char **argv) {
    struct epoll_event events[EVENTS];
    struct rlimit limit;
    char ignored[64];
    gather = argc > 1 && !strcmp(argv[1], "--gather");
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    poller = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_on_loopback();
    watch(listener, EPOLL_CTL_ADD, EPOLLIN);
    watch(STDIN_FILENO, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        int n = epoll_wait(poller, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == STDIN_FILENO && read(fd, ignored, sizeof ignored) <= 0) return 0;
            if (fd == STDIN_FILENO) continue;
            if (fd == listener) accept_one(fd);
            else if (events[i].events & EPOLLOUT) flush(fd);
            else readable(fd);
        }
        end_turn();
    }
}
