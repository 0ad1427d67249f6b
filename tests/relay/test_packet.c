/* Packets: what is encoded is decoded, and nothing else is. */
#include "relay/fixture.h"

static int
start(void **state)
{
	(void)state;
	return pb_crypto_init(NULL) == PB_OK ? 0 : -1;
}

static void
hello_of_another_version_is_not_understood(void **state)
{
	uint8_t packet[PB_PACKET_HELLO_LEN + 1] = { 0 };
	uint64_t len = 7;

	(void)state;
	pb_packet_hello_encode(123456789012, packet);
	assert_int_equal(pb_packet_hello_decode(packet, PB_PACKET_HELLO_LEN, &len), PB_OK);
	assert_true(len == 123456789012);
	assert_int_equal(pb_packet_hello_decode(NULL, 0, &len), PB_EDATA);
	assert_int_equal(pb_packet_hello_decode(packet, PB_PACKET_HELLO_LEN - 1, &len), PB_EDATA);
	assert_int_equal(pb_packet_hello_decode(packet, PB_PACKET_HELLO_LEN + 1, &len), PB_EDATA);
	packet[7]++;
	assert_int_equal(pb_packet_hello_decode(packet, PB_PACKET_HELLO_LEN, &len), PB_EDATA);
	assert_true(len == 123456789012);
}

static void
table_of_archives_is_read_to_its_end(void **state)
{
	char longest[257] = { 0 };
	struct pb_buf table = PB_BUF_EMPTY;
	struct pb_packet_archive archive;
	size_t at = 0;

	(void)state;
	memset(longest, 'x', 256);
	assert_int_equal(pb_packet_archive_decode(NULL, 0, &at, &archive), PB_EEND);
	assert_int_equal(pb_packet_archive_encode(&table, longest, "o"), PB_ELIMIT);
	assert_int_equal(pb_packet_archive_encode(&table, "", ""), PB_OK);
	assert_int_equal(pb_packet_archive_encode(&table, "name", longest + 1), PB_OK);
	assert_int_equal(pb_packet_archive_decode(table.data, table.len, &at, &archive), PB_OK);
	assert_int_equal(archive.name_len + archive.origin_len, 0);
	assert_int_equal(pb_packet_archive_decode(table.data, table.len, &at, &archive), PB_OK);
	assert_int_equal(archive.name_len, 4);
	assert_memory_equal(archive.name, "name", 4);
	assert_int_equal(archive.origin_len, 255);
	assert_memory_equal(archive.origin, longest, 255);
	assert_int_equal(pb_packet_archive_decode(table.data, table.len, &at, &archive), PB_EEND);
	for (size_t len = 3; len < table.len; len++) {
		at = 2;
		assert_int_equal(
		    pb_packet_archive_decode(table.data, len, &at, &archive), PB_EDATA);
		assert_int_equal(at, 2);
	}
	pb_buf_done(&table);
}

static void
record_comes_back_as_it_was_packed(void **state)
{
	struct pb_sealed sealed = make_sealed(100, 7);
	uint8_t packet[PB_PACKET_SUBMIT_LEN + 101];
	struct pb_submit submit;

	(void)state;
	sealed.type = 3;
	pb_packet_submit_encode(&sealed, UINT64_MAX - 1, 70000, packet);
	memcpy(packet + PB_PACKET_SUBMIT_LEN, sealed.memory.data, 100);
	assert_int_equal(
	    pb_packet_submit_decode(packet, PB_PACKET_SUBMIT_LEN + 100, &submit), PB_OK);
	assert_true(submit.number == UINT64_MAX - 1);
	assert_int_equal(submit.archive, 70000);
	assert_int_equal(submit.type, 3);
	assert_true(submit.time_first_us == sealed.time_first_us);
	assert_int_equal(submit.payload_len, 100);
	assert_memory_equal(submit.commitment, sealed.commitment, PB_COMMITMENT_LEN);
	assert_memory_equal(submit.payload_sha256, sealed.payload_sha256, PB_DIGEST_LEN);
	assert_memory_equal(submit.message_sha256, sealed.message_sha256, PB_DIGEST_LEN);
	assert_memory_equal(submit.r, pb_secret_bytes(sealed.r), PB_PACKET_R_LEN);
	assert_memory_equal(submit.payload, sealed.memory.data, 100);
	for (size_t len = 0; len <= sizeof(packet); len++)
		if (len != PB_PACKET_SUBMIT_LEN + 100)
			assert_int_equal(pb_packet_submit_decode(packet, len, &submit), PB_EDATA);
	pb_sealed_done(&sealed);
}

static void
long_payload_is_never_in_the_packet(void **state)
{
	struct pb_sealed sealed = make_sealed(PB_PACKET_INLINE + 1, 7);
	uint8_t packet[PB_LIMIT_RELAY_PACKET + 1] = { 0 };
	struct pb_submit submit;

	(void)state;
	pb_packet_submit_encode(&sealed, 1, 0, packet);
	assert_int_equal(pb_packet_submit_decode(packet, sizeof(packet), &submit), PB_EDATA);
	assert_int_equal(pb_packet_submit_decode(packet, PB_PACKET_SUBMIT_LEN, &submit), PB_OK);
	assert_null(submit.payload);
	sealed.payload_len = PB_LIMIT_PAYLOAD;
	pb_packet_submit_encode(&sealed, 1, 0, packet);
	assert_int_equal(pb_packet_submit_decode(packet, PB_PACKET_SUBMIT_LEN, &submit), PB_OK);
	sealed.payload_len++;
	pb_packet_submit_encode(&sealed, 1, 0, packet);
	assert_int_equal(pb_packet_submit_decode(packet, PB_PACKET_SUBMIT_LEN, &submit), PB_ELIMIT);
	sealed.payload_len = 0;
	pb_packet_submit_encode(&sealed, 1, 0, packet);
	assert_int_equal(pb_packet_submit_decode(packet, PB_PACKET_SUBMIT_LEN, &submit), PB_ELIMIT);
	pb_sealed_done(&sealed);
}

static void
answer_says_kept_or_why_not(void **state)
{
	struct pb_reply reply = { .number = 5, .receipt = { .seq = 6, .time_s = 7 } }, got;
	uint8_t packet[PB_PACKET_REPLY_LEN + 1];

	(void)state;
	memset(reply.receipt.message_sha256, 8, PB_DIGEST_LEN);
	for (unsigned status = 0; status < 256; status++) {
		for (unsigned refusal = 0; refusal < 256; refusal++) {
			bool known = status < PB_STATUS_COUNT && status != PB_EEND &&
				     refusal < PB_REFUSAL_COUNT;
			bool sound = known && (status == PB_OK) == (refusal == PB_REFUSAL_NONE);

			reply.status = status;
			reply.refusal = refusal;
			pb_packet_reply_encode(&reply, packet);
			assert_int_equal(pb_packet_reply_decode(packet, PB_PACKET_REPLY_LEN, &got),
			    sound ? PB_OK : PB_EDATA);
			if (!sound)
				continue;
			assert_int_equal(got.number, 5);
			assert_int_equal(got.status, status);
			assert_int_equal(got.refusal, refusal);
			assert_memory_equal(&got.receipt, &reply.receipt, sizeof(got.receipt));
			assert_true((pb_refusal_why(got.refusal) == NULL) == (status == PB_OK));
		}
	}
	reply = (struct pb_reply){ .status = PB_OK };
	pb_packet_reply_encode(&reply, packet);
	for (size_t len = 0; len <= sizeof(packet); len++)
		assert_int_equal(pb_packet_reply_decode(packet, len, &got),
		    len == PB_PACKET_REPLY_LEN ? PB_OK : PB_EDATA);
	assert_null(pb_refusal_why(PB_REFUSAL_COUNT));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello_of_another_version_is_not_understood),
		cmocka_unit_test(table_of_archives_is_read_to_its_end),
		cmocka_unit_test(record_comes_back_as_it_was_packed),
		cmocka_unit_test(long_payload_is_never_in_the_packet),
		cmocka_unit_test(answer_says_kept_or_why_not),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
