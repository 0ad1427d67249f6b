/* What header fields say. */
#ifndef PB_MIME_HEADER_H
#define PB_MIME_HEADER_H

#include "mime/facts.h"
#include "mime/fields.h"

/* The fields of the outermost message, into the facts. */
void pb_header_read(struct pb_facts *facts, const struct pb_fields *fields);

/* A field that may stand once; hides: of several, what only the others say is in no view. */
struct pb_single_field {
	const char *name;
	bool hides;
};

/* A finding for each of them that stands more than once. */
void pb_header_repeated(struct pb_facts *facts, const struct pb_fields *fields,
    const struct pb_single_field names[], size_t count);

/* A message identifier without its brackets; the value as it stands if it has none; NULL. */
char *pb_header_id(struct pb_facts *facts, const struct pb_field *field);

/* A field's text, decoded by RFC 2047, as pb_facts_line makes it. */
char *pb_header_text(struct pb_facts *facts, const struct pb_field *field);

#endif
