/*
 * SHA-256 of two inputs that stream beside each other, in two lanes of one core (crypto/lanes.h):
 * both take the time of one.
 */
#ifndef PB_CRYPTO_PAIR_H
#define PB_CRYPTO_PAIR_H

#include "crypto/lanes.h"

struct pb_pair;
#define PB_PAIR_BLOCK 64

/* lanes: borrowed only here. */
enum pb_status pb_pair_new(
    const struct pb_lanes *lanes, struct pb_pair **ret_pair, struct pb_error *err) PB_MUST_CHECK;

/* More of both; a length that is no multiple of PB_PAIR_BLOCK is the last of its input, but for
 * zeros. */
void pb_pair_update(struct pb_pair *pair, const uint8_t *const data[2], const size_t len[2]);

/* One of them ends, and the next begins in its place; the other goes on. */
void pb_pair_end(struct pb_pair *pair, unsigned lane, uint8_t out[PB_DIGEST_LEN]);

void pb_pair_free(struct pb_pair *pair); /* NULL is fine */

#endif
