#include "log/origin.h"

#include "core/limits.h"

#define SUFFIX_LEN 9 /* "/" and 8 hex digits */

static bool
name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static bool
hex_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool
pb_origin_name_valid(const char *name, size_t len)
{
	bool inside = false; /* an element has begun */

	if (len > PB_LIMIT_ORIGIN - SUFFIX_LEN)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (name_char(name[i]))
			inside = true;
		else if (name[i] == '/' && inside)
			inside = false;
		else
			return false;
	}
	return inside;
}

bool
pb_origin_valid(const char *origin, size_t len)
{
	const char *suffix;

	if (len <= SUFFIX_LEN || !pb_origin_name_valid(origin, len - SUFFIX_LEN))
		return false;
	suffix = origin + len - SUFFIX_LEN;
	if (suffix[0] != '/')
		return false;
	for (size_t i = 1; i < SUFFIX_LEN; i++)
		if (!hex_char(suffix[i]))
			return false;
	return true;
}
