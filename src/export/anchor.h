/* An anchor with a token, as an export needs it (FORMAT 2.2, 5.3). */
#ifndef PB_EXPORT_ANCHOR_H
#define PB_EXPORT_ANCHOR_H

#include "archive/reading.h"
#include "bundle/package.h"
#include "core/limits.h"
#include "dossier/dossier.h"

/* Where the objects of an anchor go. */
struct pb_export_object {
	struct pb_package_name name;
	uint8_t part;
};

struct pb_export_anchor {
	bool has_token; /* else it states a gap, or its end, and nothing below is known */
	struct pb_dossier_stamp stamp;
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
