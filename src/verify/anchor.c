/* The anchors of a log: tokens over its own checkpoints (FORMAT 2.2, 5.6). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "verify/state.h"

static void
find(struct pb_verify_state *state, const struct pb_source_item *item, enum pb_verdict weight,
    uint64_t seq, const char *code, const char *text)
{
	pb_verify_find(state, item, PB_CHECK_TOKENS, weight, seq, code, text);
}

enum pb_status
pb_verify_anchors_init(struct pb_verify_state *state, struct pb_error *err)
{
	return pb_intervals_new(0, PB_NO_SEQ, state->v, &state->anchors.intervals, err);
}

void
pb_verify_anchors_done(struct pb_verify_state *state)
{
	pb_verify_commits_done(&state->commits);
	pb_intervals_free(state->anchors.intervals);
	state->anchors = (struct pb_verify_anchors){ 0 };
}

/* ---- the checkpoint of an anchor ------------------------------------------------------------ */

/* What is to be said of it; text NULL: nothing. */
struct words {
	enum pb_verdict weight;
	const char *code;
	const char *text;
};

/* Is it of these records, at the size it states? */
static struct words
judge_history(const struct pb_verify_state *state, const struct pb_checkpoint *checkpoint)
{
	const struct pb_verify_commits *commits = &state->commits;
	const struct pb_verify_commit *commit = pb_verify_commits_find(commits, checkpoint->size);

	if (commit != NULL && memcmp(commit->root, checkpoint->root, PB_DIGEST_LEN) == 0 &&
	    memcmp(commit->head, checkpoint->head, PB_DIGEST_LEN) == 0)
		return (struct words){ .weight = PB_VALID };
	if (commit != NULL)
		return (struct words){ PB_INVALID, "anchor_differs",
			N_("The checkpoint that was stamped here was made over other records than "
			   "these: there are two histories.") };
	if (checkpoint->size < commits->forgotten)
		return (struct words){ PB_INDETERMINATE, "anchor_old",
			N_("The checkpoint that was stamped here lies too far back to be "
			   "compared.") };
	if (state->broken)
		return (struct words){ PB_INDETERMINATE, "anchor_not_comparable",
			N_("The checkpoint that was stamped here cannot be compared, because "
			   "records before it cannot be read.") };
	return (struct words){ PB_INVALID, "anchor_no_commit",
		N_("The checkpoint that was stamped here is none of this log's up to here.") };
}

static struct words
judge_signature(const struct pb_verify_state *state, const struct pb_note *note,
    const struct pb_checkpoint *checkpoint, bool *ret_unsettled)
{
	const struct pb_note_verifier *key = pb_verification_log_key(state->v);
	enum pb_note_verdict verdict = PB_NOTE_ABSENT;

	if (strcmp(checkpoint->origin, state->origin) != 0)
		return (struct words){ PB_INVALID, "anchor_origin",
			N_("The checkpoint that was stamped here is another log's.") };
	if (key != NULL)
		verdict = pb_note_verify(note, key, NULL);
	*ret_unsettled = verdict == PB_NOTE_UNSETTLED;
	if (verdict == PB_NOTE_GOOD)
		return judge_history(state, checkpoint);
	return (struct words){ PB_INVALID, "anchor_not_signed",
		N_("The checkpoint that was stamped here is not signed by the log's key.") };
}

static enum pb_status
check_note(struct pb_verify_state *state, const struct pb_note *note, uint64_t size,
    struct words *ret_words, struct pb_error *err)
{
	struct pb_checkpoint checkpoint;
	enum pb_status status = pb_checkpoint_parse(note, &checkpoint, err);
	bool unsettled = false;

	if (status != PB_OK)
		return status;
	*ret_words = judge_signature(state, note, &checkpoint, &unsettled);
	if (unsettled)
		return pb_fail_memory(err, N_("verify"));
	if (ret_words->text == NULL && checkpoint.size != size)
		*ret_words = (struct words){ PB_INVALID, "anchor_size",
			N_("The checkpoint that was stamped here is of another size than the log "
			   "states beside it.") };
	return PB_OK;
}

/* *ret_verdict: of the checkpoint as what the token is over. */
static enum pb_status
check_checkpoint(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    const struct pb_buf *object, uint64_t size, enum pb_verdict *ret_verdict, struct pb_error *err)
{
	struct pb_note *note = malloc(sizeof(*note));
	struct words words = { .weight = PB_VALID };
	enum pb_status status;

	if (note == NULL)
		return pb_fail_memory(err, N_("read a checkpoint"));
	status = pb_note_parse(object->data, object->len, note, err);
	if (status == PB_OK)
		status = check_note(state, note, size, &words, err);
	if (pb_inside_unsound(status)) {
		words = (struct words){ PB_INVALID, "anchor_checkpoint",
			N_("The checkpoint that was stamped here cannot be read.") };
		status = PB_OK;
	}
	free(note);
	if (status != PB_OK)
		return status;
	if (words.text != NULL)
		find(state, item, words.weight, seq, words.code, words.text);
	*ret_verdict = words.weight;
	return PB_OK;
}

/* ---- the token of an anchor ----------------------------------------------------------------- */

static struct pb_verify_object
object_of(const struct pb_buf *buf)
{
	return (struct pb_verify_object){ .data = buf->data, .len = buf->len };
}

/* Which of the anchor's objects is what. */
static void
lay_out(const struct pb_anchor_objects *list, const struct pb_inside_objects *objects,
    struct pb_verify_token *token)
{
	size_t at = 3;

	token->data = object_of(&objects->object[0]);
	token->request = object_of(&objects->object[1]);
	token->token = object_of(&objects->object[2]);
	token->shared = list->shared;
	if (list->shared) {
		token->node = object_of(&objects->object[at++]);
		token->salt = object_of(&objects->object[at++]);
		token->proof = object_of(&objects->object[at++]);
	}
	if (list->has_chain)
		token->chain = object_of(&objects->object[at++]);
	token->revocation_count = list->revocation_count;
	for (size_t i = 0; i < list->revocation_count; i++) {
		token->revocation[i].der = object_of(&objects->object[at++]);
		token->revocation[i].ocsp = list->ocsp[i];
	}
}

static void
count(struct pb_verify_anchors *anchors, const struct pb_verify_token_outcome *outcome)
{
	const struct pb_token_seen *seen = &outcome->seen;

	if (!outcome->read)
		return;
	if (anchors->tokens++ == 0 || seen->size > anchors->newest_size) {
		anchors->newest_size = seen->size;
		anchors->newest_seq = seen->seq;
		anchors->newest_trusted = false;
	}
	anchors->newest_trusted |= seen->trusted && seen->size == anchors->newest_size;
	if (!seen->trusted && anchors->strangers++ == 0)
		anchors->first_stranger = seen->seq;
	if (seen->trusted && seen->local && anchors->local++ == 0)
		anchors->first_local = seen->seq;
}

static enum pb_status
check_token(struct pb_verify_state *state, const struct pb_source_item *item,
    struct pb_verify_token *token, struct pb_error *err)
{
	struct pb_verify_token_outcome outcome;
	char where[160];
	enum pb_status status;

	(void)snprintf(where, sizeof(where), "%s:%" PRIu64, item->segment, item->offset);
	token->where = where;
	token->roots = state->options->tsa_roots;
	token->now_s = state->options->now_s;
	status = pb_verify_token(state->v, token, &outcome, err);
	if (status != PB_OK)
		return status;
	count(&state->anchors, &outcome);
	return pb_intervals_add(state->anchors.intervals, &outcome, err);
}

static enum pb_status
check_timestamp(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    const struct pb_json *facts, const struct pb_inside_objects *objects, struct pb_error *err)
{
	struct pb_verify_token token = { .seq = seq, .facts = facts };
	struct pb_anchor_objects list;
	enum pb_status status;

	if (objects->too_long) {
		find(state, item, PB_INDETERMINATE, seq, "anchor_too_long",
		    N_("This anchor holds more than this version looks at."));
		return PB_OK;
	}
	if (!pb_anchor_objects_read(facts, &list) || list.count != objects->count ||
	    !pb_json_as_u64(pb_json_get(facts, "size"), &token.size)) {
		find(state, item, PB_INVALID, seq, "anchor_malformed",
		    N_("This anchor does not hold what it says, or does not say what it holds."));
		return PB_OK;
	}
	if (list.too_many) {
		find(state, item, PB_INDETERMINATE, seq, "anchor_too_long",
		    N_("This anchor holds more than this version looks at."));
		return PB_OK;
	}
	lay_out(&list, objects, &token);
	status = check_checkpoint(
	    state, item, seq, &objects->object[0], token.size, &token.data_verdict, err);
	if (status != PB_OK)
		return status;
	return check_token(state, item, &token, err);
}

/* ---- anchors -------------------------------------------------------------------------------- */

enum pb_status
pb_verify_anchor(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, const struct pb_json *facts,
    const struct pb_inside_objects *objects, struct pb_error *err)
{
	switch (pb_anchor_event_read(facts)) {
	case PB_ANCHOR_TIMESTAMP:
		return check_timestamp(state, item, leaf->seq, facts, objects, err);
	case PB_ANCHOR_GAP:
		break;
	case PB_ANCHOR_GAP_MALFORMED:
		find(state, item, PB_INVALID, leaf->seq, "gap_malformed", pb_anchor_gap_text);
		break;
	case PB_ANCHOR_UNKNOWN:
		find(
		    state, item, PB_INDETERMINATE, leaf->seq, "anchor_event", pb_anchor_event_text);
	}
	return PB_OK;
}

/* Whose clocks: asked of the newest, since what it covers the others cover too. */
static void
judge_authorities(struct pb_verify_state *state)
{
	const struct pb_verify_anchors *anchors = &state->anchors;

	if (anchors->tokens == 0)
		return;
	if (state->options->tsa_roots == NULL) {
		pb_verify_authority_find(
		    state->v, PB_AUTHORITY_NO_ROOTS, PB_INDETERMINATE, PB_NO_SEQ, anchors->tokens);
		return;
	}
	if (!anchors->newest_trusted)
		pb_verify_authority_find(state->v, PB_AUTHORITY_UNKNOWN, PB_INDETERMINATE,
		    anchors->newest_seq, anchors->strangers);
	else if (anchors->strangers > 0)
		pb_verify_authority_find(state->v, PB_AUTHORITY_UNKNOWN, PB_VALID,
		    anchors->first_stranger, anchors->strangers);
	if (anchors->local > 0)
		pb_verify_authority_find(
		    state->v, PB_AUTHORITY_LOCAL, PB_VALID, anchors->first_local, anchors->local);
}

enum pb_status
pb_verify_anchors_end(struct pb_verify_state *state, struct pb_error *err)
{
	judge_authorities(state);
	if (state->records == 0)
		return PB_OK;
	return pb_intervals_end(state->anchors.intervals, state->next_seq - 1, err);
}
