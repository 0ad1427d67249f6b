#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "verify/state.h"

enum pb_status
pb_verify_held_read(struct pb_verify_held *held, const void *data, size_t len, struct pb_error *err)
{
	struct pb_checkpoint checkpoint;
	struct pb_note *note = malloc(sizeof(*note));
	enum pb_status status;

	if (note == NULL)
		return pb_fail_memory(err, N_("read a checkpoint"));
	held->given = true;
	status = pb_note_parse(data, len, note, err);
	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &checkpoint, err);
	if (status != PB_OK) {
		free(note);
		return status;
	}
	held->note = note;
	held->checkpoint = checkpoint;
	return PB_OK;
}

void
pb_verify_held_reach(struct pb_verify_state *state, struct pb_verify_held *held)
{
	if (held->note == NULL || state->broken || state->tree.size != held->checkpoint.size)
		return;
	held->reached = true;
	pb_tree_root(&state->tree, held->root);
	memcpy(held->head, state->prev, PB_DIGEST_LEN);
}

enum pb_verify_holding
pb_verify_held_judge(const struct pb_verify_state *state, const struct pb_verify_held *held)
{
	const struct pb_note_verifier *key = pb_verification_log_key(state->v);
	const struct pb_checkpoint *checkpoint = &held->checkpoint;
	enum pb_note_verdict verdict = PB_NOTE_ABSENT;

	if (strcmp(checkpoint->origin, state->origin) != 0)
		return PB_HOLDING_OTHER_LOG;
	if (key != NULL)
		verdict = pb_note_verify(held->note, key, NULL);
	if (verdict == PB_NOTE_UNSETTLED)
		return PB_HOLDING_UNKNOWN;
	if (verdict != PB_NOTE_GOOD)
		return PB_HOLDING_NOT_SIGNED;
	if (checkpoint->size > state->next_seq)
		return PB_HOLDING_NEWER;
	if (!held->reached)
		return PB_HOLDING_UNKNOWN;
	if (memcmp(held->root, checkpoint->root, PB_DIGEST_LEN) != 0 ||
	    memcmp(held->head, checkpoint->head, PB_DIGEST_LEN) != 0)
		return PB_HOLDING_DIFFERS;
	return PB_HOLDING_CONSISTENT;
}

void
pb_verify_held_done(struct pb_verify_held *held)
{
	free(held->note);
	*held = (struct pb_verify_held){ 0 };
}
