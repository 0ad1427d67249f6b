#include "verify/log.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/error.h"
#include "verify/state.h"

void
pb_verify_find(struct pb_verify_state *state, const struct pb_source_item *item,
    enum pb_check_id id, enum pb_verdict weight, uint64_t seq, const char *code, const char *text)
{
	if (item->offset == PB_VERIFY_NO_OFFSET)
		pb_verification_find(state->v, id, weight, seq, code, text, "%s", item->segment);
	else
		pb_verification_find(state->v, id, weight, seq, code, text, "%s:%" PRIu64,
		    item->segment, item->offset);
}

/* What cannot be read is found where it stands, and breaks what is computed over all records. */
static void
take_damage(struct pb_verify_state *state, const struct pb_source_item *item)
{
	pb_verify_find(
	    state, item, item->check, PB_INVALID, state->next_seq, item->code, item->text);
	pb_verify_leaf_lost(state, item);
}

static enum pb_status
take(struct pb_verify_state *state, const struct pb_source_item *item, struct pb_error *err)
{
	switch (item->kind) {
	case PB_SOURCE_SEGMENT:
		return pb_verify_segment_begin(state, item, err);
	case PB_SOURCE_RECORD:
		return pb_verify_record(state, item, err);
	case PB_SOURCE_CHECKPOINT:
		return pb_verify_checkpoint(state, item, err);
	case PB_SOURCE_DAMAGE:
		break;
	}
	take_damage(state, item);
	return PB_OK;
}

static enum pb_status
read_source(struct pb_verify_state *state, const struct pb_source *source, struct pb_error *err)
{
	struct pb_source_item item;
	enum pb_status status;

	for (;;) {
		item = (struct pb_source_item){ 0 };
		status = source->next(source->ctx, &item, err);
		if (status == PB_EEND)
			return PB_OK;
		if (status == PB_OK)
			status = take(state, &item, err);
		if (status != PB_OK)
			return status;
	}
}

static enum pb_status
begin(struct pb_verify_state *state, struct pb_error *err)
{
	const struct pb_verify_log_options *options = state->options;
	enum pb_status status = pb_digest_new(PB_DIGEST_SHA256, &state->tools.sha256, err);

	pb_tree_init(&state->tree);
	if (status == PB_OK)
		status = pb_verify_anchors_init(state, err);
	if (status == PB_OK && options->against != NULL)
		status = pb_verify_held_read(
		    &state->against, options->against, options->against_len, err);
	if (status == PB_OK && options->published != NULL) {
		status = pb_verify_held_read(
		    &state->published, options->published, options->published_len, err);
		/* Ours to judge, not the caller's to mend: a finding (trust.c). */
		if (pb_inside_unsound(status))
			status = PB_OK;
	}
	return status;
}

static enum pb_status
end(struct pb_verify_state *state, struct pb_error *err)
{
	enum pb_status status = pb_verify_record_flush(state, err);

	if (status != PB_OK)
		return status;
	pb_verify_segment_end(state);
	pb_verify_record_end(state);
	pb_verify_destroyed_end(state);
	if (state->records == 0)
		pb_verification_find(state->v, PB_CHECK_CHAIN, PB_INVALID, PB_NO_SEQ, "log_empty",
		    N_("There is no record here, not even the one with which every log begins."),
		    "%s", "");
	pb_verification_set_log(state->v, state->origin, state->records, state->signed_size);
	pb_verify_trust(state);
	status = pb_verify_anchors_end(state, err);
	if (status != PB_OK)
		return status;
	return pb_verify_history(state, err);
}

enum pb_status
pb_verify_log(const struct pb_source *source, const struct pb_verify_log_options *options,
    struct pb_verification *v, struct pb_error *err)
{
	struct pb_verify_state *state = calloc(1, sizeof(*state));
	enum pb_status status;

	if (state == NULL)
		return pb_fail_memory(err, N_("verify"));
	state->v = v;
	state->options = options;
	status = begin(state, err);
	if (status == PB_OK)
		status = read_source(state, source, err);
	if (status == PB_OK)
		status = end(state, err);
	pb_verify_held_done(&state->against);
	pb_verify_held_done(&state->published);
	pb_verify_anchors_done(state);
	pb_verify_destroyed_done(&state->destroyed);
	pb_buf_done(&state->first_seqs);
	pb_buf_done(&state->newest);
	pb_verify_crew_free(state->crew);
	pb_inside_tools_done(&state->tools);
	free(state);
	return status;
}
