#include "archive/reach.h"

#include <stdlib.h>
#include <string.h>

#include "archive/facts.h"
#include "core/error.h"
#include "vault/frames.h"

struct reach {
	const struct pb_files *files;
	const char *dir;
	const struct pb_founded *founded;
	const struct pb_readers *readers;
	struct pb_readers sealed_for; /* of the segment at hand */
	bool handed;                  /* a later segment hands all before it to one of them */
};

static bool
is_sealed_for(const struct reach *reach)
{
	for (size_t i = 0; i < reach->readers->count; i++) {
		const struct pb_founded_reader *reader = &reach->readers->reader[i];
		size_t at = pb_readers_find(&reach->sealed_for, reader->id);

		if (at < reach->sealed_for.count &&
		    memcmp(reach->sealed_for.reader[at].fingerprint, reader->fingerprint,
			sizeof(reader->fingerprint)) == 0)
			return true;
	}
	return false;
}

static enum pb_status
read_past(struct reach *reach, const char *name, struct pb_error *err)
{
	struct pb_frames *frames = NULL;
	struct pb_json *facts = NULL;
	const struct pb_json *list;
	struct pb_frame frame;
	enum pb_status status = pb_frames_open(reach->files, reach->dir, name, &frames, err);

	if (status == PB_OK)
		status = pb_frames_read(frames, pb_frames_start(frames), &frame, err);
	if (status == PB_OK)
		status = pb_facts_read(frames, &frame, &facts, err);
	list = status == PB_OK ? pb_json_get(pb_json_get(facts, "past"), "readers") : NULL;
	for (size_t i = 0; i < pb_json_count(list); i++) {
		const char *id = pb_json_string(pb_json_item(list, i));

		if (id != NULL && pb_readers_find(reach->readers, id) < reach->readers->count)
			reach->handed = true;
	}
	pb_json_free(facts);
	pb_frames_close(frames);
	return status;
}

/* From the newest segment back to the first one that was handed over, or that nobody opens. */
static enum pb_status
look(struct reach *reach, bool *ret_whole, struct pb_error *err)
{
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	bool whole = true;
	size_t count = 0;
	enum pb_status status =
	    pb_frames_list(reach->files, reach->dir, &names, &count, NULL, NULL, err);

	while (status == PB_OK && whole && !reach->handed && count > 0) {
		count--;
		status = pb_readers_of_segment(reach->files, reach->dir, names[count],
		    reach->founded, &reach->sealed_for, err);
		whole = status == PB_OK && is_sealed_for(reach);
		if (whole)
			status = read_past(reach, names[count], err);
	}
	free(names);
	if (status == PB_OK)
		*ret_whole = whole;
	return status;
}

enum pb_status
pb_reach(const struct pb_files *files, const char *dir, const struct pb_founded *founded,
    const struct pb_readers *readers, bool *ret_whole, struct pb_error *err)
{
	struct reach *reach = calloc(1, sizeof(*reach));
	enum pb_status status;

	if (reach == NULL)
		return pb_fail_memory(err, N_("find who can open the archive"));
	reach->files = files;
	reach->dir = dir;
	reach->founded = founded;
	reach->readers = readers;
	status = look(reach, ret_whole, err);
	free(reach);
	return status;
}
