#include "archive/newest.h"

#include <stdlib.h>
#include <string.h>

#include "archive/head.h"
#include "record/leaf.h"
#include "record/types.h"
#include "vault/frames.h"

static bool
is_message(uint8_t type)
{
	return type == PB_RECORD_MESSAGE || type == PB_RECORD_IMPORTED;
}

/*
 * The last message of the frames from `from` to `to`.  A commit that is being written may end in
 * the middle; what is not committed yet is as new as that.
 */
static enum pb_status
look(struct pb_frames *frames, uint64_t from, uint64_t to, bool growing, uint64_t *ret_time_s,
    struct pb_error *err)
{
	enum pb_status status = PB_OK;
	struct pb_frame frame;
	struct pb_leaf leaf;

	for (uint64_t offset = from; status == PB_OK && offset < to; offset = frame.end) {
		status = pb_frames_read(frames, offset, &frame, err);
		if (status == PB_OK && frame.tag != PB_FRAME_CHECKPOINT &&
		    pb_leaf_decode(frame.leaf, &leaf) == PB_LEAF_SOUND && is_message(leaf.type))
			*ret_time_s = leaf.time_s;
	}
	return status == PB_EEND || (status == PB_ECORRUPT && growing) ? PB_OK : status;
}

/* From mark to mark backward: most often it stands near the end. */
static enum pb_status
look_backward(struct pb_frames *frames, const struct pb_head_marks *marks, uint64_t *ret_time_s,
    struct pb_error *err)
{
	uint64_t end = UINT64_MAX;
	enum pb_status status = PB_OK;

	for (uint64_t k = marks->count; status == PB_OK && *ret_time_s == 0 && k-- > 0;) {
		status = look(frames, marks->at[k].offset, end, end == UINT64_MAX, ret_time_s, err);
		end = marks->at[k].offset;
	}
	if (status == PB_OK && *ret_time_s == 0)
		status =
		    look(frames, pb_frames_start(frames), end, end == UINT64_MAX, ret_time_s, err);
	return status;
}

static enum pb_status
look_in(const struct pb_files *files, const char *dir, const char *segment, bool newest,
    uint64_t *ret_time_s, struct pb_error *err)
{
	struct pb_frames *frames = NULL;
	struct pb_head head;
	enum pb_status status = pb_frames_open(files, dir, segment, &frames, err);

	/* The marks are hints: those of another segment, or none, and it is read from the front. */
	if (status == PB_OK &&
	    (pb_head_load(files, dir, &head, NULL) != PB_OK || strcmp(head.segment, segment) != 0))
		head.marks.count = 0;
	if (status == PB_OK)
		status = look_backward(frames, &head.marks, ret_time_s, err);
	pb_frames_close(frames);
	return status == PB_ECORRUPT && newest ? PB_OK : status; /* it is being begun */
}

enum pb_status
pb_newest_message(
    const struct pb_files *files, const char *dir, uint64_t *ret_time_s, struct pb_error *err)
{
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	uint64_t time_s = 0;
	size_t count = 0;
	enum pb_status status = pb_frames_list(files, dir, &names, &count, NULL, NULL, err);
	size_t first = count > PB_NEWEST_SEGMENTS ? count - PB_NEWEST_SEGMENTS : 0;

	for (size_t i = count; status == PB_OK && time_s == 0 && i-- > first;)
		status = look_in(files, dir, names[i], i + 1 == count, &time_s, err);
	free(names);
	if (status == PB_OK)
		*ret_time_s = time_s;
	return status;
}
