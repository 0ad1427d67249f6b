#include "doors/socketmap.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"
#include "net/stream.h"
#include "policy/address.h"

#define WHAT N_("ask whose mail an address is")
/* A number of at most four digits, for PB_LIMIT_SOCKETMAP_ANSWER; and its colon. */
#define DIGITS 4

/* ---- answers -------------------------------------------------------------------------------- */

static const struct {
	const char *word;
	enum pb_socketmap_is is;
} words[] = {
	{ "OK", PB_SOCKETMAP_FOUND },
	{ "NOTFOUND", PB_SOCKETMAP_NOT_FOUND },
	{ "TEMP", PB_SOCKETMAP_FAILED },
	{ "TIMEOUT", PB_SOCKETMAP_FAILED },
	{ "PERM", PB_SOCKETMAP_FAILED },
};

/* A word, and behind a space what belongs to it, which only OK must have. */
static enum pb_status
read_words(const char *at, size_t len, struct pb_socketmap_answer *ret_answer)
{
	const char *space = memchr(at, ' ', len);
	size_t word = space != NULL ? (size_t)(space - at) : len;
	size_t behind = space != NULL ? word + 1 : len;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].word) != word || memcmp(words[i].word, at, word) != 0)
			continue;
		if (words[i].is == PB_SOCKETMAP_FOUND && behind == len)
			return PB_EDATA;
		*ret_answer =
		    (struct pb_socketmap_answer){ words[i].is, at + behind, len - behind };
		return PB_OK;
	}
	return PB_EDATA;
}

/* A netstring: "12:OK tilleuls_,", its length in decimal without a zero in front. */
enum pb_status
pb_socketmap_read(const void *data, size_t len, struct pb_socketmap_answer *ret_answer)
{
	const char *text = data;
	const char *colon = len > 0 ? memchr(text, ':', len < DIGITS + 1 ? len : DIGITS + 1) : NULL;
	size_t digits = colon != NULL ? (size_t)(colon - text) : len, behind;
	uint64_t size = 0;

	for (size_t i = 0; i < digits && i <= DIGITS; i++)
		if (text[i] < '0' || text[i] > '9')
			return PB_EDATA;
	if (colon == NULL)
		return len > DIGITS ? PB_EDATA : PB_EEND;
	if (!pb_decimal_parse(text, digits, &size) || size > PB_LIMIT_SOCKETMAP_ANSWER)
		return PB_EDATA;
	behind = len - digits - 1;
	if (behind <= size)
		return PB_EEND;
	if (behind > size + 1 || colon[1 + size] != ',')
		return PB_EDATA;
	return read_words(colon + 1, (size_t)size, ret_answer);
}

/* ---- the server ----------------------------------------------------------------------------- */

static enum pb_status
fail(const struct pb_policy_address *server, const char *why, struct pb_error *err)
{
	char at[PB_POLICY_ADDRESS_LEN];

	pb_policy_address_format(server, at);
	return pb_fail(err, PB_EUNAVAIL, WHAT, why, "%s", at);
}

static void
hang_up(struct pb_socketmap *map)
{
	pb_stream_free(map->stream);
	map->stream = NULL;
}

static uint32_t
left_ms(const struct pb_clock *clock, int64_t deadline_us)
{
	int64_t left_us = deadline_us - clock->monotonic_us(clock->ctx);

	return left_us > 0 ? (uint32_t)(left_us / 1000) : 0;
}

static enum pb_status
send_question(struct pb_socketmap *map, const char *name, const char *key, struct pb_error *err)
{
	size_t name_len = strlen(name), key_len = strlen(key);
	char head[24];
	int head_len = snprintf(head, sizeof(head), "%zu:", name_len + 1 + key_len);
	enum pb_status status = pb_stream_write(map->stream, head, (size_t)head_len, err);

	if (status == PB_OK)
		status = pb_stream_write(map->stream, name, name_len, err);
	if (status == PB_OK)
		status = pb_stream_write(map->stream, " ", 1, err);
	if (status == PB_OK)
		status = pb_stream_write(map->stream, key, key_len, err);
	if (status == PB_OK)
		status = pb_stream_write(map->stream, ",", 1, err);
	return status == PB_OK ? pb_stream_flush(map->stream, err) : status;
}

/* PB_EDATA: what came is none. */
static enum pb_status
receive_answer(struct pb_socketmap *map, const struct pb_clock *clock, int64_t deadline_us,
    struct pb_socketmap_answer *ret_answer, struct pb_error *err)
{
	const size_t most = PB_LIMIT_SOCKETMAP_ANSWER + DIGITS + 2;
	enum pb_status status = PB_EEND;
	const uint8_t *data;
	size_t len;

	pb_buf_clear(&map->octets);
	while (status == PB_EEND) {
		/* One that comes an octet at a time has no more time than another. */
		if (left_ms(clock, deadline_us) == 0)
			return PB_EUNAVAIL;
		pb_stream_timeout(map->stream, left_ms(clock, deadline_us));
		status = pb_stream_some(map->stream, most, &data, &len, err);
		if (status != PB_OK)
			return status == PB_EEND ? PB_EUNAVAIL : status;
		if (pb_buf_append(&map->octets, data, len) != PB_OK)
			return pb_fail_memory(err, WHAT);
		status = pb_socketmap_read(map->octets.data, map->octets.len, ret_answer);
	}
	return status;
}

/* On the connection that there is, or a new one. */
static enum pb_status
exchange(struct pb_socketmap *map, const struct pb_policy_address *server, const char *name,
    const char *key, const struct pb_clock *clock, int64_t deadline_us,
    struct pb_socketmap_answer *ret_answer, struct pb_error *err)
{
	uint32_t timeout_ms = left_ms(clock, deadline_us);
	enum pb_status status = PB_OK;

	if (map->stream == NULL)
		status = pb_stream_connect(
		    server->path, server->host, server->port, clock, timeout_ms, &map->stream, err);
	if (status != PB_OK)
		return status;
	pb_stream_timeout(map->stream, timeout_ms);
	status = send_question(map, name, key, err);
	if (status == PB_OK)
		status = receive_answer(map, clock, deadline_us, ret_answer, err);
	/* What still comes would be taken for the answer to the next question. */
	if (status != PB_OK)
		hang_up(map);
	return status;
}

enum pb_status
pb_socketmap_ask(struct pb_socketmap *map, const struct pb_policy_address *server, const char *name,
    const char *key, const struct pb_clock *clock, int64_t deadline_us,
    struct pb_socketmap_answer *ret_answer, struct pb_error *err)
{
	bool stood = map->stream != NULL;
	struct pb_socketmap_answer answer;
	enum pb_status status;

	status = exchange(map, server, name, key, clock, deadline_us, &answer, err);
	/* A server may end what was silent for long. */
	if (status == PB_EUNAVAIL && stood && left_ms(clock, deadline_us) > 0)
		status = exchange(map, server, name, key, clock, deadline_us, &answer, err);
	if (status == PB_ENOMEM)
		return status;
	if (status == PB_EDATA)
		return fail(server, N_("what the server of the map answers is no answer"), err);
	if (status != PB_OK)
		return fail(server, N_("the server of the map does not answer"), err);
	if (answer.is == PB_SOCKETMAP_FAILED)
		return fail(server, N_("the server of the map says that it cannot tell"), err);
	*ret_answer = answer;
	return PB_OK;
}

void
pb_socketmap_done(struct pb_socketmap *map)
{
	hang_up(map);
	pb_buf_wipe(&map->octets);
	pb_buf_done(&map->octets);
}
