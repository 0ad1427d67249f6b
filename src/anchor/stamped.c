#include "anchor/stamped.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/facts.h"
#include "archive/head.h"
#include "core/error.h"
#include "core/text.h"
#include "log/shared.h"
#include "record/types.h"
#include "vault/frames.h"

/* Where the anchors of a segment stand; those of a commit count when its "C" is there. */
struct anchors {
	struct pb_buf offsets; /* u64 each */
	size_t committed;      /* bytes of it */
};

/* The records of one commit that wait, while its "C" is not there. */
struct commit {
	uint64_t plain;
	uint64_t openings; /* of segments: they count unless the commit is an anchor's */
	uint64_t plain_s;  /* local clock of the first; 0: none */
	uint64_t opening_s;
	bool anchor;
};

struct search {
	const struct pb_files *files;
	const char *dir;
	char (*names)[PB_SEGMENT_NAME_LEN + 1];
	size_t count;
	size_t first;             /* segment that is read at all */
	struct pb_place from;     /* in that one; size 0: the beginning */
	struct pb_frames *frames; /* of the segment that is read */
	struct anchors anchors;
	struct commit commit;
	bool gap_settled; /* the newest word on a gap was found */
	struct pb_stamped stamped;
};

typedef enum pb_status visit_fn(
    struct search *s, const struct pb_frame *frame, struct pb_error *err);

static uint64_t
start(const struct search *s, size_t index)
{
	return s->from.size > 0 && index == s->first ? s->from.checkpoint_offset
						     : pb_frames_start(s->frames);
}

/*
 * Each frame of a segment.  Nobody holds the lock: the newest one may end in the middle
 * of a commit that is being written.
 */
static enum pb_status
read_segment(struct search *s, size_t index, visit_fn *visit, struct pb_error *err)
{
	bool newest = index + 1 == s->count;
	struct pb_frame frame;
	enum pb_status status;
	uint64_t offset;

	pb_frames_close(s->frames);
	s->frames = NULL;
	memset(&s->commit, 0, sizeof(s->commit));
	status = pb_frames_open(s->files, s->dir, s->names[index], &s->frames, err);
	if (status == PB_ECORRUPT && newest && index > 0)
		return PB_OK;
	for (offset = status == PB_OK ? start(s, index) : 0; status == PB_OK; offset = frame.end) {
		status = pb_frames_read(s->frames, offset, &frame, err);
		if (status == PB_EEND || (status == PB_ECORRUPT && newest))
			return PB_OK;
		if (status == PB_OK)
			status = visit(s, &frame, err);
	}
	return status;
}

/* ---- the newest anchors --------------------------------------------------------------------- */

static enum pb_status
note_anchor(struct search *s, const struct pb_frame *frame, struct pb_error *err)
{
	struct pb_leaf leaf;

	if (frame->tag == PB_FRAME_CHECKPOINT)
		s->anchors.committed = s->anchors.offsets.len;
	else if (pb_leaf_decode(frame->leaf, &leaf) == PB_LEAF_SOUND &&
		 leaf.type == PB_RECORD_ANCHOR &&
		 pb_buf_append_u64(&s->anchors.offsets, frame->offset) != PB_OK)
		return pb_fail_memory(err, N_("look for timestamps"));
	return PB_OK;
}

/* Days since 1970 of a date of the Gregorian calendar, years from March on. */
static int64_t
days(int64_t year, int64_t month, int64_t day)
{
	int64_t shifted = month > 2 ? month - 3 : month + 9, from = month > 2 ? year : year - 1;

	return 365 * from + from / 4 - from / 100 + from / 400 + (153 * shifted + 2) / 5 + day - 1 -
	       719468;
}

/* "2026-05-06T16:06:10.25Z", cut to microseconds; 0 for anything else. */
static int64_t
parse_time(const char *text)
{
	unsigned year, month, day, hour, minute, second;
	int64_t us, step = 100000;
	int at = 0;

	if (strspn(text, "0123456789-T:.Z") != strlen(text) ||
	    sscanf(text, "%4u-%2u-%2uT%2u:%2u:%2u%n", &year, &month, &day, &hour, &minute, &second,
		&at) != 6)
		return 0;
	us = (days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second) * 1000000;
	if (text[at] == '.')
		for (at++; text[at] >= '0' && text[at] <= '9'; at++, step /= 10)
			us += step * (text[at] - '0');
	return us;
}

static void
take_token(struct search *s, const struct pb_leaf *leaf, const struct pb_json *facts, uint64_t size)
{
	const char *tsa = pb_json_string(pb_json_get(facts, "tsa"));
	const char *gen_time = pb_json_string(pb_json_get(facts, "gen_time"));
	struct pb_stamped *stamped = &s->stamped;

	stamped->size = size;
	stamped->anchor_s = leaf->time_s;
	stamped->gen_time_us = gen_time == NULL ? 0 : parse_time(gen_time);
	stamped->by[0] = '\0';
	if (tsa != NULL)
		pb_text_safe_copy(
		    stamped->by, sizeof(stamped->by), (const uint8_t *)tsa, strlen(tsa));
}

/* A token's, or the word on a gap: the newest of either settles whether there is one. */
static enum pb_status
take_anchor(struct search *s, const struct pb_frame *frame, struct pb_error *err)
{
	struct pb_json *facts = NULL;
	struct pb_leaf leaf;
	const char *event;
	enum pb_status status = pb_facts_read(s->frames, frame, &facts, err);
	uint64_t size = 0;

	if (status != PB_OK)
		return status;
	event = pb_json_string(pb_json_get(facts, "event"));
	if (pb_token_over(event) != PB_TOKEN_NONE &&
	    pb_json_as_u64(pb_json_get(facts, "size"), &size)) {
		if (size > s->stamped.size && pb_leaf_decode(frame->leaf, &leaf) == PB_LEAF_SOUND)
			take_token(s, &leaf, facts, size);
		s->gap_settled = true;
	} else if (!s->gap_settled && event != NULL) {
		s->stamped.gap =
		    strcmp(event, "timestamp_gap") == 0 &&
		    pb_json_as_u64(pb_json_get(facts, "since_s"), &s->stamped.gap_since_s);
		s->gap_settled = true;
	}
	pb_json_free(facts);
	return PB_OK;
}

/*
 * Backward until a token is found that none before it can be ahead of: those that ask at the
 * same time may keep what they were given in another order, but an anchor is over a checkpoint
 * before itself.
 */
static enum pb_status
find_in_segment(struct search *s, bool *ret_found, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	struct pb_frame frame;
	struct pb_leaf leaf;
	size_t at;

	for (at = s->anchors.committed; status == PB_OK && !*ret_found && at > 0;) {
		at -= sizeof(uint64_t);
		status = pb_frames_read(
		    s->frames, pb_get_u64(s->anchors.offsets.data + at), &frame, err);
		if (status != PB_OK || pb_leaf_decode(frame.leaf, &leaf) != PB_LEAF_SOUND)
			continue;
		*ret_found = leaf.seq < s->stamped.size;
		if (!*ret_found)
			status = take_anchor(s, &frame, err);
	}
	return status;
}

static enum pb_status
find_newest(struct search *s, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	bool found = false;
	size_t i;

	for (i = s->count; status == PB_OK && !found && i-- > s->first;) {
		pb_buf_clear(&s->anchors.offsets);
		s->anchors.committed = 0;
		status = read_segment(s, i, note_anchor, err);
		if (status == PB_OK)
			status = find_in_segment(s, &found, err);
		found |= s->stamped.size > 0 && strtoull(s->names[i], NULL, 16) <= s->stamped.size;
	}
	return status;
}

/* ---- what waits ----------------------------------------------------------------------------- */

static void
wait_for_stamp(struct pb_stamped *stamped, uint64_t count, uint64_t first_s)
{
	if (count == 0)
		return;
	if (stamped->waiting == 0)
		stamped->oldest_s = first_s;
	stamped->waiting += count;
}

static enum pb_status
count_waiting(struct search *s, const struct pb_frame *frame, struct pb_error *err)
{
	struct commit *commit = &s->commit;
	struct pb_leaf leaf;

	(void)err;
	if (frame->tag == PB_FRAME_CHECKPOINT) {
		if (!commit->anchor)
			wait_for_stamp(&s->stamped, commit->openings, commit->opening_s);
		wait_for_stamp(&s->stamped, commit->plain, commit->plain_s);
		memset(commit, 0, sizeof(*commit));
		return PB_OK;
	}
	if (pb_leaf_decode(frame->leaf, &leaf) != PB_LEAF_SOUND || leaf.seq < s->stamped.size)
		return PB_OK;
	if (leaf.type == PB_RECORD_ANCHOR) {
		commit->anchor = true;
	} else if (leaf.type == PB_RECORD_KEY) {
		commit->opening_s = leaf.time_s;
		commit->openings++;
	} else if (commit->plain++ == 0) {
		commit->plain_s = leaf.time_s;
	}
	return PB_OK;
}

static enum pb_status
find_waiting(struct search *s, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	size_t i = s->count;

	while (i > s->first + 1 && strtoull(s->names[i - 1], NULL, 16) > s->stamped.size)
		i--;
	for (i = i > 0 ? i - 1 : 0; status == PB_OK && i < s->count; i++)
		status = read_segment(s, i, count_waiting, err);
	return status;
}

/* ---- where to begin ------------------------------------------------------------------------- */

/*
 * From where a token was last kept, if that is there: none before can be ahead of one over this
 * place, so what is found from here on holds, whoever wrote the hint.
 */
static enum pb_status
find_from_hint(struct search *s, bool *ret_found, struct pb_error *err)
{
	struct pb_head head;
	enum pb_status status;
	size_t i;

	*ret_found = false;
	if (pb_head_load(s->files, s->dir, &head, NULL) != PB_OK || head.stamped.size == 0)
		return PB_OK;
	status = pb_place_holds(s->files, s->dir, &head.stamped, ret_found, err);
	if (status != PB_OK || !*ret_found)
		return status;
	for (i = s->count; i > 0 && strcmp(s->names[i - 1], head.stamped.segment) != 0;)
		i--;
	*ret_found = i > 0;
	if (i == 0)
		return PB_OK; /* a segment that was begun since they were listed */
	s->first = i - 1;
	s->from = head.stamped;
	status = find_newest(s, err);
	*ret_found = s->stamped.size >= head.stamped.size;
	return status;
}

static enum pb_status
find_anywhere(struct search *s, struct pb_error *err)
{
	s->first = 0;
	s->from.size = 0;
	s->gap_settled = false;
	memset(&s->stamped, 0, sizeof(s->stamped));
	return find_newest(s, err);
}

enum pb_status
pb_stamped_find(const struct pb_files *files, const char *dir, struct pb_stamped *ret_stamped,
    struct pb_error *err)
{
	struct search s = { .files = files, .dir = dir };
	enum pb_status status;
	bool found = false;

	status = pb_frames_list(files, dir, &s.names, &s.count, NULL, NULL, err);
	if (status == PB_OK)
		status = find_from_hint(&s, &found, err);
	if (status == PB_OK && !found)
		status = find_anywhere(&s, err);
	if (status == PB_OK)
		status = find_waiting(&s, err);
	if (status == PB_OK)
		*ret_stamped = s.stamped;
	pb_frames_close(s.frames);
	pb_buf_done(&s.anchors.offsets);
	free(s.names);
	return status;
}
