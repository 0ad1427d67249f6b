#include "net/stream_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/error.h"

/* ---- waiting -------------------------------------------------------------------------------- */

static int64_t
deadline_in(const struct pb_clock *clock, uint32_t timeout_ms)
{
	return clock->monotonic_us(clock->ctx) + (int64_t)timeout_ms * 1000;
}

static uint32_t
left_ms(const struct pb_clock *clock, int64_t deadline_us)
{
	int64_t left = (deadline_us - clock->monotonic_us(clock->ctx) + 999) / 1000;

	return left > 0 ? (uint32_t)left : 0;
}

int64_t
pb_stream_deadline(const struct pb_stream *stream)
{
	return deadline_in(stream->clock, stream->timeout_ms);
}

enum pb_status
pb_stream_lost(const struct pb_stream *stream, int cause, struct pb_error *err)
{
	if (cause == ENOMEM)
		return pb_fail_memory(err, PB_STREAM_WHAT);
	(void)pb_fail(err, PB_EUNAVAIL, PB_STREAM_WHAT,
	    cause == ETIMEDOUT      ? N_("the other side took too long")
	    : cause == EPROTO       ? N_("what came is no TLS that can be accepted")
	    : cause == ECONNREFUSED ? N_("nobody listens there")
				    : N_("it broke off"),
	    "%s", stream->peer);
	if (err != NULL)
		err->cause = cause;
	return PB_EUNAVAIL;
}

enum pb_status
pb_stream_await(struct pb_stream *stream, unsigned wants, int64_t deadline_us, struct pb_error *err)
{
	struct pb_socket_wait wait = { stream->fd, wants, 0 };
	int ready;

	do {
		ready = pb_socket_wait(&wait, 1, left_ms(stream->clock, deadline_us));
	} while (ready == -EINTR);
	return ready > 0 ? PB_OK : pb_stream_lost(stream, ready == 0 ? ETIMEDOUT : -ready, err);
}

/* ---- reading -------------------------------------------------------------------------------- */

/* Read what is there.  false: nothing is, and nothing ended; then ret_wants says what to wait for.
 */
static bool
read_now(struct pb_stream *s, unsigned *ret_wants)
{
	int64_t n;

	*ret_wants = PB_SOCKET_READ;
	if (s->ended || s->error != 0)
		return true;
	memmove(s->in, s->in + s->at, s->in_len - s->at);
	s->in_len -= s->at;
	s->at = 0;
	n = s->tls != NULL ? pb_stream_tls_receive(
				 s->tls, s->in + s->in_len, sizeof(s->in) - s->in_len, ret_wants)
			   : pb_socket_receive(s->fd, s->in + s->in_len, sizeof(s->in) - s->in_len);
	if (n == -EAGAIN)
		return false;
	if (n > 0)
		s->in_len += (size_t)n;
	else if (n == 0)
		s->ended = true;
	else
		s->error = (int)-n;
	return true;
}

/* Octets behind those that are there: at least one of them.  There is room. */
static enum pb_status
read_more(struct pb_stream *s, int64_t deadline_us, struct pb_error *err)
{
	size_t before = s->in_len - s->at;
	unsigned wants;
	enum pb_status status;

	while (!read_now(s, &wants))
		if ((status = pb_stream_await(s, wants, deadline_us, err)) != PB_OK)
			return status;
	if (s->in_len - s->at > before)
		return PB_OK;
	return s->ended ? PB_EEND : pb_stream_lost(s, s->error, err);
}

static size_t
there(const struct pb_stream *s, size_t max)
{
	return s->in_len - s->at < max ? s->in_len - s->at : max;
}

/* So many of what is there are taken. */
static const uint8_t *
take(struct pb_stream *s, size_t len)
{
	s->at += len;
	return s->in + s->at - len;
}

enum pb_status
pb_stream_line(struct pb_stream *stream, size_t max, const uint8_t **ret_line, size_t *ret_len,
    struct pb_error *err)
{
	int64_t deadline_us = pb_stream_deadline(stream);
	size_t limit = max < PB_STREAM_LINE ? max : PB_STREAM_LINE, looked = 0;
	const uint8_t *from, *end;
	enum pb_status status;

	for (;;) {
		from = stream->in + stream->at;
		end = memchr(from + looked, '\n', there(stream, limit) - looked);
		if (end != NULL)
			break;
		looked = there(stream, limit);
		if (looked == limit) {
			(void)take(stream, limit);
			return pb_fail(err, PB_ELIMIT, PB_STREAM_WHAT, N_("a line is too long"),
			    "%s", stream->peer);
		}
		if ((status = read_more(stream, deadline_us, err)) != PB_OK)
			return status;
	}
	*ret_len = (size_t)(end + 1 - from);
	*ret_line = take(stream, *ret_len);
	return PB_OK;
}

enum pb_status
pb_stream_some(struct pb_stream *stream, size_t max, const uint8_t **ret_data, size_t *ret_len,
    struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (stream->in_len == stream->at)
		status = read_more(stream, pb_stream_deadline(stream), err);
	if (status != PB_OK)
		return status;
	*ret_len = there(stream, max);
	*ret_data = take(stream, *ret_len);
	return PB_OK;
}

void
pb_stream_back(struct pb_stream *stream, size_t len)
{
	pb_assert(len <= stream->at);
	stream->at -= len;
}

size_t
pb_stream_waiting(const struct pb_stream *stream)
{
	return stream->in_len - stream->at +
	       (stream->tls != NULL ? pb_stream_tls_waiting(stream->tls) : 0);
}

enum pb_status
pb_stream_wait_either(struct pb_stream *a, struct pb_stream *b, uint32_t timeout_ms,
    bool ret_ready[2], struct pb_error *err)
{
	struct pb_stream *const streams[2] = { a, b };
	struct pb_socket_wait waits[2] = { { .fd = a->fd }, { .fd = b->fd } };
	int64_t deadline_us = deadline_in(a->clock, timeout_ms);
	bool ready[2];
	int any = 1;

	for (;;) {
		/* What TLS needs for itself makes a socket readable, and nothing to read. */
		for (int i = 0; i < 2; i++)
			ready[i] = streams[i]->in_len > streams[i]->at ||
				   read_now(streams[i], &waits[i].wants);
		if (ready[0] || ready[1] || any == 0)
			break;
		any = pb_socket_wait(waits, 2, left_ms(a->clock, deadline_us));
		if (any < 0 && any != -EINTR)
			return pb_stream_lost(a, -any, err);
	}
	memcpy(ret_ready, ready, sizeof(ready));
	return PB_OK;
}

/* ---- writing -------------------------------------------------------------------------------- */

/* All of it, now.  What was cut off within can't be continued: the stream is broken then. */
static enum pb_status
send_all(struct pb_stream *s, const uint8_t *from, size_t len, struct pb_error *err)
{
	int64_t deadline_us = pb_stream_deadline(s), n;
	enum pb_status status = PB_OK;
	unsigned wants;

	while (s->error == 0 && len > 0) {
		wants = PB_SOCKET_WRITE;
		n = s->tls != NULL ? pb_stream_tls_send(s->tls, from, len, &wants)
				   : pb_socket_send(s->fd, from, len);
		if (n >= 0) {
			from += n;
			len -= (size_t)n;
		} else if (n != -EAGAIN) {
			s->error = (int)-n;
		} else if ((status = pb_stream_await(s, wants, deadline_us, err)) != PB_OK) {
			s->error = ETIMEDOUT;
			return status;
		}
	}
	return s->error == 0 ? PB_OK : pb_stream_lost(s, s->error, err);
}

enum pb_status
pb_stream_flush(struct pb_stream *stream, struct pb_error *err)
{
	size_t len = stream->out_len;

	stream->out_len = 0;
	return send_all(stream, stream->out, len, err);
}

enum pb_status
pb_stream_write(struct pb_stream *stream, const void *data, size_t len, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (len > sizeof(stream->out) - stream->out_len)
		status = pb_stream_flush(stream, err);
	if (status != PB_OK)
		return status;
	if (len > sizeof(stream->out))
		return send_all(stream, data, len, err);
	if (len > 0)
		memcpy(stream->out + stream->out_len, data, len);
	stream->out_len += len;
	return PB_OK;
}

/* ---- life ----------------------------------------------------------------------------------- */

static struct pb_stream *
stream_of(int fd, const struct pb_clock *clock, uint32_t timeout_ms)
{
	struct pb_stream *stream = malloc(sizeof(*stream));

	if (stream == NULL)
		return NULL;
	stream->clock = clock;
	stream->timeout_ms = timeout_ms;
	stream->fd = fd;
	stream->tls = NULL;
	stream->ended = false;
	stream->error = 0;
	stream->at = stream->in_len = stream->out_len = 0;
	pb_socket_peer(fd, stream->peer);
	return stream;
}

enum pb_status
pb_stream_new(int take_fd, const struct pb_clock *clock, uint32_t timeout_ms,
    struct pb_stream **ret_stream, struct pb_error *err)
{
	int error = pb_socket_adopt(take_fd);
	struct pb_stream *stream = error == 0 ? stream_of(take_fd, clock, timeout_ms) : NULL;

	if (stream != NULL) {
		*ret_stream = stream;
		return PB_OK;
	}
	pb_socket_close(take_fd);
	return error == 0 ? pb_fail_memory(err, PB_STREAM_WHAT)
			  : pb_fail_sys(err, error, PB_STREAM_WHAT, "descriptor %d", take_fd);
}

static enum pb_status
not_connected(int error, const char *path, const char *host, unsigned port, struct pb_error *err)
{
	const char *why = error == -ECONNREFUSED || error == -ENOENT ? N_("nobody listens there")
			  : error == -ETIMEDOUT                      ? N_("it took too long")
								     : N_("it cannot be reached");

	if (error == -ENOMEM)
		return pb_fail_memory(err, N_("connect"));
	if (path != NULL)
		(void)pb_fail(err, PB_EUNAVAIL, N_("connect"), why, "%s", path);
	else
		(void)pb_fail(err, PB_EUNAVAIL, N_("connect"), why, "%s, port %u", host, port);
	if (err != NULL)
		err->cause = -error;
	return PB_EUNAVAIL;
}

/* Until the connection stands: 0, or the negative errno. */
static int
await_connection(int fd, const struct pb_clock *clock, uint32_t timeout_ms)
{
	struct pb_socket_wait wait = { fd, PB_SOCKET_WRITE, 0 };
	int64_t deadline_us = deadline_in(clock, timeout_ms);
	int ready;

	do {
		ready = pb_socket_wait(&wait, 1, left_ms(clock, deadline_us));
	} while (ready == -EINTR);
	return ready == 0 ? -ETIMEDOUT : ready < 0 ? ready : pb_socket_error(fd);
}

enum pb_status
pb_stream_connect(const char *path, const char *host, unsigned port, const struct pb_clock *clock,
    uint32_t timeout_ms, struct pb_stream **ret_stream, struct pb_error *err)
{
	struct pb_stream *stream = NULL;
	int fd = -1, error = pb_socket_connect(path, host, port, &fd);

	if (error > 0)
		error = await_connection(fd, clock, timeout_ms);
	if (error == 0 && (stream = stream_of(fd, clock, timeout_ms)) == NULL)
		error = -ENOMEM;
	if (error == 0) {
		*ret_stream = stream;
		return PB_OK;
	}
	pb_socket_close(fd);
	return not_connected(error, path, host, port, err);
}

void
pb_stream_timeout(struct pb_stream *stream, uint32_t timeout_ms)
{
	stream->timeout_ms = timeout_ms;
}

const char *
pb_stream_peer(const struct pb_stream *stream)
{
	return stream->peer;
}

void
pb_stream_free(struct pb_stream *stream)
{
	if (stream == NULL)
		return;
	pb_stream_tls_free(stream->tls);
	pb_socket_close(stream->fd);
	pb_wipe(stream->in, sizeof(stream->in));
	pb_wipe(stream->out, sizeof(stream->out));
	free(stream);
}
