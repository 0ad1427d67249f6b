/*
 * SHA-256 (OpenSSL) and SHA3-256 (libgcrypt): the two hash families, each
 * from the library that FORMAT assigns it to.
 */
#ifndef PB_CRYPTO_DIGEST_H
#define PB_CRYPTO_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "probant/status.h"

#define PB_DIGEST_LEN 32
#define PB_H2_LEN 64

/* Whole inputs.  Cannot fail once pb_crypto_init has succeeded (a failure inside is a panic). */
void pb_digest_sha256(const void *data, size_t len, uint8_t out[PB_DIGEST_LEN]);
void pb_digest_sha3_256(const void *data, size_t len, uint8_t out[PB_DIGEST_LEN]);
/* H2(x) = SHA-256(x) || SHA3-256(x)  (FORMAT 1.2) */
void pb_digest_h2(const void *data, size_t len, uint8_t out[PB_H2_LEN]);

/* Streaming.  One handle serves one input after the other. */
struct pb_digest;
enum pb_digest_kind { PB_DIGEST_SHA256, PB_DIGEST_SHA3_256, PB_DIGEST_H2 };

enum pb_status pb_digest_new(
    enum pb_digest_kind kind, struct pb_digest **ret_digest, struct pb_error *err) PB_MUST_CHECK;
void pb_digest_update(struct pb_digest *digest, const void *data, size_t len);
/* 32 bytes, or 64 for PB_DIGEST_H2; then it is ready for the next input. */
void pb_digest_final(struct pb_digest *digest, uint8_t *out);
/* What the digest would be now; the input goes on. */
enum pb_status pb_digest_peek(
    const struct pb_digest *digest, uint8_t *out, struct pb_error *err) PB_MUST_CHECK;
void pb_digest_free(struct pb_digest *digest);

#endif
