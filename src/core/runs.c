#include "core/runs.h"

#include <stdlib.h>
#include <string.h>

/* The first run that ends at `number` or behind it. */
static size_t
reach(const struct pb_runs *runs, uint64_t number)
{
	size_t low = 0, high = runs->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (runs->run[middle].last < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum pb_status
make_room(struct pb_runs *runs)
{
	size_t cap = runs->cap == 0 ? 8 : 2 * runs->cap;
	struct pb_run *grown;

	if (runs->count < runs->cap)
		return PB_OK;
	grown = cap > SIZE_MAX / sizeof(*grown) ? NULL : realloc(runs->run, cap * sizeof(*grown));
	if (grown == NULL)
		return PB_ENOMEM;
	runs->run = grown;
	runs->cap = cap;
	return PB_OK;
}

enum pb_status
pb_runs_add(struct pb_runs *runs, uint64_t first, uint64_t last)
{
	/* All that overlap it or touch it: [begin, end). */
	size_t begin = reach(runs, first > 0 ? first - 1 : 0), end = begin;

	while (end < runs->count && (last == UINT64_MAX || runs->run[end].first <= last + 1))
		end++;
	if (end == begin) {
		if (make_room(runs) != PB_OK)
			return PB_ENOMEM;
		memmove(&runs->run[begin + 1], &runs->run[begin],
		    (runs->count - begin) * sizeof(runs->run[0]));
		runs->run[begin] = (struct pb_run){ first, last };
		runs->count++;
		return PB_OK;
	}
	if (runs->run[begin].first < first)
		first = runs->run[begin].first;
	if (runs->run[end - 1].last > last)
		last = runs->run[end - 1].last;
	runs->run[begin] = (struct pb_run){ first, last };
	memmove(&runs->run[begin + 1], &runs->run[end], (runs->count - end) * sizeof(runs->run[0]));
	runs->count -= end - begin - 1;
	return PB_OK;
}

enum pb_status
pb_runs_add_all(struct pb_runs *runs, const struct pb_runs *more)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < more->count; i++)
		status = pb_runs_add(runs, more->run[i].first, more->run[i].last);
	return status;
}

bool
pb_runs_hold(const struct pb_runs *runs, uint64_t first, uint64_t last)
{
	size_t at = reach(runs, first);

	return at < runs->count && runs->run[at].first <= first && last <= runs->run[at].last;
}

bool
pb_runs_touch(const struct pb_runs *runs, uint64_t first, uint64_t last)
{
	size_t at = reach(runs, first);

	return at < runs->count && runs->run[at].first <= last;
}

/* `number` is in `runs`: where in `other`, or behind it, does the answer change? */
static bool
advance(const struct pb_runs *other, bool inside, uint64_t *number)
{
	size_t at = reach(other, *number);
	bool held = at < other->count && other->run[at].first <= *number;

	if (held == inside)
		return true;
	if (inside) {
		*number = at < other->count ? other->run[at].first : UINT64_MAX;
		return at < other->count;
	}
	*number = other->run[at].last + 1;
	return other->run[at].last < UINT64_MAX;
}

bool
pb_runs_next(const struct pb_runs *runs, const struct pb_runs *other, bool inside, uint64_t from,
    uint64_t *ret_number)
{
	for (size_t at = reach(runs, from); at < runs->count; at++) {
		const struct pb_run *run = &runs->run[at];
		uint64_t number = run->first > from ? run->first : from;

		if (advance(other, inside, &number) && number <= run->last) {
			*ret_number = number;
			return true;
		}
	}
	return false;
}

uint64_t
pb_runs_total(const struct pb_runs *runs)
{
	uint64_t total = 0;

	for (size_t i = 0; i < runs->count; i++)
		total += runs->run[i].last - runs->run[i].first + 1;
	return total;
}

void
pb_runs_done(struct pb_runs *runs)
{
	free(runs->run);
	*runs = PB_RUNS_EMPTY;
}
