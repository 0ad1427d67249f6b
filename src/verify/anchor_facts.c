/* What an anchor says that its objects are (FORMAT 2.2). */
#include <string.h>

#include "core/error.h"
#include "log/shared.h"
#include "verify/tokens.h"

static bool
is_text(const struct pb_json *value, const char *expected)
{
	const char *text = pb_json_string(value);

	return text != NULL && strcmp(text, expected) == 0;
}

/* FORMAT 2.2: exactly once each, and first; the last three of a shared anchor alone. */
static const char *const first[] = { "checkpoint", "request", "reply", "node", "salt", "proof" };

static bool
begins_right(const struct pb_json *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!is_text(pb_json_item(list, i), first[i]))
			return false;
	return true;
}

static enum pb_token_over
token_over(const struct pb_json *facts)
{
	return pb_token_over(pb_json_string(pb_json_get(facts, "event")));
}

const char pb_anchor_gap_text[] =
    N_("This record of a gap in the timestamps is not in its format.");
const char pb_anchor_event_text[] =
    N_("This anchor states something that this version does not know.");

enum pb_anchor_event
pb_anchor_event_read(const struct pb_json *facts)
{
	const struct pb_json *event = pb_json_get(facts, "event");
	uint64_t number;

	if (token_over(facts) != PB_TOKEN_NONE)
		return PB_ANCHOR_TIMESTAMP;
	if (!is_text(event, "timestamp_gap") && !is_text(event, "timestamp_gap_end"))
		return PB_ANCHOR_UNKNOWN;
	if (!pb_json_as_u64(pb_json_get(facts, "since_s"), &number) ||
	    (is_text(event, "timestamp_gap") &&
		!pb_json_as_u64(pb_json_get(facts, "size"), &number)))
		return PB_ANCHOR_GAP_MALFORMED;
	return PB_ANCHOR_GAP;
}

bool
pb_anchor_objects_read(const struct pb_json *facts, struct pb_anchor_objects *ret_objects)
{
	const struct pb_json *list = pb_json_get(facts, "objects");
	struct pb_anchor_objects objects = { .count = pb_json_count(list),
		.shared = token_over(facts) == PB_TOKEN_OVER_NODE };
	size_t i = objects.shared ? 6 : 3;

	if (!begins_right(list, i))
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
