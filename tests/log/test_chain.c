#include "log/fixture.h"

#include "log/chain.h"

static void
chain_begins_with_the_sha3_of_the_origin(void **state)
{
	uint8_t out[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];

	(void)state;
	/* FIPS 202's own example message */
	from_hex("3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532", expected, 32);
	pb_chain_start("abc", out);
	assert_memory_equal(out, expected, sizeof(out));
}

static void
chain_goes_on_with_the_sha3_of_all_160_bytes(void **state)
{
	uint8_t leaf[PB_LEAF_LEN], out[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(leaf); i++)
		leaf[i] = (uint8_t)i;
	/* python3 -c 'import hashlib; print(hashlib.sha3_256(bytes(range(160))).hexdigest())' */
	from_hex("3bdee46e603bc40a719e84a9913468d790ee33157195217c1a723596a9708a9b", expected, 32);
	pb_chain_next(leaf, out);
	assert_memory_equal(out, expected, sizeof(out));
}

static void
chain_changes_with_every_bit_of_a_leaf(void **state)
{
	uint8_t leaf[PB_LEAF_LEN] = { 0 }, honest[PB_DIGEST_LEN], out[PB_DIGEST_LEN];

	(void)state;
	pb_chain_next(leaf, honest);
	for (size_t bit = 0; bit < 8 * sizeof(leaf); bit++) {
		leaf[bit / 8] ^= (uint8_t)(1 << bit % 8);
		pb_chain_next(leaf, out);
		assert_memory_not_equal(out, honest, sizeof(out));
		leaf[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_begins_with_the_sha3_of_the_origin),
		cmocka_unit_test(chain_goes_on_with_the_sha3_of_all_160_bytes),
		cmocka_unit_test(chain_changes_with_every_bit_of_a_leaf),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
