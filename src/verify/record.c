#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "verify/crew.h"
#include "verify/state.h"

/* ---- findings ------------------------------------------------------------------------------- */

static void
find(struct pb_verify_state *state, const struct pb_source_item *item, bool wrong,
    enum pb_verdict weight, uint64_t seq, const char *code, const char *text)
{
	if (wrong)
		pb_verify_find(state, item, PB_CHECK_COMMITMENT, weight, seq, code, text);
}

static void
report(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    const struct pb_inside *inside)
{
	pb_verification_looked(state->v, PB_CHECK_PAYLOAD);
	if (inside->payload_wrong)
		pb_verify_find(state, item, PB_CHECK_PAYLOAD, PB_INVALID, seq, "payload_sha256",
		    N_("What is stored of this record is not what the log states: it was "
		       "changed or damaged after it was kept."));
	if (!inside->opened) {
		state->unopened += !inside->payload_wrong && item->secret != PB_SECRET_GONE;
		return;
	}
	pb_verify_inside(state, item, seq, inside);
}

void
pb_verify_inside(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    const struct pb_inside *inside)
{
	pb_verification_looked(state->v, PB_CHECK_COMMITMENT);
	find(state, item, inside->seal_wrong, PB_INVALID, seq, "seal",
	    N_("This record does not open under its own secret: it was not sealed as the format "
	       "says, or the secret is another record's."));
	find(state, item, inside->commitment_wrong, PB_INVALID, seq, "commitment",
	    N_("The content of this record is not the content that the log has committed to."));
	find(state, item, inside->digest_missing, PB_INVALID, seq, "digest_missing",
	    N_("This record of a message lacks the digest of that message."));
	find(state, item, inside->digest_twice, PB_INVALID, seq, "digest_twice",
	    N_("This record states more than one digest of its message."));
	find(state, item, inside->digest_wrong, PB_INVALID, seq, "message_sha256",
	    N_("The digest that this record states of its message is not the message's."));
	find(state, item, inside->part_unknown, PB_INDETERMINATE, seq, "part_kind",
	    N_("This record has a part of a kind that this version does not know."));
	find(state, item, inside->class_twice, PB_INVALID, seq, "class_twice",
	    N_("This record has more than one class."));
	find(state, item, inside->envelope_twice, PB_INVALID, seq, "envelope_twice",
	    N_("This record has more than one envelope."));
	find(state, item, inside->facts_missing, PB_INVALID, seq, "facts_missing",
	    N_("This record does not state its facts exactly once."));
	find(state, item, inside->facts_malformed, PB_INVALID, seq, "facts_malformed",
	    N_("The facts of this record are not in their format."));
}

void
pb_verify_record_end(struct pb_verify_state *state)
{
	if (state->unopened > 0)
		pb_verification_find(state->v, PB_CHECK_COMMITMENT, PB_VALID, PB_NO_SEQ,
		    "records_closed",
		    N_("Sealed records were not opened: as stored they are what the log states, "
		       "their content was not looked at."),
		    "%s", "");
}

/* ---- side by side --------------------------------------------------------------------------- */

/* The oldest of the records that the crew has; PB_EEND: it has none. */
static enum pb_status
collect(struct pb_verify_state *state, struct pb_error *err)
{
	const struct pb_verify_job *job = pb_verify_crew_collect(state->crew);
	struct pb_source_item item;
	enum pb_status status;

	if (job == NULL)
		return PB_EEND;
	item = (struct pb_source_item){
		.segment = job->segment, .offset = job->offset, .secret = job->secret
	};
	status = job->record.status;
	if (status == PB_OK)
		report(state, &item, job->leaf.seq, &job->record.inside);
	else if (err != NULL)
		*err = job->record.err;
	pb_verify_crew_release(state->crew);
	return status;
}

enum pb_status
pb_verify_record_flush(struct pb_verify_state *state, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	while (state->crew != NULL && status == PB_OK)
		status = collect(state, err);
	return status == PB_EEND ? PB_OK : status;
}

static enum pb_status
fill(struct pb_verify_job *job, const struct pb_source_item *item, const struct pb_leaf *leaf,
    struct pb_secret *r, struct pb_error *err)
{
	size_t len = (size_t)item->payload.len;
	enum pb_status status;

	pb_buf_clear(&job->payload);
	if (pb_buf_reserve(&job->payload, len) != PB_OK)
		return pb_fail_memory(err, N_("read a payload"));
	status = item->payload.read(item->payload.ctx, 0, job->payload.data, len, err);
	if (status != PB_OK)
		return status;
	job->payload.len = len;
	job->leaf = *leaf;
	job->open = r != NULL;
	if (job->open) {
		pb_assert(pb_secret_len(r) == pb_secret_len(job->r));
		memcpy(pb_secret_bytes(job->r), pb_secret_bytes(r), pb_secret_len(r));
	}
	(void)snprintf(job->segment, sizeof(job->segment), "%s", item->segment);
	job->offset = item->offset;
	job->secret = item->secret;
	job->digested = item->payload_sha256 != NULL;
	if (job->digested)
		memcpy(job->payload_sha256, item->payload_sha256, PB_DIGEST_LEN);
	return PB_OK;
}

/* ---- a record ------------------------------------------------------------------------------- */

/* Here and now: what stands open, since it tells of the log, and what is long or closed. */
static enum pb_status
look_here(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, struct pb_secret *r, struct pb_json **ret_facts,
    struct pb_error *err)
{
	struct pb_inside_objects objects = { .count = 0 };
	struct pb_inside inside;
	enum pb_status status = pb_verify_record_flush(state, err);

	if (status == PB_OK)
		status = pb_inside_look(
		    &state->tools, leaf, &item->payload, r, &inside, ret_facts, &objects, err);
	if (status == PB_OK)
		report(state, item, leaf->seq, &inside);
	/* What is not what the log has committed to says nothing of the log's time. */
	if (status == PB_OK && item->open && leaf->type == PB_RECORD_ANCHOR && *ret_facts != NULL &&
	    !inside.commitment_wrong && !inside.part_unknown)
		status = pb_verify_anchor(state, item, leaf, *ret_facts, &objects, err);
	if (status == PB_OK && item->open && leaf->type == PB_RECORD_DESTRUCTION &&
	    *ret_facts != NULL && !inside.commitment_wrong)
		status = pb_verify_destruction(state, item, leaf, *ret_facts, err);
	if (status == PB_OK && item->open && leaf->type == PB_RECORD_KEY && *ret_facts != NULL &&
	    !inside.commitment_wrong)
		status = pb_verify_handover(state, item, leaf->seq, *ret_facts, &objects, err);
	pb_inside_objects_done(&objects);
	return status;
}

/* One that stays closed, and whose digest is known. */
static enum pb_status
compare(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, struct pb_error *err)
{
	struct pb_inside inside = { .payload_wrong =
					memcmp(item->payload_sha256, leaf->payload_sha256,
					    PB_DIGEST_LEN) != 0 };
	enum pb_status status = pb_verify_record_flush(state, err);

	if (status == PB_OK)
		report(state, item, leaf->seq, &inside);
	return status;
}

static enum pb_status
look_aside(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, struct pb_secret *r, struct pb_json **ret_facts,
    struct pb_error *err)
{
	struct pb_verify_job *job;
	enum pb_status status = PB_OK;

	while (status == PB_OK && (job = pb_verify_crew_take(state->crew)) == NULL)
		status = collect(state, err);
	if (status != PB_OK)
		return status;
	status = fill(job, item, leaf, r, err);
	if (status == PB_OK)
		pb_verify_crew_give(state->crew);
	/* Not all of it is there: found where it is looked at. */
	else if (pb_inside_unsound(status))
		return look_here(state, item, leaf, r, ret_facts, err);
	return status;
}

enum pb_status
pb_verify_record(
    struct pb_verify_state *state, const struct pb_source_item *item, struct pb_error *err)
{
	struct pb_secret *r = item->open || state->options->open ? item->r : NULL;
	struct pb_json *facts = NULL;
	struct pb_leaf leaf;
	enum pb_status status = pb_verify_leaf(state, item, &leaf, err);

	if (status == PB_OK)
		status = pb_verify_destroyed_take(state, item, &leaf, err);
	if (status != PB_OK)
		return status;
	if (!item->open && r == NULL && item->payload_sha256 != NULL)
		status = compare(state, item, &leaf, err);
	else if (state->crew != NULL && !item->open && item->payload.len <= PB_INSIDE_PAYLOAD)
		status = look_aside(state, item, &leaf, r, &facts, err);
	else
		status = look_here(
		    state, item, &leaf, state->tools.opener != NULL ? r : NULL, &facts, err);
	if (status == PB_OK)
		pb_verify_statement(state, item, &leaf, facts);
	pb_json_free(facts);
	return status;
}
