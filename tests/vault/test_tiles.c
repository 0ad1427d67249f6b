#include "vault/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "log/tile.h"
#include "log/tree.h"
#include "vault/tiles.h"

#define DIR "/archive"
#define HASH PB_DIGEST_LEN

/* ---- a log ---------------------------------------------------------------------------------- */

/* Leaf hashes of a log, and how its leaves were asked for. */
struct log {
	uint8_t *hash;
	uint64_t size, asked, calls;
	enum pb_status answer;
	struct pb_ed25519 *key;
};

static void
log_init(struct log *log, uint64_t size)
{
	struct test_random random;
	uint8_t leaf[PB_LEAF_LEN];
	uint64_t i;

	*log = (struct log){ .size = size, .hash = malloc((size_t)size * HASH + 1) };
	assert_non_null(log->hash);
	for (i = 0; i < size; i++) {
		make_leaf(i, leaf);
		pb_tree_leaf_hash(leaf, sizeof(leaf), log->hash + i * HASH);
	}
	test_random_init(&random, 1);
	assert_int_equal(pb_ed25519_generate(&random.table, &log->key, NULL), PB_OK);
}

static void
log_done(struct log *log)
{
	free(log->hash);
	pb_ed25519_free(log->key);
}

static enum pb_status
read_leaves(void *ctx, uint64_t first, unsigned count, uint8_t *out, struct pb_error *err)
{
	struct log *log = ctx;
	unsigned i;

	(void)err;
	assert_in_range(count, 1, 256);
	assert_true(first + count <= log->size);
	log->asked += count;
	log->calls++;
	for (i = 0; i < count; i++)
		make_leaf(first + i, out + (size_t)i * PB_LEAF_LEN);
	return log->answer;
}

/* RFC 6962 2.1, as it is written there. */
static void
naive_root(const uint8_t *hash, uint64_t count, uint8_t out[HASH])
{
	uint8_t left[HASH], right[HASH];
	uint64_t k = 1;

	if (count == 1) {
		memcpy(out, hash, HASH);
		return;
	}
	while (2 * k < count)
		k *= 2;
	naive_root(hash, k, left);
	naive_root(hash + k * HASH, count - k, right);
	pb_tree_node_hash(left, right, out);
}

static void
make_note(const struct log *log, uint64_t size, struct pb_checkpoint *checkpoint,
    struct pb_buf *note)
{
	*checkpoint = (struct pb_checkpoint){ .origin = ORIGIN, .size = size };
	if (size > 0)
		naive_root(log->hash, size, checkpoint->root);
	else
		pb_digest_sha256("", 0, checkpoint->root);
	pb_buf_clear(note);
	assert_int_equal(pb_checkpoint_sign(checkpoint, log->key, note, NULL), PB_OK);
}

static enum pb_status
publish(struct log *log, const struct pb_files *files, const char *dir, uint64_t size)
{
	struct pb_leaf_reader leaves = { .ctx = log, .leaves = read_leaves };
	struct pb_checkpoint checkpoint;
	struct pb_buf note = PB_BUF_EMPTY;
	enum pb_status status;

	make_note(log, size, &checkpoint, &note);
	status = pb_tiles_publish(files, dir, &leaves, &checkpoint, note.data, note.len, NULL);
	pb_buf_done(&note);
	return status;
}

/* ---- what must stand there ------------------------------------------------------------------ */

static void
expected_tile(const struct log *log, const struct pb_tile *tile, struct pb_buf *out)
{
	uint64_t span = UINT64_C(1) << (8 * tile->level), first = tile->index * 256;
	uint8_t leaf[PB_LEAF_LEN], hash[HASH];
	unsigned i;

	pb_buf_clear(out);
	for (i = 0; i < tile->width; i++) {
		if (tile->entries) {
			make_leaf(first + i, leaf);
			assert_int_equal(pb_buf_append(out, "\0\xa0", 2), PB_OK);
			assert_int_equal(pb_buf_append(out, leaf, sizeof(leaf)), PB_OK);
		} else {
			naive_root(log->hash + (first + i) * span * HASH, span, hash);
			assert_int_equal(pb_buf_append(out, hash, sizeof(hash)), PB_OK);
		}
	}
}

static void
check_tile(const struct log *log, const struct pb_files *files, const char *dir,
    const struct pb_tile *tile)
{
	char path[PB_TILE_PATH_MAX], relative[PB_TILE_PATH_MAX + 4];
	struct pb_buf expected = PB_BUF_EMPTY, bytes = PB_BUF_EMPTY;

	pb_tile_path(tile, path);
	(void)snprintf(relative, sizeof(relative), "log/%s", path);
	expected_tile(log, tile, &expected);
	assert_int_equal(read_whole(files, dir, relative, &bytes), PB_OK);
	assert_int_equal(bytes.len, expected.len);
	assert_memory_equal(bytes.data, expected.data, expected.len);
	pb_buf_done(&expected);
	pb_buf_done(&bytes);
}

/* Every tile and bundle that a tree of that size has. */
static void
check_tiles(const struct log *log, const struct pb_files *files, const char *dir, uint64_t size)
{
	struct pb_tile tile;

	for (tile.level = 0; tile.level < 8; tile.level++)
		for (tile.index = 0; tile.index < pb_tile_count(tile.level, size); tile.index++) {
			tile.width = pb_tile_width(tile.level, tile.index, size);
			tile.entries = false;
			check_tile(log, files, dir, &tile);
			if (tile.level > 0)
				continue;
			tile.entries = true;
			check_tile(log, files, dir, &tile);
		}
}

static void
check_published(
    const struct log *log, const struct pb_files *files, const char *dir, uint64_t size)
{
	struct pb_checkpoint checkpoint;
	struct pb_buf note = PB_BUF_EMPTY, bytes = PB_BUF_EMPTY;

	make_note(log, size, &checkpoint, &note);
	assert_int_equal(pb_tiles_checkpoint(files, dir, &bytes, NULL), PB_OK);
	assert_int_equal(bytes.len, note.len);
	assert_memory_equal(bytes.data, note.data, note.len);
	check_tiles(log, files, dir, size);
	pb_buf_done(&note);
	pb_buf_done(&bytes);
}

static struct test_powercut *
new_disk(void)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *files = test_powercut_files(disk);

	assert_int_equal(files->mkdir(files->ctx, DIR, 0700), 0);
	assert_int_equal(files->sync_dir(files->ctx, "/"), 0);
	make_folders(files, DIR);
	return disk;
}

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
	assert_int_equal(faulty.calls, 4); /* the checkpoint: open, read, read, sync_dir */
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
		TEST(tiles_are_what_the_tree_says),
		TEST(tiles_of_an_empty_log_are_none),
		cmocka_unit_test(tiles_are_right_at_every_size),
		cmocka_unit_test(tiles_have_as_many_levels_as_needed),
		cmocka_unit_test(tiles_read_only_what_is_new),
		TEST(tiles_published_once_are_not_touched_again),
		TEST(tiles_that_became_full_lose_their_partials),
		TEST(tiles_of_the_right_length_are_taken_as_they_are),
		TEST(tiles_of_another_length_are_replaced),
		TEST(tiles_replace_a_damaged_checkpoint),
		TEST(tiles_refuse_a_note_that_is_none),
		TEST(tiles_wait_for_leaves_that_can_not_be_read),
		cmocka_unit_test(tiles_that_can_not_be_written_leave_the_old_checkpoint),
		cmocka_unit_test(checkpoint_has_its_tiles_whenever_power_goes),
		cmocka_unit_test(checkpoint_after_a_killed_publication_has_its_tiles_too),
		cmocka_unit_test(tiles_that_are_found_are_durable_afterwards),
	};

	return cmocka_run_group_tests_name("tiles", tests, start_crypto, NULL);
}
