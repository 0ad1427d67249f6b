#include "policy/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/syntax.h"
#include "core/text.h"

static const char READING[] = N_("read a policy");

void
pb_policy_refuse(struct pb_policy_reader *r, const struct pb_policy_node *node, const char *key,
    const char *why, const char *hint)
{
	if (r->status == PB_OK)
		r->status = pb_policy_tree_refuse(node, key, PB_EDATA, why, hint, r->err);
}

/* ---- mappings and lists --------------------------------------------------------------------- */

static bool
knows(const char *const *keys, const char *key)
{
	for (; *keys != NULL; keys++)
		if (strcmp(*keys, key) == 0)
			return true;
	return false;
}

/* What is unknown first: a key that lacks may be that one, mistyped. */
void
pb_policy_mapping(struct pb_policy_reader *r, const struct pb_policy_node *node,
    const struct pb_policy_keys *keys)
{
	const struct pb_policy_node *child;
	const char *const *key;

	if (node->shape != PB_POLICY_MAPPING)
		pb_policy_refuse(
		    r, node, NULL, N_("here belongs a mapping: keys and values"), NULL);
	for (child = node->first; r->status == PB_OK && child != NULL; child = child->next)
		if (!knows(keys->required, child->key) && !knows(keys->optional, child->key))
			pb_policy_refuse(r, child, NULL, N_("there is no such key here"), NULL);
	for (key = keys->required; r->status == PB_OK && *key != NULL; key++)
		if (pb_policy_tree_member(node, *key) == NULL)
			pb_policy_refuse(r, node, *key, N_("this key is missing"), NULL);
}

/* The member, if there is one and all was well so far. */
static const struct pb_policy_node *
member(const struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key)
{
	return r->status == PB_OK ? pb_policy_tree_member(mapping, key) : NULL;
}

const struct pb_policy_node *
pb_policy_inner(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key,
    const struct pb_policy_keys *keys)
{
	const struct pb_policy_node *node = member(r, mapping, key);

	if (node != NULL)
		pb_policy_mapping(r, node, keys);
	return r->status == PB_OK ? node : NULL;
}

const struct pb_policy_node *
pb_policy_list(
    struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key, size_t max)
{
	const struct pb_policy_node *node = member(r, mapping, key);

	if (node == NULL)
		return NULL;
	if (node->shape != PB_POLICY_LIST || node->count == 0)
		pb_policy_refuse(
		    r, node, NULL, N_("here belongs a list, of one value or more"), NULL);
	else if (node->count > max)
		r->status = pb_policy_tree_refuse(
		    node, NULL, PB_ELIMIT, N_("this list is too long"), NULL, r->err);
	return r->status == PB_OK ? node : NULL;
}

/* ---- memory --------------------------------------------------------------------------------- */

void *
pb_policy_room(struct pb_policy_reader *r, size_t count, size_t size)
{
	void *room = calloc(count, size);

	if (room == NULL)
		r->status = pb_fail_memory(r->err, READING);
	return room;
}

char *
pb_policy_keep(struct pb_policy_reader *r, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		r->status = pb_fail_memory(r->err, READING);
	return copy;
}

/* ---- texts ---------------------------------------------------------------------------------- */

const char *
pb_policy_text(struct pb_policy_reader *r, const struct pb_policy_node *node)
{
	if (r->status == PB_OK && (node->shape != PB_POLICY_TEXT || node->text[0] == '\0'))
		pb_policy_refuse(r, node, NULL, N_("here belongs a value"), NULL);
	return r->status == PB_OK ? node->text : NULL;
}

static const char *
text_of(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key)
{
	const struct pb_policy_node *node = member(r, mapping, key);

	return node != NULL ? pb_policy_text(r, node) : NULL;
}

char *
pb_policy_copy(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key,
    bool (*holds)(const char *text), const char *why)
{
	const char *text = text_of(r, mapping, key);

	if (text == NULL)
		return NULL;
	if (!holds(text)) {
		pb_policy_refuse(r, mapping, key, why, NULL);
		return NULL;
	}
	return pb_policy_keep(r, text);
}

#define NAME "name"

char *
pb_policy_name(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key)
{
	return pb_policy_copy(r, mapping, key, pb_syntax_name,
	    N_("a name is 1 to 32 lower-case letters, digits and hyphens"));
}

size_t
pb_policy_named(const struct pb_policy_node *list, const char *name)
{
	const struct pb_policy_node *item, *at;

	for (item = list->first; item != NULL; item = item->next) {
		at = item->shape == PB_POLICY_MAPPING ? pb_policy_tree_member(item, NAME) : NULL;
		if (at != NULL && at->shape == PB_POLICY_TEXT && strcmp(at->text, name) == 0)
			return item->place;
	}
	return list->count;
}

void
pb_policy_only(struct pb_policy_reader *r, const struct pb_policy_node *item, const char *why)
{
	const struct pb_policy_node *at = member(r, item, NAME);

	if (at != NULL && pb_policy_named(item->parent, at->text) < item->place)
		pb_policy_refuse(r, item, NAME, why, NULL);
}

bool
pb_policy_is_path(const char *text)
{
	const char *at = text, *end;

	if (strlen(text) >= PB_LIMIT_PATH)
		return false;
	do {
		if (*at++ != '/')
			return false;
		end = strchrnul(at, '/');
		if (end == at || strncmp(at, ".", (size_t)(end - at)) == 0 ||
		    strncmp(at, "..", (size_t)(end - at)) == 0)
			return false;
		at = end;
	} while (*at != '\0');
	return true;
}

char *
pb_policy_path(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key)
{
	return pb_policy_copy(r, mapping, key, pb_policy_is_path,
	    N_("a path begins with /, and has no . or .. and no empty name in it"));
}

/* ---- quantities ----------------------------------------------------------------------------- */

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
	(void)snprintf(out, PB_POLICY_QUANTITY_LEN, "%llu%s%s",
	    (unsigned long long)(value / best->size), best->name[0] != '\0' ? " " : "", best->name);
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
quantity(struct pb_policy_reader *r, const struct pb_policy_node *node, const char *text,
    const struct unit *units, const struct pb_policy_range *range, const char *why)
{
	char min[PB_POLICY_QUANTITY_LEN], max[PB_POLICY_QUANTITY_LEN];
	char hint[2 * PB_POLICY_QUANTITY_LEN + 4];
	uint64_t value = 0;

	format_in(units, range->min, min);
	format_in(units, range->max, max);
	(void)snprintf(hint, sizeof(hint), "%s - %s", min, max);
	if (!parse_in(units, text, &value))
		pb_policy_refuse(r, node, NULL, why, hint);
	else if (value < range->min || value > range->max)
		pb_policy_refuse(r, node, NULL, N_("this is outside of what it can be"), hint);
	return r->status == PB_OK ? value : 0;
}

static uint64_t
quantity_at(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key,
    const struct unit *units, const struct pb_policy_range *range, const char *why)
{
	const char *text = text_of(r, mapping, key);

	if (text == NULL)
		return r->status == PB_OK ? range->otherwise : 0;
	return quantity(r, pb_policy_tree_member(mapping, key), text, units, range, why);
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
	const struct pb_policy_node *node = member(r, mapping, key);

	return node != NULL ? quantity(r, node, text, DURATIONS, range, NO_DURATION) : 0;
}

/* ---- words ---------------------------------------------------------------------------------- */

/* "milter, proxy, lmtp" */
static void
list_words(const char *const *words, char *to, size_t size)
{
	size_t len = 0;

	to[0] = '\0';
	for (size_t i = 0; words[i] != NULL && len < size; i++)
		len += (size_t)snprintf(to + len, size - len, "%s%s", i > 0 ? ", " : "", words[i]);
}

size_t
pb_policy_word(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key,
    const char *const *words, size_t otherwise, const char **ret_rest)
{
	const char *text = text_of(r, mapping, key), *rest;
	char hint[96];
	size_t len, i;

	if (text == NULL)
		return r->status == PB_OK ? otherwise : 0;
	len = ret_rest != NULL ? strcspn(text, " ") : strlen(text);
	rest = text + len + (text[len] == ' ');
	for (i = 0; words[i] != NULL; i++) {
		if (strncmp(words[i], text, len) == 0 && words[i][len] == '\0') {
			if (ret_rest != NULL)
				*ret_rest = rest;
			return i;
		}
	}
	list_words(words, hint, sizeof(hint));
	pb_policy_refuse(
	    r, mapping, key, N_("this is none of the words that can stand here"), hint);
	return 0;
}

bool
pb_policy_yes(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key)
{
	static const char *const words[] = { "no", "yes", NULL };

	return pb_policy_word(r, mapping, key, words, 0, NULL) == 1;
}
