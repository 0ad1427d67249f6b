#include "mime/parts.h"

#include <gmime/gmime.h>
#include <string.h>

#include "core/limits.h"
#include "mime/decode.h"
#include "mime/fields.h"
#include "mime/header.h"
#include "mime/leaf.h"

struct walk {
	struct pb_facts *facts;
	unsigned parts;    /* looked at */
	unsigned messages; /* one inside the other, here */
};

/* depth: entities around it.  fallback: the type of a part that names none. */
static void entity(
    struct walk *walk, const uint8_t *data, size_t len, unsigned depth, const char *fallback);

/* RFC 2046 section 5.1.1: where the next line "--boundary" begins, and what stands behind it. */
struct line {
	const uint8_t *at;
	const uint8_t *behind;
	bool last; /* "--boundary--" */
};

static bool
is_boundary(
    const uint8_t *line, const uint8_t *end, const char *boundary, size_t len, bool *ret_last)
{
	if ((size_t)(end - line) < len + 2 || line[0] != '-' || line[1] != '-' ||
	    memcmp(line + 2, boundary, len) != 0)
		return false;
	line += len + 2;
	*ret_last = end - line >= 2 && line[0] == '-' && line[1] == '-';
	if (*ret_last)
		line += 2;
	while (line < end && (*line == ' ' || *line == '\t' || *line == '\r' || *line == '\n'))
		line++;
	return line == end;
}

/* The next boundary line from `at`, the begin of a line; false if there is none. */
static bool
next_line(const uint8_t *at, const uint8_t *end, const char *boundary, struct line *ret_line)
{
	size_t len = strlen(boundary);
	const uint8_t *behind;

	for (; at < end; at = behind) {
		behind = memchr(at, '\n', (size_t)(end - at));
		behind = behind == NULL ? end : behind + 1;
		if (at[0] == '-' && is_boundary(at, behind, boundary, len, &ret_line->last)) {
			ret_line->at = at;
			ret_line->behind = behind;
			return true;
		}
	}
	return false;
}

/* The line end in front of a boundary line belongs to it. */
static size_t
part_length(const uint8_t *begin, const uint8_t *boundary)
{
	size_t len = (size_t)(boundary - begin);

	if (len > 0 && begin[len - 1] == '\n')
		len--;
	if (len > 0 && len < (size_t)(boundary - begin) && begin[len - 1] == '\r')
		len--;
	return len;
}

/* The parts between boundary lines; false if there is no such line. */
static bool
multipart(struct walk *walk, const char *boundary, const uint8_t *data, size_t len, unsigned depth,
    const char *fallback)
{
	const uint8_t *end = data + len, *begin;
	struct line line, next;

	if (!next_line(data, end, boundary, &line))
		return false;
	while (!line.last) {
		begin = line.behind;
		if (!next_line(begin, end, boundary, &next))
			next = (struct line){ .at = end, .behind = end, .last = true };
		entity(walk, begin,
		    next.at == end ? (size_t)(end - begin) : part_length(begin, next.at), depth + 1,
		    fallback);
		line = next;
	}
	return true;
}

/* A message inside this one, which RFC 2046 section 5.2.1 does not let be encoded; some are. */
static void
message(
    struct walk *walk, enum pb_encoding encoding, const uint8_t *data, size_t len, unsigned depth)
{
	GByteArray *decoded = NULL;

	walk->facts->messages++;
	walk->messages++;
	if (encoding != PB_ENCODING_NONE) {
		decoded = g_byte_array_new();
		if (!pb_decode(encoding, data, len, PB_LIMIT_VIEW_DECODED, decoded))
			walk->facts->text_cut = true;
		data = decoded->data;
		len = decoded->len;
	}
	if (len > 0)
		entity(walk, data, len, depth + 1, "text/plain");
	if (decoded != NULL)
		g_byte_array_unref(decoded);
	walk->messages--;
}

/* RFC 2045 section 5.1: a type, "/", a subtype. */
static bool
names_a_type(const char *value)
{
	static const char ends[] = " \t;/<>@,:\"()[]?=\\";
	size_t type = strcspn(value, ends);

	return type > 0 && value[type] == '/' && strcspn(value + type + 1, ends) > 0;
}

/* RFC 2045 section 5.2: where none is named, or what is named is none, the fallback counts. */
static GMimeContentType *
content_type(const struct pb_fields *fields, const char *fallback)
{
	const struct pb_field *field = pb_fields_find(fields, "Content-Type");
	char *value = pb_field_unified(field), *parameters = strchr(value, ';'), *whole;
	GMimeContentType *type;

	if (names_a_type(value))
		whole = g_strdup(value);
	else
		whole = g_strconcat(fallback, parameters != NULL ? parameters : "", NULL);
	type = g_mime_content_type_parse(NULL, whole);
	g_free(whole);
	g_free(value);
	return type;
}

static bool
is_message(GMimeContentType *type)
{
	return g_mime_content_type_is_type(type, "message", "rfc822") ||
	       g_mime_content_type_is_type(type, "message", "global") ||
	       g_mime_content_type_is_type(type, "message", "news");
}

static enum pb_encoding
encoding_of(const struct pb_fields *fields)
{
	char *value = pb_field_value(pb_fields_find(fields, "Content-Transfer-Encoding"));
	enum pb_encoding encoding = pb_encoding_named(value);

	g_free(value);
	return encoding;
}

/* What stands behind the header of an entity. */
static void
body(struct walk *walk, const struct pb_fields *fields, const uint8_t *data, size_t len,
    unsigned depth, const char *fallback)
{
	GMimeContentType *type = content_type(fields, fallback);
	const char *boundary = g_mime_content_type_get_parameter(type, "boundary");
	struct pb_leaf leaf = { .fields = fields,
		.type = type,
		.encoding = encoding_of(fields),
		.data = data,
		.len = len,
		.outermost = walk->messages == 0 };

	if (depth == 0 && g_mime_content_type_is_type(type, "multipart", "report"))
		walk->facts->report = true;
	if (is_message(type)) {
		message(walk, leaf.encoding, data, len, depth);
	} else if (!g_mime_content_type_is_type(type, "multipart", "*")) {
		pb_leaf_read(walk->facts, &leaf);
	} else if (boundary == NULL || boundary[0] == '\0' ||
		   strlen(boundary) > PB_LIMIT_BOUNDARY ||
		   !multipart(walk, boundary, data, len, depth,
		       g_mime_content_type_is_type(type, "multipart", "digest") ? "message/rfc822"
										: "text/plain")) {
		/* No part of it can be told from another: then it is read as a text. */
		g_object_unref(type);
		leaf.type = type = g_mime_content_type_new("text", "plain");
		pb_leaf_read(walk->facts, &leaf);
	}
	g_object_unref(type);
}

static void
entity(struct walk *walk, const uint8_t *data, size_t len, unsigned depth, const char *fallback)
{
	struct pb_fields fields;

	if (depth > PB_LIMIT_VIEW_DEPTH) {
		pb_facts_find(walk->facts, "depth", NULL);
		return;
	}
	if (walk->parts >= PB_LIMIT_VIEW_PARTS) {
		pb_facts_find(walk->facts, "parts", NULL);
		return;
	}
	walk->parts++;
	pb_fields_read(&fields, data, len);
	if (depth == 0)
		pb_header_read(walk->facts, &fields);
	body(walk, &fields, data + fields.body, len - fields.body, depth, fallback);
	pb_fields_done(&fields);
}

void
pb_parts_read(struct pb_facts *facts, const uint8_t *data, size_t len)
{
	struct walk walk = { .facts = facts };

	entity(&walk, data, len, 0, "text/plain");
}
