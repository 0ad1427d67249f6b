/*
 * Any octets as a client of the proxy, before a next hop that answers as the octets before them
 * say.
 *
 * The first octet: 1, 2: what becomes of messages; 4: the next hop takes a bare LF, or a bare CR,
 * for the end of a line, as lax servers do; 8, 16: how many octets come together.  Then, up to the
 * first LF, how the next hop answers, one after the other.  The rest is the client's.
 *
 * No message ends at the next hop, however lax, that was not kept; and it has the octets of what
 * was.
 */
#include <stdio.h>
#include <strings.h>

#include "doors/fake_doorway.h"
#include "doors/proxy.h"
#include "fuzz/fuzz.h"

#define MESSAGE_MAX 5000

/* ---- a next hop ------------------------------------------------------------------------------ */

enum hearing { COMMANDS, OCTETS, CHUNK };

/* One for all connections of a session; each begins anew where it stands. */
struct next_hop {
	struct pb_doorway *doorway;
	const uint8_t *answer, *answers_end; /* how it answers from now on */
	bool lax;
	enum hearing hearing;
	uint64_t chunk_left;
	bool last_chunk, closed;
	struct pb_buf heard;   /* the line, or so much of the message */
	struct pb_buf message; /* of chunks */
	struct pb_buf said;
	unsigned ended; /* messages */
};

/* What it does instead of what it should. */
static bool
answer_oddly(struct next_hop *hop, uint8_t how)
{
	static const char *const odd[] = { "450 Later\r\n", "550 Never\r\n", "421 Bye\r\n", NULL,
		"What?\r\n", "250-a\r\n250-STARTTLS\r\n250 SIZE 10\r\n", "999 \r\n", "\r\n" };

	if (how < 'a' || how > 'h')
		return false;
	hop->closed = how == 'c' || how == 'd';
	if (odd[how - 'a'] != NULL)
		pb_assert(pb_buf_append_text(&hop->said, odd[how - 'a']) == PB_OK);
	return true;
}

/* Will its next answer be one that the command was obeyed? */
static bool
agrees(const struct next_hop *hop)
{
	const uint8_t how = hop->answer < hop->answers_end ? *hop->answer : ' ';

	return how < 'a' || how > 'h' || how == 'f';
}

static bool
answer(struct next_hop *hop, const char *text)
{
	const uint8_t how = hop->answer < hop->answers_end ? *hop->answer++ : ' ';

	if (answer_oddly(hop, how))
		return false;
	pb_assert(pb_buf_append_text(&hop->said, text) == PB_OK);
	return true;
}

/* Each message that ends here was kept, and this is it. */
static void
end_message(struct next_hop *hop)
{
	const struct pb_buf *kept = &hop->doorway->message;
	const size_t at = hop->doorway->message_at;

	pb_assert(++hop->ended <= hop->doorway->kept);
	if (!hop->lax) {
		pb_assert(hop->message.len == kept->len - at);
		pb_assert(at == kept->len ||
			  memcmp(kept->data + at, hop->message.data, hop->message.len) == 0);
	}
	pb_buf_clear(&hop->message);
	(void)answer(hop, "250 Ok\r\n");
}

/* What had begun of a message is dropped. */
static bool
resets(const char *line)
{
	return strncasecmp(line, "EHLO", 4) == 0 || strncasecmp(line, "HELO", 4) == 0 ||
	       strncasecmp(line, "RSET", 4) == 0;
}

static void
hear_command(struct next_hop *hop, const char *line)
{
	unsigned long long len;
	char last[6] = "";

	hop->hearing = COMMANDS;
	if (strncasecmp(line, "DATA", 4) == 0) {
		hop->hearing = answer(hop, "354 Go on\r\n") ? OCTETS : COMMANDS;
	} else if (sscanf(line, "BDAT %llu %5s", &len, last) >= 1) {
		hop->hearing = CHUNK;
		hop->chunk_left = len;
		hop->last_chunk = strcmp(last, "LAST") == 0;
	} else if (strncasecmp(line, "QUIT", 4) == 0) {
		(void)answer(hop, "221 Bye\r\n");
		hop->closed = true;
	} else {
		/* RFC 5321 4.1.4: whoever refuses EHLO stays as it was. */
		if (resets(line) && agrees(hop))
			pb_buf_clear(&hop->message);
		(void)answer(hop, strncasecmp(line, "EHLO", 4) == 0
				      ? "250-next.example\r\n250 CHUNKING\r\n"
				      : "250 Ok\r\n");
	}
}

static bool
ends_line(const struct next_hop *hop)
{
	const uint8_t *data = hop->heard.data;
	const size_t len = hop->heard.len;

	if (hop->lax)
		return data[len - 1] == '\n' || data[len - 1] == '\r';
	return len > 1 && data[len - 2] == '\r' && data[len - 1] == '\n';
}

/* A line of a message: the dot, or one more, unstuffed. */
static void
hear_line(struct next_hop *hop)
{
	const uint8_t *data = hop->heard.data;
	const bool dot = data[0] == '.';
	size_t len = hop->heard.len;

	if (dot && (hop->lax ? len == 2 : len == 3)) {
		hop->hearing = COMMANDS;
		end_message(hop);
	} else {
		pb_assert(pb_buf_append(&hop->message, data + dot, len - dot) == PB_OK);
	}
}

static void
hear_chunk(struct next_hop *hop)
{
	if (hop->hearing != CHUNK || hop->chunk_left > 0)
		return;
	hop->hearing = COMMANDS;
	if (hop->last_chunk) {
		end_message(hop);
		return;
	}
	/* RFC 3030 section 2: with a chunk that is refused goes what came before it. */
	if (!agrees(hop))
		pb_buf_clear(&hop->message);
	(void)answer(hop, "250 Ok\r\n");
}

static void
hear(struct next_hop *hop, uint8_t octet)
{
	if (hop->hearing == CHUNK) {
		pb_assert(pb_buf_append_u8(&hop->message, octet) == PB_OK);
		hop->chunk_left--;
		hear_chunk(hop);
		return;
	}
	pb_assert(pb_buf_append_u8(&hop->heard, octet) == PB_OK);
	if (!ends_line(hop))
		return;
	/* To a lax one, CR LF is a line and an empty one, which is no command. */
	if (hop->hearing == OCTETS)
		hear_line(hop);
	else if (hop->heard.len > 1)
		hear_command(hop, pb_buf_text(&hop->heard));
	pb_buf_clear(&hop->heard);
	hear_chunk(hop);
}

/* ---- streams, in the place of net/stream.c --------------------------------------------------- */

struct pb_stream {
	struct pb_buf in; /* what the client says */
	size_t at, handed, step;
	struct pb_buf out;    /* what was said to the client */
	struct next_hop *hop; /* NULL: it is the client's */
};

/* The next hop that pb_stream_connect finds. */
static struct next_hop *there;

static struct pb_buf *
readable(struct pb_stream *stream)
{
	return stream->hop != NULL ? &stream->hop->said : &stream->in;
}

static size_t
left(const struct pb_stream *stream)
{
	return (stream->hop != NULL ? stream->hop->said.len : stream->in.len) - stream->at;
}

static const uint8_t *
hand_out(struct pb_stream *stream, size_t len)
{
	stream->at += len;
	stream->handed = len;
	return readable(stream)->data + stream->at - len;
}

enum pb_status
pb_stream_connect(const char *path, const char *host, unsigned port, const struct pb_clock *clock,
    uint32_t timeout_ms, struct pb_stream **ret_stream, struct pb_error *err)
{
	struct pb_stream *stream = calloc(1, sizeof(*stream));

	(void)path;
	(void)host;
	(void)port;
	(void)clock;
	(void)timeout_ms;
	(void)err;
	pb_assert(stream != NULL);
	stream->hop = there;
	there->hearing = COMMANDS;
	there->closed = false;
	pb_buf_clear(&there->heard);
	pb_buf_clear(&there->message);
	pb_buf_clear(&there->said);
	(void)answer(there, "220 next.example\r\n");
	*ret_stream = stream;
	return PB_OK;
}

enum pb_status
pb_stream_line(struct pb_stream *stream, size_t max, const uint8_t **ret_line, size_t *ret_len,
    struct pb_error *err)
{
	size_t within = left(stream) < max ? left(stream) : max;
	const uint8_t *from, *feed;

	(void)err;
	if (within == 0)
		return PB_EEND;
	from = readable(stream)->data + stream->at;
	feed = memchr(from, '\n', within);
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
	const uint8_t *octets = data;

	(void)err;
	if (stream->hop == NULL)
		pb_assert(pb_buf_append(&stream->out, data, len) == PB_OK);
	for (size_t i = 0; i < len && stream->hop != NULL; i++) {
		if (stream->hop->closed)
			return PB_EUNAVAIL;
		hear(stream->hop, octets[i]);
	}
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
	return stream->hop != NULL ? "next" : "unix";
}

void
pb_stream_timeout(struct pb_stream *stream, uint32_t timeout_ms)
{
	(void)stream;
	(void)timeout_ms;
}

void
pb_stream_free(struct pb_stream *stream)
{
	if (stream != NULL && stream->hop != NULL)
		free(stream);
}

/* ---- sessions ------------------------------------------------------------------------------- */

/* Nothing of what came is in an answer to the client. */
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

static void
speak(struct pb_doorway *doorway, const uint8_t *data, size_t len, size_t step)
{
	static char name[] = "before";
	const uint8_t *feed = memchr(data, '\n', len);
	const size_t answers = feed != NULL ? (size_t)(feed - data) : len;
	struct next_hop hop = { .doorway = doorway,
		.answer = data + 1,
		.answers_end = data + answers,
		.lax = data[0] & 4 };
	struct pb_stream client = { .step = step };

	if (feed != NULL)
		pb_assert(pb_buf_append(&client.in, feed + 1, len - answers - 1) == PB_OK);
	*doorway = (struct pb_doorway){ .outcome = (enum pb_outcome)(data[0] & 3),
		.door = { .name = name, .kind = PB_DOOR_PROXY, .max_message = MESSAGE_MAX } };
	there = &hop;
	pb_proxy_session(doorway, &client);
	check_answers(&client.out);
	pb_buf_done(&client.in);
	pb_buf_done(&client.out);
	pb_buf_done(&hop.heard);
	pb_buf_done(&hop.message);
	pb_buf_done(&hop.said);
	pb_buf_done(&doorway->message);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pb_doorway whole, pieces;

	if (len == 0 || data[0] == '\n')
		return 0;
	speak(&whole, data, len, SIZE_MAX);
	speak(&pieces, data, len, 1 + (data[0] >> 3 & 3));
	pb_assert(whole.log.len == pieces.log.len);
	pb_assert(
	    whole.log.len == 0 || memcmp(whole.log.data, pieces.log.data, whole.log.len) == 0);
	pb_buf_done(&whole.log);
	pb_buf_done(&pieces.log);
	return 0;
}
