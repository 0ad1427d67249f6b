/* C2SP tlog-cosignature, Ed25519: a witness states when it saw a checkpoint. */
#ifndef PB_LOG_COSIGNATURE_H
#define PB_LOG_COSIGNATURE_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/ed25519.h"

/* u64 seconds since 1970 || signature */
#define PB_COSIGNATURE_LEN (8 + PB_ED25519_SIGNATURE_LEN)

/*
 * 1 if it is this witness's cosignature of a note's text (text_len <= PB_LIMIT_NOTE),
 * with the time it states; 0 if not, -1 if there was no memory to tell (time untouched).
 */
int pb_cosignature_check(const uint8_t public_key[PB_ED25519_PUBLIC_LEN], const char *text,
    size_t text_len, const uint8_t cosignature[PB_COSIGNATURE_LEN], uint64_t *ret_time_s);

#endif
