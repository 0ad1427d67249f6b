/* The log of tests/vectors/destroyed, which no C code wrote: what was destroyed in it is. */
#include "archive/copied.h"

static int
found(void **state)
{
	struct fixture *f =
	    copied(FROM("destroyed"), FROM("destroyed.trust"), FROM("destroyed.against"));

	f->key = copied_key(FROM(COPIED_READER ".key"), FROM(COPIED_READER ".pem"));
	*state = f;
	return 0;
}

static void
it_holds(void **state)
{
	assert_holds(*state);
}

static void
the_record_that_is_named_can_be_read_by_nobody(void **state)
{
	static const enum pb_status expected[] = { PB_OK, PB_OK, PB_EDESTROYED, PB_OK, PB_OK, PB_OK,
		PB_ENOENT };
	struct fixture *f = *state;
	struct pb_reading *reading = NULL;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;

	assert_int_equal(pb_reading_new(f->world.files, f->dir, f->key, &reading, NULL), PB_OK);
	for (uint64_t seq = 0; seq < sizeof(expected) / sizeof(expected[0]); seq++)
		assert_int_equal(
		    pb_reading_record(reading, seq, &leaf, &opened, sha256, NULL), expected[seq]);
	pb_reading_free(reading);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_holds),
		cmocka_unit_test(the_record_that_is_named_can_be_read_by_nobody),
	};

	return cmocka_run_group_tests(tests, found, forget);
}
