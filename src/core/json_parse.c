/*
 * A strict reader of RFC 8259.
 *
 * Own code where a library would be the rule, because what it reads decides
 * verdicts: when memory runs out, jansson 2.14 drops bytes of a string or a
 * number without a word or writes behind its buffer, and it passes over a NUL
 * byte after a number.
 */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/json_scan.h"
#include "core/limits.h"
#include "core/text.h"

static const char parsing[] = N_("read JSON");

static enum pb_status read_value(struct pb_json_scan *p, unsigned depth, struct pb_json *value);

/* ---- arrays and objects (RFC 8259 sections 4 and 5) ---- */

/* One more item, null, at the end of a list; NULL if there is no memory. */
static struct pb_json *
add_item(struct pb_json *list)
{
	size_t count = list->as.list.count;
	struct pb_json *items = list->as.list.items;

	if ((count & (count - 1)) == 0) {
		items = realloc(items, (count == 0 ? 1 : count * 2) * sizeof(*items));
		if (items == NULL)
			return NULL;
		list->as.list.items = items;
	}
	list->as.list.count++;
	items[count] = (struct pb_json){ .kind = PB_JSON_NULL };
	return &items[count];
}

static int
compare_keys(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Sorted, equal keys stand side by side. */
static enum pb_status
refuse_duplicates(const struct pb_json *object)
{
	size_t i, count = object->as.list.count;
	enum pb_status status = PB_OK;
	const char **keys;

	keys = malloc(count * sizeof(*keys));
	if (keys == NULL)
		return PB_ENOMEM;
	for (i = 0; i < count; i++)
		keys[i] = object->as.list.items[i].key;
	qsort(keys, count, sizeof(*keys), compare_keys);
	for (i = 1; i < count && status == PB_OK; i++) {
		if (strcmp(keys[i - 1], keys[i]) == 0)
			status = PB_EDATA;
	}
	free(keys);
	return status;
}

/* A key with a NUL is refused: as a C string it would be another key. */
static enum pb_status
read_member(struct pb_json_scan *p, unsigned depth, struct pb_json *member)
{
	enum pb_status status;
	size_t len;

	pb_json_scan_space(p);
	status = pb_json_scan_string(p, &member->key, &len);
	if (status != PB_OK)
		return status;
	pb_json_scan_space(p);
	if (strlen(member->key) != len || !pb_json_scan_take(p, ':'))
		return PB_EDATA;
	return read_value(p, depth, member);
}

/* What stands behind the opening bracket of `list`. */
static enum pb_status
read_list(struct pb_json_scan *p, unsigned depth, struct pb_json *list)
{
	bool object = list->kind == PB_JSON_OBJECT;
	uint8_t close = object ? '}' : ']';
	enum pb_status status;
	struct pb_json *item;

	if (depth == PB_LIMIT_JSON_DEPTH)
		return PB_ELIMIT;
	pb_json_scan_space(p);
	if (pb_json_scan_take(p, close))
		return PB_OK;
	do {
		item = add_item(list);
		if (item == NULL)
			return PB_ENOMEM;
		status = object ? read_member(p, depth + 1, item) : read_value(p, depth + 1, item);
		if (status != PB_OK)
			return status;
		pb_json_scan_space(p);
	} while (pb_json_scan_take(p, ','));
	if (!pb_json_scan_take(p, close))
		return PB_EDATA;
	return object ? refuse_duplicates(list) : PB_OK;
}

/* ---- any value ---- */

/*
 * White space and a value, into one that is null until now.  On failure it holds
 * what was read so far, for pb_json_free.
 */
static enum pb_status
read_value(struct pb_json_scan *p, unsigned depth, struct pb_json *value)
{
	enum pb_status status;
	bool truth;

	pb_json_scan_space(p);
	if (p->values++ == PB_LIMIT_JSON_VALUES)
		return PB_ELIMIT;
	if (p->at < p->end && *p->at == '"') {
		status = pb_json_scan_string(p, &value->as.string.text, &value->as.string.len);
		if (status == PB_OK)
			value->kind = PB_JSON_STRING;
		return status;
	}
	if (pb_json_scan_take(p, '{')) {
		value->kind = PB_JSON_OBJECT;
		return read_list(p, depth, value);
	}
	if (pb_json_scan_take(p, '[')) {
		value->kind = PB_JSON_ARRAY;
		return read_list(p, depth, value);
	}
	truth = pb_json_scan_word(p, "true");
	if (truth || pb_json_scan_word(p, "false")) {
		value->kind = PB_JSON_BOOL;
		value->as.truth = truth;
		return PB_OK;
	}
	if (pb_json_scan_word(p, "null"))
		return PB_OK;
	return pb_json_scan_number(p, value);
}

static enum pb_status
read_document(struct pb_json_scan *p, struct pb_json *root)
{
	enum pb_status status;

	if (!pb_utf8_valid(p->start, (size_t)(p->end - p->start)))
		return PB_EDATA;
	status = read_value(p, 0, root);
	if (status != PB_OK)
		return status;
	pb_json_scan_space(p);
	return p->at == p->end ? PB_OK : PB_EDATA;
}

/* Only the place is named, in bytes of the text: the text itself may be a secret. */
static enum pb_status
describe(const struct pb_json_scan *p, enum pb_status status, struct pb_error *err)
{
	const char *why = N_("this is not strict JSON");

	if (status == PB_ENOMEM)
		return pb_fail_memory(err, parsing);
	if (status == PB_ELIMIT)
		why = N_("it has too many values, or nests them too deep");
	return pb_fail(err, status, parsing, why, "byte %zu", (size_t)(p->at - p->start));
}

enum pb_status
pb_json_parse(const void *data, size_t len, struct pb_json **ret_root, struct pb_error *err)
{
	const uint8_t *text = len > 0 ? data : (const uint8_t *)"";
	struct pb_json_scan p = { .start = text, .at = text, .end = text + len };
	struct pb_json *root = NULL;
	enum pb_status status;

	if (len > PB_LIMIT_JSON) {
		status =
		    pb_fail(err, PB_ELIMIT, parsing, N_("the text is too long"), "%zu bytes", len);
		goto out;
	}
	root = calloc(1, sizeof(*root));
	status = root == NULL ? PB_ENOMEM : read_document(&p, root);
	if (status != PB_OK) {
		(void)describe(&p, status, err);
		goto out;
	}
	*ret_root = root;
	root = NULL;
out:
	pb_json_free(root);
	return status;
}

/* No deeper than read_list went. */
static void
release(struct pb_json *value)
{
	size_t i;

	free(value->key);
	if (value->kind == PB_JSON_STRING)
		free(value->as.string.text);
	if (value->kind != PB_JSON_ARRAY && value->kind != PB_JSON_OBJECT)
		return;
	for (i = 0; i < value->as.list.count; i++)
		release(&value->as.list.items[i]);
	free(value->as.list.items);
}

void
pb_json_free(struct pb_json *root)
{
	if (root == NULL)
		return;
	release(root);
	free(root);
}
