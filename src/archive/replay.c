#include "archive/replay.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "log/chain.h"
#include "vault/frames.h"

struct replay {
	const char *origin;
	const struct pb_note_verifier *verifier;
	struct pb_frames *frames; /* of the segment being read */
	struct pb_head head;      /* after the last whole commit */
	struct pb_head next;      /* after the last frame read */
};

/* One record frame: 1 if it continues the log, 0 if not, so that a torn tail ends here. */
static enum pb_status
take_record(
    struct replay *replay, const struct pb_frame *frame, bool *ret_sound, struct pb_error *err)
{
	uint8_t digest[PB_DIGEST_LEN];
	struct pb_head *next = &replay->next;
	struct pb_leaf leaf;
	enum pb_status status;

	*ret_sound = false;
	if (pb_leaf_decode(frame->leaf, &leaf) != PB_LEAF_SOUND || leaf.seq != next->tree.size ||
	    memcmp(leaf.prev, next->prev, PB_DIGEST_LEN) != 0)
		return PB_OK;
	status = pb_frames_payload_sha256(frame, digest, err);
	if (status != PB_OK)
		return status;
	if (memcmp(digest, leaf.payload_sha256, PB_DIGEST_LEN) != 0)
		return PB_OK;
	pb_tree_leaf_hash(frame->leaf, PB_LEAF_LEN, digest);
	pb_tree_append(&next->tree, digest);
	pb_chain_next(frame->leaf, next->prev);
	next->time_s = leaf.time_s;
	next->segment_records++;
	*ret_sound = true;
	return PB_OK;
}

/*
 * A checkpoint that the log's key signed, or not.  Running out of memory is
 * neither: a good commit must never be taken for a torn one.
 */
static enum pb_status
read_checkpoint(const uint8_t *data, size_t len, const struct pb_note_verifier *verifier,
    struct pb_note *note, struct pb_checkpoint *ret_stated, bool *ret_signed, struct pb_error *err)
{
	enum pb_note_verdict verdict;
	enum pb_status status = pb_note_parse(data, len, note, NULL);

	*ret_signed = false;
	if (status == PB_OK)
		status = pb_checkpoint_parse(note, ret_stated, NULL);
	if (status != PB_OK)
		return status == PB_ENOMEM ? pb_fail_memory(err, N_("read a checkpoint")) : PB_OK;
	verdict = pb_note_verify(note, verifier, NULL);
	if (verdict == PB_NOTE_UNSETTLED)
		return pb_fail_memory(err, N_("read a checkpoint"));
	*ret_signed = verdict == PB_NOTE_GOOD;
	return PB_OK;
}

/* Does this 'C' sign exactly the log so far? */
static enum pb_status
check_commit(
    struct replay *replay, const struct pb_frame *frame, bool *ret_sound, struct pb_error *err)
{
	struct pb_checkpoint stated, expected;
	struct pb_buf bytes = PB_BUF_EMPTY;
	struct pb_note *note = NULL;
	enum pb_status status;

	*ret_sound = false;
	note = malloc(sizeof(*note));
	if (note == NULL || frame->payload.len > PB_LIMIT_NOTE ||
	    pb_buf_reserve(&bytes, frame->payload.len) != PB_OK) {
		status = note != NULL && frame->payload.len > PB_LIMIT_NOTE
			     ? PB_OK
			     : pb_fail_memory(err, N_("read a checkpoint"));
		goto out;
	}
	status = frame->payload.read(frame->payload.ctx, 0, bytes.data, frame->payload.len, err);
	if (status != PB_OK)
		goto out;
	status = read_checkpoint(
	    bytes.data, frame->payload.len, replay->verifier, note, &stated, ret_sound, err);
	pb_head_checkpoint(&replay->next, replay->origin, &expected);
	*ret_sound = *ret_sound && strcmp(stated.origin, expected.origin) == 0 &&
		     stated.size == expected.size &&
		     memcmp(stated.root, expected.root, PB_DIGEST_LEN) == 0 &&
		     memcmp(stated.head, expected.head, PB_DIGEST_LEN) == 0;
out:
	pb_buf_done(&bytes);
	free(note);
	return status;
}

/* Frames from `offset` to the end of the segment or to the first that does not hold. */
static enum pb_status
read_segment(struct replay *replay, uint64_t offset, struct pb_error *err)
{
	struct pb_frame frame;
	enum pb_status status;
	bool sound = true;

	for (;;) {
		status = pb_frames_read(replay->frames, offset, &frame, err);
		if (status == PB_EEND || status == PB_ECORRUPT)
			return PB_OK;
		if (status != PB_OK)
			return status;
		if (frame.tag == PB_FRAME_CHECKPOINT)
			status = check_commit(replay, &frame, &sound, err);
		else
			status = take_record(replay, &frame, &sound, err);
		if (status != PB_OK || !sound)
			return status;
		offset = frame.end;
		if (frame.tag == PB_FRAME_CHECKPOINT) {
			replay->next.checkpoint_offset = frame.offset;
			replay->next.end = frame.end;
			pb_head_mark(&replay->next, replay->next.segment);
			replay->head = replay->next;
		}
	}
}

static enum pb_status
rolled_back(const struct pb_head *head, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, N_("find the end of the log"),
	    N_("the vault does not hold the last commit that it held before"), "%s", head->segment);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("an older copy was put in its place, or files are lost: run `probant verify`, "
	       "bring the newest copy back, write nothing to this one"));
}

/* The head says where its own 'C' stands: it must stand there still. */
static enum pb_status
check_start(struct replay *replay, struct pb_error *err)
{
	const struct pb_head *head = &replay->head;
	struct pb_frame frame;
	enum pb_status status;
	bool sound;

	status = pb_frames_read(replay->frames, head->checkpoint_offset, &frame, err);
	if (status == PB_ECORRUPT || status == PB_EEND)
		return rolled_back(head, err);
	if (status != PB_OK)
		return status;
	if (frame.tag != PB_FRAME_CHECKPOINT || frame.end != head->end)
		return rolled_back(head, err);
	status = check_commit(replay, &frame, &sound, err);
	if (status == PB_OK && !sound)
		return rolled_back(head, err);
	return status;
}

/* The segment in which the head stands, or the first one; count if it is gone. */
static size_t
find_start(const struct pb_head *head, char (*names)[PB_SEGMENT_NAME_LEN + 1], size_t count)
{
	size_t i;

	if (head->tree.size == 0)
		return 0;
	for (i = 0; i < count; i++)
		if (strcmp(names[i], head->segment) == 0)
			return i;
	return count;
}

/* One segment; ret_end: how far its commits reach, 0 if it holds none that continues the log. */
static enum pb_status
replay_segment(const struct pb_files *files, const char *dir, struct replay *replay,
    const char *name, uint64_t *ret_end, uint64_t *ret_size, struct pb_error *err)
{
	bool started = strcmp(name, replay->head.segment) == 0;
	enum pb_status status;

	*ret_end = 0;
	*ret_size = 1;
	status = pb_frames_open(files, dir, name, &replay->frames, err);
	if (status == PB_ECORRUPT)
		return started ? rolled_back(&replay->head, err) : PB_OK;
	if (status != PB_OK)
		return status;
	pb_frames_drop_cache(replay->frames);
	*ret_size = pb_frames_size(replay->frames);
	replay->next = replay->head;
	if (started) {
		status = check_start(replay, err);
	} else {
		memcpy(replay->next.segment, name, PB_SEGMENT_NAME_LEN + 1);
		replay->next.segment_records = 0;
		replay->next.marks.count = 0;
	}
	if (status == PB_OK)
		status = read_segment(
		    replay, started ? replay->head.end : pb_frames_start(replay->frames), err);
	if (status == PB_OK && strcmp(replay->head.segment, name) == 0)
		*ret_end = replay->head.end;
	pb_frames_close(replay->frames);
	replay->frames = NULL;
	return status;
}

enum pb_status
pb_replay(const struct pb_files *files, const char *dir, const char *origin,
    const struct pb_note_verifier *verifier, char (*names)[PB_SEGMENT_NAME_LEN + 1], size_t count,
    struct pb_head *head, struct pb_tail *ret_tail, struct pb_error *err)
{
	struct replay replay = { .origin = origin, .verifier = verifier, .head = *head };
	struct pb_tail tail = { .segment = "" };
	enum pb_status status = PB_OK;
	uint64_t end, size;
	size_t i;

	i = find_start(head, names, count);
	if (head->tree.size > 0 && i == count)
		return rolled_back(head, err);
	for (; i < count; i++) {
		status = replay_segment(files, dir, &replay, names[i], &end, &size, err);
		if (status != PB_OK)
			return status;
		if (end == size)
			continue;
		if (i + 1 < count) {
			(void)pb_fail(err, PB_ECORRUPT, N_("find the end of the log"),
			    N_("a segment before the newest one is damaged"), "%s", names[i]);
			return pb_fail_todo(err, PB_ECORRUPT,
			    N_("run `probant verify` to see what is hit; bring a good copy of "
			       "this file back before anything is written"));
		}
		memcpy(tail.segment, names[i], sizeof(tail.segment));
		tail.offset = end;
		tail.records = end > 0 ? replay.head.segment_records : 0;
	}
	*head = replay.head;
	*ret_tail = tail;
	return PB_OK;
}
