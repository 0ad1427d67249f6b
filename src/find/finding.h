/* A search, as the files of this room see it. */
#ifndef PB_FIND_FINDING_H
#define PB_FIND_FINDING_H

#include "archive/index_file.h"
#include "archive/reading.h"
#include "find/find.h"
#include "find/rows.h"
#include "vault/frames.h"
#include "view/viewer.h"

/* One segment; the file of its index is opened anew for each query. */
struct pb_find_segment {
	char stem[PB_CATALOG_STEM_LEN + 1];
	struct pb_index_file file; /* index NULL: there is none */
	uint64_t tail, end;        /* records that no index covers: tail to end - 1 */
	bool messages;             /* some of them are messages */
};

struct pb_find {
	const struct pb_archive *archive; /* borrowed, and so are the next two */
	struct pb_catalog *catalog;
	const char *program;
	struct pb_find_segment *segment;
	size_t count, room;
	struct pb_find_standing standing;
	/* To look into messages; made when the first is. */
	struct pb_rows *rows;
	struct pb_reading *reading;
	struct pb_viewer *viewer;
	struct pb_buf message, view, body;
	struct pb_buf field[PB_INDEX_FIELDS];
};

/* Add the records of a segment that no index covers and that a query without words admits. */
enum pb_status pb_find_tail(struct pb_find *find, const struct pb_find_segment *segment,
    const struct pb_query *query, struct pb_buf *matches, struct pb_error *err) PB_MUST_CHECK;

/* How many messages the vault has of a segment from `seq` on. */
enum pb_status pb_find_tail_count(struct pb_find *find, struct pb_frames *frames,
    const struct pb_catalog_segment *segment, uint64_t seq, uint64_t *ret_messages,
    struct pb_error *err) PB_MUST_CHECK;

/* PB_ECORRUPT: the catalog says of this record, or of its segment, what the vault does not. */
enum pb_status pb_find_damaged(uint64_t seq, struct pb_error *err);

/* Does this record match?  Statuses as pb_found_next; PB_EDATA: its message can't be looked into.
 */
enum pb_status pb_find_look(struct pb_find *find, const struct pb_query *query, uint64_t seq,
    bool *ret_match, struct pb_error *err) PB_MUST_CHECK;

#endif
