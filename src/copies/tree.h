/*
 * A copy in a directory (FORMAT 7.1): only what was appended is written, what stands there is never
 * overwritten but for slots that became zeros, and in the end all of it is read back from the
 * medium, beside the archive.
 */
#ifndef PB_COPIES_TREE_H
#define PB_COPIES_TREE_H

#include "copies/source.h"

struct pb_tree_copy;

/*
 * dir: there.  anew: it must be empty; else it may hold a copy of this log.  PB_EEXIST:
 * something else stands there.  Borrows files; copies dir.
 */
enum pb_status pb_tree_copy_new(const struct pb_files *files, const char *dir, const char *origin,
    bool anew, struct pb_tree_copy **ret_tree, struct pb_error *err) PB_MUST_CHECK;
const struct pb_copy_sink *pb_tree_copy_sink(const struct pb_tree_copy *tree); /* borrowed */

struct pb_tree_copied {
	uint64_t written; /* octets */
	uint64_t erased;  /* slots that became zeros */
	uint64_t read;    /* octets that were compared */
};

/*
 * Carry over what was destroyed, compare, then SHA256SUMS and backup.json.  PB_ECORRUPT: what
 * stands there is not what the archive holds.
 */
enum pb_status pb_tree_copy_end(struct pb_tree_copy *tree, struct pb_tree_copied *ret_copied,
    struct pb_error *err) PB_MUST_CHECK;
void pb_tree_copy_free(struct pb_tree_copy *tree); /* NULL is fine */

#endif
