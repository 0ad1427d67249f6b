#include "relay/exchange.h"

#include <string.h>

#include "core/cursor.h"

/* The last octet is the version. */
static const uint8_t magic[8] = { 'p', 'b', 's', 't', 'a', 'm', 'p', 1 };

static void
put_u16(struct pb_buf *packet, uint16_t value)
{
	pb_put_u16(packet->data + packet->len, value);
	packet->len += 2;
}

/* Into room that was reserved. */
static void
put(struct pb_buf *packet, const void *octets, size_t len)
{
	if (len > 0)
		memcpy(packet->data + packet->len, octets, len);
	packet->len += len;
}

/* A text of printable ASCII, which a terminal and a URL have room for. */
static void
take_text(struct pb_cursor *c, char *to, size_t len, size_t max)
{
	const uint8_t *text = pb_cursor_bytes(c, len);

	if (len > max)
		pb_cursor_fail(c);
	for (size_t i = 0; text != NULL && i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			pb_cursor_fail(c);
	if (text == NULL || c->failed)
		return;
	memcpy(to, text, len);
	to[len] = '\0';
}

/* ---- QUESTION -------------------------------------------------------------------------------- */

enum pb_status
pb_question_encode(const struct pb_question *question, struct pb_buf *packet)
{
	size_t name_len = strlen(question->authority), url_len = strlen(question->url);
	enum pb_status status;

	if (question->body_len > PB_LIMIT_STAMP_REQUEST)
		return PB_ELIMIT;
	status = pb_buf_reserve(packet, PB_EXCHANGE_PACKET_MAX);
	if (status != PB_OK)
		return status;
	put(packet, magic, sizeof(magic));
	pb_put_u32(packet->data + packet->len, question->timeout_ms);
	pb_put_u32(packet->data + packet->len + 4, question->max);
	packet->len += 8;
	put(packet, &(uint8_t){ (uint8_t)name_len }, 1);
	put(packet, question->authority, name_len);
	put_u16(packet, (uint16_t)url_len);
	put(packet, question->url, url_len);
	put_u16(packet, (uint16_t)question->body_len);
	put(packet, question->body, question->body_len);
	return PB_OK;
}

/* Either of both: who is asked has no other address, and who is fetched from gets nothing. */
static bool
is_one_thing(const struct pb_question *question)
{
	if (question->authority[0] == '\0')
		return question->url[0] != '\0' && question->body_len == 0;
	return question->url[0] == '\0' && question->body_len > 0;
}

enum pb_status
pb_question_decode(const void *packet, size_t len, struct pb_question *ret_question)
{
	struct pb_question question = { .timeout_ms = 0 };
	struct pb_cursor c;

	pb_cursor_init(&c, packet, len);
	pb_cursor_expect(&c, magic, sizeof(magic));
	question.timeout_ms = pb_cursor_u32(&c);
	question.max = pb_cursor_u32(&c);
	take_text(&c, question.authority, pb_cursor_u8(&c), PB_EXCHANGE_NAME);
	take_text(&c, question.url, pb_cursor_u16(&c), PB_LIMIT_TSA_URL);
	question.body_len = pb_cursor_u16(&c);
	question.body = pb_cursor_bytes(&c, question.body_len);
	if (!pb_cursor_finished(&c) || question.body_len > PB_LIMIT_STAMP_REQUEST ||
	    !is_one_thing(&question))
		return PB_EDATA;
	*ret_question = question;
	return PB_OK;
}

/* ---- ANSWER ---------------------------------------------------------------------------------- */

enum pb_status
pb_exchange_answer_encode(const struct pb_exchange_answer *answer, struct pb_buf *packet)
{
	size_t type_len = strlen(answer->content_type);
	enum pb_status status = pb_buf_reserve(packet, PB_EXCHANGE_PACKET_MAX);

	if (status != PB_OK)
		return status;
	put(packet, &(uint8_t){ (uint8_t)answer->end }, 1);
	put_u16(packet, (uint16_t)answer->status);
	pb_put_u32(packet->data + packet->len, answer->retry_after_s);
	packet->len += 4;
	put(packet, &(uint8_t){ (uint8_t)type_len }, 1);
	put(packet, answer->content_type, type_len);
	pb_put_u32(packet->data + packet->len, answer->body_len);
	packet->len += 4;
	return PB_OK;
}

enum pb_status
pb_exchange_answer_decode(const void *packet, size_t len, struct pb_exchange_answer *ret_answer)
{
	struct pb_exchange_answer answer = { .status = 0 };
	struct pb_cursor c;
	uint8_t end;

	pb_cursor_init(&c, packet, len);
	end = pb_cursor_u8(&c);
	answer.status = pb_cursor_u16(&c);
	answer.retry_after_s = pb_cursor_u32(&c);
	take_text(&c, answer.content_type, pb_cursor_u8(&c), PB_EXCHANGE_TYPE);
	answer.body_len = pb_cursor_u32(&c);
	if (!pb_cursor_finished(&c) || end >= PB_EXCHANGE_ENDS ||
	    (end != PB_EXCHANGE_CAME && answer.body_len > 0))
		return PB_EDATA;
	answer.end = end;
	*ret_answer = answer;
	return PB_OK;
}
