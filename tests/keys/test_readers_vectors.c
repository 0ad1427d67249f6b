/* The log of tests/vectors/readers, which no C code wrote: who could open what, when. */
#include "archive/copied.h"

static int
found(void **state)
{
	struct fixture *f = copied(FROM("readers"), FROM("readers.trust"), FROM("readers.against"));

	f->key = copied_key(FROM("inputs/heir.pem"), FROM("inputs/heir.pem"));
	*state = f;
	return 0;
}

static void
assert_opens(struct fixture *f, const struct pb_reader_key *key, const enum pb_status *expected,
    size_t count)
{
	struct pb_reading *reading = NULL;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;

	assert_int_equal(pb_reading_new(f->world.files, f->dir, key, &reading, NULL), PB_OK);
	for (uint64_t seq = 0; seq < count; seq++)
		assert_int_equal(
		    pb_reading_record(reading, seq, &leaf, &opened, sha256, NULL), expected[seq]);
	pb_reading_free(reading);
}

static void
who_was_handed_the_past_opens_all_of_it(void **state)
{
	static const enum pb_status expected[] = { PB_OK, PB_OK, PB_OK, PB_OK, PB_OK, PB_OK,
		PB_ENOENT };

	assert_opens(*state, ((struct fixture *)*state)->key, expected, 7);
	assert_holds(*state);
}

static void
who_went_opens_what_was(void **state)
{
	static const enum pb_status expected[] = { PB_OK, PB_OK, PB_OK, PB_OK, PB_EACCESS,
		PB_EACCESS };
	struct pb_reader_key *key =
	    copied_key(FROM(COPIED_READER ".key"), FROM(COPIED_READER ".pem"));

	assert_opens(*state, key, expected, 6);
	pb_reader_key_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_was_handed_the_past_opens_all_of_it),
		cmocka_unit_test(who_went_opens_what_was),
	};

	return cmocka_run_group_tests(tests, found, forget);
}
