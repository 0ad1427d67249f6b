#include "log/chain.h"

#include <string.h>

void
pb_chain_start(const char *origin, uint8_t out[PB_DIGEST_LEN])
{
	pb_digest_sha3_256(origin, strlen(origin), out);
}

void
pb_chain_next(const uint8_t leaf[PB_LEAF_LEN], uint8_t out[PB_DIGEST_LEN])
{
	pb_digest_sha3_256(leaf, PB_LEAF_LEN, out);
}
