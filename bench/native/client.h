/* The load client's parts: options.c (what to do), opening.c (connections up to ready), traffic.c (the measured window),
 * client.c (the loop). One thread, one epoll; all times are CLOCK_MONOTONIC nanoseconds. */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <stddef.h>
#include <stdint.h>

enum { ANSWERS_MAX = 8, PIDS_MAX = 64, HEADERS_MAX = 4096, LAST_MAX = 200 };

struct answer {
    const char *prefix, *text; /* a frame that begins with prefix is answered with text */
};

struct options {
    int port, connections, addresses, opening, senders, core, window, size;
    double rate, warmup, seconds, settle, patience;
    const char *path, *hello_file, *ready, *message;
    char headers[HEADERS_MAX];
    struct answer answers[ANSWERS_MAX];
    int answer_count;
    int pids[PIDS_MAX];
    int pid_count;
};

enum state { UNOPENED, CONNECTING, UPGRADING, GREETING, READY, CLOSED };

struct connection {
    int fd, index;
    enum state state;
    uint64_t retry_at;
    const char *hello; /* NULL: nothing to say */
    char *rest;        /* bytes of a frame that is not whole yet */
    size_t rest_length;
};

extern struct options options;
extern struct connection *connections;
extern int ready_count;
extern int poller;
extern char last_frame[LAST_MAX + 1]; /* the last frame that was no message: what a failure reports */

uint64_t now_ns(void);
void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void send_frame(struct connection *c, unsigned opcode, const char *text, size_t length);

void read_options(int argc, char **argv);

void open_some(uint64_t now);
void advance(struct connection *c);                               /* the socket is connected */
size_t upgrade(struct connection *c, char *data, size_t length); /* bytes of the HTTP answer, 0: not whole */
void refused(struct connection *c, const char *data);

void traffic_begin(void);
void traffic_payload(const char *payload, size_t length, int receiver, uint64_t now);
void traffic_read(void);
void traffic_frame(size_t size);
void traffic_timer(uint64_t expired);
int traffic_step(uint64_t now); /* 1 when the window is over and drained */
void traffic_print(double opening_s);
int timer_fd(void);

#endif
