#include "archive/facts.h"

#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "record/types.h"

#define FACTS_MAX (1024 * 1024)

static enum pb_status
damaged(const struct pb_frame *frame, struct pb_error *err)
{
	return pb_fail(err, PB_ECORRUPT, N_("read an open record"), N_("it is damaged"),
	    "offset %llu", (unsigned long long)frame->offset);
}

/* What is taken out of it; without a place for objects they stay where they are. */
struct wanted {
	struct pb_buf facts;
	struct pb_buf *first, *rest; /* borrowed, or NULL both */
};

static enum pb_status
take_objects(struct pb_opened *opened, const struct wanted *wanted, struct pb_error *err)
{
	struct pb_buf *to = wanted->first;
	enum pb_status status = PB_OK;
	uint64_t room = PB_LIMIT_OBJECTS;

	for (unsigned i = 0; status == PB_OK && i < pb_opened_count(opened); i++) {
		uint64_t len = pb_opened_len(opened, (uint8_t)i);

		if (pb_opened_kind(opened, (uint8_t)i) != PB_PART_OBJECT)
			continue;
		if (len > room)
			return pb_fail(err, PB_ELIMIT, N_("read an open record"),
			    N_("its objects are too long"), "%llu", (unsigned long long)len);
		room -= len;
		status = pb_opened_part(opened, (uint8_t)i, PB_LIMIT_OBJECT, to, err);
		to = wanted->rest;
	}
	return status;
}

/* What was opened, if it is what the leaf commits to. */
static enum pb_status
take(struct pb_opened *opened, const struct pb_frame *frame, const struct pb_leaf *leaf,
    struct wanted *wanted, struct pb_error *err)
{
	uint8_t commitment[PB_COMMITMENT_LEN], digest[PB_DIGEST_LEN];
	uint8_t index = pb_opened_find(opened, PB_PART_FACTS);
	enum pb_status status;
	bool right;

	status = pb_opened_commitment(opened, commitment, &right, digest, err);
	if (status != PB_OK)
		return status;
	if (memcmp(commitment, leaf->commitment, sizeof(commitment)) != 0 ||
	    index == pb_opened_count(opened))
		return damaged(frame, err);
	status = pb_opened_part(opened, index, FACTS_MAX, &wanted->facts, err);
	if (status == PB_OK && wanted->first != NULL)
		status = take_objects(opened, wanted, err);
	return status;
}

static enum pb_status
open_frame(const struct pb_frames *frames, const struct pb_frame *frame, struct wanted *wanted,
    struct pb_error *err)
{
	struct pb_opener *opener = NULL;
	struct pb_opened *opened = NULL;
	uint8_t digest[PB_DIGEST_LEN];
	struct pb_secret *r = NULL;
	struct pb_leaf leaf;
	enum pb_status status;

	if (frame->tag != PB_FRAME_OPEN || pb_leaf_decode(frame->leaf, &leaf) != PB_LEAF_SOUND)
		return damaged(frame, err);
	status = pb_frames_payload_sha256(frame, digest, err);
	if (status == PB_OK && memcmp(digest, leaf.payload_sha256, PB_DIGEST_LEN) != 0)
		status = damaged(frame, err);
	if (status == PB_OK)
		status = pb_secret_new(sizeof(frame->r), &r, err);
	if (status == PB_OK) {
		memcpy(pb_secret_bytes(r), frame->r, sizeof(frame->r));
		status = pb_opener_new(pb_frames_header(frames)->origin, &opener, err);
	}
	if (status == PB_OK)
		status = pb_opener_open(opener, &frame->payload, r, &opened, err);
	if (status == PB_OK)
		status = take(opened, frame, &leaf, wanted, err);
	pb_opened_free(opened);
	pb_opener_free(opener);
	pb_secret_free(r);
	return status;
}

enum pb_status
pb_facts_read_objects(const struct pb_frames *frames, const struct pb_frame *frame,
    struct pb_json **ret_facts, struct pb_buf *first, struct pb_buf *rest, struct pb_error *err)
{
	struct wanted wanted = { .facts = PB_BUF_EMPTY, .first = first, .rest = rest };
	enum pb_status status = open_frame(frames, frame, &wanted, err);

	if (status == PB_OK)
		status = pb_json_parse(wanted.facts.data, wanted.facts.len, ret_facts, err);
	if (status == PB_EDATA)
		status = damaged(frame, err);
	pb_buf_done(&wanted.facts);
	return status;
}

enum pb_status
pb_facts_read(const struct pb_frames *frames, const struct pb_frame *frame,
    struct pb_json **ret_facts, struct pb_error *err)
{
	return pb_facts_read_objects(frames, frame, ret_facts, NULL, NULL, err);
}
