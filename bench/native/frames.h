/* WebSocket framing (RFC 6455, section 5), shared by the load client and the epoll peer. */
#ifndef BENCH_FRAMES_H
#define BENCH_FRAMES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { OP_CONTINUATION = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };
enum { FRAME_HEAD_MAX = 14 };

struct frame {
    unsigned opcode;
    uint8_t *payload; /* still masked when mask is set */
    size_t length;
    size_t size; /* head and payload together */
    const uint8_t *mask;
};

/* Write the head of a final frame; a client's frame carries the mask. Returns the head's length. */
static inline size_t frame_head(uint8_t *out, unsigned opcode, size_t length, const uint8_t *mask) {
    size_t n = 2;
    out[0] = (uint8_t)(0x80 | opcode);
    if (length < 126) {
        out[1] = (uint8_t)length;
    } else if (length < 65536) {
        out[1] = 126;
        out[2] = (uint8_t)(length >> 8);
        out[3] = (uint8_t)length;
        n = 4;
    } else {
        out[1] = 127;
        for (int i = 0; i < 8; i++) out[2 + i] = (uint8_t)((uint64_t)length >> (56 - 8 * i));
        n = 10;
    }
    if (mask) {
        out[1] |= 0x80;
        memcpy(out + n, mask, 4);
        n += 4;
    }
    return n;
}

static inline void frame_mask(uint8_t *payload, size_t length, const uint8_t *mask) {
    for (size_t i = 0; i < length; i++) payload[i] ^= mask[i & 3];
}

/* Read one frame from the start of data. Returns 1 when it is whole, 0 when more bytes are needed. */
static inline int frame_read(uint8_t *data, size_t available, struct frame *frame) {
    size_t head = 2;
    if (available < 2) return 0;
    uint64_t length = data[1] & 0x7f;
    int masked = data[1] >> 7;
    if (length == 126) {
        if (available < 4) return 0;
        length = (uint64_t)data[2] << 8 | data[3];
        head = 4;
    } else if (length == 127) {
        if (available < 10) return 0;
        length = 0;
        for (int i = 0; i < 8; i++) length = length << 8 | data[2 + i];
        head = 10;
    }
    frame->opcode = data[0] & 0x0f;
    frame->mask = masked ? data + head : NULL;
    head += masked ? 4 : 0;
    if (available < head || length > available - head) return 0;
    frame->payload = data + head;
    frame->length = length;
    frame->size = head + length;
    return 1;
}

#endif
