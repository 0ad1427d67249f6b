/*
 * Every offset of vault/, keys/ and log/ of a small archive, changed: never
 * valid, with the key and without.  And every file cut, lengthened, removed, and a
 * stranger put beside it.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/error.h"
#include "core/io.h"
#include "fault/archive.h"

#define DIR_NAME "/archive"
#define FILES_MAX 64

struct stage {
	struct test_powercut *disk;
	const struct pb_files *files;
	struct fault_world world;
	struct pb_reader_key *key;
	struct pb_buf trust;
	struct pb_buf against;
	char *path[FILES_MAX];
	size_t count;
};

static enum pb_verdict
judge(struct stage *s, bool quick)
{
	const struct pb_check_options options = { .trust = s->trust.data,
		.trust_len = s->trust.len,
		.against = s->against.data,
		.against_len = s->against.len,
		.key = quick ? NULL : s->key,
		.quick = quick };
	struct pb_verification *v = NULL;
	enum pb_verdict verdict = PB_INVALID;

	if (pb_archive_check(&s->world.world, DIR_NAME, &options, &v, NULL) == PB_OK)
		verdict = pb_verification_verdict(v);
	pb_verification_free(v);
	return verdict;
}

static void
must_not_be_valid(struct stage *s, const char *path, const char *what, uint64_t offset)
{
	if (judge(s, true) == PB_VALID)
		fail_msg("%s: %s at %llu stays valid without a key", path, what,
		    (unsigned long long)offset);
	if (judge(s, false) == PB_VALID)
		fail_msg("%s: %s at %llu stays valid with the key", path, what,
		    (unsigned long long)offset);
}

/* ---- the archive ---------------------------------------------------------------------------- */

struct walk {
	struct stage *stage;
	const char *dir;
};

static int
add_file(void *arg, const char *name)
{
	const struct walk *walk = arg;
	struct stage *s = walk->stage;
	struct walk inner = { .stage = s };
	char *path = pb_path_join(walk->dir, name);
	struct pb_file_info info;

	assert_int_equal(s->files->stat(s->files->ctx, path, false, &info), 0);
	if (info.type == PB_FILE_DIRECTORY) {
		inner.dir = path;
		assert_int_equal(s->files->list(s->files->ctx, path, add_file, &inner), 0);
		free(path);
	} else {
		assert_true(s->count < FILES_MAX);
		s->path[s->count++] = path;
	}
	return 0;
}

static void
session(struct stage *s, const struct pb_reader_key *key, unsigned number, size_t messages)
{
	struct pb_archive *archive = NULL;
	struct fault_kept kept = { 0 };

	assert_int_equal(pb_archive_open(&s->world.world, DIR_NAME, key, &archive, NULL), PB_OK);
	assert_int_equal(
	    fault_commit(archive, &s->world.world, DIR_NAME, number, messages, &kept, NULL), PB_OK);
	assert_int_equal(pb_archive_close(archive, NULL), PB_OK);
}

static int
set_up(void **state)
{
	static const char *const rooms[] = { DIR_NAME "/vault", DIR_NAME "/keys", DIR_NAME "/log" };
	struct stage *s = calloc(1, sizeof(*s));
	struct walk walk = { .stage = s };
	size_t i;

	s->disk = test_powercut_new();
	s->files = test_powercut_files(s->disk);
	fault_world_init(&s->world, s->files, 11);
	fault_create(&s->world.world, DIR_NAME);
	s->key = fault_key(&s->world.world, DIR_NAME);
	fault_trust(&s->world.world, DIR_NAME, &s->trust);
	session(s, s->key, 1, 1);
	fault_checkpoint(&s->world.world, DIR_NAME, &s->against);
	session(s, NULL, 2, 2);
	for (i = 0; i < 3; i++) {
		walk.dir = rooms[i];
		assert_int_equal(s->files->list(s->files->ctx, rooms[i], add_file, &walk), 0);
	}
	assert_int_equal(judge(s, false), PB_VALID);
	assert_int_equal(judge(s, true), PB_VALID);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct stage *s = *state;
	size_t i;

	assert_int_equal(judge(s, false), PB_VALID); /* everything was put back */
	for (i = 0; i < s->count; i++)
		free(s->path[i]);
	pb_reader_key_free(s->key);
	pb_buf_done(&s->trust);
	pb_buf_done(&s->against);
	test_powercut_free(s->disk);
	free(s);
	return 0;
}

/* ---- changes -------------------------------------------------------------------------------- */

static uint64_t
size_of(struct stage *s, const char *path)
{
	struct pb_file_info info;

	assert_int_equal(s->files->stat(s->files->ctx, path, true, &info), 0);
	return info.size;
}

static void
flip(struct stage *s, const char *path, uint64_t offset, uint8_t bits)
{
	const struct pb_files *files = s->files;
	uint8_t octet;
	int fd = files->open(files->ctx, path, O_RDWR, 0);

	assert_true(fd >= 0);
	assert_int_equal(files->pread(files->ctx, fd, &octet, 1, offset), 1);
	octet ^= bits;
	assert_int_equal(files->pwrite(files->ctx, fd, &octet, 1, offset), 1);
	/* what is pending would slow every later call down */
	assert_int_equal(files->sync(files->ctx, fd), 0);
	assert_int_equal(files->close(files->ctx, fd), 0);
}

static void
flip_each(struct stage *s, uint8_t bits)
{
	uint64_t offset, size, looked = 0;
	size_t i;

	for (i = 0; i < s->count; i++) {
		size = size_of(s, s->path[i]);
		for (offset = 0; offset < size; offset++) {
			flip(s, s->path[i], offset, bits);
			must_not_be_valid(s, s->path[i], "a changed octet", offset);
			flip(s, s->path[i], offset, bits);
			looked++;
		}
	}
	assert_true(looked > 4000);
}

static void
no_offset_survives_its_lowest_bit_flipped(void **state)
{
	flip_each(*state, 0x01);
}

static void
no_offset_survives_all_its_bits_flipped(void **state)
{
	flip_each(*state, 0xff);
}

static void
resize(struct stage *s, const char *path, uint64_t size)
{
	int fd = s->files->open(s->files->ctx, path, O_RDWR, 0);

	assert_true(fd >= 0);
	assert_int_equal(s->files->truncate(s->files->ctx, fd, size), 0);
	assert_int_equal(s->files->sync(s->files->ctx, fd), 0);
	assert_int_equal(s->files->close(s->files->ctx, fd), 0);
}

static void
write_file(struct stage *s, const char *path, const struct pb_buf *bytes)
{
	int fd = s->files->open(s->files->ctx, path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pb_io_pwrite(s->files, fd, path, bytes->data, bytes->len, 0, NULL), PB_OK);
	assert_int_equal(s->files->close(s->files->ctx, fd), 0);
}

static void
no_file_survives_being_cut_lengthened_or_removed(void **state)
{
	struct stage *s = *state;
	struct pb_buf bytes = PB_BUF_EMPTY;
	size_t i;

	for (i = 0; i < s->count; i++) {
		const char *path = s->path[i];

		pb_buf_clear(&bytes);
		assert_int_equal(pb_io_read_file(s->files, path, 1 << 20, &bytes, NULL), PB_OK);
		resize(s, path, bytes.len - 1);
		must_not_be_valid(s, path, "a cut", bytes.len - 1);
		resize(s, path, bytes.len + 1);
		must_not_be_valid(s, path, "an octet behind the end", bytes.len);
		resize(s, path, 0);
		must_not_be_valid(s, path, "an empty file", 0);
		assert_int_equal(s->files->unlink(s->files->ctx, path), 0);
		/* older partial tiles are not needed any more, all else is */
		if (strstr(path, ".p/") == NULL && strstr(path, "log/checkpoint") == NULL)
			must_not_be_valid(s, path, "a missing file", 0);
		write_file(s, path, &bytes);
	}
	pb_buf_done(&bytes);
}

static void
no_stranger_goes_unnoticed(void **state)
{
	static const char *const strangers[] = { DIR_NAME "/vault/stranger",
		DIR_NAME "/vault/0000000000000009-0011223344556677.seg", DIR_NAME "/keys/stranger",
		DIR_NAME "/keys/0000000000000009-0011223344556677.key", DIR_NAME "/log/stranger",
		DIR_NAME "/log/tile/0/stranger" };
	struct stage *s = *state;
	struct pb_buf nothing = PB_BUF_EMPTY;
	size_t i;

	for (i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		write_file(s, strangers[i], &nothing);
		must_not_be_valid(s, strangers[i], "a stranger", 0);
		assert_int_equal(s->files->unlink(s->files->ctx, strangers[i]), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    no_offset_survives_its_lowest_bit_flipped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_offset_survives_all_its_bits_flipped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_file_survives_being_cut_lengthened_or_removed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_stranger_goes_unnoticed, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
