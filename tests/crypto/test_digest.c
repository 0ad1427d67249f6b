#include "crypto/fixture.h"

#include <stdlib.h>

#include "crypto/digest.h"

#define TWO_BLOCKS "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"

static const struct vector {
	const char *message;
	const char *sha256;
	const char *sha3_256;
} vectors[] = {
	/* FIPS 180-4 and FIPS 202, examples with intermediate values */
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	    "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532" },
	{ TWO_BLOCKS, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
	    "41c0dba2a9d6240849100376a8235e2c82e1b9998a999e21db32dd97496d3376" },
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	    "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a" },
};

static const enum pb_digest_kind kinds[] = { PB_DIGEST_SHA256, PB_DIGEST_SHA3_256, PB_DIGEST_H2 };

static size_t
expected(enum pb_digest_kind kind, const void *data, size_t len, uint8_t *out)
{
	if (kind == PB_DIGEST_SHA256)
		pb_digest_sha256(data, len, out);
	else if (kind == PB_DIGEST_SHA3_256)
		pb_digest_sha3_256(data, len, out);
	else
		pb_digest_h2(data, len, out);
	return kind == PB_DIGEST_H2 ? PB_H2_LEN : PB_DIGEST_LEN;
}

/* ---- safety ---- */

static void
digest_takes_nothing_at_all(void **state)
{
	uint8_t out[PB_H2_LEN];
	struct pb_digest *digest = NULL;

	(void)state;
	pb_digest_h2(NULL, 0, out);
	assert_hex(out, 32, vectors[2].sha256);
	assert_hex(out + 32, 32, vectors[2].sha3_256);
	assert_int_equal(pb_digest_new(PB_DIGEST_H2, &digest, NULL), PB_OK);
	pb_digest_update(digest, NULL, 0);
	pb_digest_final(digest, out);
	assert_hex(out, 32, vectors[2].sha256);
	assert_hex(out + 32, 32, vectors[2].sha3_256);
	pb_digest_free(digest);
	pb_digest_free(NULL);
}

static void
digest_writes_no_further_than_its_length(void **state)
{
	uint8_t out[PB_H2_LEN + 1];
	struct pb_digest *digest = NULL;
	size_t i, len;

	(void)state;
	for (i = 0; i < CASES(kinds); i++) {
		len = kinds[i] == PB_DIGEST_H2 ? PB_H2_LEN : PB_DIGEST_LEN;
		memset(out, 0x5a, sizeof(out));
		assert_int_equal(pb_digest_new(kinds[i], &digest, NULL), PB_OK);
		assert_int_equal(pb_digest_peek(digest, out, NULL), PB_OK);
		pb_digest_final(digest, out);
		assert_int_equal(out[len], 0x5a);
		pb_digest_free(digest);
	}
}

/* ---- good path ---- */

static void
digest_gives_the_published_values(void **state)
{
	uint8_t out[PB_DIGEST_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < CASES(vectors); i++) {
		pb_digest_sha256(vectors[i].message, strlen(vectors[i].message), out);
		assert_hex(out, sizeof(out), vectors[i].sha256);
		pb_digest_sha3_256(vectors[i].message, strlen(vectors[i].message), out);
		assert_hex(out, sizeof(out), vectors[i].sha3_256);
	}
}

static void
digest_h2_is_sha256_and_then_sha3_256(void **state)
{
	uint8_t out[PB_H2_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < CASES(vectors); i++) {
		pb_digest_h2(vectors[i].message, strlen(vectors[i].message), out);
		assert_hex(out, 32, vectors[i].sha256);
		assert_hex(out + 32, 32, vectors[i].sha3_256);
	}
}

static void
digest_of_a_stream_is_that_of_the_whole_however_it_is_cut(void **state)
{
	uint8_t data[1000], whole[PB_H2_LEN], out[PB_H2_LEN];
	struct pb_digest *digest = NULL;
	size_t i, step, at, n, len;

	(void)state;
	for (at = 0; at < sizeof(data); at++)
		data[at] = (uint8_t)(at * 7);
	for (i = 0; i < CASES(kinds); i++) {
		len = expected(kinds[i], data, sizeof(data), whole);
		assert_int_equal(pb_digest_new(kinds[i], &digest, NULL), PB_OK);
		for (step = 1; step < 300; step += 13) {
			for (at = 0; at < sizeof(data); at += n) {
				n = sizeof(data) - at < step ? sizeof(data) - at : step;
				pb_digest_update(digest, data + at, n);
			}
			pb_digest_final(digest, out);
			assert_memory_equal(out, whole, len);
		}
		pb_digest_free(digest);
	}
}

static void
digest_serves_one_input_after_the_other(void **state)
{
	uint8_t first[PB_H2_LEN], out[PB_H2_LEN];
	struct pb_digest *digest = NULL;
	size_t i, len;

	(void)state;
	for (i = 0; i < CASES(kinds); i++) {
		len = expected(kinds[i], "abc", 3, first);
		assert_int_equal(pb_digest_new(kinds[i], &digest, NULL), PB_OK);
		pb_digest_update(digest, TWO_BLOCKS, strlen(TWO_BLOCKS));
		pb_digest_final(digest, out);
		assert_memory_not_equal(out, first, len);
		pb_digest_update(digest, "abc", 3);
		pb_digest_final(digest, out);
		assert_memory_equal(out, first, len);
		pb_digest_free(digest);
	}
}

static void
digest_is_not_disturbed_by_a_look(void **state)
{
	uint8_t whole[PB_H2_LEN], part[PB_H2_LEN], out[PB_H2_LEN];
	struct pb_digest *digest = NULL;
	size_t i, at, len;

	(void)state;
	for (i = 0; i < CASES(kinds); i++) {
		len = expected(kinds[i], TWO_BLOCKS, strlen(TWO_BLOCKS), whole);
		assert_int_equal(pb_digest_new(kinds[i], &digest, NULL), PB_OK);
		for (at = 0; at < strlen(TWO_BLOCKS); at++) {
			(void)expected(kinds[i], TWO_BLOCKS, at, part);
			assert_int_equal(pb_digest_peek(digest, out, NULL), PB_OK);
			assert_memory_equal(out, part, len);
			pb_digest_update(digest, &TWO_BLOCKS[at], 1);
		}
		pb_digest_final(digest, out);
		assert_memory_equal(out, whole, len);
		pb_digest_free(digest);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digest_takes_nothing_at_all),
		cmocka_unit_test(digest_writes_no_further_than_its_length),
		cmocka_unit_test(digest_gives_the_published_values),
		cmocka_unit_test(digest_h2_is_sha256_and_then_sha3_256),
		cmocka_unit_test(digest_of_a_stream_is_that_of_the_whole_however_it_is_cut),
		cmocka_unit_test(digest_serves_one_input_after_the_other),
		cmocka_unit_test(digest_is_not_disturbed_by_a_look),
	};

	return cmocka_run_group_tests(tests, start_crypto, no_errors_are_left);
}
