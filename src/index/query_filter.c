/* What a query says of a record but for its words: date, type, direction, source. */
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "index/asking.h"

/* Either end may be missing, but not both. */
static enum pb_status
add_date(struct pb_asking *p, const struct pb_written *term)
{
	struct pb_query *query = p->query;
	const char *value = term->value, *dots = memmem(value, term->len, "..", 2);
	size_t first_len = dots == NULL ? term->len : (size_t)(dots - value), last_len = first_len;
	const char *last = value;
	int64_t first_s = INT64_MIN, last_s = INT64_MAX, other_s;

	if (dots != NULL) {
		last = dots + 2;
		last_len = term->len - first_len - 2;
	}
	if ((first_len == 0 && last_len == 0) ||
	    (first_len > 0 && !pb_days_parse(value, first_len, &first_s, &other_s)) ||
	    (last_len > 0 && !pb_days_parse(last, last_len, &other_s, &last_s)))
		return pb_asking_wrong(p, term->begin,
		    N_("a date is a day, a month or a year, or two of them: 2026-04-30..2026-05"));
	if (first_s > last_s)
		return pb_asking_wrong(p, term->begin, N_("the dates end before they begin"));
	if (first_len > 0 && (!query->has_from || first_s > query->from_s))
		query->from_s = first_s;
	if (last_len > 0 && (!query->has_to || last_s < query->to_s))
		query->to_s = last_s;
	query->has_from |= first_len > 0;
	query->has_to |= last_len > 0;
	return PB_OK;
}

/* a,b,c as bits; what was asked for before is narrowed. */
static enum pb_status
add_choice(struct pb_asking *p, const struct pb_written *term, enum pb_asked_kind kind,
    uint32_t *bits, const char *why)
{
	const char *at = term->value, *end = at + term->len;
	uint32_t chosen = 0;

	while (at <= end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t len = (size_t)((comma == NULL ? end : comma) - at);
		int number;

		if (pb_asked_name(p->fold, kind, at, len, &number) != PB_OK)
			return pb_fail_memory(p->err, N_("understand the query"));
		if (number < 0)
			return pb_asking_wrong(p, at, why);
		chosen |= (uint32_t)1 << number;
		at += len + 1;
	}
	if (*bits != 0 && (*bits & chosen) == 0)
		return pb_asking_wrong(p, term->begin, N_("no record can be both"));
	*bits = *bits == 0 ? chosen : *bits & chosen;
	return PB_OK;
}

enum pb_status
pb_asking_add_filter(struct pb_asking *p, const struct pb_written *term)
{
	struct pb_query *query = p->query;

	if (term->negated)
		return pb_asking_wrong(p, term->begin, N_("only words can be left out with a -"));
	if (term->field == PB_ASKED_DATE)
		return add_date(p, term);
	if (term->field == PB_ASKED_TYPE)
		return add_choice(p, term, PB_ASKED_A_TYPE, &query->types,
		    N_("a type is a number or a name, such as imported or anchor"));
	if (term->field == PB_ASKED_DIRECTION)
		return add_choice(p, term, PB_ASKED_A_DIRECTION, &query->directions,
		    N_("a direction is received, sent or unknown"));
	return add_choice(
	    p, term, PB_ASKED_A_SOURCE, &query->sources, N_("a source is import or unknown"));
}
