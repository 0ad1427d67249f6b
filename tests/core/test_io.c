#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/io.h"

/*
 * A file of at most 64 bytes whose calls answer by a script: an errno, or at
 * most so many bytes; when the script is over, all that was asked.
 */
struct scripted {
	int64_t script[16];
	size_t steps, step;
	size_t calls;
	uint8_t bytes[64];
	size_t len;
	struct pb_files table;
};

static int64_t
next_answer(struct scripted *file, size_t len)
{
	int64_t answer = (int64_t)len;

	file->calls++;
	if (file->step < file->steps)
		answer = file->script[file->step++];
	return answer > (int64_t)len ? (int64_t)len : answer;
}

static int64_t
scripted_pread(void *ctx, int fd, void *to, size_t len, uint64_t offset)
{
	struct scripted *file = ctx;
	int64_t n;

	assert_int_equal(fd, 7);
	if (offset >= file->len)
		len = 0;
	else if (len > file->len - offset)
		len = file->len - (size_t)offset;
	n = next_answer(file, len);
	if (n > 0)
		memcpy(to, file->bytes + offset, (size_t)n);
	return n;
}

static int64_t
scripted_read(void *ctx, int fd, void *to, size_t len)
{
	return scripted_pread(ctx, fd, to, len, 0);
}

static int64_t
scripted_pwrite(void *ctx, int fd, const void *from, size_t len, uint64_t offset)
{
	struct scripted *file = ctx;
	int64_t n = next_answer(file, len);

	assert_int_equal(fd, 7);
	assert_true(offset + len <= sizeof(file->bytes));
	if (n > 0)
		memcpy(file->bytes + offset, from, (size_t)n);
	if (n > 0 && file->len < offset + (size_t)n)
		file->len = (size_t)offset + (size_t)n;
	return n;
}

static int
scripted_open(void *ctx, const char *path, int flags, unsigned mode)
{
	(void)path;
	(void)flags;
	(void)mode;
	return (int)next_answer(ctx, 7);
}

static int
scripted_sync(void *ctx, int fd)
{
	(void)fd;
	return (int)next_answer(ctx, 0);
}

static int
scripted_sync_dir(void *ctx, const char *path)
{
	(void)path;
	return (int)next_answer(ctx, 0);
}

static int
scripted_close(void *ctx, int fd)
{
	(void)fd;
	return (int)next_answer(ctx, 0);
}

static void
init(struct scripted *file, const int64_t *script, size_t steps)
{
	*file = (struct scripted){
		.steps = steps,
		.table = {
			.ctx = file,
			.open = scripted_open,
			.close = scripted_close,
			.read = scripted_read,
			.pread = scripted_pread,
			.pwrite = scripted_pwrite,
			.sync = scripted_sync,
			.sync_dir = scripted_sync_dir,
		},
	};
	if (steps > 0)
		memcpy(file->script, script, steps * sizeof(*script));
}

static void
fill(struct scripted *file, const char *text)
{
	file->len = strlen(text);
	memcpy(file->bytes, text, file->len);
}

#define INIT(file, ...)                                                                            \
	do {                                                                                       \
		const int64_t steps_[] = { __VA_ARGS__ };                                          \
		init(file, steps_, sizeof(steps_) / sizeof(steps_[0]));                            \
	} while (0)

/* ---- safety ---- */

static void
closing_what_is_not_open_is_fine(void **state)
{
	struct scripted file;
	int fd = -1;

	(void)state;
	init(&file, NULL, 0);
	pb_io_close(&file.table, &fd);
	assert_int_equal(file.calls, 0);
	fd = 7;
	pb_io_close(&file.table, &fd);
	assert_int_equal(fd, -1);
	assert_int_equal(file.calls, 1);
	pb_io_close(&file.table, &fd);
	assert_int_equal(file.calls, 1);
}

static void
nothing_to_read_or_write_makes_no_call(void **state)
{
	struct scripted file;
	size_t n = 99;

	(void)state;
	init(&file, NULL, 0);
	assert_int_equal(pb_io_pread(&file.table, 7, "f", NULL, 0, 0, &n, NULL), PB_OK);
	assert_int_equal(n, 0);
	assert_int_equal(pb_io_pread_exact(&file.table, 7, "f", NULL, 0, 0, NULL), PB_OK);
	assert_int_equal(pb_io_pwrite(&file.table, 7, "f", NULL, 0, 0, NULL), PB_OK);
	assert_int_equal(file.calls, 0);
}

/* ---- good path: short answers and EINTR are gone over ---- */

static void
open_is_tried_again_after_a_signal(void **state)
{
	struct scripted file;
	int fd = -1;

	(void)state;
	INIT(&file, -EINTR, -EINTR, 7);
	assert_int_equal(pb_io_open(&file.table, "f", O_RDONLY, 0, &fd, NULL), PB_OK);
	assert_int_equal(fd, 7);
	assert_int_equal(file.calls, 3);
}

static void
read_answers_with_what_is_there(void **state)
{
	struct scripted file;
	char to[8];
	size_t n;

	(void)state;
	INIT(&file, -EINTR, 3, 8);
	fill(&file, "abcdef");
	assert_int_equal(pb_io_read(&file.table, 7, "f", to, sizeof(to), &n, NULL), PB_OK);
	assert_int_equal(n, 3);
	assert_memory_equal(to, "abc", 3);
	assert_int_equal(file.calls, 2);
}

static void
pread_goes_on_to_the_end_of_what_was_asked(void **state)
{
	struct scripted file;
	char to[8] = "";
	size_t n;

	(void)state;
	INIT(&file, 1, -EINTR, 2, -EINTR, 1);
	fill(&file, "0123456789");
	assert_int_equal(pb_io_pread(&file.table, 7, "f", to, 6, 2, &n, NULL), PB_OK);
	assert_int_equal(n, 6);
	assert_memory_equal(to, "234567", 6);
	assert_int_equal(file.calls, 6);
}

static void
pread_is_short_only_at_the_end_of_the_file(void **state)
{
	struct scripted file;
	char to[8];
	size_t n;

	(void)state;
	INIT(&file, 1);
	fill(&file, "abcd");
	assert_int_equal(pb_io_pread(&file.table, 7, "f", to, 8, 1, &n, NULL), PB_OK);
	assert_int_equal(n, 3);
	assert_memory_equal(to, "bcd", 3);
	assert_int_equal(pb_io_pread(&file.table, 7, "f", to, 8, 100, &n, NULL), PB_OK);
	assert_int_equal(n, 0);
}

static void
pwrite_goes_on_until_all_is_written(void **state)
{
	struct scripted file;

	(void)state;
	INIT(&file, 1, -EINTR, 2, 1, -EINTR);
	assert_int_equal(pb_io_pwrite(&file.table, 7, "f", "abcdefgh", 8, 3, NULL), PB_OK);
	assert_memory_equal(file.bytes, "\0\0\0abcdefgh", 11);
	assert_int_equal(file.len, 11);
	assert_int_equal(file.calls, 6);
}

static void
path_is_joined_by_a_slash(void **state)
{
	char *path = pb_path_join("a/b", "c");

	(void)state;
	assert_string_equal(path, "a/b/c");
	free(path);
	path = pb_path_join("", "");
	assert_string_equal(path, "/");
	free(path);
}

/* ---- faults ---- */

static void
error_stops_each_loop_and_names_the_file(void **state)
{
	struct scripted file;
	struct pb_error err;
	char to[8];
	size_t n = 99;
	int fd = -1;

	(void)state;
	INIT(&file, -ENOENT);
	assert_int_equal(pb_io_open(&file.table, "some/file", 0, 0, &fd, &err), PB_ENOENT);
	assert_int_equal(fd, -1);
	assert_string_equal(err.object, "some/file");
	assert_int_equal(err.cause, ENOENT);

	INIT(&file, -EIO);
	assert_int_equal(pb_io_read(&file.table, 7, "f", to, 8, &n, &err), PB_EIO);
	INIT(&file, 2, -EIO);
	fill(&file, "abcdef");
	assert_int_equal(pb_io_pread(&file.table, 7, "f", to, 6, 0, &n, &err), PB_EIO);
	assert_int_equal(n, 99);
	assert_int_equal(file.calls, 2);

	INIT(&file, 2, -ENOSPC);
	assert_int_equal(pb_io_pwrite(&file.table, 7, "f", "abcd", 4, 0, &err), PB_ENOSPC);
	assert_int_equal(err.cause, ENOSPC);
	assert_int_equal(file.calls, 2);
}

static void
write_that_writes_nothing_is_an_error_and_no_loop(void **state)
{
	struct scripted file;
	struct pb_error err;

	(void)state;
	INIT(&file, 1, 0, 0, 0, 0);
	assert_int_equal(pb_io_pwrite(&file.table, 7, "f", "abcd", 4, 0, &err), PB_EIO);
	assert_int_equal(file.calls, 2);
}

static void
exact_read_of_a_short_file_is_corruption(void **state)
{
	struct scripted file;
	struct pb_error err;
	char to[8];

	(void)state;
	init(&file, NULL, 0);
	fill(&file, "abcd");
	assert_int_equal(pb_io_pread_exact(&file.table, 7, "f", to, 4, 0, &err), PB_OK);
	assert_memory_equal(to, "abcd", 4);
	assert_int_equal(pb_io_pread_exact(&file.table, 7, "f", to, 4, 1, &err), PB_ECORRUPT);
	assert_int_equal(err.status, PB_ECORRUPT);
	assert_int_equal(pb_io_pread_exact(&file.table, 7, "f", to, 1, 4, &err), PB_ECORRUPT);
}

static void
sync_is_never_repeated(void **state)
{
	static const int errors[] = { EINTR, EIO, ENOSPC, EDQUOT };
	struct scripted file;
	struct pb_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		INIT(&file, -errors[i], 0, 0);
		assert_int_not_equal(pb_io_sync(&file.table, 7, "f", &err), PB_OK);
		assert_int_equal(file.calls, 1);
		assert_int_equal(err.cause, errors[i]);
		INIT(&file, -errors[i], 0, 0);
		assert_int_not_equal(pb_io_sync_dir(&file.table, "d", &err), PB_OK);
		assert_int_equal(file.calls, 1);
		assert_int_equal(err.cause, errors[i]);
	}
	init(&file, NULL, 0);
	assert_int_equal(pb_io_sync(&file.table, 7, "f", NULL), PB_OK);
	assert_int_equal(pb_io_sync_dir(&file.table, "d", NULL), PB_OK);
	assert_int_equal(file.calls, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closing_what_is_not_open_is_fine),
		cmocka_unit_test(nothing_to_read_or_write_makes_no_call),
		cmocka_unit_test(open_is_tried_again_after_a_signal),
		cmocka_unit_test(read_answers_with_what_is_there),
		cmocka_unit_test(pread_goes_on_to_the_end_of_what_was_asked),
		cmocka_unit_test(pread_is_short_only_at_the_end_of_the_file),
		cmocka_unit_test(pwrite_goes_on_until_all_is_written),
		cmocka_unit_test(path_is_joined_by_a_slash),
		cmocka_unit_test(error_stops_each_loop_and_names_the_file),
		cmocka_unit_test(write_that_writes_nothing_is_an_error_and_no_loop),
		cmocka_unit_test(exact_read_of_a_short_file_is_corruption),
		cmocka_unit_test(sync_is_never_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
