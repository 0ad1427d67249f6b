#include "export/select.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "record/types.h"

/* first .. last: decided by rule[rule]; NOBODY: by none. */
struct stretch {
	uint64_t first;
	uint64_t last;
	size_t rule;
};

#define NOBODY SIZE_MAX

/* 1. stretch[] covers 0 .. 2^64-1, ascending, without gaps. */
struct pb_export_select {
	struct pb_export_rule *rule;
	size_t count;
	struct stretch *stretch;
	size_t stretch_count;
	bool asked; /* without rules: first .. last */
	uint64_t first, last;
	int64_t since_s, until_s;
	bool has_range; /* which the rules for everything were made for */
	uint64_t range_first, range_last;
};

static const char SELECT[] = N_("select what is exported");

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static size_t
deciding(const struct pb_export_select *select, uint64_t seq)
{
	for (size_t i = select->count; i-- > 0;)
		if (select->rule[i].first <= seq && seq <= select->rule[i].last)
			return i;
	return NOBODY;
}

/* Where the deciding rule can change: at the beginning of each rule and behind each end. */
static enum pb_status
cut(struct pb_export_select *select, struct pb_error *err)
{
	uint64_t *at = calloc(2 * select->count + 1, sizeof(*at));
	size_t count = 1;

	select->stretch = calloc(2 * select->count + 1, sizeof(*select->stretch));
	if (at == NULL || select->stretch == NULL) {
		free(at);
		return pb_fail_memory(err, SELECT);
	}
	for (size_t i = 0; i < select->count; i++) {
		at[count++] = select->rule[i].first;
		if (select->rule[i].last < UINT64_MAX)
			at[count++] = select->rule[i].last + 1;
	}
	qsort(at, count, sizeof(*at), by_number);
	for (size_t i = 0; i < count; i++) {
		struct stretch *next = &select->stretch[select->stretch_count];

		if (i + 1 < count && at[i + 1] == at[i])
			continue;
		next->first = at[i];
		next->last = i + 1 < count ? at[i + 1] - 1 : UINT64_MAX;
		next->rule = deciding(select, at[i]);
		select->stretch_count++;
	}
	free(at);
	return PB_OK;
}

enum pb_status
pb_export_select_new(const struct pb_export_options *options, struct pb_export_select **ret_select,
    struct pb_error *err)
{
	const struct pb_export_rule *rule = options->rule;
	size_t count = options->rule_count;
	struct pb_export_select *select;
	enum pb_status status;

	if (count > PB_LIMIT_EXPORT_RULES)
		return pb_fail(
		    err, PB_ELIMIT, SELECT, N_("there are too many rules"), "%zu", count);
	for (size_t i = 0; i < count; i++)
		if (rule[i].first > rule[i].last)
			return pb_fail(err, PB_EINVAL, SELECT, N_("it ends before it begins"),
			    "%llu-%llu", (unsigned long long)rule[i].first,
			    (unsigned long long)rule[i].last);
	select = calloc(1, sizeof(*select));
	if (select == NULL || (select->rule = calloc(count + 1, sizeof(*rule))) == NULL) {
		free(select);
		return pb_fail_memory(err, SELECT);
	}
	if (count > 0)
		memcpy(select->rule, rule, count * sizeof(*rule));
	select->count = count;
	select->since_s = options->since_s;
	select->until_s = options->until_s;
	select->has_range = options->has_range;
	select->range_first = options->first;
	select->range_last = options->last;
	status = cut(select, err);
	if (status != PB_OK) {
		pb_export_select_free(select);
		return status;
	}
	*ret_select = select;
	return PB_OK;
}

void
pb_export_select_free(struct pb_export_select *select)
{
	if (select == NULL)
		return;
	free(select->rule);
	free(select->stretch);
	free(select);
}

void
pb_export_select_asked(struct pb_export_select *select, uint64_t first, uint64_t last)
{
	select->asked = select->count == 0;
	select->first = first;
	select->last = last;
}

static bool
discloses(const struct pb_export_select *select, const struct stretch *stretch)
{
	return stretch->rule != NOBODY && select->rule[stretch->rule].what != PB_EXPORT_NONE;
}

bool
pb_export_select_bounds(
    const struct pb_export_select *select, uint64_t size, uint64_t *ret_first, uint64_t *ret_last)
{
	uint64_t first = 0, last = 0;
	bool any = false;

	for (size_t i = 0; i < select->stretch_count; i++) {
		if (!discloses(select, &select->stretch[i]))
			continue;
		if (!any)
			first = select->stretch[i].first;
		last = select->stretch[i].last;
		any = true;
	}
	*ret_first = first;
	if (!any || last >= size)
		return false;
	*ret_last = last;
	return true;
}

static const struct stretch *
stretch_of(const struct pb_export_select *select, uint64_t seq)
{
	size_t low = 0, high = select->stretch_count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (select->stretch[middle].first <= seq)
			low = middle;
		else
			high = middle;
	}
	return &select->stretch[low];
}

static void
by_rule(const struct pb_export_rule *rule, struct pb_export_choice *choice)
{
	static const enum pb_disclosure disclosure[] = {
		[PB_EXPORT_NONE] = PB_DISCLOSE_NONE,
		[PB_EXPORT_FACTS] = PB_DISCLOSE_FACTS,
		[PB_EXPORT_HEADERS] = PB_DISCLOSE_HEADERS,
		[PB_EXPORT_ALL] = PB_DISCLOSE_ALL,
		[PB_EXPORT_PARTS] = PB_DISCLOSE_PARTS,
	};

	choice->what = disclosure[rule->what];
	if (rule->what == PB_EXPORT_PARTS)
		memcpy(choice->parts, rule->parts, sizeof(choice->parts));
}

bool
pb_export_select_dated(const struct pb_export_select *select, const struct pb_leaf *leaf)
{
	int64_t time_s = leaf->time_s > INT64_MAX ? INT64_MAX : (int64_t)leaf->time_s;

	return select->since_s <= time_s && time_s <= select->until_s;
}

/* It is for everything that was asked for, rather than for records that it names. */
static bool
is_general(const struct pb_export_select *select, const struct pb_export_rule *rule)
{
	return (rule->first == 0 && rule->last == UINT64_MAX) ||
	       (select->has_range && rule->first == select->range_first &&
		   rule->last == select->range_last);
}

bool
pb_export_select_beyond(
    const struct pb_export_select *select, uint64_t first, uint64_t last, uint64_t *ret_seq)
{
	for (size_t i = 0; i < select->stretch_count; i++) {
		const struct stretch *stretch = &select->stretch[i];

		if (!discloses(select, stretch) ||
		    is_general(select, &select->rule[stretch->rule]) ||
		    (first <= stretch->first && stretch->last <= last))
			continue;
		*ret_seq = stretch->first < first ? stretch->first : stretch->last;
		return true;
	}
	return false;
}

bool
pb_export_select_closes(const struct pb_export_select *select, uint64_t seq)
{
	size_t rule = stretch_of(select, seq)->rule;

	return rule != NOBODY && select->rule[rule].what == PB_EXPORT_NONE &&
	       !is_general(select, &select->rule[rule]);
}

bool
pb_export_select_always(uint8_t type)
{
	return type == PB_RECORD_CAPTURE || type == PB_RECORD_DESTRUCTION ||
	       type == PB_RECORD_ANCHOR || type == PB_RECORD_KEY || type == PB_RECORD_RECOVERY;
}

void
pb_export_select_choose(const struct pb_export_select *select, const struct pb_leaf *leaf,
    struct pb_export_choice *ret_choice)
{
	size_t rule = stretch_of(select, leaf->seq)->rule;
	uint64_t seq = leaf->seq;

	*ret_choice = (struct pb_export_choice){ .what = PB_DISCLOSE_NONE };
	if (pb_export_select_always(leaf->type))
		ret_choice->what = PB_DISCLOSE_ALL;
	else if (leaf->type == PB_RECORD_MANAGEMENT &&
		 (rule == NOBODY || select->rule[rule].first != select->rule[rule].last))
		return;
	else if ((rule == NOBODY || is_general(select, &select->rule[rule])) &&
		 !pb_export_select_dated(select, leaf))
		return;
	else if (rule != NOBODY)
		by_rule(&select->rule[rule], ret_choice);
	else if (select->asked && select->first <= seq && seq <= select->last)
		ret_choice->what = PB_DISCLOSE_ALL;
}

bool
pb_export_select_any(const struct pb_export_select *select, uint64_t first, uint64_t last)
{
	if (select->asked)
		return first <= select->last && select->first <= last;
	for (size_t i = 0; i < select->stretch_count; i++)
		if (discloses(select, &select->stretch[i]) && select->stretch[i].first <= last &&
		    first <= select->stretch[i].last)
			return true;
	return false;
}
