/* An anchor with a token, as an export needs it (FORMAT 2.2, 5.3). */
#ifndef PB_ARCHIVE_EXPORT_ANCHOR_H
#define PB_ARCHIVE_EXPORT_ANCHOR_H

#include "archive/reading.h"
#include "bundle/package.h"
#include "core/limits.h"

/* A token of stamps/. */
struct pb_export_stamp {
	uint64_t seq;  /* of its anchor */
	uint64_t size; /* of the checkpoint that it is over */
	int64_t gen_time_us;
	bool has_accuracy;
	uint64_t accuracy_us;
	bool local;
	bool qualified; /* states so */
	char tsa[64];   /* the archive's name for the authority; terminal-safe */
};

/* Where the objects of an anchor go. */
struct pb_export_object {
	struct pb_package_name name;
	uint8_t part;
};

struct pb_export_anchor {
	bool has_token; /* else it states a gap, or its end, and nothing below is known */
	struct pb_export_stamp stamp;
	struct pb_export_object object[PB_LIMIT_PARTS];
	size_t object_count;
};

/*
 * Read record seq, of type 12.  *ret_opened is borrowed until the next record of
 * `reading`.  PB_ECORRUPT: it is not what its leaf commits to, or no anchor as FORMAT 2.2 says.
 */
enum pb_status pb_export_anchor_read(struct pb_reading *reading, uint64_t seq,
    struct pb_export_anchor *ret_anchor, struct pb_opened **ret_opened,
    struct pb_error *err) PB_MUST_CHECK;

/* Ascending by size, then seq: the order of stamps/.  For qsort. */
int pb_export_stamp_compare(const void *a, const void *b);

#endif
