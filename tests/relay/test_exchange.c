/* Questions for the stamper and its answers: what is encoded is decoded, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "relay/exchange.h"

static struct pb_buf
encoded(const struct pb_question *question)
{
	struct pb_buf packet = PB_BUF_EMPTY;

	assert_int_equal(pb_question_encode(question, &packet), PB_OK);
	assert_true(packet.len <= PB_EXCHANGE_PACKET_MAX);
	return packet;
}

static enum pb_status
decode(const struct pb_question *question)
{
	struct pb_buf packet = encoded(question);
	struct pb_question other;
	enum pb_status status = pb_question_decode(packet.data, packet.len, &other);

	pb_buf_done(&packet);
	return status;
}

static void
a_question_for_an_authority_comes_as_it_was(void **state)
{
	const struct pb_question question = { .timeout_ms = 20000,
		.max = 1 << 20,
		.authority = "fictive-a",
		.body = "body",
		.body_len = 4 };
	struct pb_buf packet = encoded(&question);
	struct pb_question other;

	(void)state;
	assert_int_equal(pb_question_decode(packet.data, packet.len, &other), PB_OK);
	assert_int_equal(other.timeout_ms, 20000);
	assert_int_equal(other.max, 1 << 20);
	assert_string_equal(other.authority, "fictive-a");
	assert_string_equal(other.url, "");
	assert_int_equal(other.body_len, 4);
	assert_memory_equal(other.body, "body", 4);
	pb_buf_done(&packet);
}

static void
the_longest_of_all_fits_into_a_packet(void **state)
{
	static uint8_t body[PB_LIMIT_STAMP_REQUEST + 1];
	struct pb_question question = { .body = body, .body_len = PB_LIMIT_STAMP_REQUEST };
	struct pb_buf packet = PB_BUF_EMPTY;

	(void)state;
	memset(question.authority, 'a', PB_EXCHANGE_NAME);
	assert_int_equal(decode(&question), PB_OK);
	question.body_len++;
	assert_int_equal(pb_question_encode(&question, &packet), PB_ELIMIT);
	question = (struct pb_question){ .max = 1 };
	memset(question.url, 'u', PB_LIMIT_TSA_URL);
	assert_int_equal(decode(&question), PB_OK);
}

static void
a_question_is_for_an_authority_or_for_an_address(void **state)
{
	const struct pb_question none = { .max = 1 };
	const struct pb_question both = {
		.authority = "a", .url = "http://a.example/", .body = "b", .body_len = 1
	};
	const struct pb_question nothing_asked = { .authority = "a" };
	const struct pb_question body_for_an_address = {
		.url = "http://a.example/", .body = "b", .body_len = 1
	};

	(void)state;
	assert_int_equal(decode(&none), PB_EDATA);
	assert_int_equal(decode(&both), PB_EDATA);
	assert_int_equal(decode(&nothing_asked), PB_EDATA);
	assert_int_equal(decode(&body_for_an_address), PB_EDATA);
}

static void
a_question_that_is_cut_or_longer_or_of_another_version_is_none(void **state)
{
	const struct pb_question question = { .url = "http://a.example/crl" };
	struct pb_buf packet = encoded(&question);
	struct pb_question other;

	(void)state;
	assert_int_equal(pb_question_decode(NULL, 0, &other), PB_EDATA);
	for (size_t len = 0; len < packet.len; len++)
		assert_int_equal(pb_question_decode(packet.data, len, &other), PB_EDATA);
	assert_int_equal(pb_buf_append_u8(&packet, 0), PB_OK);
	assert_int_equal(pb_question_decode(packet.data, packet.len, &other), PB_EDATA);
	packet.len--;
	packet.data[7]++;
	assert_int_equal(pb_question_decode(packet.data, packet.len, &other), PB_EDATA);
	pb_buf_done(&packet);
}

/* What would end a header line, or be obeyed by a terminal. */
static void
texts_are_of_printable_ascii(void **state)
{
	static const char *const urls[] = { "http://a.example/\r\nHost: b",
		"http://a.example/\x1b[2J", "http://a.example/\xc3\xa9", "\x7f" };
	struct pb_question question;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		question = (struct pb_question){ .max = 1 };
		memcpy(question.url, urls[i], strlen(urls[i]) + 1);
		assert_int_equal(decode(&question), PB_EDATA);
	}
}

static void
an_answer_comes_as_it_was_and_no_other_does(void **state)
{
	const struct pb_exchange_answer answer = { .end = PB_EXCHANGE_CAME,
		.status = 200,
		.retry_after_s = 7,
		.content_type = "application/timestamp-reply",
		.body_len = 12345 };
	struct pb_exchange_answer other;
	struct pb_buf packet = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_exchange_answer_encode(&answer, &packet), PB_OK);
	assert_int_equal(pb_exchange_answer_decode(packet.data, packet.len, &other), PB_OK);
	assert_int_equal(other.end, PB_EXCHANGE_CAME);
	assert_int_equal(other.status, 200);
	assert_int_equal(other.retry_after_s, 7);
	assert_string_equal(other.content_type, "application/timestamp-reply");
	assert_int_equal(other.body_len, 12345);
	for (size_t len = 0; len < packet.len; len++)
		assert_int_equal(pb_exchange_answer_decode(packet.data, len, &other), PB_EDATA);
	packet.data[0] = PB_EXCHANGE_LATE; /* with a body */
	assert_int_equal(pb_exchange_answer_decode(packet.data, packet.len, &other), PB_EDATA);
	packet.data[0] = PB_EXCHANGE_ENDS;
	assert_int_equal(pb_exchange_answer_decode(packet.data, packet.len, &other), PB_EDATA);
	packet.data[0] = PB_EXCHANGE_CAME;
	packet.data[8] = '\n'; /* in the media type */
	assert_int_equal(pb_exchange_answer_decode(packet.data, packet.len, &other), PB_EDATA);
	pb_buf_done(&packet);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_for_an_authority_comes_as_it_was),
		cmocka_unit_test(the_longest_of_all_fits_into_a_packet),
		cmocka_unit_test(a_question_is_for_an_authority_or_for_an_address),
		cmocka_unit_test(a_question_that_is_cut_or_longer_or_of_another_version_is_none),
		cmocka_unit_test(texts_are_of_printable_ascii),
		cmocka_unit_test(an_answer_comes_as_it_was_and_no_other_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
