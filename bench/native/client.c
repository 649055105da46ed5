/* The load client of the live line's benchmark: opens WebSocket connections, greets, sends and counts.
 *
 *   client --port P --connections N [--window W | --rate PER_SECOND] [--pid SERVER]... see options.c
 *
 * Prints {"ready": N, ...} when every connection is ready. With traffic it then measures, prints one JSON object and
 * ends; without, it holds the connections (and answers pings) until its standard input is closed. A failure is printed
 * as {"error": "..."} with exit status 1. */
#define _GNU_SOURCE
#include "client.h"

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "frames.h"

enum { READ_SIZE = 1 << 20, EVENTS = 256 };

struct connection *connections;
int ready_count;
int poller;
char last_frame[LAST_MAX + 1] = "none";
static int running; /* all are ready, traffic flows */

uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void print_quoted(const char *text) {
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') putchar('\\');
        putchar((unsigned char)*text < 32 ? ' ' : *text);
    }
    putchar('"');
}

void fail(const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    printf("{\"error\": ");
    print_quoted(text);
    printf("}\n");
    exit(1);
}

void send_frame(struct connection *c, unsigned opcode, const char *text, size_t length) {
    static uint8_t out[200000];
    static const uint8_t mask[4] = {0x37, 0xa1, 0x5c, 0xe9};
    if (length > sizeof out - FRAME_HEAD_MAX) fail("a frame of %zu bytes is too long to send", length);
    size_t head = frame_head(out, opcode, length, mask);
    memcpy(out + head, text, length);
    frame_mask(out + head, length, mask);
    if (send(c->fd, out, head + length, MSG_NOSIGNAL) != (ssize_t)(head + length))
        fail("connection %d takes no more: %s", c->index, strerror(errno));
}

static void keep_last(const char *payload, size_t length) {
    size_t kept = length < LAST_MAX ? length : LAST_MAX;
    memcpy(last_frame, payload, kept);
    last_frame[kept] = 0;
}

static void text_frame(struct connection *c, char *payload, size_t length) {
    for (int i = 0; i < options.answer_count; i++) {
        const struct answer *a = &options.answers[i];
        size_t prefix = strlen(a->prefix);
        if (length >= prefix && !memcmp(payload, a->prefix, prefix)) send_frame(c, OP_TEXT, a->text, strlen(a->text));
    }
    if (c->state == GREETING && memmem(payload, length, options.ready, strlen(options.ready))) advance(c);
    else keep_last(payload, length);
}

static void handle_frame(struct connection *c, const struct frame *frame, uint64_t now) {
    char *payload = (char *)frame->payload;
    if (frame->opcode == OP_PING) send_frame(c, OP_PONG, payload, frame->length);
    else if (frame->opcode == OP_CLOSE)
        fail("connection %d was closed with %d %.*s; the last other frame was: %s", c->index,
             frame->length < 2 ? 1005 : frame->payload[0] << 8 | frame->payload[1], frame->length < 2 ? 0 : (int)frame->length - 2,
             payload + (frame->length < 2 ? 0 : 2), last_frame);
    else if (running && memchr(payload, '^', frame->length)) {
        traffic_frame(frame->size);
        traffic_payload(payload, frame->length, c->index, now);
    } else if (frame->opcode == OP_TEXT) text_frame(c, payload, frame->length);
}

static void keep_rest(struct connection *c, const char *data, size_t length) {
    free(c->rest);
    c->rest = NULL;
    c->rest_length = length;
    if (!length) return;
    c->rest = malloc(length);
    if (!c->rest) fail("not enough memory");
    memcpy(c->rest, data, length);
}

static void handle_bytes(struct connection *c, char *data, size_t length) {
    struct frame frame;
    size_t at = 0;
    uint64_t now = now_ns();
    if (c->state == UPGRADING) {
        at = upgrade(c, data, length);
        if (!at || c->state == UNOPENED) return keep_rest(c, data, c->state == UNOPENED ? 0 : length);
    }
    while (frame_read((uint8_t *)data + at, length - at, &frame)) {
        handle_frame(c, &frame, now);
        at += frame.size;
    }
    keep_rest(c, data + at, length - at);
}

static void readable(struct connection *c) {
    static char buffer[READ_SIZE];
    if (c->rest_length) memcpy(buffer, c->rest, c->rest_length);
    if (c->rest_length == sizeof buffer) fail("a frame is larger than %d bytes", READ_SIZE);
    ssize_t got = recv(c->fd, buffer + c->rest_length, sizeof buffer - c->rest_length, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) fail("connection %d was lost; the last other frame was: %s", c->index, last_frame);
    traffic_read();
    handle_bytes(c, buffer, c->rest_length + (size_t)got);
}

static void handle_event(const struct epoll_event *event) {
    uint64_t expired;
    struct connection *c = event->data.ptr;
    if (!c) {
        if (read(timer_fd(), &expired, sizeof expired) == sizeof expired) traffic_timer(expired);
    } else if (c->state == CONNECTING) advance(c);
    else readable(c);
}

static void turn(void) {
    struct epoll_event events[EVENTS];
    int n = epoll_wait(poller, events, EVENTS, 10);
    for (int i = 0; i < n; i++) handle_event(&events[i]);
}

static void serve_for(double seconds) {
    uint64_t until = now_ns() + (uint64_t)(seconds * 1e9);
    while (now_ns() < until) turn();
}

static void open_all(void) {
    uint64_t progress = now_ns();
    int before = 0;
    while (ready_count < options.connections) {
        uint64_t now = now_ns();
        open_some(now);
        turn();
        if (ready_count > before) {
            before = ready_count;
            progress = now;
        }
        if ((double)(now - progress) / 1e9 > options.patience)
            fail("%d of %d connections are ready; the last frame was: %s", ready_count, options.connections, last_frame);
    }
}

static void hold(void) {
    struct epoll_event event = {.events = EPOLLIN};
    char ignored[64];
    int input = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(input, EPOLL_CTL_ADD, STDIN_FILENO, &event);
    for (;;) {
        turn();
        if (epoll_wait(input, &event, 1, 0) == 1 && read(STDIN_FILENO, ignored, sizeof ignored) <= 0) return;
    }
}

static void run_traffic(void) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    running = 1;
    traffic_begin();
    if (timer_fd() >= 0) epoll_ctl(poller, EPOLL_CTL_ADD, timer_fd(), &event);
    do turn();
    while (!traffic_step(now_ns()));
}

static void read_hellos(void) {
    static char line[65536];
    FILE *file = options.hello_file ? fopen(options.hello_file, "r") : NULL;
    if (options.hello_file && !file) fail("%s cannot be read", options.hello_file);
    for (int i = 0; i < options.connections; i++) {
        connections[i].index = i;
        if (!file) continue;
        if (!fgets(line, sizeof line, file)) fail("%s has only %d lines", options.hello_file, i);
        line[strcspn(line, "\n")] = 0;
        connections[i].hello = strdup(line);
    }
    if (file) fclose(file);
}

static void prepare(void) {
    struct rlimit limit;
    cpu_set_t cores;
    setvbuf(stdout, NULL, _IOLBF, 0);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if ((rlim_t)options.connections + 32 > limit.rlim_cur) fail("only %ld files may be open", (long)limit.rlim_cur);
    CPU_ZERO(&cores);
    CPU_SET(options.core, &cores);
    if (options.core >= 0) sched_setaffinity(0, sizeof cores, &cores);
    poller = epoll_create1(EPOLL_CLOEXEC);
    connections = calloc((size_t)options.connections, sizeof *connections);
    if (!connections) fail("not enough memory");
}

int main(int argc, char **argv) {
    read_options(argc, argv);
    prepare();
    read_hellos();
    uint64_t from = now_ns();
    open_all();
    double opening_s = (double)(now_ns() - from) / 1e9;
    serve_for(options.settle);
    printf("{\"ready\": %d, \"opening_s\": %.3f}\n", ready_count, opening_s);
    if (options.window > 0 || options.rate > 0) {
        run_traffic();
        traffic_print(opening_s);
    } else {
        hold();
    }
    return 0;
}
