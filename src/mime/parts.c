#include "mime/parts.h"

#include <gmime/gmime.h>
#include <string.h>

#include "core/limits.h"
#include "mime/charset.h"
#include "mime/decode.h"
#include "mime/fields.h"
#include "mime/header.h"
#include "mime/leaf.h"
#include "mime/report.h"

struct walk {
	struct pb_facts *facts;
	unsigned parts;    /* looked at */
	unsigned messages; /* one inside the other, here */
	bool partial;      /* of one of these only the beginning was decoded */
};

/* depth: entities around it.  fallback: the type of a part that names none. */
static void entity(
    struct walk *walk, const uint8_t *data, size_t len, unsigned depth, const char *fallback);

/* A CR alone ends a line for some programs, and not here: what would be a boundary is none. */
static void
find_bare_boundary(struct walk *walk, const uint8_t *data, size_t len)
{
	const uint8_t *at = data, *end = data + len;

	/* In base64, most of what there is to look through, no dash stands. */
	for (; at < end && (at = memchr(at, '-', (size_t)(end - at))) != NULL; at++) {
		if (at > data && at[-1] == '\r' && end - at > 1 && at[1] == '-') {
			walk->facts->cut = true;
			return;
		}
	}
}

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
	const uint8_t *begin = at, *behind;
	size_t len = strlen(boundary);

	for (; at < end && (at = memchr(at, '-', (size_t)(end - at))) != NULL; at = behind) {
		behind = memchr(at, '\n', (size_t)(end - at));
		behind = behind == NULL ? end : behind + 1;
		if ((at == begin || at[-1] == '\n') &&
		    is_boundary(at, behind, boundary, len, &ret_line->last)) {
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

/*
 * What stands in front of the first part and behind the last (RFC 2046 section 5.1.1), which
 * programs that know no MIME show.
 */
static void
beside_parts(struct walk *walk, const uint8_t *data, size_t len)
{
	GString *text;

	if (walk->facts->reading.person)
		return;
	while (len > 0 && g_ascii_isspace(*data)) {
		data++;
		len--;
	}
	if (len == 0)
		return;
	if (len > PB_LIMIT_VIEW_DECODED) {
		walk->facts->text_cut = true;
		len = PB_LIMIT_VIEW_DECODED;
	}
	text = g_string_new(NULL);
	pb_charset_decode(text, NULL, data, len);
	pb_facts_text(walk->facts, text->str, text->len);
	g_string_free(text, TRUE);
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
	beside_parts(walk, data, (size_t)(line.at - data));
	while (!line.last) {
		begin = line.behind;
		if (!next_line(begin, end, boundary, &next))
			next = (struct line){ .at = end, .behind = end, .last = true };
		entity(walk, begin,
		    next.at == end ? (size_t)(end - begin) : part_length(begin, next.at), depth + 1,
		    fallback);
		line = next;
	}
	beside_parts(walk, line.behind, (size_t)(end - line.behind));
	return true;
}

/* What programs show of its header, as text: a forwarded message is found by its sender, too. */
static void
inner_header(struct walk *walk, const uint8_t *data, size_t len)
{
	static const char *const shown[] = { "From", "To", "Cc", "Subject" };
	const struct pb_field *field;
	struct pb_fields fields;
	GString *text = g_string_new(NULL);
	char *value;

	pb_fields_read(&fields, data, len);
	for (guint i = 0; i < fields.list->len; i++) {
		field = &g_array_index(fields.list, struct pb_field, i);
		for (size_t n = 0; n < G_N_ELEMENTS(shown); n++) {
			if (!pb_field_is(field, shown[n]))
				continue;
			value = pb_field_decoded(field);
			g_string_append_printf(text, "%s: %s\n", shown[n], value);
			g_free(value);
		}
	}
	pb_facts_text(walk->facts, text->str, text->len);
	g_string_free(text, TRUE);
	pb_fields_done(&fields);
}

/* A message inside this one, which RFC 2046 section 5.2.1 does not let be encoded; some are. */
static void
message(
    struct walk *walk, enum pb_encoding encoding, const uint8_t *data, size_t len, unsigned depth)
{
	GByteArray *decoded = NULL;
	bool around = walk->partial, returned = walk->facts->report && depth == 1;

	walk->facts->messages++;
	walk->messages++;
	if (encoding != PB_ENCODING_NONE) {
		decoded = g_byte_array_new();
		if (!pb_decode(encoding, data, len, PB_LIMIT_VIEW_DECODED, decoded))
			walk->facts->text_cut = walk->partial = true;
		data = decoded->data;
		len = decoded->len;
		find_bare_boundary(walk, data, len);
	}
	if (len > 0) {
		if (depth < PB_LIMIT_VIEW_DEPTH)
			inner_header(walk, data, len);
		if (returned) /* RFC 6522 section 3: the third part of a report */
			pb_report_original(walk->facts, data, len);
		entity(walk, data, len, depth + 1, "text/plain");
	}
	if (decoded != NULL)
		g_byte_array_unref(decoded);
	walk->messages--;
	walk->partial = around;
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

/* RFC 2045 section 5.1: a parameter stands once.  Which of two boundaries counts is not known. */
static bool
has_two_boundaries(const struct pb_fields *fields)
{
	char *value = pb_field_value(pb_fields_find(fields, "Content-Type"));
	unsigned seen = 0;

	for (const char *at = strchr(value, ';'); at != NULL; at = strchr(at, ';')) {
		at += 1 + strspn(at + 1, " \t");
		if (g_ascii_strncasecmp(at, "boundary", 8) == 0 && at[8] != '\0' &&
		    strchr("=* \t", at[8]) != NULL)
			seen++;
	}
	g_free(value);
	return seen > 1;
}

static bool
has_bare_cr(const uint8_t *header, size_t len)
{
	const uint8_t *at = header, *end = header + len;

	while ((at = memchr(at, '\r', (size_t)(end - at))) != NULL) {
		if (++at == end || *at != '\n')
			return true;
	}
	return false;
}

/*
 * A header that others may read otherwise: what they find in it, and by it, is not all here.
 */
static void
find_doubtful(
    struct walk *walk, const struct pb_fields *fields, const uint8_t *header, unsigned depth)
{
	static const struct pb_single_field once[] = { { "Content-Type", true },
		{ "Content-Transfer-Encoding", true }, { "Content-Disposition", true } };

	pb_header_repeated(walk->facts, fields, once, G_N_ELEMENTS(once));
	if (fields->broken && (depth == 0 || fields->list->len > 0))
		walk->facts->cut = true;
	if (fields->cut || has_two_boundaries(fields) || has_bare_cr(header, fields->body))
		walk->facts->cut = true;
}

/* The parts of a multipart; false if no part of it can be told from another. */
static bool
parts_of(struct walk *walk, GMimeContentType *type, const uint8_t *data, size_t len, unsigned depth)
{
	struct pb_reading *reading = &walk->facts->reading;
	const char *boundary = g_mime_content_type_get_parameter(type, "boundary");
	bool plain = false, *around = reading->plain, parted;

	if (boundary == NULL || boundary[0] == '\0' || strlen(boundary) > PB_LIMIT_BOUNDARY)
		return false;
	if (reading->person && g_mime_content_type_is_type(type, "multipart", "alternative"))
		reading->plain = &plain;
	parted = multipart(walk, boundary, data, len, depth,
	    g_mime_content_type_is_type(type, "multipart", "digest") ? "message/rfc822"
								     : "text/plain");
	reading->plain = around;
	return parted;
}

/* What stands behind the header of an entity. */
static void
body(struct walk *walk, const struct pb_fields *fields, const uint8_t *data, size_t len,
    unsigned depth, const char *fallback)
{
	GMimeContentType *type = content_type(fields, fallback);
	struct pb_leaf leaf = { .fields = fields,
		.type = type,
		.encoding = encoding_of(fields),
		.data = data,
		.len = len,
		.outermost = walk->messages == 0,
		.partial = walk->partial };

	if (depth == 0 && g_mime_content_type_is_type(type, "multipart", "report"))
		walk->facts->report = true;
	if (is_message(type)) {
		message(walk, leaf.encoding, data, len, depth);
	} else if (!g_mime_content_type_is_type(type, "multipart", "*")) {
		pb_leaf_read(walk->facts, &leaf);
	} else if (!parts_of(walk, type, data, len, depth)) {
		/* Then it is read as a text. */
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
	find_doubtful(walk, &fields, data, depth);
	if (depth == 0)
		pb_header_read(walk->facts, &fields);
	body(walk, &fields, data + fields.body, len - fields.body, depth, fallback);
	pb_fields_done(&fields);
}

void
pb_parts_read(struct pb_facts *facts, const uint8_t *data, size_t len)
{
	struct walk walk = { .facts = facts };

	find_bare_boundary(&walk, data, len);
	entity(&walk, data, len, 0, "text/plain");
}
