/* Publishing when files, leaves or the power fail. */
#include "vault/tree.h"

#include <errno.h>
#include <fcntl.h>

/* ---- faults --------------------------------------------------------------------------------- */

static void
tiles_refuse_a_note_that_is_none(void **state)
{
	struct pb_leaf_reader leaves = { .leaves = read_leaves };
	struct pb_checkpoint checkpoint = { .size = 0 };
	char *large = calloc(1, PB_LIMIT_NOTE + 1);

	assert_int_equal(
	    pb_tiles_publish(pb_sys_files(), *state, &leaves, &checkpoint, large, 0, NULL),
	    PB_ELIMIT);
	assert_int_equal(pb_tiles_publish(pb_sys_files(), *state, &leaves, &checkpoint, large,
			     PB_LIMIT_NOTE + 1, NULL),
	    PB_ELIMIT);
	assert_false(exists(pb_sys_files(), *state, "log"));
	free(large);
}

static void
tiles_wait_for_leaves_that_can_not_be_read(void **state)
{
	struct log log;

	log_init(&log, 300);
	assert_int_equal(publish(&log, pb_sys_files(), *state, 10), PB_OK);
	log.answer = PB_ECORRUPT;
	assert_int_equal(publish(&log, pb_sys_files(), *state, 300), PB_ECORRUPT);
	check_published(&log, pb_sys_files(), *state, 10);
	log.answer = PB_OK;
	assert_int_equal(publish(&log, pb_sys_files(), *state, 300), PB_OK);
	check_published(&log, pb_sys_files(), *state, 300);
	log_done(&log);
}

static void
tiles_that_can_not_be_written_leave_the_old_checkpoint(void **state)
{
	struct log log;
	uint64_t nth;
	bool failed = true;

	(void)state;
	log_init(&log, 300);
	for (nth = 1; failed; nth++) {
		struct test_powercut *disk = new_disk();
		const struct pb_files *files = test_powercut_files(disk);
		struct test_faulty_files faulty;
		enum pb_status status;

		assert_int_equal(publish(&log, files, DIR, 100), PB_OK);
		test_faulty_files_init(&faulty, files);
		faulty.fault = TEST_FAULT_ERROR;
		faulty.error = ENOSPC;
		faulty.fail_at = nth;
		status = publish(&log, &faulty.table, DIR, 300);
		failed = faulty.failed > 0;
		if (status != PB_OK) {
			assert_int_equal(status, PB_ENOSPC);
			/* The rename may have been the last that worked. */
			if (strcmp(faulty.operation, "sync_dir") != 0)
				check_published(&log, files, DIR, 100);
			assert_int_equal(publish(&log, files, DIR, 300), PB_OK);
		}
		check_published(&log, files, DIR, 300);
		test_powercut_free(disk);
	}
	assert_true(nth > 50);
	log_done(&log);
}

/* ---- power cuts ----------------------------------------------------------------------------- */

struct watch {
	const struct log *log;
	struct test_powercut *disk;
	uint64_t least; /* the size that was published for good */
	uint64_t states;
};

/* Whatever is left: the checkpoint is whole, not older than acknowledged, and has its tiles. */
static void
check_state(void *arg, struct test_powercut *state)
{
	const struct pb_files *files = test_powercut_files(state);
	struct watch *watch = arg;
	struct pb_checkpoint checkpoint = { .size = 0 };
	struct pb_buf bytes = PB_BUF_EMPTY;
	struct pb_note *note = malloc(sizeof(*note));

	assert_non_null(note);
	watch->states++;
	if (pb_tiles_checkpoint(files, DIR, &bytes, NULL) == PB_OK) {
		assert_int_equal(pb_note_parse(bytes.data, bytes.len, note, NULL), PB_OK);
		assert_int_equal(pb_checkpoint_parse(note, &checkpoint, NULL), PB_OK);
		check_tiles(watch->log, files, DIR, checkpoint.size);
	}
	assert_true(checkpoint.size >= watch->least);
	pb_buf_done(&bytes);
	free(note);
}

static void
cut_here(void *arg)
{
	struct watch *watch = arg;

	test_powercut_states(watch->disk, 40, check_state, watch);
}

static void
checkpoint_has_its_tiles_whenever_power_goes(void **state)
{
	static const uint64_t sizes[] = { 1, 3, 255, 256, 257, 520 };
	struct log log;
	struct watch watch = { .log = &log, .disk = new_disk() };
	size_t i;

	(void)state;
	log_init(&log, 520);
	test_powercut_watch(watch.disk, cut_here, &watch);
	for (i = 0; i < CASES(sizes); i++) {
		assert_int_equal(
		    publish(&log, test_powercut_files(watch.disk), DIR, sizes[i]), PB_OK);
		watch.least = sizes[i];
		cut_here(&watch);
	}
	assert_true(watch.states > 1000);
	test_powercut_free(watch.disk);
	log_done(&log);
}

/*
 * A process that was killed in the middle has synced less than its files show;
 * the next one makes up for that before it publishes.
 */
static void
checkpoint_after_a_killed_publication_has_its_tiles_too(void **state)
{
	struct log log;
	bool failed = true;
	uint64_t nth;

	(void)state;
	log_init(&log, 300);
	for (nth = 1; failed; nth++) {
		struct watch watch = { .log = &log, .disk = new_disk() };
		const struct pb_files *files = test_powercut_files(watch.disk);
		struct test_faulty_files faulty;

		test_faulty_files_init(&faulty, files);
		faulty.fault = TEST_FAULT_ERROR;
		faulty.error = EIO;
		faulty.fail_at = nth;
		faulty.forever = true;
		(void)publish(&log, &faulty.table, DIR, 300);
		failed = faulty.failed > 0;
		assert_int_equal(publish(&log, files, DIR, 300), PB_OK);
		watch.least = failed ? 300 : 0;
		cut_here(&watch);
		test_powercut_free(watch.disk);
	}
	log_done(&log);
}

/* The same of tiles that were made ahead, all of them or as far as the process came. */
static void
checkpoint_has_the_tiles_that_were_made_ahead(void **state)
{
	struct log log;
	bool failed = true;
	uint64_t nth;

	(void)state;
	log_init(&log, 600);
	for (nth = 1; failed; nth++) {
		struct watch watch = { .log = &log, .disk = new_disk(), .least = 600 };
		const struct pb_files *files = test_powercut_files(watch.disk);
		struct test_faulty_files faulty;

		test_faulty_files_init(&faulty, files);
		faulty.fault = TEST_FAULT_ERROR;
		faulty.error = EIO;
		faulty.fail_at = nth;
		faulty.forever = true;
		failed = make_ahead(&log, &faulty.table, DIR, 2) != PB_OK;
		assert_int_equal(failed, faulty.failed > 0);
		assert_int_equal(publish(&log, files, DIR, 600), PB_OK);
		check_published(&log, files, DIR, 600);
		cut_here(&watch);
		test_powercut_free(watch.disk);
	}
	assert_true(nth > 20);
	log_done(&log);
}

/* As a file system without a journal could have it: bytes durable, names not. */
static void
tiles_that_are_found_are_durable_afterwards(void **state)
{
	static const char *const folder[] = { "log", "log/tile", "log/tile/0", "log/tile/entries" };
	static const char *const file[] = { "log/tile/entries/000", "log/tile/0/000" };
	struct test_powercut *from = new_disk();
	struct log log;
	struct watch watch = { .log = &log, .disk = new_disk(), .least = 256 };
	const struct pb_files *files = test_powercut_files(watch.disk);
	struct pb_buf bytes = PB_BUF_EMPTY;
	size_t i;

	(void)state;
	log_init(&log, 256);
	assert_int_equal(publish(&log, test_powercut_files(from), DIR, 256), PB_OK);
	for (i = 0; i < CASES(folder); i++) {
		char *path = pb_path_join(DIR, folder[i]);

		assert_int_equal(files->mkdir(files->ctx, path, 0700), 0);
		free(path);
	}
	for (i = 0; i < CASES(file); i++) {
		char *path = pb_path_join(DIR, file[i]);
		int fd;

		assert_int_equal(
		    read_whole(test_powercut_files(from), DIR, file[i], &bytes), PB_OK);
		fd = files->open(files->ctx, path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		assert_true(fd >= 0);
		assert_int_equal(
		    pb_io_pwrite(files, fd, path, bytes.data, bytes.len, 0, NULL), PB_OK);
		assert_int_equal(files->sync(files->ctx, fd), 0);
		assert_int_equal(files->close(files->ctx, fd), 0);
		free(path);
	}
	/* Entry bundles stand before their tile does: whoever wrote that one synced them. */
	assert_int_equal(files->sync_dir(files->ctx, DIR "/log/tile/entries"), 0);
	log.calls = 0;
	assert_int_equal(publish(&log, files, DIR, 256), PB_OK);
	assert_int_equal(log.calls, 0);
	cut_here(&watch);
	test_powercut_free(from);
	test_powercut_free(watch.disk);
	pb_buf_done(&bytes);
	log_done(&log);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_archive, remove_archive)
	const struct CMUnitTest tests[] = {
		TEST(tiles_refuse_a_note_that_is_none),
		TEST(tiles_wait_for_leaves_that_can_not_be_read),
		cmocka_unit_test(tiles_that_can_not_be_written_leave_the_old_checkpoint),
		cmocka_unit_test(checkpoint_has_its_tiles_whenever_power_goes),
		cmocka_unit_test(checkpoint_after_a_killed_publication_has_its_tiles_too),
		cmocka_unit_test(checkpoint_has_the_tiles_that_were_made_ahead),
		cmocka_unit_test(tiles_that_are_found_are_durable_afterwards),
	};

	return cmocka_run_group_tests_name("tiles_faults", tests, start_crypto, NULL);
}
