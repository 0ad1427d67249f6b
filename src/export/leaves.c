#include "export/leaves.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/destroy.h"
#include "archive/paths.h"
#include "archive/walk.h"
#include "core/error.h"
#include "core/io.h"
#include "log/chain.h"
#include "record/types.h"

#define LEVELS 64
#define BLOCK 32 /* items of a block: leaves, or hashes of one level */
#define BLOCKS 8 /* of a level, that are kept */

/* Where a block of items stands in memory; `index` is its number + 1, or 0 if it is empty. */
struct block {
	uint64_t index;
	uint8_t bytes[BLOCK * PB_LEAF_LEN];
};

/*
 * The file: `size` leaves, then for each level from 1 the hashes of its full subtrees, level
 * behind level.  A proof for one record after the other reads the same blocks again
 * and again, so a few of each level are kept.
 */
struct pb_export_leaves {
	const struct pb_files *files;
	int fd;
	uint64_t size;
	uint64_t count;          /* leaves so far */
	struct pb_buf anchors;   /* uint64_t each */
	struct pb_buf destroyed; /* struct pb_export_destroyed each, with its runs */
	struct pb_tree_reader reader;
	struct {
		uint64_t start;              /* offset in the file */
		uint64_t written;            /* items in the file */
		struct pb_buf waiting;       /* items that are not */
		uint8_t last[PB_DIGEST_LEN]; /* the left one of a pair whose right one is to come */
		struct block *kept;          /* BLOCKS of them; made when the level is first read */
	} level[LEVELS];
};

static const char READING[] = N_("read the log");
static const char SPOOL[] = "tmp";

static size_t
item_len(unsigned level)
{
	return level == 0 ? PB_LEAF_LEN : PB_DIGEST_LEN;
}

/* ---- making --------------------------------------------------------------------------------- */

static enum pb_status
flush_level(struct pb_export_leaves *leaves, unsigned level, struct pb_error *err)
{
	struct pb_buf *waiting = &leaves->level[level].waiting;
	uint64_t offset =
	    leaves->level[level].start + leaves->level[level].written * item_len(level);
	enum pb_status status;

	if (waiting->len == 0)
		return PB_OK;
	status = pb_io_pwrite(
	    leaves->files, leaves->fd, SPOOL, waiting->data, waiting->len, offset, err);
	leaves->level[level].written += waiting->len / item_len(level);
	pb_buf_clear(waiting);
	return status;
}

static enum pb_status
add_item(struct pb_export_leaves *leaves, unsigned level, const uint8_t *item, struct pb_error *err)
{
	struct pb_buf *waiting = &leaves->level[level].waiting;

	if (pb_buf_append(waiting, item, item_len(level)) != PB_OK)
		return pb_fail_memory(err, READING);
	/* Higher levels grow slowly; their room stays small. */
	return waiting->len < 8 * BLOCK * item_len(level) ? PB_OK : flush_level(leaves, level, err);
}

/* Like adding one in binary: each pair that is full is an item of the level above. */
static enum pb_status
add_leaf(struct pb_export_leaves *leaves, const uint8_t leaf[PB_LEAF_LEN], struct pb_error *err)
{
	enum pb_status status = add_item(leaves, 0, leaf, err);
	uint8_t hash[PB_DIGEST_LEN];
	unsigned level = 0;

	pb_tree_leaf_hash(leaf, PB_LEAF_LEN, hash);
	while (status == PB_OK && leaves->count >> level & 1) {
		pb_tree_node_hash(leaves->level[level].last, hash, hash);
		status = add_item(leaves, ++level, hash, err);
	}
	memcpy(leaves->level[level].last, hash, sizeof(hash));
	leaves->count++;
	return status;
}

static enum pb_status
add_destroyed(struct pb_export_leaves *leaves, const struct pb_walk *walk,
    const struct pb_frame *frame, uint64_t seq, struct pb_error *err)
{
	struct pb_export_destroyed destroyed = { .by = seq };
	enum pb_status status = pb_destroy_read(pb_walk_frames(walk), frame, &destroyed.runs, err);

	if (status != PB_OK)
		return status;
	if (pb_buf_append(&leaves->destroyed, &destroyed, sizeof(destroyed)) == PB_OK)
		return PB_OK;
	pb_runs_done(&destroyed.runs);
	return pb_fail_memory(err, READING);
}

static enum pb_status
read_vault(struct pb_export_leaves *leaves, struct pb_walk *walk, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	struct pb_frame frame;
	struct pb_leaf leaf;
	uint64_t seq, slot;

	for (seq = 0; status == PB_OK && seq < leaves->size; seq++) {
		status = pb_walk_record(walk, seq, &frame, &slot, err);
		if (status != PB_OK)
			break;
		if (pb_leaf_decode(frame.leaf, &leaf) != PB_LEAF_SOUND || leaf.seq != seq)
			return pb_fail(err, PB_ECORRUPT, READING,
			    N_("a leaf is not the one that should stand there"), "%" PRIu64, seq);
		status = add_leaf(leaves, frame.leaf, err);
		if (status == PB_OK && leaf.type == PB_RECORD_ANCHOR &&
		    pb_buf_append(&leaves->anchors, &seq, sizeof(seq)) != PB_OK)
			status = pb_fail_memory(err, READING);
		if (status == PB_OK && leaf.type == PB_RECORD_DESTRUCTION)
			status = add_destroyed(leaves, walk, &frame, seq, err);
	}
	for (unsigned level = 0; status == PB_OK && level < LEVELS; level++)
		status = flush_level(leaves, level, err);
	return status;
}

/* ---- reading -------------------------------------------------------------------------------- */

static enum pb_status
load_block(struct pb_export_leaves *leaves, unsigned level, struct block *block, uint64_t number,
    struct pb_error *err)
{
	size_t len = item_len(level), got;
	enum pb_status status;

	block->index = 0;
	status = pb_io_pread(leaves->files, leaves->fd, SPOOL, block->bytes, BLOCK * len,
	    leaves->level[level].start + number * BLOCK * len, &got, err);
	if (status == PB_OK)
		block->index = number + 1;
	return status;
}

/* Borrowed until the next call. */
static enum pb_status
item(struct pb_export_leaves *leaves, unsigned level, uint64_t index, const uint8_t **ret_item,
    struct pb_error *err)
{
	struct block **kept = &leaves->level[level].kept, *block;
	uint64_t number = index / BLOCK;
	enum pb_status status = PB_OK;

	pb_assert(index < leaves->size >> level);
	if (*kept == NULL && (*kept = calloc(BLOCKS, sizeof(**kept))) == NULL)
		return pb_fail_memory(err, READING);
	block = &(*kept)[number % BLOCKS];
	if (block->index != number + 1)
		status = load_block(leaves, level, block, number, err);
	if (status == PB_OK)
		*ret_item = block->bytes + index % BLOCK * item_len(level);
	return status;
}

static enum pb_status
read_node(
    void *ctx, unsigned level, uint64_t index, uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	const uint8_t *bytes = NULL;
	enum pb_status status = item(ctx, level, index, &bytes, err);

	if (status != PB_OK)
		return status;
	if (level == 0)
		pb_tree_leaf_hash(bytes, PB_LEAF_LEN, out);
	else
		memcpy(out, bytes, PB_DIGEST_LEN);
	return PB_OK;
}

enum pb_status
pb_export_leaves_new(const struct pb_files *files, const char *dir, uint64_t size,
    struct pb_export_leaves **ret_leaves, struct pb_error *err)
{
	struct pb_export_leaves *leaves = calloc(1, sizeof(*leaves));
	uint64_t start = size * PB_LEAF_LEN;
	struct pb_walk *walk = NULL;
	struct pb_path tmp;
	enum pb_status status;

	if (leaves == NULL)
		return pb_fail_memory(err, READING);
	leaves->files = files;
	leaves->size = size;
	leaves->reader = (struct pb_tree_reader){ leaves, read_node };
	for (unsigned level = 1; level < LEVELS; level++) {
		leaves->level[level].start = start;
		start += (size >> level) * PB_DIGEST_LEN;
	}
	leaves->fd = -1;
	status = pb_path_make(&tmp, dir, PB_DIR_TMP, NULL, err);
	if (status == PB_OK) {
		leaves->fd = files->open_unnamed(files->ctx, tmp.text);
		if (leaves->fd < 0)
			status = pb_fail_sys(
			    err, leaves->fd, N_("make a file without a name"), "%s", tmp.text);
	}
	if (status == PB_OK)
		status = pb_walk_new(files, dir, &walk, err);
	if (status == PB_OK)
		status = read_vault(leaves, walk, err);
	pb_walk_free(walk);
	if (status != PB_OK) {
		pb_export_leaves_free(leaves);
		return status;
	}
	*ret_leaves = leaves;
	return PB_OK;
}

uint64_t
pb_export_leaves_size(const struct pb_export_leaves *leaves)
{
	return leaves->size;
}

enum pb_status
pb_export_leaves_read(struct pb_export_leaves *leaves, uint64_t first, size_t count, uint8_t *out,
    struct pb_error *err)
{
	pb_assert(first <= leaves->size && count <= leaves->size - first);
	return pb_io_pread_exact(
	    leaves->files, leaves->fd, SPOOL, out, count * PB_LEAF_LEN, first * PB_LEAF_LEN, err);
}

const uint64_t *
pb_export_leaves_anchors(const struct pb_export_leaves *leaves, size_t *ret_count)
{
	*ret_count = leaves->anchors.len / sizeof(uint64_t);
	return (const uint64_t *)(const void *)leaves->anchors.data;
}

const struct pb_export_destroyed *
pb_export_leaves_destroyed(const struct pb_export_leaves *leaves, size_t *ret_count)
{
	*ret_count = leaves->destroyed.len / sizeof(struct pb_export_destroyed);
	return (const struct pb_export_destroyed *)(const void *)leaves->destroyed.data;
}

const struct pb_tree_reader *
pb_export_leaves_tree(const struct pb_export_leaves *leaves)
{
	return &leaves->reader;
}

enum pb_status
pb_export_leaves_agree(struct pb_export_leaves *leaves, const struct pb_checkpoint *checkpoint,
    bool *ret_agree, struct pb_error *err)
{
	struct pb_tree tree = { .size = checkpoint->size };
	uint8_t root[PB_DIGEST_LEN], head[PB_DIGEST_LEN], leaf[PB_LEAF_LEN];
	enum pb_status status = PB_OK;

	*ret_agree = false;
	if (checkpoint->size == 0 || checkpoint->size > leaves->size)
		return PB_OK;
	for (unsigned level = 0; status == PB_OK && level < LEVELS; level++)
		if (tree.size >> level & 1)
			status = read_node(
			    leaves, level, (tree.size >> level) - 1, tree.node[level], err);
	if (status == PB_OK)
		status = pb_export_leaves_read(leaves, tree.size - 1, 1, leaf, err);
	if (status != PB_OK)
		return status;
	pb_tree_root(&tree, root);
	pb_chain_next(leaf, head);
	*ret_agree = memcmp(root, checkpoint->root, sizeof(root)) == 0 &&
		     memcmp(head, checkpoint->head, sizeof(head)) == 0;
	return PB_OK;
}

void
pb_export_leaves_free(struct pb_export_leaves *leaves)
{
	struct pb_export_destroyed *destroyed;

	if (leaves == NULL)
		return;
	destroyed = (struct pb_export_destroyed *)(void *)leaves->destroyed.data;
	for (size_t i = 0; i < leaves->destroyed.len / sizeof(*destroyed); i++)
		pb_runs_done(&destroyed[i].runs);
	pb_buf_done(&leaves->destroyed);
	for (unsigned level = 0; level < LEVELS; level++) {
		pb_buf_done(&leaves->level[level].waiting);
		free(leaves->level[level].kept);
	}
	pb_buf_done(&leaves->anchors);
	pb_io_close(leaves->files, &leaves->fd);
	free(leaves);
}
