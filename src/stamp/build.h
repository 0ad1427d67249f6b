/* Parts of requests and tokens in OpenSSL's form.  For this room's files alone. */
#ifndef PB_STAMP_BUILD_H
#define PB_STAMP_BUILD_H

#include <openssl/ts.h>

#include "stamp/token.h"

/* Owned; NULL: OpenSSL refused, and its error queue says why. */
TS_MSG_IMPRINT *pb_stamp_imprint_build(enum pb_stamp_hash hash, const uint8_t *imprint);
/* A number >= 0, big-endian. */
ASN1_INTEGER *pb_stamp_integer_build(const uint8_t *octets, size_t len);

#endif
