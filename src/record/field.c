#include "record/field.h"

#include <string.h>

/* A name that begins so is a trace field's. */
static const char trace_prefix[] = "x-mss-";

static const char *const trace_names[] = {
	"date",
	"message-id",
	"in-reply-to",
	"references",
	"mime-version",
	"importance",
	"priority",
	"x-priority",
	"auto-submitted",
};

/* ASCII alone: the C library's tolower() changes with the locale. */
static uint8_t
lower_case(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

static bool
equal_folded(const uint8_t *data, const char *lower, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (lower_case(data[i]) != (uint8_t)lower[i])
			return false;
	return true;
}

bool
pb_field_begins(const uint8_t *data, size_t len, const char *lower)
{
	size_t n = strlen(lower);

	return len >= n && equal_folded(data, lower, n);
}

bool
pb_field_named(const uint8_t *name, size_t len, const char *lower)
{
	while (len > 0 && (name[len - 1] == ' ' || name[len - 1] == '\t'))
		len--;
	return len == strlen(lower) && pb_field_begins(name, len, lower);
}

enum pb_field_class
pb_field_class(const uint8_t *name, size_t len)
{
	if (pb_field_named(name, len, "received"))
		return PB_FIELD_RECEIVED;
	for (size_t i = 0; i < sizeof(trace_names) / sizeof(*trace_names); i++)
		if (pb_field_named(name, len, trace_names[i]))
			return PB_FIELD_TRACE;
	return pb_field_begins(name, len, trace_prefix) ? PB_FIELD_TRACE : PB_FIELD_OTHER;
}

/* Whether the one begins with the other, whichever is longer. */
static bool
agrees(const uint8_t *line, size_t len, const char *lower)
{
	size_t n = strlen(lower);

	return equal_folded(line, lower, len < n ? len : n);
}

bool
pb_field_undecided(const uint8_t *line, size_t len)
{
	if (agrees(line, len, "received") || agrees(line, len, "content-type") ||
	    agrees(line, len, trace_prefix))
		return true;
	for (size_t i = 0; i < sizeof(trace_names) / sizeof(*trace_names); i++)
		if (agrees(line, len, trace_names[i]))
			return true;
	return false;
}
