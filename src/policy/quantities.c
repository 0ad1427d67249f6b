/* Numbers with their units: durations, sizes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "policy/reader.h"

struct unit {
	const char *name;
	uint64_t size;
};

/* From small to large, NULL-ended. */
static const struct unit DURATIONS[] = { { "s", 1 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 },
	{ NULL, 0 } };
static const struct unit SIZES[] = { { "B", 1 }, { "kB", 1000 }, { "KiB", 1024 }, { "MB", 1000000 },
	{ "MiB", 1024 * 1024 }, { "GB", 1000000000 }, { "GiB", 1024 * 1024 * 1024 }, { NULL, 0 } };
static const struct unit NUMBERS[] = { { "", 1 }, { NULL, 0 } };

/* In the largest unit in which it is a whole number. */
static void
format_in(const struct unit *units, uint64_t value, char out[PB_POLICY_QUANTITY_LEN])
{
	const struct unit *best = units, *unit;

	for (unit = units; unit->name != NULL; unit++)
		if (value > 0 && value % unit->size == 0)
			best = unit;
	(void)snprintf(out, PB_POLICY_QUANTITY_LEN, "%" PRIu64 "%s%s", value / best->size,
	    best->name[0] != '\0' ? " " : "", best->name);
}

void
pb_policy_duration_format(uint64_t seconds, char out[PB_POLICY_QUANTITY_LEN])
{
	format_in(DURATIONS, seconds, out);
}

void
pb_policy_size_format(uint64_t octets, char out[PB_POLICY_QUANTITY_LEN])
{
	format_in(SIZES, octets, out);
}

/* A number, and its unit behind a space. */
static bool
parse_in(const struct unit *units, const char *text, uint64_t *ret_value)
{
	size_t len = strspn(text, "0123456789");
	const char *name = text + len + (text[len] == ' ');
	uint64_t number;

	for (; units->name != NULL && strcmp(units->name, name) != 0; units++)
		;
	return units->name != NULL && pb_decimal_parse(text, len, &number) &&
	       !__builtin_mul_overflow(number, units->size, ret_value);
}

static uint64_t
quantity(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key,
    const char *text, const struct unit *units, const struct pb_policy_range *range,
    const char *why)
{
	char min[PB_POLICY_QUANTITY_LEN], max[PB_POLICY_QUANTITY_LEN];
	char hint[2 * PB_POLICY_QUANTITY_LEN + 4];
	uint64_t value = 0;

	format_in(units, range->min, min);
	format_in(units, range->max, max);
	(void)snprintf(hint, sizeof(hint), "%s - %s", min, max);
	if (!parse_in(units, text, &value))
		pb_policy_refuse(r, mapping, key, why, hint);
	else if (value < range->min || value > range->max)
		pb_policy_refuse(r, mapping, key, N_("this is outside of what it can be"), hint);
	return r->status == PB_OK ? value : 0;
}

static uint64_t
quantity_at(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key,
    const struct unit *units, const struct pb_policy_range *range, const char *why)
{
	const char *text = pb_policy_text(r, mapping, key);

	if (text == NULL)
		return r->status == PB_OK ? range->otherwise : 0;
	return quantity(r, mapping, key, text, units, range, why);
}

static const char NO_NUMBER[] = N_("this is not a number");
static const char NO_DURATION[] = N_("this is no duration such as 5 min (s, min, h, d)");
static const char NO_SIZE[] = N_("this is no size such as 100 MB (B, kB, MB, GB, KiB, MiB, GiB)");

uint64_t
pb_policy_number(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key,
    const struct pb_policy_range *range)
{
	return quantity_at(r, mapping, key, NUMBERS, range, NO_NUMBER);
}

uint64_t
pb_policy_duration(struct pb_policy_reader *r, const struct pb_policy_node *mapping,
    const char *key, const struct pb_policy_range *range)
{
	return quantity_at(r, mapping, key, DURATIONS, range, NO_DURATION);
}

uint64_t
pb_policy_size(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key,
    const struct pb_policy_range *range)
{
	return quantity_at(r, mapping, key, SIZES, range, NO_SIZE);
}

uint64_t
pb_policy_duration_of(struct pb_policy_reader *r, const struct pb_policy_node *mapping,
    const char *key, const char *text, const struct pb_policy_range *range)
{
	return r->status == PB_OK ? quantity(r, mapping, key, text, DURATIONS, range, NO_DURATION)
				  : 0;
}
