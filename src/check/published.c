#include "check/published.h"

#include <stdlib.h>
#include <string.h>

#include "archive/paths.h"
#include "check/tilelist.h"
#include "core/error.h"
#include "core/io.h"
#include "log/checkpoint.h"
#include "log/tree.h"
#include "vault/tiles.h"

#define LEVELS 8 /* C2SP tlog-tiles: tiles of 256, 64-bit sizes */
#define ENTRY_LEN (2 + PB_LEAF_LEN)
#define FILE_MAX (PB_TILE_WIDTH * ENTRY_LEN)

/*
 * hashes[l] holds the roots of the full subtrees of 256^l leaves seen so far;
 * above 0 they are made at the end.  gap: leaves are missing from there on.
 */
struct pb_published {
	const struct pb_files *files; /* borrowed */
	char *dir;
	struct pb_verification *v; /* borrowed */
	bool has_note;
	struct pb_buf note;
	struct pb_tilelist tiles;
	struct pb_buf hashes[LEVELS];
	bool gap;
};

static const char what[] = N_("read what was published");

/* ---- before the vault is read --------------------------------------------------------------- */

static enum pb_status
read_note(struct pb_published *published, struct pb_error *err)
{
	enum pb_status status =
	    pb_tiles_checkpoint(published->files, published->dir, &published->note, err);

	published->has_note = status == PB_OK;
	if (status == PB_ELIMIT || status == PB_ECORRUPT)
		pb_verification_find(published->v, PB_CHECK_CHECKPOINT, PB_INVALID, PB_NO_SEQ,
		    "published_malformed", N_("The published checkpoint cannot be read."), "%s",
		    "log/checkpoint");
	return status == PB_ENOENT || status == PB_ELIMIT || status == PB_ECORRUPT ? PB_OK : status;
}

enum pb_status
pb_published_new(const struct pb_files *files, const char *dir, struct pb_verification *v,
    struct pb_published **ret_published, struct pb_error *err)
{
	struct pb_published *published = calloc(1, sizeof(*published));
	enum pb_status status;

	if (published == NULL || (published->dir = strdup(dir)) == NULL) {
		free(published);
		return pb_fail_memory(err, what);
	}
	published->files = files;
	published->v = v;
	status = read_note(published, err);
	if (status == PB_OK)
		status = pb_tilelist_read(files, dir, v, &published->tiles, err);
	if (status != PB_OK) {
		pb_published_free(published);
		return status;
	}
	*ret_published = published;
	return PB_OK;
}

const struct pb_buf *
pb_published_note(const struct pb_published *published)
{
	return published->has_note ? &published->note : NULL;
}

/* ---- while it is read ----------------------------------------------------------------------- */

static uint64_t
count(const struct pb_published *published, unsigned level)
{
	return published->hashes[level].len / PB_DIGEST_LEN;
}

enum pb_status
pb_published_leaf(void *ctx, uint64_t seq, const uint8_t leaf[PB_LEAF_LEN],
    const uint8_t leaf_hash[PB_DIGEST_LEN], struct pb_error *err)
{
	struct pb_published *published = ctx;

	(void)leaf; /* an entry bundle is held against its hash */
	if (seq != count(published, 0))
		published->gap = true;
	if (published->gap)
		return PB_OK;
	if (pb_buf_append(&published->hashes[0], leaf_hash, PB_DIGEST_LEN) != PB_OK)
		return pb_fail_memory(err, what);
	return PB_OK;
}

/* ---- after it was read ---------------------------------------------------------------------- */

static enum pb_status
make_levels(struct pb_published *published, struct pb_error *err)
{
	uint8_t root[PB_DIGEST_LEN];

	for (unsigned level = 1; level < LEVELS; level++) {
		const uint8_t *below = published->hashes[level - 1].data;
		uint64_t full = count(published, level - 1) / PB_TILE_WIDTH;

		for (uint64_t i = 0; i < full; i++) {
			pb_tree_root_of(
			    below + i * PB_TILE_WIDTH * PB_DIGEST_LEN, PB_TILE_WIDTH, root);
			if (pb_buf_append(&published->hashes[level], root, sizeof(root)) != PB_OK)
				return pb_fail_memory(err, what);
		}
	}
	return PB_OK;
}

static bool
entries_right(const struct pb_buf *bytes, const uint8_t *expected, unsigned width)
{
	uint8_t hash[PB_DIGEST_LEN];

	if (bytes->len != (size_t)width * ENTRY_LEN)
		return false;
	for (unsigned i = 0; i < width; i++) {
		const uint8_t *entry = bytes->data + (size_t)i * ENTRY_LEN;

		pb_tree_leaf_hash(entry + 2, PB_LEAF_LEN, hash);
		if (pb_get_u16(entry) != PB_LEAF_LEN ||
		    memcmp(hash, expected + (size_t)i * PB_DIGEST_LEN, sizeof(hash)) != 0)
			return false;
	}
	return true;
}

static bool
hashes_right(const struct pb_buf *bytes, const uint8_t *expected, unsigned width)
{
	size_t len = (size_t)width * PB_DIGEST_LEN;

	return bytes->len == len && memcmp(bytes->data, expected, len) == 0;
}

static void
find(struct pb_published *published, const struct pb_tile *tile, enum pb_verdict weight,
    const char *code, const char *text)
{
	char relative[PB_TILE_PATH_MAX];

	pb_tile_path(tile, relative);
	pb_verification_find(
	    published->v, PB_CHECK_FILES, weight, PB_NO_SEQ, code, text, "log/%s", relative);
}

/* What its records give for a tile; NULL if the vault does not reach so far. */
static const uint8_t *
expectation(const struct pb_published *published, const struct pb_tile *tile)
{
	uint64_t there = count(published, tile->level);

	if (tile->width > there || tile->index > (there - tile->width) / PB_TILE_WIDTH)
		return NULL;
	return published->hashes[tile->level].data + tile->index * PB_TILE_WIDTH * PB_DIGEST_LEN;
}

static void
find_beyond(struct pb_published *published, const struct pb_tile *tile)
{
	if (published->gap)
		find(published, tile, PB_INDETERMINATE, "tile_not_comparable",
		    N_("This tile cannot be compared, because records before it are missing."));
	else
		find(published, tile, PB_INVALID, "tile_beyond",
		    N_("This tile was published of records that the vault does not hold."));
}

/* A writer may replace partial tiles by a full one meanwhile: what is gone is not wrong. */
static enum pb_status
check_tile(struct pb_published *published, const struct pb_tile *tile, struct pb_buf *bytes,
    struct pb_error *err)
{
	const uint8_t *expected = expectation(published, tile);
	char relative[PB_TILE_PATH_MAX];
	struct pb_path path;
	enum pb_status status;
	bool right;

	pb_verification_looked(published->v, PB_CHECK_FILES);
	if (expected == NULL) {
		find_beyond(published, tile);
		return PB_OK;
	}
	pb_tile_path(tile, relative);
	pb_buf_clear(bytes);
	status = pb_path_make(&path, published->dir, PB_DIR_LOG, relative, err);
	if (status == PB_OK)
		status = pb_io_read_regular(published->files, path.text, FILE_MAX, bytes, err);
	if (status == PB_ENOENT)
		return PB_OK;
	if (status != PB_OK && status != PB_ELIMIT && status != PB_ECORRUPT)
		return status;
	right = status == PB_OK && (tile->entries ? entries_right(bytes, expected, tile->width)
						  : hashes_right(bytes, expected, tile->width));
	if (!right)
		find(published, tile, PB_INVALID, "tile_differs",
		    N_("This tile is not what the records of the vault give."));
	return PB_OK;
}

/* The tile itself, or the full one that has replaced it since (C2SP tlog-tiles). */
static void
need(struct pb_published *published, const struct pb_tile *tile)
{
	struct pb_tile full = *tile;

	full.width = PB_TILE_WIDTH;
	if (!pb_tilelist_has(&published->tiles, tile) && !pb_tilelist_has(&published->tiles, &full))
		find(published, tile, PB_INVALID, "tile_missing",
		    N_("This tile is missing, though the published checkpoint needs it."));
}

/* Does the published checkpoint have its tiles?  One that covers too much was found already. */
static void
need_tiles(struct pb_published *published, uint64_t size)
{
	struct pb_tile tile;

	if (size > count(published, 0))
		return;
	for (unsigned level = 0; level < LEVELS; level++)
		for (uint64_t i = 0; i < pb_tile_count(level, size); i++) {
			tile = (struct pb_tile){
				.level = level, .index = i, .width = pb_tile_width(level, i, size)
			};
			need(published, &tile);
			tile.entries = true;
			if (level == 0)
				need(published, &tile);
		}
}

/* How much the published checkpoint covers; false if it does not say. */
static bool
published_size(const struct pb_published *published, uint64_t *ret_size)
{
	struct pb_note *note = malloc(sizeof(*note));
	struct pb_checkpoint checkpoint;
	bool read = note != NULL && published->has_note &&
		    pb_note_parse(published->note.data, published->note.len, note, NULL) == PB_OK &&
		    pb_checkpoint_parse(note, &checkpoint, NULL) == PB_OK;

	free(note);
	if (read)
		*ret_size = checkpoint.size;
	return read;
}

enum pb_status
pb_published_end(struct pb_published *published, struct pb_error *err)
{
	struct pb_buf bytes = PB_BUF_EMPTY;
	size_t tiles = pb_tilelist_count(&published->tiles);
	enum pb_status status = make_levels(published, err);
	uint64_t size;

	for (size_t i = 0; status == PB_OK && i < tiles; i++)
		status = check_tile(published, pb_tilelist_at(&published->tiles, i), &bytes, err);
	pb_buf_done(&bytes);
	if (status != PB_OK)
		return status;
	if (published_size(published, &size))
		need_tiles(published, size);
	else if (!published->has_note && tiles > 0)
		pb_verification_find(published->v, PB_CHECK_FILES, PB_INDETERMINATE, PB_NO_SEQ,
		    "published_missing",
		    N_("There are tiles, but no published checkpoint: publishing was cut short, or "
		       "the checkpoint was removed."),
		    "%s", "log/checkpoint");
	return PB_OK;
}

void
pb_published_free(struct pb_published *published)
{
	if (published == NULL)
		return;
	for (unsigned level = 0; level < LEVELS; level++)
		pb_buf_done(&published->hashes[level]);
	pb_tilelist_done(&published->tiles);
	pb_buf_done(&published->note);
	free(published->dir);
	free(published);
}
