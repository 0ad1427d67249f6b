/* The leaf: 160 bytes, all that the log shows of a record (FORMAT 1.3). */
#ifndef PB_RECORD_LEAF_H
#define PB_RECORD_LEAF_H

#include <stdint.h>

#include "crypto/digest.h"
#include "record/commitment.h"

#define PB_LEAF_LEN 160

struct pb_leaf {
	uint64_t seq;
	uint64_t time_s; /* the local clock's claim, since 1970 */
	uint8_t type;    /* enum pb_record_type, or a number unknown to this version */
	uint8_t prev[PB_DIGEST_LEN];
	uint8_t commitment[PB_COMMITMENT_LEN];
	uint8_t payload_sha256[PB_DIGEST_LEN]; /* of the sealed payload as stored */
};

/* What is wrong with 160 bytes as a leaf, in itself. */
enum pb_leaf_fault { PB_LEAF_SOUND, PB_LEAF_MAGIC, PB_LEAF_RESERVED, PB_LEAF_TYPE };

void pb_leaf_encode(const struct pb_leaf *leaf, uint8_t out[PB_LEAF_LEN]);

/* The fields are filled whatever the answer is; PB_LEAF_TYPE: a type outside the vocabulary. */
enum pb_leaf_fault pb_leaf_decode(const uint8_t bytes[PB_LEAF_LEN], struct pb_leaf *ret_leaf);

#endif
