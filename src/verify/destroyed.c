/*
 * Which secrets are gone, and which should be (FORMAT 3.5, 4.3): a slot of zeros needs a record
 * of type 8 that names it, and what such a record names must be zeros.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "record/destruction.h"
#include "verify/state.h"

static const char VERIFY[] = N_("verify");

#define SLOT_LEN 48 /* FORMAT 3.5 */

struct beginning {
	uint64_t first;
	char name[PB_VERIFY_NAME_MAX];
};

static const struct beginning *
beginnings(const struct pb_verify_destroyed *d, size_t *ret_count)
{
	*ret_count = d->segments.len / sizeof(struct beginning);
	return (const struct beginning *)(const void *)d->segments.data;
}

static enum pb_status
take_segment(struct pb_verify_destroyed *d, const char *name, uint64_t seq)
{
	struct beginning begins = { .first = seq };
	const struct beginning *known;
	size_t count;

	known = beginnings(d, &count);
	(void)snprintf(begins.name, sizeof(begins.name), "%s", name);
	if (count > 0 && strcmp(known[count - 1].name, begins.name) == 0)
		return PB_OK;
	return pb_buf_append(&d->segments, &begins, sizeof(begins));
}

/* At the slot of record seq. */
static void
find(struct pb_verify_state *state, enum pb_verdict weight, uint64_t seq, const char *code,
    const char *text)
{
	const struct beginning *known;
	size_t count;

	known = beginnings(&state->destroyed, &count);
	while (count > 0 && known[count - 1].first > seq)
		count--;
	pb_verification_find(state->v, PB_CHECK_SECRETS, weight, seq, code, text,
	    "keys/%s.key:%" PRIu64, count > 0 ? known[count - 1].name : "",
	    (count > 0 ? seq - known[count - 1].first + 1 : 0) * SLOT_LEN);
}

/* A sealed record: has it a secret? */
static enum pb_status
take_sealed(struct pb_verify_destroyed *d, enum pb_source_secret secret, uint64_t seq, uint8_t type)
{
	enum pb_status status = PB_OK;

	if (pb_destruction_possible(type))
		status = pb_runs_add(&d->content, seq, seq);
	if (status == PB_OK && secret == PB_SECRET_GONE)
		status = pb_runs_add(&d->gone, seq, seq);
	if (status == PB_OK && secret == PB_SECRET_KEPT)
		status = pb_runs_add(&d->kept, seq, seq);
	return status;
}

static enum pb_status
take_runs(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    const struct pb_runs *runs)
{
	struct pb_verify_destroyed *d = &state->destroyed;
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < runs->count; i++) {
		const struct pb_run *run = &runs->run[i];

		if (!pb_runs_hold(&d->content, run->first, run->last)) {
			pb_verify_find(state, item, PB_CHECK_SECRETS, PB_INVALID, seq,
			    "destruction_of_others",
			    N_("This record says that secrets are destroyed of records that have "
			       "none, or that are never destroyed."));
			continue;
		}
		status = pb_runs_add(&d->named, run->first, run->last);
		if (status == PB_OK)
			status = pb_runs_add(&d->newest, run->first, run->last);
	}
	return status;
}

enum pb_status
pb_verify_destruction(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, const struct pb_json *facts, struct pb_error *err)
{
	enum pb_destruction_reason reason;
	struct pb_runs runs = PB_RUNS_EMPTY;
	enum pb_status status = pb_destruction_decode(facts, leaf->seq, &runs, &reason);

	if (status == PB_EDATA) {
		pb_verify_find(state, item, PB_CHECK_SECRETS, PB_INVALID, leaf->seq,
		    "destruction_malformed",
		    N_("This record does not say as it should what was destroyed."));
		return PB_OK;
	}
	if (status == PB_OK)
		status = take_runs(state, item, leaf->seq, &runs);
	pb_runs_done(&runs);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, VERIFY);
}

enum pb_status
pb_verify_destroyed_take(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, struct pb_error *err)
{
	struct pb_verify_destroyed *d = &state->destroyed;

	/* Another commit: what was named before it was to be zeros when it began. */
	if (d->covered != state->covered) {
		d->covered = state->covered;
		pb_runs_done(&d->newest);
	}
	if (take_segment(d, item->segment, leaf->seq) == PB_OK &&
	    (item->open || take_sealed(d, item->secret, leaf->seq, leaf->type) == PB_OK))
		return PB_OK;
	return pb_fail_memory(err, VERIFY);
}

static void
find_gone(struct pb_verify_state *state)
{
	struct pb_verify_destroyed *d = &state->destroyed;
	uint64_t seq = 0;

	while (pb_runs_next(&d->gone, &d->named, false, seq, &seq)) {
		find(state, PB_INVALID, seq, "slot_zeroed",
		    N_("The secret of this record is gone, and no record says that it was "
		       "destroyed."));
		if (seq++ == UINT64_MAX)
			return;
	}
}

/* What a crash between a record and its slots leaves is of the newest commit (FORMAT 4.1). */
static void
find_kept(struct pb_verify_state *state)
{
	struct pb_verify_destroyed *d = &state->destroyed;
	uint64_t seq = 0;

	while (pb_runs_next(&d->kept, &d->named, true, seq, &seq)) {
		if (pb_runs_hold(&d->newest, seq, seq))
			find(state, PB_INDETERMINATE, seq, "secret_not_destroyed_yet",
			    N_("The log says that this record's secret was destroyed, and it is "
			       "still there: a writer is at work, or was cut short; opening the "
			       "archive for writing goes on with it."));
		else
			find(state, PB_INVALID, seq, "secret_not_destroyed",
			    N_("The log says that this record's secret was destroyed, but it is "
			       "there: an older key file was put in place of the right one."));
		if (seq++ == UINT64_MAX)
			return;
	}
}

void
pb_verify_destroyed_end(struct pb_verify_state *state)
{
	find_gone(state);
	find_kept(state);
	if (state->destroyed.named.count > 0)
		pb_verification_find(state->v, PB_CHECK_SECRETS, PB_VALID, PB_NO_SEQ,
		    "records_destroyed",
		    N_("Records were destroyed: the log says which and why; nobody can read them "
		       "any more."),
		    "%s", "");
}

void
pb_verify_destroyed_done(struct pb_verify_destroyed *d)
{
	pb_runs_done(&d->content);
	pb_runs_done(&d->gone);
	pb_runs_done(&d->kept);
	pb_runs_done(&d->named);
	pb_runs_done(&d->newest);
	pb_buf_done(&d->segments);
}
