#include "export/range.h"

#include <inttypes.h>

#include "core/error.h"
#include "export/dated.h"

/* What was asked for, in seqs. */
struct wish {
	uint64_t first;
	uint64_t last;   /* if `bounded` */
	bool bounded;    /* else to the end of the checkpoint */
	bool ends_there; /* and the range ends with `last` */
};

static const char CHOOSE[] = N_("choose what an export covers");

static enum pb_status
uncovered(struct pb_error *err)
{
	(void)pb_fail(err, PB_EUNAVAIL, CHOOSE, N_("no timestamp covers it yet"), "%s", "");
	return pb_fail_todo(err, PB_EUNAVAIL,
	    N_("ask for a timestamp with `probant stamp --now`, then export again"));
}

/* How many anchors have a seq of at most `seq`: where those behind it begin. */
static size_t
anchors_until(const uint64_t *anchors, size_t count, uint64_t seq)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (anchors[middle] <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Does a token answer the question?  `wanted` is the question's number or time. */
typedef bool question(const struct pb_dossier_stamp *stamp, int64_t wanted);

static bool
any_token(const struct pb_dossier_stamp *stamp, int64_t wanted)
{
	(void)stamp;
	(void)wanted;
	return true;
}

static bool
over_more_than(const struct pb_dossier_stamp *stamp, int64_t wanted)
{
	return stamp->size > (uint64_t)wanted;
}

static bool
over_exactly(const struct pb_dossier_stamp *stamp, int64_t wanted)
{
	return stamp->size == (uint64_t)wanted;
}

/* The first token among anchors[from .. to) that answers; backwards: the last one.  PB_ENOENT. */
static enum pb_status
seek(const struct pb_export_search *search, size_t from, size_t to, bool backwards,
    question *answers, int64_t wanted, struct pb_dossier_stamp *ret_stamp, struct pb_error *err)
{
	struct pb_export_anchor anchor;
	struct pb_opened *opened;
	const uint64_t *anchors;
	enum pb_status status;
	size_t count;

	anchors = pb_export_leaves_anchors(search->leaves, &count);
	while (from < to) {
		size_t at = backwards ? --to : from++;

		status = pb_export_anchor_read(search->reading, anchors[at], &anchor, &opened, err);
		if (status != PB_OK)
			return status;
		if (anchor.has_token && answers(&anchor.stamp, wanted) &&
		    (search->until_size == 0 || anchor.stamp.size <= search->until_size)) {
			*ret_stamp = anchor.stamp;
			return PB_OK;
		}
	}
	return PB_ENOENT;
}

static enum pb_status
newest(const struct pb_export_search *search, uint64_t *ret_size, struct pb_error *err)
{
	struct pb_dossier_stamp stamp;
	enum pb_status status;
	size_t count;

	(void)pb_export_leaves_anchors(search->leaves, &count);
	status = seek(search, 0, count, true, any_token, 0, &stamp, err);
	if (status == PB_OK)
		*ret_size = stamp.size;
	return status == PB_ENOENT ? uncovered(err) : status;
}

static enum pb_status
wish_by_range(const struct pb_export_search *search, struct wish *wish, struct pb_error *err)
{
	const struct pb_export_options *options = search->options;

	if (options->first > options->last)
		return pb_fail(err, PB_EINVAL, CHOOSE, N_("it ends before it begins"),
		    "%" PRIu64 "-%" PRIu64, options->first, options->last);
	if (options->last >= pb_export_leaves_size(search->leaves))
		return pb_fail(err, PB_EINVAL, CHOOSE,
		    N_("the archive holds no record of that number"), "%" PRIu64, options->last);
	*wish = (struct wish){
		.first = options->first, .last = options->last, .bounded = true, .ends_there = true
	};
	return PB_OK;
}

/*
 * From the first message captured between the dates to the last, or, if they have no end, to the
 * end of the checkpoint.  An export that goes on sees what there was when it began.  Where
 * a range was given, that is what is covered.
 */
static enum pb_status
wish_by_dates(const struct pb_export_search *search, const struct pb_export_select *select,
    struct wish *wish, struct pb_error *err)
{
	const struct pb_export_options *options = search->options;
	uint64_t end =
	    search->until_size > 0 ? search->until_size : pb_export_leaves_size(search->leaves);
	uint64_t first, last;
	enum pb_status status;

	if (options->since_s > options->until_s)
		return pb_fail(err, PB_EINVAL, CHOOSE, N_("it ends before it begins"), "%s", "");
	status = pb_export_dated_find(search->leaves, select, wish->first,
	    wish->ends_there ? wish->last + 1 : end, &first, &last, err);
	if (status != PB_OK || wish->ends_there)
		return status;
	wish->first = first;
	wish->last = last;
	wish->bounded = options->until_s != INT64_MAX;
	return PB_OK;
}

static enum pb_status
understand(const struct pb_export_search *search, const struct pb_export_select *select,
    struct wish *wish, struct pb_error *err)
{
	const struct pb_export_options *options = search->options;
	bool dates = options->since_s != INT64_MIN || options->until_s != INT64_MAX;
	enum pb_status status = PB_OK;

	*wish = (struct wish){ .first = 0 };
	if (options->has_range)
		status = wish_by_range(search, wish, err);
	if (status == PB_OK && dates)
		status = wish_by_dates(search, select, wish, err);
	if (status != PB_OK || options->has_range || dates)
		return status;
	wish->bounded = pb_export_select_bounds(
	    select, pb_export_leaves_size(search->leaves), &wish->first, &wish->last);
	if (wish->first >= pb_export_leaves_size(search->leaves))
		return pb_fail(err, PB_EINVAL, CHOOSE,
		    N_("the archive holds no record of that number"), "%" PRIu64, wish->first);
	return PB_OK;
}

/* The checkpoint that was named: a token must be over it, and it must cover what is asked. */
static enum pb_status
named(const struct pb_export_search *search, const struct wish *wish, struct pb_error *err)
{
	uint64_t size = search->options->as_of;
	struct pb_dossier_stamp stamp;
	const uint64_t *anchors;
	enum pb_status status;
	size_t count, from;

	if (size <= (wish->bounded ? wish->last : wish->first))
		return pb_fail(err, PB_EINVAL, CHOOSE,
		    N_("the checkpoint of that size does not cover it"), "%" PRIu64, size);
	anchors = pb_export_leaves_anchors(search->leaves, &count);
	from = anchors_until(anchors, count, size - 1);
	status = size > INT64_MAX
		     ? PB_ENOENT
		     : seek(search, from, count, false, over_exactly, (int64_t)size, &stamp, err);
	return status != PB_ENOENT
		   ? status
		   : pb_fail(err, PB_EINVAL, CHOOSE,
			 N_("no timestamp is over a checkpoint of that size"), "%" PRIu64, size);
}

static enum pb_status
find_size(const struct pb_export_search *search, const struct wish *wish, uint64_t *ret_size,
    struct pb_error *err)
{
	struct pb_dossier_stamp stamp;
	const uint64_t *anchors;
	enum pb_status status;
	size_t count, from;

	if (search->options->as_of != 0) {
		*ret_size = search->options->as_of;
		return named(search, wish, err);
	}
	if (!wish->bounded) {
		status = newest(search, ret_size, err);
		return status == PB_OK && *ret_size <= wish->first ? uncovered(err) : status;
	}
	/* A token over more records than `last` stands behind it. */
	anchors = pb_export_leaves_anchors(search->leaves, &count);
	from = anchors_until(anchors, count, wish->last);
	status = seek(search, from, count, false, over_more_than, (int64_t)wish->last, &stamp, err);
	if (status == PB_OK)
		*ret_size = stamp.size;
	return status == PB_ENOENT ? uncovered(err) : status;
}

/*
 * A record that is asked for and was destroyed is closed as such by the record that says so, which
 * therefore must be in the range (FORMAT 5.3).
 */
static enum pb_status
cover_destroyed(const struct pb_export_search *search, const struct pb_export_select *select,
    uint64_t first, uint64_t *last, uint64_t *size, struct pb_error *err)
{
	const struct pb_export_destroyed *destroyed;
	struct wish wish = { .first = first, .bounded = true };
	size_t count;

	destroyed = pb_export_leaves_destroyed(search->leaves, &count);
	for (size_t i = 0; i < count; i++) {
		bool asked = false;

		for (size_t k = 0; !asked && k < destroyed[i].runs.count; k++) {
			const struct pb_run *run = &destroyed[i].runs.run[k];

			asked =
			    run->first <= *last && run->last >= first &&
			    pb_export_select_any(select, run->first > first ? run->first : first,
				run->last < *last ? run->last : *last);
		}
		if (asked && destroyed[i].by > *last)
			*last = destroyed[i].by;
	}
	wish.last = *last;
	return *last < *size ? PB_OK : find_size(search, &wish, size, err);
}

/*
 * The checkpoint that is handed over is of no fewer records than one that the receiver holds: so
 * that one proof tells whether that one grew into it.  The range stays as it is.
 */
static enum pb_status
cover_held(const struct pb_export_search *search, uint64_t *size, struct pb_error *err)
{
	const struct pb_export_held_sizes *held = &search->held;
	uint64_t most = held->count > 0 ? held->size[held->count - 1] : 0;
	struct pb_dossier_stamp stamp;
	const uint64_t *anchors;
	enum pb_status status;
	size_t count, from;

	if (most <= *size)
		return PB_OK;
	if (search->options->as_of != 0)
		return pb_fail(err, PB_EINVAL, CHOOSE,
		    N_("the checkpoint of that size does not cover the one that the receiver "
		       "holds"),
		    "%" PRIu64, *size);
	/* A token over that many stands behind them. */
	anchors = pb_export_leaves_anchors(search->leaves, &count);
	from = anchors_until(anchors, count, most - 1);
	status = seek(search, from, count, false, over_more_than, (int64_t)(most - 1), &stamp, err);
	if (status == PB_OK)
		*size = stamp.size;
	return status == PB_ENOENT ? uncovered(err) : status;
}

/* Said rather than passed over: whoever named it expects it to be there. */
static enum pb_status
not_covered(uint64_t first, uint64_t last, uint64_t seq, struct pb_error *err)
{
	(void)pb_fail(err, PB_EINVAL, CHOOSE,
	    N_("a record that is to be opened is not of the range"),
	    "%" PRIu64 ", %" PRIu64 "..%" PRIu64, seq, first, last);
	return pb_fail_todo(
	    err, PB_EINVAL, N_("widen --range, --since and --until, or leave the record out"));
}

enum pb_status
pb_export_range_find(const struct pb_export_search *search, struct pb_export_select *select,
    uint64_t *ret_first, uint64_t *ret_last, uint64_t *ret_size, struct pb_error *err)
{
	struct pb_dossier_stamp stamp = { .seq = 0 };
	const uint64_t *anchors;
	enum pb_status status;
	struct wish wish;
	uint64_t size = 0, last = 0, beyond;
	size_t count;

	status = understand(search, select, &wish, err);
	if (status == PB_OK)
		status = find_size(search, &wish, &size, err);
	if (status == PB_OK) {
		last = wish.ends_there ? wish.last : size - 1;
		pb_export_select_asked(select, wish.first, last);
		status = cover_destroyed(search, select, wish.first, &last, &size, err);
	}
	if (status == PB_OK)
		status = cover_held(search, &size, err);
	if (status != PB_OK)
		return status;
	/* It begins with a token, so that an authority says what came after (FORMAT 5.3). */
	anchors = pb_export_leaves_anchors(search->leaves, &count);
	count = anchors_until(anchors, count, wish.first);
	status = seek(search, 0, count, true, any_token, 0, &stamp, err);
	if (status != PB_OK && status != PB_ENOENT)
		return status;
	if (pb_export_select_beyond(select, stamp.seq, last, &beyond))
		return not_covered(stamp.seq, last, beyond, err);
	*ret_first = stamp.seq;
	*ret_last = last;
	*ret_size = size;
	return PB_OK;
}
