#include "find/rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/keyring.h"
#include "archive/summary_row.h"
#include "archive/view_open.h"
#include "catalog/summary.h"
#include "core/error.h"
#include "record/types.h"
#include "vault/frames.h"

static const char READING[] = N_("read a row");

struct pb_rows {
	const struct pb_archive *archive;
	struct pb_catalog *catalog;
	struct pb_keyring *keyring;
	struct pb_summarizer *summarizer;
	struct pb_opener *opener; /* when one is needed */
	/* The segment at hand; its stem is "" if there is none. */
	struct pb_catalog_segment segment;
	struct pb_frames *frames;
	struct pb_keyfile *keyfile;
	struct pb_secret *key;
	/* The record at hand. */
	struct pb_view_record record;
	struct pb_buf sealed, text;
	struct pb_json *json;
};

enum pb_status
pb_rows_new(const struct pb_archive *archive, struct pb_catalog *catalog, struct pb_rows **ret_rows,
    struct pb_error *err)
{
	struct pb_rows *rows = calloc(1, sizeof(*rows));
	enum pb_status status =
	    rows == NULL ? pb_fail_memory(err, READING) : pb_summarizer_new(&rows->summarizer, err);

	if (status == PB_OK)
		status = pb_keyring_new(
		    archive->world->files, archive->dir, archive->key, &rows->keyring, err);
	if (status != PB_OK) {
		pb_rows_free(rows);
		return status;
	}
	rows->archive = archive;
	rows->catalog = catalog;
	*ret_rows = rows;
	return PB_OK;
}

/* ---- the segment ---------------------------------------------------------------------------- */

static void
leave_segment(struct pb_rows *rows)
{
	rows->segment.stem[0] = '\0';
	pb_frames_close(rows->frames);
	rows->frames = NULL;
	pb_keyfile_close(rows->keyfile);
	rows->keyfile = NULL;
	pb_secret_free(rows->key);
	rows->key = NULL;
}

static enum pb_status
damaged(uint64_t seq, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, N_("read the catalog"),
	    N_("it says of this record what the vault does not"), "%" PRIu64, seq);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("the vault is not touched by that: `probant reindex` makes the catalog anew"));
}

static enum pb_status
open_segment(struct pb_rows *rows, uint64_t seq, struct pb_error *err)
{
	const struct pb_files *files = rows->archive->world->files;
	struct pb_catalog_segment segment;
	enum pb_status status = pb_catalog_segment_of(rows->catalog, seq, &segment, err);

	if (status == PB_ENOENT || (status == PB_OK && seq - segment.first_seq >= segment.records))
		return damaged(seq, err);
	if (status == PB_OK)
		status =
		    pb_frames_open(files, rows->archive->dir, segment.stem, &rows->frames, err);
	if (status == PB_ENOENT)
		return damaged(seq, err);
	if (status == PB_OK)
		status =
		    pb_keyring_open(rows->keyring, pb_frames_header(rows->frames), &rows->key, err);
	if (status == PB_OK)
		status = pb_keyfile_open(
		    files, rows->archive->dir, segment.stem, false, &rows->keyfile, err);
	if (status == PB_OK)
		rows->segment = segment;
	return status;
}

static enum pb_status
enter_segment(struct pb_rows *rows, uint64_t seq, struct pb_error *err)
{
	const struct pb_catalog_segment *s = &rows->segment;
	enum pb_status status;

	if (s->stem[0] != '\0' && seq >= s->first_seq && seq - s->first_seq < s->records)
		return PB_OK;
	leave_segment(rows);
	status = open_segment(rows, seq, err);
	if (status != PB_OK)
		leave_segment(rows);
	return status;
}

/* ---- the record ----------------------------------------------------------------------------- */

/* The frame where the catalog says it is; what stands there must be that record. */
static enum pb_status
find_frame(struct pb_rows *rows, uint64_t seq, struct pb_frame *ret_frame, struct pb_leaf *ret_leaf,
    struct pb_error *err)
{
	struct pb_catalog_place place;
	enum pb_status status = pb_catalog_place(rows->catalog, seq, &place, err);

	if (status == PB_OK)
		status = pb_frames_read(rows->frames, place.offset, ret_frame, err);
	if (status == PB_ENOENT || status == PB_ECORRUPT || status == PB_EEND)
		return damaged(seq, err);
	if (status != PB_OK)
		return status;
	if (place.segment != rows->segment.first_seq || ret_frame->tag == PB_FRAME_CHECKPOINT ||
	    pb_leaf_decode(ret_frame->leaf, ret_leaf) != PB_LEAF_SOUND || ret_leaf->seq != seq)
		return damaged(seq, err);
	return PB_OK;
}

static enum pb_status
parse_row(struct pb_rows *rows, uint64_t seq, struct pb_error *err)
{
	enum pb_status status = pb_json_parse(rows->text.data, rows->text.len, &rows->json, err);

	return status == PB_EDATA || status == PB_ELIMIT ? damaged(seq, err) : status;
}

/* What the record itself tells, without a view. */
static enum pb_status
row_of_record(struct pb_rows *rows, struct pb_row *row, struct pb_error *err)
{
	const struct pb_view_record *record = &rows->record;
	struct pb_summary_row summary = { .leaf = &record->leaf,
		.facts = record->facts,
		.facts_text = &record->part,
		.message = record->message,
		.size = record->size };
	enum pb_status status;

	memcpy(summary.sha256, record->sha256, sizeof(summary.sha256));
	pb_buf_clear(&rows->text);
	status = pb_summary_row_write(&summary, &rows->text, err);
	if (status == PB_OK)
		status = parse_row(rows, record->leaf.seq, err);
	row->json = rows->json;
	row->state = record->message ? PB_ROW_UNSEEN : PB_ROW_SEEN;
	return status;
}

/* viewed: a summary should be there, so that a catalog that lost one does not pass for whole. */
static enum pb_status
row_without_summary(struct pb_rows *rows, const struct pb_frame *frame, uint64_t slot, bool viewed,
    struct pb_row *row, struct pb_error *err)
{
	const struct pb_view_source source = { .frame = frame,
		.keyfile = rows->keyfile,
		.segment_key = rows->key,
		.slot = slot,
		.check = true };
	enum pb_status status = PB_OK;

	if (rows->opener == NULL)
		status = pb_opener_new(rows->archive->origin, &rows->opener, err);
	if (status == PB_OK)
		status =
		    pb_view_record_open(&rows->record, rows->opener, &source, NULL, &row->problem);
	if (status == PB_ECORRUPT) {
		row->state = PB_ROW_UNREADABLE;
		return PB_OK;
	}
	if (status != PB_OK && err != NULL)
		*err = row->problem;
	if (status != PB_OK)
		return status;
	if (rows->record.r == NULL)
		row->state = PB_ROW_DESTROYED;
	else if (viewed)
		status = damaged(row->leaf.seq, err);
	else
		status = row_of_record(rows, row, err);
	return status;
}

static enum pb_status
row_of_summary(struct pb_rows *rows, const struct pb_frame *frame, uint64_t slot,
    struct pb_row *row, struct pb_error *err)
{
	struct pb_error why;
	enum pb_status status =
	    pb_view_secret(frame, rows->keyfile, rows->key, slot, &rows->record.r, &row->problem);

	if (status == PB_ECORRUPT || (status == PB_OK && rows->record.r == NULL)) {
		row->state = status == PB_OK ? PB_ROW_DESTROYED : PB_ROW_UNREADABLE;
		return PB_OK;
	}
	if (status != PB_OK)
		return status;
	pb_buf_clear(&rows->text);
	status = pb_summary_open(rows->summarizer, rows->record.r, frame->leaf, rows->sealed.data,
	    rows->sealed.len, &rows->text, &why);
	if (status == PB_ECORRUPT)
		return damaged(row->leaf.seq, err);
	if (status == PB_OK)
		status = parse_row(rows, row->leaf.seq, err);
	row->json = rows->json;
	return status;
}

static void
judge(struct pb_row *row)
{
	const char *state = pb_json_string(pb_json_get(row->json, "state"));

	row->view = pb_json_get(row->json, "view");
	if (!row->message || row->json == NULL || row->state != PB_ROW_SEEN)
		return;
	if (row->view == NULL) {
		row->state = PB_ROW_FAILED;
		row->why = state != NULL ? state : "unseen";
	}
}

static void
leave_record(struct pb_rows *rows)
{
	pb_json_free(rows->json);
	rows->json = NULL;
	pb_view_record_clear(&rows->record);
}

enum pb_status
pb_rows_read(struct pb_rows *rows, uint64_t seq, struct pb_row *ret_row, struct pb_error *err)
{
	struct pb_row row = { .state = PB_ROW_SEEN };
	struct pb_frame frame;
	enum pb_status status;
	uint64_t at;

	leave_record(rows);
	pb_buf_clear(&rows->sealed);
	if (seq >= rows->archive->head.tree.size)
		return pb_fail(err, PB_ENOENT, N_("find a record"),
		    N_("the archive holds none of that number"), "%" PRIu64, seq);
	status = enter_segment(rows, seq, err);
	if (status == PB_OK)
		status = find_frame(rows, seq, &frame, &row.leaf, err);
	if (status != PB_OK)
		return status;
	row.message = pb_record_type_message(row.leaf.type);
	at = seq - rows->segment.first_seq;
	status = pb_catalog_summary(rows->catalog, seq, &rows->sealed, err);
	if (status == PB_OK)
		status = row_of_summary(rows, &frame, at + 1, &row, err);
	else if (status == PB_ENOENT)
		status =
		    row_without_summary(rows, &frame, at + 1, at < rows->segment.viewed, &row, err);
	if (status != PB_OK)
		return status;
	judge(&row);
	*ret_row = row;
	return PB_OK;
}

void
pb_rows_free(struct pb_rows *rows)
{
	if (rows == NULL)
		return;
	leave_record(rows);
	leave_segment(rows);
	pb_view_record_done(&rows->record);
	pb_buf_done(&rows->sealed);
	pb_buf_wipe(&rows->text);
	pb_buf_done(&rows->text);
	pb_opener_free(rows->opener);
	pb_summarizer_free(rows->summarizer);
	pb_keyring_free(rows->keyring);
	free(rows);
}
