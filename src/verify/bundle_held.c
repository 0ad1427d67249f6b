/*
 * The log key, the checkpoint that the bundle is of, and the one that the other side holds: as
 * far as a bundle can tell whether there is one history (FORMAT 5.6).
 */
#include <string.h>

#include "core/error.h"
#include "verify/bundle.h"

static void
find(struct pb_bundle_state *state, enum pb_check_id id, enum pb_verdict weight, const char *code,
    const char *text, const char *where)
{
	pb_bundle_find(state, id, weight, PB_NO_SEQ, code, text, where);
}

/* ---- what the range reaches ----------------------------------------------------------------- */

static void
compare(struct pb_bundle_state *state, const struct pb_bundle_stamp *stamp,
    const uint8_t root[PB_DIGEST_LEN], const uint8_t *head)
{
	const struct pb_package_name name = {
		.kind = PB_PACKAGE_STAMP_CHECKPOINT, .seq = stamp->seq, .size = stamp->size
	};

	if (!stamp->read)
		return;
	if (state->has_proof && memcmp(stamp->root, root, PB_DIGEST_LEN) != 0)
		pb_bundle_find_at(state, PB_CHECK_TREE, PB_INVALID, stamp->seq, "checkpoint_root",
		    N_("The tree of the records before this checkpoint is not the one that was "
		       "signed."),
		    &name);
	if (memcmp(stamp->head, head, PB_DIGEST_LEN) != 0)
		pb_bundle_find_at(state, PB_CHECK_TREE, PB_INVALID, stamp->seq, "checkpoint_head",
		    N_("The chain of the records before this checkpoint is not the one that was "
		       "signed."),
		    &name);
}

void
pb_bundle_reach(struct pb_bundle_state *state, uint64_t size)
{
	struct pb_verify_held *against = &state->log.against;
	size_t *at = &state->leaves.stamp;
	uint8_t root[PB_DIGEST_LEN];
	bool held = against->note != NULL && against->checkpoint.size == size &&
		    size > state->first && state->has_proof;

	while (*at < state->stamp_count && state->stamp[*at].size < size)
		(*at)++;
	if (!held && (*at == state->stamp_count || state->stamp[*at].size != size))
		return;
	if (state->has_proof)
		pb_range_root_here(&state->walk, root);
	for (; *at < state->stamp_count && state->stamp[*at].size == size; (*at)++)
		compare(state, &state->stamp[*at], root, state->log.prev);
	if (!held)
		return;
	against->reached = true;
	memcpy(against->root, root, PB_DIGEST_LEN);
	memcpy(against->head, state->log.prev, PB_DIGEST_LEN);
}

/* ---- log/checkpoint, log/verifier-key ------------------------------------------------------- */

static void
check_signature(struct pb_bundle_state *state)
{
	static const struct pb_source_item item = { .segment = "log/checkpoint",
		.offset = PB_VERIFY_NO_OFFSET };

	if (state->has_checkpoint && pb_verify_checkpoint_signature(&state->log, &item, state->note,
					 &state->checkpoint, PB_NO_SEQ) == PB_VALID)
		state->log.signed_size = state->checkpoint.size;
}

/* The verifier key that stands beside the log is for people; it must be the right one. */
static enum pb_status
check_key(struct pb_bundle_state *state, struct pb_error *err)
{
	const struct pb_note_verifier *key = pb_verification_log_key(state->v);
	struct pb_buf stated = PB_BUF_EMPTY, expected = PB_BUF_EMPTY;
	enum pb_status status = pb_bundle_read_single(
	    state, PB_PACKAGE_VERIFIER_KEY, PB_LIMIT_PROOF_TEXT, &stated, err);

	if (status != PB_OK || key == NULL)
		goto out;
	status = pb_note_verifier_format(key, &expected);
	if (status == PB_OK)
		status = pb_buf_append_text(&expected, "\n");
	if (status != PB_OK) {
		status = pb_fail_memory(err, N_("verify a bundle"));
		goto out;
	}
	if (stated.len != expected.len || memcmp(stated.data, expected.data, stated.len) != 0)
		find(state, PB_CHECK_CHECKPOINT, PB_INVALID, "verifier_key",
		    N_("log/verifier-key is not the key that record 0 states."),
		    "log/verifier-key");
out:
	pb_buf_done(&stated);
	pb_buf_done(&expected);
	return status == PB_ENOENT ? PB_OK : status;
}

/* ---- the other side ------------------------------------------------------------------------- */

struct words {
	enum pb_verdict weight;
	const char *code;
	const char *text;
};

/* A size that no leaf of the range reaches may be a stamp's, or the last. */
static void
reach_stamps(struct pb_bundle_state *state)
{
	struct pb_verify_held *against = &state->log.against;
	uint64_t size = against->checkpoint.size;

	if (against->reached)
		return;
	for (size_t i = 0; !against->reached && i < state->stamp_count; i++) {
		if (!state->stamp[i].read || state->stamp[i].size != size)
			continue;
		against->reached = true;
		memcpy(against->root, state->stamp[i].root, PB_DIGEST_LEN);
		memcpy(against->head, state->stamp[i].head, PB_DIGEST_LEN);
	}
	if (against->reached || !state->has_checkpoint || state->checkpoint.size != size)
		return;
	against->reached = true;
	memcpy(against->root, state->checkpoint.root, PB_DIGEST_LEN);
	memcpy(against->head, state->checkpoint.head, PB_DIGEST_LEN);
}

static bool
check_against(struct pb_bundle_state *state, bool *ret_contradicted)
{
	static const struct words words[PB_HOLDING_COUNT] = {
		[PB_HOLDING_OTHER_LOG] = { PB_INVALID, "against_other_log",
		    N_("The checkpoint that you hold is of another log, whose origin is named "
		       "here. Either another file was meant, or this is not the log that you were "
		       "shown.") },
		[PB_HOLDING_NOT_SIGNED] = { PB_INVALID, "against_not_signed",
		    N_("The checkpoint that you hold is not signed by the key that signs this "
		       "log.") },
		[PB_HOLDING_DIFFERS] = { PB_INVALID, "against_differs",
		    N_("The checkpoint that you hold was made over other records than these: "
		       "there are two histories.") },
		[PB_HOLDING_UNKNOWN] = { PB_INDETERMINATE, "against_not_comparable",
		    N_("The checkpoint that you hold is of a size that this bundle cannot be "
		       "compared at: ask for one that is exported with it (--against).") },
	};
	enum pb_verify_holding holding;

	*ret_contradicted = false;
	if (!state->log.against.given)
		return false;
	pb_verification_looked(state->v, PB_CHECK_CONSISTENCY);
	reach_stamps(state);
	/* No size is too new: what lies behind the bundle is only not known. */
	state->log.next_seq = UINT64_MAX;
	holding = pb_verify_held_judge(&state->log, &state->log.against);
	if (holding != PB_HOLDING_CONSISTENT)
		find(state, PB_CHECK_CONSISTENCY, words[holding].weight, words[holding].code,
		    words[holding].text,
		    holding == PB_HOLDING_OTHER_LOG ? state->log.against.checkpoint.origin : "");
	*ret_contradicted = holding == PB_HOLDING_DIFFERS;
	return holding == PB_HOLDING_CONSISTENT;
}

enum pb_status
pb_bundle_history(struct pb_bundle_state *state, struct pb_error *err)
{
	enum pb_trust_quorum quorum = PB_QUORUM_NONE;
	bool consistent, contradicted;
	uint64_t time_s;
	enum pb_status status;

	check_signature(state);
	status = check_key(state, err);
	if (status != PB_OK)
		return status;
	pb_verify_trust(&state->log);
	consistent = check_against(state, &contradicted);
	if (state->trust != NULL && state->has_checkpoint)
		quorum = pb_trust_check(state->trust, state->note, &time_s);
	pb_verify_unique_view(&state->log, consistent, contradicted, quorum);
	return PB_OK;
}
