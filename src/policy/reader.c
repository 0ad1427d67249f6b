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
pb_policy_text(struct pb_policy_reader *r, const struct pb_policy_node *node, const char *key)
{
	const struct pb_policy_node *at = key != NULL ? member(r, node, key) : node;

	if (at == NULL || r->status != PB_OK)
		return NULL;
	if (at->shape != PB_POLICY_TEXT || at->text[0] == '\0')
		pb_policy_refuse(r, at, NULL, N_("here belongs a value"), NULL);
	return r->status == PB_OK ? at->text : NULL;
}

char *
pb_policy_copy(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key,
    bool (*holds)(const char *text), const char *why)
{
	const char *text = pb_policy_text(r, mapping, key);

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
	const char *text = pb_policy_text(r, mapping, key), *rest;
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
