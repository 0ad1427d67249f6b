/*
 * Any octets as a session of LMTP.  The first says how the door is: 1 journal reports come; 2, 4
 * what becomes of messages.  The same is answered and kept however the octets arrive.
 */
#include <stdbool.h>
#include <string.h>

#include "core/limits.h"
#include "doors/fake_doorway.h"
#include "doors/lmtp.h"
#include "fuzz/fuzz.h"

#define MESSAGE_MAX 5000

/* ---- a stream over the input, in the place of net/stream.c ---------------------------------- */

struct pb_stream {
	const uint8_t *data;
	size_t len, at, step;
	size_t handed; /* what went out last: so much may come back */
	struct pb_buf answers;
};

static size_t
left(const struct pb_stream *stream)
{
	return stream->len - stream->at;
}

static const uint8_t *
hand_out(struct pb_stream *stream, size_t len)
{
	stream->at += len;
	stream->handed = len;
	return stream->data + stream->at - len;
}

enum pb_status
pb_stream_line(struct pb_stream *stream, size_t max, const uint8_t **ret_line, size_t *ret_len,
    struct pb_error *err)
{
	size_t within = left(stream) < max ? left(stream) : max;
	const uint8_t *from = stream->data + stream->at, *feed = memchr(from, '\n', within);

	(void)err;
	if (feed == NULL && within == max)
		return (void)hand_out(stream, max), PB_ELIMIT;
	if (feed == NULL)
		return PB_EEND;
	*ret_len = (size_t)(feed - from) + 1;
	*ret_line = hand_out(stream, *ret_len);
	return PB_OK;
}

enum pb_status
pb_stream_some(struct pb_stream *stream, size_t max, const uint8_t **ret_data, size_t *ret_len,
    struct pb_error *err)
{
	(void)err;
	if (left(stream) == 0)
		return PB_EEND;
	*ret_len = left(stream) < max ? left(stream) : max;
	if (*ret_len > stream->step)
		*ret_len = stream->step;
	*ret_data = hand_out(stream, *ret_len);
	return PB_OK;
}

void
pb_stream_back(struct pb_stream *stream, size_t len)
{
	pb_assert(len <= stream->handed);
	stream->at -= len;
	stream->handed = 0;
}

size_t
pb_stream_waiting(const struct pb_stream *stream)
{
	return left(stream);
}

enum pb_status
pb_stream_write(struct pb_stream *stream, const void *data, size_t len, struct pb_error *err)
{
	(void)err;
	pb_assert(pb_buf_append(&stream->answers, data, len) == PB_OK);
	return PB_OK;
}

enum pb_status
pb_stream_flush(struct pb_stream *stream, struct pb_error *err)
{
	(void)stream;
	(void)err;
	return PB_OK;
}

const char *
pb_stream_peer(const struct pb_stream *stream)
{
	(void)stream;
	return "unix";
}

const char *
pb_stream_tls_version(const struct pb_stream *stream)
{
	(void)stream;
	return NULL;
}

enum pb_status
pb_stream_starttls(struct pb_stream *stream, struct pb_tls *tls, struct pb_error *err)
{
	(void)stream;
	(void)tls;
	return pb_fail(err, PB_EUNAVAIL, "test", "no TLS here", "stream");
}

void
pb_stream_free(struct pb_stream *stream)
{
	(void)stream;
}

/* ---- sessions ------------------------------------------------------------------------------- */

static struct pb_buf
speak(struct pb_doorway *doorway, const uint8_t *data, size_t len, size_t step)
{
	struct pb_stream stream = { .data = data + 1, .len = len - 1, .step = step };
	char name[] = "copies";

	*doorway = (struct pb_doorway){ .outcome = (enum pb_outcome)(data[0] >> 1 & 3),
		.door = {
		    .name = name, .max_message = MESSAGE_MAX, .journal = (data[0] & 1) != 0 } };
	pb_lmtp_session(doorway, &stream);
	return stream.answers;
}

/* Every answer is a line of three digits: nothing of what came is in it. */
static void
check_answers(const struct pb_buf *answers)
{
	const char *at = (const char *)answers->data, *end = at + answers->len;

	pb_assert(answers->len > 0);
	for (; at < end; at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1) {
		pb_assert(end - at > 5 && strchr("2345", at[0]) != NULL);
		pb_assert(at[3] == ' ' || at[3] == '-');
	}
	pb_assert(end[-2] == '\r' && end[-1] == '\n');
}

static bool
same(const struct pb_buf *a, const struct pb_buf *b)
{
	return a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pb_doorway whole, single;
	struct pb_buf answers, again;

	if (len == 0)
		return 0;
	answers = speak(&whole, data, len, SIZE_MAX);
	again = speak(&single, data, len, 1);
	check_answers(&answers);
	pb_assert(same(&answers, &again));
	pb_assert(same(&whole.log, &single.log));
	/* What was dropped may have got further, or less far. */
	pb_assert(memmem(pb_buf_text(&whole.log), whole.log.len + 1, "drop|", 5) != NULL ||
		  same(&whole.message, &single.message));
	pb_buf_done(&answers);
	pb_buf_done(&again);
	pb_buf_done(&whole.log);
	pb_buf_done(&whole.message);
	pb_buf_done(&single.log);
	pb_buf_done(&single.message);
	return 0;
}
