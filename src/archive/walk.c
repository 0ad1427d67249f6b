#include "archive/walk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "archive/head.h"
#include "core/error.h"

struct pb_walk {
	const struct pb_files *files;
	char *dir;
	char (*names)[PB_SEGMENT_NAME_LEN + 1];
	size_t count;
	size_t at;                /* index of the open segment */
	struct pb_frames *frames; /* NULL: none */
	uint64_t offset;          /* of the next frame */
	uint64_t seq;             /* of the next record */
	uint64_t slot;            /* of the next record */
};

enum pb_status
pb_walk_new(
    const struct pb_files *files, const char *dir, struct pb_walk **ret_walk, struct pb_error *err)
{
	struct pb_walk *walk = calloc(1, sizeof(*walk));
	enum pb_status status;

	if (walk == NULL || (walk->dir = strdup(dir)) == NULL) {
		free(walk);
		return pb_fail_memory(err, N_("read the vault"));
	}
	walk->files = files;
	status = pb_frames_list(files, dir, &walk->names, &walk->count, NULL, NULL, err);
	if (status != PB_OK) {
		pb_walk_free(walk);
		return status;
	}
	*ret_walk = walk;
	return PB_OK;
}

static uint64_t
first_seq(const struct pb_walk *walk, size_t index)
{
	return strtoull(walk->names[index], NULL, 16);
}

static enum pb_status
open_segment(struct pb_walk *walk, size_t index, struct pb_error *err)
{
	enum pb_status status;

	pb_frames_close(walk->frames);
	walk->frames = NULL;
	status = pb_frames_open(walk->files, walk->dir, walk->names[index], &walk->frames, err);
	if (status != PB_OK)
		return status;
	walk->at = index;
	walk->offset = pb_frames_start(walk->frames);
	walk->seq = first_seq(walk, index);
	walk->slot = 1;
	return PB_OK;
}

/*
 * In the open segment, from the nearest commit before seq that the frontier marks; one where that
 * record does not stand is not believed.
 */
static void
skip(struct pb_walk *walk, uint64_t seq)
{
	struct pb_frame frame;
	struct pb_head head;
	struct pb_leaf leaf;
	uint64_t i;

	if (pb_head_load(walk->files, walk->dir, &head, NULL) != PB_OK ||
	    strcmp(head.segment, walk->names[walk->at]) != 0)
		return;
	for (i = head.marks.count; i > 0 && head.marks.at[i - 1].seq > seq;)
		i--;
	if (i == 0 || head.marks.at[i - 1].seq < walk->seq)
		return;
	if (pb_frames_read(walk->frames, head.marks.at[i - 1].offset, &frame, NULL) != PB_OK ||
	    frame.tag == PB_FRAME_CHECKPOINT ||
	    pb_leaf_decode(frame.leaf, &leaf) != PB_LEAF_SOUND ||
	    leaf.seq != head.marks.at[i - 1].seq)
		return;
	walk->slot += leaf.seq - walk->seq;
	walk->seq = leaf.seq;
	walk->offset = frame.offset;
}

/* The last segment that begins at seq or before. */
static enum pb_status
seek(struct pb_walk *walk, uint64_t seq, struct pb_error *err)
{
	size_t low = 0, high = walk->count;
	enum pb_status status;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (first_seq(walk, middle) <= seq)
			low = middle;
		else
			high = middle;
	}
	if (walk->count == 0)
		return pb_fail(err, PB_ENOENT, N_("find a record"),
		    N_("the archive holds none of that number"), "%" PRIu64, seq);
	status = open_segment(walk, low, err);
	if (status == PB_OK && low + 1 == walk->count)
		skip(walk, seq);
	return status;
}

enum pb_status
pb_walk_record(struct pb_walk *walk, uint64_t seq, struct pb_frame *ret_frame, uint64_t *ret_slot,
    struct pb_error *err)
{
	struct pb_frame frame;
	enum pb_status status = PB_OK;

	if (walk->frames == NULL || seq < walk->seq ||
	    (walk->at + 1 < walk->count && seq >= first_seq(walk, walk->at + 1)))
		status = seek(walk, seq, err);
	while (status == PB_OK) {
		status = pb_frames_read(walk->frames, walk->offset, &frame, err);
		if (status == PB_EEND)
			return pb_fail(err, PB_ENOENT, N_("find a record"),
			    N_("the archive holds none of that number"), "%" PRIu64, seq);
		if (status != PB_OK)
			break;
		walk->offset = frame.end;
		if (frame.tag == PB_FRAME_CHECKPOINT)
			continue;
		walk->slot++;
		if (walk->seq++ == seq) {
			*ret_frame = frame;
			*ret_slot = walk->slot - 1;
			return PB_OK;
		}
	}
	return status;
}

struct pb_frames *
pb_walk_frames(const struct pb_walk *walk)
{
	return walk->frames;
}

const char *
pb_walk_segment(const struct pb_walk *walk)
{
	return walk->names[walk->at];
}

void
pb_walk_free(struct pb_walk *walk)
{
	if (walk == NULL)
		return;
	pb_frames_close(walk->frames);
	free(walk->names);
	free(walk->dir);
	free(walk);
}
