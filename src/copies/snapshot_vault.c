/* keys/ and vault/ of a snapshot: slots first, then the frames that they are of. */
#include <stdio.h>
#include <stdlib.h>

#include "archive/paths.h"
#include "copies/snapshot_state.h"
#include "core/error.h"
#include "core/io.h"

/* The slots of one segment, which closes at 64 MiB: a record takes more than three slots' length.
 */
#define SLOTS_MAX ((size_t)64 * 1024 * 1024)

static const char SNAPSHOT[] = N_("read the archive for a copy");

static void
name_file(char out[PB_LIMIT_PATH], const char *room, const char *segment, const char *suffix)
{
	(void)snprintf(out, PB_LIMIT_PATH, "%s/%s%s", room, segment, suffix);
}

/*
 * Slots of every segment but the newest go to the sink; those of the newest stay in memory, as
 * long as they are when its reading ends.  Again, until no segment was begun meanwhile.
 */
static enum pb_status
read_slots(struct pb_taking *t, struct pb_error *err)
{
	const struct pb_files *files = t->world->files;
	char name[PB_LIMIT_PATH];
	struct pb_path path;
	enum pb_status status = PB_OK;
	size_t newest = SIZE_MAX;

	for (;;) {
		free(t->names);
		t->names = NULL;
		status = pb_frames_list(files, t->dir, &t->names, &t->count, NULL, NULL, err);
		if (status != PB_OK || t->count == 0 || newest == t->count - 1)
			return status;
		for (; status == PB_OK && t->slots_done + 1 < t->count; t->slots_done++) {
			name_file(name, PB_DIR_KEYS, t->names[t->slots_done], ".key");
			status = pb_snapshot_file(t, name, PB_COPIED_SLOTS, err);
		}
		newest = t->count - 1;
		name_file(name, PB_DIR_KEYS, t->names[newest], ".key");
		pb_buf_clear(&t->slots);
		if (status == PB_OK)
			status = pb_path_make(&path, t->dir, name, NULL, err);
		if (status == PB_OK)
			status = pb_io_read_regular(files, path.text, SLOTS_MAX, &t->slots, err);
		/* A segment that is being begun has no key file yet, and no commit either. */
		if (status == PB_ENOENT)
			status = PB_OK;
		if (status != PB_OK)
			return status;
	}
}

static enum pb_status
keep_note(struct pb_taking *t, const struct pb_frame *frame, struct pb_error *err)
{
	struct pb_buf *note = &t->snapshot->checkpoint;

	pb_buf_clear(note);
	if (pb_buf_reserve(note, (size_t)frame->payload.len) != PB_OK)
		return pb_fail_memory(err, SNAPSHOT);
	note->len = (size_t)frame->payload.len;
	return frame->payload.read(frame->payload.ctx, 0, note->data, note->len, err);
}

/* How far its commits reach for which there are slots; *ret_end 0: it has none. */
static enum pb_status
measure(struct pb_taking *t, const char *segment, uint64_t slots, uint64_t *ret_end,
    uint64_t *ret_records, struct pb_error *err)
{
	struct pb_frames *frames = NULL;
	struct pb_frame frame;
	uint64_t offset, records = 0;
	enum pb_status status = pb_frames_open(t->world->files, t->dir, segment, &frames, err);

	*ret_end = *ret_records = 0;
	if (status != PB_OK)
		return status == PB_ECORRUPT ? PB_OK : status;
	offset = pb_frames_start(frames);
	while ((status = pb_frames_read(frames, offset, &frame, err)) == PB_OK) {
		offset = frame.end;
		records += frame.tag != PB_FRAME_CHECKPOINT;
		if (records >= slots)
			break; /* slot 0 belongs to none */
		if (frame.tag != PB_FRAME_CHECKPOINT)
			continue;
		status = keep_note(t, &frame, err);
		if (status != PB_OK)
			break;
		*ret_end = frame.end;
		*ret_records = records;
	}
	pb_frames_close(frames);
	return status == PB_EEND || status == PB_ECORRUPT ? PB_OK : status;
}

static enum pb_status
put_segments(struct pb_taking *t, size_t whole, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	char name[PB_LIMIT_PATH];

	for (size_t i = 0; status == PB_OK && i < whole; i++) {
		name_file(name, PB_DIR_VAULT, t->names[i], ".seg");
		status = pb_snapshot_file(t, name, PB_COPIED_SEGMENT, err);
	}
	return status;
}

static enum pb_status
put_newest(struct pb_taking *t, uint64_t end, struct pb_error *err)
{
	struct pb_copied file = { .kind = PB_COPIED_SEGMENT, .len = end };
	char name[PB_LIMIT_PATH];
	struct pb_path source;
	enum pb_status status;

	name_file(name, PB_DIR_VAULT, t->names[t->count - 1], ".seg");
	status = pb_path_make(&source, t->dir, name, NULL, err);
	file.path = name;
	file.source = source.text;
	return status == PB_OK ? t->sink->put(t->sink->ctx, &file, err) : status;
}

enum pb_status
pb_snapshot_vault(struct pb_taking *t, struct pb_error *err)
{
	uint64_t end = 0, records = 0, first, ignored;
	enum pb_status status = read_slots(t, err);
	char name[PB_LIMIT_PATH];

	if (status == PB_OK && t->count > 0)
		status = measure(
		    t, t->names[t->count - 1], t->slots.len / PB_SLOT_LEN, &end, &records, err);
	if (status == PB_OK && end == 0 && t->count > 0) {
		/* Nothing of it is committed: the log ends with the one before. */
		t->count--;
		if (t->count > 0)
			status =
			    measure(t, t->names[t->count - 1], UINT64_MAX, &ignored, &records, err);
	}
	if (status != PB_OK)
		return status;
	if (t->count == 0 || records == 0)
		return pb_fail(
		    err, PB_ECORRUPT, SNAPSHOT, N_("the log holds no commit"), "%s", t->dir);
	first = strtoull(t->names[t->count - 1], NULL, 16);
	t->snapshot->size = first + records;
	if (end == 0)
		return put_segments(t, t->count, err);
	t->slots.len = (size_t)(records + 1) * PB_SLOT_LEN;
	pb_copied_blank(PB_COPIED_SLOTS, 0, t->slots.data, t->slots.len);
	name_file(name, PB_DIR_KEYS, t->names[t->count - 1], ".key");
	status = pb_snapshot_data(t, name, PB_COPIED_SLOTS, &t->slots, err);
	if (status == PB_OK)
		status = put_segments(t, t->count - 1, err);
	return status == PB_OK ? put_newest(t, end, err) : status;
}
