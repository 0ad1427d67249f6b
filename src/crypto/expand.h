/* HKDF-Expand of a record secret (RFC 5869 2.3, one block; FORMAT 1.1). */
#ifndef PB_CRYPTO_EXPAND_H
#define PB_CRYPTO_EXPAND_H

#include "crypto/secret.h"

#define PB_EXPAND_LEN 32

/*
 * The HMAC's state, in secure memory.  One serves one derivation after the other, and asks for no
 * more of it meanwhile: that would search a pool that holds the secrets of a whole commit.
 */
struct pb_expander;

enum pb_status pb_expander_new(
    struct pb_expander **ret_expander, struct pb_error *err) PB_MUST_CHECK;

/*
 * out = HMAC-SHA-256(r, info || 0x01), r of 32 bytes.  libgcrypt 1.10 has no HKDF, and its HMAC
 * asks for secure memory each time.  PB_ECRYPTO, PB_ENOMEM; then out is untouched.
 */
enum pb_status pb_expander_derive(struct pb_expander *expander, struct pb_secret *r,
    const void *info, size_t info_len, uint8_t out[PB_EXPAND_LEN],
    struct pb_error *err) PB_MUST_CHECK;

/* The same in two steps, for many values of one r: r, then each of them. */
enum pb_status pb_expander_key(
    struct pb_expander *expander, struct pb_secret *r, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_expander_next(struct pb_expander *expander, const void *info, size_t info_len,
    uint8_t out[PB_EXPAND_LEN], struct pb_error *err) PB_MUST_CHECK;

/* Wipes what it knows of the last r.  NULL is fine. */
void pb_expander_free(struct pb_expander *expander);

/* The same once, with an expander of its own. */
enum pb_status pb_expand(struct pb_secret *r, const void *info, size_t info_len,
    uint8_t out[PB_EXPAND_LEN], struct pb_error *err) PB_MUST_CHECK;

#endif
