#include "cli/disclosure.h"

#include <string.h>

#include "core/text.h"

bool
pb_disclosure_range(const char *text, size_t len, uint64_t *ret_first, uint64_t *ret_last)
{
	const char *dots = memmem(text, len, "..", 2);
	size_t before = dots != NULL ? (size_t)(dots - text) : len;

	if (!pb_decimal_parse(text, before, ret_first))
		return false;
	if (dots == NULL) {
		*ret_last = *ret_first;
		return true;
	}
	return pb_decimal_parse(dots + 2, len - before - 2, ret_last) && *ret_first <= *ret_last;
}

/* "parts:0+3" behind the colon. */
static bool
parse_parts(const char *text, size_t len, uint8_t parts[32])
{
	uint64_t index;
	size_t word;

	memset(parts, 0, 32);
	for (;;) {
		const char *plus = memchr(text, '+', len);

		word = plus != NULL ? (size_t)(plus - text) : len;
		if (!pb_decimal_parse(text, word, &index) || index > 254)
			return false;
		parts[index / 8] |= (uint8_t)(1U << index % 8);
		if (plus == NULL)
			return true;
		text += word + 1;
		len -= word + 1;
	}
}

static bool
parse_what(const char *text, size_t len, struct pb_export_rule *rule)
{
	static const struct {
		const char *name;
		enum pb_export_what what;
	} words[] = { { "all", PB_EXPORT_ALL }, { "headers", PB_EXPORT_HEADERS },
		{ "facts", PB_EXPORT_FACTS }, { "closed", PB_EXPORT_NONE } };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].name) == len && memcmp(words[i].name, text, len) == 0) {
			rule->what = words[i].what;
			return true;
		}
	}
	if (len <= 6 || memcmp(text, "parts:", 6) != 0)
		return false;
	rule->what = PB_EXPORT_PARTS;
	return parse_parts(text + 6, len - 6, rule->parts);
}

/* "WHAT", "SEQ=WHAT" or "I..J=WHAT". */
static bool
parse_rule(const char *text, size_t len, struct pb_export_rule *rule)
{
	const char *equals = memchr(text, '=', len);
	size_t before = equals != NULL ? (size_t)(equals - text) : 0;

	*rule = (struct pb_export_rule){ .first = 0, .last = UINT64_MAX };
	if (equals == NULL)
		return parse_what(text, len, rule);
	return pb_disclosure_range(text, before, &rule->first, &rule->last) &&
	       parse_what(equals + 1, len - before - 1, rule);
}

/* "17,20..22": those, whole. */
static bool
parse_selected(const char *text, size_t len, struct pb_export_rule *rule)
{
	*rule = (struct pb_export_rule){ .what = PB_EXPORT_ALL };
	return pb_disclosure_range(text, len, &rule->first, &rule->last);
}

/* The words between commas, each by `parse`. */
static bool
parse_list(const char *text, struct pb_disclosure_rules *rules,
    bool (*parse)(const char *text, size_t len, struct pb_export_rule *rule))
{
	size_t len;

	for (;;) {
		len = strcspn(text, ",");
		if (rules->count == PB_DISCLOSURE_RULES ||
		    !parse(text, len, &rules->rule[rules->count]))
			return false;
		rules->count++;
		if (text[len] == '\0')
			return true;
		text += len + 1;
	}
}

/* --seq closes all but what it names; --disclose goes on from there. */
static bool
parse_rules(const struct pb_options *options, struct pb_disclosure_rules *rules)
{
	const char *seq = options->value[PB_OPTION_SEQ];
	const char *disclose = options->value[PB_OPTION_DISCLOSE];

	if (seq != NULL) {
		rules->rule[rules->count++] =
		    (struct pb_export_rule){ .last = UINT64_MAX, .what = PB_EXPORT_NONE };
		if (!parse_list(seq, rules, parse_selected)) {
			pb_say_usage(_("--seq takes record numbers with commas between"), seq);
			return false;
		}
	}
	if (disclose != NULL && !parse_list(disclose, rules, parse_rule)) {
		pb_say_usage(
		    _("--disclose takes all, headers, facts or closed, then exceptions such "
		      "as 66=all,70..72=closed,80=parts:0+3"),
		    disclose);
		return false;
	}
	return true;
}

static bool
parse_dates(const struct pb_options *options, struct pb_export_options *wanted)
{
	const char *since = options->value[PB_OPTION_SINCE];
	const char *until = options->value[PB_OPTION_UNTIL];
	bool day = false;

	wanted->since_s = INT64_MIN;
	wanted->until_s = INT64_MAX;
	if (since != NULL && !pb_time_parse(since, &wanted->since_s, NULL)) {
		pb_say_usage(_("a date is written 2026-04-30 or 2026-04-30T08:00:00Z"), since);
		return false;
	}
	if (until != NULL && !pb_time_parse(until, &wanted->until_s, &day)) {
		pb_say_usage(_("a date is written 2026-04-30 or 2026-04-30T08:00:00Z"), until);
		return false;
	}
	if (day)
		wanted->until_s += 24 * 3600 - 1;
	return true;
}

static bool
parse_numbers(const struct pb_options *options, struct pb_export_options *wanted)
{
	const char *range = options->value[PB_OPTION_RANGE];
	const char *as_of = options->value[PB_OPTION_AS_OF];

	if (range != NULL) {
		wanted->has_range = true;
		if (!pb_disclosure_range(range, strlen(range), &wanted->first, &wanted->last)) {
			pb_say_usage(_("a range is written I..J"), range);
			return false;
		}
	}
	if (as_of != NULL &&
	    (!pb_decimal_parse(as_of, strlen(as_of), &wanted->as_of) || wanted->as_of == 0)) {
		pb_say_usage(_("--as-of takes the size of a stamped checkpoint"), as_of);
		return false;
	}
	return true;
}

/* Rules that name no record are for the range that was asked for. */
static void
keep_within(struct pb_disclosure_rules *rules, uint64_t first, uint64_t last)
{
	for (size_t i = 0; i < rules->count; i++) {
		struct pb_export_rule *rule = &rules->rule[i];

		if (rule->what != PB_EXPORT_NONE && rule->first == 0 && rule->last == UINT64_MAX) {
			rule->first = first;
			rule->last = last;
		}
	}
}

bool
pb_disclosure_parse(const struct pb_options *options, struct pb_export_options *ret_export,
    struct pb_disclosure_rules *ret_rules)
{
	ret_rules->count = 0;
	if (!parse_numbers(options, ret_export) || !parse_dates(options, ret_export))
		return false;
	/* The range grows to a timestamp on both sides: what was not asked for stays closed. */
	if (ret_export->has_range && options->value[PB_OPTION_DISCLOSE] != NULL)
		ret_rules->rule[ret_rules->count++] =
		    (struct pb_export_rule){ .last = UINT64_MAX, .what = PB_EXPORT_NONE };
	if (!parse_rules(options, ret_rules))
		return false;
	if (ret_export->has_range)
		keep_within(ret_rules, ret_export->first, ret_export->last);
	ret_export->rule = ret_rules->rule;
	ret_export->rule_count = ret_rules->count;
	return true;
}
