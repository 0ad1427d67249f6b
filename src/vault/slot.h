/* Key slots: the only stored home of a record's secret (FORMAT 3). */
#ifndef PB_VAULT_SLOT_H
#define PB_VAULT_SLOT_H

#include "crypto/wrap.h"
#include "vault/segment.h"

enum pb_slot_state {
	PB_SLOT_EMPTY, /* zeros: 'P', an open segment's index key, or erased */
	PB_SLOT_SOUND, /* its check is right: it can be unwrapped */
	PB_SLOT_ROTTEN
};

/* AES-KW of secret under the segment key, and the first 8 bytes of SHA-256(u64 number || those). */
enum pb_status pb_slot_encode(struct pb_secret *segment_key, uint64_t number,
    struct pb_secret *secret, uint8_t out[PB_SLOT_LEN], struct pb_error *err) PB_MUST_CHECK;

enum pb_slot_state pb_slot_state(const uint8_t slot[PB_SLOT_LEN], uint64_t number);

/* PB_ECORRUPT: not sound, or not wrapped under this segment key. */
enum pb_status pb_slot_decode(struct pb_secret *segment_key, uint64_t number,
    const uint8_t slot[PB_SLOT_LEN], struct pb_secret **ret_secret,
    struct pb_error *err) PB_MUST_CHECK;

#endif
