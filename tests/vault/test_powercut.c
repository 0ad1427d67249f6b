/* The power-cut file system itself: what it keeps, what it loses. */
#include "lib/text.h"
#include "vault/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

/* All states of a disk, each as the text of one file: "-" if it is not there. */
struct states {
	const char *path;
	char text[64][64];
	size_t count;
};

static void
note_state(void *arg, struct test_powercut *disk)
{
	struct states *states = arg;
	const struct pb_files *files = test_powercut_files(disk);
	struct pb_buf bytes = PB_BUF_EMPTY;
	char *text;

	assert_true(states->count < CASES(states->text));
	text = states->text[states->count++];
	if (pb_io_read_file(files, states->path, 60, &bytes, NULL) != PB_OK)
		(void)snprintf(text, 64, "-");
	else
		(void)snprintf(text, 64, "%.*s", (int)bytes.len, (const char *)bytes.data);
	pb_buf_done(&bytes);
}

static void
look(struct states *states, struct test_powercut *disk, const char *path)
{
	*states = (struct states){ .path = path };
	test_powercut_states(disk, 1000, note_state, states);
}

static unsigned
times(const struct states *states, const char *text)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < states->count; i++)
		n += strcmp(states->text[i], text) == 0;
	return n;
}

static int
open_file(const struct pb_files *files, const char *path, int flags)
{
	int fd = files->open(files->ctx, path, flags, 0600);

	assert_true(fd >= 0);
	return fd;
}

static void
write_at(const struct pb_files *files, int fd, const char *text, uint64_t offset)
{
	size_t len = strlen(text);

	assert_int_equal(files->pwrite(files->ctx, fd, text, len, offset), len);
}

/* A file of these bytes, durable with its name. */
static void
make_durable(const struct pb_files *files, const char *path, const char *text)
{
	int fd = open_file(files, path, O_RDWR | O_CREAT | O_EXCL);

	write_at(files, fd, text, 0);
	assert_int_equal(files->sync(files->ctx, fd), 0);
	assert_int_equal(files->close(files->ctx, fd), 0);
	assert_int_equal(files->sync_dir(files->ctx, "/"), 0);
}

/* ---- as a file system ----------------------------------------------------------------------- */

static void
disk_reads_what_was_written(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct pb_file_info info;
	char read[16] = "";
	int fd = open_file(f, "/file", O_RDWR | O_CREAT | O_EXCL), other;

	(void)state;
	write_at(f, fd, "abcdef", 0);
	write_at(f, fd, "XY", 8);
	assert_int_equal(f->pread(f->ctx, fd, read, sizeof(read), 0), 10);
	assert_memory_equal(read, "abcdef\0\0XY", 10);
	assert_int_equal(f->pread(f->ctx, fd, read, sizeof(read), 10), 0);
	assert_int_equal(f->pread(f->ctx, fd, read, 3, 2), 3);
	assert_memory_equal(read, "cde", 3);
	assert_int_equal(f->read(f->ctx, fd, read, 4), 4);
	assert_int_equal(f->read(f->ctx, fd, read, 4), 4);
	assert_memory_equal(read, "ef\0\0", 4);
	assert_int_equal(f->truncate(f->ctx, fd, 3), 0);
	assert_int_equal(f->truncate(f->ctx, fd, 5), 0);
	other = open_file(f, "file", O_RDONLY);
	assert_int_equal(f->pread(f->ctx, other, read, sizeof(read), 0), 5);
	assert_memory_equal(read, "abc\0\0", 5);
	assert_int_equal(f->stat_fd(f->ctx, other, &info), 0);
	assert_int_equal(info.size, 5);
	assert_int_equal(info.type, PB_FILE_REGULAR);
	assert_int_equal(info.mode, 0600);
	assert_true(info.owned);
	assert_int_equal(f->pwrite(f->ctx, other, "x", 1, 0), -EBADF);
	assert_int_equal(f->truncate(f->ctx, other, 0), -EINVAL);
	assert_int_equal(f->drop_cache(f->ctx, other), 0);
	assert_int_equal(f->close(f->ctx, other), 0);
	assert_int_equal(f->close(f->ctx, other), -EBADF);
	assert_int_equal(f->pread(f->ctx, other, read, 1, 0), -EBADF);
	other = open_file(f, "/file", O_RDWR | O_TRUNC);
	assert_int_equal(f->pread(f->ctx, fd, read, 1, 0), 0);
	assert_int_equal(f->pwrite(f->ctx, fd, "x", 1, UINT64_MAX), -EFBIG);
	test_powercut_free(disk);
	test_powercut_free(NULL);
}

static void
disk_answers_as_the_system_does(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct pb_file_info info;
	int fd;

	(void)state;
	assert_int_equal(f->open(f->ctx, "/none", O_RDONLY, 0), -ENOENT);
	assert_int_equal(f->open(f->ctx, "/none/file", O_RDWR | O_CREAT, 0600), -ENOENT);
	assert_int_equal(f->mkdir(f->ctx, "/dir", 0700), 0);
	assert_int_equal(f->mkdir(f->ctx, "/dir", 0700), -EEXIST);
	assert_int_equal(f->mkdir(f->ctx, "/", 0700), -EEXIST);
	assert_int_equal(f->mkdir(f->ctx, "/none/dir", 0700), -ENOENT);
	fd = open_file(f, "/dir/file", O_WRONLY | O_CREAT);
	assert_int_equal(f->open(f->ctx, "/dir/file", O_RDWR | O_CREAT | O_EXCL, 0600), -EEXIST);
	assert_int_equal(f->open(f->ctx, "/dir/file/x", O_RDONLY, 0), -ENOTDIR);
	assert_int_equal(f->open(f->ctx, "/dir/file", O_RDONLY | O_DIRECTORY, 0), -ENOTDIR);
	assert_int_equal(f->open(f->ctx, "/dir", O_RDWR, 0), -EISDIR);
	assert_int_equal(f->read(f->ctx, fd, &info, 1), -EBADF);
	assert_int_equal(f->unlink(f->ctx, "/dir"), -EISDIR);
	assert_int_equal(f->unlink(f->ctx, "/dir/none"), -ENOENT);
	assert_int_equal(f->rename(f->ctx, "/none", "/other"), -ENOENT);
	assert_int_equal(f->rename(f->ctx, "/dir/file", "/dir"), -EISDIR);
	assert_int_equal(f->rename(f->ctx, "/dir", "/dir/file"), -EINVAL);
	assert_int_equal(f->mkdir(f->ctx, "/full", 0700), 0);
	assert_int_equal(f->mkdir(f->ctx, "/full/sub", 0700), 0);
	assert_int_equal(f->rename(f->ctx, "/dir", "/full"), -ENOTEMPTY);
	assert_int_equal(f->rename(f->ctx, "/dir", "/full/sub"), 0);
	assert_int_equal(f->stat(f->ctx, "/full/sub/file", true, &info), 0);
	assert_int_equal(f->stat(f->ctx, "/dir", true, &info), -ENOENT);
	assert_int_equal(f->stat(f->ctx, "//full/./sub//", true, &info), 0);
	assert_int_equal(info.type, PB_FILE_DIRECTORY);
	assert_int_equal(f->sync_dir(f->ctx, "/none"), -ENOENT);
	assert_int_equal(f->sync_dir(f->ctx, "/full/sub/file"), -ENOTDIR);
	assert_true(f->free_bytes(f->ctx, "/") > 0);
	test_powercut_free(disk);
}

#define NAMES 64

static int
take_name(void *arg, const char *name)
{
	char *names = arg;

	test_append(names, NAMES, name);
	return strcmp(name, "stop") == 0 ? 7 : 0;
}

static void
disk_lists_names(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	char names[NAMES] = "";

	(void)state;
	make_durable(f, "/a", "");
	make_durable(f, "/b", "");
	assert_int_equal(f->list(f->ctx, "/", take_name, names), 0);
	assert_string_equal(names, "ab");
	assert_int_equal(f->unlink(f->ctx, "/a"), 0);
	make_durable(f, "/stop", "");
	names[0] = '\0';
	assert_int_equal(f->list(f->ctx, "/", take_name, names), 7);
	assert_string_equal(names, "bstop");
	assert_int_equal(f->list(f->ctx, "/a", take_name, names), -ENOENT);
	assert_int_equal(f->list(f->ctx, "/b", take_name, names), -ENOTDIR);
	test_powercut_free(disk);
}

static void
note_lock(void *arg, struct test_powercut *state)
{
	const struct pb_files *f = test_powercut_files(state);
	unsigned *states = arg;

	assert_int_equal(f->lock(f->ctx, open_file(f, "/lock", O_RDWR)), 0);
	++*states;
}

static void
disk_locks_last_until_closed_or_cut(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	unsigned states = 0;
	int one, two;

	(void)state;
	make_durable(f, "/lock", "");
	one = open_file(f, "/lock", O_RDWR);
	two = open_file(f, "/lock", O_RDWR);
	assert_int_equal(f->lock(f->ctx, one), 0);
	assert_int_equal(f->lock(f->ctx, one), 0);
	assert_int_equal(f->lock(f->ctx, two), -EWOULDBLOCK);
	test_powercut_states(disk, 10, note_lock, &states);
	assert_int_equal(states, 1);
	assert_int_equal(f->close(f->ctx, one), 0);
	assert_int_equal(f->lock(f->ctx, two), 0);
	test_powercut_free(disk);
}

static void
disk_keeps_unnamed_and_unlinked_files_while_open(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct states states;
	char read[8];
	int unnamed, fd;

	(void)state;
	unnamed = f->open_unnamed(f->ctx, "/");
	assert_true(unnamed >= 0);
	write_at(f, unnamed, "spill", 0);
	assert_int_equal(f->pread(f->ctx, unnamed, read, sizeof(read), 0), 5);
	make_durable(f, "/file", "kept");
	fd = open_file(f, "/file", O_RDWR);
	assert_int_equal(f->unlink(f->ctx, "/file"), 0);
	assert_int_equal(f->pread(f->ctx, fd, read, sizeof(read), 0), 4);
	assert_int_equal(f->open(f->ctx, "/file", O_RDONLY, 0), -ENOENT);
	/* The unnamed file's write is nobody's choice: only the unlink is. */
	look(&states, disk, "/file");
	assert_int_equal(states.count, 2);
	assert_int_equal(times(&states, "kept"), 1);
	assert_int_equal(times(&states, "-"), 1);
	test_powercut_free(disk);
}

/* ---- what a cut leaves ---------------------------------------------------------------------- */

static void
cut_leaves_what_was_synced(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct states states;

	(void)state;
	make_durable(f, "/file", "durable");
	look(&states, disk, "/file");
	assert_int_equal(states.count, 1);
	assert_string_equal(states.text[0], "durable");
	test_powercut_free(disk);
}

static void
cut_loses_a_name_that_was_not_synced(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct states states;
	int fd = open_file(f, "/file", O_RDWR | O_CREAT);

	(void)state;
	write_at(f, fd, "data", 0);
	assert_int_equal(f->sync(f->ctx, fd), 0);
	look(&states, disk, "/file");
	assert_int_equal(states.count, 2);
	assert_int_equal(times(&states, "data"), 1);
	assert_int_equal(times(&states, "-"), 1);
	test_powercut_free(disk);
}

static void
cut_leaves_a_name_without_its_data(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct states states;
	int fd = open_file(f, "/file", O_RDWR | O_CREAT);

	(void)state;
	write_at(f, fd, "data", 0);
	assert_int_equal(f->sync_dir(f->ctx, "/"), 0);
	look(&states, disk, "/file");
	/* lost, whole, 1 byte, 2, 3, and four zeros, which print as nothing */
	assert_int_equal(states.count, 6);
	assert_int_equal(times(&states, "data"), 1);
	assert_int_equal(times(&states, ""), 2);
	assert_int_equal(times(&states, "d"), 1);
	assert_int_equal(times(&states, "da"), 1);
	assert_int_equal(times(&states, "dat"), 1);
	test_powercut_free(disk);
}

struct sizes {
	uint64_t size[128];
	bool holes[128]; /* the first bytes are zeros, the last are not */
	size_t count;
};

static void
note_size(void *arg, struct test_powercut *state)
{
	const struct pb_files *f = test_powercut_files(state);
	struct sizes *sizes = arg;
	struct pb_buf bytes = PB_BUF_EMPTY;

	assert_true(sizes->count < CASES(sizes->size));
	assert_int_equal(pb_io_read_file(f, "/file", 100000, &bytes, NULL), PB_OK);
	sizes->size[sizes->count] = bytes.len;
	sizes->holes[sizes->count++] =
	    bytes.len > 0 && bytes.data[0] == 0 && bytes.data[bytes.len - 1] != 0;
	pb_buf_done(&bytes);
}

static bool
has_size(const struct sizes *sizes, uint64_t size)
{
	size_t i;

	for (i = 0; i < sizes->count; i++)
		if (sizes->size[i] == size)
			return true;
	return false;
}

static void
cut_tears_a_write_at_sectors_and_odd_places(void **state)
{
	static const uint64_t torn[] = { 300, 301, 512, 950, 1024, 1536, 1599, 1600 };
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct sizes sizes = { .count = 0 };
	char text[1301];
	size_t i;
	int fd;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[300] = '\0';
	make_durable(f, "/file", text);
	fd = open_file(f, "/file", O_RDWR);
	text[300] = 'x';
	text[1300] = '\0';
	write_at(f, fd, text, 300);
	test_powercut_states(disk, 100, note_size, &sizes);
	/* those, and once more the whole length, of zeros */
	assert_int_equal(sizes.count, CASES(torn) + 1);
	for (i = 0; i < CASES(torn); i++)
		assert_true(has_size(&sizes, torn[i]));
	test_powercut_free(disk);
}

static void
cut_may_keep_a_later_write_and_lose_an_earlier(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct sizes sizes = { .count = 0 };
	unsigned holes = 0;
	size_t i;
	int fd;

	(void)state;
	make_durable(f, "/file", "");
	fd = open_file(f, "/file", O_RDWR);
	write_at(f, fd, "a", 0);
	write_at(f, fd, "b", 1);
	test_powercut_states(disk, 100, note_size, &sizes);
	/* each lost, whole, or zeros */
	assert_int_equal(sizes.count, 9);
	for (i = 0; i < sizes.count; i++)
		holes += sizes.holes[i];
	assert_int_equal(holes, 2);
	test_powercut_free(disk);
}

static void
cut_may_lose_a_truncation(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct states states;
	int fd;

	(void)state;
	make_durable(f, "/file", "longer");
	fd = open_file(f, "/file", O_RDWR);
	assert_int_equal(f->truncate(f->ctx, fd, 4), 0);
	look(&states, disk, "/file");
	assert_int_equal(states.count, 2);
	assert_int_equal(times(&states, "long"), 1);
	assert_int_equal(times(&states, "longer"), 1);
	assert_int_equal(f->sync(f->ctx, fd), 0);
	look(&states, disk, "/file");
	assert_int_equal(states.count, 1);
	assert_string_equal(states.text[0], "long");
	test_powercut_free(disk);
}

static void
cut_leaves_a_rename_done_or_not(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct states states;

	(void)state;
	make_durable(f, "/old", "old");
	make_durable(f, "/new", "new");
	assert_int_equal(f->rename(f->ctx, "/new", "/old"), 0);
	look(&states, disk, "/old");
	assert_int_equal(states.count, 2);
	assert_int_equal(times(&states, "old"), 1);
	assert_int_equal(times(&states, "new"), 1);
	look(&states, disk, "/new");
	assert_int_equal(times(&states, "new"), 1);
	assert_int_equal(times(&states, "-"), 1);
	assert_int_equal(f->sync_dir(f->ctx, "/"), 0);
	look(&states, disk, "/old");
	assert_int_equal(states.count, 1);
	assert_string_equal(states.text[0], "new");
	test_powercut_free(disk);
}

static void
cut_keeps_the_order_of_one_name_and_no_other(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct states states;

	(void)state;
	(void)open_file(f, "/a", O_RDWR | O_CREAT);
	(void)open_file(f, "/b", O_RDWR | O_CREAT);
	look(&states, disk, "/a");
	assert_int_equal(states.count, 4);
	/* made, renamed, renamed: a chain, beside b */
	assert_int_equal(f->rename(f->ctx, "/a", "/c"), 0);
	assert_int_equal(f->rename(f->ctx, "/c", "/d"), 0);
	look(&states, disk, "/c");
	assert_int_equal(states.count, 8);
	assert_int_equal(times(&states, ""), 2);
	test_powercut_free(disk);
}

static void
cut_makes_a_rename_durable_with_its_new_directory(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct states states;
	int fd;

	(void)state;
	assert_int_equal(f->mkdir(f->ctx, "/tmp", 0700), 0);
	assert_int_equal(f->mkdir(f->ctx, "/log", 0700), 0);
	assert_int_equal(f->sync_dir(f->ctx, "/"), 0);
	fd = open_file(f, "/tmp/t", O_RDWR | O_CREAT);
	write_at(f, fd, "tile", 0);
	assert_int_equal(f->sync(f->ctx, fd), 0);
	assert_int_equal(f->rename(f->ctx, "/tmp/t", "/log/tile"), 0);
	assert_int_equal(f->sync_dir(f->ctx, "/tmp"), 0);
	look(&states, disk, "/log/tile");
	assert_int_equal(times(&states, "tile"), 1);
	assert_int_equal(times(&states, "-"), 1);
	assert_int_equal(f->sync_dir(f->ctx, "/log"), 0);
	look(&states, disk, "/log/tile");
	assert_int_equal(states.count, 1);
	assert_string_equal(states.text[0], "tile");
	look(&states, disk, "/tmp/t");
	assert_int_equal(states.count, 1);
	assert_string_equal(states.text[0], "-");
	test_powercut_free(disk);
}

static void
cut_loses_what_stands_in_a_lost_directory(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct states states;
	int fd;

	(void)state;
	assert_int_equal(f->mkdir(f->ctx, "/dir", 0700), 0);
	fd = open_file(f, "/dir/file", O_RDWR | O_CREAT);
	write_at(f, fd, "data", 0);
	assert_int_equal(f->sync(f->ctx, fd), 0);
	assert_int_equal(f->sync_dir(f->ctx, "/dir"), 0);
	look(&states, disk, "/dir/file");
	assert_int_equal(states.count, 2);
	assert_int_equal(times(&states, "data"), 1);
	assert_int_equal(times(&states, "-"), 1);
	assert_int_equal(f->sync_dir(f->ctx, "/"), 0);
	look(&states, disk, "/dir/file");
	assert_int_equal(states.count, 1);
	assert_string_equal(states.text[0], "data");
	test_powercut_free(disk);
}

/* ---- walking -------------------------------------------------------------------------------- */

#define SAMPLE 200

struct sample {
	uint8_t digest[SAMPLE][PB_DIGEST_LEN];
	size_t count;
};

static void
note_digest(void *arg, struct test_powercut *state)
{
	const struct pb_files *f = test_powercut_files(state);
	struct sample *sample = arg;
	struct pb_buf bytes = PB_BUF_EMPTY;

	assert_true(sample->count < SAMPLE);
	assert_int_equal(pb_io_read_file(f, "/file", 100000, &bytes, NULL), PB_OK);
	pb_digest_sha256(bytes.data, bytes.len, sample->digest[sample->count++]);
	pb_buf_done(&bytes);
}

static void
cut_samples_many_states_without_repetition(void **state)
{
	static struct sample one, two;
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	char text[] = "..........";
	size_t i, j, same = 0;
	int fd;

	(void)state;
	make_durable(f, "/file", "");
	fd = open_file(f, "/file", O_RDWR);
	for (i = 0; i < 40; i++) {
		memset(text, (int)('0' + i), 10);
		write_at(f, fd, text, 10 * i);
	}
	one.count = two.count = 0;
	test_powercut_states(disk, SAMPLE, note_digest, &one);
	test_powercut_states(disk, SAMPLE, note_digest, &two);
	assert_int_equal(one.count, SAMPLE);
	assert_int_equal(two.count, SAMPLE);
	assert_memory_equal(one.digest, two.digest, sizeof(one.digest));
	for (i = 0; i < SAMPLE; i++)
		for (j = 0; j < i; j++)
			same += memcmp(one.digest[i], one.digest[j], PB_DIGEST_LEN) == 0;
	assert_int_equal(same, 0);
	test_powercut_free(disk);
}

static void
cut_states_are_disks_of_their_own(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct states states;
	int fd;

	(void)state;
	make_durable(f, "/file", "one");
	fd = open_file(f, "/file", O_RDWR);
	write_at(f, fd, "two", 0);
	look(&states, disk, "/file");
	assert_int_equal(states.count, 4);
	/* Looking changed nothing: what programs see is still the last write. */
	look(&states, disk, "/file");
	assert_int_equal(states.count, 4);
	assert_int_equal(times(&states, "tne"), 1);
	assert_int_equal(times(&states, "twe"), 1);
	test_powercut_free(disk);
}

static void
count_call(void *arg)
{
	unsigned *calls = arg;

	++*calls;
}

static void
watch_is_called_after_every_change(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *f = test_powercut_files(disk);
	struct pb_file_info info;
	unsigned calls = 0;
	int fd;

	(void)state;
	test_powercut_watch(disk, count_call, &calls);
	assert_int_equal(f->mkdir(f->ctx, "/dir", 0700), 0);
	fd = open_file(f, "/dir/a", O_RDWR | O_CREAT);
	write_at(f, fd, "text", 0);
	assert_int_equal(f->truncate(f->ctx, fd, 2), 0);
	assert_int_equal(f->sync(f->ctx, fd), 0);
	assert_int_equal(f->rename(f->ctx, "/dir/a", "/b"), 0);
	assert_int_equal(f->unlink(f->ctx, "/b"), 0);
	assert_int_equal(f->sync_dir(f->ctx, "/"), 0);
	assert_int_equal(calls, 8);
	assert_int_equal(f->stat(f->ctx, "/dir", true, &info), 0);
	assert_int_equal(f->stat(f->ctx, "/b", true, &info), -ENOENT);
	assert_int_equal(f->mkdir(f->ctx, "/dir", 0700), -EEXIST);
	assert_int_equal(f->close(f->ctx, fd), 0);
	assert_int_equal(calls, 8);
	test_powercut_watch(disk, NULL, NULL);
	assert_int_equal(f->mkdir(f->ctx, "/other", 0700), 0);
	assert_int_equal(calls, 8);
	test_powercut_free(disk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(disk_reads_what_was_written),
		cmocka_unit_test(disk_answers_as_the_system_does),
		cmocka_unit_test(disk_lists_names),
		cmocka_unit_test(disk_locks_last_until_closed_or_cut),
		cmocka_unit_test(disk_keeps_unnamed_and_unlinked_files_while_open),
		cmocka_unit_test(cut_leaves_what_was_synced),
		cmocka_unit_test(cut_loses_a_name_that_was_not_synced),
		cmocka_unit_test(cut_leaves_a_name_without_its_data),
		cmocka_unit_test(cut_tears_a_write_at_sectors_and_odd_places),
		cmocka_unit_test(cut_may_keep_a_later_write_and_lose_an_earlier),
		cmocka_unit_test(cut_may_lose_a_truncation),
		cmocka_unit_test(cut_leaves_a_rename_done_or_not),
		cmocka_unit_test(cut_keeps_the_order_of_one_name_and_no_other),
		cmocka_unit_test(cut_makes_a_rename_durable_with_its_new_directory),
		cmocka_unit_test(cut_loses_what_stands_in_a_lost_directory),
		cmocka_unit_test(cut_samples_many_states_without_repetition),
		cmocka_unit_test(cut_states_are_disks_of_their_own),
		cmocka_unit_test(watch_is_called_after_every_change),
	};

	return cmocka_run_group_tests_name("powercut", tests, start_crypto, NULL);
}
