#include "record/boundary.h"

#include <string.h>

#include "record/field.h"

/* What is left to read of the field. */
struct rest {
	const uint8_t *at;
	const uint8_t *end;
};

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static void
skip_blanks(struct rest *rest)
{
	while (rest->at < rest->end && is_blank(*rest->at))
		rest->at++;
}

/* "multipart/" and a subtype. */
static bool
read_type(struct rest *rest)
{
	static const char type[] = "multipart/";

	skip_blanks(rest);
	if (!pb_field_begins(rest->at, (size_t)(rest->end - rest->at), type))
		return false;
	rest->at += strlen(type);
	return rest->at < rest->end && !is_blank(*rest->at) && *rest->at != ';';
}

/* Go behind the next "="; what stands between it and the ";" before it is a parameter's name. */
static bool
read_name(struct rest *rest, bool *ret_is_boundary)
{
	const uint8_t *semicolon = memchr(rest->at, ';', (size_t)(rest->end - rest->at));
	const uint8_t *at;

	while (semicolon != NULL) {
		rest->at = semicolon + 1;
		skip_blanks(rest);
		for (at = rest->at; at < rest->end && *at != '=' && *at != ';'; at++)
			;
		if (at == rest->end)
			return false;
		if (*at == '=') {
			*ret_is_boundary =
			    pb_field_named(rest->at, (size_t)(at - rest->at), "boundary");
			rest->at = at + 1;
			return true;
		}
		semicolon = at;
	}
	return false;
}

/* A value goes to ret_boundary as far as it fits; its length to ret_len. */
struct value {
	struct pb_boundary *boundary;
	size_t len;
};

static void
add(struct value *value, uint8_t octet)
{
	if (value->len < PB_LIMIT_BOUNDARY)
		value->boundary->delimiter[2 + value->len] = octet;
	value->len++;
}

static bool
read_quoted(struct rest *rest, struct value *value)
{
	for (rest->at++; rest->at < rest->end && *rest->at != '"'; rest->at++) {
		if (*rest->at == '\\' && ++rest->at == rest->end)
			return false;
		add(value, *rest->at);
	}
	if (rest->at == rest->end)
		return false;
	rest->at++;
	return true;
}

static bool
read_value(struct rest *rest, struct value *value)
{
	skip_blanks(rest);
	if (rest->at < rest->end && *rest->at == '"')
		return read_quoted(rest, value);
	for (; rest->at < rest->end && !is_blank(*rest->at) && *rest->at != ';'; rest->at++)
		add(value, *rest->at);
	return true;
}

void
pb_boundary_parse(const uint8_t *value, size_t len, struct pb_boundary *ret_boundary)
{
	uint8_t text[PB_LIMIT_CONTENT_TYPE] = { 0 };
	struct rest rest = { text, text };
	struct value found = { ret_boundary, 0 };
	bool is_boundary;

	ret_boundary->len = 0;
	memcpy(ret_boundary->delimiter, "--", 2);
	for (size_t i = 0; i < len && i < sizeof(text); i++)
		if (value[i] != '\r' && value[i] != '\n')
			text[rest.end++ - text] = value[i];
	if (!read_type(&rest))
		return;
	do {
		if (!read_name(&rest, &is_boundary))
			return;
		found.len = 0;
		if (!read_value(&rest, &found))
			return;
	} while (!is_boundary);
	if (found.len > 0 && found.len <= PB_LIMIT_BOUNDARY)
		ret_boundary->len = 2 + found.len;
}

/* What stands behind the delimiter: perhaps "--", blanks, then LF, CR LF or the end of input. */
static enum pb_line
judge_end(const uint8_t *p, size_t len, bool whole)
{
	const enum pb_line short_of = whole ? PB_LINE_STAYS : PB_LINE_UNKNOWN;
	size_t i = 0;

	if (len > 0 && p[0] == '-') {
		if (len == 1)
			return short_of;
		if (p[1] != '-')
			return PB_LINE_STAYS;
		i = 2;
	}
	while (i < len && is_blank(p[i]))
		i++;
	if (i == len)
		return whole ? PB_LINE_CUTS : PB_LINE_UNKNOWN;
	if (p[i] == '\r' && ++i == len)
		return short_of;
	return p[i] == '\n' ? PB_LINE_CUTS : PB_LINE_STAYS;
}

enum pb_line
pb_boundary_line(const struct pb_boundary *boundary, const uint8_t *line, size_t len, bool whole)
{
	bool too_long = len > PB_LIMIT_BOUNDARY_LINE;
	enum pb_line answer;
	size_t n;

	if (line[0] != '-')
		return PB_LINE_STAYS;
	if (too_long)
		len = PB_LIMIT_BOUNDARY_LINE;
	n = len < boundary->len ? len : boundary->len;
	if (memcmp(line, boundary->delimiter, n) != 0)
		return PB_LINE_STAYS;
	if (n < boundary->len)
		return whole ? PB_LINE_STAYS : PB_LINE_UNKNOWN;
	answer = judge_end(line + n, len - n, whole && !too_long);
	return too_long && answer == PB_LINE_UNKNOWN ? PB_LINE_STAYS : answer;
}
