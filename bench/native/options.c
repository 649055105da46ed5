#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

struct options options = {
    .connections = 1, .addresses = 1, .opening = 64, .senders = 1, .core = -1, .window = 0, .size = 200,
    .warmup = 1, .seconds = 3, .settle = 0.5, .patience = 10, .path = "/", .message = "@TEXT@",
};

enum { PORT = 256, CONNECTIONS, ADDRESSES, OPENING, SENDERS, CORE, WINDOW, RATE, SIZE, WARMUP, SECONDS, SETTLE,
       PATIENCE, PATH, HELLO, READY_TEXT, MESSAGE, HEADER, ANSWER, PID };

static const struct option names[] = {
    {"port", 1, 0, PORT}, {"connections", 1, 0, CONNECTIONS}, {"addresses", 1, 0, ADDRESSES}, {"opening", 1, 0, OPENING},
    {"senders", 1, 0, SENDERS}, {"core", 1, 0, CORE}, {"window", 1, 0, WINDOW}, {"rate", 1, 0, RATE},
    {"size", 1, 0, SIZE}, {"warmup", 1, 0, WARMUP}, {"seconds", 1, 0, SECONDS}, {"settle", 1, 0, SETTLE},
    {"patience", 1, 0, PATIENCE}, {"path", 1, 0, PATH}, {"hello", 1, 0, HELLO}, {"ready", 1, 0, READY_TEXT},
    {"message", 1, 0, MESSAGE}, {"header", 1, 0, HEADER}, {"answer", 1, 0, ANSWER}, {"pid", 1, 0, PID}, {0, 0, 0, 0},
};

static void add_header(const char *line) {
    size_t used = strlen(options.headers);
    snprintf(options.headers + used, HEADERS_MAX - used, "%s\r\n", line);
}

/* PREFIX=>TEXT */
static void add_answer(char *rule) {
    char *arrow = strstr(rule, "=>");
    if (!arrow || options.answer_count == ANSWERS_MAX) fail("bad --answer %s", rule);
    *arrow = 0;
    options.answers[options.answer_count++] = (struct answer){rule, arrow + 2};
}

static void add_pid(const char *pid) {
    if (options.pid_count == PIDS_MAX) fail("more than %d processes", PIDS_MAX);
    options.pids[options.pid_count++] = atoi(pid);
}

static int set_number(int option) {
    switch (option) {
        case PORT: options.port = atoi(optarg); return 1;
        case CONNECTIONS: options.connections = atoi(optarg); return 1;
        case ADDRESSES: options.addresses = atoi(optarg); return 1;
        case OPENING: options.opening = atoi(optarg); return 1;
        case SENDERS: options.senders = atoi(optarg); return 1;
        case CORE: options.core = atoi(optarg); return 1;
        case WINDOW: options.window = atoi(optarg); return 1;
        case SIZE: options.size = atoi(optarg); return 1;
        case RATE: options.rate = atof(optarg); return 1;
        case WARMUP: options.warmup = atof(optarg); return 1;
        case SECONDS: options.seconds = atof(optarg); return 1;
        case SETTLE: options.settle = atof(optarg); return 1;
        case PATIENCE: options.patience = atof(optarg); return 1;
    }
    return 0;
}

static int set_text(int option) {
    switch (option) {
        case PATH: options.path = optarg; return 1;
        case HELLO: options.hello_file = optarg; return 1;
        case READY_TEXT: options.ready = optarg; return 1;
        case MESSAGE: options.message = optarg; return 1;
        case HEADER: add_header(optarg); return 1;
        case ANSWER: add_answer(optarg); return 1;
        case PID: add_pid(optarg); return 1;
    }
    return 0;
}

void read_options(int argc, char **argv) {
    int option;
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (!set_number(option) && !set_text(option)) exit(2);
    }
    if (options.port <= 0 || options.connections <= 0) fail("--port and --connections are needed");
    if (options.senders > options.connections) options.senders = options.connections;
    if (options.size < 40 || options.size > 60000) fail("--size must be 40 to 60000 bytes");
}
