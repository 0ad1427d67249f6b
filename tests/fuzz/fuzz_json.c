/*
 * Any octets as JSON, and as a string in it: what the reader understood, the
 * writer writes so that the reader understands the same.
 */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/json_value.h"
#include "core/limits.h"
#include "core/text.h"
#include "fuzz/fuzz.h"

/* ---- a value and all in it ---- */

/* Ask of a value what it is, whatever it is. */
static void
check_value(const struct pb_json *value)
{
	const char *text = pb_json_string(value);
	bool truth = false, is_bool = pb_json_as_bool(value, &truth);
	uint8_t octets[8];
	char hex[2 * sizeof(octets) + 1];
	uint64_t number;

	pb_assert(is_bool == (value->kind == PB_JSON_BOOL));
	pb_assert(text == NULL || value->kind == PB_JSON_STRING);
	pb_assert(pb_json_is_object(value) == (value->kind == PB_JSON_OBJECT));
	pb_assert(value->kind != PB_JSON_WHOLE || value->as.whole <= INT64_MAX);
	if (pb_json_as_u64(value, &number))
		pb_assert((text != NULL) == (number >> 53 != 0));
	if (pb_json_as_hex(value, octets, sizeof(octets))) {
		pb_hex_encode(octets, sizeof(octets), hex);
		pb_assert(text != NULL && strcmp(hex, text) == 0);
	}
}

/* Members and items are found at their keys and places, and nothing else is. */
static void
check_list(const struct pb_json *list)
{
	const struct pb_json *items = list->as.list.items;
	size_t count = pb_json_count(list);
	bool object = pb_json_is_object(list);

	pb_assert(count == list->as.list.count);
	for (size_t i = 0; i < count; i++) {
		pb_assert(!object || pb_json_get(list, items[i].key) == &items[i]);
		pb_assert(pb_json_item(list, i) == (object ? NULL : &items[i]));
	}
	pb_assert(pb_json_item(list, count) == NULL);
}

/* ---- written again ---- */

static void write_list(struct pb_json_writer *w, const struct pb_json *list, unsigned depth);

/* null for what the writer can't say: numbers of other kinds, octets in the deepest list. */
static void
write_value(struct pb_json_writer *w, const struct pb_json *value, unsigned depth)
{
	const char *text = pb_json_string(value);

	check_value(value);
	if (value->kind == PB_JSON_ARRAY || value->kind == PB_JSON_OBJECT)
		write_list(w, value, depth);
	else if (value->kind == PB_JSON_BOOL)
		pb_json_bool(w, value->key, value->as.truth);
	else if (value->kind == PB_JSON_WHOLE)
		pb_json_u64(w, value->key, value->as.whole);
	else if (text != NULL)
		pb_json_text(w, value->key, text);
	else if (value->kind == PB_JSON_STRING && depth < PB_LIMIT_JSON_DEPTH)
		pb_json_octets(w, value->key, value->as.string.text, value->as.string.len);
	else
		pb_json_null(w, value->key);
}

static void
write_list(struct pb_json_writer *w, const struct pb_json *list, unsigned depth)
{
	check_list(list);
	if (list->kind == PB_JSON_OBJECT)
		pb_json_object_begin(w, list->key);
	else
		pb_json_array_begin(w, list->key);
	for (size_t i = 0; i < list->as.list.count; i++)
		write_value(w, &list->as.list.items[i], depth + 1);
	if (list->kind == PB_JSON_OBJECT)
		pb_json_object_end(w);
	else
		pb_json_array_end(w);
}

static struct pb_buf
write_all(const struct pb_json *root)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &text);
	write_value(&w, root, 0);
	pb_assert(pb_json_writer_status(&w) == PB_OK);
	return text;
}

/* Read, written, read and written: twice the same. */
static void
check_text(const uint8_t *data, size_t len)
{
	struct pb_json *root = NULL, *again = NULL;
	struct pb_buf text, text_again;
	struct pb_error err;
	enum pb_status status = pb_json_parse(data, len, &root, &err);

	if (status != PB_OK) {
		pb_assert(status == PB_EDATA || status == PB_ELIMIT);
		pb_assert(root == NULL && err.status == status);
		return;
	}
	pb_assert(pb_utf8_valid(data, len));
	text = write_all(root);
	pb_assert(pb_json_parse(text.data, text.len, &again, NULL) == PB_OK);
	text_again = write_all(again);
	pb_assert(text.len == text_again.len);
	pb_assert(memcmp(text.data, text_again.data, text.len) == 0);
	pb_buf_done(&text);
	pb_buf_done(&text_again);
	pb_json_free(root);
	pb_json_free(again);
}

/* ---- octets ---- */

static struct pb_json *
octets_in_json(const uint8_t *data, size_t len)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_json_writer w;
	struct pb_json *root = NULL;

	pb_json_writer_init(&w, &text);
	pb_json_object_begin(&w, NULL);
	pb_json_octets(&w, "either", data, len);
	pb_json_hex(&w, "hex", data, len);
	pb_json_object_end(&w);
	pb_assert(pb_json_writer_status(&w) == PB_OK);
	pb_assert(pb_json_parse(text.data, text.len, &root, NULL) == PB_OK);
	pb_buf_done(&text);
	return root;
}

/* Any octets go through JSON unharmed, as text only if they are plain text. */
static void
check_octets(const uint8_t *data, size_t len)
{
	struct pb_json *root = octets_in_json(data, len);
	const struct pb_json *either = pb_json_get(root, "either");
	const char *text = pb_json_string(either);
	struct pb_buf out = PB_BUF_EMPTY;
	uint8_t *octets = malloc(len + 1);

	pb_assert((text != NULL) == pb_utf8_plain(data, len));
	if (text == NULL) {
		text = pb_json_string(pb_json_get(either, "octets"));
		pb_assert(text != NULL && pb_json_count(either) == 1);
		pb_assert(pb_base64_decode(text, strlen(text), &out) == PB_OK);
	} else {
		pb_assert(pb_buf_append_text(&out, text) == PB_OK);
	}
	pb_assert(out.len == len && (len == 0 || memcmp(out.data, data, len) == 0));
	pb_assert(octets != NULL && pb_json_as_hex(pb_json_get(root, "hex"), octets, len));
	pb_assert(memcmp(octets, data, len) == 0);
	free(octets);
	pb_buf_done(&out);
	pb_json_free(root);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	check_text(data, len);
	check_octets(data, len);
	return 0;
}
