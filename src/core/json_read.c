#include <string.h>

#include "core/json.h"
#include "core/json_value.h"
#include "core/text.h"

#define NUMBER_MAX ((UINT64_C(1) << 53) - 1)

static bool
is(const struct pb_json *value, enum pb_json_kind kind)
{
	return value != NULL && value->kind == kind;
}

const struct pb_json *
pb_json_get(const struct pb_json *value, const char *key)
{
	size_t i;

	if (!is(value, PB_JSON_OBJECT))
		return NULL;
	for (i = 0; i < value->as.list.count; i++) {
		if (strcmp(value->as.list.items[i].key, key) == 0)
			return &value->as.list.items[i];
	}
	return NULL;
}

const struct pb_json *
pb_json_item(const struct pb_json *value, size_t index)
{
	if (!is(value, PB_JSON_ARRAY) || index >= value->as.list.count)
		return NULL;
	return &value->as.list.items[index];
}

const struct pb_json *
pb_json_member(const struct pb_json *value, size_t index, const char **ret_key)
{
	if (!is(value, PB_JSON_OBJECT) || index >= value->as.list.count)
		return NULL;
	*ret_key = value->as.list.items[index].key;
	return &value->as.list.items[index];
}

size_t
pb_json_count(const struct pb_json *value)
{
	if (!is(value, PB_JSON_ARRAY) && !is(value, PB_JSON_OBJECT))
		return 0;
	return value->as.list.count;
}

bool
pb_json_is_object(const struct pb_json *value)
{
	return is(value, PB_JSON_OBJECT);
}

bool
pb_json_is_array(const struct pb_json *value)
{
	return is(value, PB_JSON_ARRAY);
}

const char *
pb_json_string(const struct pb_json *value)
{
	if (!is(value, PB_JSON_STRING) || strlen(value->as.string.text) != value->as.string.len)
		return NULL;
	return value->as.string.text;
}

bool
pb_json_as_u64(const struct pb_json *value, uint64_t *ret_value)
{
	const char *text = pb_json_string(value);
	uint64_t number;

	if (is(value, PB_JSON_WHOLE) && value->as.whole <= NUMBER_MAX) {
		*ret_value = value->as.whole;
		return true;
	}
	if (text == NULL || !pb_decimal_parse(text, strlen(text), &number) || number <= NUMBER_MAX)
		return false;
	*ret_value = number;
	return true;
}

bool
pb_json_as_bool(const struct pb_json *value, bool *ret_value)
{
	if (!is(value, PB_JSON_BOOL))
		return false;
	*ret_value = value->as.truth;
	return true;
}

bool
pb_json_as_hex(const struct pb_json *value, uint8_t *out, size_t len)
{
	const char *text = pb_json_string(value);

	return text != NULL && pb_hex_decode(text, strlen(text), out, len);
}
