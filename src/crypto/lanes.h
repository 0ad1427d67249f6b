/*
 * SHA-256 and SHA3-256 of several inputs side by side in one core.
 *
 * The one place where Probant computes a digest itself.  Every octet of every part passes both
 * hash families whenever it is sealed or checked, and SHA-256 once more as a part of its message
 * and once more as stored (FORMAT 1.1, 1.2): that was two thirds of a verification.  One input
 * cannot use a core: each step of SHA-256 waits for the one before it, and SHA3-256 uses an eighth
 * of a vector register.  Two inputs of SHA-256 beside each other take the time of one, eight of
 * SHA3-256 that of less than two (docs/PERFORMANCE.md).  Debian's libraries take one at a time.
 *
 * On a processor without what it takes, inputs go one after the other, by the libraries.  Neither
 * is ever used before it has computed known answers (crypto/crypto.c).  No octet of an input
 * decides about a branch or an address.
 */
#ifndef PB_CRYPTO_LANES_H
#define PB_CRYPTO_LANES_H

#include "crypto/digest.h"

/* One input: octets in memory, borrowed, and where its digest goes. */
struct pb_lanes_input {
	const uint8_t *data;
	size_t len;
	uint8_t *out; /* PB_DIGEST_LEN octets */
};

/* What this processor has.  Asking it takes long: once for many inputs. */
union pb_lanes_state;
typedef void pb_lanes_absorb_fn(union pb_lanes_state *state, const uint8_t **at, size_t blocks);
struct pb_lanes {
	pb_lanes_absorb_fn *sha256; /* in two lanes; NULL: it cannot */
	pb_lanes_absorb_fn *sha3;   /* in so many; NULL: it cannot */
	unsigned sha3_width;
};

void pb_lanes_init(struct pb_lanes *lanes);
/* As if the processor had no more lanes than 8, 4 or 1: for tests. */
void pb_lanes_narrow(struct pb_lanes *lanes, unsigned width);

/* Long inputs first: then the lanes stay full the longest. */
void pb_lanes_sort(struct pb_lanes_input *inputs, size_t count);

/* Digest all of them. */
void pb_lanes_sha256(
    const struct pb_lanes *lanes, const struct pb_lanes_input *inputs, size_t count);
void pb_lanes_sha3_256(
    const struct pb_lanes *lanes, const struct pb_lanes_input *inputs, size_t count);

#endif
