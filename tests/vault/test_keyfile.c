#include "vault/fixture.h"

#include <errno.h>

#include "vault/keyfile.h"

#define FILE_NAME "keys/" NAME ".key"

/* A key file with that many slots behind slot 0, slot i full of the byte i. */
static struct pb_keyfile *
create(const char *dir, uint8_t count)
{
	struct pb_keyfile *keyfile = NULL;
	uint8_t slot[PB_SLOT_LEN];
	uint8_t i;

	assert_int_equal(pb_keyfile_create(pb_sys_files(), dir, NAME, &keyfile, NULL), PB_OK);
	for (i = 1; i <= count; i++) {
		memset(slot, i, sizeof(slot));
		assert_int_equal(pb_keyfile_write(keyfile, i, slot, 1, NULL), PB_OK);
	}
	assert_int_equal(pb_keyfile_sync(keyfile, NULL), PB_OK);
	return keyfile;
}

static void
keyfile_begins_with_an_empty_slot(void **state)
{
	static const uint8_t zeros[PB_SLOT_LEN];
	struct pb_keyfile *keyfile = create(*state, 0);
	struct pb_buf bytes = PB_BUF_EMPTY;
	struct pb_file_info info;
	char *path = pb_path_join(*state, FILE_NAME);

	assert_int_equal(pb_keyfile_size(keyfile), PB_SLOT_LEN);
	pb_keyfile_close(keyfile);
	assert_int_equal(read_whole(pb_sys_files(), *state, FILE_NAME, &bytes), PB_OK);
	assert_int_equal(bytes.len, PB_SLOT_LEN);
	assert_memory_equal(bytes.data, zeros, PB_SLOT_LEN);
	assert_int_equal(pb_sys_files()->stat(NULL, path, false, &info), 0);
	assert_int_equal(info.mode, 0600);
	free(path);
	pb_buf_done(&bytes);
}

static void
keyfile_gives_back_each_slot(void **state)
{
	struct pb_keyfile *keyfile = create(*state, 5);
	uint8_t slot[PB_SLOT_LEN], expected[PB_SLOT_LEN];
	uint8_t i;

	pb_keyfile_close(keyfile);
	assert_int_equal(
	    pb_keyfile_open(pb_sys_files(), *state, NAME, false, &keyfile, NULL), PB_OK);
	assert_int_equal(pb_keyfile_size(keyfile), 6 * PB_SLOT_LEN);
	for (i = 0; i <= 5; i++) {
		memset(expected, i, sizeof(expected));
		assert_int_equal(pb_keyfile_read(keyfile, i, slot, NULL), PB_OK);
		assert_memory_equal(slot, expected, sizeof(slot));
	}
	pb_keyfile_close(keyfile);
}

static void
keyfile_ends_where_it_ends(void **state)
{
	struct pb_keyfile *keyfile = create(*state, 2);
	uint8_t slot[PB_SLOT_LEN] = { 9 };
	struct pb_error err;

	assert_int_equal(pb_keyfile_read(keyfile, 3, slot, &err), PB_ECORRUPT);
	assert_non_null(strstr(err.object, FILE_NAME));
	assert_int_equal(pb_keyfile_read(keyfile, UINT64_MAX, slot, &err), PB_ECORRUPT);
	assert_int_equal(
	    pb_keyfile_read(keyfile, UINT64_MAX / PB_SLOT_LEN, slot, &err), PB_ECORRUPT);
	assert_int_equal(slot[0], 9);
	assert_int_equal(pb_keyfile_write(keyfile, UINT64_MAX, slot, 1, &err), PB_ELIMIT);
	assert_int_equal(pb_keyfile_write(keyfile, 1, slot, SIZE_MAX, &err), PB_ELIMIT);
	assert_int_equal(pb_keyfile_cut(keyfile, UINT64_MAX, &err), PB_EINVAL);
	pb_keyfile_close(keyfile);
}

static void
keyfile_cut_within_a_slot_is_torn_there(void **state)
{
	struct pb_keyfile *keyfile = create(*state, 2);
	struct pb_buf bytes = PB_BUF_EMPTY;
	uint8_t slot[PB_SLOT_LEN];

	pb_keyfile_close(keyfile);
	assert_int_equal(read_whole(pb_sys_files(), *state, FILE_NAME, &bytes), PB_OK);
	write_whole(pb_sys_files(), *state, FILE_NAME, bytes.data, bytes.len - 1);
	assert_int_equal(
	    pb_keyfile_open(pb_sys_files(), *state, NAME, false, &keyfile, NULL), PB_OK);
	assert_int_equal(pb_keyfile_read(keyfile, 1, slot, NULL), PB_OK);
	assert_int_equal(pb_keyfile_read(keyfile, 2, slot, NULL), PB_ECORRUPT);
	pb_keyfile_close(keyfile);
	pb_buf_done(&bytes);
}

static void
keyfile_of_that_name_is_never_overwritten(void **state)
{
	struct pb_keyfile *keyfile = create(*state, 2), *untouched = NULL;
	struct pb_buf bytes = PB_BUF_EMPTY;

	pb_keyfile_close(keyfile);
	assert_int_equal(
	    pb_keyfile_create(pb_sys_files(), *state, NAME, &untouched, NULL), PB_EEXIST);
	assert_null(untouched);
	assert_int_equal(read_whole(pb_sys_files(), *state, FILE_NAME, &bytes), PB_OK);
	assert_int_equal(bytes.len, 3 * PB_SLOT_LEN);
	pb_buf_done(&bytes);
}

static void
keyfile_that_is_not_there_is_said_so(void **state)
{
	struct pb_keyfile *untouched = NULL;

	assert_int_equal(
	    pb_keyfile_open(pb_sys_files(), *state, NAME, true, &untouched, NULL), PB_ENOENT);
	assert_null(untouched);
	pb_keyfile_close(NULL);
}

static void
keyfile_cut_leaves_the_records_before(void **state)
{
	struct pb_keyfile *keyfile = create(*state, 5);
	struct pb_buf bytes = PB_BUF_EMPTY;

	assert_int_equal(pb_keyfile_cut(keyfile, 2, NULL), PB_OK);
	assert_int_equal(read_whole(pb_sys_files(), *state, FILE_NAME, &bytes), PB_OK);
	assert_int_equal(bytes.len, 3 * PB_SLOT_LEN);
	assert_int_equal(bytes.data[3 * PB_SLOT_LEN - 1], 2);
	/* What is not there can't be cut. */
	assert_int_equal(pb_keyfile_cut(keyfile, 4, NULL), PB_OK);
	assert_int_equal(read_whole(pb_sys_files(), *state, FILE_NAME, &bytes), PB_OK);
	assert_int_equal(bytes.len, 3 * PB_SLOT_LEN);
	pb_keyfile_close(keyfile);
	pb_buf_done(&bytes);
}

static void
keyfile_cut_overwrites_before_it_cuts(void **state)
{
	struct test_faulty_files faulty;
	struct pb_keyfile *keyfile = create(*state, 200);
	struct pb_buf bytes = PB_BUF_EMPTY;
	size_t i;

	pb_keyfile_close(keyfile);
	test_faulty_files_init(&faulty, pb_sys_files());
	faulty.fault = TEST_FAULT_ERROR;
	faulty.error = EIO;
	assert_int_equal(pb_keyfile_open(&faulty.table, *state, NAME, true, &keyfile, NULL), PB_OK);
	/* stat, three writes of 4096 bytes or less, sync, and then the truncation */
	faulty.fail_at = faulty.calls + 6;
	assert_int_equal(pb_keyfile_cut(keyfile, 1, NULL), PB_EIO);
	assert_string_equal(faulty.operation, "truncate");
	assert_int_equal(read_whole(pb_sys_files(), *state, FILE_NAME, &bytes), PB_OK);
	assert_int_equal(bytes.len, 201 * PB_SLOT_LEN);
	assert_int_equal(bytes.data[2 * PB_SLOT_LEN - 1], 1);
	for (i = 2 * PB_SLOT_LEN; i < bytes.len; i++)
		assert_int_equal(bytes.data[i], 0);
	pb_keyfile_close(keyfile);
	pb_buf_done(&bytes);
}

static void
keyfile_creation_that_fails_leaves_no_file(void **state)
{
	struct test_faulty_files faulty;
	struct pb_keyfile *untouched = NULL;
	uint64_t nth;

	for (nth = 1; nth <= 2; nth++) {
		test_faulty_files_init(&faulty, pb_sys_files());
		faulty.fault = TEST_FAULT_ERROR;
		faulty.error = ENOSPC;
		faulty.fail_at = nth;
		assert_int_equal(
		    pb_keyfile_create(&faulty.table, *state, NAME, &untouched, NULL), PB_ENOSPC);
		assert_int_equal(faulty.failed, 1);
		assert_false(exists(pb_sys_files(), *state, FILE_NAME));
	}
	assert_null(untouched);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_archive, remove_archive)
	const struct CMUnitTest tests[] = {
		TEST(keyfile_begins_with_an_empty_slot),
		TEST(keyfile_gives_back_each_slot),
		TEST(keyfile_ends_where_it_ends),
		TEST(keyfile_cut_within_a_slot_is_torn_there),
		TEST(keyfile_of_that_name_is_never_overwritten),
		TEST(keyfile_that_is_not_there_is_said_so),
		TEST(keyfile_cut_leaves_the_records_before),
		TEST(keyfile_cut_overwrites_before_it_cuts),
		TEST(keyfile_creation_that_fails_leaves_no_file),
	};

	return cmocka_run_group_tests_name("keyfile", tests, NULL, NULL);
}
