/* The log of tests/vectors/destroyed, which no C code wrote: what was destroyed in it is. */
#include "archive/fixture.h"

#include "lib/vectors.h"

#define FROM(name) TEST_VECTORS "/" name

static int
found(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct pb_buf pem, key;

	assert_non_null(f);
	assert_int_equal(pb_crypto_init(NULL), PB_OK);
	f->root = test_directory();
	f->dir = pb_path_join(f->root, "archive");
	f->world = *pb_sys_world();
	copy_tree(FROM("destroyed"), f->dir);
	f->trust = vectors_file(FROM("destroyed.trust"));
	f->against = vectors_file(FROM("destroyed.against"));
	pem = vectors_file(FROM("archive/readers/fd6b0a8ba9d5ab57b77a1dbaceb56c8480028525.pem"));
	key = vectors_file(FROM("archive/readers/fd6b0a8ba9d5ab57b77a1dbaceb56c8480028525.key"));
	assert_int_equal(pb_reader_key_open(key.data, key.len, pem.data, pem.len,
			     "phrase de passe fictive", 23, &f->key, NULL),
	    PB_OK);
	pb_buf_done(&pem);
	pb_buf_done(&key);
	*state = f;
	return 0;
}

static int
forget(void **state)
{
	struct fixture *f = *state;

	pb_reader_key_free(f->key);
	pb_buf_done(&f->trust);
	pb_buf_done(&f->against);
	free(f->dir);
	test_directory_remove(f->root);
	free(f);
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
