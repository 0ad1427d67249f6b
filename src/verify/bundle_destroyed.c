/*
 * Closed records that are said to be destroyed: an opened record of the range must say so
 * (FORMAT 5.3, 5.6).
 */
#include <stdlib.h>

#include "core/error.h"
#include "record/destruction.h"
#include "verify/bundle.h"

static const char VERIFY[] = N_("verify a bundle");

static enum pb_status
remember(struct pb_bundle_destroyed *d, uint64_t by, struct pb_runs *take_runs)
{
	struct pb_bundle_destruction *grown;
	enum pb_status status = pb_runs_add_all(&d->named, take_runs);

	if (status == PB_OK && d->count == d->cap) {
		size_t cap = d->cap == 0 ? 8 : 2 * d->cap;

		grown = realloc(d->by, cap * sizeof(*grown));
		status = grown != NULL ? PB_OK : PB_ENOMEM;
		if (grown != NULL) {
			d->by = grown;
			d->cap = cap;
		}
	}
	if (status != PB_OK) {
		pb_runs_done(take_runs);
		return status;
	}
	d->by[d->count++] = (struct pb_bundle_destruction){ by, *take_runs };
	return PB_OK;
}

enum pb_status
pb_bundle_destruction(
    struct pb_bundle_state *state, const struct pb_bundle_job *job, struct pb_error *err)
{
	enum pb_destruction_reason reason;
	struct pb_runs runs = PB_RUNS_EMPTY;
	enum pb_status status;

	if (job->facts == NULL || job->inside.commitment_wrong)
		return PB_OK;
	status = pb_destruction_decode(job->facts, job->record.seq, &runs, &reason);
	if (status == PB_EDATA) {
		const struct pb_package_name name = { .kind = PB_PACKAGE_OPENING,
			.seq = job->record.seq };

		pb_bundle_find_at(state, PB_CHECK_RANGE, PB_INVALID, job->record.seq,
		    "destruction_malformed",
		    N_("This record does not say as it should what was destroyed."), &name);
		return PB_OK;
	}
	if (status == PB_OK)
		status = remember(&state->destroyed, job->record.seq, &runs);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, VERIFY);
}

void
pb_bundle_destroyed_leaf(struct pb_bundle_state *state, const struct pb_closed_run *run,
    const struct pb_leaf *leaf, uint64_t seq)
{
	if (run != NULL && run->destroyed && !pb_destruction_possible(leaf->type))
		pb_bundle_find(state, PB_CHECK_RANGE, PB_INVALID, seq, "destruction_of_others",
		    N_("This record is said to be destroyed, but is of a type that never is."),
		    "log/closed.json");
}

static bool
says(const struct pb_bundle_destroyed *d, const struct pb_closed_run *run)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->by[i].seq == run->by)
			return pb_runs_hold(&d->by[i].runs, run->first, run->last);
	return false;
}

void
pb_bundle_destroyed_end(struct pb_bundle_state *state)
{
	const struct pb_bundle_destroyed *d = &state->destroyed;

	for (size_t i = 0; i < state->closed_count; i++) {
		const struct pb_closed_run *run = &state->closed[i];

		if (run->destroyed && !says(d, run))
			pb_bundle_find(state, PB_CHECK_RANGE, PB_INVALID, run->first,
			    "destroyed_without_record",
			    N_("From this record on, records are said to be destroyed, but the "
			       "record that is named for it does not say so, or is not here."),
			    "log/closed.json");
		if (!run->destroyed && pb_runs_touch(&d->named, run->first, run->last))
			pb_bundle_find(state, PB_CHECK_FILES, PB_INVALID, run->first,
			    "closed_reason",
			    N_("From this record on, records are listed as closed that were "
			       "destroyed, as a record of this range says."),
			    "log/closed.json");
	}
}

void
pb_bundle_destroyed_done(struct pb_bundle_destroyed *d)
{
	for (size_t i = 0; i < d->count; i++)
		pb_runs_done(&d->by[i].runs);
	free(d->by);
	pb_runs_done(&d->named);
}
