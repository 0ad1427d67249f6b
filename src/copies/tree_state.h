/* What a copy into a directory remembers from file to file; for the files named tree alone. */
#ifndef PB_COPIES_TREE_STATE_H
#define PB_COPIES_TREE_STATE_H

#include "archive/paths.h"
#include "copies/tree.h"
#include "core/buf.h"
#include "core/runs.h"

struct pb_tree_item {
	char *path;
	char *source; /* NULL: sha256 says what it is */
	enum pb_copied_kind kind;
	uint64_t len;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_runs erase; /* slots that are to become zeros */
};

struct pb_tree_copy {
	const struct pb_files *files;
	const char *archive;
	const struct pb_founded *founded;
	char *dir;
	uint64_t size; /* records of what is copied; known at its end */
	struct pb_copy_sink sink;
	struct pb_digest *sha256;
	struct pb_tree_item *item;
	size_t count, cap;
	struct pb_buf facts; /* backup.json, written last */
	struct pb_buf sums;
	struct pb_tree_copied copied;
};

/* What is new of a file that only grows; slots that became zeros are noted in the item. */
enum pb_status pb_tree_copy_append(struct pb_tree_copy *tree, const struct pb_copied *file,
    struct pb_tree_item *item, struct pb_error *err) PB_MUST_CHECK;
/* PB_ECORRUPT: a copy stands there whose log the archive does not continue. */
enum pb_status pb_tree_copy_continues(
    const struct pb_tree_copy *tree, struct pb_error *err) PB_MUST_CHECK;
/*
 * The slots that became zeros, durably, as the log says.  PB_ECORRUPT: of one of them it does not;
 * nothing was erased.
 */
enum pb_status pb_tree_copy_erase(struct pb_tree_copy *tree, struct pb_error *err) PB_MUST_CHECK;
/* No key of a former reader stays, while others open what it opens. */
enum pb_status pb_tree_copy_forget(struct pb_tree_copy *tree, struct pb_error *err) PB_MUST_CHECK;
/* Read all of it back from the medium, beside what it is a copy of; its sums. */
enum pb_status pb_tree_copy_compare(struct pb_tree_copy *tree, struct pb_error *err) PB_MUST_CHECK;

#endif
