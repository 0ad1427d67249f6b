#include "crypto/fixture.h"

#include "crypto/pair.h"

#define LONGEST 1000

static void
fill(uint8_t *octets, size_t len)
{
	for (size_t i = 0; i < len; i++)
		octets[i] = (uint8_t)(i * i + 7 * i / 3);
}

/* Both inputs in steps of `step` octets, as far as each goes. */
static void
digest(struct pb_pair *pair, const uint8_t *octets, const size_t len[2], size_t step)
{
	uint8_t out[2][PB_DIGEST_LEN], right[PB_DIGEST_LEN];

	for (size_t at = 0; at < LONGEST; at += step) {
		const uint8_t *const data[2] = { octets + at, octets + LONGEST + at };
		size_t some[2];

		for (unsigned l = 0; l < 2; l++) {
			some[l] = at < len[l] ? len[l] - at : 0;
			if (some[l] > step)
				some[l] = step;
		}
		pb_pair_update(pair, data, some);
	}
	for (unsigned l = 0; l < 2; l++) {
		pb_pair_end(pair, l, out[l]);
		pb_digest_sha256(octets + (size_t)LONGEST * l, len[l], right);
		assert_memory_equal(out[l], right, sizeof(right));
	}
}

static void
assert_right(unsigned width)
{
	static const size_t lens[] = { 0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 500, LONGEST };
	uint8_t octets[2 * LONGEST];
	struct pb_pair *pair = NULL;
	struct pb_lanes lanes;

	fill(octets, sizeof(octets));
	pb_lanes_init(&lanes);
	pb_lanes_narrow(&lanes, width);
	assert_int_equal(pb_pair_new(&lanes, &pair, NULL), PB_OK);
	for (size_t i = 0; i < CASES(lens); i++)
		for (size_t k = 0; k < CASES(lens); k++) {
			const size_t len[2] = { lens[i], lens[k] };

			for (size_t step = PB_PAIR_BLOCK; step < 1100; step += PB_PAIR_BLOCK)
				digest(pair, octets, len, step);
		}
	pb_pair_free(pair);
}

static void
two_inputs_have_their_digests_whatever_their_lengths(void **state)
{
	(void)state;
	assert_right(8);
}

static void
so_they_have_without_lanes(void **state)
{
	(void)state;
	assert_right(1);
}

/* Many short ones beside a long one, whose blocks begin anywhere. */
static void
one_ends_while_the_other_goes_on(unsigned width)
{
	uint8_t octets[2 * LONGEST], out[PB_DIGEST_LEN], right[PB_DIGEST_LEN];
	struct pb_pair *pair = NULL;
	struct pb_lanes lanes;
	size_t at = 0;

	fill(octets, sizeof(octets));
	pb_lanes_init(&lanes);
	pb_lanes_narrow(&lanes, width);
	assert_int_equal(pb_pair_new(&lanes, &pair, NULL), PB_OK);
	for (size_t len = 0; len < 140 && at + len <= LONGEST; len++) {
		const uint8_t *const data[2] = { octets + at, octets + len };
		const size_t lens[2] = { len / PB_PAIR_BLOCK * PB_PAIR_BLOCK, len };

		pb_pair_update(pair, data, lens);
		pb_pair_end(pair, 1, out);
		pb_digest_sha256(octets + len, len, right);
		assert_memory_equal(out, right, sizeof(right));
		at += lens[0];
	}
	assert_true(at > 0);
	pb_pair_update(pair, (const uint8_t *const[]){ octets + at, octets },
	    (const size_t[]){ 2 * LONGEST - at, 0 });
	pb_pair_end(pair, 0, out);
	pb_digest_sha256(octets, sizeof(octets), right);
	assert_memory_equal(out, right, sizeof(right));
	pb_pair_free(pair);
}

static void
many_end_beside_one(void **state)
{
	(void)state;
	one_ends_while_the_other_goes_on(8);
	one_ends_while_the_other_goes_on(1);
}

static void
nothing_is_freed(void **state)
{
	(void)state;
	pb_pair_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_freed),
		cmocka_unit_test(two_inputs_have_their_digests_whatever_their_lengths),
		cmocka_unit_test(so_they_have_without_lanes),
		cmocka_unit_test(many_end_beside_one),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
