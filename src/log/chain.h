/* The hash chain: prev is the SHA3-256 of the leaf before (FORMAT 2). */
#ifndef PB_LOG_CHAIN_H
#define PB_LOG_CHAIN_H

#include "record/leaf.h"

/* What the leaf of seq 0 has as prev, and a checkpoint of size 0 as its line: SHA3-256(origin). */
void pb_chain_start(const char *origin, uint8_t out[PB_DIGEST_LEN]);

/* What the next leaf has as prev. */
void pb_chain_next(const uint8_t leaf[PB_LEAF_LEN], uint8_t out[PB_DIGEST_LEN]);

#endif
