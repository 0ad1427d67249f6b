#include "archive/said.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/keyring.h"
#include "archive/view_open.h"
#include "catalog/summary.h"
#include "core/error.h"
#include "vault/frames.h"

static const char READING[] = N_("read what a record says");

/* A segment as far as it is at hand; its stem is "" if there is none. */
struct at_hand {
	struct pb_catalog_segment segment;
	struct pb_frames *frames;
	struct pb_keyfile *keyfile; /* these two of the segment of rows alone */
	struct pb_secret *key;
};

struct pb_said {
	const struct pb_archive *archive;
	struct pb_catalog *catalog;
	const struct pb_said_closed *closed; /* may be NULL */
	struct pb_keyring *keyring;          /* NULL: no reader's key is at hand */
	struct pb_summarizer *summarizer;
	struct at_hand rows, leaves;
	struct pb_secret *r;
	struct pb_buf sealed, text;
	struct pb_json *row;
};

/* ---- life ----------------------------------------------------------------------------------- */

static void
leave_segment(struct at_hand *at)
{
	pb_frames_close(at->frames);
	pb_keyfile_close(at->keyfile);
	pb_secret_free(at->key);
	*at = (struct at_hand){ .frames = NULL };
}

static void
leave_record(struct pb_said *said)
{
	pb_secret_free(said->r);
	said->r = NULL;
	pb_json_free(said->row);
	said->row = NULL;
	pb_buf_wipe(&said->text);
	pb_buf_clear(&said->sealed);
}

enum pb_status
pb_said_new(const struct pb_archive *archive, struct pb_catalog *catalog,
    const struct pb_said_closed *closed, struct pb_said **ret_said, struct pb_error *err)
{
	struct pb_said *said = calloc(1, sizeof(*said));
	enum pb_status status =
	    said == NULL ? pb_fail_memory(err, READING) : pb_summarizer_new(&said->summarizer, err);

	if (status == PB_OK && archive->key != NULL)
		status = pb_keyring_new(
		    archive->world->files, archive->dir, archive->key, &said->keyring, err);
	if (status != PB_OK) {
		pb_said_free(said);
		return status;
	}
	said->archive = archive;
	said->catalog = catalog;
	said->closed = closed;
	*ret_said = said;
	return PB_OK;
}

void
pb_said_free(struct pb_said *said)
{
	if (said == NULL)
		return;
	leave_record(said);
	leave_segment(&said->rows);
	leave_segment(&said->leaves);
	pb_buf_done(&said->sealed);
	pb_buf_done(&said->text);
	pb_summarizer_free(said->summarizer);
	pb_keyring_free(said->keyring);
	free(said);
}

/* ---- the segment ---------------------------------------------------------------------------- */

static enum pb_status
damaged(uint64_t seq, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, N_("read the catalog"),
	    N_("it says of this record what the vault does not"), "%" PRIu64, seq);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("the vault is not touched by that: `probant reindex` makes the catalog anew"));
}

static enum pb_status
enter_segment(struct pb_said *said, struct at_hand *at, uint64_t seq, struct pb_error *err)
{
	const struct pb_catalog_segment *s = &at->segment;
	struct pb_catalog_segment segment;
	enum pb_status status;

	if (s->stem[0] != '\0' && seq >= s->first_seq && seq - s->first_seq < s->records)
		return PB_OK;
	leave_segment(at);
	status = pb_catalog_segment_of(said->catalog, seq, &segment, err);
	if (status == PB_ENOENT || (status == PB_OK && seq - segment.first_seq >= segment.records))
		return damaged(seq, err);
	if (status == PB_OK)
		status = pb_frames_open(said->archive->world->files, said->archive->dir,
		    segment.stem, &at->frames, err);
	if (status == PB_OK)
		at->segment = segment;
	return status == PB_ENOENT ? damaged(seq, err) : status;
}

static enum pb_status
copy_key(struct pb_secret *key, struct pb_secret **ret_key, struct pb_error *err)
{
	enum pb_status status = pb_secret_new(pb_secret_len(key), ret_key, err);

	if (status == PB_OK)
		memcpy(pb_secret_bytes(*ret_key), pb_secret_bytes(key), pb_secret_len(key));
	return status;
}

static enum pb_status
open_segment(struct pb_said *said, struct at_hand *at, struct pb_error *err)
{
	const struct pb_archive *a = said->archive;
	enum pb_status status;

	if (at->key != NULL)
		return PB_OK;
	if (a->append != NULL && strcmp(pb_append_name(a->append), at->segment.stem) == 0)
		status = copy_key(pb_append_key(a->append), &at->key, err);
	else if (said->closed != NULL && strcmp(said->closed->stem, at->segment.stem) == 0)
		status = copy_key(said->closed->key, &at->key, err);
	else if (said->keyring != NULL)
		status =
		    pb_keyring_open(said->keyring, pb_frames_header(at->frames), &at->key, err);
	else
		status = pb_fail(err, PB_EACCESS, READING,
		    N_("it is sealed, and no reader's key is at hand"), "%s", at->segment.stem);
	if (status == PB_OK)
		status = pb_keyfile_open(
		    a->world->files, a->dir, at->segment.stem, false, &at->keyfile, err);
	return status;
}

/* ---- the record ----------------------------------------------------------------------------- */

static enum pb_status
find_frame(struct pb_said *said, struct at_hand *at, uint64_t seq, struct pb_frame *ret_frame,
    struct pb_leaf *ret_leaf, struct pb_error *err)
{
	struct pb_catalog_place place;
	enum pb_status status = enter_segment(said, at, seq, err);

	if (status == PB_OK)
		status = pb_catalog_place(said->catalog, seq, &place, err);
	if (status == PB_OK)
		status = pb_frames_read(at->frames, place.offset, ret_frame, err);
	if (status == PB_ENOENT || status == PB_EEND)
		return damaged(seq, err);
	if (status == PB_OK &&
	    (ret_frame->tag == PB_FRAME_CHECKPOINT ||
		pb_leaf_decode(ret_frame->leaf, ret_leaf) != PB_LEAF_SOUND || ret_leaf->seq != seq))
		return damaged(seq, err);
	return status;
}

static enum pb_status
open_row(struct pb_said *said, const struct pb_frame *frame, uint64_t seq, struct pb_error *err)
{
	struct at_hand *at = &said->rows;
	enum pb_status status = pb_view_secret(
	    frame, at->keyfile, at->key, seq - at->segment.first_seq + 1, &said->r, err);

	if (status == PB_OK && said->r == NULL)
		return pb_fail(
		    err, PB_ENOENT, READING, N_("its secret was destroyed"), "%" PRIu64, seq);
	if (status == PB_OK)
		status = pb_catalog_summary(said->catalog, seq, &said->sealed, err);
	if (status == PB_OK)
		status = pb_summary_open(said->summarizer, said->r, frame->leaf, said->sealed.data,
		    said->sealed.len, &said->text, err);
	if (status == PB_OK)
		status = pb_json_parse(said->text.data, said->text.len, &said->row, err);
	return status == PB_EDATA || status == PB_ELIMIT ? damaged(seq, err) : status;
}

enum pb_status
pb_said_row(struct pb_said *said, uint64_t seq, struct pb_leaf *ret_leaf,
    const struct pb_json **ret_row, struct pb_catalog_segment *ret_segment, struct pb_error *err)
{
	struct pb_frame frame;
	enum pb_status status;

	leave_record(said);
	status = find_frame(said, &said->rows, seq, &frame, ret_leaf, err);
	if (status == PB_OK) {
		*ret_segment = said->rows.segment;
		status = open_segment(said, &said->rows, err);
	}
	if (status == PB_OK)
		status = open_row(said, &frame, seq, err);
	if (status == PB_OK)
		*ret_row = said->row;
	return status;
}

static uint64_t
first_of(const char *stem)
{
	return strtoull(stem, NULL, 16);
}

/* What closed stands before what is open. */
uint64_t
pb_said_reach(const struct pb_said *said)
{
	const struct pb_append *append = said->archive->append;

	if (said->keyring != NULL)
		return 0;
	if (said->closed != NULL)
		return first_of(said->closed->stem);
	return append != NULL ? first_of(pb_append_name(append)) : UINT64_MAX;
}

enum pb_status
pb_said_leaf(struct pb_said *said, uint64_t seq, struct pb_leaf *ret_leaf, struct pb_error *err)
{
	struct pb_frame frame;

	return find_frame(said, &said->leaves, seq, &frame, ret_leaf, err);
}
