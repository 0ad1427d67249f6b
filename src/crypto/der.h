/*
 * DER (X.690) over a cursor: an element is entered, read, and left, where it
 * must have been understood whole.  Strict: lengths definite and as short as
 * can be, up to three octets.  Errors mark the cursor, as core/cursor.h has it.
 */
#ifndef PB_CRYPTO_DER_H
#define PB_CRYPTO_DER_H

#include "core/cursor.h"

#define PB_DER_INTEGER 0x02
#define PB_DER_BIT_STRING 0x03
#define PB_DER_OCTET_STRING 0x04
#define PB_DER_NULL 0x05
#define PB_DER_SEQUENCE 0x30
#define PB_DER_SET 0x31
#define PB_DER_CONTEXT 0xa0   /* | number: constructed */
#define PB_DER_PRIMITIVE 0x80 /* | number */

/* Pass the next element, which must have this tag; its contents in ret_inner. */
void pb_der_enter(struct pb_cursor *c, uint8_t tag, struct pb_cursor *ret_inner);

/* Fail unless inner was read whole. */
void pb_der_leave(struct pb_cursor *c, const struct pb_cursor *inner);

/* True if the next element has this tag; nothing moves. */
bool pb_der_is_next(const struct pb_cursor *c, uint8_t tag);

#endif
