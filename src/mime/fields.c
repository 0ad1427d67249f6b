#include "mime/fields.h"

#include <string.h>

#include "core/limits.h"
#include "mime/charset.h"
#include "mime/encoded.h"

/* Octets of the line at data with its end. */
static size_t
line_length(const uint8_t *data, size_t len)
{
	const uint8_t *end = memchr(data, '\n', len);

	return end == NULL ? len : (size_t)(end - data) + 1;
}

static size_t
without_end(const uint8_t *line, size_t len)
{
	if (len > 0 && line[len - 1] == '\n')
		len--;
	if (len > 0 && line[len - 1] == '\r')
		len--;
	return len;
}

/* RFC 5322 section 2.2; white space before the colon as RFC 5322 section 4.5 has it.  0: no name.
 */
static size_t
name_length(const uint8_t *line, size_t len)
{
	size_t n = 0, end;

	while (n < len && line[n] > ' ' && line[n] != ':' && line[n] != 0x7f)
		n++;
	for (end = n; end < len && (line[end] == ' ' || line[end] == '\t'); end++)
		continue;
	return end < len && line[end] == ':' ? n : 0;
}

static bool
is_mailbox_line(const uint8_t *line, size_t len)
{
	return (len >= 5 && memcmp(line, "From ", 5) == 0) ||
	       (len >= 6 && memcmp(line, ">From ", 6) == 0);
}

static void
add_field(struct pb_fields *fields, const uint8_t *line, size_t len, size_t name_len)
{
	const uint8_t *colon = memchr(line, ':', len);
	struct pb_field field = { .name = (const char *)line, .name_len = name_len };

	field.value = (const char *)colon + 1;
	field.value_len = without_end(line, len) - (size_t)(colon + 1 - line);
	if (fields->list->len < PB_LIMIT_VIEW_FIELDS)
		g_array_append_val(fields->list, field);
	else
		fields->cut = true;
}

/* White space in front of the first field makes it no continuation: there is none of what. */
static size_t
first_field(const uint8_t *data, size_t len)
{
	size_t n = 0;

	while (n < len && (data[n] == ' ' || data[n] == '\t'))
		n++;
	return n < len && name_length(data + n, len - n) > 0 ? n : 0;
}

void
pb_fields_read(struct pb_fields *fields, const uint8_t *data, size_t len)
{
	size_t max = len < PB_LIMIT_HEADER ? len : PB_LIMIT_HEADER, n, name, field_len;
	size_t at = first_field(data, max), first = at;

	fields->list = g_array_new(FALSE, FALSE, sizeof(struct pb_field));
	fields->cut = fields->broken = false;
	while (at < max) {
		n = line_length(data + at, max - at);
		if (without_end(data + at, n) == 0) {
			at += n;
			fields->body = at;
			return;
		}
		name = name_length(data + at, n);
		if (name == 0 && !(at == first && is_mailbox_line(data, n))) {
			fields->broken = true;
			break;
		}
		field_len = n;
		while (at + field_len < max &&
		       (data[at + field_len] == ' ' || data[at + field_len] == '\t'))
			field_len += line_length(data + at + field_len, max - at - field_len);
		if (name > 0)
			add_field(fields, data + at, field_len, name);
		at += field_len;
	}
	if (at == max && max < len)
		fields->cut = true;
	fields->body = at;
}

void
pb_fields_done(struct pb_fields *fields)
{
	g_array_unref(fields->list);
	fields->list = NULL;
}

bool
pb_field_is(const struct pb_field *field, const char *name)
{
	return field->name_len == strlen(name) &&
	       g_ascii_strncasecmp(field->name, name, field->name_len) == 0;
}

const struct pb_field *
pb_fields_find(const struct pb_fields *fields, const char *name)
{
	const struct pb_field *field;

	for (guint i = 0; i < fields->list->len; i++) {
		field = &g_array_index(fields->list, struct pb_field, i);
		if (pb_field_is(field, name))
			return field;
	}
	return NULL;
}

/* RFC 5322 section 2.2.3: a fold's line end goes, its white space stays.  NUL would end the text.
 */
static GString *
unfolded(const struct pb_field *field)
{
	GString *line = g_string_new(NULL);
	char octet;

	for (size_t i = 0; field != NULL && i < field->value_len; i++) {
		octet = field->value[i];
		if (octet != '\r' && octet != '\n')
			g_string_append_c(line, octet == '\0' ? ' ' : octet);
	}
	return line;
}

typedef void convert_fn(GString *to, const char *value, size_t len);

static char *
converted(const struct pb_field *field, convert_fn *convert)
{
	GString *line = unfolded(field), *out = g_string_new(NULL);

	convert(out, line->str, line->len);
	g_string_free(line, TRUE);
	/* A word may stand for a NUL. */
	for (size_t i = 0; i < out->len; i++) {
		if (out->str[i] == '\0')
			out->str[i] = ' ';
	}
	return g_strstrip(g_string_free(out, FALSE));
}

static void
as_it_stands(GString *to, const char *value, size_t len)
{
	pb_charset_decode(to, NULL, (const uint8_t *)value, len);
}

char *
pb_field_value(const struct pb_field *field)
{
	return converted(field, as_it_stands);
}

char *
pb_field_decoded(const struct pb_field *field)
{
	return converted(field, pb_encoded_decode);
}

char *
pb_field_unified(const struct pb_field *field)
{
	return converted(field, pb_encoded_unify);
}
