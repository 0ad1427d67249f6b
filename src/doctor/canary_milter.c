/*
 * A canary as an MTA shows a message to a milter: each step by itself, and an answer to each, since
 * no other way is offered.  Nothing is delivered.
 */
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "doctor/canary.h"
#include "net/stream.h"

#define WHAT N_("show a canary to a milter")

/* SMFI_VERSION 6; SMFIP_*: no step may be left out, nor its answer. */
#define VERSION 6

static enum pb_status
send_packet(
    struct pb_stream *stream, char letter, const void *data, size_t len, struct pb_error *err)
{
	uint8_t head[5];
	enum pb_status status;

	pb_put_u32(head, (uint32_t)len + 1);
	head[4] = (uint8_t)letter;
	status = pb_stream_write(stream, head, sizeof(head), err);
	if (status == PB_OK && len > 0)
		status = pb_stream_write(stream, data, len, err);
	return status == PB_OK ? pb_stream_flush(stream, err) : status;
}

static enum pb_status
read_some(struct pb_stream *stream, void *to, size_t len, struct pb_error *err)
{
	uint8_t *at = to;

	while (len > 0) {
		const uint8_t *data;
		size_t got;
		enum pb_status status = pb_stream_some(stream, len, &data, &got, err);

		if (status == PB_EEND)
			return pb_fail(err, PB_EUNAVAIL, WHAT, N_("the door hung up"), "%s", "");
		if (status != PB_OK)
			return status;
		memcpy(at, data, got);
		at += got;
		len -= got;
	}
	return PB_OK;
}

/* The letter of an answer; its data, as far as it fits, with a NUL behind. */
static enum pb_status
receive(struct pb_stream *stream, uint8_t *ret_letter, char text[256], struct pb_error *err)
{
	uint8_t head[5], rest;
	enum pb_status status = read_some(stream, head, sizeof(head), err);
	uint32_t len = status == PB_OK ? pb_get_u32(head) : 0;
	size_t at = 0;

	if (status == PB_OK && (len == 0 || len > PB_LIMIT_MILTER_PACKET))
		return pb_fail(
		    err, PB_EUNAVAIL, WHAT, N_("this is no answer of a milter"), "%s", "");
	for (uint32_t i = 1; status == PB_OK && i < len; i++) {
		status = read_some(stream, &rest, 1, err);
		if (at < 255)
			text[at++] = (char)rest;
	}
	text[at] = '\0';
	if (status == PB_OK)
		*ret_letter = head[4];
	return status;
}

/* A step, to which the milter answers that the MTA may go on. */
static enum pb_status
step(struct pb_stream *stream, char letter, const void *data, size_t len, struct pb_error *err)
{
	enum pb_status status = send_packet(stream, letter, data, len, err);
	uint8_t answer = 0;
	char text[256];

	if (status == PB_OK)
		status = receive(stream, &answer, text, err);
	if (status == PB_OK && answer != 'c' && answer != 'a')
		status = pb_fail(err, PB_EUNAVAIL, WHAT, N_("the door does not take it"), "%c %s",
		    answer >= 'a' && answer <= 'z' ? answer : '?', text);
	return status;
}

static enum pb_status
agree(struct pb_stream *stream, struct pb_error *err)
{
	uint8_t offer[12] = { 0 }, answer = 0;
	enum pb_status status;
	char text[256];

	pb_put_u32(offer, VERSION);
	status = send_packet(stream, 'O', offer, sizeof(offer), err);
	if (status == PB_OK)
		status = receive(stream, &answer, text, err);
	if (status == PB_OK && answer != 'O')
		status = pb_fail(err, PB_EUNAVAIL, WHAT, N_("this is no milter"), "%s", "");
	return status;
}

/* Name, NUL, value, NUL of each field; without the space behind the colon, as MTAs do. */
static enum pb_status
show_header(struct pb_stream *stream, const char *text, const char **ret_body, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	const char *end, *colon;
	char field[512];
	size_t name, len;

	for (; status == PB_OK && *text != '\r'; text = end + 2) {
		end = strstr(text, "\r\n");
		colon = strchr(text, ':');
		pb_assert(end != NULL && colon != NULL && (size_t)(end - text) < sizeof(field));
		name = (size_t)(colon - text);
		len = (size_t)(end - colon) - 2;
		memcpy(field, text, name);
		field[name] = '\0';
		memcpy(field + name + 1, colon + 2, len);
		field[name + 1 + len] = '\0';
		status = step(stream, 'L', field, name + len + 2, err);
	}
	*ret_body = text + 2;
	return status;
}

/* A command of SMTP's envelope: its argument and a NUL. */
static enum pb_status
show_address(struct pb_stream *stream, char letter, const char *address, struct pb_error *err)
{
	char text[512];
	size_t len = strlen(address);

	pb_assert(len + 3 <= sizeof(text));
	text[0] = '<';
	memcpy(text + 1, address, len);
	text[len + 1] = '>';
	text[len + 2] = '\0';
	return step(stream, letter, text, len + 3, err);
}

enum pb_status
pb_canary_milter(struct pb_stream *stream, const struct pb_canary *canary, struct pb_error *err)
{
	/* SMFIC_CONNECT: a name, its NUL, 'U': of no known family. */
	static const char client[] = PB_CANARY_HOST "\0U";
	const char *body = NULL, *text = (const char *)canary->text.data;
	enum pb_status status = agree(stream, err);

	if (status == PB_OK)
		status = step(stream, 'C', client, sizeof(client) - 1, err);
	if (status == PB_OK)
		status = step(stream, 'H', PB_CANARY_HOST, sizeof(PB_CANARY_HOST), err);
	if (status == PB_OK)
		status = show_address(stream, 'M', PB_CANARY_FROM, err);
	if (status == PB_OK)
		status = show_address(stream, 'R', canary->recipient, err);
	if (status == PB_OK)
		status = step(stream, 'T', NULL, 0, err);
	if (status == PB_OK)
		status = show_header(stream, text, &body, err);
	if (status == PB_OK)
		status = step(stream, 'N', NULL, 0, err);
	if (status == PB_OK)
		status = step(stream, 'B', body, canary->text.len - (size_t)(body - text), err);
	if (status == PB_OK)
		status = step(stream, 'E', NULL, 0, err);
	return status;
}
