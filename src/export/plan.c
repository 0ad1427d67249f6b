#include "export/plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "export/observed.h"
#include "export/range.h"
#include "record/types.h"

#define BATCH 256 /* leaves read at a time */

static const char PLAN[] = N_("plan an export");

/* ---- tokens --------------------------------------------------------------------------------- */

static enum pb_status
other_leaves(uint64_t size, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, PLAN,
	    N_("the vault's leaves are not those of a checkpoint that was stamped"),
	    "size %" PRIu64, size);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("run `probant verify` to see what is hit, and look at the second copy"));
}

/* The checkpoint of an anchor is one of this log's. */
static enum pb_status
hold_checkpoint(const struct pb_export_anchor *anchor, struct pb_opened *opened,
    struct pb_export_leaves *leaves, const char *origin, struct pb_error *err)
{
	struct pb_checkpoint checkpoint;
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_note *note = calloc(1, sizeof(*note));
	enum pb_status status;
	bool agree = true;

	status = note == NULL
		     ? pb_fail_memory(err, PLAN)
		     : pb_opened_part(opened, anchor->object[0].part, PB_LIMIT_NOTE, &text, err);
	if (status == PB_OK)
		status = pb_note_parse(text.data, text.len, note, err);
	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &checkpoint, err);
	if (status == PB_EDATA || status == PB_ELIMIT ||
	    (status == PB_OK &&
		(checkpoint.size != anchor->stamp.size || strcmp(checkpoint.origin, origin) != 0)))
		status = pb_fail(err, PB_ECORRUPT, PLAN,
		    N_("what an anchor's token is over is no checkpoint of this log"), "%" PRIu64,
		    anchor->stamp.seq);
	if (status == PB_OK)
		status = pb_export_leaves_agree(leaves, &checkpoint, &agree, err);
	if (status == PB_OK && !agree)
		status = other_leaves(checkpoint.size, err);
	pb_buf_done(&text);
	free(note);
	return status;
}

static enum pb_status
add_stamp(struct pb_buf *stamps, const struct pb_dossier_stamp *stamp, struct pb_error *err)
{
	return pb_buf_append(stamps, stamp, sizeof(*stamp)) == PB_OK ? PB_OK
								     : pb_fail_memory(err, PLAN);
}

/*
 * The tokens of the range, and behind it those over `size`.  Tokens come in the order of the
 * checkpoints they are over, so the search ends at the first over more.
 */
static enum pb_status
find_stamps(struct pb_export_plan *plan, struct pb_export_leaves *leaves,
    struct pb_reading *reading, struct pb_error *err)
{
	const struct pb_manifest *m = &plan->manifest;
	struct pb_export_anchor anchor;
	struct pb_buf stamps = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;
	struct pb_opened *opened;
	const uint64_t *anchors;
	size_t count;

	anchors = pb_export_leaves_anchors(leaves, &count);
	for (size_t i = 0; status == PB_OK && i < count; i++) {
		bool inside = m->first <= anchors[i] && anchors[i] <= m->last;

		if (!inside && anchors[i] < m->size)
			continue;
		status = pb_export_anchor_read(reading, anchors[i], &anchor, &opened, err);
		if (status != PB_OK || !anchor.has_token)
			continue;
		if (!inside && anchor.stamp.size > m->size)
			break;
		if (!inside && anchor.stamp.size < m->size)
			continue;
		status = hold_checkpoint(&anchor, opened, leaves, m->origin, err);
		if (status == PB_OK)
			status = add_stamp(&stamps, &anchor.stamp, err);
	}
	if (status != PB_OK) {
		pb_buf_done(&stamps);
		return status;
	}
	plan->stamp = (struct pb_dossier_stamp *)(void *)stamps.data;
	plan->stamp_count = stamps.len / sizeof(*plan->stamp);
	plan->stamped = calloc(plan->stamp_count + 1, sizeof(*plan->stamped));
	if (plan->stamped == NULL)
		return pb_fail_memory(err, PLAN);
	for (size_t i = 0; i < plan->stamp_count; i++)
		plan->stamped[i] = plan->stamp[i].seq;
	qsort(plan->stamp, plan->stamp_count, sizeof(*plan->stamp), pb_export_stamp_compare);
	return PB_OK;
}

/* ---- runs ----------------------------------------------------------------------------------- */

struct runs {
	struct pb_buf disclosed; /* struct pb_disclosed_run */
	struct pb_buf closed;    /* struct pb_closed_run */
};

static enum pb_status
too_scattered(struct pb_error *err)
{
	(void)pb_fail(
	    err, PB_ELIMIT, PLAN, N_("what is selected lies too scattered in the log"), "%s", "");
	return pb_fail_todo(err, PB_ELIMIT, N_("export it in several ranges"));
}

static enum pb_status
add_closed(
    const struct pb_export_plan *plan, struct pb_buf *runs, uint64_t seq, struct pb_error *err)
{
	struct pb_closed_run *last = (struct pb_closed_run *)(void *)runs->data;
	struct pb_closed_run run = { .first = seq, .last = seq };
	size_t count = runs->len / sizeof(run);

	run.destroyed = pb_export_plan_destroyed(plan, seq, &run.by);
	if (count > 0 && last[count - 1].last + 1 == seq &&
	    last[count - 1].destroyed == run.destroyed && last[count - 1].by == run.by) {
		last[count - 1].last = seq;
		return PB_OK;
	}
	if (count == PB_LIMIT_RUNS)
		return too_scattered(err);
	return pb_buf_append(runs, &run, sizeof(run)) == PB_OK ? PB_OK : pb_fail_memory(err, PLAN);
}

static enum pb_status
add_disclosed(struct pb_buf *runs, uint64_t seq, enum pb_disclosure what, struct pb_error *err)
{
	struct pb_disclosed_run *last = (struct pb_disclosed_run *)(void *)runs->data;
	const struct pb_disclosed_run run = { .first = seq, .last = seq, .what = what };
	size_t count = runs->len / sizeof(run);

	if (count > 0 && last[count - 1].last + 1 == seq && last[count - 1].what == what) {
		last[count - 1].last = seq;
		return PB_OK;
	}
	if (count == PB_LIMIT_RUNS)
		return too_scattered(err);
	return pb_buf_append(runs, &run, sizeof(run)) == PB_OK ? PB_OK : pb_fail_memory(err, PLAN);
}

static enum pb_status
add_record(struct pb_export_plan *plan, struct runs *runs, const uint8_t bytes[PB_LEAF_LEN],
    struct pb_error *err)
{
	struct pb_export_choice choice;
	struct pb_leaf leaf;

	(void)pb_leaf_decode(bytes, &leaf);
	pb_export_plan_choose(plan, &leaf, &choice);
	if (choice.what == PB_DISCLOSE_NONE) {
		plan->closed_records++;
		plan->closed_messages += pb_record_type_message(leaf.type);
		return add_closed(plan, &runs->closed, leaf.seq, err);
	}
	plan->opened++;
	plan->opened_messages += pb_record_type_message(leaf.type);
	plan->opened_whole += choice.what == PB_DISCLOSE_ALL;
	return add_disclosed(&runs->disclosed, leaf.seq, choice.what, err);
}

/* Those in the range: only they can be held against it (FORMAT 5.3). */
static enum pb_status
find_destroyed(
    struct pb_export_plan *plan, const struct pb_export_leaves *leaves, struct pb_error *err)
{
	const struct pb_manifest *m = &plan->manifest;
	size_t count;

	plan->destroyed = pb_export_leaves_destroyed(leaves, &count);
	while (count > 0 && plan->destroyed->by < m->first) {
		plan->destroyed++;
		count--;
	}
	while (count > 0 && plan->destroyed[count - 1].by > m->last)
		count--;
	plan->destroyed_count = count;
	for (size_t i = 0; i < count; i++)
		if (pb_runs_add_all(&plan->named, &plan->destroyed[i].runs) != PB_OK)
			return pb_fail_memory(err, PLAN);
	return PB_OK;
}

static enum pb_status
find_runs(struct pb_export_plan *plan, struct pb_export_leaves *leaves, struct pb_error *err)
{
	struct pb_manifest *m = &plan->manifest;
	struct runs runs = { PB_BUF_EMPTY, PB_BUF_EMPTY };
	uint8_t *batch = malloc((size_t)BATCH * PB_LEAF_LEN);
	enum pb_status status = batch == NULL ? pb_fail_memory(err, PLAN) : PB_OK;
	uint64_t seq = m->first;

	while (status == PB_OK && seq <= m->last) {
		uint64_t left = m->last - seq + 1;
		size_t count = left < BATCH ? (size_t)left : BATCH;

		status = pb_export_leaves_read(leaves, seq, count, batch, err);
		for (size_t i = 0; status == PB_OK && i < count; i++)
			status = add_record(plan, &runs, batch + i * PB_LEAF_LEN, err);
		seq += count;
	}
	free(batch);
	if (status != PB_OK) {
		pb_buf_done(&runs.disclosed);
		pb_buf_done(&runs.closed);
		return status;
	}
	m->run = (struct pb_disclosed_run *)(void *)runs.disclosed.data;
	m->run_count = runs.disclosed.len / sizeof(*m->run);
	plan->closed = (struct pb_closed_run *)(void *)runs.closed.data;
	plan->closed_count = runs.closed.len / sizeof(*plan->closed);
	return PB_OK;
}

/* ---- the whole ------------------------------------------------------------------------------ */

/* Case, recipient and origin, as they were given. */
static enum pb_status
state(const struct pb_export_options *options, const char *origin, struct pb_manifest *m,
    struct pb_error *err)
{
	pb_assert(strlen(origin) < sizeof(m->origin));
	if (!pb_package_case_valid(options->case_name)) {
		(void)pb_fail(err, PB_EINVAL, PLAN, N_("a case cannot have such a name"), "%s",
		    options->case_name);
		return pb_fail_todo(err, PB_EINVAL,
		    N_("use 1 to 64 letters, digits, dots, dashes and underlines, such as "
		       "2026-014"));
	}
	if (options->recipient_len > PB_LIMIT_RECIPIENT)
		return pb_fail(
		    err, PB_ELIMIT, PLAN, N_("the recipient's name is too long"), "%s", "");
	memcpy(m->case_name, options->case_name, strlen(options->case_name) + 1);
	memcpy(m->origin, origin, strlen(origin) + 1);
	(void)snprintf(m->software, sizeof(m->software), "probant %s", PROBANT_VERSION);
	return pb_buf_append(&m->recipient, options->recipient, options->recipient_len) == PB_OK
		   ? PB_OK
		   : pb_fail_memory(err, PLAN);
}

/*
 * log/consistency/ has a proof for each of what is held but those that the range, or a stamp, or
 * log/checkpoint itself tells of (FORMAT 5.6).
 */
static void
choose_held(struct pb_export_plan *plan, const struct pb_export_held_sizes *held)
{
	const struct pb_manifest *m = &plan->manifest;

	for (size_t i = 0; i < held->count; i++) {
		uint64_t size = held->size[i];
		bool told = size >= m->size || (m->first < size && size <= m->last + 1);

		for (size_t at = 0; !told && at < plan->stamp_count; at++)
			told = plan->stamp[at].size == size;
		if (!told)
			plan->held.size[plan->held.count++] = size;
	}
}

enum pb_status
pb_export_plan_make(
    const struct pb_export_search *search, struct pb_export_plan *ret_plan, struct pb_error *err)
{
	const struct pb_export_options *options = search->options;
	struct pb_export_plan plan = PB_EXPORT_PLAN_EMPTY;
	struct pb_manifest *m = &plan.manifest;
	struct pb_runs observed = PB_RUNS_EMPTY;
	enum pb_status status;

	plan.unopened = search->unopened;
	status = state(options, search->origin, m, err);
	if (status == PB_OK)
		status = pb_export_select_new(options, &plan.select, err);
	if (status == PB_OK)
		status =
		    pb_export_range_find(search, plan.select, &m->first, &m->last, &m->size, err);
	if (status == PB_OK)
		status = find_stamps(&plan, search->leaves, search->reading, err);
	if (status == PB_OK)
		status = find_destroyed(&plan, search->leaves, err);
	if (status == PB_OK)
		status =
		    pb_export_observed_find(&plan, search->leaves, search->reading, &observed, err);
	plan.observed = observed;
	if (status == PB_OK)
		status = find_runs(&plan, search->leaves, err);
	if (status != PB_OK) {
		pb_export_plan_done(&plan);
		return status;
	}
	choose_held(&plan, &search->held);
	*ret_plan = plan;
	return PB_OK;
}

void
pb_export_plan_done(struct pb_export_plan *plan)
{
	pb_manifest_done(&plan->manifest);
	free(plan->closed);
	free(plan->stamp);
	free(plan->stamped);
	pb_runs_done(&plan->named);
	pb_runs_done(&plan->observed);
	pb_export_select_free(plan->select);
	*plan = PB_EXPORT_PLAN_EMPTY;
}

void
pb_export_plan_choose(const struct pb_export_plan *plan, const struct pb_leaf *leaf,
    struct pb_export_choice *ret_choice)
{
	uint64_t by;

	pb_export_select_choose(plan->select, leaf, ret_choice);
	if (ret_choice->what == PB_DISCLOSE_NONE &&
	    pb_runs_hold(&plan->observed, leaf->seq, leaf->seq))
		ret_choice->what = PB_DISCLOSE_FACTS;
	if (pb_export_plan_destroyed(plan, leaf->seq, &by) ||
	    (plan->unopened != NULL && pb_runs_hold(plan->unopened, leaf->seq, leaf->seq)))
		ret_choice->what = PB_DISCLOSE_NONE;
}

bool
pb_export_plan_may_close(const struct pb_export_plan *plan, const struct pb_leaf *leaf)
{
	struct pb_export_choice choice;

	pb_export_plan_choose(plan, leaf, &choice);
	return choice.what != PB_DISCLOSE_NONE && !pb_export_select_always(leaf->type);
}

bool
pb_export_plan_destroyed(const struct pb_export_plan *plan, uint64_t seq, uint64_t *ret_by)
{
	if (!pb_runs_hold(&plan->named, seq, seq))
		return false;
	for (size_t i = 0; i < plan->destroyed_count; i++) {
		if (!pb_runs_hold(&plan->destroyed[i].runs, seq, seq))
			continue;
		*ret_by = plan->destroyed[i].by;
		return true;
	}
	return false;
}

static int
by_seq(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

bool
pb_export_plan_stamped(const struct pb_export_plan *plan, uint64_t seq)
{
	return bsearch(&seq, plan->stamped, plan->stamp_count, sizeof(seq), by_seq) != NULL;
}
