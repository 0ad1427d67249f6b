#include "fixture.h"

#include <zstd.h>

#include "crypto/aead.h"
#include "crypto/expand.h"

/*
 * Payloads sealed by hand, so that their tag is right and all else may be
 * wrong: what somebody could have sealed who knows the secret.
 */
struct world {
	struct pb_secret *r;
	struct pb_opener *opener;
	struct pb_buf z;       /* what is to be sealed */
	struct pb_buf payload; /* as sealed */
	struct pb_error err;
};

static int
make_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct test_random random;

	assert_non_null(w);
	test_random_init(&random, 5);
	assert_int_equal(pb_secret_random(&random.table, SECRET_LEN, &w->r, NULL), PB_OK);
	w->opener = new_opener(ORIGIN);
	*state = w;
	return 0;
}

static int
end_world(void **state)
{
	struct world *w = *state;

	pb_opener_free(w->opener);
	pb_secret_free(w->r);
	pb_buf_done(&w->z);
	pb_buf_done(&w->payload);
	free(w);
	return 0;
}

static void
append(struct pb_buf *buf, const void *data, size_t len)
{
	assert_int_equal(pb_buf_append(buf, data, len), PB_OK);
}

/* Encrypt z as FORMAT 3.4 says, whatever it is; it is empty then. */
static void
seal_z(struct world *w)
{
	static const uint8_t nonce[PB_AEAD_NONCE_LEN] = { 0 };
	uint8_t key[32], aad[51] = "probant/v1 payload", tag[PB_AEAD_TAG_LEN];
	struct pb_aead *aead = NULL;

	assert_int_equal(pb_expand(w->r, "probant/v1 data", 15, key, NULL), PB_OK);
	pb_digest_sha256(ORIGIN, strlen(ORIGIN), aad + 19);
	pb_buf_clear(&w->payload);
	append(&w->payload, w->z.data, w->z.len);
	assert_int_equal(pb_aead_new(&aead, NULL), PB_OK);
	assert_int_equal(pb_aead_start(aead, key, nonce, aad, sizeof(aad), NULL), PB_OK);
	assert_int_equal(pb_aead_encrypt(aead, w->payload.data, w->payload.len, NULL), PB_OK);
	assert_int_equal(pb_aead_tag(aead, tag, NULL), PB_OK);
	append(&w->payload, tag, sizeof(tag));
	pb_aead_free(aead);
	pb_buf_clear(&w->z);
}

static enum pb_status
open_payload(struct world *w)
{
	const struct pb_payload payload = payload_in(&w->payload);
	struct pb_opened *opened = NULL;
	enum pb_status status = pb_opener_open(w->opener, &payload, w->r, &opened, &w->err);

	assert_true((status == PB_OK) == (opened != NULL));
	pb_opened_free(opened);
	return status;
}

static void
assert_refused(struct world *w, const char *what, const char *why)
{
	if (open_payload(w) != PB_ECORRUPT)
		fail_msg("%s: not refused", what);
	if (strstr(w->err.why, why) == NULL)
		fail_msg("%s: %s", what, w->err.why);
}

/* One frame of these octets to z. */
static void
add_frame(struct world *w, const void *data, size_t len, bool checksum)
{
	ZSTD_CCtx *zstd = ZSTD_createCCtx();
	size_t bound = ZSTD_compressBound(len);

	assert_non_null(zstd);
	(void)ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, checksum);
	assert_int_equal(pb_buf_reserve(&w->z, bound), PB_OK);
	len = ZSTD_compress2(zstd, w->z.data + w->z.len, bound, data, len);
	assert_false(ZSTD_isError(len));
	w->z.len += len;
	ZSTD_freeCCtx(zstd);
}

/* One part of kind 0, "{}", and its table. */
static const char record[] = "{}\0\0\0\0\0\0\0\0\x02\x01";
#define RECORD_LEN (sizeof(record) - 1)

/* A frame made by hand: a window descriptor, raw blocks. */
static void
add_raw_frame(struct world *w, uint8_t window, const void *data, size_t len)
{
	const uint8_t header[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, window, (uint8_t)(len << 3 | 1),
		(uint8_t)(len >> 5), (uint8_t)(len >> 13) };

	append(&w->z, header, sizeof(header));
	append(&w->z, data, len);
}

static void
frame_of_another_maker_is_accepted(void **state)
{
	struct world *w = *state;

	add_frame(w, record, RECORD_LEN, false);
	seal_z(w);
	assert_int_equal(open_payload(w), PB_OK);
	add_frame(w, record, RECORD_LEN, true);
	seal_z(w);
	assert_int_equal(open_payload(w), PB_OK);
	add_raw_frame(w, 13 << 3, record, RECORD_LEN);
	seal_z(w);
	assert_int_equal(open_payload(w), PB_OK);
}

static void
window_over_eight_mebibytes_is_refused(void **state)
{
	struct world *w = *state;

	/* An exponent over 10, and eighths: 2^23, 2^23 * 9/8, 2^24, 2^41 * 15/8. */
	add_raw_frame(w, 13 << 3, record, RECORD_LEN);
	seal_z(w);
	assert_int_equal(open_payload(w), PB_OK);
	add_raw_frame(w, 13 << 3 | 1, record, RECORD_LEN);
	seal_z(w);
	assert_refused(w, "2^23 * 9/8", "window");
	add_raw_frame(w, 14 << 3, record, RECORD_LEN);
	seal_z(w);
	assert_refused(w, "2^24", "window");
	add_raw_frame(w, 0xff, record, RECORD_LEN);
	seal_z(w);
	assert_refused(w, "the largest", "window");
}

static void
anything_but_exactly_one_frame_is_refused(void **state)
{
	static const char skippable[] = "\x50\x2a\x4d\x18\x02\0\0\0ab";
	struct world *w = *state;

	seal_z(w);
	assert_refused(w, "nothing", "has no end");
	append(&w->z, record, RECORD_LEN);
	seal_z(w);
	assert_refused(w, "no frame", "not a zstd frame");
	append(&w->z, "\x28\xb5\x2f\xfd", 4);
	seal_z(w);
	assert_refused(w, "a magic number alone", "not a zstd frame");

	add_frame(w, record, 2, false);
	add_frame(w, record + 2, RECORD_LEN - 2, false);
	seal_z(w);
	assert_refused(w, "two frames", "follow its zstd frame");
	add_frame(w, record, RECORD_LEN, false);
	add_frame(w, "", 0, false);
	seal_z(w);
	assert_refused(w, "an empty second frame", "follow its zstd frame");

	append(&w->z, skippable, sizeof(skippable) - 1);
	add_frame(w, record, RECORD_LEN, false);
	seal_z(w);
	assert_refused(w, "a skippable frame before it", "not a zstd frame");
	add_frame(w, record, RECORD_LEN, false);
	append(&w->z, skippable, sizeof(skippable) - 1);
	seal_z(w);
	assert_refused(w, "a skippable frame behind it", "follow its zstd frame");
	append(&w->z, skippable, sizeof(skippable) - 1);
	seal_z(w);
	assert_refused(w, "a skippable frame alone", "not a zstd frame");

	add_frame(w, record, RECORD_LEN, false);
	append(&w->z, "", 1);
	seal_z(w);
	assert_refused(w, "a trailing NUL", "follow its zstd frame");
	add_frame(w, record, RECORD_LEN, false);
	w->z.len--;
	seal_z(w);
	assert_refused(w, "a frame without its last octet", "has no end");
	/* zstd 0.5: a library built with support for it would read it. */
	append(&w->z, "\x25\xb5\x2f\xfd\x01\x02\x03\x04\x05\x06", 10);
	seal_z(w);
	assert_refused(w, "a frame of the old formats", "not a zstd frame");
}

static void
trailing_octets_are_refused_where_a_chunk_of_the_reader_ends(void **state)
{
	const size_t len = 128 * 1024 - 9 - 10; /* without the frame's header and the table */
	struct world *w = *state;
	struct pb_buf bytes = noise(len, 1);

	assert_int_equal(pb_buf_append_u8(&bytes, PB_PART_OBJECT), PB_OK);
	assert_int_equal(pb_buf_append_u64(&bytes, len), PB_OK);
	assert_int_equal(pb_buf_append_u8(&bytes, 1), PB_OK);
	for (size_t more = 0; more < 3; more++) {
		add_raw_frame(w, 13 << 3, bytes.data, bytes.len);
		assert_int_equal(w->z.len, 128 * 1024);
		append(&w->z, "ab", more);
		seal_z(w);
		if (more == 0)
			assert_int_equal(open_payload(w), PB_OK);
		else
			assert_refused(w, "octets in the next chunk", "follow its zstd frame");
	}
	pb_buf_done(&bytes);
}

static void
dictionary_is_refused(void **state)
{
	static const uint8_t flags[] = { 0x01, 0x02, 0x03 };
	struct world *w = *state;

	for (size_t i = 0; i < CASES(flags); i++) {
		const uint8_t header[] = { 0x28, 0xb5, 0x2f, 0xfd, flags[i], 0x58 };
		const uint8_t id[4] = { 7, 0, 0, 0 };
		const uint8_t block[] = { RECORD_LEN << 3 | 1, 0, 0 };

		append(&w->z, header, sizeof(header));
		append(&w->z, id, (size_t)1 << i);
		append(&w->z, block, sizeof(block));
		append(&w->z, record, RECORD_LEN);
		seal_z(w);
		assert_refused(w, "a dictionary", "dictionary");
	}
}

static void
table_that_lies_is_refused(void **state)
{
	static const struct {
		const char *what;
		const char *data;
		size_t len;
	} cases[] = {
		{ "nothing", "", 0 },
		{ "no part", "\0", 1 },
		{ "no part, but octets", "abc\0", 4 },
		{ "part too long", "{}\0\0\0\0\0\0\0\0\x03\x01", 12 },
		{ "part too short", "{}\0\0\0\0\0\0\0\0\x01\x01", 12 },
		{ "part of nothing", "{}\0\0\0\0\0\0\0\0\0\x01", 12 },
		{ "part into the table", "{}\0\0\0\0\0\0\0\0\x0b\x01", 12 },
		{ "more rows than octets", "{}\0\0\0\0\0\0\0\0\x02\x02", 12 },
		{ "255 rows", "{}\0\0\0\0\0\0\0\0\x02\xff", 12 },
		{ "2^64 - 1", "{}\0\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12 },
		{ "a sum modulo 2^64",
		    "{}\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\0\x03\x02", 21 },
	};
	struct world *w = *state;

	for (size_t i = 0; i < CASES(cases); i++) {
		add_frame(w, cases[i].data, cases[i].len, false);
		seal_z(w);
		assert_refused(w, cases[i].what, "table");
	}
}

static void
kind_outside_the_vocabulary_is_not_this_layers_concern(void **state)
{
	struct world *w = *state;
	struct pb_payload payload;
	struct pb_opened *opened = NULL;

	add_frame(w, "{}\xfe\0\0\0\0\0\0\0\x02\x01", 12, false);
	seal_z(w);
	payload = payload_in(&w->payload);
	assert_int_equal(pb_opener_open(w->opener, &payload, w->r, &opened, NULL), PB_OK);
	assert_int_equal(pb_opened_kind(opened, 0), 0xfe);
	pb_opened_free(opened);
}

/* RLE blocks, 128 KiB of zeros for four octets each: 4 GiB in 128 KiB. */
static void
decompression_bomb_ends_at_the_limit_of_a_record(void **state)
{
	static const uint8_t header[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3 };
	static const uint8_t block[] = { 0x02, 0x00, 0x10, 0x00 };
	struct world *w = *state;

	append(&w->z, header, sizeof(header));
	for (unsigned i = 0; i < PB_LIMIT_RECORD / (128 * 1024) + 1; i++)
		append(&w->z, block, sizeof(block));
	seal_z(w);
	assert_refused(w, "a bomb", "larger than a record");
}

static void
bomb_that_tells_its_size_is_refused_unread(void **state)
{
	/* Content size 2^32 + 1 in eight octets, then a window. */
	static const uint8_t header[] = { 0x28, 0xb5, 0x2f, 0xfd, 0xc0, 7 << 3, 1, 0, 0, 0, 1, 0, 0,
		0 };
	struct world *w = *state;

	append(&w->z, header, sizeof(header));
	seal_z(w);
	assert_refused(w, "a bomb", "larger than a record");
}

static void
payload_of_an_impossible_length_is_refused_unread(void **state)
{
	struct world *w = *state;
	struct pb_opened *opened = NULL;
	struct pb_payload payload = { NULL, PB_LIMIT_PAYLOAD + 1, NULL };

	assert_int_equal(pb_opener_open(w->opener, &payload, w->r, &opened, NULL), PB_ECORRUPT);
	payload.len = UINT64_MAX;
	assert_int_equal(pb_opener_open(w->opener, &payload, w->r, &opened, NULL), PB_ECORRUPT);
	for (payload.len = 0; payload.len < PB_AEAD_TAG_LEN; payload.len++)
		assert_int_equal(
		    pb_opener_open(w->opener, &payload, w->r, &opened, NULL), PB_ECORRUPT);
	assert_null(opened);
}

static void
payload_with_any_octet_changed_or_missing_is_refused(void **state)
{
	struct world *w = *state;
	struct pb_buf whole = PB_BUF_EMPTY;

	add_frame(w, record, RECORD_LEN, false);
	seal_z(w);
	append(&whole, w->payload.data, w->payload.len);
	for (size_t at = 0; at < whole.len; at++) {
		for (unsigned flip = 0x01; flip <= 0xff; flip += 0xfe) {
			w->payload.data[at] ^= (uint8_t)flip;
			assert_refused(w, "a flipped octet", "its tag is wrong");
			w->payload.data[at] ^= (uint8_t)flip;
		}
	}
	for (w->payload.len = 0; w->payload.len < whole.len; w->payload.len++)
		assert_refused(w, "a missing end", "its tag is");
	w->payload.len = whole.len;
	append(&w->payload, "x", 1);
	assert_refused(w, "one more octet", "its tag is wrong");
	w->payload.len--;
	memmove(w->payload.data, w->payload.data + 1, --w->payload.len);
	assert_refused(w, "a missing beginning", "its tag is wrong");
	pb_buf_clear(&w->payload);
	append(&w->payload, whole.data, whole.len);
	assert_int_equal(open_payload(w), PB_OK);
	pb_buf_done(&whole);
}

static void
payload_of_another_secret_or_another_archive_is_refused(void **state)
{
	struct world *w = *state;

	add_frame(w, record, RECORD_LEN, false);
	seal_z(w);
	pb_secret_bytes(w->r)[31] ^= 1;
	assert_refused(w, "another secret", "its tag is wrong");
	pb_secret_bytes(w->r)[31] ^= 1;
	assert_int_equal(open_payload(w), PB_OK);
	pb_opener_free(w->opener);
	w->opener = new_opener(ORIGIN "0");
	assert_refused(w, "another archive", "its tag is wrong");
}

static enum pb_status
read_fails(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	uint64_t *left = ctx;

	(void)offset;
	memset(to, 0, len);
	return (*left)-- == 0 ? pb_fail(err, PB_EIO, "test", "it was asked to fail", "read")
			      : PB_OK;
}

static void
failure_to_read_is_answered_as_it_is(void **state)
{
	struct world *w = *state;
	struct pb_opened *opened = NULL;
	uint64_t left;

	for (uint64_t good = 0; good < 4; good++) {
		struct pb_payload payload = { &left, 3ULL * PB_LIMIT_OPENED + 16, read_fails };

		left = good;
		assert_int_equal(pb_opener_open(w->opener, &payload, w->r, &opened, NULL), PB_EIO);
	}
	assert_null(opened);
}

static void
each_allocation_may_fail(void **state)
{
	struct world *w = *state;
	struct pb_payload payload;
	uint8_t commitment[PB_COMMITMENT_LEN], sha256[PB_DIGEST_LEN];
	struct pb_buf bytes = noise(200000, 1), part = PB_BUF_EMPTY;
	uint64_t nth = 0, failed;
	enum pb_status status;
	bool right;

	if (!test_memory_can_fail()) {
		pb_buf_done(&bytes);
		skip();
	}
	append(&bytes, "\x04\0\0\0\0\0\x03\x0d\x40\x01", 10);
	add_frame(w, bytes.data, bytes.len, false);
	seal_z(w);
	payload = payload_in(&w->payload);
	do {
		struct pb_opener *opener = NULL;
		struct pb_opened *opened = NULL;

		test_memory_fail(++nth, false);
		status = pb_opener_new(ORIGIN, &opener, NULL);
		if (status == PB_OK)
			status = pb_opener_open(opener, &payload, w->r, &opened, NULL);
		if (status == PB_OK)
			status = pb_opened_commitment(opened, commitment, &right, sha256, NULL);
		if (status == PB_OK)
			status = pb_opened_part(opened, 0, 200000, &part, NULL);
		failed = test_memory_restore();
		assert_int_equal(status, failed > 0 ? PB_ENOMEM : PB_OK);
		assert_int_equal(part.len, failed > 0 ? 0 : 200000);
		pb_opened_free(opened);
		pb_opener_free(opener);
		pb_buf_done(&part);
	} while (failed > 0);
	assert_true(nth > 10);
	pb_buf_done(&bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_world, end_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(payload_of_an_impossible_length_is_refused_unread),
		TEST(frame_of_another_maker_is_accepted),
		TEST(kind_outside_the_vocabulary_is_not_this_layers_concern),
		TEST(payload_with_any_octet_changed_or_missing_is_refused),
		TEST(payload_of_another_secret_or_another_archive_is_refused),
		TEST(anything_but_exactly_one_frame_is_refused),
		TEST(trailing_octets_are_refused_where_a_chunk_of_the_reader_ends),
		TEST(dictionary_is_refused),
		TEST(window_over_eight_mebibytes_is_refused),
		TEST(table_that_lies_is_refused),
		TEST(decompression_bomb_ends_at_the_limit_of_a_record),
		TEST(bomb_that_tells_its_size_is_refused_unread),
		TEST(failure_to_read_is_answered_as_it_is),
		TEST(each_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("record/opener", tests, start_crypto, NULL);
}
