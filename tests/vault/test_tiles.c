#include "vault/tree.h"

/* ---- good path ------------------------------------------------------------------------------ */

static void
tiles_are_what_the_tree_says(void **state)
{
	const struct pb_files *files = pb_sys_files();
	struct pb_buf bytes = PB_BUF_EMPTY;
	struct pb_file_info info;
	struct log log;
	char *path = pb_path_join(*state, "log/tile/0");

	log_init(&log, 300);
	assert_int_equal(pb_tiles_checkpoint(files, *state, &bytes, NULL), PB_ENOENT);
	assert_int_equal(publish(&log, files, *state, 300), PB_OK);
	check_published(&log, files, *state, 300);
	assert_true(exists(files, *state, "log/tile/0/000"));
	assert_true(exists(files, *state, "log/tile/0/001.p/44"));
	assert_true(exists(files, *state, "log/tile/1/000.p/1"));
	assert_true(exists(files, *state, "log/tile/entries/000"));
	assert_true(exists(files, *state, "log/tile/entries/001.p/44"));
	assert_false(exists(files, *state, "log/tile/2"));
	assert_int_equal(files->stat(NULL, path, false, &info), 0);
	assert_int_equal(info.mode, 0700);
	free(path);
	log_done(&log);
}

static void
tiles_of_an_empty_log_are_none(void **state)
{
	struct log log;

	log_init(&log, 0);
	assert_int_equal(publish(&log, pb_sys_files(), *state, 0), PB_OK);
	check_published(&log, pb_sys_files(), *state, 0);
	assert_false(exists(pb_sys_files(), *state, "log/tile"));
	log_done(&log);
}

/* A log that grows, published at many sizes, and one that was never published before. */
static void
tiles_are_right_at_every_size(void **state)
{
	struct test_powercut *grown = new_disk();
	struct log log;
	uint64_t size;

	(void)state;
	log_init(&log, 600);
	for (size = 1; size <= 600; size += size < 250 || size > 262 ? 7 : 1) {
		struct test_powercut *fresh = new_disk();

		assert_int_equal(publish(&log, test_powercut_files(grown), DIR, size), PB_OK);
		check_published(&log, test_powercut_files(grown), DIR, size);
		assert_int_equal(publish(&log, test_powercut_files(fresh), DIR, size), PB_OK);
		check_published(&log, test_powercut_files(fresh), DIR, size);
		test_powercut_free(fresh);
	}
	test_powercut_free(grown);
	log_done(&log);
}

static void
tiles_have_as_many_levels_as_needed(void **state)
{
	const uint64_t sizes[] = { 65535, 65536, 65537, 65536 + 256 + 3 };
	struct test_powercut *disk = new_disk();
	const struct pb_files *files = test_powercut_files(disk);
	struct log log;
	size_t i;

	(void)state;
	log_init(&log, sizes[CASES(sizes) - 1]);
	for (i = 0; i < CASES(sizes); i++) {
		assert_int_equal(publish(&log, files, DIR, sizes[i]), PB_OK);
		check_published(&log, files, DIR, sizes[i]);
	}
	assert_true(exists(files, DIR, "log/tile/2/000.p/1"));
	assert_true(exists(files, DIR, "log/tile/0/256"));
	assert_false(exists(files, DIR, "log/tile/0/255.p/255"));
	assert_false(exists(files, DIR, "log/tile/1/000.p/255"));
	/* Each leaf was read once, but for those of tiles that were partial before. */
	assert_int_equal(log.asked, 65536 + 255 + 1 + 256 + 3);
	test_powercut_free(disk);
	log_done(&log);
}

static void
tiles_read_only_what_is_new(void **state)
{
	struct test_powercut *disk = new_disk();
	const struct pb_files *files = test_powercut_files(disk);
	struct log log;

	(void)state;
	log_init(&log, 2000);
	assert_int_equal(publish(&log, files, DIR, 1990), PB_OK);
	log.asked = 0;
	assert_int_equal(publish(&log, files, DIR, 2000), PB_OK);
	assert_int_equal(log.asked, 2000 % 256);
	check_published(&log, files, DIR, 2000);
	test_powercut_free(disk);
	log_done(&log);
}

static void
tiles_published_once_are_not_touched_again(void **state)
{
	struct test_faulty_files faulty;
	struct log log;

	log_init(&log, 300);
	assert_int_equal(publish(&log, pb_sys_files(), *state, 300), PB_OK);
	log.calls = 0;
	test_faulty_files_init(&faulty, pb_sys_files());
	assert_int_equal(publish(&log, &faulty.table, *state, 300), PB_OK);
	assert_int_equal(log.calls, 0);
	assert_int_equal(faulty.calls, 5); /* the checkpoint: open, stat, read, read, sync_dir */
	log_done(&log);
}

/* ---- what stands there already -------------------------------------------------------------- */

static void
tiles_that_became_full_lose_their_partials(void **state)
{
	static const char *const gone[] = {
		"log/tile/0/000.p/5",
		"log/tile/0/000.p/200",
		"log/tile/entries/000.p/5",
		"log/tile/entries/000.p/200",
		"log/tile/0/001.p/44",
		"log/tile/entries/001.p/44",
	};
	const struct pb_files *files = pb_sys_files();
	struct log log;
	size_t i;

	log_init(&log, 600);
	assert_int_equal(publish(&log, files, *state, 5), PB_OK);
	assert_int_equal(publish(&log, files, *state, 200), PB_OK);
	assert_true(exists(files, *state, gone[0]));
	assert_true(exists(files, *state, gone[1]));
	assert_int_equal(publish(&log, files, *state, 300), PB_OK);
	for (i = 0; i < 4; i++)
		assert_false(exists(files, *state, gone[i]));
	assert_true(exists(files, *state, gone[4]));
	assert_int_equal(publish(&log, files, *state, 600), PB_OK);
	for (i = 0; i < CASES(gone); i++)
		assert_false(exists(files, *state, gone[i]));
	/* Not full yet: those of other readers stay. */
	assert_true(exists(files, *state, "log/tile/1/000.p/1"));
	assert_true(exists(files, *state, "log/tile/1/000.p/2"));
	check_published(&log, files, *state, 600);
	log_done(&log);
}

/* What a checkpoint will need may stand there before it, and is what it would have made. */
static void
full_tile_made_ahead_is_taken(void **state)
{
	const struct pb_files *files = pb_sys_files();
	struct log log;

	log_init(&log, 600);
	assert_int_equal(publish(&log, files, *state, 10), PB_OK);
	assert_int_equal(make_ahead(&log, files, *state, 2), PB_OK);
	check_published(&log, files, *state, 10);
	log.asked = 0;
	assert_int_equal(publish(&log, files, *state, 600), PB_OK);
	assert_int_equal(log.asked, 600 - 512);
	check_published(&log, files, *state, 600);
	assert_false(exists(files, *state, "log/tile/0/000.p/10"));
	log_done(&log);
}

static void
tiles_of_the_right_length_are_taken_as_they_are(void **state)
{
	const struct pb_files *files = pb_sys_files();
	struct pb_buf bytes = PB_BUF_EMPTY;
	struct log log;

	log_init(&log, 600);
	assert_int_equal(publish(&log, files, *state, 300), PB_OK);
	assert_int_equal(read_whole(files, *state, "log/tile/0/000", &bytes), PB_OK);
	bytes.data[0] ^= 1;
	write_whole(files, *state, "log/tile/0/000", bytes.data, bytes.len);
	log.asked = 0;
	assert_int_equal(publish(&log, files, *state, 600), PB_OK);
	assert_int_equal(log.asked, 600 - 256);
	bytes.data[0] ^= 1;
	write_whole(files, *state, "log/tile/0/000", bytes.data, bytes.len);
	pb_buf_done(&bytes);
	log_done(&log);
}

static void
tiles_of_another_length_are_replaced(void **state)
{
	static const size_t lengths[] = { 0, 1, 256 * HASH - 1, 256 * HASH + 1 };
	const struct pb_files *files = pb_sys_files();
	static uint8_t zeros[256 * HASH + 1];
	struct log log;
	size_t i;

	log_init(&log, 600);
	for (i = 0; i < CASES(lengths); i++) {
		assert_int_equal(publish(&log, files, *state, 600), PB_OK);
		write_whole(files, *state, "log/tile/0/000", zeros, lengths[i]);
		/* The next that needs a new level 1 looks at its whole row. */
		write_whole(files, *state, "log/tile/1/000.p/2", "", 0);
		write_whole(files, *state, "log/checkpoint", "", 0);
		assert_int_equal(publish(&log, files, *state, 600), PB_OK);
		check_published(&log, files, *state, 600);
	}
	log_done(&log);
}

static void
tiles_replace_a_damaged_checkpoint(void **state)
{
	const struct pb_files *files = pb_sys_files();
	char *large = calloc(1, PB_LIMIT_NOTE + 1);
	struct log log;

	log_init(&log, 300);
	assert_int_equal(publish(&log, files, *state, 10), PB_OK);
	write_whole(files, *state, "log/checkpoint", "not a checkpoint", 16);
	assert_int_equal(publish(&log, files, *state, 20), PB_OK);
	check_published(&log, files, *state, 20);
	write_whole(files, *state, "log/checkpoint", large, PB_LIMIT_NOTE + 1);
	assert_int_equal(publish(&log, files, *state, 300), PB_OK);
	check_published(&log, files, *state, 300);
	free(large);
	log_done(&log);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_archive, remove_archive)
	const struct CMUnitTest tests[] = {
		TEST(tiles_are_what_the_tree_says),
		TEST(tiles_of_an_empty_log_are_none),
		cmocka_unit_test(tiles_are_right_at_every_size),
		cmocka_unit_test(tiles_have_as_many_levels_as_needed),
		cmocka_unit_test(tiles_read_only_what_is_new),
		TEST(tiles_published_once_are_not_touched_again),
		TEST(tiles_that_became_full_lose_their_partials),
		TEST(full_tile_made_ahead_is_taken),
		TEST(tiles_of_the_right_length_are_taken_as_they_are),
		TEST(tiles_of_another_length_are_replaced),
		TEST(tiles_replace_a_damaged_checkpoint),
	};

	return cmocka_run_group_tests_name("tiles", tests, start_crypto, NULL);
}
