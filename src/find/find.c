#include "find/find.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/bodies.h"
#include "archive/keyring.h"
#include "core/error.h"
#include "core/io.h"
#include "find/finding.h"
#include "record/types.h"

static const char what[] = N_("search the archive");

enum pb_status
pb_find_damaged(uint64_t seq, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, what,
	    N_("the catalog says of this record what the vault does not"), "%" PRIu64, seq);
	return pb_fail_todo(
	    err, PB_ECORRUPT, N_("run `probant reindex`: it makes the catalog anew"));
}

static enum pb_status
make_room(struct pb_find *find, struct pb_error *err)
{
	size_t room = find->room == 0 ? 16 : 2 * find->room;
	struct pb_find_segment *segment;

	if (find->count < find->room)
		return PB_OK;
	segment = realloc(find->segment, room * sizeof(*segment));
	if (segment == NULL)
		return pb_fail_memory(err, what);
	find->segment = segment;
	find->room = room;
	return PB_OK;
}

/* What the rows of an index say of the messages of its segment; answers how many those are. */
static uint64_t
count_rows(struct pb_find *find, const struct pb_index *index)
{
	struct pb_find_standing *s = &find->standing;
	uint64_t first = pb_index_first(index), covered = 0;

	for (uint64_t i = 0; i < pb_index_count(index); i++) {
		const struct pb_index_row *row = pb_index_row(index, first + i);

		if (!pb_record_type_message(row->type))
			continue;
		covered++;
		if (row->state == PB_INDEX_STATE_MADE)
			s->indexed++;
		else if (row->state < PB_CATALOG_STATES)
			s->state[row->state]++;
		if (row->state == PB_INDEX_STATE_MADE && row->cut)
			s->cut++;
		s->bodies = s->bodies && !row->bodyless;
	}
	return covered;
}

/*
 * An index that is damaged counts as none: the search goes on, and says what it lacks.
 * *ret_covered: messages that it covers.
 */
static enum pb_status
open_segment(struct pb_find *find, const struct pb_catalog_segment *segment,
    struct pb_secret *segment_key, uint64_t *ret_covered, struct pb_error *err)
{
	const struct pb_archive *archive = find->archive;
	struct pb_find_segment *own;
	enum pb_status status = make_room(find, err);
	uint64_t covered = 0;

	if (status != PB_OK)
		return status;
	own = &find->segment[find->count];
	memset(own, 0, sizeof(*own));
	memcpy(own->stem, segment->stem, sizeof(own->stem));
	own->tail = segment->first_seq;
	own->end = segment->first_seq + segment->records;
	status = pb_index_file_open(archive->world->files, archive->dir, archive->origin,
	    segment->stem, segment_key, &own->file, err);
	if (status != PB_OK && status != PB_ENOENT && status != PB_ECORRUPT)
		return status;
	if (status == PB_OK) {
		pb_io_close(archive->world->files, &own->file.fd);
		pb_index_use(own->file.index, -1);
		own->tail += pb_index_count(own->file.index);
		covered = count_rows(find, own->file.index);
	}
	find->count++;
	own->messages = segment->messages > covered;
	*ret_covered = covered;
	return PB_OK;
}

/*
 * How many messages a segment has is not the catalog's to say: an index says it of what it covers,
 * under its seal, and the vault of the rest.
 */
static enum pb_status
count_rest(struct pb_find *find, struct pb_frames *frames, const struct pb_catalog_segment *segment,
    uint64_t tail, uint64_t covered, struct pb_error *err)
{
	uint64_t rest = 0;
	enum pb_status status = pb_find_tail_count(find, frames, segment, tail, &rest, err);

	if (status == PB_OK && segment->messages != covered + rest)
		status = pb_find_damaged(segment->first_seq, err);
	if (status == PB_OK)
		find->standing.uncovered += rest;
	return status;
}

/* The key of a segment: in memory while it is being written, or by the reader's. */
static enum pb_status
enter_segment(struct pb_find *find, struct pb_keyring *keyring,
    const struct pb_catalog_segment *segment, struct pb_error *err)
{
	const struct pb_archive *archive = find->archive;
	struct pb_frames *frames = NULL;
	struct pb_secret *key = NULL;
	uint64_t covered = 0, tail = segment->first_seq;
	enum pb_status status;

	if (segment->first_seq != find->standing.records)
		return pb_find_damaged(find->standing.records, err);
	find->standing.records += segment->records;
	find->standing.messages += segment->messages;
	status = pb_frames_open(archive->world->files, archive->dir, segment->stem, &frames, err);
	if (status == PB_OK)
		status = pb_keyring_open(keyring, pb_frames_header(frames), &key, err);
	if (status == PB_OK) {
		status = open_segment(find, segment, key, &covered, err);
		if (status == PB_OK)
			tail = find->segment[find->count - 1].tail;
	} else if (status == PB_EACCESS) {
		find->standing.closed += segment->messages;
		status = PB_OK;
	}
	if (status == PB_OK)
		status = count_rest(find, frames, segment, tail, covered, err);
	pb_secret_free(key);
	pb_frames_close(frames);
	return status;
}

static enum pb_status
enter_all(struct pb_find *find, struct pb_keyring *keyring, struct pb_error *err)
{
	struct pb_catalog_segment segment = { .first_seq = 0 };
	enum pb_status status = PB_OK;

	for (bool first = true; status == PB_OK; first = false) {
		status =
		    pb_catalog_segment_next(find->catalog, first, segment.first_seq, &segment, err);
		if (status == PB_OK)
			status = enter_segment(find, keyring, &segment, err);
	}
	if (status == PB_ENOENT)
		status = find->standing.records == find->archive->head.tree.size
			     ? PB_OK
			     : pb_find_damaged(find->standing.records, err);
	return status;
}

enum pb_status
pb_find_new(const struct pb_archive *archive, struct pb_catalog *catalog, const char *program,
    struct pb_find **ret_find, struct pb_error *err)
{
	struct pb_keyring *keyring = NULL;
	struct pb_find *find = calloc(1, sizeof(*find));
	enum pb_status status;

	if (find == NULL)
		return pb_fail_memory(err, what);
	find->archive = archive;
	find->catalog = catalog;
	find->program = program;
	status = pb_bodies_load(archive->world->files, archive->dir, &find->standing.bodies, err);
	if (status == PB_OK)
		status = pb_keyring_new(
		    archive->world->files, archive->dir, archive->key, &keyring, err);
	if (status == PB_OK)
		status = enter_all(find, keyring, err);
	if (status != PB_OK)
		goto out;
	*ret_find = find;
	find = NULL;
out:
	pb_keyring_free(keyring);
	pb_find_free(find);
	return status;
}

static void
wipe(struct pb_buf *buf)
{
	pb_buf_wipe(buf);
	pb_buf_done(buf);
}

void
pb_find_free(struct pb_find *find)
{
	if (find == NULL)
		return;
	for (size_t i = 0; i < find->count; i++)
		if (find->segment[i].file.index != NULL)
			pb_index_file_close(&find->segment[i].file);
	free(find->segment);
	pb_rows_free(find->rows);
	pb_reading_free(find->reading);
	pb_viewer_free(find->viewer);
	wipe(&find->message);
	wipe(&find->view);
	wipe(&find->body);
	for (size_t f = 0; f < PB_INDEX_FIELDS; f++)
		wipe(&find->field[f]);
	free(find);
}

const struct pb_find_standing *
pb_find_standing(const struct pb_find *find)
{
	return &find->standing;
}
