/*
 * Proven intervals (FORMAT 2.2), in one pass over the anchors.
 *
 * A span of records is open until a token covers it: what bounds it from below is known as
 * soon as it begins, what bounds it from above only then.
 */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "verify/tokens.h"

/* One side of an interval. */
struct bound {
	bool given;
	int64_t us;
	bool accuracy_stated;
	bool qualified;
	char tsa[128];
};

/* From record `first` to that of the next span, or to the end. */
struct span {
	uint64_t first;
	struct bound after;
};

/* Invariant: span[0..count) ascends strictly by `first`; the last one has no end yet. */
struct pb_intervals {
	struct pb_verification *v; /* borrowed */
	uint64_t last;
	struct span *span;
	size_t count;
	size_t cap;
	bool any; /* an anchor counted */
};

static const char what[] = N_("compute proven intervals");

/* ---- bounds --------------------------------------------------------------------------------- */

static int64_t
add_clamped(int64_t time_us, uint64_t us)
{
	if (us >= (uint64_t)INT64_MAX || time_us > INT64_MAX - 1 - (int64_t)us)
		return INT64_MAX - 1;
	return time_us + (int64_t)us;
}

static int64_t
subtract_clamped(int64_t time_us, uint64_t us)
{
	if (us >= (uint64_t)INT64_MAX || time_us < INT64_MIN + 1 + (int64_t)us)
		return INT64_MIN + 1;
	return time_us - (int64_t)us;
}

/* An accuracy that is not stated counts as 0, and is said not to be stated. */
static struct bound
bound_of(const struct pb_verify_token_outcome *outcome, bool before)
{
	const struct pb_token_seen *seen = &outcome->seen;
	uint64_t accuracy_us = outcome->has_accuracy ? outcome->accuracy_us : 0;
	struct bound bound = { .given = true,
		.accuracy_stated = outcome->has_accuracy,
		.qualified = seen->qualified };

	bound.us = before ? add_clamped(seen->gen_time_us, accuracy_us)
			  : subtract_clamped(seen->gen_time_us, accuracy_us);
	memcpy(bound.tsa, seen->tsa, sizeof(bound.tsa));
	return bound;
}

/* ---- spans ---------------------------------------------------------------------------------- */

/*
 * The records from `first` on have another lower bound.  Where there is no room for one
 * more span, an older anchor bounds them as truly, if less closely; no bound at all must be said.
 */
static enum pb_status
begin_span(
    struct pb_intervals *intervals, uint64_t first, const struct bound *after, struct pb_error *err)
{
	struct span *newest = &intervals->span[intervals->count - 1];

	if (first <= newest->first) {
		newest->after = *after;
		return PB_OK;
	}
	if (intervals->count == PB_LIMIT_INTERVALS_OPEN) {
		if (!after->given)
			newest->after = *after;
		return PB_OK;
	}
	if (intervals->count == intervals->cap) {
		size_t cap = 2 * intervals->cap;
		struct span *grown = reallocarray(intervals->span, cap, sizeof(*grown));

		if (grown == NULL)
			return pb_fail_memory(err, what);
		intervals->span = grown;
		intervals->cap = cap;
	}
	intervals->span[intervals->count++] = (struct span){ .first = first, .after = *after };
	return PB_OK;
}

/* Records first..end-1 of the range are bounded so. */
static enum pb_status
settle_span(struct pb_intervals *intervals, uint64_t first, uint64_t end, const struct bound *after,
    const struct bound *before, struct pb_error *err)
{
	struct pb_interval interval = { .first = first,
		.last = end - 1 < intervals->last ? end - 1 : intervals->last,
		.after_us = after->given ? after->us : INT64_MIN,
		.before_us = before->given ? before->us : INT64_MAX,
		.accuracy_stated = (!after->given || after->accuracy_stated) &&
				   (!before->given || before->accuracy_stated),
		.qualified =
		    (!after->given || after->qualified) && (!before->given || before->qualified) };

	if (first > intervals->last)
		return PB_OK;
	memcpy(interval.after_tsa, after->tsa, sizeof(interval.after_tsa));
	memcpy(interval.before_tsa, before->tsa, sizeof(interval.before_tsa));
	if (interval.after_us > interval.before_us)
		pb_verification_find(intervals->v, PB_CHECK_TOKENS, PB_INVALID, first,
		    "interval_reversed",
		    N_("By the clocks of the authorities this record entered the log after it was "
		       "stamped: a clock was wrong, or a token is not what it seems."),
		    "%s", "");
	return pb_verification_add_interval(intervals->v, &interval, err);
}

/* All records below `end` that are open. */
static enum pb_status
settle(
    struct pb_intervals *intervals, uint64_t end, const struct bound *before, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	size_t done = 0;

	for (size_t i = 0; status == PB_OK && i < intervals->count; i++) {
		struct span *span = &intervals->span[i];
		bool newest = i + 1 == intervals->count;
		uint64_t stop = newest || end < span[1].first ? end : span[1].first;

		if (span->first >= end)
			break;
		status = settle_span(intervals, span->first, stop, &span->after, before, err);
		if (newest || stop < span[1].first)
			span->first = stop;
		else
			done = i + 1;
	}
	intervals->count -= done;
	memmove(intervals->span, intervals->span + done, intervals->count * sizeof(struct span));
	return status;
}

/* ---- the collector -------------------------------------------------------------------------- */

enum pb_status
pb_intervals_new(uint64_t first, uint64_t last, struct pb_verification *v,
    struct pb_intervals **ret_intervals, struct pb_error *err)
{
	struct pb_intervals *intervals = calloc(1, sizeof(*intervals));

	if (intervals == NULL)
		return pb_fail_memory(err, what);
	intervals->v = v;
	/* The end of a span is one more than its last record. */
	intervals->last = last < PB_NO_SEQ ? last : PB_NO_SEQ - 1;
	intervals->cap = 16;
	intervals->span = calloc(intervals->cap, sizeof(*intervals->span));
	if (intervals->span == NULL) {
		free(intervals);
		return pb_fail_memory(err, what);
	}
	intervals->span[intervals->count++] = (struct span){ .first = first };
	*ret_intervals = intervals;
	return PB_OK;
}

enum pb_status
pb_intervals_add(struct pb_intervals *intervals, const struct pb_verify_token_outcome *outcome,
    struct pb_error *err)
{
	const struct pb_token_seen *seen = &outcome->seen;
	struct bound after, before;
	enum pb_status status;

	if (!outcome->good || !seen->trusted || seen->local || seen->seq == PB_NO_SEQ)
		return PB_OK;
	intervals->any = true;
	before = bound_of(outcome, true);
	status = settle(intervals, seen->size, &before, err);
	if (status != PB_OK)
		return status;
	after = bound_of(outcome, false);
	return begin_span(intervals, seen->seq + 1, &after, err);
}

enum pb_status
pb_intervals_cut(struct pb_intervals *intervals, uint64_t seq, struct pb_error *err)
{
	const struct bound none = { .given = false };

	return begin_span(intervals, seq, &none, err);
}

enum pb_status
pb_intervals_end(struct pb_intervals *intervals, uint64_t last, struct pb_error *err)
{
	const struct bound none = { .given = false };

	pb_verification_sustain(intervals->v);
	if (!intervals->any)
		return PB_OK;
	if (last < intervals->last)
		intervals->last = last;
	return settle(intervals, intervals->last + 1, &none, err);
}

void
pb_intervals_free(struct pb_intervals *intervals)
{
	if (intervals == NULL)
		return;
	free(intervals->span);
	free(intervals);
}
