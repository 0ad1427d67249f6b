/* What one part tells that has no parts: a text, an attachment, a report, documents. */
#ifndef PB_MIME_LEAF_H
#define PB_MIME_LEAF_H

#include <gmime/gmime.h>

#include "mime/decode.h"
#include "mime/facts.h"
#include "mime/fields.h"

struct pb_leaf {
	const struct pb_fields *fields;
	GMimeContentType *type;
	enum pb_encoding encoding;
	const uint8_t *data; /* as it stands */
	size_t len;
	bool outermost; /* of the message itself, not of one inside it */
	bool partial;   /* inside a message of which only the beginning was decoded */
};

void pb_leaf_read(struct pb_facts *facts, const struct pb_leaf *leaf);

/* Content-Disposition and Content-Type name a file: decoded, or NULL.  To be freed by g_free. */
char *pb_leaf_file_name(const struct pb_leaf *leaf, bool *ret_attachment);

#endif
