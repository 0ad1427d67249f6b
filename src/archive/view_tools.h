/* Within the room: what a thread works with when it views a segment, and what it seals. */
#ifndef PB_ARCHIVE_VIEW_TOOLS_H
#define PB_ARCHIVE_VIEW_TOOLS_H

#include "archive/marker.h"
#include "archive/summary_row.h"
#include "archive/view_open.h"
#include "archive/view_segment.h"
#include "catalog/summary.h"

/* Summaries go into the catalog so many, or so many octets, at a time. */
#define BATCH_ROWS 512
#define BATCH_LEN ((size_t)2 * 1024 * 1024)

struct pb_view_tools {
	const struct pb_world *world;
	char *dir;
	char *origin;
	const struct pb_views_shared *shared;
	struct pb_viewer *viewer;
	struct pb_opener *opener;
	struct pb_summarizer *summarizer;
	struct pb_marker *marker;
	struct pb_view_record record;
	struct pb_buf view, text, row;
	struct pb_buf batch; /* sealed summaries, one behind the other */
	uint64_t batch_seq[BATCH_ROWS];
	size_t batch_len[BATCH_ROWS];
	size_t batch_count;
	struct pb_buf marks;    /* struct pb_marks, of the same batch */
	struct pb_buf observed; /* struct pb_observed */
};

/* Forget the batch. */
void pb_view_tools_empty(struct pb_view_tools *tools);

/* Seal the row of the record at hand into the batch. */
enum pb_status pb_view_tools_seal(struct pb_view_tools *tools, const struct pb_summary_row *row,
    struct pb_error *err) PB_MUST_CHECK;

/* What the record at hand is joined by: of a message its marks, of an observation what it names. */
enum pb_status pb_view_tools_join(
    struct pb_view_tools *tools, const struct pb_json *view, struct pb_error *err) PB_MUST_CHECK;

bool pb_view_tools_full(const struct pb_view_tools *tools);

/* The batch, and how far the segment is, into the catalog: one transaction.  The batch is empty
 * then. */
enum pb_status pb_view_tools_put(struct pb_view_tools *tools,
    const struct pb_catalog_segment *segment, struct pb_error *err) PB_MUST_CHECK;

#endif
