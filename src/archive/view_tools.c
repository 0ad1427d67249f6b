#include "archive/view_tools.h"

#include <stdlib.h>
#include <string.h>

#include "archive/observed.h"
#include "core/error.h"
#include "record/observation.h"
#include "record/types.h"

static const char INDEXING[] = N_("index a segment");

enum pb_status
pb_view_tools_new(const struct pb_world *world, const char *dir, const char *origin,
    const char *program, const struct pb_views_shared *shared, struct pb_view_tools **ret_tools,
    struct pb_error *err)
{
	struct pb_view_tools *tools = calloc(1, sizeof(*tools));
	enum pb_status status = PB_OK;

	if (tools == NULL || (tools->dir = strdup(dir)) == NULL ||
	    (tools->origin = strdup(origin)) == NULL)
		status = pb_fail_memory(err, INDEXING);
	else if (program == NULL)
		status = pb_fail(err, PB_EUNAVAIL, INDEXING,
		    N_("the program that reads messages is not there"), "%s", "probant-mime");
	if (status == PB_OK)
		status = pb_viewer_new(world, program, &tools->viewer, err);
	if (status == PB_OK)
		status = pb_opener_new(origin, &tools->opener, err);
	if (status == PB_OK)
		status = pb_summarizer_new(&tools->summarizer, err);
	if (status == PB_OK)
		status = pb_marker_new(shared->machine_key, &tools->marker, err);
	if (status != PB_OK) {
		pb_view_tools_free(tools);
		return status;
	}
	tools->world = world;
	tools->shared = shared;
	tools->record.whole = true;
	*ret_tools = tools;
	return PB_OK;
}

void
pb_view_tools_free(struct pb_view_tools *tools)
{
	if (tools == NULL)
		return;
	pb_viewer_free(tools->viewer);
	pb_view_record_done(&tools->record);
	pb_opener_free(tools->opener);
	pb_summarizer_free(tools->summarizer);
	pb_marker_free(tools->marker);
	pb_buf_wipe(&tools->view);
	pb_buf_done(&tools->view);
	pb_buf_wipe(&tools->text);
	pb_buf_done(&tools->text);
	pb_buf_wipe(&tools->row);
	pb_buf_done(&tools->row);
	pb_buf_done(&tools->batch);
	pb_buf_done(&tools->marks);
	pb_buf_done(&tools->observed);
	free(tools->dir);
	free(tools->origin);
	free(tools);
}

void
pb_view_tools_empty(struct pb_view_tools *tools)
{
	tools->batch_count = 0;
	pb_buf_clear(&tools->batch);
	pb_buf_clear(&tools->marks);
	pb_buf_clear(&tools->observed);
}

/* ---- what it seals --------------------------------------------------------------------------- */

enum pb_status
pb_view_tools_seal(
    struct pb_view_tools *tools, const struct pb_summary_row *row, struct pb_error *err)
{
	size_t before = tools->batch.len;
	enum pb_status status;

	pb_buf_clear(&tools->row);
	status = pb_summary_row_write(row, &tools->row, err);
	if (status == PB_OK)
		status = pb_summary_seal(tools->summarizer, tools->world->random, tools->record.r,
		    tools->record.frame.leaf, tools->row.data, tools->row.len, &tools->batch, err);
	if (status != PB_OK)
		return status;
	tools->batch_seq[tools->batch_count] = row->leaf->seq;
	tools->batch_len[tools->batch_count++] = tools->batch.len - before;
	return PB_OK;
}

static enum pb_status
join_message(struct pb_view_tools *tools, const struct pb_json *view, struct pb_error *err)
{
	const struct pb_view_record *record = &tools->record;
	const struct pb_marker_message message = { .seq = record->leaf.seq,
		.imported = record->leaf.type == PB_RECORD_IMPORTED,
		.sha256 = record->sha256,
		.view = view,
		.envelope = record->envelope };
	struct pb_marks marks;
	enum pb_status status = pb_marker_mark(tools->marker, &message, &marks, err);

	if (status == PB_OK && pb_buf_append(&tools->marks, &marks, sizeof(marks)) != PB_OK)
		status = pb_fail_memory(err, INDEXING);
	return status;
}

/* What is said already is not said again, also where all of the catalog was lost. */
static enum pb_status
join_observation(struct pb_view_tools *tools, struct pb_error *err)
{
	const struct pb_view_record *record = &tools->record;
	struct pb_observation observation;

	if (!pb_observation_read(record->facts, &observation))
		return PB_OK;
	return pb_observed_rows(&observation, record->leaf.seq, &tools->observed) == PB_OK
		   ? PB_OK
		   : pb_fail_memory(err, INDEXING);
}

enum pb_status
pb_view_tools_join(struct pb_view_tools *tools, const struct pb_json *view, struct pb_error *err)
{
	if (tools->record.message)
		return join_message(tools, view, err);
	return tools->record.leaf.type == PB_RECORD_OBSERVATION ? join_observation(tools, err)
								: PB_OK;
}

bool
pb_view_tools_full(const struct pb_view_tools *tools)
{
	return tools->batch_count == BATCH_ROWS || tools->batch.len >= BATCH_LEN;
}

/* How far it was looked at; how far it goes, another may have found meanwhile. */
static enum pb_status
put_progress(
    struct pb_catalog *catalog, const struct pb_catalog_segment *segment, struct pb_error *err)
{
	struct pb_catalog_segment known, put = *segment;
	enum pb_status status = pb_catalog_segment_of(catalog, segment->first_seq, &known, err);

	if (status != PB_OK)
		return status;
	put.end = known.end;
	put.records = known.records;
	put.messages = known.messages;
	return pb_catalog_put_segment(catalog, &put, err);
}

static enum pb_status
put_joined(const struct pb_view_tools *tools, struct pb_catalog *catalog, struct pb_error *err)
{
	const struct pb_marks *marks = (const struct pb_marks *)(void *)tools->marks.data;
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < tools->marks.len / sizeof(*marks); i++)
		status = pb_catalog_put_marks(catalog, &marks[i], err);
	return status == PB_OK ? pb_observed_put(catalog, &tools->observed, err) : status;
}

static enum pb_status
put_all(const struct pb_view_tools *tools, struct pb_catalog *catalog,
    const struct pb_catalog_segment *segment, struct pb_error *err)
{
	enum pb_status status = pb_catalog_begin(catalog, err);
	size_t at = 0;

	if (status != PB_OK)
		return status;
	for (size_t i = 0; status == PB_OK && i < tools->batch_count; i++) {
		status = pb_catalog_put_summary(
		    catalog, tools->batch_seq[i], tools->batch.data + at, tools->batch_len[i], err);
		at += tools->batch_len[i];
	}
	if (status == PB_OK)
		status = put_joined(tools, catalog, err);
	if (status == PB_OK)
		status = put_progress(catalog, segment, err);
	if (status == PB_OK)
		return pb_catalog_commit(catalog, err);
	pb_catalog_undo(catalog);
	return status;
}

enum pb_status
pb_view_tools_put(
    struct pb_view_tools *tools, const struct pb_catalog_segment *segment, struct pb_error *err)
{
	const struct pb_views_shared *shared = tools->shared;
	enum pb_status status;

	shared->lock(shared->ctx);
	status = put_all(tools, shared->catalog, segment, err);
	shared->unlock(shared->ctx);
	pb_view_tools_empty(tools);
	return status;
}
