/* A connection by which lines and blocks come and go, within deadlines; TLS may begin on it. */
#ifndef PB_NET_STREAM_H
#define PB_NET_STREAM_H

#include <stdbool.h>

#include "core/world.h"

struct pb_stream; /* for one thread at a time */

/* fd is taken over, also on failure.  timeout_ms: for each of the calls below that may wait. */
enum pb_status pb_stream_new(int take_fd, const struct pb_clock *clock, uint32_t timeout_ms,
    struct pb_stream **ret_stream, struct pb_error *err) PB_MUST_CHECK;
/* path NULL: host, an IP address, and port.  PB_EUNAVAIL. */
enum pb_status pb_stream_connect(const char *path, const char *host, unsigned port,
    const struct pb_clock *clock, uint32_t timeout_ms, struct pb_stream **ret_stream,
    struct pb_error *err) PB_MUST_CHECK;
void pb_stream_timeout(struct pb_stream *stream, uint32_t timeout_ms);

/*
 * The next line with its LF, borrowed until the next call that reads; at most max octets, and
 * PB_STREAM_LINE.  PB_ELIMIT: it is longer; so many of it are gone, the rest is still to come.
 * PB_EEND: the other side ended.  PB_EUNAVAIL: broken, or timed out.
 */
#define PB_STREAM_LINE ((size_t)64 * 1024)
enum pb_status pb_stream_line(struct pb_stream *stream, size_t max, const uint8_t **ret_line,
    size_t *ret_len, struct pb_error *err) PB_MUST_CHECK;
/* What is there, 1 octet or more, at most max; borrowed likewise. */
enum pb_status pb_stream_some(struct pb_stream *stream, size_t max, const uint8_t **ret_data,
    size_t *ret_len, struct pb_error *err) PB_MUST_CHECK;
/* The last len octets of what was handed out last were not taken: they come again. */
void pb_stream_back(struct pb_stream *stream, size_t len);
/* Octets that came and were not taken yet: a client that did not wait (PIPELINING). */
size_t pb_stream_waiting(const struct pb_stream *stream);
/* Is there anything to read, or an end, within so long?  For one who watches two of them; PB_OK
 * too when neither is ready. */
enum pb_status pb_stream_wait_either(struct pb_stream *a, struct pb_stream *b, uint32_t timeout_ms,
    bool ret_ready[2], struct pb_error *err) PB_MUST_CHECK;

/* Gathered until pb_stream_flush, or there is much of it. */
enum pb_status pb_stream_write(
    struct pb_stream *stream, const void *data, size_t len, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_stream_flush(struct pb_stream *stream, struct pb_error *err) PB_MUST_CHECK;

/* "203.0.113.9:4711", "unix"; borrowed. */
const char *pb_stream_peer(const struct pb_stream *stream);

/* ---- TLS 1.2 or later (RFC 3207) ------------------------------------------------------------- */

struct pb_tls; /* for all threads */
/* PB_EDATA, PB_ENOENT: certificate or key cannot be used. */
enum pb_status pb_tls_server_new(const char *certificate_path, const char *key_path,
    struct pb_tls **ret_tls, struct pb_error *err) PB_MUST_CHECK;
void pb_tls_free(struct pb_tls *tls); /* when no stream uses it any more; NULL is fine */
/* Octets that came in clear before it are dropped (CVE-2011-0411). */
enum pb_status pb_stream_starttls(
    struct pb_stream *stream, struct pb_tls *tls, struct pb_error *err) PB_MUST_CHECK;
/* "TLSv1.3", "TLS_AES_256_GCM_SHA384"; NULL without TLS; borrowed. */
const char *pb_stream_tls_version(const struct pb_stream *stream);
const char *pb_stream_tls_cipher(const struct pb_stream *stream);

void pb_stream_free(struct pb_stream *stream); /* NULL is fine */

#endif
