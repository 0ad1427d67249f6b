/*
 * The cipher of a payload: AES-256-GCM under the data key of a record, bound
 * to the origin (FORMAT 1.1, 3.4).  One for sealing, one for opening; each
 * serves one payload after the other.
 */
#ifndef PB_RECORD_CIPHER_H
#define PB_RECORD_CIPHER_H

#include "crypto/aead.h"
#include "crypto/digest.h"
#include "crypto/expand.h"

/* "probant/v1 payload" || 0x00 || SHA-256(origin) */
#define PB_CIPHER_AAD_LEN (18 + 1 + PB_DIGEST_LEN)

struct pb_cipher {
	struct pb_expander *expander;
	struct pb_aead *aead;  /* what a payload goes through once it began */
	struct pb_secret *key; /* room for the data key, zeros between two payloads */
	uint8_t aad[PB_CIPHER_AAD_LEN];
};

#define PB_CIPHER_EMPTY ((struct pb_cipher){ 0 })

/* cipher is PB_CIPHER_EMPTY before; release it with pb_cipher_done whatever the answer. */
enum pb_status pb_cipher_init(
    struct pb_cipher *cipher, const char *origin, struct pb_error *err) PB_MUST_CHECK;
void pb_cipher_done(struct pb_cipher *cipher);

/* Begin the payload of the record whose secret is r. */
enum pb_status pb_cipher_start(
    struct pb_cipher *cipher, struct pb_secret *r, struct pb_error *err) PB_MUST_CHECK;

#endif
