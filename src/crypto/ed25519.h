/* Ed25519 (RFC 8032), OpenSSL: the log's signature. */
#ifndef PB_CRYPTO_ED25519_H
#define PB_CRYPTO_ED25519_H

#include "core/buf.h"
#include "core/world.h"

#define PB_ED25519_PUBLIC_LEN 32
#define PB_ED25519_SIGNATURE_LEN 64

struct pb_ed25519; /* a private key */

/* A new key from 32 random bytes. */
enum pb_status pb_ed25519_generate(const struct pb_random *random, struct pb_ed25519 **ret_key,
    struct pb_error *err) PB_MUST_CHECK;

/* PKCS#8 PEM without a passphrase, as `openssl pkey` writes and reads it.  The buffer holds a
 * secret: wipe it. */
enum pb_status pb_ed25519_to_pem(
    const struct pb_ed25519 *key, struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;
/* PB_EDATA: not a PEM PKCS#8 Ed25519 key. */
enum pb_status pb_ed25519_from_pem(
    const void *pem, size_t len, struct pb_ed25519 **ret_key, struct pb_error *err) PB_MUST_CHECK;

void pb_ed25519_public(const struct pb_ed25519 *key, uint8_t out[PB_ED25519_PUBLIC_LEN]);

enum pb_status pb_ed25519_sign(const struct pb_ed25519 *key, const void *data, size_t len,
    uint8_t signature[PB_ED25519_SIGNATURE_LEN], struct pb_error *err) PB_MUST_CHECK;

/*
 * 1 if the signature is by that key; 0 if not, or if the key is no point of the
 * curve; -1 if OpenSSL had no memory to tell: nobody may take that for a forgery.
 */
int pb_ed25519_verify(const uint8_t public_key[PB_ED25519_PUBLIC_LEN], const void *data, size_t len,
    const uint8_t signature[PB_ED25519_SIGNATURE_LEN]);

void pb_ed25519_free(struct pb_ed25519 *key); /* wipes; NULL is fine */

#endif
