#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "verify/state.h"

enum pb_verdict
pb_verify_checkpoint_signature(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_note *note, const struct pb_checkpoint *checkpoint, uint64_t seq)
{
	const struct pb_note_verifier *key = pb_verification_log_key(state->v);
	enum pb_note_verdict verdict = PB_NOTE_ABSENT;

	if (strcmp(checkpoint->origin, state->origin) != 0) {
		pb_verify_find(state, item, PB_CHECK_CHECKPOINT, PB_INVALID, seq,
		    "checkpoint_origin", N_("This checkpoint speaks of another log."));
		return PB_INVALID;
	}
	if (key != NULL)
		verdict = pb_note_verify(note, key, NULL);
	if (verdict == PB_NOTE_ABSENT)
		pb_verify_find(state, item, PB_CHECK_CHECKPOINT, PB_INVALID, seq,
		    "checkpoint_not_signed", N_("This checkpoint is not signed by the log's key."));
	if (verdict == PB_NOTE_FORGED)
		pb_verify_find(state, item, PB_CHECK_CHECKPOINT, PB_INVALID, seq,
		    "checkpoint_forged",
		    N_("The signature under this checkpoint is not by the log's key: it was "
		       "forged, or the checkpoint was changed."));
	if (verdict == PB_NOTE_UNSETTLED)
		pb_verify_find(state, item, PB_CHECK_CHECKPOINT, PB_INDETERMINATE, seq,
		    "checkpoint_unsettled",
		    N_("The signature under this checkpoint could not be looked at: memory ran "
		       "out."));
	if (verdict == PB_NOTE_UNSETTLED)
		return PB_INDETERMINATE;
	return verdict == PB_NOTE_GOOD ? PB_VALID : PB_INVALID;
}

/* Whether nothing was found, since what holds in every respect is remembered. */
static bool
check_agreement(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_checkpoint *checkpoint, uint64_t seq)
{
	uint8_t root[PB_DIGEST_LEN];
	bool size_right = checkpoint->size == state->next_seq;
	bool head_right = memcmp(checkpoint->head, state->prev, PB_DIGEST_LEN) == 0;
	bool root_right;

	if (state->lost)
		return false;
	pb_tree_root(&state->tree, root);
	root_right = memcmp(checkpoint->root, root, PB_DIGEST_LEN) == 0;
	if (!size_right)
		pb_verify_find(state, item, PB_CHECK_TREE, PB_INVALID, seq, "checkpoint_size",
		    N_("This checkpoint covers another number of records than stand before "
		       "it."));
	if (!root_right && !state->broken)
		pb_verify_find(state, item, PB_CHECK_TREE, PB_INVALID, seq, "checkpoint_root",
		    N_("The tree of the records before this checkpoint is not the one that was "
		       "signed."));
	if (!head_right)
		pb_verify_find(state, item, PB_CHECK_TREE, PB_INVALID, seq, "checkpoint_head",
		    N_("The chain of the records before this checkpoint is not the one that was "
		       "signed."));
	return size_right && root_right && head_right;
}

static void
check_progress(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq)
{
	if (state->records == state->covered && !state->lost)
		pb_verify_find(state, item, PB_CHECK_TREE, PB_INVALID, seq, "checkpoint_repeated",
		    N_("No record stands between this checkpoint and the one before it."));
}

static enum pb_status
remember(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t size,
    struct pb_error *err)
{
	pb_buf_clear(&state->newest);
	if (pb_buf_append(&state->newest, item->bytes, item->len) != PB_OK)
		return pb_fail_memory(err, N_("keep a checkpoint"));
	state->signed_size = size;
	return PB_OK;
}

enum pb_status
pb_verify_checkpoint(
    struct pb_verify_state *state, const struct pb_source_item *item, struct pb_error *err)
{
	struct pb_note *note = malloc(sizeof(*note));
	struct pb_checkpoint checkpoint;
	uint64_t seq = state->next_seq > 0 ? state->next_seq - 1 : PB_NO_SEQ;
	enum pb_status status;
	bool agrees, is_signed;

	if (note == NULL)
		return pb_fail_memory(err, N_("read a checkpoint"));
	pb_verification_looked(state->v, PB_CHECK_TREE);
	pb_verification_looked(state->v, PB_CHECK_CHECKPOINT);
	status = pb_note_parse(item->bytes, item->len, note, err);
	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &checkpoint, err);
	if (status == PB_OK) {
		check_progress(state, item, seq);
		agrees = check_agreement(state, item, &checkpoint, seq);
		is_signed =
		    pb_verify_checkpoint_signature(state, item, note, &checkpoint, seq) == PB_VALID;
		if (agrees)
			status = pb_verify_commits_add(&state->commits, &checkpoint, err);
		if (status == PB_OK && agrees && is_signed)
			status = remember(state, item, checkpoint.size, err);
	} else if (pb_inside_unsound(status)) {
		pb_verify_find(state, item, PB_CHECK_CHECKPOINT, PB_INVALID, seq,
		    "checkpoint_malformed", N_("This checkpoint cannot be read."));
		status = PB_OK;
	}
	state->covered = state->records;
	free(note);
	return status;
}

void
pb_verify_checkpoint_end(struct pb_verify_state *state)
{
	if (state->records > state->covered && !state->lost)
		pb_verification_find(state->v, PB_CHECK_TREE, PB_INVALID, state->next_seq - 1,
		    "uncovered",
		    N_("The records up to this one stand under no checkpoint: the end of a "
		       "commit was cut off."),
		    "%s", state->segment.name);
	state->covered = state->records;
}
