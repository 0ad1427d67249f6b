/*
 * Encoded words of headers (RFC 2047).  Ours, and not GMime's: GMime decodes a run of words as one
 * stream, and loses what stands behind the padding of one of them.
 */
#ifndef PB_MIME_ENCODED_H
#define PB_MIME_ENCODED_H

#include <glib.h>
#include <stddef.h>

/* Appends a field's octets as UTF-8, its encoded words decoded. */
void pb_encoded_decode(GString *to, const char *value, size_t len);

/*
 * The same, but each run of encoded words becomes one in UTF-8: for parsers of structured fields,
 * to which a decoded comma or quote would be one of the field's.
 */
void pb_encoded_unify(GString *to, const char *value, size_t len);

#endif
