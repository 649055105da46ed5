/* The server's answer to Sec-WebSocket-Key: base64(SHA-1(key + GUID)), RFC 6455 section 4.2.2. */
#ifndef BENCH_ACCEPT_H
#define BENCH_ACCEPT_H

/* key: the client's header value, at most 60 characters; out: at least 29 bytes, zero-terminated. */
void accept_value(const char *key, char *out);

#endif
