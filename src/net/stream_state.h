/* A connection from within: what stream.c and tls.c share. */
#ifndef PB_NET_STREAM_STATE_H
#define PB_NET_STREAM_STATE_H

#include "net/stream.h"
#include "sys/sockets.h"

/* What is tried, for errors. */
#define PB_STREAM_WHAT N_("speak over a connection")

/* Octets that are gathered before they are sent. */
#define PB_STREAM_OUT (32 * 1024)

struct pb_stream_tls; /* a session of TLS */

/*
 * 1. in[at..in_len) came and was not taken yet; what was taken last stands before it.
 * 2. Once `ended` or `error` is set, nothing more is read.
 */
struct pb_stream {
	const struct pb_clock *clock;
	uint32_t timeout_ms;
	int fd;
	struct pb_stream_tls *tls; /* NULL: in clear */
	bool ended;                /* the other side sends no more */
	int error;                 /* what broke it, an errno; 0: nothing did */
	size_t at, in_len, out_len;
	char peer[PB_SOCKET_PEER];
	uint8_t in[PB_STREAM_LINE];
	uint8_t out[PB_STREAM_OUT];
};

/* When a call that begins now is to have ended, by monotonic_us. */
int64_t pb_stream_deadline(const struct pb_stream *stream);
/* Until it is ready for what `wants` says (sys/sockets.h).  PB_EUNAVAIL: too late. */
enum pb_status pb_stream_await(struct pb_stream *stream, unsigned wants, int64_t deadline_us,
    struct pb_error *err) PB_MUST_CHECK;
/* PB_EUNAVAIL, or PB_ENOMEM, by the cause, an errno. */
enum pb_status pb_stream_lost(const struct pb_stream *stream, int cause, struct pb_error *err);

/* As pb_socket_receive and pb_socket_send; at -EAGAIN, ret_wants says what to wait for. */
int64_t pb_stream_tls_receive(struct pb_stream_tls *tls, void *to, size_t len, unsigned *ret_wants);
int64_t pb_stream_tls_send(
    struct pb_stream_tls *tls, const void *from, size_t len, unsigned *ret_wants);
size_t pb_stream_tls_waiting(const struct pb_stream_tls *tls);
/* Tells the other side that it is over, if that does not have to wait. */
void pb_stream_tls_free(struct pb_stream_tls *tls);

#endif
