/*
 * AES-256-GCM over a stream (NIST SP 800-38D), libgcrypt.
 *
 * One handle serves one stream after the other, each from start to tag or
 * check; a stream may be broken off by the next start.  The key schedule lives
 * in secure memory, so handles are few and reused.
 */
#ifndef PB_CRYPTO_AEAD_H
#define PB_CRYPTO_AEAD_H

#include <stdbool.h>

#include "crypto/secret.h"

#define PB_AEAD_KEY_LEN 32
#define PB_AEAD_NONCE_LEN 12
#define PB_AEAD_TAG_LEN 16

struct pb_aead;

enum pb_status pb_aead_new(struct pb_aead **ret_aead, struct pb_error *err) PB_MUST_CHECK;

/* Begin a stream.  A nonce is never used twice with one key: the caller's duty. */
enum pb_status pb_aead_start(struct pb_aead *aead, const uint8_t key[PB_AEAD_KEY_LEN],
    const uint8_t nonce[PB_AEAD_NONCE_LEN], const void *aad, size_t aad_len,
    struct pb_error *err) PB_MUST_CHECK;

/* In place; any lengths, in order. */
enum pb_status pb_aead_encrypt(
    struct pb_aead *aead, uint8_t *data, size_t len, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_aead_decrypt(
    struct pb_aead *aead, uint8_t *data, size_t len, struct pb_error *err) PB_MUST_CHECK;

/* End the stream: the tag, or whether `tag` is the right one. */
enum pb_status pb_aead_tag(
    struct pb_aead *aead, uint8_t tag[PB_AEAD_TAG_LEN], struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_aead_check(struct pb_aead *aead, const uint8_t tag[PB_AEAD_TAG_LEN],
    bool *ret_right, struct pb_error *err) PB_MUST_CHECK;

/* Wipes the key.  NULL is fine. */
void pb_aead_free(struct pb_aead *aead);

#endif
