/* Within the room: what lanes.c and the hashes of lanes_sha256.c and lanes_sha3.c share. */
#ifndef PB_CRYPTO_LANES_STATE_H
#define PB_CRYPTO_LANES_STATE_H

#include "crypto/lanes.h"

#define PB_LANES_MAX 8
#define PB_LANES_BLOCK 136 /* the longest block, of SHA3-256 */
#define PB_LANES_WORDS 25  /* the longest state, of SHA3-256 */

/* Of a hash: the state of all lanes, in the order that it likes. */
union pb_lanes_state {
	_Alignas(64) uint64_t word64[PB_LANES_WORDS * PB_LANES_MAX];
	uint32_t word32[2 * PB_LANES_WORDS * PB_LANES_MAX];
};

/*
 * Functions that take `blocks` blocks of each lane, from at[], which moves behind them.  NULL: this
 * processor has no such lanes.  SHA-256 has two, SHA3-256 eight or four.
 */
pb_lanes_absorb_fn *pb_lanes_absorb_sha256(void);
pb_lanes_absorb_fn *pb_lanes_absorb_sha3(unsigned width);

#endif
