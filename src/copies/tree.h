/*
 * A copy in a directory (FORMAT 7.1): only what was appended is written, what stands there is never
 * overwritten but for slots that became zeros, and in the end all of it is read back from the
 * medium, beside the archive.
 */
#ifndef PB_COPIES_TREE_H
#define PB_COPIES_TREE_H

#include "archive/founding.h"
#include "copies/source.h"

struct pb_tree_copy;

/*
 * dir: there.  archive: what is copied.  anew: dir must be empty; else it may hold a copy of an
 * earlier state of this log.  PB_EEXIST: something else stands there; PB_ECORRUPT: a copy that this
 * archive does not continue.  Borrows files, archive and founded; copies dir.
 */
enum pb_status pb_tree_copy_new(const struct pb_files *files, const char *dir, const char *archive,
    const struct pb_founded *founded, bool anew, struct pb_tree_copy **ret_tree,
    struct pb_error *err) PB_MUST_CHECK;
const struct pb_copy_sink *pb_tree_copy_sink(const struct pb_tree_copy *tree); /* borrowed */

struct pb_tree_copied {
	uint64_t written; /* octets */
	uint64_t erased;  /* slots that became zeros */
	uint64_t read;    /* octets that were compared */
};

/*
 * Carry over what the log says is destroyed, compare, then SHA256SUMS and backup.json. PB_ECORRUPT:
 * what stands there is not what the archive holds.
 */
enum pb_status pb_tree_copy_end(struct pb_tree_copy *tree, struct pb_tree_copied *ret_copied,
    struct pb_error *err) PB_MUST_CHECK;
void pb_tree_copy_free(struct pb_tree_copy *tree); /* NULL is fine */

#endif
