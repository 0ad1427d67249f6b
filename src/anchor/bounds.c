#include "anchor/bounds.h"

#include <stdlib.h>
#include <string.h>

#include "archive/facts.h"
#include "core/error.h"
#include "core/text.h"
#include "log/shared.h"
#include "record/types.h"
#include "vault/frames.h"

/* The bounds so far; index 1: of the local authority. */
struct search {
	uint64_t seq;
	struct pb_bound after[2], before[2];
};

static bool
any(const struct pb_bound bound[2])
{
	return bound[0].given || bound[1].given;
}

/* "2026-05-06T16:06:10.25Z"; up: its fraction counts as a second, else it is left out. */
static bool
parse_time(const char *text, bool up, int64_t *ret_time_s)
{
	char second[21];

	if (text == NULL || strlen(text) < 20)
		return false;
	memcpy(second, text, 19);
	memcpy(second + 19, "Z", 2);
	if (!pb_time_parse(second, ret_time_s, NULL))
		return false;
	*ret_time_s += up && text[19] == '.';
	return true;
}

static bool
bound_of(const struct pb_json *facts, bool before, struct pb_bound *ret_bound)
{
	const char *event = pb_json_string(pb_json_get(facts, "event"));
	const char *tsa = pb_json_string(pb_json_get(facts, "tsa"));
	struct pb_bound bound = { .given = true };
	uint64_t accuracy_us = 0;
	int64_t accuracy_s;

	if (pb_token_over(event) == PB_TOKEN_NONE || tsa == NULL ||
	    !parse_time(pb_json_string(pb_json_get(facts, "gen_time")), before, &bound.time_s) ||
	    !pb_json_as_bool(pb_json_get(facts, "local"), &bound.local))
		return false;
	(void)pb_json_as_u64(pb_json_get(facts, "accuracy_us"), &accuracy_us);
	if (accuracy_us > INT32_MAX)
		return false;
	accuracy_s = (int64_t)(accuracy_us + 999999) / 1000000;
	bound.time_s += before ? accuracy_s : -accuracy_s;
	pb_text_safe_copy(bound.by, sizeof(bound.by), (const uint8_t *)tsa, strlen(tsa));
	*ret_bound = bound;
	return true;
}

/* The last one in front of the record, and the first behind that is over it. */
static enum pb_status
take_anchor(struct search *s, const struct pb_frames *frames, const struct pb_frame *frame,
    uint64_t seq, struct pb_error *err)
{
	struct pb_json *facts = NULL;
	struct pb_bound bound;
	uint64_t size = 0;
	enum pb_status status = pb_facts_read(frames, frame, &facts, err);

	if (status != PB_OK)
		return status;
	(void)pb_json_as_u64(pb_json_get(facts, "size"), &size);
	if (bound_of(facts, seq > s->seq, &bound)) {
		if (seq < s->seq)
			s->after[bound.local] = bound;
		else if (size > s->seq && !s->before[bound.local].given)
			s->before[bound.local] = bound;
	}
	pb_json_free(facts);
	return PB_OK;
}

static enum pb_status
read_segment(struct search *s, const struct pb_files *files, const char *dir, const char *name,
    struct pb_error *err)
{
	struct pb_frames *frames = NULL;
	struct pb_frame frame = { .end = 0 };
	struct pb_leaf leaf;
	enum pb_status status = pb_frames_open(files, dir, name, &frames, err);
	uint64_t offset = status == PB_OK ? pb_frames_start(frames) : 0;

	while (status == PB_OK) {
		status = pb_frames_read(frames, offset, &frame, err);
		offset = frame.end;
		if (status != PB_OK || frame.tag != PB_FRAME_OPEN ||
		    pb_leaf_decode(frame.leaf, &leaf) != PB_LEAF_SOUND ||
		    leaf.type != PB_RECORD_ANCHOR)
			continue;
		if (leaf.seq > s->seq && s->before[0].given)
			break; /* nothing behind it bounds the record more closely */
		status = take_anchor(s, frames, &frame, leaf.seq, err);
	}
	pb_frames_close(frames);
	return status == PB_EEND ? PB_OK : status;
}

enum pb_status
pb_bounds_find(const struct pb_files *files, const char *dir, uint64_t seq,
    struct pb_bounds *ret_bounds, struct pb_error *err)
{
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	struct search s = { .seq = seq };
	size_t count = 0, at, i;
	enum pb_status status = pb_frames_list(files, dir, &names, &count, NULL, NULL, err);

	for (at = count; at > 1 && strtoull(names[at - 1], NULL, 16) > seq;)
		at--;
	for (i = at; status == PB_OK && i > 0 && (i == at || !any(s.after)); i--)
		status = read_segment(&s, files, dir, names[i - 1], err);
	for (i = at; status == PB_OK && i < count && !any(s.before); i++)
		status = read_segment(&s, files, dir, names[i], err);
	if (status == PB_OK) {
		ret_bounds->after = s.after[!s.after[0].given];
		ret_bounds->before = s.before[!s.before[0].given];
	}
	free(names);
	return status;
}
