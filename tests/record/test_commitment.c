#include "fixture.h"

#include "crypto/expand.h"
#include "salt.h"

/* The formulas of FORMAT 1.1 and 1.2, written a second time, out of pieces. */
static void
salt_is_expanded_from_r_and_the_index(void **state)
{
	struct test_random random;
	struct pb_secret *r = NULL;
	uint8_t salt[PB_SALT_LEN], expected[PB_SALT_LEN];
	uint8_t info[16];

	(void)state;
	test_random_init(&random, 1);
	assert_int_equal(pb_secret_random(&random.table, SECRET_LEN, &r, NULL), PB_OK);
	memcpy(info, "probant/v1 salt", 15);
	for (unsigned i = 0; i <= UINT8_MAX; i++) {
		info[15] = (uint8_t)i;
		assert_int_equal(pb_expand(r, info, sizeof(info), expected, NULL), PB_OK);
		assert_int_equal(salt_of(r, (uint8_t)i, salt), PB_OK);
		assert_memory_equal(salt, expected, sizeof(salt));
	}
	pb_secret_free(r);
}

static void
append(struct pb_buf *buf, const void *data, size_t len)
{
	assert_int_equal(pb_buf_append(buf, data, len), PB_OK);
}

static void
part_binds_index_kind_length_salt_and_digest(void **state)
{
	struct pb_buf preimage = PB_BUF_EMPTY, filler = noise(96, 2);
	uint8_t p[PB_H2_LEN], expected[PB_H2_LEN];

	(void)state;
	append(&preimage, "probant/v1 part\0\xfe\x06", 18);
	assert_int_equal(pb_buf_append_u64(&preimage, 0x123456789), PB_OK);
	append(&preimage, filler.data, 96);
	pb_digest_h2(preimage.data, preimage.len, expected);
	pb_commitment_part(0xfe, 6, 0x123456789, filler.data, filler.data + 32, p);
	assert_memory_equal(p, expected, sizeof(p));
	pb_buf_done(&preimage);
	pb_buf_done(&filler);
}

static void
record_binds_the_number_of_parts_and_each_of_them(void **state)
{
	static const uint8_t counts[] = { 1, 2, 255 };
	struct pb_buf p = noise((size_t)PB_LIMIT_PARTS * PB_H2_LEN, 3);
	uint8_t commitment[PB_COMMITMENT_LEN], expected[PB_COMMITMENT_LEN];

	(void)state;
	for (size_t i = 0; i < CASES(counts); i++) {
		struct pb_buf preimage = PB_BUF_EMPTY;

		append(&preimage, "probant/v1 record", 18);
		append(&preimage, &counts[i], 1);
		append(&preimage, p.data, (size_t)counts[i] * PB_H2_LEN);
		pb_digest_h2(preimage.data, preimage.len, expected);
		pb_commitment_record(p.data, counts[i], commitment);
		assert_memory_equal(commitment, expected, sizeof(commitment));
		pb_buf_done(&preimage);
	}
	pb_buf_done(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(salt_is_expanded_from_r_and_the_index),
		cmocka_unit_test(part_binds_index_kind_length_salt_and_digest),
		cmocka_unit_test(record_binds_the_number_of_parts_and_each_of_them),
	};

	return cmocka_run_group_tests_name("record/commitment", tests, start_crypto, NULL);
}
