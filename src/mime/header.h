/* What header fields say. */
#ifndef PB_MIME_HEADER_H
#define PB_MIME_HEADER_H

#include "mime/facts.h"
#include "mime/fields.h"

/* The fields of the outermost message, into the facts. */
void pb_header_read(struct pb_facts *facts, const struct pb_fields *fields);

/* A message identifier without its brackets; the value as it stands if it has none; NULL. */
char *pb_header_id(struct pb_facts *facts, const struct pb_field *field);

/* A field's text, decoded by RFC 2047, as pb_facts_line makes it. */
char *pb_header_text(struct pb_facts *facts, const struct pb_field *field);

#endif
