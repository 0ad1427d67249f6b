/* What an anchor says that its objects are (FORMAT 2.2). */
#include <string.h>

#include "verify/tokens.h"

static bool
is_text(const struct pb_json *value, const char *expected)
{
	const char *text = pb_json_string(value);

	return text != NULL && strcmp(text, expected) == 0;
}

/* The checkpoint, the request and the reply, exactly once each and first. */
static bool
begins_right(const struct pb_json *list)
{
	static const char *const first[] = { "checkpoint", "request", "reply" };

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (!is_text(pb_json_item(list, i), first[i]))
			return false;
	return true;
}

bool
pb_anchor_objects_read(const struct pb_json *facts, struct pb_anchor_objects *ret_objects)
{
	const struct pb_json *list = pb_json_get(facts, "objects");
	struct pb_anchor_objects objects = { .count = pb_json_count(list) };
	size_t i = 3;

	if (!begins_right(list))
		return false;
	objects.has_chain = is_text(pb_json_item(list, i), "chain");
	for (i += objects.has_chain; i < objects.count; i++) {
		bool ocsp = is_text(pb_json_item(list, i), "ocsp");

		if (!ocsp && !is_text(pb_json_item(list, i), "crl"))
			return false;
		if (objects.revocation_count < PB_VERIFY_REVOCATIONS)
			objects.ocsp[objects.revocation_count++] = ocsp;
		else
			objects.too_many = true;
	}
	*ret_objects = objects;
	return true;
}
