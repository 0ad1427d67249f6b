/*
 * The head: where the log ends, and all that the next commit builds on.  Its
 * derived copy on disk, the frontier file, makes opening cost the same at any size.
 */
#ifndef PB_ARCHIVE_HEAD_H
#define PB_ARCHIVE_HEAD_H

#include "archive/place.h"
#include "core/buf.h"
#include "core/world.h"
#include "log/checkpoint.h"
#include "log/tree.h"
#include "vault/segment.h"

#define PB_HEAD_MARKS 64

/* Some commits of the open segment, so that its records are found without reading all before. */
struct pb_head_marks {
	uint64_t step; /* records between two, at least */
	uint64_t count;
	struct {
		uint64_t seq;    /* of the record that follows */
		uint64_t offset; /* and where */
	} at[PB_HEAD_MARKS];
};

struct pb_head {
	struct pb_tree tree;         /* tree.size: records */
	uint8_t prev[PB_DIGEST_LEN]; /* SHA3-256 of the last leaf; of the origin for size 0 */
	uint64_t time_s;             /* of the last leaf */
	char segment[PB_SEGMENT_NAME_LEN + 1]; /* that holds the last commit; "" for size 0 */
	uint64_t segment_records;              /* in it */
	uint64_t checkpoint_offset;            /* of its last 'C' */
	uint64_t end;                          /* offset behind that */
	struct pb_head_marks marks;            /* hints, like the next */
	struct pb_place stamped;               /* a token over this is behind it */
};

/* The head of an empty log. */
void pb_head_init(struct pb_head *head, const char *origin);

/* Its own place. */
struct pb_place pb_head_here(const struct pb_head *head);

/* A commit ended here, in the segment of that name: the head's own from now on. */
void pb_head_mark(struct pb_head *head, const char *segment);

/* What a checkpoint of this head says.  origin is at most PB_LIMIT_ORIGIN bytes. */
void pb_head_checkpoint(
    const struct pb_head *head, const char *origin, struct pb_checkpoint *ret_checkpoint);

/*
 * The frontier file: "PBFRONT2" || fields || SHA-256 of all before.  Written by
 * rename without a sync: torn or old, it is found out and made again.
 */
enum pb_status pb_head_save(const struct pb_head *head, const struct pb_files *files,
    const char *dir, struct pb_error *err) PB_MUST_CHECK;

/*
 * PB_ENOENT: there is none, or it does not read as one (then replay starts at
 * the beginning).  Whether the vault still agrees is for replay to see.
 */
enum pb_status pb_head_load(const struct pb_files *files, const char *dir, struct pb_head *ret_head,
    struct pb_error *err) PB_MUST_CHECK;

#endif
