/* The measured window. Each message carries "^^", its sending time and its number; a receiver is counted once for each
 * message, so a delivery that is missing or doubled is seen. Three kinds of traffic: a window (the next message leaves
 * when every receiver has one of those on the way), a rate (a timer, whatever comes back), or nothing (hold). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

enum { SLOTS = 16384, MARK = 2, STAMP = 16, NUMBER = 8, SUB_BITS = 6, BUCKETS = 64 << SUB_BITS, LEAST_MESSAGES = 100 };

enum phase { WARMING, MEASURING, DRAINING };

struct message {
    uint32_t number;
    int left; /* receivers that don't have it yet */
};

static struct message slots[SLOTS];
static uint64_t *seen; /* one bit per slot and receiver */
static size_t words;
static uint64_t histogram[BUCKETS], largest_ns;
static enum phase phase;
static uint64_t phase_at, window_from, window_to, last_progress, first_due;
static uint64_t deliveries, frames, reads, bytes, sent, sent_in_window, whole_in_window, doubled;
static long on_the_way;
static double cpu_from, cpu_to;
static int timer = -1;
static char run_id[9];

/* User and kernel time of the server's processes, in seconds: the scheduler's own clock of each. */
static double cpu_seconds(void) {
    double total = 0;
    for (int i = 0; i < options.pid_count; i++) {
        clockid_t clock;
        struct timespec used;
        if (clock_getcpuclockid(options.pids[i], &clock) || clock_gettime(clock, &used))
            fail("the server's process %d is gone", options.pids[i]);
        total += (double)used.tv_sec + (double)used.tv_nsec / 1e9;
    }
    return total;
}

/* 64 steps for each doubling: a percentile is exact to 1.6 %. */
static int bucket_of(uint64_t ns) {
    int exponent = 63 - __builtin_clzll(ns | 1);
    if (exponent < SUB_BITS) return (int)ns;
    return ((exponent - SUB_BITS + 1) << SUB_BITS) + (int)(ns >> (exponent - SUB_BITS) & ((1 << SUB_BITS) - 1));
}

static double bucket_ms(int bucket) {
    int shift = (bucket >> SUB_BITS) - 1;
    double low = bucket & ((1 << SUB_BITS) - 1);
    if (shift < 0) return low / 1e6;
    return (low + (1 << SUB_BITS) + 0.5) * (double)(1ull << shift) / 1e6;
}

static double percentile(double part) {
    uint64_t wanted = (uint64_t)(part * (double)deliveries), passed = 0;
    for (int i = 0; i < BUCKETS; i++) {
        passed += histogram[i];
        if (passed > wanted) return bucket_ms(i);
    }
    return (double)largest_ns / 1e6;
}

static void write_text(char *out, uint64_t due, uint32_t number) {
    static const char filler[] = " the pump maker from Linz asks who supplies sealed bearings";
    int used = sprintf(out, "^^%016llx%08x", (unsigned long long)due, number);
    for (int i = 0; used < options.size - 1; i++) out[used++] = filler[i % (int)(sizeof filler - 1)];
    out[used++] = '.';
    out[used] = 0;
}

static size_t fill(char *out, const char *text, uint32_t number) {
    char *end = out;
    for (const char *p = options.message; *p;) {
        if (!strncmp(p, "@TEXT@", 6)) end += sprintf(end, "%s", text), p += 6;
        else if (!strncmp(p, "@CID@", 5)) end += sprintf(end, "%s-0000-4000-8000-%012x", run_id, number), p += 5;
        else if (!strncmp(p, "@N@", 3)) end += sprintf(end, "%u", number + 2), p += 3;
        else *end++ = *p++;
    }
    return (size_t)(end - out);
}

static void send_message(uint64_t due) {
    static char text[65536], frame[131072];
    uint32_t number = (uint32_t)sent++;
    struct message *m = &slots[number % SLOTS];
    int sender = (int)(number % (uint32_t)options.senders) * (options.connections / options.senders);
    *m = (struct message){number, options.connections};
    memset(seen + number % SLOTS * words, 0, words * sizeof *seen);
    on_the_way++;
    sent_in_window += phase == MEASURING;
    write_text(text, due, number);
    send_frame(&connections[sender], 1, frame, fill(frame, text, number));
}

static uint64_t hex(const char *text, int digits) {
    uint64_t value = 0;
    for (int i = 0; i < digits; i++) value = value << 4 | (uint64_t)(text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
    return value;
}

static void delivered(uint64_t due, uint32_t number, int receiver, uint64_t now) {
    struct message *m = &slots[number % SLOTS];
    uint64_t *word = seen + number % SLOTS * words + (size_t)receiver / 64, bit = 1ull << (receiver & 63);
    if (m->number != number || *word & bit) {
        doubled++;
        return;
    }
    *word |= bit;
    last_progress = now;
    if (phase == MEASURING) {
        uint64_t took = now > due ? now - due : 0;
        histogram[bucket_of(took)]++;
        if (took > largest_ns) largest_ns = took;
        deliveries++;
    }
    if (--m->left) return;
    on_the_way--;
    whole_in_window += phase == MEASURING;
    if (options.window && phase != DRAINING) send_message(now_ns());
}

void traffic_payload(const char *payload, size_t length, int receiver, uint64_t now) {
    const char *end = payload + length, *at = payload;
    while ((at = memchr(at, '^', (size_t)(end - at)))) {
        if (end - at < MARK + STAMP + NUMBER) return;
        if (at[1] != '^') {
            at++;
            continue;
        }
        delivered(hex(at + MARK, STAMP), (uint32_t)hex(at + MARK + STAMP, NUMBER), receiver, now);
        at += MARK + STAMP + NUMBER;
    }
}

void traffic_frame(size_t size) {
    if (phase != MEASURING) return;
    frames++;
    bytes += size;
}

void traffic_read(void) { reads += phase == MEASURING; }

int timer_fd(void) { return timer; }

static void start_timer(void) {
    uint64_t interval = (uint64_t)(1e9 / options.rate);
    struct timespec every = {.tv_sec = (time_t)(interval / 1000000000u), .tv_nsec = (long)(interval % 1000000000u)};
    struct itimerspec spec = {.it_interval = every, .it_value = every};
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    first_due = now_ns() + interval;
    timerfd_settime(timer, 0, &spec, NULL);
}

void traffic_begin(void) {
    words = ((size_t)options.connections + 63) / 64;
    seen = calloc(SLOTS * words, sizeof *seen);
    if (!seen) fail("not enough memory");
    phase_at = last_progress = now_ns();
    snprintf(run_id, sizeof run_id, "%08x", (unsigned)(phase_at ^ (uint64_t)getpid() << 20));
    if (options.rate > 0) start_timer();
    for (int i = 0; i < options.window; i++) send_message(now_ns());
}

/* A message is stamped with the time at which it was due: a client that comes late must not flatter the server. */
void traffic_timer(uint64_t expired) {
    uint64_t interval = (uint64_t)(1e9 / options.rate);
    for (; expired && phase != DRAINING; expired--) send_message(first_due + sent * interval);
}

/* A slow server's window is longer, up to four times: with few messages in it, its edges would decide the figure. */
static int window_over(double passed) {
    if (passed < options.seconds) return 0;
    return !options.window || whole_in_window >= LEAST_MESSAGES || passed >= 4 * options.seconds;
}

int traffic_step(uint64_t now) {
    double passed = (double)(now - phase_at) / 1e9;
    if (phase == WARMING && passed >= options.warmup) {
        phase = MEASURING;
        phase_at = window_from = now;
        cpu_from = cpu_seconds();
    } else if (phase == MEASURING && window_over(passed)) {
        phase = DRAINING;
        phase_at = window_to = now;
        cpu_to = cpu_seconds();
    } else if (phase == DRAINING) {
        return on_the_way == 0 || passed >= options.patience;
    }
    if (on_the_way && (double)(now - last_progress) / 1e9 > options.patience)
        fail("nothing arrived for %.0f s; the last other frame was: %s", options.patience, last_frame);
    return 0;
}

void traffic_print(double opening_s) {
    printf("{\"opening_s\": %.3f, \"window_s\": %.6f, \"cpu_s\": %.3f, \"sent\": %llu, \"deliveries\": %llu, \"frames\": %llu, \"reads\": %llu, "
           "\"bytes\": %llu, \"doubled\": %llu, \"incomplete\": %ld, \"p50_ms\": %.4f, \"p90_ms\": %.4f, \"p99_ms\": %.4f, "
           "\"max_ms\": %.4f}\n",
           opening_s, (double)(window_to - window_from) / 1e9, cpu_to - cpu_from, (unsigned long long)sent_in_window,
           (unsigned long long)deliveries, (unsigned long long)frames, (unsigned long long)reads, (unsigned long long)bytes,
           (unsigned long long)doubled, on_the_way, percentile(0.5), percentile(0.9), percentile(0.99), (double)largest_ns / 1e6);
}
