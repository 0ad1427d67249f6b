/* AES-256 key wrap (RFC 3394, the default initial value), libgcrypt. */
#ifndef PB_CRYPTO_WRAP_H
#define PB_CRYPTO_WRAP_H

#include "crypto/secret.h"

#define PB_WRAP_KEY_LEN 32
#define PB_WRAPPED_LEN 40

/* Wrap the 32 bytes of `secret` under the 32 bytes of kek. */
enum pb_status pb_wrap(struct pb_secret *kek, struct pb_secret *secret, uint8_t out[PB_WRAPPED_LEN],
    struct pb_error *err) PB_MUST_CHECK;

/* PB_ECORRUPT: not wrapped under this key, or changed since. */
enum pb_status pb_unwrap(struct pb_secret *kek, const uint8_t wrapped[PB_WRAPPED_LEN],
    struct pb_secret **ret_secret, struct pb_error *err) PB_MUST_CHECK;

#endif
