#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/io.h"
#include "lib/memory.h"
#include "lib/world.h"
#include "sys/files.h"

/* A directory of its own for each test. */
struct place {
	const struct pb_files *files;
	char *dir;
	char path[200];
};

static int
enter(void **state)
{
	static struct place place;

	place.files = pb_sys_files();
	place.dir = test_directory();
	*state = &place;
	return 0;
}

static int
leave(void **state)
{
	struct place *place = *state;

	test_directory_remove(place->dir);
	return 0;
}

/* dir/name; good until the next call. */
static const char *
at(struct place *place, const char *name)
{
	snprintf(place->path, sizeof(place->path), "%s/%s", place->dir, name);
	return place->path;
}

static int
create(struct place *place, const char *name)
{
	const struct pb_files *files = place->files;
	int fd = files->open(files->ctx, at(place, name), O_RDWR | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	return fd;
}

static int
count_entry(void *arg, const char *name)
{
	int *count = arg;

	assert_string_not_equal(name, ".");
	assert_string_not_equal(name, "..");
	++*count;
	return 0;
}

static int
entries(struct place *place)
{
	int count = 0;

	assert_int_equal(place->files->list(place->files->ctx, place->dir, count_entry, &count), 0);
	return count;
}

/* ---- safety: what is not there, or not possible ---- */

static void
calls_answer_with_the_negative_errno(void **state)
{
	struct place *place = *state;
	const struct pb_files *f = place->files;
	struct pb_file_info info;
	char to[1];

	assert_int_equal(f->open(f->ctx, at(place, "none"), O_RDONLY, 0), -ENOENT);
	assert_int_equal(f->open_unnamed(f->ctx, at(place, "none")), -ENOENT);
	assert_int_equal(f->close(f->ctx, -1), -EBADF);
	assert_int_equal(f->read(f->ctx, -1, to, 1), -EBADF);
	assert_int_equal(f->pread(f->ctx, -1, to, 1, 0), -EBADF);
	assert_int_equal(f->pwrite(f->ctx, -1, to, 1, 0), -EBADF);
	assert_int_equal(f->truncate(f->ctx, -1, 0), -EBADF);
	assert_int_equal(f->sync(f->ctx, -1), -EBADF);
	assert_int_equal(f->sync_dir(f->ctx, at(place, "none")), -ENOENT);
	assert_int_equal(f->drop_cache(f->ctx, -1), -EBADF);
	assert_int_equal(f->write_out(f->ctx, -1, 0, 1), -EBADF);
	assert_int_equal(f->stat_fd(f->ctx, -1, &info), -EBADF);
	assert_int_equal(f->stat(f->ctx, at(place, "none"), true, &info), -ENOENT);
	assert_int_equal(f->list(f->ctx, at(place, "none"), count_entry, NULL), -ENOENT);
	assert_int_equal(f->mkdir(f->ctx, place->dir, 0700), -EEXIST);
	assert_int_equal(f->rename(f->ctx, at(place, "none"), place->dir), -ENOENT);
	assert_int_equal(f->unlink(f->ctx, at(place, "none")), -ENOENT);
	assert_int_equal(f->lock(f->ctx, -1), -EBADF);
	assert_true(f->free_bytes(f->ctx, at(place, "none")) == -ENOENT);
	assert_int_equal(entries(place), 0);
}

static void
offsets_beyond_63_bits_are_refused_and_not_wrapped(void **state)
{
	struct place *place = *state;
	const struct pb_files *f = place->files;
	int fd = create(place, "f");
	char octet = 'x';

	assert_int_equal(f->pwrite(f->ctx, fd, &octet, 1, UINT64_MAX), -EINVAL);
	assert_int_equal(f->pread(f->ctx, fd, &octet, 1, UINT64_MAX), -EINVAL);
	assert_int_equal(f->truncate(f->ctx, fd, UINT64_MAX), -EINVAL);
	f->close(f->ctx, fd);
}

static void
directory_is_not_synced_through_a_file(void **state)
{
	struct place *place = *state;

	place->files->close(place->files->ctx, create(place, "f"));
	assert_int_equal(place->files->sync_dir(place->files->ctx, at(place, "f")), -ENOTDIR);
}

/* ---- good path ---- */

static void
file_holds_what_was_written_where_it_was_written(void **state)
{
	struct place *place = *state;
	const struct pb_files *f = place->files;
	struct pb_file_info info;
	int fd = create(place, "f");
	char to[8] = "";

	assert_int_equal(f->pwrite(f->ctx, fd, "world", 5, 6), 5);
	assert_int_equal(f->pwrite(f->ctx, fd, "hello ", 6, 0), 6);
	assert_int_equal(f->sync(f->ctx, fd), 0);
	assert_int_equal(f->sync_dir(f->ctx, place->dir), 0);
	assert_int_equal(f->write_out(f->ctx, fd, 0, 1), 0);
	assert_int_equal(f->drop_cache(f->ctx, fd), 0);
	assert_int_equal(f->pread(f->ctx, fd, to, 5, 6), 5);
	assert_memory_equal(to, "world", 5);
	assert_int_equal(f->read(f->ctx, fd, to, 5), 5);
	assert_memory_equal(to, "hello", 5);
	assert_int_equal(f->truncate(f->ctx, fd, 4), 0);
	assert_int_equal(f->stat_fd(f->ctx, fd, &info), 0);
	assert_int_equal(info.size, 4);
	assert_int_equal(f->pread(f->ctx, fd, to, 8, 4), 0);
	assert_int_equal(f->close(f->ctx, fd), 0);
}

static void
opened_files_are_not_inherited_by_programs(void **state)
{
	struct place *place = *state;
	const struct pb_files *f = place->files;
	int fd = create(place, "f"), unnamed = f->open_unnamed(f->ctx, place->dir),
	    unlinked = pb_sys_files_unlinked(place->dir);

	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(unnamed, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(unlinked, F_GETFD) & FD_CLOEXEC);
	f->close(f->ctx, fd);
	f->close(f->ctx, unnamed);
	f->close(f->ctx, unlinked);
}

static void
unnamed_file_is_private_and_leaves_no_entry(void **state)
{
	struct place *place = *state;
	const struct pb_files *f = place->files;
	struct pb_file_info info;
	int fds[2], i;
	char to[4];

	fds[0] = f->open_unnamed(f->ctx, place->dir);
	fds[1] = pb_sys_files_unlinked(place->dir);
	assert_int_equal(entries(place), 0);
	for (i = 0; i < 2; i++) {
		assert_true(fds[i] >= 0);
		assert_int_equal(f->pwrite(f->ctx, fds[i], "spill", 5, 0), 5);
		assert_int_equal(f->pread(f->ctx, fds[i], to, 4, 1), 4);
		assert_memory_equal(to, "pill", 4);
		assert_int_equal(f->stat_fd(f->ctx, fds[i], &info), 0);
		assert_int_equal(info.mode & 077, 0);
		assert_int_equal(f->close(f->ctx, fds[i]), 0);
	}
	assert_int_equal(pb_sys_files_unlinked(at(place, "none")), -ENOENT);
	assert_int_equal(entries(place), 0);
}

static void
info_tells_files_directories_links_and_the_rest_apart(void **state)
{
	struct place *place = *state;
	const struct pb_files *f = place->files;
	struct pb_file_info info;
	struct timespec now;
	int fd = create(place, "f");

	assert_int_equal(f->pwrite(f->ctx, fd, "abc", 3, 0), 3);
	assert_int_equal(f->stat_fd(f->ctx, fd, &info), 0);
	assert_int_equal(info.type, PB_FILE_REGULAR);
	assert_int_equal(info.mode, 0600);
	assert_true(info.owned);
	assert_int_equal(info.size, 3);
	clock_gettime(CLOCK_REALTIME, &now);
	assert_true(llabs(info.modified_us - now.tv_sec * 1000000LL) < 60 * 1000000LL);
	f->close(f->ctx, fd);

	assert_int_equal(f->stat(f->ctx, place->dir, true, &info), 0);
	assert_int_equal(info.type, PB_FILE_DIRECTORY);
	assert_int_equal(info.mode, 0700);

	assert_int_equal(symlink("f", at(place, "link")), 0);
	assert_int_equal(f->stat(f->ctx, place->path, false, &info), 0);
	assert_int_equal(info.type, PB_FILE_SYMLINK);
	assert_int_equal(f->stat(f->ctx, place->path, true, &info), 0);
	assert_int_equal(info.type, PB_FILE_REGULAR);

	assert_int_equal(mkfifo(at(place, "fifo"), 0600), 0);
	assert_int_equal(f->stat(f->ctx, place->path, true, &info), 0);
	assert_int_equal(info.type, PB_FILE_OTHER);

	assert_int_equal(f->stat(f->ctx, "/proc/1", true, &info), 0);
	assert_int_equal(info.owned, geteuid() == 0);
}

static int
stop_at_second(void *arg, const char *name)
{
	int *seen = arg;

	(void)name;
	return ++*seen == 2 ? 42 : 0;
}

static void
entries_are_listed_until_the_reader_stops(void **state)
{
	struct place *place = *state;
	const struct pb_files *f = place->files;
	char name[8];
	int i, seen = 0;

	for (i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		f->close(f->ctx, create(place, name));
	}
	assert_int_equal(entries(place), 5);
	assert_int_equal(f->list(f->ctx, place->dir, stop_at_second, &seen), 42);
	assert_int_equal(seen, 2);
}

static void
names_are_made_changed_and_removed(void **state)
{
	struct place *place = *state;
	const struct pb_files *f = place->files;
	struct pb_file_info info;
	char from[200];

	assert_int_equal(f->mkdir(f->ctx, at(place, "sub"), 0700), 0);
	assert_int_equal(f->stat(f->ctx, place->path, false, &info), 0);
	assert_int_equal(info.mode, 0700);
	f->close(f->ctx, create(place, "a"));
	memcpy(from, place->path, sizeof(from));
	assert_int_equal(f->rename(f->ctx, from, at(place, "sub/b")), 0);
	assert_int_equal(f->stat(f->ctx, from, false, &info), -ENOENT);
	assert_int_equal(f->unlink(f->ctx, place->path), 0);
	assert_int_equal(f->unlink(f->ctx, place->path), -ENOENT);
}

static void
lock_is_held_by_one_and_given_back_on_close(void **state)
{
	struct place *place = *state;
	const struct pb_files *f = place->files;
	int first = create(place, "lock");
	int second = f->open(f->ctx, place->path, O_RDWR, 0);

	assert_int_equal(f->lock(f->ctx, first), 0);
	assert_int_equal(f->lock(f->ctx, first), 0);
	assert_int_equal(f->lock(f->ctx, second), -EWOULDBLOCK);
	f->close(f->ctx, first);
	assert_int_equal(f->lock(f->ctx, second), 0);
	f->close(f->ctx, second);
}

static void
free_space_is_a_number_of_bytes(void **state)
{
	struct place *place = *state;

	assert_true(place->files->free_bytes(place->files->ctx, place->dir) > 0);
	assert_true(place->files->free_bytes(place->files->ctx, "/proc") == 0);
}

/* ---- faults ---- */

static void
full_device_is_said_to_be_full(void **state)
{
	struct place *place = *state;
	struct pb_error err;
	int fd = -1;

	assert_int_equal(pb_io_open(place->files, "/dev/full", O_WRONLY, 0, &fd, NULL), PB_OK);
	assert_int_equal(pb_io_pwrite(place->files, fd, "/dev/full", "x", 1, 0, &err), PB_ENOSPC);
	assert_int_equal(err.cause, ENOSPC);
	pb_io_close(place->files, &fd);
}

static void
whole_files_are_created_and_replaced_on_a_real_disk(void **state)
{
	struct place *place = *state;
	struct pb_buf buf = PB_BUF_EMPTY;
	char temporary[200];

	memcpy(temporary, at(place, "tmp"), sizeof(temporary));
	at(place, "f");
	assert_int_equal(pb_io_create_file(place->files, place->path, "old", 3, NULL), PB_OK);
	assert_int_equal(pb_io_create_file(place->files, place->path, "x", 1, NULL), PB_EEXIST);
	assert_int_equal(
	    pb_io_replace_file(place->files, place->path, temporary, "newer", 5, true, NULL),
	    PB_OK);
	assert_int_equal(pb_io_read_file(place->files, place->path, 5, &buf, NULL), PB_OK);
	assert_string_equal(pb_buf_text(&buf), "newer");
	assert_int_equal(pb_io_read_file(place->files, place->path, 4, &buf, NULL), PB_ELIMIT);
	assert_int_equal(entries(place), 1);
	pb_buf_done(&buf);
}

static void
each_failed_allocation_leaves_no_file_behind(void **state)
{
	struct place *place = *state;
	const struct pb_files *f = place->files;
	enum pb_status status;
	uint64_t nth, failures;
	int fd;

	if (!test_memory_can_fail())
		skip();
	at(place, "f");
	for (nth = 1;; nth++) {
		test_memory_fail(nth, false);
		status = pb_io_create_file(f, place->path, "x", 1, NULL);
		failures = test_memory_restore();
		if (failures == 0)
			break;
		assert_int_equal(status, PB_ENOMEM);
		assert_int_equal(entries(place), 0);
	}
	assert_int_equal(status, PB_OK);
	assert_true(nth > 1);
	test_memory_fail(1, true);
	fd = pb_sys_files_unlinked(place->dir);
	test_memory_restore();
	assert_int_equal(fd, -ENOMEM);
	assert_int_equal(entries(place), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(calls_answer_with_the_negative_errno),
		TEST(offsets_beyond_63_bits_are_refused_and_not_wrapped),
		TEST(directory_is_not_synced_through_a_file),
		TEST(file_holds_what_was_written_where_it_was_written),
		TEST(opened_files_are_not_inherited_by_programs),
		TEST(unnamed_file_is_private_and_leaves_no_entry),
		TEST(info_tells_files_directories_links_and_the_rest_apart),
		TEST(entries_are_listed_until_the_reader_stops),
		TEST(names_are_made_changed_and_removed),
		TEST(lock_is_held_by_one_and_given_back_on_close),
		TEST(free_space_is_a_number_of_bytes),
		TEST(full_device_is_said_to_be_full),
		TEST(whole_files_are_created_and_replaced_on_a_real_disk),
		TEST(each_failed_allocation_leaves_no_file_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
