#include "vault/tiles.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "log/tree.h"

#define LEVELS 8 /* 256^8 = 2^64 */
#define TILE_MAX ((size_t)PB_TILE_WIDTH * PB_DIGEST_LEN)

struct publisher {
	struct pb_logdir *logdir;
	const struct pb_leaf_reader *leaves; /* borrowed */
	uint8_t *leaf;                       /* PB_TILE_WIDTH leaves */
	struct pb_buf bytes;                 /* a tile as found, or an entry bundle */
};

static const char PUBLISHING[] = N_("publish the log");

/* ---- deriving ------------------------------------------------------------------------------- */

static enum pb_status
write_bundle(struct pb_logdir *logdir, struct pb_tile bundle, const uint8_t *leaves,
    struct pb_buf *bytes, struct pb_error *err)
{
	char relative[PB_TILE_PATH_MAX];
	enum pb_status status;
	unsigned i;

	bundle.entries = true;
	pb_tile_path(&bundle, relative);
	pb_buf_clear(bytes);
	for (i = 0; i < bundle.width; i++)
		if (pb_tile_entry(bytes, leaves + (size_t)i * PB_LEAF_LEN, PB_LEAF_LEN) != PB_OK)
			return pb_fail_memory(err, PUBLISHING);
	status = pb_logdir_settle(logdir, &bundle, err);
	if (status == PB_OK)
		status = pb_logdir_write(logdir, relative, bytes->data, bytes->len, err);
	return status;
}

static void
hash_leaves(const uint8_t *leaves, unsigned count, uint8_t *hashes)
{
	for (unsigned i = 0; i < count; i++)
		pb_tree_leaf_hash(leaves + (size_t)i * PB_LEAF_LEN, PB_LEAF_LEN,
		    hashes + (size_t)i * PB_DIGEST_LEN);
}

/* Level 0 comes from leaves, and their entry bundle is written before it. */
static enum pb_status
derive_from_leaves(
    struct publisher *p, const struct pb_tile *tile, uint8_t *hashes, struct pb_error *err)
{
	enum pb_status status = p->leaves->leaves(
	    p->leaves->ctx, tile->index * PB_TILE_WIDTH, tile->width, p->leaf, err);

	if (status != PB_OK)
		return status;
	hash_leaves(p->leaf, tile->width, hashes);
	return write_bundle(p->logdir, *tile, p->leaf, &p->bytes, err);
}

static enum pb_status make_tile(
    struct publisher *p, const struct pb_tile *tile, uint8_t *hashes, struct pb_error *err);

/* A hash of level L is the root of a full tile of level L - 1. */
static enum pb_status
derive_from_below(
    struct publisher *p, const struct pb_tile *tile, uint8_t *hashes, struct pb_error *err)
{
	struct pb_tile child = { .level = tile->level - 1, .width = PB_TILE_WIDTH };
	uint8_t below[TILE_MAX];
	enum pb_status status;
	unsigned i;

	for (i = 0; i < tile->width; i++) {
		child.index = tile->index * PB_TILE_WIDTH + i;
		status = make_tile(p, &child, below, err);
		if (status != PB_OK)
			return status;
		pb_tree_root_of(below, PB_TILE_WIDTH, hashes + (size_t)i * PB_DIGEST_LEN);
	}
	return PB_OK;
}

/*
 * The hashes of a tile, which stands on the disk then.  What it is derived from
 * is durable before it, so where a tile is found nothing below it needs a look.
 */
static enum pb_status
make_tile(struct publisher *p, const struct pb_tile *tile, uint8_t *hashes, struct pb_error *err)
{
	size_t len = (size_t)tile->width * PB_DIGEST_LEN;
	char relative[PB_TILE_PATH_MAX];
	enum pb_status status;
	bool there = false;

	pb_tile_path(tile, relative);
	status = pb_logdir_settle(p->logdir, tile, err);
	if (status == PB_OK)
		status = pb_logdir_find(p->logdir, relative, len, &p->bytes, &there, err);
	if (status != PB_OK)
		return status;
	if (there) {
		memcpy(hashes, p->bytes.data, len);
		return PB_OK;
	}
	status = tile->level == 0 ? derive_from_leaves(p, tile, hashes, err)
				  : derive_from_below(p, tile, hashes, err);
	if (status == PB_OK)
		status = pb_logdir_write(p->logdir, relative, hashes, len, err);
	return status;
}

/* The last tile of each level, from the top: every other one stands below one of them. */
static enum pb_status
make_tiles(struct publisher *p, uint64_t size, struct pb_error *err)
{
	struct pb_tile tile = { .level = LEVELS };
	uint8_t hashes[TILE_MAX];
	enum pb_status status = PB_OK;
	uint64_t count;

	while (status == PB_OK && tile.level > 0) {
		tile.level--;
		count = pb_tile_count(tile.level, size);
		if (count == 0)
			continue;
		tile.index = count - 1;
		tile.width = pb_tile_width(tile.level, tile.index, size);
		status = make_tile(p, &tile, hashes, err);
	}
	return status;
}

/* Of tiles that were partial or absent in a tree of `before` leaves and are full in one of size. */
static void
remove_partials(struct publisher *p, uint64_t before, uint64_t size)
{
	struct pb_tile tile = { .width = PB_TILE_WIDTH };
	unsigned shift;

	/* Above the last level but one no tile is ever full: 2^64 leaves are too many. */
	for (; tile.level < LEVELS - 1; tile.level++) {
		shift = 8 * (tile.level + 1);
		for (tile.index = before >> shift; tile.index < size >> shift; tile.index++) {
			pb_logdir_remove_partials(p->logdir, &tile);
			if (tile.level > 0)
				continue;
			tile.entries = true;
			pb_logdir_remove_partials(p->logdir, &tile);
			tile.entries = false;
		}
	}
}

/* ---- publishing ----------------------------------------------------------------------------- */

/* How many leaves the checkpoint of these bytes covers; 0 if it is none. */
static uint64_t
size_of(const struct pb_buf *bytes)
{
	struct pb_note *note = malloc(sizeof(*note));
	struct pb_checkpoint checkpoint;
	uint64_t size = 0;

	if (note != NULL && pb_note_parse(bytes->data, bytes->len, note, NULL) == PB_OK &&
	    pb_checkpoint_parse(note, &checkpoint, NULL) == PB_OK)
		size = checkpoint.size;
	free(note);
	return size;
}

/*
 * What a crash leaves: tiles ahead of the checkpoint, which harm nobody and are
 * found again.  The checkpoint appears when all it needs is durable, and only then do
 * partial tiles go that the one before it needed.
 */
static enum pb_status
publish(struct publisher *p, uint64_t size, const void *note, size_t note_len, uint64_t before,
    struct pb_error *err)
{
	enum pb_status status;

	status = make_tiles(p, size, err);
	if (status == PB_OK)
		status = pb_logdir_write(p->logdir, "checkpoint", note, note_len, err);
	if (status == PB_OK)
		remove_partials(p, before, size);
	return status;
}

/* The checkpoint is there; who put it there may have been killed before its name was durable. */
static enum pb_status
settle_checkpoint(const struct pb_files *files, const char *dir, struct pb_error *err)
{
	char *path = pb_path_join(dir, "log");
	enum pb_status status;

	if (path == NULL)
		return pb_fail_memory(err, PUBLISHING);
	status = pb_io_sync_dir(files, path, err);
	free(path);
	return status;
}

enum pb_status
pb_tiles_publish(const struct pb_files *files, const char *dir, const struct pb_leaf_reader *leaves,
    const struct pb_checkpoint *checkpoint, const void *note, size_t note_len, struct pb_error *err)
{
	struct publisher p = { .leaves = leaves };
	struct pb_buf old = PB_BUF_EMPTY;
	enum pb_status status;

	if (note_len == 0 || note_len > PB_LIMIT_NOTE)
		return pb_fail(err, PB_ELIMIT, PUBLISHING, N_("no checkpoint is so long, or empty"),
		    "%zu bytes", note_len);
	status = pb_tiles_checkpoint(files, dir, &old, err);
	/* One that is too long is damaged: it is replaced as any other. */
	if (status != PB_OK && status != PB_ENOENT && status != PB_ELIMIT && status != PB_ECORRUPT)
		goto out;
	if (old.len == note_len && memcmp(old.data, note, note_len) == 0) {
		status = settle_checkpoint(files, dir, err);
		goto out;
	}
	status = pb_logdir_new(files, dir, &p.logdir, err);
	if (status != PB_OK)
		goto out;
	p.leaf = malloc((size_t)PB_TILE_WIDTH * PB_LEAF_LEN);
	status = p.leaf == NULL ? pb_fail_memory(err, PUBLISHING)
				: publish(&p, checkpoint->size, note, note_len, size_of(&old), err);
out:
	pb_buf_done(&old);
	pb_buf_done(&p.bytes);
	pb_logdir_free(p.logdir);
	free(p.leaf);
	return status;
}

enum pb_status
pb_tiles_full(struct pb_logdir *logdir, uint64_t index,
    const uint8_t leaves[PB_TILE_WIDTH * PB_LEAF_LEN], struct pb_error *err)
{
	const struct pb_tile tile = { .index = index, .width = PB_TILE_WIDTH };
	struct pb_buf bytes = PB_BUF_EMPTY;
	char relative[PB_TILE_PATH_MAX];
	uint8_t hashes[TILE_MAX];
	enum pb_status status;

	pb_tile_path(&tile, relative);
	hash_leaves(leaves, tile.width, hashes);
	status = write_bundle(logdir, tile, leaves, &bytes, err);
	if (status == PB_OK)
		status = pb_logdir_settle(logdir, &tile, err);
	if (status == PB_OK)
		status = pb_logdir_write(logdir, relative, hashes, sizeof(hashes), err);
	pb_buf_done(&bytes);
	return status;
}

enum pb_status
pb_tiles_checkpoint(
    const struct pb_files *files, const char *dir, struct pb_buf *buf, struct pb_error *err)
{
	char *path = pb_path_join(dir, "log/checkpoint");
	enum pb_status status;

	if (path == NULL)
		return pb_fail_memory(err, N_("read the published checkpoint"));
	status = pb_io_read_regular(files, path, PB_LIMIT_NOTE, buf, err);
	free(path);
	return status;
}
