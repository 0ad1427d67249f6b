/* The log of tests/vectors/readers, which no C code wrote: who could open what, when. */
#include "archive/fixture.h"

#include "lib/vectors.h"

#define FROM(name) TEST_VECTORS "/" name
#define READER "archive/readers/fd6b0a8ba9d5ab57b77a1dbaceb56c8480028525"

static struct pb_reader_key *
open_key(const char *key_path, const char *certificate_path)
{
	struct pb_buf key = vectors_file(key_path), pem = vectors_file(certificate_path);
	struct pb_reader_key *opened = NULL;

	assert_int_equal(pb_reader_key_open(key.data, key.len, pem.data, pem.len,
			     "phrase de passe fictive", 23, &opened, NULL),
	    PB_OK);
	pb_buf_done(&key);
	pb_buf_done(&pem);
	return opened;
}

static int
found(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(pb_crypto_init(NULL), PB_OK);
	f->root = test_directory();
	f->dir = pb_path_join(f->root, "archive");
	f->world = *pb_sys_world();
	copy_tree(FROM("readers"), f->dir);
	f->trust = vectors_file(FROM("readers.trust"));
	f->against = vectors_file(FROM("readers.against"));
	f->key = open_key(FROM("inputs/heir.pem"), FROM("inputs/heir.pem"));
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
	struct pb_reader_key *key = open_key(FROM(READER ".key"), FROM(READER ".pem"));

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
