/* Content-Transfer-Encoding (RFC 2045 section 6). */
#ifndef PB_MIME_DECODE_H
#define PB_MIME_DECODE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pb_encoding { PB_ENCODING_NONE, PB_ENCODING_BASE64, PB_ENCODING_QUOTED, PB_ENCODING_UU };

/* By the field's value; NULL and what nobody knows: PB_ENCODING_NONE. */
enum pb_encoding pb_encoding_named(const char *value);

/* Octets that the data has when it is decoded; nothing is kept of them. */
uint64_t pb_decode_size(enum pb_encoding encoding, const uint8_t *data, size_t len);

/* Appends the decoded octets until `to` has `max` of them; false if there are more. */
bool pb_decode(
    enum pb_encoding encoding, const uint8_t *data, size_t len, size_t max, GByteArray *to);

#endif
