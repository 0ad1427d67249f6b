#include "archive/readers.h"

#include <stdlib.h>
#include <string.h>

#include "archive/facts.h"
#include "core/error.h"
#include "vault/frames.h"

/* ---- the list ------------------------------------------------------------------------------- */

static bool
copy_text(const struct pb_json *value, const char *alphabet, char *to, size_t size)
{
	const char *text = pb_json_string(value);
	size_t len = text == NULL ? 0 : strlen(text);

	if (len == 0 || len >= size || strspn(text, alphabet) != len)
		return false;
	memcpy(to, text, len + 1);
	return true;
}

/* What of it is shown is an id or a word of ours: a terminal takes nothing else from it. */
static bool
parse_reader(const struct pb_json *item, struct pb_founded_reader *reader)
{
	return copy_text(
		   pb_json_get(item, "id"), "0123456789abcdef", reader->id, sizeof(reader->id)) &&
	       copy_text(pb_json_get(item, "role"), "abcdefghijklmnopqrstuvwxyz", reader->role,
		   sizeof(reader->role)) &&
	       pb_json_as_hex(
		   pb_json_get(item, "sha256"), reader->fingerprint, sizeof(reader->fingerprint));
}

bool
pb_readers_parse(const struct pb_json *list, struct pb_readers *ret_readers)
{
	size_t count = pb_json_count(list);

	ret_readers->count = 0;
	if (count == 0 || count > PB_LIMIT_READERS || pb_json_is_object(list))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!parse_reader(pb_json_item(list, i), &ret_readers->reader[i]) ||
		    pb_readers_find(ret_readers, ret_readers->reader[i].id) < i)
			return false;
		ret_readers->count = i + 1;
	}
	return true;
}

void
pb_readers_write(const struct pb_readers *readers, struct pb_json_writer *w)
{
	pb_json_array_begin(w, "readers");
	for (size_t i = 0; i < readers->count; i++) {
		const struct pb_founded_reader *reader = &readers->reader[i];

		pb_json_object_begin(w, NULL);
		pb_json_text(w, "id", reader->id);
		pb_json_hex(w, "sha256", reader->fingerprint, sizeof(reader->fingerprint));
		pb_json_text(w, "role", reader->role);
		pb_json_object_end(w);
	}
	pb_json_array_end(w);
}

size_t
pb_readers_find(const struct pb_readers *readers, const char *id)
{
	size_t i;

	for (i = 0; i < readers->count; i++)
		if (strcmp(readers->reader[i].id, id) == 0)
			break;
	return i;
}

/* ---- where it is stated --------------------------------------------------------------------- */

static void
as_founded(const struct pb_founded *founded, struct pb_readers *readers)
{
	readers->count = founded->reader_count;
	memcpy(readers->reader, founded->reader, sizeof(readers->reader));
	readers->restated = false;
}

static enum pb_status
broken(const char *name, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, N_("find who can open the archive"),
	    N_("the record that begins the segment is damaged"), "%s", name);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("run `probant verify`, and bring a good copy of this segment back"));
}

/* The first record of a segment that is open. */
static enum pb_status
read_first(struct pb_frames *frames, struct pb_json **ret_facts, struct pb_error *err)
{
	struct pb_frame frame;
	enum pb_status status = pb_frames_read(frames, pb_frames_start(frames), &frame, err);

	return status == PB_OK ? pb_facts_read(frames, &frame, ret_facts, err) : status;
}

static enum pb_status
read_stated(struct pb_frames *frames, const char *name, const struct pb_founded *founded,
    struct pb_readers *readers, struct pb_error *err)
{
	struct pb_json *facts = NULL;
	const struct pb_json *list;
	enum pb_status status = read_first(frames, &facts, err);

	list = status == PB_OK ? pb_json_get(facts, "readers") : NULL;
	if (status == PB_ECORRUPT || status == PB_EEND)
		status = broken(name, err);
	else if (status == PB_OK && (list == NULL || pb_frames_header(frames)->first_seq == 0))
		as_founded(founded, readers);
	else if (status == PB_OK && !pb_readers_parse(list, readers))
		status = broken(name, err);
	else if (status == PB_OK)
		readers->restated = true;
	pb_json_free(facts);
	return status;
}

enum pb_status
pb_readers_of_segment(const struct pb_files *files, const char *dir, const char *name,
    const struct pb_founded *founded, struct pb_readers *ret_readers, struct pb_error *err)
{
	struct pb_readers *readers = calloc(1, sizeof(*readers));
	struct pb_frames *frames = NULL;
	enum pb_status status;

	if (readers == NULL)
		return pb_fail_memory(err, N_("find who can open the archive"));
	status = pb_frames_open(files, dir, name, &frames, err);
	if (status == PB_OK)
		status = read_stated(frames, name, founded, readers, err);
	if (status == PB_OK)
		*ret_readers = *readers;
	pb_frames_close(frames);
	free(readers);
	return status;
}

/* Is there a "C"?  What was being begun when a crash came states nothing (FORMAT 4.2). */
static enum pb_status
committed(const struct pb_files *files, const char *dir, const char *name, bool *ret_committed,
    struct pb_error *err)
{
	struct pb_frames *frames = NULL;
	struct pb_frame frame;
	enum pb_status status = pb_frames_open(files, dir, name, &frames, err);
	uint64_t offset = status == PB_OK ? pb_frames_start(frames) : 0;

	*ret_committed = false;
	while (status == PB_OK && !*ret_committed) {
		status = pb_frames_read(frames, offset, &frame, err);
		if (status != PB_OK)
			break;
		*ret_committed = frame.tag == PB_FRAME_CHECKPOINT;
		offset = frame.end;
	}
	pb_frames_close(frames);
	return status == PB_EEND || status == PB_ECORRUPT ? PB_OK : status;
}

enum pb_status
pb_readers_in_force(const struct pb_files *files, const char *dir, const struct pb_founded *founded,
    struct pb_readers *ret_readers, struct pb_error *err)
{
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	enum pb_status status;
	bool found = false;
	size_t count = 0;

	status = pb_frames_list(files, dir, &names, &count, NULL, NULL, err);
	while (status == PB_OK && !found && count > 0)
		status = committed(files, dir, names[--count], &found, err);
	if (status == PB_OK && found)
		status = pb_readers_of_segment(files, dir, names[count], founded, ret_readers, err);
	else if (status == PB_OK)
		as_founded(founded, ret_readers);
	free(names);
	return status;
}
