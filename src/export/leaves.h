/*
 * The leaves of the log with the tree over them, for an export: read from the vault
 * in one pass into a file without a name, so that proofs need neither memory nor the
 * published tiles, which are derived and may be missing.
 */
#ifndef PB_EXPORT_LEAVES_H
#define PB_EXPORT_LEAVES_H

#include "core/runs.h"
#include "core/world.h"
#include "log/checkpoint.h"
#include "log/tree.h"
#include "record/leaf.h"

struct pb_export_leaves;

/*
 * The first `size` leaves of the archive at dir.  192 bytes a record in <dir>/tmp, and
 * 8 of memory an anchor.  PB_ECORRUPT: a leaf is not the one of its number, or a record of
 * type 8 cannot be read.  Borrows files.
 */
enum pb_status pb_export_leaves_new(const struct pb_files *files, const char *dir, uint64_t size,
    struct pb_export_leaves **ret_leaves, struct pb_error *err) PB_MUST_CHECK;

uint64_t pb_export_leaves_size(const struct pb_export_leaves *leaves);

/* The leaves first .. first + count - 1, as they stand. */
enum pb_status pb_export_leaves_read(struct pb_export_leaves *leaves, uint64_t first, size_t count,
    uint8_t *out, struct pb_error *err) PB_MUST_CHECK;

/* The seqs of the records of type 12, ascending; borrowed. */
const uint64_t *pb_export_leaves_anchors(const struct pb_export_leaves *leaves, size_t *ret_count);

/* What each record of type 8 destroyed, ascending by its seq; borrowed. */
struct pb_export_destroyed {
	uint64_t by;
	struct pb_runs runs;
};
const struct pb_export_destroyed *pb_export_leaves_destroyed(
    const struct pb_export_leaves *leaves, size_t *ret_count);

/* For proofs; borrowed. */
const struct pb_tree_reader *pb_export_leaves_tree(const struct pb_export_leaves *leaves);

/* Are root and head of a checkpoint those of the leaves at its size?  Not if there are fewer. */
enum pb_status pb_export_leaves_agree(struct pb_export_leaves *leaves,
    const struct pb_checkpoint *checkpoint, bool *ret_agree, struct pb_error *err) PB_MUST_CHECK;

void pb_export_leaves_free(struct pb_export_leaves *leaves); /* NULL is fine */

#endif
