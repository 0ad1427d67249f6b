#include "keys/rehearsal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/commit.h"
#include "archive/destroyed.h"
#include "archive/keyring.h"
#include "archive/paths.h"
#include "archive/readers.h"
#include "archive/reading.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"
#include "record/types.h"
#include "vault/frames.h"

static const char REHEARSING[] = N_("rehearse recovery");

/* What the log says is destroyed, read when it is first asked for. */
struct named {
	bool known;
	struct pb_runs runs;
};

/* ---- one segment ---------------------------------------------------------------------------- */

/* A status that says of this segment that it does not open, and nothing of us. */
static bool
stays_closed(enum pb_status status)
{
	return status == PB_EACCESS || status == PB_ECORRUPT || status == PB_ENOENT ||
	       status == PB_ELIMIT || status == PB_EDATA;
}

/* A secret that is gone must be one that the log says is destroyed: else it is lost. */
static enum pb_status
check_destroyed(struct pb_archive *a, struct named *named, uint64_t seq, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (!named->known)
		status = pb_destroyed_named(
		    a->world->files, a->dir, a->head.tree.size, &named->runs, err);
	named->known = status == PB_OK;
	if (status != PB_OK || pb_runs_hold(&named->runs, seq, seq))
		return status;
	return pb_fail(err, PB_ECORRUPT, REHEARSING,
	    N_("a secret is gone, and the log does not say that it was destroyed"), "%" PRIu64,
	    seq);
}

/* The first sealed record from a random one on, round the segment. */
static enum pb_status
open_one(struct pb_archive *a, struct pb_reading *reading, struct named *named, uint64_t first,
    uint64_t end, uint64_t *ret_opened, struct pb_error *err)
{
	const struct pb_random *random = a->world->random;
	uint64_t count = end - first, start;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;
	int answer = random->fill(random->ctx, &start, sizeof(start));

	*ret_opened = 0;
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("draw random numbers"), "%s", "rehearsal");
	for (uint64_t i = 0; i < count; i++) {
		uint64_t seq = first + (start % count + i) % count;
		enum pb_status status =
		    pb_reading_record(reading, seq, &leaf, &opened, sha256, err);

		if (status == PB_EDESTROYED)
			status = check_destroyed(a, named, seq, err);
		else if (status == PB_OK && !pb_record_type_public(leaf.type))
			*ret_opened = 1;
		if (status != PB_OK || *ret_opened > 0)
			return status;
	}
	return PB_OK;
}

static enum pb_status
open_segment(struct pb_archive *a, struct pb_keyring *keyring, struct pb_reading *reading,
    struct named *named, const char *name, uint64_t end, uint64_t *ret_records,
    struct pb_error *err)
{
	struct pb_frames *frames = NULL;
	struct pb_secret *key = NULL;
	enum pb_status status = pb_frames_open(a->world->files, a->dir, name, &frames, err);

	if (status == PB_OK)
		status = pb_keyring_open(keyring, pb_frames_header(frames), &key, err);
	if (status == PB_OK)
		status = open_one(
		    a, reading, named, pb_frames_header(frames)->first_seq, end, ret_records, err);
	pb_secret_free(key);
	pb_frames_close(frames);
	return status;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static uint64_t
first_seq_of(const char *name)
{
	uint8_t id[PB_SEGMENT_ID_LEN];
	uint64_t first = 0;

	(void)pb_segment_name_parse(name, "", &first, id);
	return first;
}

static enum pb_status
open_all(struct pb_archive *a, struct pb_rehearsal *r, struct pb_error *err)
{
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	struct pb_keyring *keyring = NULL;
	struct pb_reading *reading = NULL;
	struct named named = { .known = false };
	size_t count = 0, i;
	enum pb_status status =
	    pb_frames_list(a->world->files, a->dir, &names, &count, NULL, NULL, err);

	if (status == PB_OK)
		status = pb_keyring_new(a->world->files, a->dir, a->key, &keyring, err);
	if (status == PB_OK)
		status = pb_reading_new(a->world->files, a->dir, a->key, &reading, err);
	for (i = 0; status == PB_OK && i < count; i++) {
		uint64_t records = 0;
		uint64_t end = i + 1 < count ? first_seq_of(names[i + 1]) : a->head.tree.size;

		status = open_segment(a, keyring, reading, &named, names[i], end, &records, err);
		r->segments++;
		r->opened += status == PB_OK;
		r->records += records;
		if (stays_closed(status)) {
			if (r->first_closed[0] == '\0') {
				memcpy(r->first_closed, names[i], sizeof(r->first_closed));
				r->why = status;
			}
			status = PB_OK;
		}
	}
	pb_runs_done(&named.runs);
	pb_reading_free(reading);
	pb_keyring_free(keyring);
	free(names);
	return status;
}

/* ---- what is left of it --------------------------------------------------------------------- */

static enum pb_status
record(struct pb_archive *a, const struct pb_rehearsal *r, bool sheet, uint64_t *ret_seq,
    struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json_writer w;
	enum pb_status status;

	pb_json_writer_init(&w, &facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "rehearsed");
	pb_json_text(&w, "reader", pb_reader_id(pb_reader_key_reader(a->key)));
	pb_json_bool(&w, "sheet", sheet);
	pb_json_u64(&w, "segments", r->segments);
	pb_json_u64(&w, "opened", r->opened);
	pb_json_u64(&w, "records", r->records);
	pb_json_object_end(&w);
	status = pb_json_writer_status(&w) != PB_OK
		     ? pb_fail_memory(err, REHEARSING)
		     : pb_commit_own(a, PB_RECORD_MANAGEMENT, &facts, NULL, ret_seq, err);
	pb_buf_done(&facts);
	return status;
}

static enum pb_status
state_path(
    const char *dir, const char *room, const char *id, struct pb_path *path, struct pb_error *err)
{
	char file[2 * PB_READER_ID_MAX + 8];

	(void)snprintf(file, sizeof(file), "%s.state", id);
	return pb_path_make(path, dir, room, file, err);
}

/* Derived: the log has it too, but sealed, and `status` has no key. */
static enum pb_status
note(struct pb_archive *a, const struct pb_rehearsal *r, uint64_t seq, struct pb_error *err)
{
	const char *id = pb_reader_id(pb_reader_key_reader(a->key));
	int64_t now_us = a->world->clock->now_us(a->world->clock->ctx);
	struct pb_buf state = PB_BUF_EMPTY;
	struct pb_path path, temporary;
	struct pb_json_writer w;
	enum pb_status status;

	pb_json_writer_init(&w, &state);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "rehearsed_s", now_us < 0 ? 0 : (uint64_t)now_us / 1000000);
	pb_json_u64(&w, "seq", seq);
	pb_json_u64(&w, "segments", r->segments);
	pb_json_object_end(&w);
	status = pb_json_writer_status(&w) != PB_OK
		     ? pb_fail_memory(err, REHEARSING)
		     : state_path(a->dir, PB_DIR_READERS, id, &path, err);
	if (status == PB_OK)
		status = state_path(a->dir, PB_DIR_TMP, id, &temporary, err);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    a->world->files, path.text, temporary.text, state.data, state.len, false, err);
	pb_buf_done(&state);
	return status;
}

enum pb_status
pb_rehearse(
    struct pb_archive *a, bool sheet, struct pb_rehearsal *ret_rehearsal, struct pb_error *err)
{
	struct pb_rehearsal r = { .first_closed = "" };
	enum pb_status status;
	uint64_t seq = 0;

	if (a->key == NULL)
		return pb_fail(err, PB_EACCESS, REHEARSING, N_("there is no key to open it with"),
		    "%s", a->dir);
	status = open_all(a, &r, err);
	if (status == PB_OK)
		status = record(a, &r, sheet, &seq, err);
	if (status == PB_OK && r.opened == r.segments)
		status = note(a, &r, seq, err);
	if (status == PB_OK)
		*ret_rehearsal = r;
	return status;
}

/* ---- a glance ------------------------------------------------------------------------------- */

/* When this reader's key was rehearsed; 0: that is not known. */
static enum pb_status
read_state(const struct pb_files *files, const char *dir, const char *id, int64_t *ret_s,
    struct pb_error *err)
{
	struct pb_buf bytes = PB_BUF_EMPTY;
	struct pb_json *state = NULL;
	struct pb_path path;
	uint64_t at_s;
	enum pb_status status = state_path(dir, PB_DIR_READERS, id, &path, err);

	*ret_s = 0;
	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, PB_LIMIT_PEM, &bytes, err);
	if (status == PB_OK)
		status = pb_json_parse(bytes.data, bytes.len, &state, err);
	if (status == PB_OK && pb_json_as_u64(pb_json_get(state, "rehearsed_s"), &at_s) &&
	    at_s <= INT64_MAX / 1000000)
		*ret_s = (int64_t)at_s;
	pb_json_free(state);
	pb_buf_done(&bytes);
	/* It is derived: what is not there, or is no such note, says nothing. */
	return status == PB_ENOENT || status == PB_EDATA || status == PB_ECORRUPT ||
		       status == PB_ELIMIT
		   ? PB_OK
		   : status;
}

enum pb_status
pb_rehearsal_last(const struct pb_world *world, const char *dir, struct pb_rehearsed *ret_rehearsed,
    struct pb_error *err)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_readers *readers = calloc(1, sizeof(*readers));
	struct pb_rehearsed rehearsed = { .recovery = false };
	enum pb_status status;

	status = founded == NULL || readers == NULL
		     ? pb_fail_memory(err, N_("look at the archive"))
		     : pb_founded_read(world->files, dir, founded, err);
	if (status == PB_OK)
		status = pb_readers_in_force(world->files, dir, founded, readers, err);
	for (size_t i = 0; status == PB_OK && i < readers->count; i++) {
		int64_t last_s;

		if (strcmp(readers->reader[i].role, "reader") == 0)
			continue;
		rehearsed.recovery = true;
		status = read_state(world->files, dir, readers->reader[i].id, &last_s, err);
		if (last_s > rehearsed.last_s)
			rehearsed.last_s = last_s;
	}
	if (status == PB_OK)
		*ret_rehearsed = rehearsed;
	free(readers);
	free(founded);
	return status;
}
