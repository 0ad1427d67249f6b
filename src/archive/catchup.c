#include "archive/catchup.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/paths.h"
#include "core/error.h"
#include "record/types.h"
#include "vault/frames.h"

static const char CATCHING[] = N_("bring the catalog up to date");

enum pb_status
pb_catchup_open(const struct pb_files *files, const char *dir, const char *origin, bool create,
    struct pb_catalog **ret_catalog, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, PB_FILE_CATALOG, NULL, err);

	return status != PB_OK
		   ? status
		   : pb_catalog_open(files, path.text, origin, create, ret_catalog, err);
}

/* ---- one segment ---------------------------------------------------------------------------- */

struct catching {
	struct pb_catalog *catalog;
	struct pb_frames *frames;
	struct pb_catalog_segment segment; /* as it will be */
	struct pb_frame last;              /* the newest 'C' */
};

static enum pb_status
does_not_fit(const char *name, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, CATCHING,
	    N_("it says of this segment what the vault does not"), "%s", name);
	return pb_fail_todo(
	    err, PB_ECORRUPT, N_("run `probant reindex`: it makes the catalog anew"));
}

static enum pb_status
add_record(struct catching *c, const struct pb_frame *frame, struct pb_error *err)
{
	struct pb_catalog_place place = { .segment = c->segment.first_seq,
		.offset = frame->offset };
	struct pb_leaf leaf;

	if (pb_leaf_decode(frame->leaf, &leaf) != PB_LEAF_SOUND ||
	    leaf.seq != c->segment.first_seq + c->segment.records) {
		(void)pb_fail(err, PB_ECORRUPT, CATCHING, N_("a record of the vault is damaged"),
		    "%s:%" PRIu64, c->segment.stem, frame->offset);
		return pb_fail_todo(err, PB_ECORRUPT,
		    N_("run `probant verify` to see what is hit, and look at the second copy"));
	}
	c->segment.records++;
	c->segment.messages += pb_record_type_message(leaf.type);
	return pb_catalog_add(c->catalog, leaf.seq, &place, err);
}

/* Its frames from where the catalog ends to `end`. */
static enum pb_status
add_frames(struct catching *c, uint64_t end, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	struct pb_frame frame;

	while (status == PB_OK && c->segment.end < end) {
		status = pb_frames_read(c->frames, c->segment.end, &frame, err);
		if (status == PB_EEND)
			return does_not_fit(c->segment.stem, err);
		if (status == PB_OK && frame.tag == PB_FRAME_CHECKPOINT)
			c->last = frame;
		else if (status == PB_OK)
			status = add_record(c, &frame, err);
		c->segment.end = frame.end;
	}
	if (status == PB_OK && (c->segment.end != end || c->last.end != end))
		status = does_not_fit(c->segment.stem, err);
	return status;
}

static enum pb_status
put_note(struct catching *c, struct pb_error *err)
{
	uint8_t *note = malloc(PB_LIMIT_NOTE);
	enum pb_status status = PB_OK;
	size_t len = (size_t)c->last.payload.len; /* a frame 'C' is within its limit */

	if (note == NULL)
		return pb_fail_memory(err, CATCHING);
	status = c->last.payload.read(c->last.payload.ctx, 0, note, len, err);
	if (status == PB_OK)
		status = pb_catalog_put_note(c->catalog, note, len, err);
	free(note);
	return status;
}

static enum pb_status
add_all(struct catching *c, uint64_t end, struct pb_error *err)
{
	enum pb_status status = pb_catalog_begin(c->catalog, err);

	if (status != PB_OK)
		return status;
	status = add_frames(c, end, err);
	if (status == PB_OK)
		status = pb_catalog_put_segment(c->catalog, &c->segment, err);
	if (status == PB_OK)
		status = put_note(c, err);
	if (status == PB_OK)
		return pb_catalog_commit(c->catalog, err);
	pb_catalog_undo(c->catalog);
	return status;
}

/* known: what the catalog has of it; first_seq PB_NO_SEQ: nothing. */
static enum pb_status
catch_segment(const struct pb_files *files, const char *dir, struct pb_catalog *catalog,
    const char *name, const struct pb_catalog_segment *known, const uint64_t *end,
    struct pb_error *err)
{
	struct catching c = { .catalog = catalog };
	enum pb_status status = pb_frames_open(files, dir, name, &c.frames, err);
	uint64_t to;

	if (status != PB_OK)
		return status;
	to = end != NULL ? *end : pb_frames_size(c.frames);
	if (known != NULL) {
		c.segment = *known;
	} else {
		memcpy(c.segment.stem, name, PB_SEGMENT_NAME_LEN + 1);
		c.segment.first_seq = pb_frames_header(c.frames)->first_seq;
		c.segment.end = pb_frames_start(c.frames);
	}
	if (c.segment.end < to)
		status = add_all(&c, to, err);
	else if (c.segment.end > to)
		status = does_not_fit(name, err);
	pb_frames_close(c.frames);
	return status;
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* PB_ENOENT: the catalog has no rows yet. */
static enum pb_status
last_segment(struct pb_catalog *catalog, struct pb_catalog_segment *ret_known, struct pb_error *err)
{
	uint64_t size = 0;
	enum pb_status status = pb_catalog_segment_of(catalog, INT64_MAX, ret_known, err);

	if (status == PB_OK || status == PB_ENOENT) {
		enum pb_status sized = pb_catalog_size(catalog, &size, err);

		if (sized != PB_OK)
			return sized;
	}
	if ((status == PB_OK && size != ret_known->first_seq + ret_known->records) ||
	    (status == PB_ENOENT && size != 0))
		return does_not_fit(status == PB_OK ? ret_known->stem : "-", err);
	return status;
}

enum pb_status
pb_catchup(const struct pb_files *files, const char *dir, struct pb_catalog *catalog,
    const char *stem, uint64_t end, struct pb_error *err)
{
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	struct pb_catalog_segment known = { .first_seq = 0 };
	enum pb_status status = last_segment(catalog, &known, err);
	bool begun = status == PB_ENOENT, ended = false;
	size_t count = 0;

	if (status != PB_OK && status != PB_ENOENT)
		return status;
	if (!begun && strcmp(known.stem, stem) > 0)
		return PB_OK;
	status = pb_frames_list(files, dir, &names, &count, NULL, NULL, err);
	for (size_t i = 0; status == PB_OK && !ended && i < count; i++) {
		bool is_known = !begun && strcmp(names[i], known.stem) == 0;

		ended = strcmp(names[i], stem) == 0;
		if (!begun && !is_known)
			continue;
		begun = true;
		status = catch_segment(files, dir, catalog, names[i], is_known ? &known : NULL,
		    ended ? &end : NULL, err);
	}
	if (status == PB_OK && (!begun || !ended))
		status = does_not_fit(begun ? stem : known.stem, err);
	free(names);
	return status;
}

enum pb_status
pb_catchup_head(const struct pb_archive *a, struct pb_catalog *catalog, struct pb_error *err)
{
	return pb_catchup(a->world->files, a->dir, catalog, a->head.segment, a->head.end, err);
}

void
pb_catchup_behind(const struct pb_archive *a)
{
	struct pb_catalog *catalog = NULL;
	enum pb_status status = PB_ENOENT;

	if (a->head.tree.size > 0)
		status = pb_catchup_open(a->world->files, a->dir, a->origin, false, &catalog, NULL);
	if (status == PB_OK)
		status = pb_catchup_head(a, catalog, NULL);
	(void)status;
	pb_catalog_close(catalog);
}
