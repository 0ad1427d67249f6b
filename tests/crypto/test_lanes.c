#include "crypto/fixture.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "crypto/lanes.h"

#define LONGEST 1000

/* What is tried: each hash with each number of lanes that this processor has, and with none. */
static const unsigned widths[] = { 8, 4, 1 };
enum hash { SHA256_LANES, SHA3_LANES, HASHES };

static void
digest(enum hash hash, unsigned width, const struct pb_lanes_input *inputs, size_t count)
{
	struct pb_lanes lanes;

	pb_lanes_init(&lanes);
	pb_lanes_narrow(&lanes, width);
	if (hash == SHA256_LANES)
		pb_lanes_sha256(&lanes, inputs, count);
	else
		pb_lanes_sha3_256(&lanes, inputs, count);
}

/* Octets that differ from place to place. */
static void
fill(uint8_t *octets, size_t len)
{
	uint64_t x = 88172645463325252ULL;

	for (size_t i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		octets[i] = (uint8_t)x;
	}
}

/* What OpenSSL says through its newer interface, which shares no code with the lanes. */
static void
assert_right(enum hash hash, const struct pb_lanes_input *input)
{
	uint8_t right[PB_DIGEST_LEN];

	assert_int_equal(EVP_Digest(input->data, input->len, right, NULL,
			     hash == SHA256_LANES ? EVP_sha256() : EVP_sha3_256(), NULL),
	    1);
	assert_memory_equal(input->out, right, sizeof(right));
}

/* With each hash, and each number of lanes. */
static void
assert_all_right(const struct pb_lanes_input *inputs, size_t count)
{
	for (enum hash hash = 0; hash < HASHES; hash++) {
		for (size_t w = 0; w < CASES(widths); w++) {
			for (size_t i = 0; i < count; i++)
				memset(inputs[i].out, 0, PB_DIGEST_LEN);
			digest(hash, widths[w], inputs, count);
			for (size_t i = 0; i < count; i++)
				assert_right(hash, &inputs[i]);
		}
	}
}

/* ---- safety ---- */

static void
lanes_take_nothing_at_all(void **state)
{
	uint8_t out[2][PB_DIGEST_LEN];
	const struct pb_lanes_input inputs[2] = { { NULL, 0, out[0] }, { NULL, 0, out[1] } };

	(void)state;
	assert_all_right(NULL, 0);
	assert_all_right(inputs, 1);
	assert_all_right(inputs, 2);
}

/* Each input ends where its memory ends: a sanitizer sees an octet too far. */
static void
lanes_read_and_write_no_further_than_they_should(void **state)
{
	static const size_t lens[] = { 1, 55, 56, 63, 64, 65, 135, 136, 137, 271, 272, 273, 1,
		5000 };
	uint8_t out[CASES(lens)][PB_DIGEST_LEN + 1];
	struct pb_lanes_input inputs[CASES(lens)];
	uint8_t *data[CASES(lens)];

	(void)state;
	for (size_t i = 0; i < CASES(lens); i++) {
		data[i] = malloc(lens[i]);
		assert_non_null(data[i]);
		fill(data[i], lens[i]);
		out[i][PB_DIGEST_LEN] = 0x5a;
		inputs[i] = (struct pb_lanes_input){ data[i], lens[i], out[i] };
	}
	assert_all_right(inputs, CASES(lens));
	for (size_t i = 0; i < CASES(lens); i++) {
		assert_int_equal(out[i][PB_DIGEST_LEN], 0x5a);
		free(data[i]);
	}
}

static void
processor_without_lanes_leaves_it_to_the_libraries(void **state)
{
	struct pb_lanes lanes;

	(void)state;
	pb_lanes_init(&lanes);
	pb_lanes_narrow(&lanes, 1);
	assert_null(lanes.sha256);
	assert_null(lanes.sha3);
	pb_lanes_narrow(&lanes, 4);
	assert_true(lanes.sha3 == NULL || lanes.sha3_width == 4);
}

/* ---- good path ---- */

/* The examples of FIPS 180-4 and FIPS 202: no octets, "abc", and 200 octets 0xa3. */
static void
lanes_agree_with_nists_examples(void **state)
{
	static const char *const right[3][HASHES] = {
		{ "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		    "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a" },
		{ "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		    "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532" },
		{ NULL, "79f38adec5c20307a98ef76e8324afbfd46cfd81b22e3973c65fa1bd9de31787" },
	};
	uint8_t long_one[200], out[30][PB_DIGEST_LEN];
	const struct pb_lanes_input three[] = { { long_one, 0, NULL },
		{ (const uint8_t *)"abc", 3, NULL }, { long_one, 200, NULL } };
	struct pb_lanes_input inputs[30];

	(void)state;
	memset(long_one, 0xa3, sizeof(long_one));
	for (size_t i = 0; i < 30; i++) {
		inputs[i] = three[i % 3];
		inputs[i].out = out[i];
	}
	for (enum hash hash = 0; hash < HASHES; hash++) {
		for (size_t w = 0; w < CASES(widths); w++) {
			digest(hash, widths[w], inputs, 30);
			for (size_t i = 0; i < 30; i++)
				if (right[i % 3][hash] != NULL)
					assert_hex(out[i], PB_DIGEST_LEN, right[i % 3][hash]);
		}
	}
}

/* Every length through every lane, at every alignment, beside every other. */
static void
lanes_agree_with_openssl_on_every_length(void **state)
{
	uint8_t *octets = malloc(LONGEST + 8);
	uint8_t(*out)[PB_DIGEST_LEN] = calloc(LONGEST + 1, PB_DIGEST_LEN);
	struct pb_lanes_input *inputs = calloc(LONGEST + 1, sizeof(*inputs));

	(void)state;
	assert_true(octets != NULL && out != NULL && inputs != NULL);
	fill(octets, LONGEST + 8);
	for (size_t len = 0; len <= LONGEST; len++)
		inputs[len] = (struct pb_lanes_input){ octets + len % 8, len, out[len] };
	assert_all_right(inputs, LONGEST + 1);
	free(octets);
	free(out);
	free(inputs);
}

/* Lengths that end at different blocks, in different orders, more and fewer than lanes. */
static void
lanes_agree_with_openssl_on_mixes(void **state)
{
	enum { MOST = 40, LEN = 20000 };
	uint8_t *octets = malloc(LEN);
	uint8_t out[MOST][PB_DIGEST_LEN];
	struct pb_lanes_input inputs[MOST];
	uint64_t x = 1;

	(void)state;
	assert_non_null(octets);
	fill(octets, LEN);
	for (size_t count = 0; count <= MOST; count++) {
		for (size_t i = 0; i < count; i++) {
			x = x * 6364136223846793005ULL + 1442695040888963407ULL;
			inputs[i] = (struct pb_lanes_input){ octets,
				(x >> 33) % 4 == 0 ? (x >> 40) % LEN : (x >> 40) % 300, out[i] };
		}
		assert_all_right(inputs, count);
	}
	free(octets);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lanes_take_nothing_at_all),
		cmocka_unit_test(lanes_read_and_write_no_further_than_they_should),
		cmocka_unit_test(processor_without_lanes_leaves_it_to_the_libraries),
		cmocka_unit_test(lanes_agree_with_nists_examples),
		cmocka_unit_test(lanes_agree_with_openssl_on_every_length),
		cmocka_unit_test(lanes_agree_with_openssl_on_mixes),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
