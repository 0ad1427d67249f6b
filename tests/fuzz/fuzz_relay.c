/* Any octets as a packet between listener and writer, or writer and stamper: what is accepted has
 * one encoding. */
#include <string.h>

#include "core/error.h"
#include "crypto/crypto.h"
#include "fuzz/fuzz.h"
#include "relay/exchange.h"
#include "relay/packet.h"

static void
try_hello(const uint8_t *data, size_t len)
{
	uint8_t again[PB_PACKET_HELLO_LEN];
	uint64_t table_len;

	if (pb_packet_hello_decode(data, len, &table_len) != PB_OK)
		return;
	pb_packet_hello_encode(table_len, again);
	pb_assert(len == sizeof(again) && memcmp(again, data, len) == 0);
}

static void
try_table(const uint8_t *data, size_t len)
{
	struct pb_packet_archive archive;
	size_t at = 0, before = 0;
	enum pb_status status;

	while ((status = pb_packet_archive_decode(data, len, &at, &archive)) == PB_OK) {
		pb_assert(at == before + 2 + archive.name_len + archive.origin_len);
		pb_assert(memcmp(data + before + 1, archive.name, archive.name_len) == 0);
		before = at;
	}
	pb_assert(at <= len && (status == PB_EDATA || (status == PB_EEND && at == len)));
}

static void
try_submit(const uint8_t *data, size_t len)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	uint8_t again[PB_PACKET_SUBMIT_LEN];
	struct pb_submit submit;

	if (pb_packet_submit_decode(data, len, &submit) != PB_OK)
		return;
	sealed.type = submit.type;
	sealed.time_first_us = submit.time_first_us;
	sealed.payload_len = submit.payload_len;
	memcpy(sealed.commitment, submit.commitment, PB_COMMITMENT_LEN);
	memcpy(sealed.payload_sha256, submit.payload_sha256, PB_DIGEST_LEN);
	memcpy(sealed.message_sha256, submit.message_sha256, PB_DIGEST_LEN);
	pb_assert(pb_crypto_init(NULL) == PB_OK);
	pb_assert(pb_secret_new(PB_PACKET_R_LEN, &sealed.r, NULL) == PB_OK);
	memcpy(pb_secret_bytes(sealed.r), submit.r, PB_PACKET_R_LEN);
	pb_packet_submit_encode(&sealed, submit.number, submit.archive, again);
	pb_assert(memcmp(again, data, sizeof(again)) == 0);
	if (submit.payload != NULL)
		pb_assert(submit.payload + submit.payload_len == data + len);
	else
		pb_assert(len == sizeof(again) && submit.payload_len > PB_PACKET_INLINE);
	pb_sealed_done(&sealed);
}

static void
try_reply(const uint8_t *data, size_t len)
{
	uint8_t again[PB_PACKET_REPLY_LEN];
	struct pb_reply reply;

	if (pb_packet_reply_decode(data, len, &reply) != PB_OK)
		return;
	pb_packet_reply_encode(&reply, again);
	pb_assert(len == sizeof(again) && memcmp(again, data, len) == 0);
}

/* ---- the stamper ----------------------------------------------------------------------------- */

static void
try_question(const uint8_t *data, size_t len)
{
	struct pb_buf again = PB_BUF_EMPTY;
	struct pb_question question;

	if (pb_question_decode(data, len, &question) != PB_OK)
		return;
	pb_assert((question.authority[0] == '\0') != (question.url[0] == '\0'));
	pb_assert(pb_question_encode(&question, &again) == PB_OK);
	pb_assert(again.len == len && memcmp(again.data, data, len) == 0);
	pb_buf_done(&again);
}

static void
try_answer(const uint8_t *data, size_t len)
{
	struct pb_buf again = PB_BUF_EMPTY;
	struct pb_exchange_answer answer;

	if (pb_exchange_answer_decode(data, len, &answer) != PB_OK)
		return;
	pb_assert(pb_exchange_answer_encode(&answer, &again) == PB_OK);
	pb_assert(again.len == len && memcmp(again.data, data, len) == 0);
	pb_buf_done(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	try_hello(data, len);
	try_table(data, len);
	try_submit(data, len);
	try_reply(data, len);
	try_question(data, len);
	try_answer(data, len);
	return 0;
}
