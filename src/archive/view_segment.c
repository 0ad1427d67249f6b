#include "archive/view_segment.h"

#include <stdlib.h>
#include <string.h>

#include "archive/catchup.h"
#include "archive/index_file.h"
#include "archive/view_tools.h"
#include "core/error.h"
#include "core/limits.h"

static const char INDEXING[] = N_("index a segment");

/* One segment on its way through. */
struct viewing {
	struct pb_view_tools *tools;
	const struct pb_view_job *job;
	uint64_t end;                      /* of it, so far */
	struct pb_catalog_segment segment; /* as the catalog has it */
	struct pb_frames *frames;
	struct pb_keyfile *keyfile;
	struct pb_index_builder *builder; /* NULL: the index stays as it is */
	uint64_t indexed, found;          /* of the builder */
	bool lost;                        /* a batch could not be kept */
};

/* ---- the catalog, which others use meanwhile ------------------------------------------------- */

/* What is sealed, and how far the segment is.  A batch that was lost must not count as looked at.
 */
static enum pb_status
flush(struct viewing *v, struct pb_error *err)
{
	enum pb_status status = v->lost ? PB_OK : pb_view_tools_put(v->tools, &v->segment, err);

	v->lost = v->lost || status != PB_OK;
	return status;
}

static enum pb_status
unknown(const struct viewing *v, struct pb_error *err)
{
	(void)pb_fail(
	    err, PB_ECORRUPT, INDEXING, N_("the catalog lacks rows of it"), "%s", v->job->stem);
	return pb_fail_todo(
	    err, PB_ECORRUPT, N_("run `probant reindex`: it makes the catalog anew"));
}

static enum pb_status
look_up(struct viewing *v, struct pb_error *err)
{
	const struct pb_view_job *job = v->job;
	const struct pb_views_shared *shared = v->tools->shared;
	enum pb_status status = PB_OK;

	shared->lock(shared->ctx);
	if (v->end > 0)
		status = pb_catchup(
		    v->tools->world->files, v->tools->dir, shared->catalog, job->stem, v->end, err);
	if (status == PB_OK)
		status = pb_catalog_segment_of(
		    shared->catalog, strtoull(job->stem, NULL, 16), &v->segment, err);
	shared->unlock(shared->ctx);
	if (status == PB_ENOENT || (status == PB_OK && strcmp(v->segment.stem, job->stem) != 0))
		status = unknown(v, err);
	return status;
}

static enum pb_status
place_of(
    struct viewing *v, uint64_t record, struct pb_catalog_place *ret_place, struct pb_error *err)
{
	const struct pb_views_shared *shared = v->tools->shared;
	enum pb_status status;

	shared->lock(shared->ctx);
	status = pb_catalog_place(shared->catalog, v->segment.first_seq + record, ret_place, err);
	shared->unlock(shared->ctx);
	return status == PB_ENOENT ? unknown(v, err) : status;
}

/* ---- where to begin -------------------------------------------------------------------------- */

static void
from_the_start(struct pb_catalog_segment *s)
{
	s->viewed = s->covered = s->indexed = s->found = 0;
	memset(s->state, 0, sizeof(s->state));
}

static uint64_t
seen(const struct pb_catalog_segment *s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < PB_CATALOG_STATES; i++)
		sum += s->state[i];
	return sum;
}

/* The former index, to add to; false: it can't be used. */
static enum pb_status
take_up(struct viewing *v, bool *ret_usable, struct pb_error *err)
{
	struct pb_view_tools *tools = v->tools;
	enum pb_status status = pb_index_file_load(
	    tools->world->files, tools->dir, v->job->stem, v->job->key, v->builder, err);

	*ret_usable = status == PB_OK && pb_index_builder_count(v->builder) == v->segment.covered &&
		      pb_index_builder_fits(v->builder, v->tools->shared->bodies);
	return status == PB_ENOENT ? PB_OK : status;
}

/*
 * An index needs the words of every message from where it ends.  What was viewed behind that is
 * viewed once more; that are records without words, or a crash came between (then all).
 */
static enum pb_status
begin_index(struct viewing *v, struct pb_error *err)
{
	const char *origin = v->tools->origin;
	struct pb_catalog_segment *s = &v->segment;
	bool usable = false;
	enum pb_status status =
	    pb_index_builder_new(origin, s->stem, s->first_seq, &v->builder, err);

	if (status == PB_OK && !v->job->anew && s->covered > 0 && seen(s) == s->indexed)
		status = take_up(v, &usable, err);
	if (status != PB_OK)
		return status;
	if (usable) {
		s->viewed = s->covered;
	} else {
		from_the_start(s);
		pb_index_builder_free(v->builder);
		v->builder = NULL;
		status = pb_index_builder_new(origin, s->stem, s->first_seq, &v->builder, err);
	}
	v->indexed = s->indexed;
	v->found = s->found;
	return status;
}

/* ---- one record ----------------------------------------------------------------------------- */

static enum pb_status
view_message(struct pb_view_tools *tools, struct pb_summary_row *row, struct pb_json **ret_view,
    struct pb_error *err)
{
	const struct pb_view_record *record = &tools->record;
	enum pb_status status;

	if (record->too_large) {
		row->state = PB_VIEW_TOO_LARGE;
		return PB_OK;
	}
	status = pb_viewer_view(tools->viewer, record->octets, (size_t)record->size, &tools->view,
	    &tools->text, &row->state, err);
	if (status == PB_OK && row->state == PB_VIEW_MADE)
		status = pb_json_parse(tools->view.data, tools->view.len, ret_view, err);
	if (status == PB_EDATA || status == PB_ELIMIT) {
		row->state = PB_VIEW_BAD_REPLY;
		status = PB_OK;
	}
	return status;
}

/* What an index has no room for is found by its summary. */
static enum pb_status
add_words(struct viewing *v, const struct pb_summary_row *row, struct pb_error *err)
{
	enum pb_status status;

	if (v->builder == NULL ||
	    pb_index_builder_count(v->builder) != row->leaf->seq - v->segment.first_seq)
		return PB_OK;
	status = pb_summary_row_index(
	    row, v->tools->shared->bodies ? &v->tools->text : NULL, v->builder, err);
	if (status == PB_ELIMIT)
		return PB_OK;
	if (status != PB_OK)
		return status;
	v->indexed += v->tools->record.message;
	v->found += row->message && row->state == PB_VIEW_MADE;
	return PB_OK;
}

static void
count(struct viewing *v, const struct pb_view_record *record, unsigned state)
{
	v->segment.viewed++;
	if (record->message)
		v->segment.state[state]++;
}

/* With nothing to be seen of it: its secret was destroyed, or it is damaged. */
static enum pb_status
pass_over(struct viewing *v, unsigned state, struct pb_error *err)
{
	struct pb_summary_row row = { .leaf = &v->tools->record.leaf, .state = state };

	count(v, &v->tools->record, state);
	return add_words(v, &row, err);
}

static enum pb_status
take_record(struct viewing *v, struct pb_error *err)
{
	struct pb_view_tools *tools = v->tools;
	struct pb_view_record *record = &tools->record;
	struct pb_summary_row row = { .leaf = &record->leaf,
		.facts = record->facts,
		.facts_text = &record->part,
		.message = record->message,
		.size = record->size,
		.view_text = &tools->view };
	struct pb_json *view = NULL;
	enum pb_status status = PB_OK;

	memcpy(row.sha256, record->sha256, sizeof(row.sha256));
	pb_buf_clear(&tools->text);
	if (record->message)
		status = view_message(tools, &row, &view, err);
	row.view = view;
	if (status == PB_OK)
		status = pb_view_tools_seal(tools, &row, err);
	if (status == PB_OK)
		status = pb_view_tools_join(tools, view, err);
	if (status == PB_OK)
		status = add_words(v, &row, err);
	if (status == PB_OK)
		count(v, record, row.state);
	pb_json_free(view);
	return status;
}

static enum pb_status
do_record(struct viewing *v, const struct pb_frame *frame, struct pb_error *err)
{
	struct pb_view_tools *tools = v->tools;
	const struct pb_views_shared *shared = tools->shared;
	const struct pb_view_source source = { .frame = frame,
		.keyfile = v->keyfile,
		.segment_key = v->job->key,
		.slot = v->segment.viewed + 1,
		.check = !v->job->own };
	struct pb_kept plain = PB_KEPT_NOTHING;
	enum pb_status status;

	if (v->job->own)
		(void)shared->fresh(shared->ctx, v->segment.first_seq + v->segment.viewed, &plain);
	status = pb_view_record_open(&tools->record, tools->opener, &source, &plain, err);

	if (status == PB_ECORRUPT)
		status = pass_over(v, PB_CATALOG_UNREADABLE, err);
	else if (status == PB_OK && tools->record.r == NULL)
		status = pass_over(v, PB_CATALOG_DESTROYED, err);
	else if (status == PB_OK)
		status = take_record(v, err);
	if (status == PB_OK && pb_view_tools_full(tools))
		status = flush(v, err);
	return status;
}

/* ---- the segment ---------------------------------------------------------------------------- */

static enum pb_status
do_records(struct viewing *v, struct pb_error *err)
{
	const struct pb_views_shared *shared = v->tools->shared;
	struct pb_catalog_place place;
	struct pb_frame frame;
	enum pb_status status;

	if (v->segment.viewed == v->segment.records)
		return PB_OK;
	status = place_of(v, v->segment.viewed, &place, err);
	while (status == PB_OK && v->segment.viewed < v->segment.records) {
		if (!shared->go_on(shared->ctx))
			return pb_fail(
			    err, PB_ESTOPPED, INDEXING, N_("it was to stop"), "%s", v->job->stem);
		status = pb_frames_read(v->frames, place.offset, &frame, err);
		if (status == PB_EEND)
			status = pb_fail(err, PB_ECORRUPT, INDEXING,
			    N_("the catalog has more records of it than the vault"), "%s",
			    v->job->stem);
		if (status != PB_OK)
			break;
		place.offset = frame.end;
		if (frame.tag != PB_FRAME_CHECKPOINT)
			status = do_record(v, &frame, err);
	}
	return status;
}

static enum pb_status
end_index(struct viewing *v, struct pb_error *err)
{
	struct pb_view_tools *tools = v->tools;
	enum pb_status status = pb_index_file_write(
	    tools->world, tools->dir, v->job->stem, v->job->key, v->builder, err);

	if (status != PB_OK)
		return status;
	v->segment.covered = pb_index_builder_count(v->builder);
	v->segment.indexed = v->indexed;
	v->segment.found = v->found;
	return flush(v, err);
}

/* Something was looked at, and be it in vain: what was sealed is kept before it is told. */
static enum pb_status
view_records(struct viewing *v, struct pb_error *err)
{
	struct pb_view_tools *tools = v->tools;
	enum pb_status status, flushed;

	status = pb_frames_open(tools->world->files, tools->dir, v->job->stem, &v->frames, err);
	if (status == PB_OK)
		status = pb_keyfile_open(
		    tools->world->files, tools->dir, v->job->stem, false, &v->keyfile, err);
	if (status == PB_OK)
		status = do_records(v, err);
	flushed = flush(v, status == PB_OK ? err : NULL);
	pb_view_record_clear(&tools->record);
	pb_keyfile_close(v->keyfile);
	pb_frames_close(v->frames);
	v->keyfile = NULL;
	v->frames = NULL;
	return status != PB_OK ? status : flushed;
}

/*
 * As far as the segment goes now.  What can be found by words is messages: for records of the
 * archive's own at its end, such as one for each reading, its index is not written again.
 */
static enum pb_status
view_on(struct viewing *v, struct pb_error *err)
{
	enum pb_status status = look_up(v, err);

	if (status == PB_OK && v->builder == NULL &&
	    (v->job->anew || v->segment.indexed < v->segment.messages))
		status = begin_index(v, err);
	if (status == PB_OK && v->segment.viewed < v->segment.records)
		status = view_records(v, err);
	return status;
}

enum pb_status
pb_view_segment(
    struct pb_view_tools *tools, const struct pb_view_job *job, uint64_t end, struct pb_error *err)
{
	const struct pb_views_shared *shared = tools->shared;
	struct viewing v = { .tools = tools, .job = job, .end = end };
	enum pb_status status;

	pb_view_tools_empty(tools);
	do
		status = view_on(&v, err);
	while (status == PB_OK && shared->more(shared->ctx, job, &v.end));
	if (status == PB_OK && v.builder != NULL)
		status = end_index(&v, err);
	pb_index_builder_free(v.builder);
	return status;
}
