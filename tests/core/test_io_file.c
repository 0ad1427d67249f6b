#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/io.h"
#include "lib/memory.h"
#include "lib/world.h"

/* Long enough to be written and read in pieces. */
#define OLD "the old content"
static const char new[] = "the new content, which is longer than what it replaces";
#define NEW_LEN (sizeof(new) - 1)

/* A disk in memory with d/ and d/tmp/, and a layer over it that fails. */
struct disk {
	struct test_powercut *medium;
	const struct pb_files *real;
	struct test_faulty_files faulty;
	const struct pb_files *files; /* through the layer */
};

static void
open_disk(struct disk *disk, bool with_old)
{
	disk->medium = test_powercut_new();
	disk->real = test_powercut_files(disk->medium);
	test_faulty_files_init(&disk->faulty, disk->real);
	disk->files = &disk->faulty.table;
	assert_int_equal(disk->real->mkdir(disk->real->ctx, "/d", 0700), 0);
	assert_int_equal(disk->real->mkdir(disk->real->ctx, "/d/tmp", 0700), 0);
	assert_int_equal(disk->real->sync_dir(disk->real->ctx, "/"), 0);
	assert_int_equal(disk->real->sync_dir(disk->real->ctx, "/d"), 0);
	if (with_old)
		assert_int_equal(
		    pb_io_create_file(disk->real, "/d/f", OLD, strlen(OLD), NULL), PB_OK);
}

static void
close_disk(struct disk *disk)
{
	test_powercut_free(disk->medium);
}

static bool
exists(const struct pb_files *files, const char *path)
{
	struct pb_file_info info;

	return files->stat(files->ctx, path, false, &info) == 0;
}

static bool
holds(const struct pb_files *files, const char *path, const char *text)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	bool same = pb_io_read_file(files, path, 1000, &buf, NULL) == PB_OK &&
		    buf.len == strlen(text) && memcmp(buf.data, text, buf.len) == 0;

	pb_buf_done(&buf);
	return same;
}

/* ---- whole files are read ---- */

static void
file_is_read_whole_behind_what_the_buffer_holds(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	struct disk disk;

	(void)state;
	open_disk(&disk, true);
	assert_int_equal(pb_buf_append_text(&buf, "> "), PB_OK);
	assert_int_equal(pb_io_read_file(disk.files, "/d/f", 100, &buf, NULL), PB_OK);
	assert_string_equal(pb_buf_text(&buf), "> " OLD);
	pb_buf_done(&buf);
	close_disk(&disk);
}

static void
file_as_long_as_the_limit_is_read_and_a_longer_one_refused(void **state)
{
	static const size_t lengths[] = { 0, 1, 65535, 65536, 65537, 200000 };
	struct pb_buf data = PB_BUF_EMPTY, buf = PB_BUF_EMPTY;
	struct pb_error err;
	struct disk disk;
	size_t i, len;

	(void)state;
	assert_int_equal(pb_buf_reserve(&data, 200000), PB_OK);
	memset(data.data, 'x', 200000);
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		len = lengths[i];
		open_disk(&disk, false);
		assert_int_equal(
		    pb_io_create_file(disk.files, "/d/f", data.data, len, NULL), PB_OK);
		pb_buf_clear(&buf);
		assert_int_equal(pb_io_read_file(disk.files, "/d/f", len, &buf, NULL), PB_OK);
		assert_int_equal(buf.len, len);
		if (len > 0) {
			assert_int_equal(
			    pb_io_read_file(disk.files, "/d/f", len - 1, &buf, &err), PB_ELIMIT);
			assert_string_equal(err.object, "/d/f");
			assert_int_equal(buf.len, len);
		}
		close_disk(&disk);
	}
	pb_buf_done(&buf);
	pb_buf_done(&data);
}

static void
each_fault_in_reading_leaves_the_buffer_as_it_was(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	enum pb_status status;
	struct disk disk;
	uint64_t n;

	(void)state;
	open_disk(&disk, true);
	assert_int_equal(pb_io_read_file(disk.files, "/d/none", 100, &buf, NULL), PB_ENOENT);
	assert_int_equal(pb_buf_append_text(&buf, "kept"), PB_OK);
	disk.faulty.fault = TEST_FAULT_ERROR;
	disk.faulty.error = EIO;
	for (n = 1;; n++) {
		disk.faulty.calls = 0;
		disk.faulty.failed = 0;
		disk.faulty.fail_at = n;
		status = pb_io_read_file(disk.files, "/d/f", 100, &buf, NULL);
		if (disk.faulty.failed == 0)
			break;
		assert_int_equal(status, PB_EIO);
		assert_string_equal(pb_buf_text(&buf), "kept");
	}
	assert_int_equal(status, PB_OK);
	assert_true(n > 3);
	assert_string_equal(pb_buf_text(&buf), "kept" OLD);
	pb_buf_done(&buf);
	close_disk(&disk);
}

static void
regular_file_is_read_and_what_is_none_refused(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	enum pb_status status;
	struct pb_error err;
	struct disk disk;
	uint64_t n;

	(void)state;
	open_disk(&disk, true);
	assert_int_equal(pb_buf_append_text(&buf, "kept"), PB_OK);
	assert_int_equal(pb_io_read_regular(disk.files, "/d/none", 9, &buf, NULL), PB_ENOENT);
	assert_int_equal(pb_io_read_regular(disk.files, "/d/tmp", 9, &buf, &err), PB_ECORRUPT);
	assert_string_equal(err.object, "/d/tmp");
	disk.faulty.fault = TEST_FAULT_ERROR;
	disk.faulty.error = EIO;
	for (n = 1;; n++) {
		disk.faulty.calls = 0;
		disk.faulty.failed = 0;
		disk.faulty.fail_at = n;
		status = pb_io_read_regular(disk.files, "/d/f", 100, &buf, NULL);
		if (disk.faulty.failed == 0)
			break;
		assert_int_equal(status, PB_EIO);
		assert_string_equal(pb_buf_text(&buf), "kept");
	}
	assert_int_equal(status, PB_OK);
	assert_true(n > 4);
	assert_string_equal(pb_buf_text(&buf), "kept" OLD);
	pb_buf_done(&buf);
	close_disk(&disk);
}

/* What a buffer grows out of is not wiped, so a key must not make it grow. */
static void
small_file_is_read_where_the_buffer_stands(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	struct disk disk;
	size_t cap;

	(void)state;
	open_disk(&disk, true);
	assert_int_equal(pb_buf_reserve(&buf, 64 * 1024), PB_OK);
	cap = buf.cap;
	assert_int_equal(pb_io_read_file(disk.files, "/d/f", 1024 * 1024, &buf, NULL), PB_OK);
	assert_int_equal(buf.len, strlen(OLD));
	assert_int_equal(buf.cap, cap);
	pb_buf_done(&buf);
	close_disk(&disk);
}

/* ---- a new file ---- */

static void
new_file_is_private_and_takes_no_name_twice(void **state)
{
	struct pb_file_info info;
	struct pb_error err;
	struct disk disk;

	(void)state;
	open_disk(&disk, false);
	assert_int_equal(pb_io_create_file(disk.files, "/d/f", OLD, strlen(OLD), NULL), PB_OK);
	assert_int_equal(disk.real->stat(disk.real->ctx, "/d/f", false, &info), 0);
	assert_int_equal(info.mode, 0600);
	assert_int_equal(pb_io_create_file(disk.files, "/d/f", new, NEW_LEN, &err), PB_EEXIST);
	assert_string_equal(err.object, "/d/f");
	assert_true(holds(disk.files, "/d/f", OLD));
	close_disk(&disk);
}

struct fault {
	enum test_fault kind;
	int error;
	bool forever;
	bool survived; /* the loops of core/io.h go over it, but for a sync */
};

static const struct fault faults[] = {
	{ TEST_FAULT_ERROR, EIO, false, false },
	{ TEST_FAULT_ERROR, EIO, true, false },
	{ TEST_FAULT_ERROR, ENOSPC, false, false },
	{ TEST_FAULT_ERROR, ENOSPC, true, false },
	{ TEST_FAULT_ERROR, EINTR, false, true },
	{ TEST_FAULT_SHORT, 0, false, true },
	{ TEST_FAULT_SHORT, 0, true, true },
};

static void
arm(struct disk *disk, const struct fault *fault, uint64_t nth)
{
	disk->faulty.fault = fault->kind;
	disk->faulty.error = fault->error;
	disk->faulty.forever = fault->forever;
	disk->faulty.fail_at = nth;
}

static bool
must_survive(const struct disk *disk, const struct fault *fault)
{
	static const char *const looped[] = { "open", "read", "pread", "pwrite" };
	size_t i;

	for (i = 0; i < 4; i++) {
		if (fault->survived && strcmp(disk->faulty.operation, looped[i]) == 0)
			return true;
	}
	return false;
}

static void
each_fault_in_creating_leaves_nothing_of_that_name(void **state)
{
	enum pb_status status;
	struct disk disk;
	uint64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		for (n = 1; n <= 4; n++) {
			open_disk(&disk, false);
			arm(&disk, &faults[i], n);
			status = pb_io_create_file(disk.files, "/d/f", new, NEW_LEN, NULL);
			if (disk.faulty.failed == 0 || must_survive(&disk, &faults[i])) {
				assert_int_equal(status, PB_OK);
				assert_true(holds(disk.real, "/d/f", new));
			} else {
				assert_int_not_equal(status, PB_OK);
				/* A disk that refuses unlink too keeps what it has. */
				assert_true(faults[i].forever || !exists(disk.real, "/d/f"));
			}
			close_disk(&disk);
		}
	}
}

/* ---- a file replaced ---- */

static void
file_is_replaced_and_a_stale_temporary_is_no_hindrance(void **state)
{
	struct pb_file_info info;
	struct disk disk;
	int durable;

	(void)state;
	for (durable = 0; durable < 2; durable++) {
		open_disk(&disk, true);
		assert_int_equal(
		    pb_io_create_file(disk.files, "/d/tmp/t", "stale", 5, NULL), PB_OK);
		assert_int_equal(pb_io_replace_file(disk.files, "/d/f", "/d/tmp/t", new, NEW_LEN,
				     durable == 1, NULL),
		    PB_OK);
		assert_true(holds(disk.real, "/d/f", new));
		assert_false(exists(disk.real, "/d/tmp/t"));
		assert_int_equal(disk.real->stat(disk.real->ctx, "/d/f", false, &info), 0);
		assert_int_equal(info.mode, 0600);
		close_disk(&disk);
	}
}

static void
replacing_what_is_not_there_creates_it(void **state)
{
	struct disk disk;

	(void)state;
	open_disk(&disk, false);
	assert_int_equal(
	    pb_io_replace_file(disk.files, "/d/f", "/d/tmp/t", new, NEW_LEN, true, NULL), PB_OK);
	assert_true(holds(disk.real, "/d/f", new));
	close_disk(&disk);
}

static void
each_fault_in_replacing_leaves_the_old_file(void **state)
{
	enum pb_status status;
	struct disk disk;
	uint64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		for (n = 1; n <= 6; n++) {
			open_disk(&disk, true);
			arm(&disk, &faults[i], n);
			status = pb_io_replace_file(
			    disk.files, "/d/f", "/d/tmp/t", new, NEW_LEN, true, NULL);
			if (disk.faulty.failed == 0 || must_survive(&disk, &faults[i])) {
				assert_int_equal(status, PB_OK);
				assert_true(holds(disk.real, "/d/f", new));
			} else {
				assert_int_not_equal(status, PB_OK);
				/* After the rename there is no way back, and none is needed. */
				assert_true(holds(disk.real, "/d/f",
				    strcmp(disk.faulty.operation, "sync_dir") == 0 ? new : OLD));
				assert_true(faults[i].forever || !exists(disk.real, "/d/tmp/t"));
			}
			close_disk(&disk);
		}
	}
}

/* ---- power cuts ---- */

static void
old_or_new(void *arg, struct test_powercut *disk)
{
	const struct pb_files *files = test_powercut_files(disk);
	uint64_t *states = arg;

	++*states;
	assert_true(holds(files, "/d/f", OLD) || holds(files, "/d/f", new));
}

static void
only_new(void *arg, struct test_powercut *disk)
{
	uint64_t *states = arg;

	++*states;
	assert_true(holds(test_powercut_files(disk), "/d/f", new));
}

struct watched {
	struct test_powercut *medium;
	uint64_t cuts, states;
};

static void
cut_now(void *arg)
{
	struct watched *watched = arg;

	watched->cuts++;
	test_powercut_states(watched->medium, 1000, old_or_new, &watched->states);
}

static void
power_cut_while_replacing_leaves_the_old_or_the_new_whole(void **state)
{
	struct watched watched = { NULL, 0, 0 };
	uint64_t states = 0;
	struct disk disk;

	(void)state;
	open_disk(&disk, true);
	watched.medium = disk.medium;
	test_powercut_watch(disk.medium, cut_now, &watched);
	assert_int_equal(
	    pb_io_replace_file(disk.real, "/d/f", "/d/tmp/t", new, NEW_LEN, true, NULL), PB_OK);
	assert_true(watched.cuts >= 3);
	assert_true(watched.states > watched.cuts);
	test_powercut_states(disk.medium, 1000, only_new, &states);
	assert_true(states > 0);
	close_disk(&disk);
}

static void
created_file_survives_a_power_cut(void **state)
{
	struct disk disk;
	uint64_t states = 0;

	(void)state;
	open_disk(&disk, false);
	assert_int_equal(pb_io_create_file(disk.real, "/d/f", new, NEW_LEN, NULL), PB_OK);
	test_powercut_states(disk.medium, 1000, only_new, &states);
	assert_true(states > 0);
	close_disk(&disk);
}

/* ---- memory ---- */

static void
reading_says_when_memory_runs_out(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	enum pb_status read;
	struct disk disk;
	char *joined;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	open_disk(&disk, true);
	test_memory_fail(1, true);
	read = pb_io_read_file(disk.files, "/d/f", 100, &buf, NULL);
	joined = pb_path_join("a", "b");
	test_memory_restore();
	assert_int_equal(read, PB_ENOMEM);
	assert_null(buf.data);
	assert_null(joined);
	close_disk(&disk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_is_read_whole_behind_what_the_buffer_holds),
		cmocka_unit_test(file_as_long_as_the_limit_is_read_and_a_longer_one_refused),
		cmocka_unit_test(each_fault_in_reading_leaves_the_buffer_as_it_was),
		cmocka_unit_test(regular_file_is_read_and_what_is_none_refused),
		cmocka_unit_test(small_file_is_read_where_the_buffer_stands),
		cmocka_unit_test(new_file_is_private_and_takes_no_name_twice),
		cmocka_unit_test(each_fault_in_creating_leaves_nothing_of_that_name),
		cmocka_unit_test(file_is_replaced_and_a_stale_temporary_is_no_hindrance),
		cmocka_unit_test(replacing_what_is_not_there_creates_it),
		cmocka_unit_test(each_fault_in_replacing_leaves_the_old_file),
		cmocka_unit_test(power_cut_while_replacing_leaves_the_old_or_the_new_whole),
		cmocka_unit_test(created_file_survives_a_power_cut),
		cmocka_unit_test(reading_says_when_memory_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
