/*
 * Is this the only history?  Held against the checkpoint that the log has
 * published, the one that the other side holds, and what witnesses signed.
 */
#include <stdlib.h>

#include "core/error.h"
#include "verify/state.h"

static void
find(struct pb_verify_state *state, enum pb_check_id id, enum pb_verdict weight, const char *code,
    const char *text)
{
	pb_verification_find(state->v, id, weight, PB_NO_SEQ, code, text, "%s", "");
}

/* ---- held checkpoints ----------------------------------------------------------------------- */

struct words {
	enum pb_check_id check;
	enum pb_verdict weight;
	const char *code;
	const char *text;
};

static const struct words published_words[PB_HOLDING_COUNT] = {
	[PB_HOLDING_OTHER_LOG] = { PB_CHECK_CHECKPOINT, PB_INVALID, "published_other_log",
	    N_("The published checkpoint is another log's.") },
	[PB_HOLDING_NOT_SIGNED] = { PB_CHECK_CHECKPOINT, PB_INVALID, "published_not_signed",
	    N_("The published checkpoint is not signed by the log's key.") },
	[PB_HOLDING_NEWER] = { PB_CHECK_TREE, PB_INVALID, "published_newer",
	    N_("The published checkpoint covers records that the vault no longer holds: its end "
	       "was cut off, or an older copy was put in its place.") },
	[PB_HOLDING_DIFFERS] = { PB_CHECK_TREE, PB_INVALID, "published_differs",
	    N_("The published checkpoint was made over other records than the vault holds.") },
	[PB_HOLDING_UNKNOWN] = { PB_CHECK_TREE, PB_INDETERMINATE, "published_not_comparable",
	    N_("The published checkpoint cannot be compared, because records before it are "
	       "missing.") },
};

static const struct words against_words[PB_HOLDING_COUNT] = {
	[PB_HOLDING_OTHER_LOG] = { PB_CHECK_CONSISTENCY, PB_INVALID, "against_other_log",
	    N_("The checkpoint that you hold is of another log, whose origin is named here. Either "
	       "another file was meant, or this is not the log that you were shown.") },
	[PB_HOLDING_NOT_SIGNED] = { PB_CHECK_CONSISTENCY, PB_INVALID, "against_not_signed",
	    N_("The checkpoint that you hold is not signed by the key that signs this log.") },
	[PB_HOLDING_NEWER] = { PB_CHECK_CONSISTENCY, PB_INVALID, "against_newer",
	    N_("The checkpoint that you hold covers records that are not here: the end was cut "
	       "off, or an older copy was put in its place.") },
	[PB_HOLDING_DIFFERS] = { PB_CHECK_CONSISTENCY, PB_INVALID, "against_differs",
	    N_("The checkpoint that you hold was made over other records than these: there are "
	       "two histories.") },
	[PB_HOLDING_UNKNOWN] = { PB_CHECK_CONSISTENCY, PB_INDETERMINATE, "against_not_comparable",
	    N_("The checkpoint that you hold cannot be compared, because records before it are "
	       "missing.") },
};

/* The published checkpoint: is it this log's own, and of these records? */
static bool
check_published(struct pb_verify_state *state)
{
	struct pb_verify_held *held = &state->published;
	enum pb_verify_holding holding;
	const struct words *words;

	if (!held->given)
		return false;
	pb_verification_looked(state->v, PB_CHECK_CHECKPOINT);
	if (held->note == NULL) {
		find(state, PB_CHECK_CHECKPOINT, PB_INVALID, "published_malformed",
		    N_("The published checkpoint cannot be read."));
		return false;
	}
	pb_verification_looked(state->v, PB_CHECK_TREE);
	holding = pb_verify_held_judge(state, held);
	words = &published_words[holding];
	if (holding != PB_HOLDING_CONSISTENT)
		find(state, words->check, words->weight, words->code, words->text);
	return holding == PB_HOLDING_CONSISTENT;
}

/* The checkpoint that the other side holds; *ret_contradicted: it shows another history. */
static bool
check_against(struct pb_verify_state *state, bool *ret_contradicted)
{
	enum pb_verify_holding holding;
	const struct words *words;

	*ret_contradicted = false;
	if (!state->against.given)
		return false;
	pb_verification_looked(state->v, PB_CHECK_CONSISTENCY);
	holding = pb_verify_held_judge(state, &state->against);
	words = &against_words[holding];
	if (holding != PB_HOLDING_CONSISTENT)
		pb_verification_find(state->v, words->check, words->weight, PB_NO_SEQ, words->code,
		    words->text, "%s",
		    holding == PB_HOLDING_OTHER_LOG ? state->against.checkpoint.origin : "");
	*ret_contradicted = holding == PB_HOLDING_NEWER || holding == PB_HOLDING_DIFFERS;
	return holding == PB_HOLDING_CONSISTENT;
}

/* ---- one history ---------------------------------------------------------------------------- */

/* Two notes of one history: a forged signature under either counts, and so does a quorum. */
static enum pb_trust_quorum
either(enum pb_trust_quorum a, enum pb_trust_quorum b)
{
	static const enum pb_trust_quorum order[] = { PB_QUORUM_FORGED, PB_QUORUM_MET,
		PB_QUORUM_MISSED };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return PB_QUORUM_NONE;
}

/* What the witnesses say under the last checkpoint of the log itself. */
static enum pb_status
ask_newest(struct pb_verify_state *state, enum pb_trust_quorum *ret_quorum, struct pb_error *err)
{
	struct pb_note *note = malloc(sizeof(*note));
	enum pb_status status;
	uint64_t time_s;

	if (note == NULL)
		return pb_fail_memory(err, N_("read a checkpoint"));
	status = pb_note_parse(state->newest.data, state->newest.len, note, err);
	if (status == PB_OK)
		*ret_quorum = pb_trust_check(state->options->trust, note, &time_s);
	free(note);
	return status;
}

/* The published checkpoint is the one that witnesses sign; a commit's own may be newer. */
static enum pb_status
ask_witnesses(struct pb_verify_state *state, bool published, enum pb_trust_quorum *ret_quorum,
    struct pb_error *err)
{
	const struct pb_trust *trust = state->options->trust;
	enum pb_trust_quorum under_published = PB_QUORUM_NONE, under_newest = PB_QUORUM_NONE;
	enum pb_status status = PB_OK;
	uint64_t time_s;

	if (trust != NULL && published)
		under_published = pb_trust_check(trust, state->published.note, &time_s);
	if (trust != NULL && state->newest.len > 0)
		status = ask_newest(state, &under_newest, err);
	if (status != PB_OK)
		return status;
	*ret_quorum = either(under_published, under_newest);
	return PB_OK;
}

static const char *
view(bool consistent, bool contradicted, bool stamped, enum pb_trust_quorum quorum)
{
	if (contradicted)
		return N_("contradicted by the checkpoint you hold");
	if (quorum == PB_QUORUM_FORGED)
		return N_("not proven: the signature of a witness is forged");
	if (consistent && quorum == PB_QUORUM_MET)
		return N_("consistent with the checkpoint you hold, and witnessed");
	if (consistent)
		return N_("consistent with the checkpoint you hold");
	if (quorum == PB_QUORUM_MET)
		return N_("witnessed by those whom the trust file asks for");
	/* A timestamp shows that there was this history, not that there was no other. */
	if (stamped)
		return N_("not proven: neither a witness nor an earlier checkpoint speaks for it, "
			  "and timestamps alone do not");
	return N_("not proven: neither a witness nor an earlier checkpoint speaks for it, and "
		  "nothing is timestamped");
}

void
pb_verify_unique_view(
    struct pb_verify_state *state, bool consistent, bool contradicted, enum pb_trust_quorum quorum)
{
	const struct pb_token_seen *token;

	pb_verification_looked(state->v, PB_CHECK_UNIQUE_VIEW);
	if (contradicted)
		find(state, PB_CHECK_UNIQUE_VIEW, PB_INVALID, "history_contradicted",
		    N_("The checkpoint that you hold shows another history than this one."));
	if (quorum == PB_QUORUM_FORGED)
		find(state, PB_CHECK_UNIQUE_VIEW, PB_INVALID, "witness_forged",
		    N_("A signature that should be a witness's is not."));
	if (quorum == PB_QUORUM_MISSED)
		find(state, PB_CHECK_UNIQUE_VIEW, PB_INDETERMINATE, "quorum_missed",
		    N_("Not all witnesses that the trust file asks for have signed."));
	if (quorum == PB_QUORUM_NONE && !consistent)
		find(state, PB_CHECK_UNIQUE_VIEW, PB_INDETERMINATE, "unique_view_not_proven",
		    N_("Nothing from outside shows that this is the only history: give the "
		       "checkpoint that you hold, or a trust file with witnesses."));
	pb_verification_set_unique_view(state->v,
	    view(consistent, contradicted, pb_verification_tokens(state->v, &token) > 0, quorum));
}

enum pb_status
pb_verify_history(struct pb_verify_state *state, struct pb_error *err)
{
	enum pb_trust_quorum quorum;
	bool contradicted;
	bool published = check_published(state);
	bool consistent = check_against(state, &contradicted);
	enum pb_status status = ask_witnesses(state, published, &quorum, err);

	if (status != PB_OK)
		return status;
	pb_verify_unique_view(state, consistent, contradicted, quorum);
	return PB_OK;
}
