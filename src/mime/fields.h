/* Header fields as they stand (RFC 5322 section 2.2): of messages, parts and reports. */
#ifndef PB_MIME_FIELDS_H
#define PB_MIME_FIELDS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed from the message. */
struct pb_field {
	const char *name;
	size_t name_len;
	const char *value; /* behind the colon, with its folds, without the last line end */
	size_t value_len;
};

struct pb_fields {
	GArray *list; /* struct pb_field */
	size_t body;  /* where the octets behind the header begin */
	bool cut;     /* there were more than PB_LIMIT_VIEW_FIELDS, or PB_LIMIT_HEADER octets */
	bool broken; /* it ends at a line that is none of a header; some programs go on behind it */
};

/*
 * The header at data: it ends at an empty line, or where a line is neither a field nor the
 * continuation of one, which then is body already.  A line "From ..." or ">From ..." in front,
 * as mailboxes have it, is none of it, nor is white space in front of the first field.
 */
void pb_fields_read(struct pb_fields *fields, const uint8_t *data, size_t len);
void pb_fields_done(struct pb_fields *fields);

/* The first of that name; NULL. */
const struct pb_field *pb_fields_find(const struct pb_fields *fields, const char *name);
bool pb_field_is(const struct pb_field *field, const char *name);

/*
 * The value on one line, without white space around, as UTF-8 (FORMAT 6.1 for octets that no
 * charset explains); "" for NULL.  To be freed by g_free.
 */
char *pb_field_value(const struct pb_field *field);   /* encoded words (RFC 2047) as they stand */
char *pb_field_decoded(const struct pb_field *field); /* encoded words decoded */
char *pb_field_unified(const struct pb_field *field); /* as pb_encoded_unify has them */

#endif
