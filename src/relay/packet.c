#include "relay/packet.h"

#include <string.h>

#include "core/cursor.h"
#include "core/error.h"

/* The last octet is the version. */
static const uint8_t magic[8] = { 'p', 'b', 'r', 'e', 'l', 'a', 'y', 1 };

enum kind { SUBMIT = 1, REPLY = 2 };

static uint8_t *
put(uint8_t *at, const void *octets, size_t len)
{
	memcpy(at, octets, len);
	return at + len;
}

static uint8_t *
put_u64(uint8_t *at, uint64_t value)
{
	pb_put_u64(at, value);
	return at + 8;
}

static void
expect_kind(struct pb_cursor *c, enum kind kind)
{
	if (pb_cursor_u8(c) != kind)
		pb_cursor_fail(c);
}

/* ---- HELLO ----------------------------------------------------------------------------------- */

void
pb_packet_hello_encode(uint64_t table_len, uint8_t out[PB_PACKET_HELLO_LEN])
{
	(void)put_u64(put(out, magic, sizeof(magic)), table_len);
}

enum pb_status
pb_packet_hello_decode(const void *packet, size_t len, uint64_t *ret_table_len)
{
	struct pb_cursor c;
	uint64_t table_len;

	pb_cursor_init(&c, packet, len);
	pb_cursor_expect(&c, magic, sizeof(magic));
	table_len = pb_cursor_u64(&c);
	if (!pb_cursor_finished(&c))
		return PB_EDATA;
	*ret_table_len = table_len;
	return PB_OK;
}

static enum pb_status
append_text(struct pb_buf *table, const char *text)
{
	size_t len = strlen(text);
	enum pb_status status;

	if (len > UINT8_MAX)
		return PB_ELIMIT;
	status = pb_buf_append_u8(table, (uint8_t)len);
	return status == PB_OK ? pb_buf_append(table, text, len) : status;
}

enum pb_status
pb_packet_archive_encode(struct pb_buf *table, const char *name, const char *origin)
{
	enum pb_status status = append_text(table, name);

	return status == PB_OK ? append_text(table, origin) : status;
}

enum pb_status
pb_packet_archive_decode(
    const void *table, size_t len, size_t *at, struct pb_packet_archive *ret_archive)
{
	struct pb_packet_archive archive;
	struct pb_cursor c;

	if (*at >= len)
		return PB_EEND;
	pb_cursor_init(&c, (const uint8_t *)table + *at, len - *at);
	archive.name_len = pb_cursor_u8(&c);
	archive.name = (const char *)pb_cursor_bytes(&c, archive.name_len);
	archive.origin_len = pb_cursor_u8(&c);
	archive.origin = (const char *)pb_cursor_bytes(&c, archive.origin_len);
	if (c.failed)
		return PB_EDATA;
	*at = len - pb_cursor_left(&c);
	*ret_archive = archive;
	return PB_OK;
}

/* ---- SUBMIT ---------------------------------------------------------------------------------- */

void
pb_packet_submit_encode(const struct pb_sealed *sealed, uint64_t number, uint32_t archive,
    uint8_t out[PB_PACKET_SUBMIT_LEN])
{
	uint8_t *at = out;

	pb_assert(pb_secret_len(sealed->r) == PB_PACKET_R_LEN);
	*at++ = SUBMIT;
	at = put_u64(at, number);
	pb_put_u32(at, archive);
	at += 4;
	*at++ = sealed->type;
	at = put_u64(at, sealed->time_first_us);
	at = put_u64(at, sealed->payload_len);
	at = put(at, sealed->commitment, PB_COMMITMENT_LEN);
	at = put(at, sealed->payload_sha256, PB_DIGEST_LEN);
	at = put(at, sealed->message_sha256, PB_DIGEST_LEN);
	at = put(at, pb_secret_bytes(sealed->r), PB_PACKET_R_LEN);
	pb_assert(at == out + PB_PACKET_SUBMIT_LEN);
}

enum pb_status
pb_packet_submit_decode(const void *packet, size_t len, struct pb_submit *ret_submit)
{
	struct pb_submit submit = { .payload = NULL };
	struct pb_cursor c;

	pb_cursor_init(&c, packet, len);
	expect_kind(&c, SUBMIT);
	submit.number = pb_cursor_u64(&c);
	submit.archive = pb_cursor_u32(&c);
	submit.type = pb_cursor_u8(&c);
	submit.time_first_us = pb_cursor_u64(&c);
	submit.payload_len = pb_cursor_u64(&c);
	submit.commitment = pb_cursor_bytes(&c, PB_COMMITMENT_LEN);
	submit.payload_sha256 = pb_cursor_bytes(&c, PB_DIGEST_LEN);
	submit.message_sha256 = pb_cursor_bytes(&c, PB_DIGEST_LEN);
	submit.r = pb_cursor_bytes(&c, PB_PACKET_R_LEN);
	if (submit.payload_len <= PB_PACKET_INLINE)
		submit.payload = pb_cursor_bytes(&c, (size_t)submit.payload_len);
	if (!pb_cursor_finished(&c))
		return PB_EDATA;
	if (submit.payload_len == 0 || submit.payload_len > PB_LIMIT_PAYLOAD)
		return PB_ELIMIT;
	*ret_submit = submit;
	return PB_OK;
}

/* ---- REPLY ----------------------------------------------------------------------------------- */

const char *
pb_refusal_why(enum pb_refusal refusal)
{
	static const char *const why[PB_REFUSAL_COUNT] = {
		[PB_REFUSAL_ARCHIVE] = N_("the writer cannot open the archive now"),
		[PB_REFUSAL_COMMIT] = N_("the archive could not commit it"),
		[PB_REFUSAL_DIGEST] = N_("its octets are not those that were sealed"),
		[PB_REFUSAL_COPY] = N_("the writer could not take its octets over"),
	};

	return (unsigned)refusal < PB_REFUSAL_COUNT ? why[refusal] : NULL;
}

void
pb_packet_reply_encode(const struct pb_reply *reply, uint8_t out[PB_PACKET_REPLY_LEN])
{
	uint8_t *at = out;

	*at++ = REPLY;
	at = put_u64(at, reply->number);
	*at++ = (uint8_t)reply->status;
	*at++ = (uint8_t)reply->refusal;
	at = put_u64(at, reply->receipt.seq);
	at = put_u64(at, reply->receipt.time_s);
	at = put(at, reply->receipt.message_sha256, PB_DIGEST_LEN);
	pb_assert(at == out + PB_PACKET_REPLY_LEN);
}

enum pb_status
pb_packet_reply_decode(const void *packet, size_t len, struct pb_reply *ret_reply)
{
	uint8_t status, refusal;
	struct pb_reply reply;
	struct pb_cursor c;

	pb_cursor_init(&c, packet, len);
	expect_kind(&c, REPLY);
	reply.number = pb_cursor_u64(&c);
	status = pb_cursor_u8(&c);
	refusal = pb_cursor_u8(&c);
	reply.receipt.seq = pb_cursor_u64(&c);
	reply.receipt.time_s = pb_cursor_u64(&c);
	pb_cursor_copy(&c, reply.receipt.message_sha256, PB_DIGEST_LEN);
	/* PB_EEND is how an iteration ends, not what becomes of a record. */
	if (!pb_cursor_finished(&c) || status >= PB_STATUS_COUNT || status == PB_EEND ||
	    refusal >= PB_REFUSAL_COUNT || (status == PB_OK) != (refusal == PB_REFUSAL_NONE))
		return PB_EDATA;
	reply.status = status;
	reply.refusal = refusal;
	*ret_reply = reply;
	return PB_OK;
}
