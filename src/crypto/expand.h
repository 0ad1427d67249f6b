/* HKDF-Expand of a record secret (RFC 5869 2.3, one block; FORMAT 1.1). */
#ifndef PB_CRYPTO_EXPAND_H
#define PB_CRYPTO_EXPAND_H

#include "crypto/secret.h"

#define PB_EXPAND_LEN 32

/*
 * out = HMAC-SHA-256(r, info || 0x01), r of 32 bytes.  libgcrypt 1.10 has no
 * HKDF; it has the HMAC.  PB_ECRYPTO, PB_ENOMEM; then out is untouched.
 */
enum pb_status pb_expand(struct pb_secret *r, const void *info, size_t info_len,
    uint8_t out[PB_EXPAND_LEN], struct pb_error *err) PB_MUST_CHECK;

#endif
