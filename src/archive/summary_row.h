/* The row of a record as it is sealed in its summary (FORMAT 6.2), and its words for the index. */
#ifndef PB_ARCHIVE_SUMMARY_ROW_H
#define PB_ARCHIVE_SUMMARY_ROW_H

#include "core/json.h"
#include "index/shelves.h"
#include "record/leaf.h"
#include "view/viewer.h"

/* What is known of a record when its row is made; all is borrowed. */
struct pb_summary_row {
	const struct pb_leaf *leaf;
	const struct pb_json *facts;     /* NULL: they cannot be read */
	const struct pb_buf *facts_text; /* the same as they stand; of an observation */
	bool message;
	uint64_t size; /* of the message */
	uint8_t sha256[PB_DIGEST_LEN];
	enum pb_view_state state;       /* of a message */
	const struct pb_buf *view_text; /* JSON, as the viewer gave it; PB_VIEW_MADE */
	const struct pb_json *view;     /* the same, parsed */
};

/*
 * {"direction":"...","source":"...","size":N,"sha256":hex,"state":"made"|...,"view":{...}} of a
 * message, {"event":"..."} of another record; the facts of an observation.  PB_ENOMEM.
 */
enum pb_status pb_summary_row_write(
    const struct pb_summary_row *row, struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;

/* Its row and its words; text: of its text parts; NULL: they are not indexed. */
enum pb_status pb_summary_row_index(const struct pb_summary_row *row, const struct pb_buf *text,
    struct pb_index_builder *builder, struct pb_error *err) PB_MUST_CHECK;

#endif
