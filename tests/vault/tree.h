/* A log to publish, and what must stand in its tiles, computed as RFC 6962 is written. */
#ifndef PB_TEST_VAULT_TREE_H
#define PB_TEST_VAULT_TREE_H

#include "vault/fixture.h"

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

static inline void
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

static inline void
log_done(struct log *log)
{
	free(log->hash);
	pb_ed25519_free(log->key);
}

static inline enum pb_status
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
static inline void
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

static inline void
make_note(
    const struct log *log, uint64_t size, struct pb_checkpoint *checkpoint, struct pb_buf *note)
{
	*checkpoint = (struct pb_checkpoint){ .origin = ORIGIN, .size = size };
	if (size > 0)
		naive_root(log->hash, size, checkpoint->root);
	else
		pb_digest_sha256("", 0, checkpoint->root);
	pb_buf_clear(note);
	assert_int_equal(pb_checkpoint_sign(checkpoint, log->key, note, NULL), PB_OK);
}

static inline enum pb_status
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

/* The first full tiles, ahead of a checkpoint. */
static inline enum pb_status
make_ahead(struct log *log, const struct pb_files *files, const char *dir, uint64_t tiles)
{
	uint8_t *leaves = malloc((size_t)PB_TILE_WIDTH * PB_LEAF_LEN);
	struct pb_logdir *logdir = NULL;
	enum pb_status status = pb_logdir_new(files, dir, &logdir, NULL);

	assert_non_null(leaves);
	for (uint64_t index = 0; status == PB_OK && index < tiles; index++) {
		assert_int_equal(
		    read_leaves(log, index * PB_TILE_WIDTH, PB_TILE_WIDTH, leaves, NULL), PB_OK);
		status = pb_tiles_full(logdir, index, leaves, NULL);
	}
	pb_logdir_free(logdir);
	free(leaves);
	return status;
}

/* ---- what must stand there ------------------------------------------------------------------ */

static inline void
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

static inline void
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
static inline void
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

static inline void
check_published(const struct log *log, const struct pb_files *files, const char *dir, uint64_t size)
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

static inline struct test_powercut *
new_disk(void)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *files = test_powercut_files(disk);

	assert_int_equal(files->mkdir(files->ctx, DIR, 0700), 0);
	assert_int_equal(files->sync_dir(files->ctx, "/"), 0);
	make_folders(files, DIR);
	return disk;
}

#endif
